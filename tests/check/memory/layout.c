/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which strips GStreamer can describe. GstVideoInfo is the independent model:
 * it gives each layout that gst_nt_layout_new() accepts the same stride and
 * size, and what gst_nt_layout_new() refuses, GstVideoInfo refuses or describes
 * wrongly. Where tiles stand is tested in ../strip/layout. */

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include <string.h>

#include "../strip/support.h"
#include "gstntlayout.h"

static const NtmLayoutRules rgba = {.pixel_bytes = 4 };

/* Formats whose four components GstVideoInfo counts; in a padded format it
 * counts three, and accepts frames that are a third larger. */
static const GstVideoFormat alpha_formats[] = {
  GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_BGRA,
  GST_VIDEO_FORMAT_ARGB, GST_VIDEO_FORMAT_ABGR
};

static const GstVideoFormat padded_formats[] = {
  GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_BGRx,
  GST_VIDEO_FORMAT_xRGB, GST_VIDEO_FORMAT_xBGR
};

/* With 32-bit addresses, the engine itself refuses strips of 2^31 bytes. */
static gboolean
is_addressable (guint64 width, guint64 height)
{
  return width * 4 <= PTRDIFF_MAX / height;
}

/* ---- GstVideoInfo against a layout ---- */

static void
assert_described (GstVideoFormat format, const NtmLayout * layout)
{
  GstVideoInfo info;

  gst_video_info_init (&info);
  fail_unless (gst_video_info_set_format (&info, format, layout->width,
          layout->height), "GStreamer refuses %ux%u", layout->width,
      layout->height);
  fail_unless (info.stride[0] > 0);
  assert_equals_uint64 (info.stride[0], layout->stride);
  assert_equals_uint64 (info.size, layout->bytes);
}

/* Whether GStreamer refuses the frame, or gives it a negative stride. */
static gboolean
is_undescribable (GstVideoFormat format, guint width, guint height)
{
  GstVideoInfo info;

  gst_video_info_init (&info);

  return !gst_video_info_set_format (&info, format, width, height)
      || info.stride[0] < 0;
}

/* Holds @layout, the answer for a strip of @width x @height, against every
 * format. Takes @layout and @error; either is NULL. */
static void
assert_agrees (NtmLayout * layout, GError * error, guint width, guint height)
{
  guint i;

  fail_unless ((layout == NULL) == (error != NULL));
  for (i = 0; i < G_N_ELEMENTS (alpha_formats); i++) {
    if (layout) {
      assert_described (alpha_formats[i], layout);
      assert_described (padded_formats[i], layout);
    } else if (is_addressable (width, height)) {
      fail_unless (is_undescribable (alpha_formats[i], width, height),
          "%ux%u is refused (%s), and GStreamer describes it", width, height,
          error->message);
    }
  }
  ntm_layout_unref (layout);
  g_clear_error (&error);
}

/* A strip of one tile. */
static void
assert_one_agrees (guint width, guint height)
{
  const NtmTile tile = { width, height };
  GError *error = NULL;
  NtmLayout *layout = gst_nt_layout_new (&tile, 1, &rgba, &error);

  assert_agrees (layout, error, width, height);
}

/* A size of 1 to 2^31 - 1, of any magnitude. */
static guint
random_size (void)
{
  return 1 + random_below (1u << random_below (32)) % G_MAXINT32;
}

/* The engine, which has no limits of GStreamer's, says how large the strip
 * is. */
GST_START_TEST (random_strips)
{
  guint n_cases = random_cases (20000);

  for (; n_cases > 0; n_cases--) {
    NtmLayoutRules rules = rgba;
    NtmTile tiles[6];
    const guint n_tiles = 1 + random_below (G_N_ELEMENTS (tiles));
    NtmLayout *unlimited;
    NtmLayout *layout;
    GError *error = NULL;
    guint i;

    rules.columns = random_below (n_tiles + 1);
    for (i = 0; i < n_tiles; i++)
      tiles[i] = (NtmTile) { random_size (), random_size () };
    layout = gst_nt_layout_new (tiles, n_tiles, &rules, &error);
    if (ntm_layout_new (&unlimited, tiles, n_tiles, &rules) == NTM_OK) {
      assert_agrees (layout, error, unlimited->width, unlimited->height);
      ntm_layout_unref (unlimited);
    } else {
      fail_unless (layout == NULL);
      g_clear_error (&error);
    }
  }
}

GST_END_TEST;

/* All widths around the largest that fits, for heights from one row up. */
GST_START_TEST (edge)
{
  static const guint heights[] = {
    1, 2, 3, 4, 7, 16, 100, 1023, 1024, 1080, 4097, 65536, 100000, 1 << 20,
    (1 << 23) - 1, 1 << 23, 1 << 25, G_MAXINT
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (heights); i++) {
    const guint at = (G_GUINT64_CONSTANT (1) << 30) / heights[i];
    guint width = at > 400 ? at - 400 : 1;

    for (; width < at + 400; width++)
      assert_one_agrees (width, heights[i]);
  }
}

