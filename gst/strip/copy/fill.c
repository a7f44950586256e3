/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Fills: copies out of a small block that stays in the CPU's nearest cache, so
 * that no kernel needs code for them. */

#include <string.h>

#include "copy.h"

#define LINE ((size_t) 64)

/* The smallest number of bytes that is whole pixels and whole lines. */
static size_t
period (size_t pixel_bytes)
{
  const size_t power_of_two = pixel_bytes & -pixel_bytes;

  return pixel_bytes / power_of_two * LINE;
}

void
ntm_pattern_init (NtmPattern * pattern, const void *pixel, size_t pixel_bytes)
{
  const size_t chunk_bytes =
      NTM_PATTERN_BYTES - NTM_PATTERN_BYTES % period (pixel_bytes);
  const size_t bytes = chunk_bytes + pixel_bytes;
  size_t done = pixel_bytes;

  pattern->pixel_bytes = pixel_bytes;
  pattern->chunk_bytes = chunk_bytes;
  memcpy (pattern->bytes, pixel, pixel_bytes);
  while (done < bytes) {
    const size_t more = done < bytes - done ? done : bytes - done;

    memcpy (pattern->bytes + done, pattern->bytes, more);
    done += more;
  }
}

/* The head may end within a pixel: what comes after it begins that many bytes
 * into the pattern. */
static void
fill_long_row (NtmCopyFunc copy, const NtmPattern * pattern, uint8_t * dst,
    size_t row_bytes)
{
  const size_t head = -(uintptr_t) dst & (LINE - 1);
  const uint8_t *rest = pattern->bytes + head % pattern->pixel_bytes;
  const size_t chunk = pattern->chunk_bytes;
  const size_t n_chunks = (row_bytes - head) / chunk;

  copy (dst, 0, pattern->bytes, 0, head, 1);
  dst += head;
  copy (dst, (ptrdiff_t) chunk, rest, 0, chunk, n_chunks);
  dst += n_chunks * chunk;
  copy (dst, 0, rest, 0, (row_bytes - head) % chunk, 1);
}

void
ntm_fill (const NtmKernel * kernel, bool stream, const NtmPattern * pattern,
    uint8_t * dst, ptrdiff_t dst_stride, size_t row_bytes, size_t rows)
{
  const NtmCopyFunc copy = stream ? kernel->copy_stream : kernel->copy;

  if ((size_t) dst_stride == row_bytes) {
    row_bytes *= rows;
    rows = 1;
  }

  if (row_bytes <= pattern->chunk_bytes) {
    copy (dst, dst_stride, pattern->bytes, 0, row_bytes, rows);
    return;
  }

  for (; rows > 0; rows--) {
    fill_long_row (copy, pattern, dst, row_bytes);
    dst += dst_stride;
  }
}
