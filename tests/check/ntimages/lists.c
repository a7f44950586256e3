/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Lists of files become strips, byte for byte; their order, end, seeks, and
 * what the bus and queries say of them. */

#include "photos.h"

#include <string.h>

/* Pulls the strips of @photos from number @first on, @tiles at a time. */
static void
expect_strips (Show * show, const Photos * photos, guint first, guint tiles,
    const Expected * like)
{
  Expected all = like ? *like : (Expected) { 0 };
  guint i;

  all.n_tiles = tiles;
  for (; first < photos->n; first += tiles) {
    gint which[MOST_PHOTOS + 1];

    for (i = 0; i < tiles && first + i < photos->n; i++)
      which[i] = first + i;
    which[i] = -1;
    assert_strip (show_pull (show), photos, which, &all);
  }
}

static void
expect_end (Show * show)
{
  fail_unless (show_pull (show) == NULL);
}

typedef struct
{
  const gchar *properties;
  const gchar *more;
  guint tiles;
  Expected like;
} Layout;

static const Layout layouts[] = {
  {"tiles=4", "", 4, {0}},
  {"tiles=1", "", 1, {0}},
  {"tiles=20", "", 20, {0}},
  {"", "", 10, {0}},
  {"tiles=6 columns=2 gap=3", "", 6, {.columns = 2,.gap = 3}},
  {"tiles=5 rows=2 gap=1", "", 5, {.columns = 3,.gap = 1}},
  {"tiles=5 columns=3 rows=3", "", 5, {.columns = 3,.rows = 3}},
  {"tiles=7 max-width=70", "", 7, {.columns = 3}},
  {"tiles=4 fit=cover", "", 4, {.fit = NTM_FIT_COVER}},
  {"tiles=4 background-color=0x80102030 gap=2", "", 4,
      {.gap = 2,.background = 0x80102030}},
  {"tiles=4 background-color=0x80102030", "video/x-raw,format=BGRA !", 4,
      {.is_bgra = TRUE,.background = 0x80102030}},
  {"tiles=3 tile-width=5 tile-height=3 max-threads=1 prefetch=0", "", 3,
      {.tile_width = 5,.tile_height = 3}},
  /* The first photo is 16x40. */
  {"tiles=3 tile-width=0 tile-height=0", "", 3,
      {.tile_width = 16,.tile_height = 40}},
  {"tiles=3 tile-width=0 tile-height=20", "", 3,
      {.tile_width = 8,.tile_height = 20}},
  {"tiles=3 tile-width=8 tile-height=0", "", 3,
      {.tile_width = 8,.tile_height = 20}},
};

GST_START_TEST (every_layout)
{
  Photos *photos = photos_new (14);
  const Layout *layout = &layouts[__i__];
  Show *show = show_new_list (photos, layout->properties, layout->more);

  show_play (show);
  expect_strips (show, photos, 0, layout->tiles, &layout->like);
  expect_end (show);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (names_one_by_one)
{
  Photos *photos = photos_new (3);
  const gchar *names[] = { photos->names[2], photos->names[0],
    photos->names[2], NULL
  };
  Show *show = show_new ("tiles=2", "");

  g_object_set (show->src, "locations", names, NULL);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (2, 0), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (2), &(Expected) {
      .n_tiles = 2});
  expect_end (show);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (a_loop_comes_from_the_cache)
{
  Photos *photos = photos_new (6);
  Show *show = show_new_list (photos, "tiles=3 loop=true", "");
  guint i;

  show_play (show);
  for (i = 0; i < 20; i++) {
    assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2), NULL);
    assert_strip (show_pull (show), photos, NUMBERS (3, 4, 5), NULL);
  }
  fail_unless_equals_uint64 (show_get_stat (show, "decoded"), 6);
  fail_unless_equals_uint64 (show_get_stat (show, "misses"), 6);
  fail_unless (show_get_stat (show, "strips") >= 40);
  fail_unless (show_get_stat (show, "hits") > 0);
  fail_unless (show_get_stat (show, "bytes-max") <= 50000000);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (strips_have_numbers_and_times)
{
  Photos *photos = photos_new (6);
  Show *show = show_new_list (photos, "tiles=2 framerate=4/1", "");
  guint i;

  show_play (show);
  for (i = 0; i < 3; i++) {
    GstSample *sample = show_pull (show);
    const GstBuffer *strip = gst_sample_get_buffer (sample);

    fail_unless_equals_uint64 (GST_BUFFER_OFFSET (strip), i);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (strip), i * GST_SECOND / 4);
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (strip), GST_SECOND / 4);
    gst_sample_unref (sample);
  }
  expect_end (show);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

