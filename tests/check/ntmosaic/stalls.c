/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pad that stalls, and one that resumes, is one message. */

#include "rig/rig.h"

#define STEP TEST_STEP

#define NONE GST_CLOCK_TIME_NONE

/* ---- The rig ---- */

/* Live, with small inputs whose limit of silence is @limit. */
static TestRig *
live_new (guint n_inputs, GstClockTime limit, gboolean force_live)
{
  TestRig *rig = test_rig_new_live (force_live);
  guint i;

  g_object_set (rig->element, "tile-meta", TRUE, NULL);
  for (i = 0; i < n_inputs; i++) {
    GstHarness *input = test_rig_add (rig, "sink_%u");
    GstPad *pad = gst_pad_get_peer (input->srcpad);

    g_object_set (pad, "max-last-buffer-repeat", limit, NULL);
    gst_object_unref (pad);
    if (!force_live)
      test_input_set_small_caps (input);
  }

  return rig;
}

/* Pushes frame @n to the inputs whose bit is set in @inputs, and takes the
 * strip. Unless all inputs have a frame, the strip comes when the clock says
 * so. */
static GstBuffer *
take_strip (TestRig * rig, guint n, guint inputs)
{
  GstBuffer *strip;
  guint i;

  for (i = 0; i < rig->inputs->len; i++)
    if (inputs & (1 << i))
      test_rig_push (rig, i, 100 * i + n, n);
  if (inputs != (1u << rig->inputs->len) - 1)
    fail_unless_equals_uint64 (test_rig_pass (rig), (n + 1) * STEP);
  strip = test_rig_pull (rig, NULL);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (strip), n * STEP);

  return strip;
}

static void
pass_strip (TestRig * rig, guint n, guint inputs)
{
  gst_buffer_unref (take_strip (rig, n, inputs));
}

static gboolean
is_stalled (TestRig * rig, const gchar * name)
{
  GstPad *pad = gst_element_get_static_pad (rig->element, name);
  GstStructure *stats;
  gboolean stalled;

  g_object_get (pad, "stats", &stats, NULL);
  fail_unless (gst_structure_get_boolean (stats, "stalled", &stalled));
  gst_structure_free (stats);
  gst_object_unref (pad);

  return stalled;
}

/* ---- Messages ---- */

/* The next message of the element about a pad; NULL: none within @wait. */
static GstMessage *
pop (TestRig * rig, GstClockTime wait)
{
  GstMessage *message = test_pop_message (rig->bus, GST_MESSAGE_ELEMENT, wait);

  fail_unless (message == NULL
      || GST_MESSAGE_SRC (message) == GST_OBJECT (rig->element));
  return message;
}

static void
check_time (const GstStructure * structure, const gchar * field,
    GstClockTime expected)
{
  guint64 time = NONE;

  gst_structure_get_uint64 (structure, field, &time);
  fail_unless_equals_uint64 (time, expected);
}

/* Fails the test unless the next message is this one. @last: running time of
 * the pad's latest frame. */
static void
expect (TestRig * rig, const gchar * name, const gchar * pad, guint n,
    GstClockTime last)
{
  GstMessage *message = pop (rig, TEST_PATIENCE);
  const GstStructure *structure;

  fail_unless (message != NULL, "no %s", name);
  structure = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_name (structure), name);
  fail_unless_equals_string (gst_structure_get_string (structure, "pad"), pad);
  check_time (structure, "running-time", n * STEP);
  check_time (structure, "last-running-time", last);
  gst_message_unref (message);
  fail_unless_equals_int (is_stalled (rig, pad),
      g_str_equal (name, "ntmosaic-pad-stalled"));
}

/* The element posts the messages of one strip before it makes the next one. */
static void
expect_no_message (TestRig * rig)
{
  fail_unless (pop (rig, 0) == NULL, "a message more than expected");
}

/* ---- Pads that have had frames ---- */

