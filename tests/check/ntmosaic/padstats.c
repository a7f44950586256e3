/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the pads count: which frames came, and what became of them. */

#include "rig/rig.h"

#define STEP TEST_STEP

typedef struct
{
  guint64 frames;
  guint64 shown;
  guint64 repeated;
  guint64 dropped;
  guint64 late;
  guint64 refused;
  GstClockTime last;            /* NONE: missing */
} Counts;

static Counts
get_counts (TestRig * rig, const gchar * name)
{
  GstPad *pad = gst_element_get_static_pad (rig->element, name);
  Counts counts = {.last = GST_CLOCK_TIME_NONE };
  GstStructure *stats;

  g_object_get (pad, "stats", &stats, NULL);
  gst_object_unref (pad);
  fail_unless_equals_string (gst_structure_get_name (stats),
      "application/x-ntmosaic-pad-stats");
  fail_unless (gst_structure_get (stats,
          "frames", G_TYPE_UINT64, &counts.frames,
          "shown", G_TYPE_UINT64, &counts.shown,
          "repeated", G_TYPE_UINT64, &counts.repeated,
          "dropped", G_TYPE_UINT64, &counts.dropped,
          "late", G_TYPE_UINT64, &counts.late,
          "frames-refused", G_TYPE_UINT64, &counts.refused, NULL));
  gst_structure_get_uint64 (stats, "last-running-time", &counts.last);
  gst_structure_free (stats);

  return counts;
}

static gboolean
are_equal (const Counts * a, const Counts * b)
{
  return a->frames == b->frames && a->shown == b->shown
      && a->repeated == b->repeated && a->dropped == b->dropped
      && a->late == b->late && a->refused == b->refused && a->last == b->last;
}

static void
expect (TestRig * rig, const gchar * name, Counts expected)
{
  const Counts found = get_counts (rig, name);

  fail_unless (are_equal (&found, &expected), "%s: frames %" G_GUINT64_FORMAT
      ", shown %" G_GUINT64_FORMAT ", repeated %" G_GUINT64_FORMAT ", dropped %"
      G_GUINT64_FORMAT ", late %" G_GUINT64_FORMAT ", refused %"
      G_GUINT64_FORMAT ", last %" G_GUINT64_FORMAT, name, found.frames,
      found.shown, found.repeated, found.dropped, found.late, found.refused,
      found.last);
}

static void
push (TestRig * rig, guint input, guint32 seed, GstClockTime pts,
    GstClockTime duration)
{
  test_input_push (test_rig_input (rig, input), test_frame_new_small (seed, pts,
          duration));
}

/* ---- Frames that are shown ---- */

