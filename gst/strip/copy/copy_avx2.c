/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* 32-byte vectors, two to a line. Sources are loaded unaligned, which costs
 * nothing when they happen to be aligned. */

#include <immintrin.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ISA avx2

typedef __m256i Vector;

/* Four vectors are loaded before the first is stored: tile rows and strip rows
 * often lie a multiple of 4096 bytes apart, and there a CPU takes a load for
 * one that depends on the store before it. More vectors gained nothing; see
 * docs/kernels.md. */
#define BLOCK (4 * sizeof (Vector))

static ALWAYS_INLINE void
put (uint8_t * dst, Vector v, bool stream)
{
  if (stream)
    _mm256_stream_si256 ((Vector *) dst, v);
  else
    _mm256_storeu_si256 ((Vector *) dst, v);
}

static ALWAYS_INLINE Vector
get (const uint8_t * src)
{
  return _mm256_loadu_si256 ((const Vector *) src);
}

/* One line. The fence keeps the compiler from mixing the stores of two lines;
 * it makes no instruction. */
static ALWAYS_INLINE void
put_line (uint8_t * dst, Vector v0, Vector v1, bool stream)
{
  put (dst, v0, stream);
  put (dst + 32, v1, stream);
  atomic_signal_fence (memory_order_seq_cst);
}

static ALWAYS_INLINE void
copy_line (uint8_t * dst, const uint8_t * src, bool stream)
{
  const Vector v0 = get (src);
  const Vector v1 = get (src + 32);

  put_line (dst, v0, v1, stream);
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
  const Vector v1 = get (src + 32);
  const Vector v2 = get (src + 64);
  const Vector v3 = get (src + 96);

  if (stream)
    prefetch (src);
  put_line (dst, v0, v1, stream);
  put_line (dst + LINE, v2, v3, stream);
}

/* A later ordinary store, even a release, does not order streaming stores. */
static ALWAYS_INLINE void
fence (void)
{
  _mm_sfence ();
}

#include "rows.inc"
