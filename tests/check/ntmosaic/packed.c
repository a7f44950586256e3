/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Every packed format: which there are, their bytes and strides, background in
 * the strip's colorimetry, and pairs of pixels that stay together. */

#include "rig/pixels.h"
#include "rig/rig.h"

/* ---- Which formats ---- */

static const GValue *
get_formats (TestRig * rig)
{
  GstPadTemplate *templ = gst_element_get_pad_template (rig->element, "src");

  return gst_structure_get_value (gst_caps_get_structure (GST_PAD_TEMPLATE_CAPS
          (templ), 0), "format");
}

/* The @n-th format of the pads. A test of one that the table lacks, because
 * GStreamer is newer, has nothing to compare with. */
static GstVideoFormat
get_format (guint n)
{
  TestRig *rig = test_rig_new (0);
  const GValue *formats = get_formats (rig);
  GstVideoFormat format = GST_VIDEO_FORMAT_UNKNOWN;

  if (n < gst_value_list_get_size (formats))
    format = gst_video_format_from_string (g_value_get_string
        (gst_value_list_get_value (formats, n)));
  test_rig_free (rig);

  return test_pixels_know (format) ? format : GST_VIDEO_FORMAT_UNKNOWN;
}

/* More than there are. */
#define MOST_FORMATS 64

static gboolean
has_format (const GValue * formats, const gchar * name)
{
  guint i;

  for (i = 0; i < gst_value_list_get_size (formats); i++)
    if (g_strcmp0 (g_value_get_string (gst_value_list_get_value (formats, i)),
            name) == 0)
      return TRUE;

  return FALSE;
}

/* All formats of the table, and none that is planar, complex or not of whole
 * bytes. RGBA and its kin come first. */
GST_START_TEST (formats)
{
  static const gchar *const kin[] = {
    "RGBA", "BGRA", "ARGB", "ABGR", "RGBx", "BGRx", "xRGB", "xBGR"
  };
  static const gchar *const none[] = {
    "I420", "NV12", "v210", "UYVP", "IYU1", "RGB8P", "GRAY10_LE32", "GBR",
    "NV12_4L4"
  };
  TestRig *rig = test_rig_new (0);
  const GValue *formats = get_formats (rig);
  guint n_known = 0;
  guint i;

  fail_unless (gst_value_list_get_size (formats) <= MOST_FORMATS);
  for (i = 0; i < G_N_ELEMENTS (kin); i++)
    fail_unless_equals_string (g_value_get_string (gst_value_list_get_value
            (formats, i)), kin[i]);
  for (i = 0; i < G_N_ELEMENTS (none); i++)
    fail_if (has_format (formats, none[i]), "%s", none[i]);
  for (i = 2; i <= GST_VIDEO_FORMAT_NV12_16L32S; i++)
    if (test_pixels_know (i)) {
      const gchar *name = gst_video_format_to_string (i);

      fail_unless (has_format (formats, name), "%s is missing", name);
      n_known++;
    }
  fail_unless_equals_int (n_known, 45);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Bytes ---- */

/* Frames in memory of all kinds: padded as GstVideoInfo says, tight, with long
 * rows, upside down, in pieces. */
static GstBuffer *
make_frame (GstVideoFormat format, const TestTile * tile, guint kind)
{
  const gsize row_bytes = (gsize) tile->width * test_pixel_bytes (format);

  switch (kind % 5) {
    case 0:
      return test_frame_new (format, tile->width, tile->height, 0, 0,
          tile->seed);
    case 1:
      return test_frame_new (format, tile->width, tile->height, row_bytes, 3,
          tile->seed);
    case 2:
      return test_frame_new (format, tile->width, tile->height,
          row_bytes + 13, 0, tile->seed);
    case 3:
      return test_frame_new_upside_down (format, tile->width, tile->height,
          row_bytes + 1, tile->seed);
    default:
      return test_frame_split (test_frame_new (format, tile->width,
              tile->height, 0, 0, tile->seed), row_bytes + 5);
  }
}

/* The strip has the bytes that GstVideoInfo says, and a GstVideoMeta only if
 * downstream takes one. */
static void
check_size (GstBuffer * buffer, GstCaps * caps, gboolean takes_meta)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_uint64 (gst_buffer_get_size (buffer), info.size);
  fail_unless ((meta != NULL) == takes_meta);
  if (meta)
    fail_unless_equals_int (meta->stride[0], info.stride[0]);
}

