/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Live pipelines: a strip is due when the clock says so, whatever its sources
 * do. The clock is the test's own, so that the speed of the machine does not
 * matter. */

#include "rig/pipelines.h"

#define STEP TEST_STEP

#define NONE TEST_NO_FRAME

/* With @n_inputs small inputs; the pads of those that aren't live have no caps
 * yet. */
static TestRig *
live_new (guint n_inputs, gboolean force_live)
{
  TestRig *rig = test_rig_new_live (force_live);
  guint i;

  for (i = 0; i < n_inputs; i++) {
    test_rig_add (rig, "sink_%u");
    if (!force_live)
      test_input_set_small_caps (test_rig_input (rig, i));
  }

  return rig;
}

/* When a strip begins, and the latency later, of which its own length is a
 * part. */
static void
pass (TestRig * rig, GstClockTime time)
{
  fail_unless_equals_uint64 (test_rig_pass (rig), time);
}

static void
expect (TestRig * rig, guint n, guint32 seed_0, guint32 seed_1)
{
  fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, seed_0, seed_1),
      n * STEP);
}

static void
query_latency (TestRig * rig, GstClockTime * min)
{
  GstQuery *query = gst_query_new_latency ();
  gboolean is_live;

  fail_unless (gst_pad_peer_query (rig->out->sinkpad, query));
  gst_query_parse_latency (query, &is_live, min, NULL);
  fail_unless (is_live);
  gst_query_unref (query);
}

/* ---- Cameras that stall ---- */

