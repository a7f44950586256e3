/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One tile is shown alone: each strip is held against the model, while
 * show-source changes, at random and from other threads. The other pads cost
 * nothing. */

#include "walls_site.h"

#define ALL 0

static void
add_tiles (Site * site, guint n, guint width, guint height)
{
  guint i;

  for (i = 0; i < n; i++) {
    site_add_pad (site, i);
    site_resize (site, i, width + i, height + 2 * i);
  }
}

/* @alone: the number of a pad + 1, or ALL. */
static void
show (Site * site, guint alone)
{
  site->wall.alone = alone;
  g_object_set (site->rig->element, "show-source", (gint) alone - 1, NULL);
  fail_unless (wall_place (&site->wall));
}

static void
begin (Site * site, guint32 seed, guint n_tiles)
{
  site_init (site, seed);
  add_tiles (site, n_tiles, 10, 8);
  site_set_wall (site);
  fail_unless (wall_place (&site->wall));
}

/* ---- What is shown ---- */

GST_START_TEST (each_pad)
{
  Site site;
  guint i;

  begin (&site, 1, 4);
  site.wall.columns = 2;
  site.wall.gap = 3;
  for (i = 0; i < 9; i++) {
    guint k;

    site.wall.align = i % 3;
    site.wall.align_x = i / 3;
    site_set_wall (&site);
    fail_unless (wall_place (&site.wall));
    for (k = 0; k <= 4; k++) {
      show (&site, k);
      site_run (&site, site_push_at_random, 3);
    }
  }
  site_clear (&site);
}

GST_END_TEST;

/* The caps are sent once. */
GST_START_TEST (caps_stay)
{
  Site site;
  guint i;

  begin (&site, 2, 3);
  site_run (&site, site_push_new, 1);
  fail_unless_equals_int (site.wall.width, 10 + 11 + 12);
  for (i = 0; i < 12; i++) {
    GstEvent *event;

    show (&site, i % 4);
    site_run (&site, site_push_new, 1);
    while ((event = gst_harness_try_pull_event (site.rig->out))) {
      fail_if (i > 0 && GST_EVENT_TYPE (event) == GST_EVENT_CAPS);
      gst_event_unref (event);
    }
  }
  site_clear (&site);
}

GST_END_TEST;

/* In a strip of downstream's size too. */
GST_START_TEST (in_a_larger_strip)
{
  Site site;
  guint i;

  begin (&site, 3, 3);
  gst_harness_set_sink_caps_str (site.rig->out,
      "video/x-raw,width=64,height=48");
  site.wall.min_width = 64;
  site.wall.min_height = 48;
  site.wall.align = site.wall.align_x = 1;
  site_set_wall (&site);
  for (i = 0; i <= 3; i++) {
    show (&site, i);
    site_run (&site, site_push_new, 2);
  }
  site_clear (&site);
}

GST_END_TEST;

