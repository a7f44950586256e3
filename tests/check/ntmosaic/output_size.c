/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Downstream's caps may ask for a larger strip than the tiles need: the rest is
 * background, and the tiles stand in it as align and align-x say. The model
 * does the same by itself. */

#include "walls_site.h"

static void
add_tiles (Site * site, guint n, guint width, guint height)
{
  guint i;

  for (i = 0; i < n; i++) {
    site_add_pad (site, i);
    site_resize (site, i, width, height);
  }
}

/* What downstream asks for from now on; 0: nothing. */
static void
ask_for (Site * site, guint width, guint height)
{
  GString *caps = g_string_new ("video/x-raw");
  GstCaps *parsed;

  if (width > 0)
    g_string_append_printf (caps, ",width=%u", width);
  if (height > 0)
    g_string_append_printf (caps, ",height=%u", height);
  parsed = gst_caps_from_string (caps->str);
  gst_harness_set_sink_caps (site->rig->out, parsed);
  gst_harness_push_upstream_event (site->rig->out,
      gst_event_new_reconfigure ());
  site->wall.min_width = width;
  site->wall.min_height = height;
  g_string_free (caps, TRUE);
}

static void
check_wall (Site * site, guint n_strips)
{
  site_set_wall (site);
  fail_unless (wall_place (&site->wall));
  site_run (site, site_push_new, n_strips);
}

/* ---- Where the tiles are ---- */

GST_START_TEST (alignments)
{
  Site site;
  guint i;

  site_init (&site, 1);
  add_tiles (&site, 5, 10, 8);
  site_resize (&site, 1, 7, 3);
  site.wall.gap = 2;
  ask_for (&site, 91, 77);
  for (i = 0; i < 27; i++) {
    site.wall.align = i % 3;
    site.wall.align_x = i / 3 % 3;
    site.wall.columns = i / 9 * 2 + 1;
    check_wall (&site, 2);
  }
  site_clear (&site);
}

GST_END_TEST;

/* Numbers to check by hand. */
GST_START_TEST (numbers)
{
  static const struct
  {
    guint align;
    guint x;
    guint y;
  } cases[] = { {0, 0, 0}, {1, 35, 17}, {2, 70, 34} };
  Site site;
  guint i;

  site_init (&site, 2);
  add_tiles (&site, 6, 10, 8);
  site.wall.columns = 3;
  ask_for (&site, 100, 50);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    site.wall.align = site.wall.align_x = cases[i].align;
    check_wall (&site, 1);
    fail_unless_equals_int (site.wall.tiles[0].frame.x, cases[i].x);
    fail_unless_equals_int (site.wall.tiles[0].frame.y, cases[i].y);
  }
  site_clear (&site);
}

GST_END_TEST;

