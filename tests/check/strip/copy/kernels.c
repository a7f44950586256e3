/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Both copies of every kernel of the table that this CPU has, against a model
 * that moves one byte at a time. NTM_TEST_SEED repeats a random run. */

#include "areas.h"

#include <gst/check/gstcheck.h>

#include <stdio.h>
#include <string.h>

/* Enough to meet every kernel's unrolled block twice over (AVX-512: 256), with
 * every head and every tail around it. */
#define MAX_ROW_BYTES (2 * 256 + 2 * LINE)

/* Holds every rectangle below, with room for offsets. */
#define AREA_BYTES 8192

#define RANDOM_ROUNDS 20000

static void
model_copy (uint8_t * dst, const uint8_t * src, const Rect * r)
{
  for (size_t y = 0; y < r->rows; y++) {
    for (size_t x = 0; x < r->row_bytes; x++)
      dst[(ptrdiff_t) y * r->dst.stride + (ptrdiff_t) x] =
          src[(ptrdiff_t) y * r->src.stride + (ptrdiff_t) x];
  }
}

static void
check_copy (Areas * areas, const Rect * r, const NtmKernel * kernel,
    NtmCopyFunc copy, const char *what)
{
  const uint8_t *src = areas->src.bytes + first_row (r->src, r->rows);

  copy (reset_areas (areas, r), r->dst.stride, src, r->src.stride,
      r->row_bytes, r->rows);
  kernel->fence ();
  check_areas (areas, r, kernel, what);
}

/* Both copies of every kernel: hence each also against the "c" row. */
static void
check_copies (Areas * areas, const Rect * r)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  const uint32_t features = ntm_cpu_features ();

  memcpy (areas->expected, areas->canary, areas->dst.size);
  model_copy (areas->expected + first_row (r->dst, r->rows),
      areas->src.bytes + first_row (r->src, r->rows), r);

  for (size_t i = 0; i < n_kernels; i++) {
    if (kernels[i].needs & ~features)
      continue;
    check_copy (areas, r, &kernels[i], kernels[i].copy, "copy");
    check_copy (areas, r, &kernels[i], kernels[i].copy_stream, "copy_stream");
  }
}

static Rect
one_row (size_t dst_at, size_t src_at, size_t row_bytes)
{
  const Rect r = {
    {dst_at, (ptrdiff_t) row_bytes},
    {src_at, (ptrdiff_t) row_bytes},
    row_bytes, 1
  };

  return r;
}

GST_START_TEST (test_lacking_kernels)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  const uint32_t features = ntm_cpu_features ();

  for (size_t i = 0; i < n_kernels; i++) {
    if (kernels[i].needs & ~features)
      printf ("kernel \"%s\": NOT TESTED, this CPU lacks it\n",
          kernels[i].name);
    else
      printf ("kernel \"%s\": tested\n", kernels[i].name);
  }
}

GST_END_TEST;

/* Every pair of offsets into a line, with a length that goes through all
 * tails. */
