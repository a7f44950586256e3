/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* 64-byte vectors: one streaming store is one line. Only AVX-512F is needed. */

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* A cache line: what a streaming store must fill before the next is opened. */
#define LINE 64

/* Four vectors are loaded before the first is stored: tile rows and strip rows
 * often lie a multiple of 4096 bytes apart, and there a CPU takes a load for
 * one that depends on the store before it. */
#define BLOCK (4 * sizeof (__m512i))

/* How far ahead of a streaming copy its source is fetched. Frames mostly live in
 * pages of 4 KiB, where the CPU's own prefetcher stops at every row of 1024
 * pixels; see docs/kernels.md for what it gains. No further than a few lines:
 * from 1 KiB on it was slower. A prefetch past the end of the source does
 * nothing. */
#define PREFETCH_BYTES 512

#define PIXEL sizeof (uint32_t)

/* Fewer bytes than a line, each written once, by ordinary stores. AVX-512F has
 * masks for words of four bytes (those for bytes need more of the CPU); a load
 * or store that is masked off does not touch its page. */
static ALWAYS_INLINE void
copy_part (uint8_t * dst, const uint8_t * src, size_t bytes)
{
  const size_t words = bytes / 4;
  const __mmask16 mask = (1u << words) - 1;

  if (bytes == 0)
    return;
  _mm512_mask_storeu_epi32 (dst, mask, _mm512_maskz_loadu_epi32 (mask, src));
  dst += words * 4;
  src += words * 4;
  if (bytes & 2) {
    memcpy (dst, src, 2);
    dst += 2;
    src += 2;
  }
  if (bytes & 1)
    *dst = *src;
}

static ALWAYS_INLINE void
put (uint8_t * dst, __m512i v, bool stream)
{
  if (stream)
    _mm512_stream_si512 ((__m512i *) dst, v);
  else
    _mm512_storeu_si512 ((__m512i *) dst, v);
}

static ALWAYS_INLINE __m512i
get (const uint8_t * src)
{
  return _mm512_loadu_si512 ((const __m512i *) src);
}

static ALWAYS_INLINE void
copy_line (uint8_t * dst, const uint8_t * src, bool stream)
{
  const __m512i v0 = get (src);

  put (dst, v0, stream);
}

/* For one block. Its lines are read once: they need not stay. */
static ALWAYS_INLINE void
prefetch (const uint8_t * src)
{
  for (size_t i = 0; i < BLOCK; i += LINE)
    _mm_prefetch ((const char *) src + PREFETCH_BYTES + i, _MM_HINT_NTA);
}

static ALWAYS_INLINE void
copy_block (uint8_t * dst, const uint8_t * src, bool stream)
{
  const __m512i v0 = get (src);
  const __m512i v1 = get (src + 64);
  const __m512i v2 = get (src + 128);
  const __m512i v3 = get (src + 192);

  if (stream)
    prefetch (src);
  put (dst, v0, stream);
  put (dst + 64, v1, stream);
  put (dst + 128, v2, stream);
  put (dst + 192, v3, stream);
}

/* The head of the row up to a line, whole lines, and the tail. The stores into
 * whole lines are the streaming ones. */
static ALWAYS_INLINE void
copy_row (uint8_t * dst, const uint8_t * src, size_t bytes, bool stream)
{
  const size_t to_line = -(uintptr_t) dst & (LINE - 1);
  const size_t head = to_line < bytes ? to_line : bytes;

  copy_part (dst, src, head);
  dst += head;
  src += head;
  bytes -= head;

  for (; bytes >= BLOCK; bytes -= BLOCK) {
    copy_block (dst, src, stream);
    dst += BLOCK;
    src += BLOCK;
  }
  for (; bytes >= LINE; bytes -= LINE) {
    copy_line (dst, src, stream);
    dst += LINE;
    src += LINE;
  }
  copy_part (dst, src, bytes);
}

/* Rows without a gap on either side are one long row: one head, one tail. */
static ALWAYS_INLINE void
copy_rows (uint8_t * dst, ptrdiff_t dst_stride, const uint8_t * src,
    ptrdiff_t src_stride, size_t row_bytes, size_t rows, bool stream)
{
  if ((size_t) dst_stride == row_bytes && (size_t) src_stride == row_bytes) {
    row_bytes *= rows;
    rows = 1;
  }
  for (; rows > 0; rows--) {
    copy_row (dst, src, row_bytes, stream);
    dst += dst_stride;
    src += src_stride;
  }
}

/* @pixels holds pixels for one line and one more. The head of the row may end
 * within a pixel; what comes after it starts that many bytes into @pixels. */
static void
fill_row (uint8_t * dst, const uint8_t * pixels, size_t bytes)
{
  const size_t to_line = -(uintptr_t) dst & (LINE - 1);
  const size_t head = to_line < bytes ? to_line : bytes;

  copy_part (dst, pixels, head);
  dst += head;
  pixels += head % PIXEL;
  bytes -= head;

  const __m512i v = get (pixels);

  for (; bytes >= LINE; bytes -= LINE) {
    put (dst, v, true);
    dst += LINE;
  }
  copy_part (dst, pixels, bytes);
}

void
ntm_copy_avx512 (uint8_t * dst, ptrdiff_t dst_stride, const uint8_t * src,
    ptrdiff_t src_stride, size_t row_bytes, size_t rows)
{
  copy_rows (dst, dst_stride, src, src_stride, row_bytes, rows, false);
}

void
ntm_copy_stream_avx512 (uint8_t * dst, ptrdiff_t dst_stride,
    const uint8_t * src, ptrdiff_t src_stride, size_t row_bytes, size_t rows)
{
  copy_rows (dst, dst_stride, src, src_stride, row_bytes, rows, true);
}

void
ntm_fill_stream_avx512 (uint8_t * dst, ptrdiff_t dst_stride, uint32_t pixel,
    size_t row_pixels, size_t rows)
{
  uint8_t pixels[LINE + PIXEL];
  size_t row_bytes = row_pixels * PIXEL;

  for (size_t i = 0; i < sizeof pixels; i += PIXEL)
    memcpy (pixels + i, &pixel, PIXEL);

  if ((size_t) dst_stride == row_bytes) {
    row_bytes *= rows;
    rows = 1;
  }
  for (; rows > 0; rows--) {
    fill_row (dst, pixels, row_bytes);
    dst += dst_stride;
  }
}

void
ntm_fence_avx512 (void)
{
  _mm_sfence ();
}
