/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Every kernel of the table that this CPU has, against a model that moves one
 * byte at a time. All rectangles lie between pages that can't be touched, and
 * the whole of what lies between those pages is compared, so a byte too many,
 * read or written, is seen. NTM_TEST_SEED repeats a random run. */

#include <gst/check/gstcheck.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "copy.h"

#define LINE 64

/* Two pages hold every rectangle below, with room for offsets. */
#define AREA_PAGES 2

/* Enough to meet every kernel's unrolled block twice over (AVX-512: 256), with
 * every head and every tail around it. */
#define MAX_ROW_BYTES (2 * 256 + 2 * LINE)

#define RANDOM_ROUNDS 20000

typedef struct
{
  uint8_t *bytes;               /* between two guard pages */
  uint8_t *mapping;
  size_t size;
  size_t page_bytes;
} Area;

typedef struct
{
  Area dst;
  Area src;
  uint8_t *canary;              /* what the destination holds before a call */
  uint8_t *expected;            /* and what it must hold after */
} Areas;

/* A rectangle in an area: from where its lowest byte lies. */
typedef struct
{
  size_t at;
  ptrdiff_t stride;
} Place;

typedef struct
{
  Place dst;
  Place src;
  size_t row_bytes;
  size_t rows;
} Rect;

static uint64_t
get_seed (void)
{
  const char *given = g_getenv ("NTM_TEST_SEED");

  if (given != NULL && given[0] != '\0')
    return g_ascii_strtoull (given, NULL, 0);
  return (uint64_t) g_get_real_time ();
}

/* xorshift64*, Vigna 2014. */
static uint64_t
draw (uint64_t * state)
{
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1d;
}

static size_t
draw_below (uint64_t * state, size_t limit)
{
  return (draw (state) >> 16) % limit;
}

static void
draw_bytes (uint64_t * state, uint8_t * bytes, size_t n)
{
  for (size_t i = 0; i < n; i++)
    bytes[i] = draw (state) >> 56;
}