GST_START_TEST (every_frame_is_shown)
{
  TestRig *rig = test_rig_new_small (2);
  guint n;

  expect (rig, "sink_0", (Counts) {.last = GST_CLOCK_TIME_NONE });
  for (n = 0; n < 10; n++) {
    test_rig_push (rig, 0, n, n);
    test_rig_push (rig, 1, n, n);
    test_rig_skip (rig);
  }
  expect (rig, "sink_0", (Counts) {.frames = 10,.shown = 10,.last = 9 * STEP });
  expect (rig, "sink_1", (Counts) {.frames = 10,.shown = 10,.last = 9 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

/* Frames are counted as they come: the same memory is another frame. GAP events
 * are no frames. */
GST_START_TEST (stills_and_gaps)
{
  GstBuffer *still = test_frame_new_small (1, 0, STEP);
  TestRig *rig = test_rig_new_small (2);
  guint n;

  for (n = 0; n < 10; n++) {
    test_input_push_nth (test_rig_input (rig, 0), gst_buffer_copy (still), n);
    if (n % 2)
      test_input_push_gap (test_rig_input (rig, 1), n);
    else
      test_rig_push (rig, 1, n, n);
    test_rig_skip (rig);
  }
  expect (rig, "sink_0", (Counts) {.frames = 10,.shown = 10,.last = 9 * STEP });
  expect (rig, "sink_1", (Counts) {.frames = 5,.shown = 5,.last = 8 * STEP });
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

/* A frame of three strips is shown and then repeated twice. One frame is always
 * in the queue. */
GST_START_TEST (slower_pad)
{
  TestRig *rig = test_rig_new_small (2);
  guint n;

  push (rig, 0, 1, 0, 3 * STEP);
  for (n = 0; n < 9; n++) {
    if (n % 3 == 1)
      push (rig, 0, 1, (n + 2) * STEP, 3 * STEP);
    test_rig_push (rig, 1, n, n);
    test_rig_skip (rig);
  }
  expect (rig, "sink_0", (Counts) {.frames = 4,.shown = 3,.repeated = 6,
          .last = 9 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Frames that are not shown ---- */

/* Of two frames for one strip, the first one is shown. The second one is not
 * late: its source sends more than can be shown. While the base class passes
 * over it, it takes the frame of the other pad, and waits for the next one. */
GST_START_TEST (faster_pad)
{
  TestRig *rig = test_rig_new_small (2);
  guint n;

  push (rig, 0, 1, 0, STEP / 2);
  test_rig_push (rig, 1, 0, 0);
  test_rig_skip (rig);
  test_rig_push (rig, 1, 1, 1);
  for (n = 1; n < 10; n++) {
    push (rig, 0, 1, n * STEP - STEP / 2, STEP / 2);
    push (rig, 0, 1, n * STEP, STEP / 2);
    test_rig_push (rig, 1, n, n + 1);
    test_rig_skip (rig);
  }
  expect (rig, "sink_0", (Counts) {.frames = 19,.shown = 10,.dropped = 9,
          .last = 9 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (refused_frames)
{
  TestRig *rig = test_rig_new_small (2);
  guint n;

  for (n = 0; n < 6; n++) {
    GstBuffer *frame = test_frame_new_small (n, n * STEP, STEP);

    if (n % 2)
      gst_buffer_resize (frame, 0, 20);
    test_input_push (test_rig_input (rig, 0), frame);
    test_rig_push (rig, 1, n, n);
    test_rig_skip (rig);
  }
  test_rig_expect_warning (rig, "sink_0", "20 bytes");
  expect (rig, "sink_0", (Counts) {.frames = 6,.shown = 3,.refused = 3,
          .last = 5 * STEP });
  test_expect_stat (rig, "frames-refused", 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* A negative offset puts the first two frames before running time 0. */
GST_START_TEST (without_running_time)
{
  TestRig *rig = test_rig_new_small (2);
  GstPad *pad = gst_element_get_static_pad (rig->element, "sink_0");

  gst_pad_set_offset (pad, -2 * (gint64) STEP);
  gst_object_unref (pad);
  test_input_push_segment (test_rig_input (rig, 0), 0);
  push (rig, 0, 1, 0, STEP);
  push (rig, 0, 1, STEP, STEP);
  expect (rig, "sink_0", (Counts) {.frames = 2,.dropped = 2,
          .last = GST_CLOCK_TIME_NONE });
  push (rig, 0, 1, 2 * STEP, STEP);
  test_rig_push (rig, 1, 1, 0);
  test_rig_skip (rig);
  expect (rig, "sink_0", (Counts) {.frames = 3,.shown = 1,.dropped = 2,
          .last = 0});
  test_rig_free (rig);
}

GST_END_TEST;

/* One frame was shown, one was looked at, and one is in the queue. */
GST_START_TEST (flushed_frames)
{
  TestRig *rig = test_rig_new_small (1);
  GstHarness *other = test_rig_add (rig, "sink_1");
  guint32 seqnum;

  g_object_set (rig->element, "frames-ahead", 4, NULL);
  test_input_set_small_caps (other);
  push (rig, 0, 1, 0, STEP);
  test_rig_push (rig, 1, 1, 0);
  test_rig_skip (rig);
  push (rig, 0, 1, STEP, STEP);
  push (rig, 0, 1, 2 * STEP, STEP);
  seqnum = test_rig_begin_seek (rig);
  test_input_flush (test_rig_input (rig, 0), seqnum);
  test_input_flush (other, seqnum);
  push (rig, 0, 2, 0, STEP);
  test_rig_push (rig, 1, 2, 0);
  test_rig_skip (rig);
  expect (rig, "sink_0", (Counts) {.frames = 4,.shown = 2,.dropped = 2,
          .last = 0});
  test_rig_free (rig);
}

GST_END_TEST;

/* The frames of a pad that does not fit are in no strip. The last one may be in
 * the next, as long as it lasts. */
GST_START_TEST (pad_that_does_not_fit)
{
  TestRig *rig = test_rig_new_small (1);
  GstHarness *other;
  guint n;

  test_rig_push (rig, 0, 0, 0);
  test_rig_skip (rig);
  other = test_rig_add (rig, "sink_1");
  test_input_set_caps_full (other, "BGRA", 8, 8, TEST_FPS, 1);
  for (n = 1; n < 6; n++) {
    test_input_send (other, n, n);
    test_rig_push (rig, 0, n, n);
    test_rig_skip (rig);
  }
  test_rig_expect_warning (rig, "sink_1", "BGRA");
  expect (rig, "sink_1", (Counts) {.frames = 5,.dropped = 4,
          .last = 5 * STEP });
  test_input_push_gap (other, n);
  test_rig_push (rig, 0, n, n);
  test_rig_skip (rig);
  expect (rig, "sink_1", (Counts) {.frames = 5,.dropped = 5,
          .last = 5 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

/* Caps of a pad don't fit until the others have ended. Then the strips show the
 * frame that lasts. */
GST_START_TEST (pad_that_fits_later)
{
  TestRig *rig = test_rig_new_small (2);
  guint i;

  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 2, 0);
  test_rig_skip (rig);
  test_input_set_caps_full (test_rig_input (rig, 1), "BGRA", TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT, TEST_FPS, 1);
  push (rig, 1, 3, STEP, 3 * STEP);
  test_rig_push (rig, 0, 4, 1);
  test_rig_skip (rig);
  test_rig_expect_warning (rig, "sink_1 shows background");
  expect (rig, "sink_1", (Counts) {.frames = 2,.shown = 1,.last = STEP });

  test_input_end (test_rig_input (rig, 0));
  push (rig, 1, 5, 4 * STEP, STEP);
  for (i = 0; i < 3; i++)
    test_rig_skip (rig);
  expect (rig, "sink_1", (Counts) {.frames = 3,.shown = 3,.repeated = 1,
          .last = 4 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

/* The base class takes the second frame to see that it is over. */
GST_START_TEST (last_frame_is_not_shown)
{
  TestRig *rig = test_rig_new_small (1);

  push (rig, 0, 1, 0, STEP / 2);
  push (rig, 0, 1, STEP / 2, STEP / 2);
  test_input_end (test_rig_input (rig, 0));
  test_rig_skip (rig);
  test_rig_await_eos (rig);
  expect (rig, "sink_0", (Counts) {.frames = 2,.shown = 1,.dropped = 1,
          .last = STEP / 2});
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Late frames ---- */

static TestRig *
new_live (void)
{
  TestRig *rig = test_rig_new_live (FALSE);
  guint i;

  for (i = 0; i < 2; i++)
    test_input_set_small_caps (test_rig_add (rig, "sink_%u"));

  return rig;
}

/* Two strips are made without pad 1. Its frames for them are late; the last one
 * may be shown as the latest that there is, or not. */
GST_START_TEST (late_frames)
{
  TestRig *rig = new_live ();
  Counts counts;
  guint n;

  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 2, 0);
  test_rig_skip (rig);
  for (n = 1; n < 3; n++) {
    test_rig_push (rig, 0, 1, n);
    fail_unless_equals_uint64 (test_rig_pass (rig), (n + 1) * STEP);
    test_rig_skip (rig);
  }
  expect (rig, "sink_1", (Counts) {.frames = 1,.shown = 1,.repeated = 2,
          .last = 0});

  test_rig_push (rig, 1, 2, 1);
  test_rig_push (rig, 1, 2, 2);
  counts = get_counts (rig, "sink_1");
  fail_unless_equals_uint64 (counts.late, 2);
  fail_unless_equals_uint64 (counts.last, 2 * STEP);

  /* On time again. The strip waits for its time only if the element finds the
   * frames late when all pads have one. */
  test_rig_push (rig, 1, 2, 3);
  test_rig_push (rig, 0, 1, 3);
  test_rig_skip_due (rig, 4 * STEP);
  counts = get_counts (rig, "sink_1");
  fail_unless_equals_uint64 (counts.frames, 4);
  fail_unless_equals_uint64 (counts.late, 2);
  fail_unless_equals_uint64 (counts.shown, 2);
  fail_unless_equals_uint64 (counts.dropped, 2);
  expect (rig, "sink_0", (Counts) {.frames = 4,.shown = 4,.last = 3 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

/* Nothing waits for the stills of a pad: none is late. */
GST_START_TEST (without_rate)
{
  TestRig *rig = test_rig_new_of_size (2, TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 0);
  guint n;

  for (n = 0; n < 5; n++) {
    push (rig, 0, n, 0, GST_CLOCK_TIME_NONE);
    push (rig, 1, n, n * STEP, GST_CLOCK_TIME_NONE);
    test_rig_skip (rig);
  }
  expect (rig, "sink_0", (Counts) {.frames = 5,.shown = 5,.last = 0});
  expect (rig, "sink_1", (Counts) {.frames = 5,.shown = 5,.last = 4 * STEP });
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- At random, against what tile-meta says ---- */

typedef struct
{
  guint64 sent;
  guint64 shown;
  guint64 repeated;
  GstClockTime last;            /* timestamp of the frame in the strip before */
  GstClockTime end;             /* of the last frame that was sent */
} Model;

static void
note_tile (Model * model, GstBuffer * strip, guint pad)
{
  GstStructure *param = gst_video_region_of_interest_meta_get_param
      (gst_buffer_get_video_region_of_interest_meta_id (strip, pad),
      "application/x-ntmosaic-tile");
  GstClockTime pts = GST_CLOCK_TIME_NONE;

  gst_structure_get_uint64 (param, "pts", &pts);
  if (GST_CLOCK_TIME_IS_VALID (pts) && pts == model->last)
    model->repeated++;
  else if (GST_CLOCK_TIME_IS_VALID (pts))
    model->shown++;
  model->last = pts;
}

/* Takes @strip. */
static void
note_strip (Model * models, GstBuffer * strip)
{
  guint i;

  for (i = 0; i < 3; i++)
    note_tile (&models[i], strip, i);
  gst_buffer_unref (strip);
}

static void
send_at_random (TestRig * rig, GRand * rand, Model * model, guint input)
{
  const GstClockTime duration = g_rand_int_range (rand, STEP / 4, 3 * STEP);

  push (rig, input, model->sent, model->end, duration);
  model->end += duration;
  model->sent++;
}

static void
check_at_end (TestRig * rig, const Model * model, guint i)
{
  gchar *name = g_strdup_printf ("sink_%u", i);
  Counts counts;

  counts = get_counts (rig, name);
  fail_unless_equals_uint64 (counts.shown + counts.dropped, counts.frames);
  fail_unless_equals_uint64 (counts.frames, model->sent);
  fail_unless_equals_uint64 (counts.shown, model->shown);
  fail_unless_equals_uint64 (counts.repeated, model->repeated);
  fail_unless_equals_uint64 (counts.late, 0);
  fail_unless_equals_uint64 (counts.refused, 0);
  g_free (name);
}

static gpointer
send_all (gpointer data)
{
  TestRig *rig = ((gpointer *) data)[0];
  Model *model = ((gpointer *) data)[1];
  const guint i = GPOINTER_TO_UINT (((gpointer *) data)[2]);
  GRand *rand = g_rand_new_with_seed (GPOINTER_TO_UINT (((gpointer *)
              data)[3]));

  while (model->end < 60 * STEP)
    send_at_random (rig, rand, model, i);
  test_input_end (test_rig_input (rig, i));
  g_rand_free (rand);

  return NULL;
}

/* Each pad has a thread. */
GST_START_TEST (at_random)
{
  TestRig *rig = test_rig_new_small (3);
  Model models[3] = { {0, }, };
  gpointer data[3][4];
  GThread *threads[3];
  GstBuffer *strip;
  guint n;
  guint i;

  g_object_set (rig->element, "tile-meta", TRUE, NULL);
  for (i = 0; i < 3; i++) {
    models[i].last = GST_CLOCK_TIME_NONE;
    data[i][0] = rig;
    data[i][1] = &models[i];
    data[i][2] = GUINT_TO_POINTER (i);
    data[i][3] = GUINT_TO_POINTER (__i__ * 3 + i);
    threads[i] = g_thread_new ("source", send_all, data[i]);
  }
  for (n = 0; n < 60; n++)
    note_strip (models, test_rig_pull (rig, NULL));
  for (i = 0; i < 3; i++)
    g_thread_join (threads[i]);
  test_rig_await_eos (rig);
  while ((strip = gst_harness_try_pull (rig->out)))
    note_strip (models, strip);
  for (i = 0; i < 3; i++)
    check_at_end (rig, &models[i], i);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Start and stop ---- */

/* The counts stay until the next start. */
GST_START_TEST (restart)
{
  TestRig *rig = test_rig_new_small (1);

  test_rig_push (rig, 0, 0, 0);
  test_rig_skip (rig);
  gst_element_set_state (rig->element, GST_STATE_READY);
  expect (rig, "sink_0", (Counts) {.frames = 1,.shown = 1,.last = 0});
  test_rig_restart (rig, GST_STATE_READY);
  expect (rig, "sink_0", (Counts) {.last = GST_CLOCK_TIME_NONE });
  test_input_set_small_caps (test_rig_input (rig, 0));
  test_input_push_segment (test_rig_input (rig, 0), 0);
  test_rig_push (rig, 0, 0, 0);
  test_rig_push (rig, 0, 0, 1);
  test_rig_skip (rig);
  test_rig_skip (rig);
  expect (rig, "sink_0", (Counts) {.frames = 2,.shown = 2,.last = STEP });
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (padstats)
{
  tcase_add_test (tc, every_frame_is_shown);
  tcase_add_test (tc, stills_and_gaps);
  tcase_add_test (tc, slower_pad);
  tcase_add_test (tc, faster_pad);
  tcase_add_test (tc, refused_frames);
  tcase_add_test (tc, without_running_time);
  tcase_add_test (tc, flushed_frames);
  tcase_add_test (tc, pad_that_does_not_fit);
  tcase_add_test (tc, pad_that_fits_later);
  tcase_add_test (tc, last_frame_is_not_shown);
  tcase_add_test (tc, late_frames);
  tcase_add_test (tc, without_rate);
  tcase_add_loop_test (tc, at_random, 0, 8);
  tcase_add_test (tc, restart);
}
