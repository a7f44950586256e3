/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Rows and columns of tiles, held against a model: random walls whose pads come
 * and go and whose properties change while strips are made, what each strip
 * says of its tiles, and which tile a mouse hits. */

#include "walls_site.h"

/* ---- Random walls ---- */

/* A pad whose frames come later, or not at all, would go on with the format
 * that the strip has: each pad sends a frame. */
static void
change_format (Site * site)
{
  site_choose_format (site);
  site_make_possible (site);
  site_run (site, site_push_new, 1);
}

static void
check_random_wall (guint32 seed)
{
  guint n_strips;
  Site site;
  guint i;

  site_init (&site, seed);
  site_choose_format (&site);
  if (site_dice (&site, 4) == 0) {
    site.wall.tile_height = 1 + site_dice (&site, 24);
    g_object_set (site.rig->element, "tile-height", site.wall.tile_height,
        NULL);
  }
  for (i = 1 + site_dice (&site, 9); i > 0; i--)
    site_add_pad_at_random (&site);
  site_choose_wall (&site);
  for (n_strips = 60; n_strips > 0; n_strips--) {
    site_change_at_random (&site);
    if (site_dice (&site, 40) == 0)
      change_format (&site);
    site_run (&site, site_push_at_random, 1);
    site_click (&site, site_dice (&site, site.wall.width),
        site_dice (&site, site.wall.height));
  }
  site_clear (&site);
}

/* As a loop, because the time of a case is limited. */
GST_START_TEST (at_random)
{
  test_at_random (check_random_wall, 5);
}

GST_END_TEST;

/* ---- Nothing is written twice ---- */

static void
add_pads (Site * site, guint n)
{
  guint i;

  for (i = 0; i < n; i++)
    site_add_pad (site, i);
}

/* After any change each strip is written once. */
GST_START_TEST (stills_are_kept)
{
  Site site;
  guint i;

  site_init (&site, 1);
  add_pads (&site, 9);
  for (i = 0; i < 20; i++) {
    guint64 copied;
    guint64 kept;

    site_choose_format (&site);
    site_choose_wall (&site);
    site_make_possible (&site);
    site_run (&site, site_push_still, 4);
    copied = test_get_stat (site.rig->element, "bytes-copied");
    kept = test_get_stat (site.rig->element, "tiles-kept");
    site_run (&site, site_push_still, 4);
    test_expect_stat (site.rig, "bytes-copied", copied);
    test_expect_stat (site.rig, "tiles-kept", kept + 4 * 9);
  }
  site_clear (&site);
}

GST_END_TEST;

/* ---- On arrival ---- */

/* A frame that was copied to its place in the wall before is not in place after
 * a change. The next frames of its pad are copied late then. */
#define STRIPS_AFTER_CHANGE 12

/* Frames are copied to the coming strip of a wall too, and after a change to
 * the places that they have in the new one. */
GST_START_TEST (on_arrival)
{
  Site site;
  guint i;

  site_init (&site, 2);
  add_pads (&site, 6);
  for (i = 0; i < 10; i++) {
    guint64 before;

    site_choose_format (&site);
    site_choose_wall (&site);
    site_make_possible (&site);
    site_run (&site, site_push_new, STRIPS_AFTER_CHANGE);
    before = test_get_stat (site.rig->element, "tiles-on-arrival");
    site_run (&site, site_push_new, 4);
    test_expect_stat (site.rig, "tiles-on-arrival", before + 4 * 6);
  }
  site_clear (&site);
}

GST_END_TEST;

/* A strip that holds a large background already is no reason to copy frames
 * again that lie in another one. */
GST_START_TEST (small_tiles_on_arrival)
{
  Site site;
  guint i;

  site_init (&site, 10);
  add_pads (&site, 2);
  for (i = 0; i < 2; i++)
    site_resize (&site, i, 5, 5);
  site.wall.columns = site.wall.rows = 5;
  site.wall.gap = 20;
  site_make_possible (&site);
  site_run (&site, site_push_new, 30);
  test_expect_stat (site.rig, "tiles-on-arrival", 29 * 2);
  site_clear (&site);
}

GST_END_TEST;

/* ---- Sizes ---- */

static void
add_tiles (Site * site, guint n, guint width, guint height)
{
  guint i;

  add_pads (site, n);
  for (i = 0; i < n; i++)
    site_resize (site, i, width, height);
}

static void
set_size (Site * site, guint columns, guint rows)
{
  site->wall.columns = columns;
  site->wall.rows = rows;
  g_object_set (site->rig->element, "columns", columns, "rows", rows, NULL);
}

