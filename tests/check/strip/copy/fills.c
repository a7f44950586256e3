/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Fills by every kernel that this CPU has, both ways, with pixels of every
 * size, against a model that writes one byte at a time. NTM_TEST_SEED repeats a
 * random run. */

#include "areas.h"

#include <gst/check/gstcheck.h>

#include <stdio.h>
#include <string.h>

/* Room for three runs of the pattern and for the pattern itself. */
#define AREA_BYTES 16384
#define MAX_ROW_BYTES (3 * NTM_PATTERN_MAX_RUN_BYTES + LINE)

/* Bytes after which a CPU takes one address for another. */
#define ALIAS_BYTES 4096

#define RANDOM_ROUNDS 4000

/* Bytes that all differ: a fill out of step with its pixels is seen. */
static const uint8_t pixel[NTM_MAX_PIXEL_BYTES] = {
  0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87,
  0x98, 0xa9, 0xba, 0xcb, 0xdc, 0xed, 0xfe, 0x0f
};

/* One row at @at. */
static Rect
one_row (size_t at, size_t row_bytes)
{
  const Rect r = { {at, 0}, {0, 0}, row_bytes, 1 };

  return r;
}

static void
model_fill (uint8_t * dst, const Rect * r, size_t pixel_bytes)
{
  for (size_t y = 0; y < r->rows; y++) {
    for (size_t x = 0; x < r->row_bytes; x++)
      dst[(ptrdiff_t) y * r->dst.stride + (ptrdiff_t) x] =
          pixel[x % pixel_bytes];
  }
}

static void
check_fill (Areas * areas, const Rect * r, const NtmKernel * kernel,
    const NtmPattern * pattern, bool stream)
{
  char what[64];

  snprintf (what, sizeof what, "%s fill of %zu-byte pixels",
      stream ? "streaming" : "ordinary", pattern->pixel_bytes);
  ntm_fill (kernel, stream, pattern, reset_areas (areas, r), r->dst.stride,
      r->row_bytes, r->rows);
  kernel->fence ();
  check_areas (areas, r, kernel, what);
}

/* The pattern lies in the area of the source, from r->src.at. */
static void
check_fills (Areas * areas, const Rect * r, size_t pixel_bytes)
{
  NtmPattern *pattern = (NtmPattern *) (areas->src.bytes + r->src.at);
  const uint32_t features = ntm_cpu_features ();
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);

  ntm_pattern_init (pattern, pixel, pixel_bytes);
  memcpy (areas->expected, areas->canary, areas->dst.size);
  model_fill (areas->expected + first_row (r->dst, r->rows), r, pixel_bytes);
  for (size_t i = 0; i < n_kernels; i++) {
    if (kernels[i].needs & ~features)
      continue;
    check_fill (areas, r, &kernels[i], pattern, false);
    check_fill (areas, r, &kernels[i], pattern, true);
  }
}

/* Rows that are nothing, a pixel, shorter than a line, some lines, as long as a
 * run and a pixel around it, and several runs; at every offset into a line. */
