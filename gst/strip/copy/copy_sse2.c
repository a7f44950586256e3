/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* 16-byte vectors, four to a line. Every x86-64 CPU has them, so this is the
 * kernel of the old and the small ones. */

#include <emmintrin.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))

/* A cache line: what a streaming store must fill before the next is opened. */
#define LINE 64

/* Eight vectors are loaded before the first is stored: tile rows and strip rows
 * often lie a multiple of 4096 bytes apart, and there a CPU takes a load for
 * one that depends on the store before it. More of them gained nothing (see
 * docs/kernels.md). */
#define BLOCK (8 * sizeof (__m128i))

/* How far ahead of a streaming copy its source is fetched. Frames mostly live in
 * pages of 4 KiB, where the CPU's own prefetcher stops at every row of 1024
 * pixels; see docs/kernels.md for what it gains. No further than a few lines:
 * from 1 KiB on it was slower. A prefetch past the end of the source does
 * nothing. */
#define PREFETCH_BYTES 512

#define PIXEL sizeof (uint32_t)

/* Fewer bytes than a line, each written once, by ordinary stores. */
static ALWAYS_INLINE void
copy_part (uint8_t * dst, const uint8_t * src, size_t bytes)
{
  if (bytes & 32) {
    memcpy (dst, src, 32);
    dst += 32;
    src += 32;
  }
  if (bytes & 16) {
    memcpy (dst, src, 16);
    dst += 16;
    src += 16;
  }
  if (bytes & 8) {
    memcpy (dst, src, 8);
    dst += 8;
    src += 8;
  }
  if (bytes & 4) {
    memcpy (dst, src, 4);
    dst += 4;
    src += 4;
  }
  if (bytes & 2) {
    memcpy (dst, src, 2);
    dst += 2;
    src += 2;
  }
  if (bytes & 1)
    *dst = *src;
}

static ALWAYS_INLINE void
put (uint8_t * dst, __m128i v, bool stream)
{
  if (stream)
    _mm_stream_si128 ((__m128i *) dst, v);
  else
    _mm_storeu_si128 ((__m128i *) dst, v);
}

static ALWAYS_INLINE __m128i
get (const uint8_t * src)
{
  return _mm_loadu_si128 ((const __m128i *) src);
}

/* One line. The fence is for the compiler, which would otherwise mix the
 * stores of two lines; it makes no instruction. */
static ALWAYS_INLINE void
put_line (uint8_t * dst, __m128i v0, __m128i v1, __m128i v2, __m128i v3,
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
  const __m128i v0 = get (src);
  const __m128i v1 = get (src + 16);
  const __m128i v2 = get (src + 32);
  const __m128i v3 = get (src + 48);

  put_line (dst, v0, v1, v2, v3, stream);
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
  const __m128i v0 = get (src);
  const __m128i v1 = get (src + 16);
  const __m128i v2 = get (src + 32);
  const __m128i v3 = get (src + 48);
  const __m128i v4 = get (src + 64);
  const __m128i v5 = get (src + 80);
  const __m128i v6 = get (src + 96);
  const __m128i v7 = get (src + 112);

  if (stream)
    prefetch (src);
  put_line (dst, v0, v1, v2, v3, stream);
  put_line (dst + LINE, v4, v5, v6, v7, stream);
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

  const __m128i v = get (pixels);

  for (; bytes >= LINE; bytes -= LINE) {
    put_line (dst, v, v, v, v, true);
    dst += LINE;
  }
  copy_part (dst, pixels, bytes);
}

void
ntm_copy_sse2 (uint8_t * dst, ptrdiff_t dst_stride, const uint8_t * src,
    ptrdiff_t src_stride, size_t row_bytes, size_t rows)
{
  copy_rows (dst, dst_stride, src, src_stride, row_bytes, rows, false);
}

void
ntm_copy_stream_sse2 (uint8_t * dst, ptrdiff_t dst_stride,
    const uint8_t * src, ptrdiff_t src_stride, size_t row_bytes, size_t rows)
{
  copy_rows (dst, dst_stride, src, src_stride, row_bytes, rows, true);
}

void
ntm_fill_stream_sse2 (uint8_t * dst, ptrdiff_t dst_stride, uint32_t pixel,
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
ntm_fence_sse2 (void)
{
  _mm_sfence ();
}
