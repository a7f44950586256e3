/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Live pipelines: a strip is due when the clock says so, whatever its sources
 * do. The clock is the test's own, so that nothing here depends on how fast the
 * machine is. */

#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>

#include "pipelines.h"

#define STEP TEST_STEP

#define NONE TEST_NO_FRAME

#define MAX_INPUTS 3

typedef struct
{
  GstElement *mosaic;
  GstTestClock *clock;
  GstHarness *out;
  GstHarness *inputs[MAX_INPUTS];
  guint n_inputs;
} Live;

static GstHarness *
add_input (Live * live)
{
  GstHarness *input = gst_harness_new_with_element (live->mosaic, "sink_%u",
      NULL);

  fail_unless (live->n_inputs < MAX_INPUTS);
  live->inputs[live->n_inputs++] = input;

  return input;
}

static void
set_caps (GstHarness * input)
{
  gst_harness_set_src_caps (input, test_caps_new ("RGBA", TEST_TILE_WIDTH,
          TEST_TILE_HEIGHT, TEST_FPS, 1));
}

/* Sources are live, and have caps, unless @force_live. */
static Live *
live_new (guint n_inputs, gboolean force_live)
{
  Live *live = g_new0 (Live, 1);
  guint i;

  live->mosaic = gst_element_factory_make_full ("ntmosaic", "force-live",
      force_live, NULL);
  fail_unless (live->mosaic != NULL);
  gst_object_ref_sink (live->mosaic);
  live->out = gst_harness_new_with_element (live->mosaic, NULL, "src");
  gst_harness_use_testclock (live->out);
  live->clock = gst_harness_get_testclock (live->out);

  for (i = 0; i < n_inputs; i++) {
    GstHarness *input = add_input (live);

    gst_harness_set_live (input, !force_live);
    if (!force_live)
      set_caps (input);
  }

  return live;
}

static void
live_free (Live * live)
{
  guint i;

  gst_element_set_state (live->mosaic, GST_STATE_NULL);
  for (i = 0; i < live->n_inputs; i++)
    gst_harness_teardown (live->inputs[i]);
  gst_harness_teardown (live->out);
  gst_object_unref (live->clock);
  ASSERT_OBJECT_REFCOUNT (live->mosaic, "ntmosaic", 1);
  gst_object_unref (live->mosaic);
  g_free (live);
}

/* The @n-th frame of an input. */
static void
push (Live * live, guint input, guint32 seed, guint n)
{
  fail_unless_equals_int (gst_harness_push (live->inputs[input],
          test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT, seed,
              n * STEP, STEP)), GST_FLOW_OK);
}

/* Lets the time come that the element waits for: when a strip begins, and the
 * latency later, of which its own length is a part. */
static void
crank (Live * live, GstClockTime time)
{
  GstClockID id;

  gst_test_clock_wait_for_next_pending_id (live->clock, &id);
  fail_unless_equals_uint64 (gst_clock_id_get_time (id), time);
  gst_clock_id_unref (id);
  fail_unless (gst_test_clock_crank (live->clock));
}

static void
expect_tiles (Live * live, guint n, const guint32 * seeds, guint n_seeds)
{
  GstBuffer *strip = gst_harness_pull (live->out);
  GstCaps *caps;
  GstSample *sample;

  fail_unless (strip != NULL, "no strip");
  fail_unless_equals_uint64 (GST_BUFFER_PTS (strip), n * STEP);
  caps = gst_pad_get_current_caps (live->out->sinkpad);
  sample = gst_sample_new (strip, caps, NULL, NULL);
  test_assert_tiles (sample, seeds, n_seeds);
  gst_sample_unref (sample);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
}

static void
expect (Live * live, guint n, guint32 seed_0, guint32 seed_1)
{
  const guint32 seeds[] = { seed_0, seed_1 };

  expect_tiles (live, n, seeds, 2);
}

static void
expect_silence (Live * live)
{
  g_usleep (20 * G_TIME_SPAN_MILLISECOND);
  fail_unless (gst_harness_try_pull (live->out) == NULL,
      "a strip before its time");
}