/* Strips of every width modulo 4, of frames of each kind. */
static void
check_bytes (GstVideoFormat format, gboolean takes_meta)
{
  const guint unit = test_pixel_unit (format);
  const gchar *name = gst_video_format_to_string (format);
  guint i;

  for (i = 0; i < 5; i++) {
    const TestTile tiles[] = {
      {(5 + i) * unit, 9, i}, {8 * unit, 4, 9 + i}, {3 * unit, 0, 0}
    };
    const TestStrip strip = { tiles, 3, 9, "center", 0x12345678 };
    TestRig *rig = test_rig_new_for (&strip, name);
    guint k;

    if (takes_meta)
      gst_harness_add_propose_allocation_meta (rig->out,
          GST_VIDEO_META_API_TYPE, NULL);
    for (k = 0; k < 3; k++) {
      GstBuffer *buffer;
      GstCaps *caps;
      guint t;

      for (t = 0; t < 2; t++)
        test_input_push_nth (test_rig_input (rig, t), make_frame (format,
                &tiles[t], i + k + t), k);
      test_input_push_gap (test_rig_input (rig, 2), k);
      buffer = test_rig_pull (rig, &caps);
      test_assert_strip (buffer, caps, &strip);
      check_size (buffer, caps, takes_meta);
      gst_buffer_unref (buffer);
      gst_caps_unref (caps);
    }
    test_rig_free (rig);
  }
}

GST_START_TEST (bytes)
{
  const GstVideoFormat format = get_format (__i__);

  if (format == GST_VIDEO_FORMAT_UNKNOWN)
    return;
  check_bytes (format, FALSE);
  check_bytes (format, TRUE);
}

GST_END_TEST;

/* Upstream's pool has frames as GstVideoInfo says. */
GST_START_TEST (pool_for_upstream)
{
  TestRig *rig = test_rig_new (1);
  GstCaps *caps = test_caps_new ("RGB", 7, 3, 25, 1);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  guint size;

  test_input_set_caps (test_rig_input (rig, 0), "RGB", 7, 3);
  fail_unless (gst_pad_peer_query (test_rig_input (rig, 0)->srcpad, query));
  gst_query_parse_nth_allocation_pool (query, 0, NULL, &size, NULL, NULL);
  fail_unless_equals_int (size, 3 * 24);
  gst_query_unref (query);
  gst_caps_unref (caps);
  test_rig_free (rig);
}

GST_END_TEST;

/* Frames of NumPy and the like have tight rows: without a GstVideoMeta, the
 * error says what is wrong with them. */