GST_START_TEST (stalled_camera_is_repeated)
{
  TestRig *rig = live_new (2, FALSE);

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);

  test_rig_push (rig, 0, 101, 1);
  test_rig_expect_silence (rig);
  pass (rig, 2 * STEP);
  expect (rig, 1, 101, 200);

  test_rig_push (rig, 0, 102, 2);
  pass (rig, 3 * STEP);
  expect (rig, 2, 102, 200);

  /* The camera is back. */
  test_rig_push (rig, 0, 103, 3);
  test_rig_push (rig, 1, 203, 3);
  expect (rig, 3, 103, 203);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (stalled_camera_turns_to_background)
{
  TestRig *rig = live_new (2, FALSE);
  guint i;

  gst_child_proxy_set (GST_CHILD_PROXY (rig->element),
      "sink_1::max-last-buffer-repeat", 2 * STEP, NULL);
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);

  /* The frame was over after strip 0. */
  for (i = 1; i < 6; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    pass (rig, (i + 1) * STEP);
    expect (rig, i, 100 + i, i <= 3 ? 200 : NONE);
  }

  test_rig_push (rig, 0, 106, 6);
  test_rig_push (rig, 1, 206, 6);
  expect (rig, 6, 106, 206);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (all_cameras_stall)
{
  TestRig *rig = live_new (2, FALSE);
  guint i;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);
  for (i = 1; i < 4; i++) {
    test_rig_expect_silence (rig);
    pass (rig, (i + 1) * STEP);
    expect (rig, i, 100, 200);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The element passes over frames that come after their strip. They don't count
 * as frames on their way, and not against the pad for long. */
GST_START_TEST (late_frames)
{
  TestRig *rig = live_new (2, FALSE);
  GstClockID id;
  guint64 before = 0;
  guint n;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);
  pass (rig, 2 * STEP);
  expect (rig, 1, 100, 200);
  pass (rig, 3 * STEP);
  expect (rig, 2, 100, 200);

  test_rig_push (rig, 0, 101, 1);
  test_rig_push (rig, 0, 103, 3);
  test_rig_push (rig, 1, 203, 3);

  /* If the element finds them late only when all pads have one, the strip waits
   * until its time; if before, the strip comes at once. */
  gst_test_clock_wait_for_next_pending_id (rig->clock, &id);
  if (gst_clock_id_get_time (id) == 4 * STEP)
    pass (rig, 4 * STEP);
  gst_clock_id_unref (id);
  expect (rig, 3, 103, 203);

  for (n = 4; n < 100; n++) {
    if (n == 95)
      before = test_get_stat (rig->element, "tiles-on-arrival");
    test_rig_push (rig, 0, 100 + n, n);
    test_rig_push (rig, 1, 500 + n, n);
    expect (rig, n, 100 + n, 500 + n);
  }
  fail_unless_equals_uint64 (test_get_stat (rig->element,
          "tiles-on-arrival") - before, 5 * 2);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Cameras that never come ---- */

GST_START_TEST (camera_without_caps_has_its_room)
{
  TestRig *rig = live_new (1, FALSE);

  g_object_set (rig->element, "tile-width", TEST_TILE_WIDTH, "tile-height",
      TEST_TILE_HEIGHT, NULL);
  test_rig_add (rig, "sink_%u");
  test_rig_push (rig, 0, 100, 0);
  test_rig_expect_silence (rig);
  /* Strips are not yet known to have a length. */
  pass (rig, 0);
  expect (rig, 0, 100, NONE);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (inactive_camera_is_ignored)
{
  TestRig *rig = live_new (2, FALSE);
  guint i;

  g_object_set (rig->element, "ignore-inactive-pads", TRUE, NULL);
  test_rig_push (rig, 0, 100, 0);
  pass (rig, 0);
  expect (rig, 0, 100, NONE);

  /* One wait is enough: the clock stands still. */
  for (i = 1; i < 4; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    expect (rig, i, 100 + i, NONE);
  }

  test_rig_push (rig, 1, 204, 4);
  test_rig_push (rig, 0, 104, 4);
  expect (rig, 4, 104, 204);

  /* Now the element waits for it. */
  test_rig_push (rig, 0, 105, 5);
  test_rig_expect_silence (rig);
  pass (rig, 6 * STEP);
  expect (rig, 5, 105, 204);
  test_rig_free (rig);
}

GST_END_TEST;

/* The element makes strips before the first frame; that frame does not turn
 * time back. */
GST_START_TEST (first_frame_is_late)
{
  TestRig *rig = live_new (2, FALSE);
  GstClockTime min;

  /* As a pipeline does; until then the element doesn't know that sources are
   * live. */
  query_latency (rig, &min);
  pass (rig, min);
  expect (rig, 0, NONE, NONE);
  pass (rig, 2 * STEP);
  expect (rig, 1, NONE, NONE);

  test_rig_push (rig, 0, 102, 2);
  test_rig_expect_silence (rig);
  test_rig_push (rig, 1, 202, 2);
  expect (rig, 2, 102, 202);
  test_rig_push (rig, 0, 103, 3);
  pass (rig, 4 * STEP);
  expect (rig, 3, 103, 202);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (camera_that_joins_late)
{
  TestRig *rig = live_new (2, FALSE);

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);

  test_input_set_small_caps (test_rig_add (rig, "sink_%u"));
  test_rig_push (rig, 0, 101, 1);
  test_rig_push (rig, 1, 201, 1);
  test_rig_push (rig, 2, 301, 1);
  fail_unless_equals_uint64 (test_rig_expect_small (rig, 3, 101, 201, 301),
      STEP);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Latency ---- */

/* The sources' own, the property's, and the length of a strip. */
GST_START_TEST (latency)
{
  TestRig *rig = live_new (2, FALSE);
  GstClockTime min;

  gst_harness_set_upstream_latency (test_rig_input (rig, 0), STEP / 4);
  gst_harness_set_upstream_latency (test_rig_input (rig, 1), STEP / 2);
  g_object_set (rig->element, "latency", 3 * STEP, NULL);
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);

  query_latency (rig, &min);
  fail_unless_equals_uint64 (min, STEP / 2 + 3 * STEP + STEP);
  test_rig_push (rig, 0, 101, 1);
  pass (rig, STEP + min);
  expect (rig, 1, 101, 200);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (min_upstream_latency)
{
  TestRig *rig = live_new (2, FALSE);
  GstClockTime min;

  gst_harness_set_upstream_latency (test_rig_input (rig, 0), STEP / 4);
  g_object_set (rig->element, "min-upstream-latency", 2 * STEP, NULL);
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);

  query_latency (rig, &min);
  fail_unless_equals_uint64 (min, 2 * STEP + STEP);
  test_rig_push (rig, 0, 101, 1);
  pass (rig, STEP + min);
  expect (rig, 1, 101, 200);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Live without a live source ---- */

GST_START_TEST (force_live)
{
  TestRig *rig = live_new (2, TRUE);

  test_input_set_small_caps (test_rig_input (rig, 0));
  test_input_set_small_caps (test_rig_input (rig, 1));
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);
  test_rig_push (rig, 0, 101, 1);
  test_rig_expect_silence (rig);
  pass (rig, 2 * STEP);
  expect (rig, 1, 101, 200);
  test_rig_free (rig);
}

GST_END_TEST;

static TestRig *
force_live_at_eos (void)
{
  TestRig *rig = live_new (2, TRUE);
  guint i;

  for (i = 0; i < 2; i++)
    test_input_set_small_caps (test_rig_input (rig, i));
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  expect (rig, 0, 100, 200);
  test_rig_end (rig);

  return rig;
}

/* The stream goes on, but not faster than the clock. */
GST_START_TEST (force_live_after_eos)
{
  TestRig *rig = force_live_at_eos ();
  guint i;

  for (i = 1; i < 6; i++) {
    test_rig_expect_silence (rig);
    pass (rig, (i + 1) * STEP);
    expect (rig, i, NONE, NONE);
  }
  test_rig_expect_silence (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* The clock stands still: only a stop or a seek can end the wait. */
GST_START_TEST (force_live_stops_while_waiting)
{
  TestRig *rig = force_live_at_eos ();

  gst_test_clock_wait_for_next_pending_id (rig->clock, NULL);
  fail_unless_equals_int (gst_element_set_state (rig->element,
          GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (force_live_seeks_while_waiting)
{
  TestRig *rig = force_live_at_eos ();
  guint32 seqnum;
  guint i;

  gst_test_clock_wait_for_next_pending_id (rig->clock, NULL);
  seqnum = test_rig_begin_seek (rig);
  for (i = 0; i < 2; i++) {
    test_input_flush (test_rig_input (rig, i), seqnum);
    test_rig_push (rig, i, 100 * (i + 3), 0);
  }
  expect (rig, 0, 300, 400);
  test_rig_free (rig);
}

GST_END_TEST;

/* The element waits for each strip's time, and makes no strip. */
static void
pass_in_vain (TestRig * rig)
{
  guint i;

  for (i = 0; i < 5; i++)
    test_rig_pass (rig);
  test_rig_expect_silence (rig);
}

GST_START_TEST (force_live_without_data)
{
  TestRig *rig = live_new (2, TRUE);

  pass_in_vain (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (force_live_without_pads)
{
  TestRig *rig = live_new (0, TRUE);

  pass_in_vain (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (force_live_at_eos_without_data)
{
  TestRig *rig = live_new (2, TRUE);

  test_rig_end (rig);
  pass_in_vain (rig);
  test_rig_free (rig);
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

TEST_CASES (live)
{
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
}