static void
query_latency (Live * live, GstClockTime * min)
{
  GstQuery *query = gst_query_new_latency ();
  gboolean is_live;

  fail_unless (gst_pad_peer_query (live->out->sinkpad, query));
  gst_query_parse_latency (query, &is_live, min, NULL);
  fail_unless (is_live);
  gst_query_unref (query);
}

/* ---- Cameras that stall ---- */

GST_START_TEST (stalled_camera_is_repeated)
{
  Live *live = live_new (2, FALSE);

  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);

  push (live, 0, 101, 1);
  expect_silence (live);
  crank (live, 2 * STEP);
  expect (live, 1, 101, 200);

  push (live, 0, 102, 2);
  crank (live, 3 * STEP);
  expect (live, 2, 102, 200);

  /* Back again. */
  push (live, 0, 103, 3);
  push (live, 1, 203, 3);
  expect (live, 3, 103, 203);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (stalled_camera_turns_to_background)
{
  Live *live = live_new (2, FALSE);
  guint i;

  gst_child_proxy_set (GST_CHILD_PROXY (live->mosaic),
      "sink_1::max-last-buffer-repeat", 2 * STEP, NULL);
  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);

  /* It was over after strip 0. */
  for (i = 1; i < 6; i++) {
    push (live, 0, 100 + i, i);
    crank (live, (i + 1) * STEP);
    expect (live, i, 100 + i, i <= 3 ? 200 : NONE);
  }

  push (live, 0, 106, 6);
  push (live, 1, 206, 6);
  expect (live, 6, 106, 206);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (all_cameras_stall)
{
  Live *live = live_new (2, FALSE);
  guint i;

  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);
  for (i = 1; i < 4; i++) {
    expect_silence (live);
    crank (live, (i + 1) * STEP);
    expect (live, i, 100, 200);
  }
  live_free (live);
}

GST_END_TEST;

/* Frames that come when their strips are gone are passed over. They count
 * neither as frames on their way nor against the pad for long. */
GST_START_TEST (late_frames)
{
  Live *live = live_new (2, FALSE);
  GstClockID id;
  guint64 before = 0;
  guint n;

  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);
  crank (live, 2 * STEP);
  expect (live, 1, 100, 200);
  crank (live, 3 * STEP);
  expect (live, 2, 100, 200);

  push (live, 0, 101, 1);
  push (live, 0, 103, 3);
  push (live, 1, 203, 3);

  /* If they are found late only when all pads have one, the strip waits until
   * its time; if before, it is there at once. */
  gst_test_clock_wait_for_next_pending_id (live->clock, &id);
  if (gst_clock_id_get_time (id) == 4 * STEP)
    crank (live, 4 * STEP);
  gst_clock_id_unref (id);
  expect (live, 3, 103, 203);

  for (n = 4; n < 100; n++) {
    if (n == 95)
      before = test_get_stat (live->mosaic, "tiles-on-arrival");
    push (live, 0, 100 + n, n);
    push (live, 1, 500 + n, n);
    expect (live, n, 100 + n, 500 + n);
  }
  fail_unless_equals_uint64 (test_get_stat (live->mosaic,
          "tiles-on-arrival") - before, 5 * 2);
  live_free (live);
}

GST_END_TEST;

/* ---- Cameras that never come ---- */