GST_START_TEST (test_offsets)
{
  uint64_t state = 1;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t d = 0; d < LINE; d++) {
    for (size_t s = 0; s < LINE; s++) {
      const size_t row_bytes = (5 * d + 3 * s) % (5 * LINE);
      const Rect r = one_row (LINE + d, LINE + s, row_bytes);

      check_copies (&areas, &r);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

/* Every length at every offset of the destination. */
GST_START_TEST (test_lengths)
{
  uint64_t state = 2;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t d = 0; d < LINE; d++) {
    for (size_t n = 0; n <= MAX_ROW_BYTES; n++) {
      const Rect r = one_row (LINE + d, LINE + (7 * d + 13 * n) % LINE, n);

      check_copies (&areas, &r);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

/* Every length, with the first byte right after a page that can't be touched
 * or the last one right before, on either side. */
GST_START_TEST (test_guards)
{
  uint64_t state = 3;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t n = 0; n <= MAX_ROW_BYTES; n++) {
    const size_t dst_end = at_end (&areas.dst, 0, n, 1);
    const size_t src_end = at_end (&areas.src, 0, n, 1);
    const Rect cases[] = {
      one_row (0, 0, n), one_row (dst_end, src_end, n),
      one_row (0, src_end, n), one_row (dst_end, 0, n),
      one_row (n % LINE, src_end, n), one_row (dst_end, n % LINE, n),
    };

    for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
      check_copies (&areas, &cases[i]);
  }
  close_areas (&areas);
}

GST_END_TEST;

/* Rows up to a gap that is kept, up or down, on either side; the last row ends
 * at a guard page and the first starts at one. */
static void
check_strides (Areas * areas, size_t row_bytes, size_t rows, ptrdiff_t dst_gap,
    ptrdiff_t src_gap)
{
  static const ptrdiff_t ways[][2] = { {1, 1}, {1, -1}, {-1, 1}, {-1, -1} };

  for (size_t i = 0; i < G_N_ELEMENTS (ways); i++) {
    const ptrdiff_t dst_stride = ways[i][0] * ((ptrdiff_t) row_bytes + dst_gap);
    const ptrdiff_t src_stride = ways[i][1] * ((ptrdiff_t) row_bytes + src_gap);
    const size_t dst_end = at_end (&areas->dst, dst_stride, row_bytes, rows);
    const size_t src_end = at_end (&areas->src, src_stride, row_bytes, rows);
    const Rect low = { {0, dst_stride}, {0, src_stride}, row_bytes, rows };
    const Rect high = { {dst_end, dst_stride}, {src_end, src_stride},
      row_bytes, rows
    };

    check_copies (areas, &low);
    check_copies (areas, &high);
  }
}

GST_START_TEST (test_strides)
{
  static const size_t lengths[] = { 1, 4, 60, 64, 65, 100, 128, 256, 300, 576 };
  static const ptrdiff_t gaps[] = { 0, 1, 4, 28, 64, 100 };
  uint64_t state = 4;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
    for (size_t j = 0; j < G_N_ELEMENTS (gaps); j++) {
      for (size_t k = 0; k < G_N_ELEMENTS (gaps); k++)
        check_strides (&areas, lengths[i], 1 + (i + j) % 7, gaps[j], gaps[k]);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

/* From two pieces of 512 bytes on, two rows take turns; from 16 KiB on, the two
 * halves of a row do, or of rows without a gap. */
GST_START_TEST (test_long_rows)
{
  static const size_t lengths[] = {
    1023, 1024, 1100, 5500, 8191, 8192, 16383, 16384, 16385, 16400, 16447,
    17000, 40000
  };
  static const ptrdiff_t gaps[] = { 0, 64, 100 };
  uint64_t state = 8;
  Areas areas;

  open_areas (&areas, 128 << 10, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
    for (size_t rows = 1; rows <= 3; rows++)
      for (size_t j = 0; j < G_N_ELEMENTS (gaps); j++)
        check_strides (&areas, lengths[i], rows, gaps[j], gaps[(i + j) % 3]);
  }
  close_areas (&areas);
}

GST_END_TEST;

/* A source may repeat: rows that overlap, or all one row. */
GST_START_TEST (test_source_strides_below_row)
{
  static const ptrdiff_t strides[] = { 0, 1, -1, 64, -64 };
  uint64_t state = 5;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (strides); i++) {
    const Rect r = { {3, 200}, {at_end (&areas.src, strides[i], 200, 5),
          strides[i]}, 200, 5
    };

    check_copies (&areas, &r);
  }
  close_areas (&areas);
}

GST_END_TEST;

/* No rows, or rows of nothing: nothing is touched, not even where the
 * pointers lead. */
GST_START_TEST (test_nothing)
{
  static const size_t sizes[][2] = { {0, 0}, {0, 9}, {64, 0}, {1, 0} };
  uint64_t state = 6;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const size_t end = areas.dst.size;
    const Rect r = { {end, 0}, {end, 0}, sizes[i][0], sizes[i][1] };
    const Rect s = { {end, 64}, {end, 64}, sizes[i][0], sizes[i][1] };

    check_copies (&areas, &r);
    if (sizes[i][1] == 0)
      check_copies (&areas, &s);
  }
  close_areas (&areas);
}

GST_END_TEST;

static Rect
draw_rect (uint64_t * state, const Areas * areas)
{
  const size_t rows = 1 + draw_below (state, 9);
  const size_t limit = areas->dst.size / rows;
  const size_t row_bytes = draw_below (state, MIN (limit, 900) + 1);
  const ptrdiff_t dst_stride = draw_stride (state, row_bytes, limit);
  const ptrdiff_t src_stride = draw_stride (state, row_bytes, limit);
  const Rect r = {
    draw_place (state, &areas->dst, dst_stride, row_bytes, rows),
    draw_place (state, &areas->src, src_stride, row_bytes, rows),
    row_bytes, rows
  };

  return r;
}

GST_START_TEST (test_random)
{
  uint64_t state = get_seed () | 1;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
    const Rect r = draw_rect (&state, &areas);

    check_copies (&areas, &r);
  }
  close_areas (&areas);
}

GST_END_TEST;

static Suite *
kernels_suite (void)
{
  Suite *s = suite_create ("kernels");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 100);
  tcase_add_test (tc, test_lacking_kernels);
  tcase_add_test (tc, test_offsets);
  tcase_add_test (tc, test_lengths);
  tcase_add_test (tc, test_guards);
  tcase_add_test (tc, test_strides);
  tcase_add_test (tc, test_long_rows);
  tcase_add_test (tc, test_source_strides_below_row);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_random);
  return s;
}

GST_CHECK_MAIN (kernels);
