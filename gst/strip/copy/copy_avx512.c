/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* 64-byte vectors: one streaming store is one line. Only AVX-512F is needed. */

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ISA avx512

typedef __m512i Vector;

/* Four vectors are loaded before the first is stored: tile rows and strip rows
 * often lie a multiple of 4096 bytes apart, and there a CPU takes a load for
 * one that depends on the store before it. */
#define BLOCK (4 * sizeof (Vector))

static ALWAYS_INLINE void
put (uint8_t * dst, Vector v, bool stream)
{
  if (stream)
    _mm512_stream_si512 ((Vector *) dst, v);
  else
    _mm512_storeu_si512 ((Vector *) dst, v);
}

static ALWAYS_INLINE Vector
get (const uint8_t * src)
{
  return _mm512_loadu_si512 ((const Vector *) src);
}

static ALWAYS_INLINE void
copy_line (uint8_t * dst, const uint8_t * src, bool stream)
{
  const Vector v0 = get (src);

  put (dst, v0, stream);
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
  const Vector v1 = get (src + 64);
  const Vector v2 = get (src + 128);
  const Vector v3 = get (src + 192);

  if (stream)
    prefetch (src);
  put (dst, v0, stream);
  put (dst + 64, v1, stream);
  put (dst + 128, v2, stream);
  put (dst + 192, v3, stream);
}

/* A later ordinary store, even a release, does not order streaming stores. */
static ALWAYS_INLINE void
fence (void)
{
  _mm_sfence ();
}

#include "rows.inc"