GST_START_TEST (stalls_and_resumes)
{
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  for (n = 1; n <= 3; n++)
    pass_strip (rig, n, 1);
  expect_no_message (rig);
  fail_if (is_stalled (rig, "sink_1"));

  pass_strip (rig, 4, 1);
  expect (rig, "ntmosaic-pad-stalled", "sink_1", 4, 0);
  for (n = 5; n <= 9; n++)
    pass_strip (rig, n, 1);
  expect_no_message (rig);

  pass_strip (rig, 10, 3);
  expect (rig, "ntmosaic-pad-resumed", "sink_1", 10, 10 * STEP);
  pass_strip (rig, 11, 3);
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (without_limit)
{
  TestRig *rig = live_new (2, NONE, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  for (n = 1; n < 50; n++)
    pass_strip (rig, n, n % 20 == 0 ? 3 : 1);
  expect_no_message (rig);
  fail_if (is_stalled (rig, "sink_1"));
  test_rig_free (rig);
}

GST_END_TEST;

/* A pad that is at EOS is not stalled, and not resumed if it was. */
GST_START_TEST (end_of_a_stream)
{
  TestRig *rig = live_new (3, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 7);
  test_input_end (test_rig_input (rig, 2));
  for (n = 1; n <= 4; n++)
    pass_strip (rig, n, 1);
  expect (rig, "ntmosaic-pad-stalled", "sink_1", 4, 0);

  test_input_end (test_rig_input (rig, 1));
  for (n = 5; n <= 9; n++) {
    test_rig_push (rig, 0, n, n);
    test_rig_skip (rig);
  }
  test_wait_until (!is_stalled (rig, "sink_1"));
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* A source that sends gaps is there. The element may take a gap only when it
 * has begun to wait for the strip's time. */
GST_START_TEST (gaps)
{
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  for (n = 1; n < 20; n++) {
    test_input_push_gap (test_rig_input (rig, 1), n);
    test_rig_push (rig, 0, n, n);
    test_rig_skip_due (rig, (n + 1) * STEP);
  }
  expect_no_message (rig);
  for (; n < 24; n++)
    pass_strip (rig, n, 1);
  expect (rig, "ntmosaic-pad-stalled", "sink_1", 22 + 1, 0);
  test_rig_free (rig);
}

GST_END_TEST;

static void
push_missing (GstHarness * input, guint n, guint n_strips)
{
  GstEvent *gap = gst_event_new_gap (n * STEP, n_strips * STEP);

  gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  test_input_push_event (input, gap);
}

/* Gaps for missing data let a frame stay, but bring none back. */
GST_START_TEST (missing_data)
{
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  push_missing (test_rig_input (rig, 1), 1, 10);
  for (n = 1; n < 20; n++) {
    if (n == 15)
      push_missing (test_rig_input (rig, 1), 15, 1);
    test_rig_push (rig, 0, n, n);
    test_rig_skip_due (rig, (n + 1) * STEP);
    if (n == 13)
      expect_no_message (rig);
  }
  expect (rig, "ntmosaic-pad-stalled", "sink_1", 11 + 3, 0);
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Pads that have had none ---- */

/* Counted from the first strip, which is at running time 0. With caps or
 * without, the pad has a name. */
GST_START_TEST (never_came)
{
  const gboolean has_caps = __i__;
  TestRig *rig = live_new (1, NONE, FALSE);
  GstHarness *input;
  GstPad *pad;
  guint n;

  input = test_rig_add (rig, "sink_7");
  pad = gst_pad_get_peer (input->srcpad);
  g_object_set (pad, "max-last-buffer-repeat", 2 * STEP, NULL);
  gst_object_unref (pad);
  if (has_caps)
    test_input_set_small_caps (input);

  test_rig_push (rig, 0, 0, 0);
  test_rig_pass (rig);
  test_rig_skip (rig);
  for (n = 1; n <= 2; n++)
    pass_strip (rig, n, 1);
  expect_no_message (rig);
  pass_strip (rig, 3, 1);
  expect (rig, "ntmosaic-pad-stalled", "sink_7", 3, NONE);
  pass_strip (rig, 4, 1);
  expect_no_message (rig);

  if (!has_caps)
    test_input_set_small_caps (input);
  pass_strip (rig, 5, 3);
  expect (rig, "ntmosaic-pad-resumed", "sink_7", 5, 5 * STEP);
  test_rig_free (rig);
}

GST_END_TEST;

/* Its first frame is there, but it is for a later strip. */
GST_START_TEST (comes_later)
{
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  test_rig_push (rig, 1, 1, 9);
  for (n = 0; n < 12; n++) {
    test_rig_push (rig, 0, n, n);
    if (n > 9)
      test_rig_push (rig, 1, n, n);
    test_rig_skip (rig);
  }
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* No camera ever comes. */
GST_START_TEST (force_live)
{
  TestRig *rig = live_new (2, STEP, TRUE);
  GstClockTime time[4];
  guint n;

  g_object_set (rig->element, "tile-width", TEST_TILE_WIDTH, "tile-height",
      TEST_TILE_HEIGHT, NULL);
  for (n = 0; n < 4; n++) {
    GstBuffer *strip;

    test_rig_pass (rig);
    strip = test_rig_pull (rig, NULL);
    time[n] = GST_BUFFER_PTS (strip);
    gst_buffer_unref (strip);
  }
  fail_unless (time[3] - time[0] > STEP);
  for (n = 0; n < 2; n++) {
    GstMessage *message = pop (rig, TEST_PATIENCE);

    fail_unless (gst_message_has_name (message, "ntmosaic-pad-stalled"));
    check_time (gst_message_get_structure (message), "running-time", time[3]);
    gst_message_unref (message);
  }
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Flush, release, stop ---- */

/* Flushes all inputs, and begins with running time 0 again, as a pipeline
 * does. */
static void
begin_again (TestRig * rig)
{
  const guint32 seqnum = test_rig_begin_seek (rig);
  guint i;

  for (i = 0; i < rig->inputs->len; i++)
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
  gst_element_set_base_time (rig->element,
      gst_clock_get_time (GST_CLOCK (rig->clock)));
  for (i = 0; i < rig->inputs->len; i++) {
    test_input_end_flush (test_rig_input (rig, i), seqnum);
    test_input_push_segment (test_rig_input (rig, i), 0);
  }
}

/* A flush is no message, and neither are the strips behind it without data. The
 * silence begins anew, but a pad that was stalled stays so. */
GST_START_TEST (flush)
{
  const gboolean was_stalled = __i__;
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  for (n = 1; n <= (was_stalled ? 4 : 3); n++)
    pass_strip (rig, n, 1);
  if (was_stalled)
    expect (rig, "ntmosaic-pad-stalled", "sink_1", 4, 0);

  begin_again (rig);
  for (n = 0; n <= 2; n++) {
    test_rig_push (rig, 0, n, n);
    test_rig_pass (rig);
    test_rig_skip (rig);
  }
  expect_no_message (rig);
  fail_unless_equals_int (is_stalled (rig, "sink_1"), was_stalled);

  test_rig_push (rig, 0, 3, 3);
  test_rig_push (rig, 1, 3, 3);
  test_rig_skip (rig);
  if (was_stalled)
    expect (rig, "ntmosaic-pad-resumed", "sink_1", 3, 3 * STEP);
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (released)
{
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  for (n = 1; n <= 4; n++)
    pass_strip (rig, n, 1);
  expect (rig, "ntmosaic-pad-stalled", "sink_1", 4, 0);
  test_rig_remove (rig, test_rig_input (rig, 1));
  for (; n < 9; n++)
    pass_strip (rig, n, 1);
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (restart)
{
  TestRig *rig = live_new (2, 2 * STEP, FALSE);
  guint n;

  pass_strip (rig, 0, 3);
  for (n = 1; n <= 4; n++)
    pass_strip (rig, n, 1);
  expect (rig, "ntmosaic-pad-stalled", "sink_1", 4, 0);
  test_rig_restart (rig, GST_STATE_READY);
  fail_if (is_stalled (rig, "sink_1"));
  expect_no_message (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- A handler ---- */

/* In the streaming thread. Needs every lock that a pad and the element have. */
static GstBusSyncReply
release_stalled (GstBus * bus, GstMessage * message, gpointer data)
{
  TestRig *rig = data;

  if (gst_message_has_name (message, "ntmosaic-pad-stalled")) {
    const gchar *name = gst_structure_get_string (gst_message_get_structure
        (message), "pad");
    GstPad *pad = gst_element_get_static_pad (rig->element, name);

    fail_unless (is_stalled (rig, name));
    g_object_set (pad, "max-last-buffer-repeat", NONE, NULL);
    gst_element_release_request_pad (rig->element, pad);
    gst_object_unref (pad);
    gst_object_unref (gst_element_request_pad_simple (rig->element, "sink_9"));
  }

  return GST_BUS_PASS;
}

/* The message is posted without locks. */
GST_START_TEST (handler_releases_the_pad)
{
  TestRig *rig = live_new (1, 2 * STEP, FALSE);
  GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_5");
  GstMessage *message;
  guint n;

  g_object_set (pad, "max-last-buffer-repeat", 2 * STEP, NULL);
  gst_object_unref (pad);
  gst_bus_set_sync_handler (rig->bus, release_stalled, rig, NULL);
  test_rig_push (rig, 0, 0, 0);
  test_rig_pass (rig);
  test_rig_skip (rig);
  for (n = 1; n < 6; n++) {
    test_rig_push (rig, 0, n, n);
    test_rig_pass (rig);
    test_rig_skip (rig);
  }
  message = pop (rig, TEST_PATIENCE);
  fail_unless (gst_message_has_name (message, "ntmosaic-pad-stalled"));
  gst_message_unref (message);
  expect_no_message (rig);
  pad = gst_element_get_static_pad (rig->element, "sink_9");
  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  gst_bus_set_sync_handler (rig->bus, NULL, NULL, NULL);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- At random ---- */

#define N_CAMERAS 3

typedef struct
{
  guint until;                  /* number of the strip after its last frame */
  gboolean is_stalled;
} Camera;

/* The timestamp is missing where there is no frame. */
static gboolean
shows_background (GstBuffer * strip, guint pad)
{
  GstStructure *param = gst_video_region_of_interest_meta_get_param
      (gst_buffer_get_video_region_of_interest_meta_id (strip, pad),
      "application/x-ntmosaic-tile");

  return !gst_structure_has_field (param, "pts");
}

static void
check_camera (TestRig * rig, Camera * camera, guint i, guint n, guint limit)
{
  const gboolean stalled = n >= camera->until && n - camera->until > limit;
  gchar *name = g_strdup_printf ("sink_%u", i);

  if (stalled != camera->is_stalled)
    expect (rig, stalled ? "ntmosaic-pad-stalled" : "ntmosaic-pad-resumed",
        name, n, (camera->until - 1) * STEP);
  camera->is_stalled = stalled;
  g_free (name);
}

/* Cameras come and go. The messages agree with what the strips show. */
GST_START_TEST (at_random)
{
  GRand *rand = g_rand_new_with_seed (__i__);
  const guint limit = __i__ % 4;
  TestRig *rig = live_new (N_CAMERAS, limit * STEP, FALSE);
  Camera cameras[N_CAMERAS] = { {0, FALSE}, };
  guint sending = (1 << N_CAMERAS) - 1;
  guint n;
  guint i;

  for (n = 0; n < 200; n++) {
    GstBuffer *strip = take_strip (rig, n, sending);

    for (i = 0; i < N_CAMERAS; i++) {
      if (sending & (1 << i))
        cameras[i].until = n + 1;
      check_camera (rig, &cameras[i], i, n, limit);
      fail_unless_equals_int (shows_background (strip, i),
          cameras[i].is_stalled);
      if (g_rand_int_range (rand, 0, 6) == 0)
        sending ^= 1 << i;
    }
    gst_buffer_unref (strip);
  }
  expect_no_message (rig);
  g_rand_free (rand);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (stalls)
{
  tcase_add_test (tc, stalls_and_resumes);
  tcase_add_test (tc, without_limit);
  tcase_add_test (tc, end_of_a_stream);
  tcase_add_test (tc, gaps);
  tcase_add_test (tc, missing_data);
  tcase_add_loop_test (tc, never_came, 0, 2);
  tcase_add_test (tc, comes_later);
  tcase_add_test (tc, force_live);
  tcase_add_loop_test (tc, flush, 0, 2);
  tcase_add_test (tc, released);
  tcase_add_test (tc, restart);
  tcase_add_test (tc, handler_releases_the_pad);
  tcase_add_loop_test (tc, at_random, 0, 8);
}
