/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Fills without fill kernels: copies out of a block of one repeated pixel,
 * which stays in the first-level cache. docs/kernels.md has the cost. */

#include <string.h>

#include "copy.h"

#define LINE ((size_t) 64)

/* A CPU compares a load's address with those of the stores under way only
 * modulo this. */
#define ALIAS_BYTES ((size_t) 4096)

/* Stores that may be under way. Measured on AMD Zen 1, streaming, with the
 * pattern at all offsets to the destination: from this distance on, memory
 * alone limits the speed. */
#define IN_FLIGHT_BYTES ((size_t) 512)

/* Returns the smallest number of bytes that is whole pixels and whole lines: at
 * most 15 lines. */
static size_t
period_bytes (size_t pixel_bytes)
{
  const size_t power_of_two = pixel_bytes & -pixel_bytes;

  return pixel_bytes / power_of_two * LINE;
}

static size_t
round_down (size_t bytes, size_t unit)
{
  return bytes - bytes % unit;
}

void
ntm_pattern_init (NtmPattern * pattern, const void *pixel, size_t pixel_bytes)
{
  const size_t period = period_bytes (pixel_bytes);
  size_t done = pixel_bytes;
  size_t bytes;

  pattern->pixel_bytes = pixel_bytes;
  pattern->run_bytes = round_down (NTM_PATTERN_MAX_RUN_BYTES, period);
  pattern->second_start = round_down (1024, period);

  bytes = pattern->run_bytes + pattern->second_start + pixel_bytes;
  memcpy (pattern->bytes, pixel, pixel_bytes);
  while (done < bytes) {
    const size_t more = done < bytes - done ? done : bytes - done;

    memcpy (pattern->bytes + done, pattern->bytes, more);
    done += more;
  }
}

/* Returns where to copy from: @phase bytes into a pixel. A load that seems to
 * read bytes that were just stored waits until these are in memory: a streaming
 * fill then takes 6 times as long. The second start is at least 9 lines behind
 * the first, so that one of the two is always out of the way. */
static const uint8_t *
get_start (const NtmPattern * pattern, const uint8_t * dst, size_t phase)
{
  const uint8_t *start = pattern->bytes + phase;
  const size_t behind = (uintptr_t) start - (uintptr_t) dst + IN_FLIGHT_BYTES;

  if (behind % ALIAS_BYTES < IN_FLIGHT_BYTES + LINE)
    start += pattern->second_start;
  return start;
}

/* A head up to the first whole line, runs of whole lines, and a tail. The head
 * may end within a pixel. */
static void
fill_long_row (NtmCopyFunc copy, const NtmPattern * pattern, uint8_t * dst,
    size_t row_bytes)
{
  const size_t run = pattern->run_bytes;
  const size_t head = -(uintptr_t) dst & (LINE - 1);
  const size_t n_runs = (row_bytes - head) / run;
  const size_t tail = (row_bytes - head) % run;
  const uint8_t *start;

  copy (dst, 0, pattern->bytes, 0, head, 1);
  dst += head;
  start = get_start (pattern, dst, head % pattern->pixel_bytes);
  copy (dst, (ptrdiff_t) run, start, 0, run, n_runs);
  copy (dst + n_runs * run, 0, start, 0, tail, 1);
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

  if (row_bytes <= pattern->run_bytes) {
    copy (dst, dst_stride, get_start (pattern, dst, 0), 0, row_bytes, rows);
    return;
  }

  for (; rows > 0; rows--) {
    fill_long_row (copy, pattern, dst, row_bytes);
    dst += dst_stride;
  }
}