/* Twelve tiles of 10x8: sizes to check by hand. */
GST_START_TEST (sizes)
{
  static const struct
  {
    guint columns;
    guint rows;
    guint max_width;
    gboolean square;
    guint gap;
    guint width;
    guint height;
  } cases[] = {
    {0, 0, 0, FALSE, 0, 120, 8},
    {3, 0, 0, FALSE, 0, 30, 32},
    {0, 2, 0, FALSE, 0, 60, 16},
    {1, 0, 0, FALSE, 0, 10, 96},
    {4, 4, 0, FALSE, 0, 40, 32},
    {4, 4, 0, FALSE, 5, 55, 47},
    {0, 0, 119, FALSE, 0, 110, 16},
    {0, 0, 35, FALSE, 0, 30, 32},
    {0, 0, 35, FALSE, 3, 23, 63},
    {0, 0, 0, TRUE, 0, 30, 32},
    {0, 0, 29, TRUE, 0, 20, 48},
    {6, 0, 60, TRUE, 0, 60, 16},
  };
  Site site;
  guint i;

  site_init (&site, 3);
  add_tiles (&site, 12, 10, 8);
  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    site.wall.max_width = cases[i].max_width;
    site.wall.square = cases[i].square;
    site.wall.gap = cases[i].gap;
    set_size (&site, cases[i].columns, cases[i].rows);
    site_set_wall (&site);
    fail_unless (wall_place (&site.wall));
    fail_unless_equals_int (site.wall.width, cases[i].width);
    fail_unless_equals_int (site.wall.height, cases[i].height);
    site_run (&site, site_push_new, 2);
  }
  site_clear (&site);
}

GST_END_TEST;

/* Downstream may ask for a higher strip. */
GST_START_TEST (higher_strip)
{
  guint square;

  for (square = 0; square < 2; square++) {
    Site site;

    site_init (&site, 4);
    gst_harness_set_sink_caps_str (site.rig->out, "video/x-raw,height=50");
    site.wall.min_height = 50;
    site.wall.align = 2;
    site.wall.square = square;
    add_tiles (&site, 6, 10, 8);
    set_size (&site, square ? 0 : 2, 0);
    site_set_wall (&site);
    fail_unless (wall_place (&site.wall));
    fail_unless_equals_int (site.wall.width, 20);
    site_run (&site, site_push_new, 3);
    site.wall.align = 1;
    site_set_wall (&site);
    fail_unless (wall_place (&site.wall));
    site_run (&site, site_push_new, 3);
    site_clear (&site);
  }
}

GST_END_TEST;

/* ---- Changes from another thread ---- */

typedef struct
{
  GstElement *element;
  GAsyncQueue *columns;         /* as pointers; END: no more */
} Changer;

#define END 7

static gpointer
change_columns (gpointer data)
{
  Changer *changer = data;
  guint columns;

  while ((columns = GPOINTER_TO_UINT (g_async_queue_pop (changer->columns)))
      != END)
    g_object_set (changer->element, "columns", columns, NULL);

  return NULL;
}

/* The next strip is a wall of any number of columns. */
static void
check_any_columns (Site * site)
{
  GstVideoInfo info;
  GstBuffer *strip;
  GstCaps *caps;

  strip = test_rig_pull (site->rig, &caps);
  fail_unless (gst_video_info_from_caps (&info, caps));
  site->wall.columns = GST_VIDEO_INFO_WIDTH (&info) / 10;
  fail_unless (wall_place (&site->wall));
  site_check_strip (site, strip, caps);
}

/* Each strip is right for one number of columns, and none is lost. */
GST_START_TEST (changed_by_another_thread)
{
  Changer changer = { NULL, g_async_queue_new () };
  GThread *thread;
  Site site;
  guint i;
  guint k;

  site_init (&site, 11);
  add_tiles (&site, 6, 10, 8);
  changer.element = site.rig->element;
  thread = g_thread_new ("changer", change_columns, &changer);
  for (i = 0; i < 300; i++) {
    for (k = 0; k < 6; k++) {
      g_async_queue_push (changer.columns, GUINT_TO_POINTER (1 + (i + k) % 6));
      (i % 2 ? site_push_new : site_push_still) (&site, k);
    }
    check_any_columns (&site);
  }
  g_async_queue_push (changer.columns, GUINT_TO_POINTER (END));
  g_thread_join (thread);
  g_async_queue_unref (changer.columns);
  site_clear (&site);
}

GST_END_TEST;

static GstPadProbeReturn
change_at_query (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  GstElement *mosaic = data;
  guint columns;

  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_CAPS) {
    g_object_get (mosaic, "columns", &columns, NULL);
    g_object_set (mosaic, "columns", columns % 6 + 1, NULL);
  }

  return GST_PAD_PROBE_OK;
}

