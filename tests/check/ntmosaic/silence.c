/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pads without data that hold up a strip which is not live: one warning names
 * them. The element uses the system clock, which is the test's own here. */

#include "rig/rig.h"

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

/* A harness is live until the rig says otherwise, and the element may have
 * asked before: this makes it ask again. */
static TestRig *
rig_new (guint n_inputs)
{
  TestRig *rig = test_rig_new_small (n_inputs);

  gst_harness_query_latency (rig->out);

  return rig;
}

/* A message on the bus has a reference to the element: this drops them. None
 * may be a warning. */
static gint
count_refs (TestRig * rig)
{
  GstMessage *message;

  while ((message = gst_bus_pop (rig->bus))) {
    fail_if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING);
    gst_message_unref (message);
  }

  return GST_OBJECT_REFCOUNT_VALUE (rig->element);
}

/* The time comes, and the element doesn't warn: the thread that would warn
 * holds a reference until it has looked. */
static void
expect_no_warning (TestRig * rig, GstTestClock * clock)
{
  const gint n_refs = count_refs (rig);

  test_clock_pass (clock);
  test_wait_until (count_refs (rig) <= n_refs);
}

static void
expect_warning (TestRig * rig, GstTestClock * clock, const gchar * names)
{
  test_clock_pass (clock);
  test_rig_expect_warning (rig, names, "5 seconds");
}

/* One warning, however long the silence; and the strips go on after it. */
GST_START_TEST (pads_without_data)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_12");

  test_rig_push (rig, 0, 100, 0);
  expect_warning (rig, clock, "to sink_1, sink_12 (not linked). ");
  expect_no_warning (rig, clock);

  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  test_rig_push (rig, 1, 100, 0);
  test_rig_expect_small (rig, 2, 100, 100);
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

/* The wait goes on when another pad without a link comes. */
GST_START_TEST (pad_that_joins)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  GstPad *pad;

  test_rig_push (rig, 0, 100, 0);
  expect_warning (rig, clock, "to sink_1. ");
  pad = gst_element_request_pad_simple (rig->element, "sink_12");
  expect_warning (rig, clock, "to sink_12 (not linked). ");
  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

/* A pad at EOS waits for the others as well. */
GST_START_TEST (pads_at_eos)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);

  test_input_end (test_rig_input (rig, 1));
  expect_warning (rig, clock, "to sink_0. ");
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

GST_START_TEST (many_pads)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (20);

  test_rig_push (rig, 0, 100, 0);
  expect_warning (rig, clock, "to sink_1, sink_2, sink_3, sink_4, sink_5, "
      "sink_6, sink_7, sink_8 and 11 more. ");
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

/* No pad has data, so none waits. */
GST_START_TEST (no_data_at_all)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);

  expect_no_warning (rig, clock);

  /* Now one waits. */
  test_rig_push (rig, 1, 100, 0);
  expect_warning (rig, clock, "to sink_0. ");
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

/* A pad that has had data and pauses gets no warning. */
GST_START_TEST (data_that_stops)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = rig_new (2);
  guint i;

  for (i = 0; i < 3; i++) {
    test_rig_push (rig, 0, 100, i);
    test_rig_push (rig, 1, 100, i);
    test_rig_skip (rig);
  }
  test_rig_push (rig, 0, 100, 3);
  expect_no_warning (rig, clock);
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

/* A stop forgets all warnings, and a start begins anew. */
GST_START_TEST (another_start)
{
  GstTestClock *clock = use_test_clock ();
  TestRig *rig = test_rig_new (0);
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
    expect_warning (rig, clock, "to sink_1 (not linked). ");
  }
  for (i = 0; i < 2; i++) {
    gst_element_release_request_pad (rig->element, pads[i]);
    gst_object_unref (pads[i]);
  }
  test_rig_free (rig);
  drop_test_clock (clock);
}

GST_END_TEST;

TEST_CASES (silence)
{
  tcase_add_test (tc, pads_without_data);
  tcase_add_test (tc, pad_that_joins);
  tcase_add_test (tc, pads_at_eos);
  tcase_add_test (tc, many_pads);
  tcase_add_test (tc, no_data_at_all);
  tcase_add_test (tc, data_that_stops);
  tcase_add_test (tc, another_start);
}