/* A frame begins on an even row. */
GST_START_TEST (interlaced)
{
  TestRig *rig = test_rig_new (2);
  GstVideoRegionOfInterestMeta *meta;
  GstBuffer *strip;
  guint i;

  g_object_set (rig->element, "tile-meta", TRUE, "show-source", 0, NULL);
  test_rig_set (rig, "align", "bottom");
  for (i = 0; i < 2; i++) {
    test_input_set_caps_with (test_rig_input (rig, i), 8, 7 + 8 * i,
        "format=RGBA,interlace-mode=interleaved,field-order=top-field-first");
    test_rig_push (rig, i, i, 0);
  }
  strip = test_rig_pull (rig, NULL);
  meta = gst_buffer_get_video_region_of_interest_meta_id (strip, 0);
  fail_unless_equals_int (meta->y, 8);
  fail_unless_equals_int (meta->h, 7);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Random schedules ---- */

static gboolean
has_pad (const Site * site, guint number)
{
  guint i;

  for (i = 0; i < site->wall.n_tiles; i++)
    if (site->wall.tiles[i].pad == number)
      return TRUE;

  return FALSE;
}

static void
choose_alone (Site * site)
{
  switch (site_dice (site, 6)) {
    case 0:
      show (site, ALL);
      break;
    case 1:
      show (site, 1 + site_dice (site, 50));
      break;
    case 2:
    case 3:
      show (site, 1 + site->wall.tiles[site_dice (site,
                  site->wall.n_tiles)].pad);
      break;
    default:
      break;
  }
}

/* A strip whose frames are on their way while show-source changes: what it is
 * when the last of them comes counts. */
static void
run_with_changes (Site * site)
{
  GstBuffer *strip;
  GstCaps *caps;
  guint i;

  for (i = 0; i < site->wall.n_tiles; i++) {
    choose_alone (site);
    site_push_at_random (site, i);
  }
  strip = test_rig_pull (site->rig, &caps);
  site_check_strip (site, strip, caps);
}

static void
check_random_schedule (guint32 seed)
{
  guint n_strips;
  guint warned = 0;
  Site site;
  guint i;

  site_init (&site, seed);
  for (i = 1 + site_dice (&site, 9); i > 0; i--)
    site_add_pad_at_random (&site);
  site_choose_wall (&site);
  for (n_strips = 60; n_strips > 0; n_strips--) {
    const Wall *wall = &site.wall;

    site_change_at_random (&site);
    run_with_changes (&site);
    site_click (&site, site_dice (&site, wall->width),
        site_dice (&site, wall->height));
    if (wall->alone == ALL || has_pad (&site, wall->alone - 1)) {
      warned = 0;
    } else if (warned != wall->alone) {
      test_rig_expect_warning (site.rig, "show-source is");
      warned = wall->alone;
    }
    test_rig_expect_no_warning (site.rig);
  }
  site_clear (&site);
}

/* As a loop, because the time of a case is limited. */
GST_START_TEST (at_random)
{
  test_at_random (check_random_schedule, 4);
}

GST_END_TEST;

/* ---- Changes from another thread ---- */

typedef struct
{
  GstElement *element;
  GAsyncQueue *turns;           /* numbers of pads + 2; END: no more */
} Changer;

#define END 100

static gpointer
change_source (gpointer data)
{
  Changer *changer = data;
  gint turn;

  while ((turn = GPOINTER_TO_INT (g_async_queue_pop (changer->turns))) != END)
    g_object_set (changer->element, "show-source", turn - 2, NULL);

  return NULL;
}

/* What a strip says that it shows, in the form of Wall.alone. */
static guint
find_alone (GstBuffer * strip)
{
  const GstVideoRegionOfInterestMeta *meta;
  gpointer state = NULL;

  if (gst_buffer_get_n_meta (strip,
          GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE) > 1)
    return ALL;
  meta = (gpointer) gst_buffer_iterate_meta_filtered (strip, &state,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
  fail_unless (meta != NULL);

  return meta->id + 1;
}

GST_START_TEST (changed_by_another_thread)
{
  Changer changer = { NULL, g_async_queue_new () };
  GThread *thread;
  Site site;
  guint i;
  guint k;

  begin (&site, 4, 3);
  changer.element = site.rig->element;
  thread = g_thread_new ("changer", change_source, &changer);
  for (i = 0; i < 300; i++) {
    GstBuffer *strip;
    GstCaps *caps;

    for (k = 0; k < 3; k++) {
      g_async_queue_push (changer.turns, GINT_TO_POINTER (1 + (i + k) % 4));
      (i % 2 ? site_push_new : site_push_still) (&site, k);
    }
    strip = test_rig_pull (site.rig, &caps);
    site.wall.alone = find_alone (strip);
    fail_unless (wall_place (&site.wall));
    site_check_strip (&site, strip, caps);
  }
  g_async_queue_push (changer.turns, GINT_TO_POINTER (END));
  g_thread_join (thread);
  g_async_queue_unref (changer.turns);
  site_clear (&site);
}

GST_END_TEST;

static void
show_next (GstElement * mosaic, GstSegment * segment, GstClockTime pts,
    GstClockTime dts, GstClockTime duration, GstStructure * info,
    gpointer data)
{
  g_object_set (mosaic, "show-source", *(gint *) data, NULL);
}

/* A handler of samples-selected decides about its own strip. */
GST_START_TEST (set_by_a_handler)
{
  gint source;
  Site site;

  begin (&site, 5, 3);
  g_object_set (site.rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (site.rig->element, "samples-selected",
      G_CALLBACK (show_next), &source);
  for (source = 2; source >= -1; source--) {
    site.wall.alone = source + 1;
    fail_unless (wall_place (&site.wall));
    site_run (&site, site_push_new, 2);
  }
  site_clear (&site);
}

GST_END_TEST;

/* ---- What it costs ---- */

/* Only the frames of the shown pad are copied, late or on arrival. */
GST_START_TEST (others_are_not_copied)
{
  static const gchar *const others[] = { "tiles-kept", "tiles-background" };
  guint64 before[G_N_ELEMENTS (others)];
  guint64 arrived;
  guint64 copied;
  guint64 bytes;
  Site site;
  guint i;

  begin (&site, 6, 3);
  site_run (&site, site_push_new, 12);
  show (&site, 2);
  site_run (&site, site_push_new, 12);
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    before[i] = test_get_stat (site.rig->element, others[i]);
  bytes = test_get_stat (site.rig->element, "bytes-copied");
  copied = test_get_stat (site.rig->element, "tiles-copied");
  arrived = test_get_stat (site.rig->element, "tiles-on-arrival");
  site_run (&site, site_push_new, 8);
  test_expect_stat (site.rig, "bytes-copied",
      bytes + 8 * 11 * 10 * TEST_PIXEL_BYTES);
  test_expect_stat (site.rig, "tiles-copied", copied + 8);
  test_expect_stat (site.rig, "tiles-on-arrival", arrived + 8);
  for (i = 0; i < G_N_ELEMENTS (others); i++)
    test_expect_stat (site.rig, others[i], before[i]);

  show (&site, ALL);
  site_run (&site, site_push_new, 12);
  arrived = test_get_stat (site.rig->element, "tiles-on-arrival");
  site_run (&site, site_push_new, 4);
  test_expect_stat (site.rig, "tiles-on-arrival", arrived + 4 * 3);
  site_clear (&site);
}

GST_END_TEST;

/* A still that is shown alone is kept, and so are all after it. */
GST_START_TEST (stills_are_kept)
{
  Site site;
  guint i;

  begin (&site, 7, 3);
  for (i = 0; i < 8; i++) {
    guint64 bytes;
    guint64 kept;

    show (&site, i % 4);
    site_run (&site, site_push_still, 4);
    bytes = test_get_stat (site.rig->element, "bytes-copied");
    kept = test_get_stat (site.rig->element, "tiles-kept");
    site_run (&site, site_push_still, 4);
    test_expect_stat (site.rig, "bytes-copied", bytes);
    test_expect_stat (site.rig, "tiles-kept", kept + (i % 4 ? 4 : 4 * 3));
  }
  site_clear (&site);
}

GST_END_TEST;

/* A frame that can't be shown does not matter as long as another is. */
GST_START_TEST (bad_frames_are_hidden)
{
  Site site;
  guint i;

  begin (&site, 8, 2);
  site_run (&site, site_push_new, 1);
  for (i = 1; i <= 2; i++) {
    GstBuffer *strip;
    GstCaps *caps;

    show (&site, i);
    site_push_new (&site, 0);
    site.wall.tiles[1].has_frame = FALSE;
    test_input_push_nth (site.inputs[1], gst_buffer_new_allocate (NULL, 7,
            NULL), site.n_sent);
    strip = test_rig_pull (site.rig, &caps);
    site_check_strip (&site, strip, caps);
    if (i == 1)
      test_rig_expect_no_warning (site.rig);
  }
  test_rig_expect_warning (site.rig, "sink_1", "7 bytes");
  test_expect_stat (site.rig, "frames-refused", 1);
  site_clear (&site);
}

GST_END_TEST;

/* ---- Time ---- */

/* A frame is repeated, alone, until the next one comes, and after EOS. */
GST_START_TEST (repeated)
{
  const guint seeds[] = { 5, 5, 5, 6, 6, 6, 6 };
  Site site;
  guint i;

  begin (&site, 9, 2);
  show (&site, 2);
  g_object_set (GST_PAD_PEER (site.inputs[1]->srcpad), "repeat-after-eos",
      TRUE, NULL);
  for (i = 0; i < G_N_ELEMENTS (seeds); i++) {
    GstBuffer *strip;
    GstCaps *caps;

    /* The element waits for the next frame of each pad. */
    if (i < 2)
      test_input_push (site.inputs[1], test_frame_new_timed (11, 10,
              seeds[3 * i], 3 * i * TEST_FRAME_TIME, 3 * TEST_FRAME_TIME));
    if (i == 4)
      test_input_end (site.inputs[1]);
    site_push_new (&site, 0);
    site.wall.tiles[1].has_frame = TRUE;
    site.wall.tiles[1].seed = seeds[i];
    strip = test_rig_pull (site.rig, &caps);
    site_check_strip (&site, strip, caps);
  }
  site_clear (&site);
}

GST_END_TEST;

/* A strip of stills has the time of the latest still, shown or not. */
GST_START_TEST (time_of_stills)
{
  TestRig *rig = test_rig_new (2);
  guint i;

  g_object_set (rig->element, "show-source", 1, NULL);
  for (i = 0; i < 2; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA", 10, 8, 0, 1);
  g_object_set (GST_PAD_PEER (test_rig_input (rig, 1)->srcpad),
      "repeat-after-eos", TRUE, NULL);
  test_input_push (test_rig_input (rig, 1), test_frame_new_timed (10, 8, 1, 0,
          GST_CLOCK_TIME_NONE));
  test_input_end (test_rig_input (rig, 1));
  for (i = 0; i < 3; i++) {
    GstBuffer *strip;

    test_input_push (test_rig_input (rig, 0), test_frame_new_timed (10, 8, 2,
            i * GST_SECOND, GST_CLOCK_TIME_NONE));
    strip = test_rig_pull (rig, NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (strip), i * GST_SECOND);
    gst_buffer_unref (strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Pads that are not there ---- */

GST_START_TEST (no_such_pad)
{
  Site site;

  begin (&site, 10, 2);
  show (&site, 1 + 7);
  site_run (&site, site_push_new, 3);
  test_rig_expect_warning (site.rig, "show-source is 7",
      "the pads are sink_0, sink_1,", "the number of a pad, or to -1");
  show (&site, 1 + 8);
  site_run (&site, site_push_new, 3);
  test_rig_expect_warning (site.rig, "show-source is 8");

  site_add_pad (&site, 8);
  show (&site, 1 + 8);
  site_run (&site, site_push_new, 3);
  show (&site, ALL);
  site_run (&site, site_push_new, 3);
  site_clear (&site);
}

GST_END_TEST;

GST_START_TEST (names_of_many_pads)
{
  Site site;

  begin (&site, 11, 10);
  show (&site, 1 + 70);
  site_run (&site, site_push_new, 1);
  test_rig_expect_warning (site.rig, "the pads are sink_0, sink_1,",
      "sink_7 and 2 more,");
  site_clear (&site);
}

GST_END_TEST;

GST_START_TEST (pad_leaves)
{
  Site site;

  begin (&site, 12, 3);
  show (&site, 1 + 2);
  site_run (&site, site_push_new, 3);

  test_rig_remove (site.rig, site.inputs[2]);
  site.wall.n_tiles = 2;
  fail_unless (wall_place (&site.wall));
  site_run (&site, site_push_new, 3);
  test_rig_expect_warning (site.rig, "show-source is 2",
      "the pads are sink_0, sink_1,");

  site_add_pad (&site, 2);
  fail_unless (wall_place (&site.wall));
  site_run (&site, site_push_new, 3);
  site_clear (&site);
}

GST_END_TEST;

/* READY and up again, while one tile is shown. The warning comes again. */
GST_START_TEST (restarted)
{
  Site site;
  guint i;

  begin (&site, 13, 3);
  for (i = 0; i < 5; i++) {
    show (&site, i);
    site_run (&site, site_push_new, 3);
    if (i == 4)
      test_rig_expect_warning (site.rig, "show-source is 3");
    site_restart (&site);
    site_run (&site, site_push_still, 3);
    if (i == 4)
      test_rig_expect_warning (site.rig, "show-source is 3");
  }
  site_clear (&site);
}

GST_END_TEST;

/* A camera that is shown before it comes is background. */
GST_START_TEST (before_any_caps)
{
  TestRig *rig = test_rig_new_live (TRUE);
  guint i;

  g_object_set (rig->element, "show-source", 1, "tile-width", 10,
      "tile-height", 8, NULL);
  for (i = 0; i < 2; i++)
    test_rig_add (rig, "sink_%u");
  for (i = 0; i < 3; i++) {
    const TestTile tiles[] = { {10, 0, TEST_NO_FRAME}, {10, 0,
            TEST_NO_FRAME} };
    const TestStrip strip = { tiles, 2, 8, "top", BLACK };

    test_rig_pass (rig);
    test_rig_expect (rig, &strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (show_source)
{
  tcase_add_test (tc, each_pad);
  tcase_add_test (tc, caps_stay);
  tcase_add_test (tc, in_a_larger_strip);
  tcase_add_test (tc, interlaced);
  tcase_add_loop_test (tc, at_random, 0, 4);
  tcase_add_test (tc, changed_by_another_thread);
  tcase_add_test (tc, set_by_a_handler);
  tcase_add_test (tc, others_are_not_copied);
  tcase_add_test (tc, stills_are_kept);
  tcase_add_test (tc, bad_frames_are_hidden);
  tcase_add_test (tc, repeated);
  tcase_add_test (tc, time_of_stills);
  tcase_add_test (tc, no_such_pad);
  tcase_add_test (tc, names_of_many_pads);
  tcase_add_test (tc, pad_leaves);
  tcase_add_test (tc, restarted);
  tcase_add_test (tc, before_any_caps);
}
