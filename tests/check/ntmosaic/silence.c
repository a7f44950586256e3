/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pads without data that hold up a strip which is not live: one warning names
 * them. The element measures the time with the system's clock, which is the
 * test's own here. */

#include <gst/check/gsttestclock.h>

#include "pipelines.h"

#define FRAME { TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 100 }

static GstTestClock *
use_test_clock (void)
{
  GstClock *clock = gst_test_clock_new ();

  gst_system_clock_set_default (clock);

  return GST_TEST_CLOCK (clock);
}

static void
drop_test_clock (GstTestClock * clock)
{
  gst_system_clock_set_default (NULL);
  gst_object_unref (clock);
}

/* Lets the time come that the element waits for. */
static void
crank (GstTestClock * clock)
{
  gst_test_clock_wait_for_next_pending_id (clock, NULL);
  fail_unless (gst_test_clock_crank (clock));
}

static void
push (TestRig * rig, guint input, guint n)
{
  fail_unless_equals_int (gst_harness_push (test_rig_input (rig, input),
          test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 100,
              n * TEST_STEP, TEST_STEP)), GST_FLOW_OK);
}

/* A harness is live until it is told otherwise, and the element may have asked
 * before: it asks again. */
static TestRig *
rig_new (guint n_inputs)
{
  TestRig *rig = test_rig_new (n_inputs);
  guint i;

  for (i = 0; i < n_inputs; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA",
        TEST_TILE_WIDTH, TEST_TILE_HEIGHT, TEST_FPS, 1);
  gst_harness_query_latency (rig->out);

  return rig;
}

/* Each message on the bus holds the element. */
static gint
count_refs (TestRig * rig)
{
  GstMessage *message;

  while ((message = gst_bus_pop (rig->bus))) {
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR);
    gst_message_unref (message);
  }

  return GST_OBJECT_REFCOUNT_VALUE (rig->element)
      + GST_OBJECT_REFCOUNT_VALUE (rig->bus);
}

/* The thread that warns may hold the element and its bus a moment longer. */
static void
rig_free (TestRig * rig, gint n_refs)
{
  const gint64 end = g_get_monotonic_time () + TEST_PATIENCE / GST_USECOND;

  while (count_refs (rig) > n_refs && g_get_monotonic_time () < end)
    g_usleep (1000);
  test_rig_free (rig);
}

static void
expect_warning (TestRig * rig, const gchar * names)
{
  GstMessage *message = gst_bus_timed_pop_filtered (rig->bus, TEST_PATIENCE,
      GST_MESSAGE_WARNING);
  GError *error;

  fail_unless (message != NULL, "no warning");
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, names) != NULL, "%s", error->message);
  fail_unless (strstr (error->message, "5 seconds") != NULL);
  g_error_free (error);
  gst_message_unref (message);
}

static void
expect_no_warning (TestRig * rig)
{
  fail_unless (gst_bus_timed_pop_filtered (rig->bus, 30 * GST_MSECOND,
          GST_MESSAGE_WARNING) == NULL);
}

/* Once, however long it takes; and the strips go on when it is mended. */
GST_START_TEST (pads_without_data)
{
  const TestTile tiles[] = { FRAME, FRAME };
  const TestStrip strip = { tiles, 2, TEST_TILE_HEIGHT, "top", 0xff000000 };
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_12");
  const gint n_refs = count_refs (rig);

  push (rig, 0, 0);
  crank (clock);
  expect_warning (rig, "to sink_1, sink_12 (not linked). ");
  crank (clock);
  expect_no_warning (rig);

  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  push (rig, 1, 0);
  test_rig_expect (rig, &strip);
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

/* A wait that goes on when another pad comes, which nothing is linked to
 * either. */
GST_START_TEST (pad_that_joins)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  const gint n_refs = count_refs (rig);
  GstPad *pad;

  push (rig, 0, 0);
  crank (clock);
  expect_warning (rig, "to sink_1. ");
  pad = gst_element_request_pad_simple (rig->element, "sink_12");
  crank (clock);
  expect_warning (rig, "to sink_12 (not linked). ");
  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

/* A pad at EOS waits for the others as well. */
GST_START_TEST (pads_at_eos)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  const gint n_refs = count_refs (rig);

  fail_unless (gst_harness_push_event (test_rig_input (rig, 1),
          gst_event_new_eos ()));
  crank (clock);
  expect_warning (rig, "to sink_0. ");
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

GST_START_TEST (many_pads)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (20);
  const gint n_refs = count_refs (rig);

  push (rig, 0, 0);
  crank (clock);
  expect_warning (rig, "to sink_1, sink_2, sink_3, sink_4, sink_5, sink_6, "
      "sink_7, sink_8 and 11 more. ");
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

/* Nothing waits for anything. */
GST_START_TEST (no_data_at_all)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  const gint n_refs = count_refs (rig);

  crank (clock);
  expect_no_warning (rig);

  /* Now one does. */
  push (rig, 1, 0);
  crank (clock);
  expect_warning (rig, "to sink_0. ");
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

/* A pause of all that had data is no silence from the start. */
GST_START_TEST (data_that_stops)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  const gint n_refs = count_refs (rig);
  guint i;

  for (i = 0; i < 3; i++) {
    push (rig, 0, i);
    push (rig, 1, i);
    gst_buffer_unref (test_rig_pull (rig, NULL));
  }
  push (rig, 0, 3);
  crank (clock);
  expect_no_warning (rig);
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

/* Stopping forgets all, and starting begins anew. */
GST_START_TEST (another_start)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = test_rig_new (0);
  const gint n_refs = count_refs (rig);
  GstPad *pads[2];
  guint round;
  guint i;

  for (i = 0; i < 2; i++)
    pads[i] = gst_element_request_pad_simple (rig->element, "sink_%u");
  for (round = 0; round < 2; round++) {
    gst_element_set_state (rig->element, GST_STATE_READY);
    gst_element_set_state (rig->element, GST_STATE_PLAYING);
    fail_unless (gst_pad_send_event (pads[0],
            gst_event_new_stream_start ("none")));
    fail_unless (gst_pad_send_event (pads[0], gst_event_new_eos ()));
    crank (clock);
    expect_warning (rig, "to sink_1 (not linked). ");
  }
  for (i = 0; i < 2; i++) {
    gst_element_release_request_pad (rig->element, pads[i]);
    gst_object_unref (pads[i]);
  }
  rig_free (rig, n_refs);
  drop_test_clock (clock);
}

GST_END_TEST;

static Suite *
silence_suite (void)
{
  Suite *suite = suite_create ("silence");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, pads_without_data);
  tcase_add_test (tc, pad_that_joins);
  tcase_add_test (tc, pads_at_eos);
  tcase_add_test (tc, many_pads);
  tcase_add_test (tc, no_data_at_all);
  tcase_add_test (tc, data_that_stops);
  tcase_add_test (tc, another_start);

  return suite;
}

NTMOSAIC_CHECK_MAIN (silence);