GST_START_TEST (test_offsets)
{
  static const size_t row_bytes[] = { 0, 1, 40, 64, 200, 1000, 4000, 4096,
    4200, 8192, 9000, 12288
  };
  const size_t pixel_bytes = __i__;
  uint64_t state = pixel_bytes;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t d = 0; d < LINE; d++) {
    for (size_t i = d % 3; i < G_N_ELEMENTS (row_bytes); i += 3) {
      const size_t n_pixels = row_bytes[i] / pixel_bytes + d % 2;
      const Rect r = one_row (LINE + d, n_pixels * pixel_bytes);

      check_fills (&areas, &r, pixel_bytes);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

/* A pixel less than a run, a run, a pixel more; the same for two runs. */
GST_START_TEST (test_runs)
{
  const size_t pixel_bytes = __i__;
  uint64_t state = pixel_bytes;
  NtmPattern pattern;
  Areas areas;

  ntm_pattern_init (&pattern, pixel, pixel_bytes);
  fail_unless (pattern.run_bytes % pixel_bytes == 0);
  fail_unless (pattern.run_bytes % LINE == 0);
  fail_unless (pattern.run_bytes >= NTM_PATTERN_MAX_RUN_BYTES * 3 / 4);

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t runs = 1; runs <= 2; runs++) {
    for (size_t more = 0; more <= 2 * pixel_bytes; more += pixel_bytes) {
      const size_t row_bytes = runs * pattern.run_bytes - pixel_bytes + more;
      const Rect low = one_row (0, row_bytes);
      const Rect high = one_row (areas.dst.size - row_bytes, row_bytes);

      check_fills (&areas, &low, pixel_bytes);
      check_fills (&areas, &high, pixel_bytes);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

/* Wherever the pattern lies, relative to the destination; and with its last
 * byte before a page that can't be touched. */
GST_START_TEST (test_pattern_places)
{
  const size_t pixel_bytes = __i__;
  uint64_t state = pixel_bytes;
  Areas areas;
  Rect r;

  open_areas (&areas, AREA_BYTES, &state);
  r = one_row (5, 4800 / pixel_bytes * pixel_bytes);
  for (size_t at = 0; at < ALIAS_BYTES; at += 8 * (1 + pixel_bytes)) {
    r.src.at = at;
    check_fills (&areas, &r, pixel_bytes);
  }
  r.src.at = (areas.src.size - sizeof (NtmPattern)) & ~(size_t) 7;
  check_fills (&areas, &r, pixel_bytes);
  close_areas (&areas);
}

GST_END_TEST;

/* Rows of all kinds, up and down, without a gap and with one. */
GST_START_TEST (test_strides)
{
  static const size_t row_pixels[] = { 1, 4, 15, 64, 100, 400 };
  static const ptrdiff_t gaps[] = { 0, 1, 4, 64, 100 };
  const size_t pixel_bytes = __i__;
  uint64_t state = pixel_bytes;
  Areas areas;

  open_areas (&areas, 2 * AREA_BYTES, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (row_pixels); i++) {
    for (size_t j = 0; j < 2 * G_N_ELEMENTS (gaps); j++) {
      const size_t row_bytes = row_pixels[i] * pixel_bytes;
      const ptrdiff_t step = (ptrdiff_t) row_bytes + gaps[j / 2];
      const ptrdiff_t stride = j % 2 == 0 ? step : -step;
      const size_t rows = 1 + (i + j) % 5;
      const Rect low = { {0, stride}, {0, 0}, row_bytes, rows };
      const Rect high = { {at_end (&areas.dst, stride, row_bytes, rows),
            stride}, {8, 0}, row_bytes, rows };

      check_fills (&areas, &low, pixel_bytes);
      check_fills (&areas, &high, pixel_bytes);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

/* No rows, or rows of nothing, wherever the destination leads. */
GST_START_TEST (test_nothing)
{
  static const size_t sizes[][2] = { {0, 0}, {0, 9}, {64, 0}, {9600, 0} };
  static const ptrdiff_t strides[] = { 0, 64, -64, 9600 };
  uint64_t state = 6;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    for (size_t j = 0; j < G_N_ELEMENTS (strides); j++) {
      const Rect r = { {areas.dst.size, sizes[i][1] == 0 ? strides[j] : 0},
      {0, 0}, sizes[i][0], sizes[i][1]
      };

      check_fills (&areas, &r, 4);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

GST_START_TEST (test_random)
{
  uint64_t state = get_seed () | 1;
  Areas areas;

  open_areas (&areas, AREA_BYTES, &state);
  for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
    const size_t pixel_bytes =
        1 + draw_below (&state, NTM_MAX_PIXEL_BYTES);
    const size_t rows = 1 + draw_below (&state, 9);
    const size_t limit = areas.dst.size / rows;
    const size_t most = MIN (limit, MAX_ROW_BYTES) / pixel_bytes;
    const size_t row_bytes = draw_below (&state, most + 1) * pixel_bytes;
    const ptrdiff_t stride = draw_stride (&state, row_bytes, limit);
    const Rect r = {
      draw_place (&state, &areas.dst, stride, row_bytes, rows),
      {8 * draw_below (&state, ALIAS_BYTES / 8), 0}, row_bytes, rows
    };

    check_fills (&areas, &r, pixel_bytes);
  }
  close_areas (&areas);
}

GST_END_TEST;

static Suite *
fills_suite (void)
{
  Suite *s = suite_create ("fills");
  TCase *tc = tcase_create ("general");
  const int end = NTM_MAX_PIXEL_BYTES + 1;

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 100);
  tcase_add_loop_test (tc, test_offsets, 1, end);
  tcase_add_loop_test (tc, test_runs, 1, end);
  tcase_add_loop_test (tc, test_pattern_places, 1, end);
  tcase_add_loop_test (tc, test_strides, 1, end);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_random);
  return s;
}

GST_CHECK_MAIN (fills);