GST_END_TEST;

/* ---- Pixels of other sizes ---- */

/* For each number of bytes a pixel, and for pairs, formats that GstVideoInfo
 * counts differently. */
static const struct
{
  guint pixel_bytes;
  guint x_granularity;
  GstVideoFormat formats[3];
} pixels[] = {
  {1, 1, {GST_VIDEO_FORMAT_GRAY8}},
  {2, 1, {GST_VIDEO_FORMAT_GRAY16_LE, GST_VIDEO_FORMAT_RGB15}},
  {3, 1, {GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_v308}},
  {4, 1, {GST_VIDEO_FORMAT_r210, GST_VIDEO_FORMAT_Y410}},
  {8, 1, {GST_VIDEO_FORMAT_ARGB64, GST_VIDEO_FORMAT_Y412_LE}},
  {2, 2, {GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_VYUY}},
  {4, 2, {GST_VIDEO_FORMAT_Y210, GST_VIDEO_FORMAT_v216,
              GST_VIDEO_FORMAT_Y212_LE}},
};

static NtmLayoutRules
rules_of (guint i)
{
  const NtmLayoutRules rules = {
    .pixel_bytes = pixels[i].pixel_bytes,
    .x_granularity = pixels[i].x_granularity,
  };

  return rules;
}

/* What a layout says, GstVideoInfo says of every format; what is refused, it
 * does not describe in the format of which it counts most. */
static void
assert_pixels_agree (guint i, guint width, guint height)
{
  const NtmLayoutRules rules = rules_of (i);
  const NtmTile tile = { width, height };
  gboolean is_undescribed = FALSE;
  GError *error = NULL;
  NtmLayout *layout = gst_nt_layout_new (&tile, 1, &rules, &error);
  guint k;

  for (k = 0; k < G_N_ELEMENTS (pixels[i].formats)
      && pixels[i].formats[k] != GST_VIDEO_FORMAT_UNKNOWN; k++) {
    if (layout)
      assert_described (pixels[i].formats[k], layout);
    is_undescribed |= is_undescribable (pixels[i].formats[k], width, height);
  }
  if (layout == NULL && sizeof (gsize) > 4)
    fail_unless (is_undescribed, "%ux%u of %u bytes is refused (%s)", width,
        height, rules.pixel_bytes, error->message);
  g_clear_error (&error);
  ntm_layout_unref (layout);
}

GST_START_TEST (edge_of_pixels)
{
  const guint unit = pixels[__i__].x_granularity;
  guint height;

  for (height = 1; height < 100000; height = height * 10 + 1) {
    const guint most = G_MAXUINT / height / pixels[__i__].pixel_bytes;
    guint width;

    for (width = 1; width < 200; width++)
      assert_pixels_agree (__i__, width * unit, height);
    for (width = most / 2; width < most && width < most / 2 + 200; width++)
      assert_pixels_agree (__i__, width / unit * unit, height);
    for (width = most / 3 * 2 - 200; width < most / 3 * 2 + 200; width++)
      assert_pixels_agree (__i__, width / unit * unit, height);
    for (width = most - 200; width < most + 200; width++)
      assert_pixels_agree (__i__, width / unit * unit, height);
  }
}

GST_END_TEST;

/* ---- The limits, and what is said of them ---- */

/* Expects an error of the stream's format, with every word of @words in it. */
static void
assert_refused (const NtmTile * tiles, guint n_tiles,
    const NtmLayoutRules * rules, const gchar * const *words)
{
  GError *error = NULL;

  fail_unless (gst_nt_layout_new (tiles, n_tiles, rules, NULL) == NULL);
  fail_unless (gst_nt_layout_new (tiles, n_tiles, rules, &error) == NULL);
  g_assert_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT);
  for (; *words != NULL; words++)
    fail_unless (strstr (error->message, *words) != NULL, "no '%s' in '%s'",
        *words, error->message);
  g_error_free (error);
}

static void
fill (NtmTile * tiles, guint n_tiles, guint width, guint height)
{
  guint i;

  for (i = 0; i < n_tiles; i++)
    tiles[i] = (NtmTile) { width, height };
}

/* From 2^29 pixels on GStreamer's stride is negative, then it refuses. */
GST_START_TEST (widest)
{
  static const gchar *const words[] = {
    "1 tiles", "536870912 pixels wide", "536870911", "GStreamer can describe",
    NULL
  };
  NtmTile tile = { (1u << 29) - 1, 1 };
  guint width;

  if (is_addressable (tile.width, tile.height)) {
    NtmLayout *layout = gst_nt_layout_new (&tile, 1, &rgba, NULL);

    fail_unless (layout != NULL);
    assert_described (GST_VIDEO_FORMAT_RGBA, layout);
    ntm_layout_unref (layout);
  }
  tile.width++;
  assert_refused (&tile, 1, &rgba, words);

  for (width = tile.width - 300; width < tile.width + 300; width++) {
    assert_one_agrees (width, 1);
    assert_one_agrees (width, 2);
  }
  assert_one_agrees ((1u << 30) - 1, 1);
  assert_one_agrees (1u << 31, 1);
  assert_one_agrees (G_MAXUINT32, 1);
}

