/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The geometry of a strip. GstVideoInfo is the independent model: whatever
 * ntm_layout_place () accepts, GStreamer describes with the same numbers, and
 * what it refuses for its size, GStreamer refuses or gets wrong. The rest is
 * held against sums that are done again here, another way. */

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include "layout.h"

#include <string.h>

#define TEXT_BYTES 512

static const NtmLayoutRules no_rules = { NTM_ALIGN_TOP, 0, 0, 0 };

/* Formats whose four components GstVideoInfo counts, and those of which it
 * counts three. */
static const GstVideoFormat alpha_formats[] = {
  GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_BGRA,
  GST_VIDEO_FORMAT_ARGB, GST_VIDEO_FORMAT_ABGR
};

static const GstVideoFormat padded_formats[] = {
  GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_BGRx,
  GST_VIDEO_FORMAT_xRGB, GST_VIDEO_FORMAT_xBGR
};

static void
fill (NtmTile * tiles, gsize n_tiles, guint width, guint frame_height)
{
  NtmTile tile = { width, frame_height, 9, 9 };

  for (gsize i = 0; i < n_tiles; i++)
    tiles[i] = tile;
}

/* Does GStreamer say the same of a frame as @layout? */
static void
assert_described (GstVideoFormat format, const NtmLayout * layout)
{
  GstVideoInfo info;

  gst_video_info_init (&info);
  fail_unless (gst_video_info_set_format (&info, format, layout->width,
          layout->height), "GStreamer refuses %ux%u", layout->width,
      layout->height);
  fail_unless (info.stride[0] > 0);
  assert_equals_uint64 ((guint64) info.stride[0], layout->stride);
  assert_equals_uint64 (info.size, layout->size);
}

/* Is a frame one that GStreamer refuses, or describes wrongly? */
static gboolean
is_undescribable (GstVideoFormat format, guint width, guint height)
{
  GstVideoInfo info;

  gst_video_info_init (&info);
  return !gst_video_info_set_format (&info, format, width, height)
      || info.stride[0] < 0;
}

/* One tile of @width x @height, held against every format. */
static void
assert_agrees (guint width, guint height)
{
  NtmTile tile = { width, height, 0, 0 };
  NtmLayout layout;
  NtmLayoutStatus status = ntm_layout_place (&layout, &tile, 1, &no_rules);

  for (guint i = 0; i < G_N_ELEMENTS (alpha_formats); i++) {
    if (status == NTM_LAYOUT_OK) {
      assert_described (alpha_formats[i], &layout);
      assert_described (padded_formats[i], &layout);
    } else {
      fail_unless (is_undescribable (alpha_formats[i], width, height),
          "%ux%u is refused with %d, and GStreamer describes it", width,
          height, status);
    }
  }
}

/* Explains into memory of exactly @text_bytes bytes, so that a sanitizer or
 * valgrind sees a byte too many, and compares with @whole, cut. */
static void
assert_cut (NtmLayoutStatus status, const NtmTile * tile,
    const NtmLayoutRules * rules, const gchar * whole, gsize text_bytes)
{
  gchar *text = g_malloc (text_bytes);

  memset (text, 'x', text_bytes);
  ntm_layout_explain (status, tile, 1, rules, text, text_bytes);
  fail_unless (memchr (text, '\0', text_bytes) != NULL);
  assert_equals_uint64 (strlen (text), MIN (strlen (whole), text_bytes - 1));
  fail_unless (g_str_has_prefix (whole, text));
  g_free (text);
}

/* Expects @status and an explanation with every word of @words in it. */
static void
assert_refused (NtmLayoutStatus status, NtmTile * tiles, gsize n_tiles,
    const NtmLayoutRules * rules, const gchar * const *words)
{
  gchar text[TEXT_BYTES];
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, tiles, n_tiles, rules), status);
  ntm_layout_explain (status, tiles, n_tiles, rules, text, sizeof (text));
  fail_unless (strlen (text) < sizeof (text) - 1);
  fail_unless (strchr (text, '\n') == NULL);
  for (; *words != NULL; words++) {
    fail_unless (strstr (text, *words) != NULL, "no '%s' in '%s'", *words,
        text);
  }
}

GST_START_TEST (test_side_by_side)
{
  NtmTile tiles[] = {
    {1024, 1024, 0, 0}, {1, 1024, 0, 0}, {333, 1024, 0, 0}, {16, 1024, 0, 0}
  };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, tiles, G_N_ELEMENTS (tiles),
          &no_rules), NTM_LAYOUT_OK);
  assert_equals_int (tiles[0].x, 0);
  assert_equals_int (tiles[1].x, 1024);
  assert_equals_int (tiles[2].x, 1025);
  assert_equals_int (tiles[3].x, 1358);
  assert_equals_int (layout.width, 1374);
  assert_equals_int (layout.height, 1024);
  assert_equals_uint64 (layout.stride, 1374 * 4);
  assert_equals_uint64 (layout.size, 1374 * 4 * 1024);
  assert_described (GST_VIDEO_FORMAT_RGBA, &layout);
}