GST_START_TEST (camera_without_caps_has_its_room)
{
  Live *live = live_new (1, FALSE);

  g_object_set (live->mosaic, "tile-width", TEST_TILE_WIDTH, "tile-height",
      TEST_TILE_HEIGHT, NULL);
  add_input (live);
  push (live, 0, 100, 0);
  expect_silence (live);
  /* Strips are not yet known to have a length. */
  crank (live, 0);
  expect (live, 0, 100, NONE);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (inactive_camera_is_ignored)
{
  Live *live = live_new (2, FALSE);
  guint i;

  g_object_set (live->mosaic, "ignore-inactive-pads", TRUE, NULL);
  push (live, 0, 100, 0);
  crank (live, 0);
  expect (live, 0, 100, NONE);

  /* Waited for once is enough: the clock stands still. */
  for (i = 1; i < 4; i++) {
    push (live, 0, 100 + i, i);
    expect (live, i, 100 + i, NONE);
  }

  push (live, 1, 204, 4);
  push (live, 0, 104, 4);
  expect (live, 4, 104, 204);

  /* Now it is waited for. */
  push (live, 0, 105, 5);
  expect_silence (live);
  crank (live, 6 * STEP);
  expect (live, 5, 105, 204);
  live_free (live);
}

GST_END_TEST;

/* Strips are made before any frame is there; the first frame does not turn time
 * back. */
GST_START_TEST (first_frame_is_late)
{
  Live *live = live_new (2, FALSE);
  GstClockTime min;

  /* As a pipeline does; until then nobody knows that sources are live. */
  query_latency (live, &min);
  crank (live, min);
  expect (live, 0, NONE, NONE);
  crank (live, 2 * STEP);
  expect (live, 1, NONE, NONE);

  push (live, 0, 102, 2);
  expect_silence (live);
  push (live, 1, 202, 2);
  expect (live, 2, 102, 202);
  push (live, 0, 103, 3);
  crank (live, 4 * STEP);
  expect (live, 3, 103, 202);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (camera_that_joins_late)
{
  Live *live = live_new (2, FALSE);
  const guint32 seeds[] = { 101, 201, 301 };

  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);

  set_caps (add_input (live));
  push (live, 0, 101, 1);
  push (live, 1, 201, 1);
  push (live, 2, 301, 1);
  expect_tiles (live, 1, seeds, 3);
  live_free (live);
}

GST_END_TEST;

/* ---- Latency ---- */

/* The sources' own, the property's, and the length of a strip. */
GST_START_TEST (latency)
{
  Live *live = live_new (2, FALSE);
  GstClockTime min;

  gst_harness_set_upstream_latency (live->inputs[0], STEP / 4);
  gst_harness_set_upstream_latency (live->inputs[1], STEP / 2);
  g_object_set (live->mosaic, "latency", 3 * STEP, NULL);
  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);

  query_latency (live, &min);
  fail_unless_equals_uint64 (min, STEP / 2 + 3 * STEP + STEP);
  push (live, 0, 101, 1);
  crank (live, STEP + min);
  expect (live, 1, 101, 200);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (min_upstream_latency)
{
  Live *live = live_new (2, FALSE);
  GstClockTime min;

  gst_harness_set_upstream_latency (live->inputs[0], STEP / 4);
  g_object_set (live->mosaic, "min-upstream-latency", 2 * STEP, NULL);
  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);

  query_latency (live, &min);
  fail_unless_equals_uint64 (min, 2 * STEP + STEP);
  push (live, 0, 101, 1);
  crank (live, STEP + min);
  expect (live, 1, 101, 200);
  live_free (live);
}

GST_END_TEST;

/* ---- Live without a live source ---- */

GST_START_TEST (force_live)
{
  Live *live = live_new (2, TRUE);

  set_caps (live->inputs[0]);
  set_caps (live->inputs[1]);
  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);
  push (live, 0, 101, 1);
  expect_silence (live);
  crank (live, 2 * STEP);
  expect (live, 1, 101, 200);
  live_free (live);
}

GST_END_TEST;

static Live *
force_live_at_eos (void)
{
  Live *live = live_new (2, TRUE);
  guint i;

  for (i = 0; i < 2; i++)
    set_caps (live->inputs[i]);
  push (live, 0, 100, 0);
  push (live, 1, 200, 0);
  expect (live, 0, 100, 200);
  for (i = 0; i < 2; i++)
    fail_unless (gst_harness_push_event (live->inputs[i],
            gst_event_new_eos ()));

  return live;
}

/* It goes on, but not faster than the clock. */
GST_START_TEST (force_live_after_eos)
{
  Live *live = force_live_at_eos ();
  guint i;

  for (i = 1; i < 6; i++) {
    expect_silence (live);
    crank (live, (i + 1) * STEP);
    expect (live, i, NONE, NONE);
  }
  expect_silence (live);
  live_free (live);
}

GST_END_TEST;