/* Frames begin on an even row of the strip. */
GST_START_TEST (interlaced)
{
  TestRig *rig = test_rig_new (2);
  GstVideoRegionOfInterestMeta *meta;
  GstBuffer *strip;
  guint i;

  g_object_set (rig->element, "columns", 1, "tile-meta", TRUE, NULL);
  test_rig_set (rig, "align", "bottom");
  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=20,height=31");
  for (i = 0; i < 2; i++) {
    test_input_set_caps_with (test_rig_input (rig, i), 8, 7,
        "format=RGBA,interlace-mode=interleaved,field-order=top-field-first");
    test_rig_push (rig, i, i, 0);
  }
  strip = test_rig_pull (rig, NULL);
  meta = gst_buffer_get_video_region_of_interest_meta_id (strip, 0);
  fail_unless_equals_int (meta->y, 14);
  meta = gst_buffer_get_video_region_of_interest_meta_id (strip, 1);
  fail_unless_equals_int (meta->y, 14 + 8);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- What downstream may ask for ---- */

/* Two tiles of 10x8. */
static const struct
{
  const gchar *caps;
  gint width;
  gint height;
} wishes[] = {
  {"video/x-raw", 20, 8},
  {"video/x-raw,width=20,height=8", 20, 8},
  {"video/x-raw,width=64,height=48", 64, 48},
  {"video/x-raw,width=64", 64, 8},
  {"video/x-raw,height=48", 20, 48},
  {"video/x-raw,width=[1,100],height=[1,100]", 20, 8},
  {"video/x-raw,width=[30,100],height=[9,100]", 30, 9},
  {"video/x-raw,width=[16,4096,16],height=[6,4098,6]", 32, 12},
  {"video/x-raw,width={7,19,21,30},height={4,9,70}", 21, 9},
  /* Ranges in lists. */
  {"video/x-raw,width={[40,50],[24,30],[1,5]},height={[60,70],[10,20]}", 24,
      10},
  {"video/x-raw,width={19,[30,40],25}", 25, 8},
  /* The size of the tiles, if downstream takes it at all. */
  {"video/x-raw,width=64,height=48; video/x-raw,width=20,height=8", 20, 8},
  {"video/x-raw,width=64,height=48; video/x-raw,width=80,height=9", 64, 48},
  {"video/x-raw,width=19,height=48; video/x-raw,width=80,height=9", 80, 9},
};

GST_START_TEST (what_downstream_asks_for)
{
  TestRig *rig = test_rig_new (2);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, wishes[__i__].caps);
  for (i = 0; i < 2; i++)
    test_input_set_caps (test_rig_input (rig, i), "RGBA", 10, 8);
  for (i = 0; i < 2; i++)
    test_rig_push (rig, i, 1, 0);
  test_rig_expect_size (rig, wishes[__i__].width, wishes[__i__].height);
  test_rig_free (rig);
}

GST_END_TEST;

