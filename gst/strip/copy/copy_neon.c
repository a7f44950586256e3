/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* 16-byte vectors, four to a line, streamed in pairs. For AArch64 only: 32-bit
 * ARM has no pair that bypasses the cache (STNP). Not yet timed on any CPU. The
 * rest is explained in copy_sse2.c. */

#include <arm_neon.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ISA neon

typedef uint8x16_t Vector;

#define BLOCK (8 * sizeof (Vector))

static ALWAYS_INLINE void
put (uint8_t * dst, Vector v)
{
  memcpy (dst, &v, sizeof v);
}

/* Not vld1q_u8: on a big-endian CPU its order of bytes is not that of STNP. */
static ALWAYS_INLINE Vector
get (const uint8_t * src)
{
  Vector v;

  memcpy (&v, src, sizeof v);
  return v;
}

/* One line. By hand: gcc 12 has no intrinsic for STNP, and that of clang 14
 * makes each vector a pair of halves. Volatile: lines stay in order. */
static ALWAYS_INLINE void
stream_line (uint8_t * dst, Vector v0, Vector v1, Vector v2, Vector v3)
{
  uint8_t (*line)[LINE] = (uint8_t (*)[LINE]) dst;

  __asm__ volatile ("stnp %q2, %q3, [%1]\n\t"
      "stnp %q4, %q5, [%1, #32]"
      : "=m" (*line)
      : "r" (dst), "w" (v0), "w" (v1), "w" (v2), "w" (v3));
}

static ALWAYS_INLINE void
put_line (uint8_t * dst, Vector v0, Vector v1, Vector v2, Vector v3,
    bool stream)
{
  if (stream) {
    stream_line (dst, v0, v1, v2, v3);
    return;
  }
  put (dst, v0);
  put (dst + 16, v1);
  put (dst + 32, v2);
  put (dst + 48, v3);
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

/* For one block. PRFM PLDL1STRM: its lines are read once. */
static ALWAYS_INLINE void
prefetch (const uint8_t * src)
{
  for (size_t i = 0; i < BLOCK; i += LINE)
    __builtin_prefetch (src + PREFETCH_BYTES + i, 0, 0);
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

/* STNP is ordered like any store of this CPU: an unlock or a store-release
 * after it is enough. The contract does not say how the caller tells another
 * thread. So this orders the stores before all later ones, for all CPUs that
 * share memory with this one. */
static ALWAYS_INLINE void
fence (void)
{
  __asm__ volatile ("dmb ishst" ::: "memory");
}

#include "rows.inc"