/* The clock stands still: only something that ends the waiting can help. */
GST_START_TEST (force_live_stops_while_waiting)
{
  Live *live = force_live_at_eos ();

  gst_test_clock_wait_for_next_pending_id (live->clock, NULL);
  fail_unless_equals_int (gst_element_set_state (live->mosaic,
          GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (force_live_seeks_while_waiting)
{
  Live *live = force_live_at_eos ();
  GstEvent *seek = gst_event_new_seek (1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);
  const guint32 seqnum = gst_event_get_seqnum (seek);
  guint i;

  gst_test_clock_wait_for_next_pending_id (live->clock, NULL);
  fail_unless (gst_harness_push_upstream_event (live->out, seek));

  /* What the sources do when they are seeked. */
  for (i = 0; i < 2; i++) {
    GstEvent *start = gst_event_new_flush_start ();
    GstEvent *stop = gst_event_new_flush_stop (TRUE);
    GstSegment segment;

    gst_event_set_seqnum (start, seqnum);
    gst_event_set_seqnum (stop, seqnum);
    gst_segment_init (&segment, GST_FORMAT_TIME);
    fail_unless (gst_harness_push_event (live->inputs[i], start));
    fail_unless (gst_harness_push_event (live->inputs[i], stop));
    fail_unless (gst_harness_push_event (live->inputs[i],
            gst_event_new_segment (&segment)));
    push (live, i, 100 * (i + 3), 0);
  }
  expect (live, 0, 300, 400);
  live_free (live);
}

GST_END_TEST;

/* Waits for each strip's time, and makes none. */
static void
crank_in_vain (Live * live)
{
  guint i;

  for (i = 0; i < 5; i++) {
    gst_test_clock_wait_for_next_pending_id (live->clock, NULL);
    fail_unless (gst_test_clock_crank (live->clock));
  }
  expect_silence (live);
}

GST_START_TEST (force_live_without_data)
{
  Live *live = live_new (2, TRUE);

  crank_in_vain (live);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (force_live_without_pads)
{
  Live *live = live_new (0, TRUE);

  crank_in_vain (live);
  live_free (live);
}

GST_END_TEST;

GST_START_TEST (force_live_at_eos_without_data)
{
  Live *live = live_new (2, TRUE);
  guint i;

  for (i = 0; i < 2; i++)
    fail_unless (gst_harness_push_event (live->inputs[i],
            gst_event_new_eos ()));
  crank_in_vain (live);
  live_free (live);
}

GST_END_TEST;

/* ---- With a clock that runs ---- */

GST_START_TEST (live_pipeline)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "appsink name=s sync=false "
      "videotestsrc is-live=true num-buffers=10 ! m. "
      "videotestsrc is-live=true num-buffers=10 ! m. "
      "videotestsrc is-live=true num-buffers=5 ! m.");
  guint n;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  n = test_pipeline_drain (p);
  fail_unless (n >= 1 && n < 1000, "%u strips", n);
  test_pipeline_free (p);
}

GST_END_TEST;

static Suite *
live_suite (void)
{
  Suite *suite = suite_create ("live");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, stalled_camera_is_repeated);
  tcase_add_test (tc, stalled_camera_turns_to_background);
  tcase_add_test (tc, all_cameras_stall);
  tcase_add_test (tc, late_frames);
  tcase_add_test (tc, camera_without_caps_has_its_room);
  tcase_add_test (tc, inactive_camera_is_ignored);
  tcase_add_test (tc, first_frame_is_late);
  tcase_add_test (tc, camera_that_joins_late);
  tcase_add_test (tc, latency);
  tcase_add_test (tc, min_upstream_latency);
  tcase_add_test (tc, force_live);
  tcase_add_test (tc, force_live_after_eos);
  tcase_add_test (tc, force_live_stops_while_waiting);
  tcase_add_test (tc, force_live_seeks_while_waiting);
  tcase_add_test (tc, force_live_without_data);
  tcase_add_test (tc, force_live_without_pads);
  tcase_add_test (tc, force_live_at_eos_without_data);
  tcase_add_test (tc, live_pipeline);

  return suite;
}

NTMOSAIC_CHECK_MAIN (live);