GST_END_TEST;

GST_START_TEST (test_hundred_tiles)
{
  NtmTile tiles[100];
  NtmLayout layout;

  fill (tiles, G_N_ELEMENTS (tiles), 1024, 1024);
  assert_equals_int (ntm_layout_place (&layout, tiles, 100, &no_rules),
      NTM_LAYOUT_OK);
  for (guint i = 0; i < 100; i++)
    assert_equals_int (tiles[i].x, i * 1024);
  assert_equals_int (layout.width, 102400);
  assert_equals_uint64 (layout.size, 400 << 20);
  assert_described (GST_VIDEO_FORMAT_RGBA, &layout);
}

GST_END_TEST;

/* A tile without a width takes no room, and its frame neither makes the strip
 * higher nor the reason to refuse it. */
GST_START_TEST (test_zero_width)
{
  NtmLayoutRules rules = { NTM_ALIGN_BOTTOM, 0, 100, 0 };
  NtmTile tiles[] = {
    {0, 5000, 7, 7}, {10, 60, 0, 0}, {0, 0, 7, 7}, {20, 80, 0, 0}, {0, 1, 7, 7}
  };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, tiles, G_N_ELEMENTS (tiles),
          &rules), NTM_LAYOUT_OK);
  assert_equals_int (layout.width, 30);
  assert_equals_int (layout.height, 80);
  assert_equals_int (tiles[0].x, 0);
  assert_equals_int (tiles[1].x, 0);
  assert_equals_int (tiles[2].x, 10);
  assert_equals_int (tiles[3].x, 10);
  assert_equals_int (tiles[4].x, 30);
  assert_equals_int (tiles[0].frame_y, 0);
  assert_equals_int (tiles[1].frame_y, 20);
  assert_equals_int (tiles[2].frame_y, 0);
  assert_equals_int (tiles[4].frame_y, 0);
}

GST_END_TEST;

GST_START_TEST (test_zero_width_is_never_too_high)
{
  NtmLayoutRules rules = { NTM_ALIGN_TOP, 50, 100, 0 };
  NtmTile tiles[] = { {0, 5000, 0, 0}, {10, 0, 0, 0} };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, tiles, 2, &rules),
      NTM_LAYOUT_OK);
  assert_equals_int (layout.height, 50);
}

GST_END_TEST;

GST_START_TEST (test_empty)
{
  static const gchar *const no_tiles[] = { "0 tiles", "0x0", "1x1", NULL };
  static const gchar *const no_width[] = { "2 tiles", "0x480", "1x1", NULL };
  static const gchar *const no_height[] = { "2 tiles", "30x0", "1x1", NULL };
  NtmLayoutRules high = { NTM_ALIGN_TOP, 480, 0, 0 };
  NtmTile narrow[] = { {0, 480, 0, 0}, {0, 100, 0, 0} };
  NtmTile flat[] = { {10, 0, 0, 0}, {20, 0, 0, 0} };
  NtmLayout layout;

  assert_refused (NTM_LAYOUT_EMPTY, NULL, 0, &no_rules, no_tiles);
  assert_equals_int (ntm_layout_place (&layout, NULL, 0, &high),
      NTM_LAYOUT_EMPTY);
  assert_refused (NTM_LAYOUT_EMPTY, narrow, 2, &high, no_width);
  assert_refused (NTM_LAYOUT_EMPTY, flat, 2, &no_rules, no_height);
}

GST_END_TEST;

/* Every pair of small heights, every alignment, every granularity: the frame
 * is inside the strip, on the grid, and as near to its place as the grid
 * lets it be. */
GST_START_TEST (test_alignment)
{
  static const NtmAlign aligns[] = {
    NTM_ALIGN_TOP, NTM_ALIGN_CENTER, NTM_ALIGN_BOTTOM
  };

  for (guint a = 0; a < G_N_ELEMENTS (aligns); a++) {
    for (guint grid = 0; grid <= 4; grid++) {
      for (guint height = 1; height <= 17; height++) {
        for (guint frame = 1; frame <= height; frame++) {
          NtmLayoutRules rules = { aligns[a], 0, 0, grid };
          NtmTile tiles[] = { {4, height, 9, 9}, {4, frame, 9, 9} };
          NtmLayout layout;
          guint wanted = a * (height - frame) / 2;
          guint y;

          assert_equals_int (ntm_layout_place (&layout, tiles, 2, &rules),
              NTM_LAYOUT_OK);
          y = tiles[1].frame_y;
          assert_equals_int (tiles[0].frame_y, 0);
          assert_equals_int (y % MAX (grid, 1), 0);
          fail_unless (y <= wanted && wanted - y < MAX (grid, 1));
          fail_unless (y + frame <= layout.height);
        }
      }
    }
  }
}