GST_START_TEST (tight_rows)
{
  TestRig *rig = test_rig_new (1);
  GstBuffer *frame = gst_buffer_new_allocate (NULL, 3 * 21, NULL);

  GST_BUFFER_PTS (frame) = 0;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  test_input_set_caps (test_rig_input (rig, 0), "RGB", 7, 3);
  gst_harness_push (test_rig_input (rig, 0), frame);
  test_rig_expect_error (rig, "sink_0", "63 bytes", "rows of 21 bytes",
      "RGB 7x3", "24 bytes apart", "pad the rows", "GstVideoMeta");
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Background ---- */

/* Worked out by hand. */
static const struct
{
  const gchar *format;
  const gchar *colorimetry;
  guint32 color;
  guint n_bytes;
  guint8 bytes[8];
} backgrounds[] = {
  {"RGBA", "sRGB", 0x80123456, 4, {0x12, 0x34, 0x56, 0x80}},
  /* The numbers of RGB are taken as they are. */
  {"RGBA", "2:1:5:1", 0xffffffff, 4, {0xff, 0xff, 0xff, 0xff}},
  {"xBGR", "sRGB", 0x80123456, 4, {0x80, 0x56, 0x34, 0x12}},
  {"RGB", "sRGB", 0x80123456, 3, {0x12, 0x34, 0x56}},
  {"BGR", "sRGB", 0x80123456, 3, {0x56, 0x34, 0x12}},
  {"GRAY8", "1:4:0:0", 0xff000000, 1, {0x00}},
  {"GRAY8", "1:4:0:0", 0xffffffff, 1, {0xff}},
  {"GRAY8", "1:4:0:0", 0xffff0000, 1, {0x4c}},
  {"GRAY8", "bt709", 0xffff0000, 1, {0x3f}},
  {"GRAY8", "bt601", 0xffffffff, 1, {0xeb}},
  {"GRAY16_LE", "1:4:0:0", 0xffff0000, 2, {0x8b, 0x4c}},
  {"GRAY16_BE", "1:4:0:0", 0xffff0000, 2, {0x4c, 0x8b}},
  {"YUY2", "bt709", 0xff000000, 4, {16, 128, 16, 128}},
  {"YUY2", "bt709", 0xffffffff, 4, {235, 128, 235, 128}},
  {"YUY2", "bt709", 0xffff0000, 4, {63, 102, 63, 240}},
  {"YUY2", "bt601", 0xffff0000, 4, {81, 90, 81, 240}},
  {"YUY2", "bt601", 0xff0000ff, 4, {41, 240, 41, 110}},
  {"UYVY", "bt601", 0xffff0000, 4, {90, 81, 240, 81}},
  {"YVYU", "bt601", 0xffff0000, 4, {81, 240, 81, 90}},
  {"VYUY", "bt601", 0xffff0000, 4, {240, 81, 90, 81}},
  /* Full range. */
  {"YUY2", "1:4:16:4", 0xffff0000, 4, {76, 85, 76, 255}},
  {"AYUV", "bt601", 0x40ff0000, 4, {0x40, 81, 90, 240}},
  {"VUYA", "bt709", 0x40ff0000, 4, {240, 102, 63, 0x40}},
  {"v308", "bt709", 0xffffffff, 3, {235, 128, 128}},
  {"IYU2", "bt601", 0xffff0000, 3, {90, 81, 240}},
  /* 2 + 10 + 10 + 10 bits: alpha 3, Cr 960, Y 250, Cb 409. */
  {"Y410", "bt709", 0xffff0000, 4, {0x99, 0xe9, 0x03, 0xfc}},
  {"Y210", "bt709", 0xffffffff, 8, {0x00, 0xeb, 0x00, 0x80, 0x00, 0xeb, 0x00,
          0x80}},
  {"RGB10A2_LE", "sRGB", 0xffff0000, 4, {0xff, 0x03, 0x00, 0xc0}},
  {"r210", "sRGB", 0xffff0000, 4, {0x3f, 0xf0, 0x00, 0x00}},
  {"RGBA64_LE", "sRGB", 0x80123456, 8, {0x12, 0x12, 0x34, 0x34, 0x56, 0x56,
          0x80, 0x80}},
};

static gchar *
get_fields (guint i)
{
  return g_strdup_printf ("format=%s,colorimetry=%s", backgrounds[i].format,
      backgrounds[i].colorimetry);
}

/* The second of two tiles has no frame. */
GST_START_TEST (background)
{
  TestRig *rig = test_rig_new (2);
  gchar *fields = get_fields (__i__);
  GstBuffer *strip;
  guint8 found[8];
  GstCaps *caps;
  guint i;

  g_object_set (rig->element, "background-color", backgrounds[__i__].color,
      NULL);
  for (i = 0; i < 2; i++)
    test_input_set_caps_with (test_rig_input (rig, i), 4, 1, fields);
  test_rig_push (rig, 0, 1, 0);
  test_input_push_gap (test_rig_input (rig, 1), 0);
  strip = test_rig_pull (rig, &caps);
  gst_buffer_extract (strip, gst_buffer_get_size (strip)
      - backgrounds[__i__].n_bytes, found, backgrounds[__i__].n_bytes);
  for (i = 0; i < backgrounds[__i__].n_bytes; i++)
    fail_unless_equals_int (found[i], backgrounds[__i__].bytes[i]);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
  g_free (fields);
  test_rig_free (rig);
}

GST_END_TEST;

/* New colorimetry is new background. */
GST_START_TEST (background_follows_colorimetry)
{
  static const gchar *const fields[] = {
    "format=YUY2,colorimetry=bt601", "format=YUY2,colorimetry=bt709",
    "format=UYVY,colorimetry=bt709"
  };
  static const guint8 red[][4] = {
    {81, 90, 81, 240}, {63, 102, 63, 240}, {102, 63, 240, 63}
  };
  TestRig *rig = test_rig_new (1);
  guint n;

  g_object_set (rig->element, "background-color", 0xffff0000, "columns", 2,
      "rows", 1, NULL);
  for (n = 0; n < 3; n++) {
    GstBuffer *strip;

    test_input_set_caps_with (test_rig_input (rig, 0), 4, 2, fields[n]);
    test_rig_push (rig, 0, 1, n);
    strip = test_rig_pull (rig, NULL);
    fail_unless (gst_buffer_memcmp (strip, 16 + 12, red[n], 4) == 0);
    gst_buffer_unref (strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Pairs ---- */

/* A gap of 3 is one of 4, and a tile begins at an even pixel. */
GST_START_TEST (pairs_stay_together)
{
  static const guint widths[] = { 10, 2, 4, 2 };
  static const guint xs[] = { 0, 14, 2, 14 };
  TestRig *rig = test_rig_new (4);
  GstBuffer *strip;
  GstCaps *caps;
  gint width;
  guint i;

  g_object_set (rig->element, "columns", 2, "gap", 3, "tile-meta", TRUE, NULL);
  test_rig_set (rig, "align-x", "center");
  for (i = 0; i < 4; i++) {
    test_input_set_caps (test_rig_input (rig, i), "YUY2", widths[i], 4);
    test_rig_push (rig, i, i, 0);
  }
  strip = test_rig_pull (rig, &caps);
  gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
  fail_unless_equals_int (width, 16);
  for (i = 0; i < 4; i++)
    fail_unless_equals_int
        (gst_buffer_get_video_region_of_interest_meta_id (strip, i)->x, xs[i]);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* The strip is even, and so is the place of the tile in it. */
GST_START_TEST (pairs_in_larger_strip)
{
  static const gchar *const widths[] = {
    "18", "{17,18}", "{9,[17,40]}", "[9,99,9]"
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (widths); i++) {
    TestRig *rig = test_rig_new (1);
    gchar *text = g_strconcat ("video/x-raw,width=", widths[i], NULL);
    GstBuffer *strip;
    GstCaps *caps;
    gint width;

    gst_harness_set_sink_caps_str (rig->out, text);
    test_rig_set (rig, "align-x", "center");
    g_object_set (rig->element, "tile-meta", TRUE, NULL);
    test_input_set_caps (test_rig_input (rig, 0), "YUY2", 8, 4);
    test_rig_push (rig, 0, 1, 0);
    strip = test_rig_pull (rig, &caps);
    gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
    fail_unless_equals_int (width, 18);
    fail_unless_equals_int
        (gst_buffer_get_video_region_of_interest_meta_id (strip, 0)->x, 4);
    gst_caps_unref (caps);
    gst_buffer_unref (strip);
    g_free (text);
    test_rig_free (rig);
  }
}

GST_END_TEST;

GST_START_TEST (odd_strip_is_an_error)
{
  TestRig *rig = test_rig_new (1);
  GstBuffer *frame = test_frame_new (GST_VIDEO_FORMAT_YUY2, 8, 4, 0, 0, 1);

  GST_BUFFER_PTS (frame) = 0;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=17");
  test_input_set_caps (test_rig_input (rig, 0), "YUY2", 8, 4);
  gst_harness_push (test_rig_input (rig, 0), frame);
  test_rig_expect_error (rig, "asks for a strip that is 17 pixels wide",
      "2 pixels share their chroma", "multiple");
  test_rig_free (rig);
}

GST_END_TEST;

#define ODD_WIDTH "YUY2 frames that are 7 pixels wide", "2 pixels of YUY2", \
    "videocrop", "videoscale", "multiple of 2", "RGBA"

GST_START_TEST (odd_width_is_an_error)
{
  TestRig *rig = test_rig_new (2);

  test_input_set_caps (test_rig_input (rig, 0), "YUY2", 8, 4);
  test_input_set_caps (test_rig_input (rig, 1), "YUY2", 7, 4);
  test_rig_push (rig, 0, 1, 0);
  gst_harness_push (test_rig_input (rig, 1), test_frame_new
      (GST_VIDEO_FORMAT_YUY2, 7, 4, 0, 0, 1));
  test_rig_expect_error (rig, "sink_1", ODD_WIDTH);
  test_rig_free (rig);
}

GST_END_TEST;

/* Once strips are made, the other pads go on; the tile keeps its size. */
GST_START_TEST (odd_width_is_a_warning_later)
{
  const TestTile both[] = { {8, 4, 1}, {6, 4, 2} };
  const TestTile one[] = { {8, 4, 1}, {6, 0, 0} };
  const TestStrip before = { both, 2, 4, "top", BLACK };
  const TestStrip after = { one, 2, 4, "top", BLACK };
  TestRig *rig = test_rig_new_for (&before, "YUY2");
  guint n;

  test_rig_check (rig, &before);
  test_input_set_caps (test_rig_input (rig, 1), "YUY2", 7, 4);
  for (n = 1; n < 4; n++) {
    test_rig_push (rig, 0, 1, n);
    test_rig_push (rig, 1, 2, n);
    test_rig_expect (rig, &after);
  }
  test_rig_expect_warning (rig, "sink_1", ODD_WIDTH);
  test_input_set_caps (test_rig_input (rig, 1), "YUY2", 6, 4);
  rig->n_sent = 4;
  test_rig_check (rig, &before);
  test_rig_free (rig);
}

GST_END_TEST;

/* A tile of an odd width from before, in a format without pairs. The pad that
 * has it does not keep the other from going on. */
GST_START_TEST (odd_tile_among_pairs)
{
  const TestTile before[] = { {7, 4, 1}, {8, 4, 2} };
  const TestTile after[] = { {8, 0, 0}, {8, 4, 2} };
  const TestStrip rgba = { before, 2, 4, "top", BLACK };
  const TestStrip yuy2 = { after, 2, 4, "top", BLACK };
  TestRig *rig = test_rig_new_for (&rgba, "RGBA");

  test_rig_check (rig, &rgba);
  test_input_set_caps (test_rig_input (rig, 0), "YUY2", 7, 4);
  test_input_set_caps (test_rig_input (rig, 1), "YUY2", 8, 4);
  test_rig_push (rig, 0, 1, 1);
  test_rig_push (rig, 1, 2, 1);
  test_rig_expect (rig, &yuy2);
  test_rig_expect_warning (rig, "sink_0", ODD_WIDTH);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (packed)
{
  tcase_add_test (tc, formats);
  tcase_add_loop_test (tc, bytes, 0, MOST_FORMATS);
  tcase_add_test (tc, pool_for_upstream);
  tcase_add_test (tc, tight_rows);
  tcase_add_loop_test (tc, background, 0, G_N_ELEMENTS (backgrounds));
  tcase_add_test (tc, background_follows_colorimetry);
  tcase_add_test (tc, pairs_stay_together);
  tcase_add_test (tc, pairs_in_larger_strip);
  tcase_add_test (tc, odd_strip_is_an_error);
  tcase_add_test (tc, odd_width_is_an_error);
  tcase_add_test (tc, odd_width_is_a_warning_later);
  tcase_add_test (tc, odd_tile_among_pairs);
}
