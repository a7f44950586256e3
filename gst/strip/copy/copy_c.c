/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The kernel that runs everywhere: plain loops, which the compiler vectorizes
 * for the target. C has no streaming store, so both copies are the same, and
 * there is nothing to fence.
 *
 * The build forbids the compiler to replace these loops by calls of memcpy; see
 * meson.build. */

#include "kernels.h"

static void
copy_row (uint8_t * restrict dst, const uint8_t * restrict src, size_t bytes)
{
  for (size_t i = 0; i < bytes; i++)
    dst[i] = src[i];
}

void
ntm_copy_c (uint8_t * dst, ptrdiff_t dst_stride, const uint8_t * src,
    ptrdiff_t src_stride, size_t row_bytes, size_t rows)
{
  for (; rows > 0; rows--) {
    copy_row (dst, src, row_bytes);
    dst += dst_stride;
    src += src_stride;
  }
}

void
ntm_copy_stream_c (uint8_t * dst, ptrdiff_t dst_stride, const uint8_t * src,
    ptrdiff_t src_stride, size_t row_bytes, size_t rows)
{
  ntm_copy_c (dst, dst_stride, src, src_stride, row_bytes, rows);
}

void
ntm_fence_c (void)
{
}