GST_END_TEST;

/* 2^32 bytes are too many by one, whether they are pixels of the strip or of a
 * width that GStreamer rounds up. */
GST_START_TEST (largest)
{
  static const gchar *const large[] = {
    "1024 tiles", "1048576x1024", "4 bytes", sizeof (gsize) > 4 ?
    "4294967295 bytes are the most that GStreamer can describe" :
    "2147483647 bytes are the most", NULL
  };
  static const gchar *const rounded[] = {
    "1024 tiles", "1048575x1024", "4294967296 bytes", "a multiple of 128",
    "4294967295", NULL
  };
  NtmTile tiles[1024];
  NtmLayout *layout;

  fill (tiles, G_N_ELEMENTS (tiles), 1024, 1024);
  assert_refused (tiles, 1024, &rgba, large);
  if (sizeof (gsize) == 4)
    return;

  layout = gst_nt_layout_new (tiles, 1023, &rgba, NULL);
  fail_unless (layout != NULL);
  assert_described (GST_VIDEO_FORMAT_RGBA, layout);
  ntm_layout_unref (layout);
  tiles[0].width--;
  assert_refused (tiles, 1024, &rgba, rounded);
}

GST_END_TEST;

/* Sums and products that, in 32 bits, would come out as a strip like any
 * other. */
GST_START_TEST (overflows)
{
  static const gchar *const sum[] = {
    "3 tiles", "4294968320", "536870911", NULL
  };
  static const gchar *const long_sum[] = {
    "1000 tiles", "4294967295000", "536870911", NULL
  };
  static const gchar *const product[] = { "65536x65536", "4 bytes", NULL };
  const NtmTile row[] = { {1u << 31, 16}, {1u << 31, 16}, {1024, 16} };
  const NtmTile square = { 65536, 65536 };
  NtmTile many[1000];

  assert_refused (row, 3, &rgba, sum);
  fill (many, G_N_ELEMENTS (many), G_MAXUINT32, G_MAXUINT32);
  assert_refused (many, G_N_ELEMENTS (many), &rgba, long_sum);
  assert_refused (&square, 1, &rgba, product);
}

GST_END_TEST;

/* What the engine refuses for a reason of its own is passed on as it is. */
GST_START_TEST (reasons_of_the_engine)
{
  static const gchar *const high[] = {
    "tile 2 of 2", "101 pixels high", "100", NULL
  };
  static const gchar *const empty[] = { "0 tiles", "0x0", "1x1", NULL };
  static const gchar *const pixel[] = { "a pixel of 0 bytes", NULL };
  const NtmTile tiles[] = { {4, 100}, {4, 101} };
  const NtmLayoutRules low = {.pixel_bytes = 4,.max_frame_height = 100 };
  const NtmLayoutRules no_pixels = { 0 };

  assert_refused (tiles, 2, &low, high);
  assert_refused (NULL, 0, &rgba, empty);
  assert_refused (tiles, 2, &no_pixels, pixel);
}

GST_END_TEST;

/* Limits of width and bytes in the caller's rules hold where they are lower
 * than GStreamer's. */
GST_START_TEST (limits_of_the_caller)
{
  static const gchar *const narrow[] = {
    "100 pixels", "99", "max-width", NULL
  };
  static const gchar *const small[] = { "100x50", "19999 bytes", NULL };
  const NtmLayoutRules rules[] = {
    {.pixel_bytes = 4,.max_width = 99},
    {.pixel_bytes = 4,.max_bytes = 4 * 100 * 50 - 1},
    {.pixel_bytes = 4,.max_width = 100,.max_bytes = 4 * 100 * 50},
  };
  const NtmTile tile = { 100, 50 };
  NtmLayout *layout;

  assert_refused (&tile, 1, &rules[0], narrow);
  assert_refused (&tile, 1, &rules[1], small);
  layout = gst_nt_layout_new (&tile, 1, &rules[2], NULL);
  fail_unless (layout != NULL);
  assert_equals_uint64 (layout->bytes, 4 * 100 * 50);
  ntm_layout_unref (layout);
}

GST_END_TEST;

static Suite *
layout_suite (void)
{
  Suite *suite = suite_create ("memory-layout");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, random_strips);
  tcase_add_test (tc, edge);
  tcase_add_loop_test (tc, edge_of_pixels, 0, G_N_ELEMENTS (pixels));
  tcase_add_test (tc, widest);
  tcase_add_test (tc, largest);
  tcase_add_test (tc, overflows);
  tcase_add_test (tc, reasons_of_the_engine);
  tcase_add_test (tc, limits_of_the_caller);

  return suite;
}

int
main (int argc, char **argv)
{
  random_begin ();

  return run_suite (argc, argv, layout_suite (), __FILE__);
}
