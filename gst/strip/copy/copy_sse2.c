/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* 16-byte vectors, four to a line, for x86 CPUs without AVX2. Every x86-64 CPU
 * has them. */

#include <emmintrin.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ISA sse2

typedef __m128i Vector;

/* Eight vectors are loaded before the first is stored: tile rows and strip rows
 * often lie a multiple of 4096 bytes apart, and there a CPU takes a load for
 * one that depends on the store before it. More vectors gained nothing; see
 * docs/kernels.md. */
#define BLOCK (8 * sizeof (Vector))

static ALWAYS_INLINE void
put (uint8_t * dst, Vector v, bool stream)
{
  if (stream)
    _mm_stream_si128 ((Vector *) dst, v);
  else
    _mm_storeu_si128 ((Vector *) dst, v);
}

static ALWAYS_INLINE Vector
get (const uint8_t * src)
{
  return _mm_loadu_si128 ((const Vector *) src);
}

/* One line. The fence keeps the compiler from mixing the stores of two lines;
 * it makes no instruction. */
static ALWAYS_INLINE void
put_line (uint8_t * dst, Vector v0, Vector v1, Vector v2, Vector v3,
    bool stream)
{
  put (dst, v0, stream);
  put (dst + 16, v1, stream);
  put (dst + 32, v2, stream);
  put (dst + 48, v3, stream);
  atomic_signal_fence (memory_order_seq_cst);
}

static ALWAYS_INLINE void
copy_line (uint8_t * dst, const uint8_t * src, bool stream)
{
  const Vector v0 = get (src);
  const Vector v1 = get (src + 16);
  const Vector v2 = get (src + 32);
  const Vector v3 = get (src + 48);

  put_line (dst, v0, v1, v2, v3, stream);
}

/* For one block. Its lines are read once, and need not stay in the cache. */
static ALWAYS_INLINE void
prefetch (const uint8_t * src)
{
  for (size_t i = 0; i < BLOCK; i += LINE)
    _mm_prefetch ((const char *) src + PREFETCH_BYTES + i, _MM_HINT_NTA);
}

static ALWAYS_INLINE void
copy_block (uint8_t * dst, const uint8_t * src, bool stream)
{
  const Vector v0 = get (src);
  const Vector v1 = get (src + 16);
  const Vector v2 = get (src + 32);
  const Vector v3 = get (src + 48);
  const Vector v4 = get (src + 64);
  const Vector v5 = get (src + 80);
  const Vector v6 = get (src + 96);
  const Vector v7 = get (src + 112);

  if (stream)
    prefetch (src);
  put_line (dst, v0, v1, v2, v3, stream);
  put_line (dst + LINE, v4, v5, v6, v7, stream);
}

/* A later ordinary store, even a release, does not order streaming stores. */
static ALWAYS_INLINE void
fence (void)
{
  _mm_sfence ();
}

#include "rows.inc"