static void
open_area (Area * area)
{
  area->page_bytes = sysconf (_SC_PAGESIZE);
  area->size = AREA_PAGES * area->page_bytes;
  area->mapping = mmap (NULL, area->size + 2 * area->page_bytes, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  fail_if (area->mapping == MAP_FAILED);
  area->bytes = area->mapping + area->page_bytes;
  fail_unless (mprotect (area->bytes, area->size, PROT_READ | PROT_WRITE) == 0);
}

static void
close_area (Area * area)
{
  munmap (area->mapping, area->size + 2 * area->page_bytes);
}

static void
open_areas (Areas * areas, uint64_t * state)
{
  open_area (&areas->dst);
  open_area (&areas->src);
  areas->canary = g_malloc (areas->dst.size);
  areas->expected = g_malloc (areas->dst.size);
  draw_bytes (state, areas->canary, areas->dst.size);
  draw_bytes (state, areas->src.bytes, areas->src.size);
}

static void
close_areas (Areas * areas)
{
  close_area (&areas->dst);
  close_area (&areas->src);
  g_free (areas->canary);
  g_free (areas->expected);
}

/* Bytes from the lowest to the highest of a rectangle. */
static size_t
extent (ptrdiff_t stride, size_t row_bytes, size_t rows)
{
  return rows == 0 ? 0 : (rows - 1) * (size_t) ABS (stride) + row_bytes;
}

/* Where row 0 starts: the lowest row, or the highest of a negative stride. */
static size_t
first_row (Place place, size_t rows)
{
  if (place.stride >= 0 || rows == 0)
    return place.at;
  return place.at + (rows - 1) * (size_t) (-place.stride);
}

/* The last byte of the rectangle is the last before the guard page. */
static size_t
at_end (const Area * area, ptrdiff_t stride, size_t row_bytes, size_t rows)
{
  return area->size - extent (stride, row_bytes, rows);
}

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
model_fill (uint8_t * dst, uint32_t pixel, const Rect * r)
{
  uint8_t bytes[4];

  memcpy (bytes, &pixel, 4);
  for (size_t y = 0; y < r->rows; y++) {
    for (size_t x = 0; x < r->row_bytes; x++)
      dst[(ptrdiff_t) y * r->dst.stride + (ptrdiff_t) x] = bytes[x % 4];
  }
}

static void
check_bytes (const Areas * areas, const Rect * r, const NtmKernel * kernel,
    const char *what)
{
  const uint8_t *got = areas->dst.bytes;
  size_t i = 0;

  if (memcmp (got, areas->expected, areas->dst.size) == 0)
    return;
  while (got[i] == areas->expected[i])
    i++;
  fail ("%s of \"%s\": byte %zu is %02x, not %02x (%zu rows of %zu bytes; "
      "dst at %zu stride %td, src at %zu stride %td)", what, kernel->name, i,
      got[i], areas->expected[i], r->rows, r->row_bytes, r->dst.at,
      r->dst.stride, r->src.at, r->src.stride);
}

static void
check_copy (Areas * areas, const Rect * r, const NtmKernel * kernel,
    NtmCopyFunc copy, const char *what)
{
  const size_t dst_at = first_row (r->dst, r->rows);
  const size_t src_at = first_row (r->src, r->rows);

  memcpy (areas->dst.bytes, areas->canary, areas->dst.size);
  copy (areas->dst.bytes + dst_at, r->dst.stride, areas->src.bytes + src_at,
      r->src.stride, r->row_bytes, r->rows);
  kernel->fence ();
  check_bytes (areas, r, kernel, what);
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

/* r->row_bytes is a multiple of four here; r->src is not used. */
static void
check_fills (Areas * areas, const Rect * r, uint32_t pixel)
{
  size_t n_kernels;
  const NtmKernel *kernels = ntm_kernels (&n_kernels);
  const uint32_t features = ntm_cpu_features ();
  const size_t dst_at = first_row (r->dst, r->rows);

  memcpy (areas->expected, areas->canary, areas->dst.size);
  model_fill (areas->expected + dst_at, pixel, r);

  for (size_t i = 0; i < n_kernels; i++) {
    if (kernels[i].needs & ~features)
      continue;
    memcpy (areas->dst.bytes, areas->canary, areas->dst.size);
    kernels[i].fill_stream (areas->dst.bytes + dst_at, r->dst.stride, pixel,
        r->row_bytes / 4, r->rows);
    kernels[i].fence ();
    check_bytes (areas, r, &kernels[i], "fill_stream");
  }
}

/* Four bytes that differ: a fill out of step with its pixels is seen. */
#define PIXEL 0x44332211u

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

  open_areas (&areas, &state);
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

  open_areas (&areas, &state);
  for (size_t d = 0; d < LINE; d++) {
    for (size_t n = 0; n <= MAX_ROW_BYTES; n++) {
      const Rect r = one_row (LINE + d, LINE + (7 * d + 13 * n) % LINE, n);

      check_copies (&areas, &r);
      if (n % 4 == 0)
        check_fills (&areas, &r, PIXEL);
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

  open_areas (&areas, &state);
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
    if (n % 4 == 0) {
      check_fills (&areas, &cases[0], PIXEL);
      check_fills (&areas, &cases[1], PIXEL);
    }
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
    if (row_bytes % 4 == 0) {
      check_fills (areas, &low, PIXEL);
      check_fills (areas, &high, PIXEL);
    }
  }
}

GST_START_TEST (test_strides)
{
  static const size_t lengths[] = { 1, 4, 60, 64, 65, 100, 128, 256, 300, 576 };
  static const ptrdiff_t gaps[] = { 0, 1, 4, 28, 64, 100 };
  uint64_t state = 4;
  Areas areas;

  open_areas (&areas, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (lengths); i++) {
    for (size_t j = 0; j < G_N_ELEMENTS (gaps); j++) {
      for (size_t k = 0; k < G_N_ELEMENTS (gaps); k++)
        check_strides (&areas, lengths[i], 1 + (i + j) % 7, gaps[j], gaps[k]);
    }
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

  open_areas (&areas, &state);
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

  open_areas (&areas, &state);
  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++) {
    const size_t end = areas.dst.size;
    const Rect r = { {end, 0}, {end, 0}, sizes[i][0], sizes[i][1] };
    const Rect s = { {end, 64}, {end, 64}, sizes[i][0], sizes[i][1] };

    check_copies (&areas, &r);
    check_fills (&areas, &r, PIXEL);
    if (sizes[i][1] == 0) {
      check_copies (&areas, &s);
      check_fills (&areas, &s, PIXEL);
    }
  }
  close_areas (&areas);
}

GST_END_TEST;

static Place
draw_place (uint64_t * state, const Area * area, ptrdiff_t stride,
    size_t row_bytes, size_t rows)
{
  const size_t end = at_end (area, stride, row_bytes, rows);
  Place place = { 0, stride };

  switch (draw_below (state, 4)) {
    case 0:
      break;
    case 1:
      place.at = end;
      break;
    default:
      place.at = draw_below (state, end + 1);
      break;
  }
  return place;
}

/* Strides of which one in four has no gap, one in two is a pixel multiple. */
static ptrdiff_t
draw_stride (uint64_t * state, size_t row_bytes, size_t limit)
{
  size_t gap = draw_below (state, limit - row_bytes + 1);

  switch (draw_below (state, 4)) {
    case 0:
      gap = 0;
      break;
    case 1:
      break;
    default:
      gap -= gap % 4;
      break;
  }
  return (ptrdiff_t) (row_bytes + gap) * (draw_below (state, 2) ? 1 : -1);
}

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
  const uint64_t seed = get_seed ();
  uint64_t state = seed | 1;
  Areas areas;

  printf ("NTM_TEST_SEED=%" G_GUINT64_FORMAT "\n", seed);
  fflush (stdout);

  open_areas (&areas, &state);
  for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
    Rect r = draw_rect (&state, &areas);

    check_copies (&areas, &r);
    r.row_bytes -= r.row_bytes % 4;
    check_fills (&areas, &r, draw (&state) >> 32);
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
  tcase_add_test (tc, test_source_strides_below_row);
  tcase_add_test (tc, test_nothing);
  tcase_add_test (tc, test_random);
  return s;
}

GST_CHECK_MAIN (kernels);