static void
seek (Show * show, GstFormat format, gint64 to)
{
  show_wait_playing (show);
  fail_unless (gst_element_seek (show->pipeline, 1.0, format,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, to, GST_SEEK_TYPE_NONE, -1));
}

GST_START_TEST (a_seek_to_a_strip)
{
  Photos *photos = photos_new (12);
  Show *show = show_new_list (photos, "tiles=2", "");
  guint i;

  random_begin ();
  show_play (show);
  for (i = 0; i < 30; i++) {
    const guint to = random_below (6);
    guint n = random_below (3);

    seek (show, GST_FORMAT_DEFAULT, to);
    if (i % 5 == 0) {
      expect_strips (show, photos, to * 2, 2, NULL);
      expect_end (show);
    } else {
      while (n-- > 0 && to + n < 6)
        gst_sample_unref (show_pull (show));
    }
  }
  seek (show, GST_FORMAT_TIME, 0);
  expect_strips (show, photos, 0, 2, NULL);
  expect_end (show);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (a_seek_to_a_time)
{
  Photos *photos = photos_new (12);
  Show *show = show_new_list (photos, "tiles=2 framerate=3/1", "");
  gint64 value;

  show_play (show);
  gst_sample_unref (show_pull (show));
  seek (show, GST_FORMAT_TIME, GST_SECOND);
  expect_strips (show, photos, 6, 2, NULL);
  expect_end (show);
  seek (show, GST_FORMAT_DEFAULT, 4);
  expect_strips (show, photos, 8, 2, NULL);
  expect_end (show);

  show_wait_playing (show);
  fail_unless (gst_element_seek (show->pipeline, 1.0, GST_FORMAT_DEFAULT,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 1, GST_SEEK_TYPE_SET, 3));
  assert_strip (show_pull (show), photos, NUMBERS (2, 3), NULL);
  assert_strip (show_pull (show), photos, NUMBERS (4, 5), NULL);
  expect_end (show);

  seek (show, GST_FORMAT_DEFAULT, 99);
  expect_end (show);
  show_wait_playing (show);
  fail_if (gst_element_seek_simple (show->pipeline, GST_FORMAT_DEFAULT,
          GST_SEEK_FLAG_FLUSH, G_MAXINT64));

  fail_unless (gst_element_query_duration (show->src, GST_FORMAT_DEFAULT,
          &value));
  fail_unless_equals_int64 (value, 6);
  fail_unless (gst_element_query_duration (show->src, GST_FORMAT_TIME,
          &value));
  fail_unless_equals_int64 (value, 2 * GST_SECOND);
  fail_unless (gst_element_query_convert (show->src, GST_FORMAT_TIME,
          GST_SECOND, GST_FORMAT_DEFAULT, &value));
  fail_unless_equals_int64 (value, 3);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (backwards_is_refused)
{
  Photos *photos = photos_new (4);
  Show *show = show_new_list (photos, "tiles=2 framerate=3/1", "");

  show_play (show);
  gst_sample_unref (show_pull (show));
  show_wait_playing (show);
  fail_if (gst_element_seek (show->pipeline, -1.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET,
          GST_SECOND));
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Without a rate there are no times. The stream goes on, with a segment. */
GST_START_TEST (a_refused_seek_leaves_a_segment)
{
  Photos *photos = photos_new (8);
  Show *show = show_new_list (photos, "tiles=2", "");
  GstSample *sample;

  show_play (show);
  gst_sample_unref (show_pull (show));
  show_wait_playing (show);
  fail_if (gst_element_seek_simple (show->src, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 2 * GST_SECOND));
  sample = show_pull (show);
  fail_unless (gst_sample_get_segment (sample)->format == GST_FORMAT_TIME);
  gst_sample_unref (sample);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* The first strips may be made before PLAYING. */
GST_START_TEST (the_bus_sees_progress)
{
  Photos *photos = photos_new (20);
  Show *show = show_new_list (photos, "tiles=1", "");
  GstBus *bus = gst_element_get_bus (show->pipeline);
  GstProgressType type;
  guint i;

  show_play (show);
  for (i = 0; i < 4; i++)
    gst_sample_unref (show_pull (show));
  test_wait_until (GST_STATE (show->src) == GST_STATE_PLAYING);
  for (; i < 20; i++)
    gst_sample_unref (show_pull (show));
  expect_end (show);
  for (i = 0, type = GST_PROGRESS_TYPE_ERROR;
      type != GST_PROGRESS_TYPE_COMPLETE; i++) {
    GstMessage *message =
        test_pop_message (bus, GST_MESSAGE_PROGRESS, TEST_PATIENCE);
    gchar *text;

    fail_unless (message != NULL);
    gst_message_parse_progress (message, &type, NULL, &text);
    fail_unless ((i == 0) == (type == GST_PROGRESS_TYPE_START));
    fail_unless (g_str_has_suffix (text, " of 20 strips"), "%s", text);
    g_free (text);
    gst_message_unref (message);
  }
  fail_unless (i >= 12);
  gst_object_unref (bus);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (a_stop_cancels_progress)
{
  Photos *photos = photos_new (20);
  Show *show = show_new_list (photos, "tiles=1", "");
  GstBus *bus = gst_element_get_bus (show->pipeline);
  GstProgressType type;
  GstMessage *message;
  guint i;

  show_play (show);
  for (i = 0; i < 4; i++)
    gst_sample_unref (show_pull (show));
  test_wait_until (GST_STATE (show->src) == GST_STATE_PLAYING);
  for (; i < 10; i++)
    gst_sample_unref (show_pull (show));
  gst_element_set_state (show->pipeline, GST_STATE_READY);
  do {
    message = test_pop_message (bus, GST_MESSAGE_PROGRESS, TEST_PATIENCE);
    fail_unless (message != NULL);
    gst_message_parse_progress (message, &type, NULL, NULL);
    gst_message_unref (message);
  } while (type == GST_PROGRESS_TYPE_START
      || type == GST_PROGRESS_TYPE_CONTINUE);
  fail_unless_equals_int (type, GST_PROGRESS_TYPE_CANCELED);
  gst_object_unref (bus);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* ---- Errors ---- */

static void
expect_one_error (Show * show, const gchar * a, const gchar * b)
{
  GstBus *bus = gst_element_get_bus (show->pipeline);

  gst_element_set_state (show->pipeline, GST_STATE_PLAYING);
  test_expect_message (bus, show->src, GST_MESSAGE_ERROR, a, b, NULL);
  show_stop (show, GST_STATE_READY);
  test_expect_no_message (bus, show->src, GST_MESSAGE_ERROR);
  gst_object_unref (bus);
}

typedef struct
{
  const gchar *location;        /* of which %s is the folder */
  const gchar *properties;
  const gchar *a;
  const gchar *b;
} Failure;

static const Failure failures[] = {
  {"%s/*.jpg", "", "matches no file", "/*.jpg"},
  {"%s/none/*.jpg", "", "none can't be opened (", "/none/*.jpg"},
  {"%s/00/*.jpg", "", "00 can't be opened (", "/00/*.jpg"},
  {"%s", "", "is a folder", "/*"},
  {"%s/*", "cache-size=10000", "11200", "10000"},
  {"%s/*", "tiles=4 columns=1 rows=2", "4 tiles", "cells for 2"},
  {"%s/*", "tiles=4 max-width=10", "max-width", "10"},
  {"%s/*", "max-pixels=10 tile-width=0", "tile-width", "4 images"},
};

GST_START_TEST (one_error_says_why)
{
  Photos *photos = photos_new (4);
  Show *show = show_new (failures[__i__].properties, "");
  gchar *location = g_strdup_printf (failures[__i__].location, photos->folder);

  g_object_set (show->src, "location", location, NULL);
  expect_one_error (show, failures[__i__].a, failures[__i__].b);

  /* Another start works. */
  g_free (location);
  location = g_strdup_printf ("%s/*", photos->folder);
  g_object_set (show->src, "location", location, "cache-size",
      G_GUINT64_CONSTANT (9000000), "tiles", 4, "columns", 0, "rows", 0,
      "max-width", 0, "tile-width", TILE_WIDTH, "max-pixels",
      G_GUINT64_CONSTANT (1000000), NULL);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2, 3), NULL);
  expect_end (show);
  g_free (location);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (no_names)
{
  static const gchar *names[] = { NULL };
  Show *show = show_new ("", "");

  g_object_set (show->src, "locations", names, NULL);
  expect_one_error (show, "locations", "at least one");
  show_free (show);
}

GST_END_TEST;

/* Strips that the engine knows already are asked for anew. */
GST_START_TEST (downstream_takes_another_format)
{
  Photos *photos = photos_new (6);
  Show *show = show_new_list (photos, "tiles=3 loop=true",
      "capsfilter name=filter caps=video/x-raw,format=RGBA !");
  GstElement *filter = gst_bin_get_by_name (GST_BIN (show->pipeline),
      "filter");
  GstCaps *caps = gst_caps_from_string ("video/x-raw, format=BGRA");
  gboolean is_bgra = FALSE;
  guint i;

  show_play (show);
  for (i = 0; i < 20; i++) {
    GstSample *sample = show_pull (show);
    const GstStructure *s =
        gst_caps_get_structure (gst_sample_get_caps (sample), 0);

    is_bgra = strcmp (gst_structure_get_string (s, "format"), "BGRA") == 0;
    assert_strip (sample, photos, i % 2 ? NUMBERS (3, 4, 5) : NUMBERS (0, 1,
            2), &(Expected) {.is_bgra = is_bgra});
    if (i == 5)
      g_object_set (filter, "caps", caps, NULL);
  }
  fail_unless (is_bgra);
  gst_caps_unref (caps);
  gst_object_unref (filter);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (downstream_takes_no_strip)
{
  Photos *photos = photos_new (4);
  Show *show = show_new_list (photos, "", "video/x-raw,width=17 !");

  expect_one_error (show, "width=(int)200", "width=(int)17");
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("lists");
  TCase *tc = tcase_create ("lists");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, every_layout, 0, N_ELEMENTS (layouts));
  tcase_add_test (tc, names_one_by_one);
  tcase_add_test (tc, a_loop_comes_from_the_cache);
  tcase_add_test (tc, strips_have_numbers_and_times);
  tcase_add_test (tc, a_seek_to_a_strip);
  tcase_add_test (tc, a_seek_to_a_time);
  tcase_add_test (tc, backwards_is_refused);
  tcase_add_test (tc, a_refused_seek_leaves_a_segment);
  tcase_add_test (tc, the_bus_sees_progress);
  tcase_add_test (tc, a_stop_cancels_progress);
  tcase_add_loop_test (tc, one_error_says_why, 0, N_ELEMENTS (failures));
  tcase_add_test (tc, no_names);
  tcase_add_test (tc, downstream_takes_another_format);
  tcase_add_test (tc, downstream_takes_no_strip);

  return run_suite (argc, argv, suite, __FILE__);
}