/* The size is the strip's: upstream may send tiles of any size. */
GST_START_TEST (upstream_is_not_asked)
{
  TestRig *rig = test_rig_new (1);
  GstCaps *caps;
  gint width;

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=64,height=48");
  caps = gst_pad_peer_query_caps (test_rig_input (rig, 0)->srcpad, NULL);
  fail_if (gst_structure_get_int (gst_caps_get_structure (caps, 0), "width",
          &width));
  gst_caps_unref (caps);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- While strips are made ---- */

/* Downstream's size changes, and so do the tiles in it, at random. */
GST_START_TEST (changes)
{
  Site site;
  guint i;

  site_init (&site, 3);
  for (i = 0; i < 5; i++)
    site_add_pad_at_random (&site);
  for (i = 0; i < 60; i++) {
    if (site_dice (&site, 3) == 0)
      ask_for (&site, 0, 0);
    else if (site_dice (&site, 2) == 0)
      ask_for (&site, 480 + site_dice (&site, 40), 240 + site_dice (&site,
              40));
    do {
      site_choose_wall (&site);
      site.wall.max_width = 0;
    } while (!wall_place (&site.wall));
    site_set_wall (&site);
    site_run (&site, site_push_at_random, 3);
  }
  site_clear (&site);
}

GST_END_TEST;

/* What the tiles don't cover is written once. */
GST_START_TEST (background_is_kept)
{
  guint64 background;
  guint64 copied;
  Site site;

  site_init (&site, 4);
  add_tiles (&site, 4, 10, 8);
  site.wall.columns = 2;
  site.wall.align = site.wall.align_x = 1;
  ask_for (&site, 192, 108);
  site_set_wall (&site);
  fail_unless (wall_place (&site.wall));
  site_run (&site, site_push_still, 4);
  background = test_get_stat (site.rig->element, "tiles-background");
  copied = test_get_stat (site.rig->element, "bytes-copied");
  site_run (&site, site_push_still, 4);
  test_expect_stat (site.rig, "tiles-background", background);
  test_expect_stat (site.rig, "bytes-copied", copied);
  site_clear (&site);
}

GST_END_TEST;

GST_START_TEST (on_arrival)
{
  guint64 before;
  Site site;

  site_init (&site, 5);
  add_tiles (&site, 4, 10, 8);
  site.wall.columns = 2;
  site.wall.align = site.wall.align_x = 2;
  ask_for (&site, 192, 108);
  check_wall (&site, 12);
  before = test_get_stat (site.rig->element, "tiles-on-arrival");
  site_run (&site, site_push_new, 4);
  test_expect_stat (site.rig, "tiles-on-arrival", before + 4 * 4);
  site_clear (&site);
}

GST_END_TEST;

GST_START_TEST (navigation)
{
  Site site;
  guint x;

  site_init (&site, 6);
  add_tiles (&site, 2, 10, 8);
  site.wall.align = site.wall.align_x = 1;
  ask_for (&site, 100, 50);
  check_wall (&site, 1);
  for (x = 0; x < 100; x++)
    site_click (&site, x, 25);
  site_click (&site, 45, 0);
  site_click (&site, 45, 49);
  site_clear (&site);
}

GST_END_TEST;

/* A live strip has that size before the first camera comes. */
GST_START_TEST (before_any_caps)
{
  TestRig *rig = test_rig_new_live (TRUE);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=64,height=48");
  g_object_set (rig->element, "columns", 2, "tile-width", 10, "tile-height", 8,
      NULL);
  for (i = 0; i < 4; i++)
    test_rig_add (rig, "sink_%u");
  for (i = 0; i < 3; i++) {
    test_rig_pass (rig);
    test_rig_expect_size (rig, 64, 48);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- A capsfilter ---- */

/* Pulls strips until one has this size. */
static void
wait_for_size (GstElement * sink, gint width, gint height)
{
  gboolean found = FALSE;

  while (!found) {
    GstSample *sample = NULL;
    GstVideoInfo info;

    g_signal_emit_by_name (sink, "try-pull-sample", TEST_PATIENCE, &sample);
    fail_unless (sample != NULL, "no strip");
    fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps
            (sample)));
    found = GST_VIDEO_INFO_WIDTH (&info) == width
        && GST_VIDEO_INFO_HEIGHT (&info) == height;
    gst_sample_unref (sample);
  }
}

GST_START_TEST (capsfilter_changes)
{
  static const gint sizes[][2] = { {64, 48}, {40, 90}, {32, 8}, {100, 8} };
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch ("ntmosaic name=m ! "
      "capsfilter name=f ! appsink name=s sync=false max-buffers=1  "
      "videotestsrc ! video/x-raw,format=RGBA,width=16,height=8 ! m.  "
      "videotestsrc ! video/x-raw,format=RGBA,width=16,height=8 ! m.", &error);
  GstElement *filter;
  GstElement *sink;
  GstBus *bus;
  guint i;

  g_assert_no_error (error);
  filter = gst_bin_get_by_name (GST_BIN (pipeline), "f");
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_for_size (sink, 32, 8);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstCaps *caps = gst_caps_new_simple ("video/x-raw", "width", G_TYPE_INT,
        sizes[i][0], "height", G_TYPE_INT, sizes[i][1], NULL);

    g_object_set (filter, "caps", caps, NULL);
    gst_caps_unref (caps);
    wait_for_size (sink, sizes[i][0], sizes[i][1]);
  }
  fail_if (test_pop_message (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING, 0));

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (sink);
  gst_object_unref (filter);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* ---- Folds ---- */

/* The tiles are folded as if the strip were no larger than they are. */
GST_START_TEST (folds)
{
  Site site;

  site_init (&site, 7);
  add_tiles (&site, 6, 10, 8);
  ask_for (&site, 64, 48);
  site.wall.max_width = 64;
  check_wall (&site, 2);
  ask_for (&site, 64, 48);
  site.wall.max_width = 0;
  site.wall.square = TRUE;
  check_wall (&site, 2);
  fail_unless_equals_int (site.wall.tiles[2].frame.y, 8);
  site_clear (&site);
}

GST_END_TEST;

/* ---- What can't be ---- */

static const struct
{
  const gchar *caps;
  guint max_width;
  const gchar *words[3];
} impossible[] = {
  {"video/x-raw,width=19,height=48", 0,
      {"20 pixels wide", "downstream takes only 19", "set max-width=19 or"}},
  {"video/x-raw,width=64,height=7", 0,
      {"8 pixels high", "downstream takes only 7", "set more columns"}},
  {"video/x-raw,width=64,height=48", 40,
      {"downstream asks for a strip that is 64 pixels wide",
          "max-width is 40", "set max-width=64"}},
  {"video/x-raw,width=100000,height=100000", 0,
      {"downstream asks for a strip of 100000x100000 pixels",
          "pixels of 4 bytes, and ", "ask for a smaller strip behind"}},
};

GST_START_TEST (refused)
{
  TestRig *rig = test_rig_new (2);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, impossible[__i__].caps);
  g_object_set (rig->element, "max-width", impossible[__i__].max_width, NULL);
  for (i = 0; i < 2; i++)
    test_input_set_caps (test_rig_input (rig, i), "RGBA", 10, 8);
  for (i = 0; i < 2; i++)
    gst_harness_push (test_rig_input (rig, i), test_frame_new_timed (10, 8, 1,
            0, TEST_FRAME_TIME));
  test_rig_expect_error (rig, impossible[__i__].words[0],
      impossible[__i__].words[1], impossible[__i__].words[2]);
  test_rig_free (rig);
}