/* An application that sets properties faster than the element negotiates does
 * not hold up the strip: here they change in each negotiation. */
GST_START_TEST (changed_in_each_negotiation)
{
  Site site;
  guint i;
  guint k;

  site_init (&site, 13);
  add_tiles (&site, 6, 10, 8);
  gst_pad_add_probe (site.rig->out->sinkpad,
      GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH,
      change_at_query, site.rig->element, NULL);
  for (i = 0; i < 20; i++) {
    for (k = 0; k < 6; k++)
      (i % 2 ? site_push_new : site_push_still) (&site, k);
    check_any_columns (&site);
  }
  site_clear (&site);
}

GST_END_TEST;

/* The same for an element downstream that asks for a negotiation in each
 * negotiation. */
static GstPadProbeReturn
ask_at_query (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_CAPS)
    gst_pad_push_event (pad, gst_event_new_reconfigure ());

  return GST_PAD_PROBE_OK;
}

GST_START_TEST (downstream_asks_in_each_negotiation)
{
  Site site;
  guint i;
  guint k;

  site_init (&site, 13);
  add_tiles (&site, 6, 10, 8);
  gst_pad_add_probe (site.rig->out->sinkpad,
      GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH,
      ask_at_query, NULL, NULL);
  for (i = 0; i < 20; i++) {
    for (k = 0; k < 6; k++)
      (i % 2 ? site_push_new : site_push_still) (&site, k);
    check_any_columns (&site);
  }
  site_clear (&site);
}

GST_END_TEST;

/* ---- A handler of samples-selected ---- */

static void
move_tiles (GstElement * mosaic, GstSegment * segment, GstClockTime pts,
    GstClockTime dts, GstClockTime duration, GstStructure * info,
    gpointer data)
{
  const Site *site = data;

  g_object_set (mosaic, "align", site->wall.align, "align-x",
      site->wall.align_x, NULL);
}