GST_END_TEST;

/* The cases that one would draw on paper. */
GST_START_TEST (test_alignment_by_example)
{
  static const struct
  {
    NtmAlign align;
    guint height;
    guint frame;
    guint grid;
    guint y;
  } cases[] = {
    {NTM_ALIGN_TOP, 11, 4, 1, 0},
    {NTM_ALIGN_CENTER, 10, 4, 1, 3},
    {NTM_ALIGN_CENTER, 11, 4, 1, 3},
    {NTM_ALIGN_CENTER, 10, 4, 2, 2},
    {NTM_ALIGN_CENTER, 11, 10, 1, 0},
    {NTM_ALIGN_BOTTOM, 11, 4, 0, 7},
    {NTM_ALIGN_BOTTOM, 11, 4, 2, 6},
    {NTM_ALIGN_BOTTOM, 10, 4, 2, 6},
    {NTM_ALIGN_BOTTOM, 10, 0, 1, 0},
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    NtmLayoutRules rules = { cases[i].align, cases[i].height, 0,
      cases[i].grid
    };
    NtmTile tile = { 4, cases[i].frame, 9, 9 };
    NtmLayout layout;

    assert_equals_int (ntm_layout_place (&layout, &tile, 1, &rules),
        NTM_LAYOUT_OK);
    assert_equals_int (layout.height, cases[i].height);
    assert_equals_int (tile.frame_y, cases[i].y);
  }
}

GST_END_TEST;

GST_START_TEST (test_min_height)
{
  NtmLayoutRules rules = { NTM_ALIGN_TOP, 100, 0, 0 };
  NtmTile tile = { 4, 0, 0, 0 };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &rules),
      NTM_LAYOUT_OK);
  assert_equals_int (layout.height, 100);
  tile.frame_height = 99;
  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &rules),
      NTM_LAYOUT_OK);
  assert_equals_int (layout.height, 100);
  tile.frame_height = 101;
  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &rules),
      NTM_LAYOUT_OK);
  assert_equals_int (layout.height, 101);
}

GST_END_TEST;

/* The limit is on frames; a strip may be asked to be higher. */
GST_START_TEST (test_max_height)
{
  static const gchar *const words[] = { "tile 2 of 3", "101", "100", NULL };
  NtmLayoutRules rules = { NTM_ALIGN_TOP, 200, 100, 0 };
  NtmTile tiles[] = { {4, 100, 0, 0}, {4, 100, 0, 0}, {4, 1, 0, 0} };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, tiles, 3, &rules),
      NTM_LAYOUT_OK);
  assert_equals_int (layout.height, 200);
  tiles[1].frame_height = 101;
  assert_refused (NTM_LAYOUT_TOO_HIGH, tiles, 3, &rules, words);
}

GST_END_TEST;

/* A frame that is too high is the reason, whatever follows from it. */
GST_START_TEST (test_first_reason)
{
  NtmLayoutRules rules = { NTM_ALIGN_TOP, 0, 100, 0 };
  NtmTile tile = { G_MAXUINT32, G_MAXUINT32, 0, 0 };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &rules),
      NTM_LAYOUT_TOO_HIGH);
  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &no_rules),
      NTM_LAYOUT_TOO_WIDE);
  tile.width = 1;
  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &no_rules),
      NTM_LAYOUT_TOO_LARGE);
}

GST_END_TEST;

/* All widths around the largest that fits, for heights from one row up. */
GST_START_TEST (test_edge_agrees_with_gstreamer)
{
  static const guint heights[] = {
    1, 2, 3, 4, 7, 16, 100, 1023, 1024, 1080, 4097, 65536, 100000, 1 << 20,
    (1 << 23) - 1, 1 << 23, 1 << 25, G_MAXINT
  };

  for (guint i = 0; i < G_N_ELEMENTS (heights); i++) {
    guint edge = (guint) ((G_GUINT64_CONSTANT (1) << 30) / heights[i]);
    guint first = edge > 400 ? edge - 400 : 1;

    for (guint width = first; width < edge + 400; width++)
      assert_agrees (width, heights[i]);
  }
}

GST_END_TEST;