GST_END_TEST;

/* A pad that joins, and for which there is no room, shows nothing; the others
 * go on. When there is room, it has a tile. */
GST_START_TEST (no_room_for_a_pad)
{
  guint i;
  Site site;

  site_init (&site, 8);
  add_tiles (&site, 3, 10, 8);
  ask_for (&site, 32, 24);
  check_wall (&site, 2);

  g_object_set (site.rig->element, "tile-meta", FALSE, NULL);
  site.wall.tiles[site.wall.n_tiles++] = (WallTile) {.pad = 3 };
  site.inputs[3] = test_rig_add (site.rig, "sink_3");
  site_resize (&site, 3, 10, 8);
  for (i = 0; i < 2; i++) {
    GstBuffer *strip;
    GstCaps *caps;
    guint k;

    for (k = 0; k < 4; k++)
      site_push_new (&site, k);
    strip = test_rig_pull (site.rig, &caps);
    site.wall.n_tiles = 3;
    fail_unless (wall_place (&site.wall));
    wall_assert (&site.wall, strip, caps);
    site.wall.n_tiles = 4;
    gst_caps_unref (caps);
    gst_buffer_unref (strip);
    site.n_sent++;
  }
  test_rig_expect_warning (site.rig, "sink_3 shows background",
      "40 pixels wide", "downstream takes only 32",
      "set max-width=32 or fewer columns");

  g_object_set (site.rig->element, "tile-meta", TRUE, NULL);
  site.wall.columns = 2;
  check_wall (&site, 2);
  site_clear (&site);
}

GST_END_TEST;

TEST_CASES (output_size)
{
  tcase_add_test (tc, alignments);
  tcase_add_test (tc, numbers);
  tcase_add_test (tc, interlaced);
  tcase_add_loop_test (tc, what_downstream_asks_for, 0,
      G_N_ELEMENTS (wishes));
  tcase_add_test (tc, upstream_is_not_asked);
  tcase_add_test (tc, changes);
  tcase_add_test (tc, background_is_kept);
  tcase_add_test (tc, on_arrival);
  tcase_add_test (tc, navigation);
  tcase_add_test (tc, before_any_caps);
  tcase_add_test (tc, capsfilter_changes);
  tcase_add_test (tc, folds);
  tcase_add_loop_test (tc, refused, 0, G_N_ELEMENTS (impossible));
  tcase_add_test (tc, no_room_for_a_pad);
}