/* Tiles move in the strip that is being made. */
GST_START_TEST (alignment_of_the_strip)
{
  Site site;
  guint i;

  site_init (&site, 5);
  add_tiles (&site, 5, 10, 8);
  site_resize (&site, 0, 17, 13);
  site.wall.max_width = 30;
  site.wall.gap = 2;
  site_set_wall (&site);
  g_object_set (site.rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (site.rig->element, "samples-selected",
      G_CALLBACK (move_tiles), &site);
  for (i = 0; i < 18; i++) {
    site.wall.align = i % 3;
    site.wall.align_x = i / 3 % 3;
    fail_unless (wall_place (&site.wall));
    site_run (&site, i % 2 ? site_push_new : site_push_still, 1);
  }
  site_clear (&site);
}

GST_END_TEST;

static void
set_columns (GstElement * mosaic, GstSegment * segment, GstClockTime pts,
    GstClockTime dts, GstClockTime duration, GstStructure * info,
    gpointer data)
{
  g_object_set (mosaic, "columns", *(guint *) data, NULL);
}

/* The caps of the strip that is being made were sent already. */
GST_START_TEST (columns_of_the_next_strip)
{
  guint columns;
  Site site;

  site_init (&site, 12);
  add_tiles (&site, 6, 10, 8);
  g_object_set (site.rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (site.rig->element, "samples-selected",
      G_CALLBACK (set_columns), &columns);
  for (columns = 6; columns > 0; columns--) {
    fail_unless (wall_place (&site.wall));
    site_run (&site, site_push_new, 1);
    site.wall.columns = columns;
  }
  site_clear (&site);
}

GST_END_TEST;

/* ---- Interlaced frames ---- */

/* Each frame begins on an even row. */
GST_START_TEST (interlaced)
{
  TestRig *rig = test_rig_new (4);
  GstVideoRegionOfInterestMeta *meta;
  GstBuffer *strip;
  GstCaps *caps;
  guint i;

  g_object_set (rig->element, "columns", 2, "gap", 3, "tile-meta", TRUE, NULL);
  for (i = 0; i < 4; i++) {
    test_input_set_caps_with (test_rig_input (rig, i), 8, 7 + i / 2,
        "format=RGBA,interlace-mode=interleaved,field-order=top-field-first");
    test_rig_push (rig, i, i, 0);
  }
  strip = test_rig_pull (rig, &caps);
  meta = gst_buffer_get_video_region_of_interest_meta_id (strip, 3);
  fail_unless_equals_int (meta->x, 8 + 3);
  fail_unless_equals_int (meta->y, 8 + 4);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- What can't be ---- */

static void
expect_no_wall (Site * site, const gchar * const *words)
{
  guint i;

  for (i = 0; i < site->wall.n_tiles; i++)
    gst_harness_push (site->inputs[i], test_frame_new_timed (10, 8, 1, 0,
            TEST_FRAME_TIME));
  test_rig_expect_error (site->rig, words[0], words[1], words[2], words[3]);
  site_clear (site);
}

GST_START_TEST (too_many_pads)
{
  static const gchar *const words[] = {
    "5 tiles", "2 columns and 2 rows", "cells for 4",
    "set more columns or rows"
  };
  Site site;

  site_init (&site, 6);
  add_tiles (&site, 5, 10, 8);
  set_size (&site, 2, 2);
  expect_no_wall (&site, words);
}

GST_END_TEST;

GST_START_TEST (too_wide)
{
  static const gchar *const words[] = {
    "3 tiles", "10 pixels wide", "9 are the most", "set a larger max-width"
  };
  static const gchar *const given[] = {
    "4 tiles", "40 pixels wide", "39 are the most", "fewer columns"
  };
  Site site;

  site_init (&site, 7);
  add_tiles (&site, 3, 10, 8);
  g_object_set (site.rig->element, "max-width", 9, NULL);
  expect_no_wall (&site, words);

  site_init (&site, 8);
  add_tiles (&site, 4, 10, 8);
  g_object_set (site.rig->element, "max-width", 39, "columns", 4, NULL);
  expect_no_wall (&site, given);
}

GST_END_TEST;

/* Once strips are made, pads without a cell get more rows, with one warning
 * until all have one. */
GST_START_TEST (more_pads_than_cells)
{
  Site site;
  guint i;

  site_init (&site, 9);
  add_tiles (&site, 4, 10, 8);
  set_size (&site, 2, 2);
  fail_unless (wall_place (&site.wall));
  site_run (&site, site_push_new, 2);

  for (i = 0; i < 2; i++) {
    site_add_pad (&site, 5 + i);
    site.wall.rows = 0;
    fail_unless (wall_place (&site.wall));
    site_run (&site, site_push_new, 2);
    if (i == 0)
      test_rig_expect_warning (site.rig, "columns is 2", "rows is 2", "5 pads",
          "set more columns or rows");
  }

  set_size (&site, 2, 4);
  fail_unless (wall_place (&site.wall));
  site_run (&site, site_push_new, 2);
  set_size (&site, 5, 1);
  site.wall.rows = 0;
  fail_unless (wall_place (&site.wall));
  site_run (&site, site_push_new, 2);
  test_rig_expect_warning (site.rig, "columns is 5", "6 pads");
  site_clear (&site);
}

GST_END_TEST;

/* Tiles whose pads have no caps yet have a cell. */
GST_START_TEST (pads_without_caps)
{
  TestRig *rig = test_rig_new (4);

  g_object_set (rig->element, "columns", 2, "gap", 2, "tile-width", 10,
      "tile-height", 8, NULL);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", 10, 6);
  test_rig_push (rig, 0, 1, 0);
  test_input_end (test_rig_input (rig, 1));
  test_input_end (test_rig_input (rig, 2));
  test_input_end (test_rig_input (rig, 3));
  test_rig_expect_size (rig, 22, 18);
  test_rig_free (rig);
}

GST_END_TEST;

/* A live wall has its size before the first camera comes. */
GST_START_TEST (before_any_caps)
{
  TestRig *rig = test_rig_new_live (TRUE);
  guint i;

  g_object_set (rig->element, "max-width", 35, "gap", 2, "tile-width", 10,
      "tile-height", 8, NULL);
  for (i = 0; i < 4; i++)
    test_rig_add (rig, "sink_%u");
  for (i = 0; i < 3; i++) {
    test_rig_pass (rig);
    test_rig_expect_size (rig, 34, 18);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (walls)
{
  tcase_add_test (tc, sizes);
  tcase_add_test (tc, higher_strip);
  tcase_add_test (tc, changed_by_another_thread);
  tcase_add_test (tc, changed_in_each_negotiation);
  tcase_add_test (tc, downstream_asks_in_each_negotiation);
  tcase_add_test (tc, alignment_of_the_strip);
  tcase_add_test (tc, columns_of_the_next_strip);
  tcase_add_test (tc, interlaced);
  tcase_add_test (tc, too_many_pads);
  tcase_add_test (tc, too_wide);
  tcase_add_test (tc, more_pads_than_cells);
  tcase_add_test (tc, pads_without_caps);
  tcase_add_test (tc, before_any_caps);
  tcase_add_loop_test (tc, at_random, 0, 4);
  tcase_add_test (tc, stills_are_kept);
  tcase_add_test (tc, on_arrival);
  tcase_add_test (tc, small_tiles_on_arrival);
}