/* From 2^29 pixels on GStreamer's stride turns negative, then it refuses. */
GST_START_TEST (test_widest)
{
  static const gchar *const words[] = {
    "1 tiles", "536870912", "536870911", NULL
  };
  NtmTile tile = { NTM_LAYOUT_MAX_WIDTH, 1, 0, 0 };
  NtmLayout layout;

  assert_equals_int (ntm_layout_place (&layout, &tile, 1, &no_rules),
      NTM_LAYOUT_OK);
  assert_described (GST_VIDEO_FORMAT_RGBA, &layout);
  tile.width++;
  assert_refused (NTM_LAYOUT_TOO_WIDE, &tile, 1, &no_rules, words);

  for (guint width = (1u << 29) - 300; width < (1u << 29) + 300; width++) {
    assert_agrees (width, 1);
    assert_agrees (width, 2);
  }
  assert_agrees ((1u << 30) - 1, 1);
  assert_agrees (1u << 31, 1);
  assert_agrees (G_MAXUINT32, 1);
}

GST_END_TEST;

GST_START_TEST (test_largest)
{
  static const gchar *const words[] = {
    "1024 tiles", "1048576x1024", "4294967296", "4294967295", NULL
  };
  NtmTile tiles[1024];
  NtmLayout layout;

  fill (tiles, G_N_ELEMENTS (tiles), 1024, 1024);
  assert_equals_int (ntm_layout_place (&layout, tiles, 1023, &no_rules),
      NTM_LAYOUT_OK);
  assert_described (GST_VIDEO_FORMAT_RGBA, &layout);
  assert_refused (NTM_LAYOUT_TOO_LARGE, tiles, 1024, &no_rules, words);
}

GST_END_TEST;

/* Sums of widths that, in 32 bits, would come out as a strip like any other. */
GST_START_TEST (test_sum_overflows)
{
  static const gchar *const wrapped[] = {
    "3 tiles", "4294968320", "536870911", NULL
  };
  static const gchar *const huge[] = {
    "1000 tiles", "4294967295000", "536870911", NULL
  };
  NtmTile two[] = {
    {1u << 31, 16, 0, 0}, {1u << 31, 16, 0, 0}, {1024, 16, 0, 0}
  };
  NtmTile many[1000];

  assert_refused (NTM_LAYOUT_TOO_WIDE, two, 3, &no_rules, wrapped);
  fill (many, G_N_ELEMENTS (many), G_MAXUINT32, G_MAXUINT32);
  assert_refused (NTM_LAYOUT_TOO_WIDE, many, 1000, &no_rules, huge);
}

GST_END_TEST;

/* Products of sizes that, in 32 bits, would come out small. */
GST_START_TEST (test_product_overflows)
{
  static const gchar *const words[] = {
    "65536x65536", "17179869184", "4294967295", NULL
  };
  NtmTile tile = { 65536, 65536, 0, 0 };
  NtmTile largest = { NTM_LAYOUT_MAX_WIDTH, G_MAXUINT32, 0, 0 };
  NtmLayout layout;

  assert_refused (NTM_LAYOUT_TOO_LARGE, &tile, 1, &no_rules, words);
  assert_equals_int (ntm_layout_place (&layout, &largest, 1, &no_rules),
      NTM_LAYOUT_TOO_LARGE);
}

GST_END_TEST;

GST_START_TEST (test_explain_is_cut)
{
  static const NtmLayoutStatus all[] = {
    NTM_LAYOUT_OK, NTM_LAYOUT_EMPTY, NTM_LAYOUT_TOO_WIDE,
    NTM_LAYOUT_TOO_LARGE, NTM_LAYOUT_TOO_HIGH
  };
  NtmLayoutRules rules = { NTM_ALIGN_TOP, 0, 100, 0 };
  NtmTile tile = { G_MAXUINT32, G_MAXUINT32, 0, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
    gchar whole[TEXT_BYTES];

    ntm_layout_explain (all[i], &tile, 1, &rules, whole, sizeof (whole));
    ntm_layout_explain (all[i], &tile, 1, &rules, NULL, 0);
    for (gsize bytes = 1; bytes <= strlen (whole) + 2; bytes++)
      assert_cut (all[i], &tile, &rules, whole, bytes);
  }
}

GST_END_TEST;

static Suite *
strip_layout_layout_suite (void)
{
  Suite *suite = suite_create ("strip-layout-layout");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, test_side_by_side);
  tcase_add_test (tc, test_hundred_tiles);
  tcase_add_test (tc, test_zero_width);
  tcase_add_test (tc, test_zero_width_is_never_too_high);
  tcase_add_test (tc, test_empty);
  tcase_add_test (tc, test_alignment);
  tcase_add_test (tc, test_alignment_by_example);
  tcase_add_test (tc, test_min_height);
  tcase_add_test (tc, test_max_height);
  tcase_add_test (tc, test_first_reason);
  tcase_add_test (tc, test_edge_agrees_with_gstreamer);
  tcase_add_test (tc, test_widest);
  tcase_add_test (tc, test_largest);
  tcase_add_test (tc, test_sum_overflows);
  tcase_add_test (tc, test_product_overflows);
  tcase_add_test (tc, test_explain_is_cut);

  return suite;
}

GST_CHECK_MAIN (strip_layout_layout);
