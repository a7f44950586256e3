/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Events and queries on the src pad: strips are late; where is the stream, how
 * long is it? */

#include "rig/pipelines.h"

#define STEP TEST_STEP

/* ---- Quality of service ---- */

static GstSample *
pull_after_lateness (TestPipeline * p, GstClockTimeDiff late)
{
  GstSample *sample = test_pipeline_pull (p);

  gst_element_send_event (p->mosaic, gst_event_new_qos
      (GST_QOS_TYPE_UNDERFLOW, 2.0, late,
          GST_BUFFER_PTS (gst_sample_get_buffer (sample))));
  gst_sample_unref (sample);

  return test_pipeline_pull (p);
}

static gboolean
posted_qos (TestPipeline * p)
{
  GstBus *bus = gst_element_get_bus (p->pipeline);
  gboolean posted = FALSE;
  GstMessage *message;

  while ((message = test_pop_message (bus, GST_MESSAGE_QOS, 0))) {
    posted |= GST_MESSAGE_SRC (message) == GST_OBJECT (p->mosaic);
    gst_message_unref (message);
  }
  gst_object_unref (bus);

  return posted;
}

GST_START_TEST (late_strips_are_dropped)
{
  TestPipeline *p = test_pipeline_new (2);
  GstSample *sample;
  GstClockTime pts;
  guint32 seeds[2];

  g_object_set (p->sink, "max-buffers", 1, NULL);
  test_pipeline_push_many (p, 0, 50, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 50, 200, 0, STEP);
  test_pipeline_play (p);

  /* Some strips are on their way already: in the sink, and in the element. */
  sample = pull_after_lateness (p, 10 * STEP);
  do {
    gst_sample_unref (sample);
    sample = test_pipeline_pull (p);
    pts = GST_BUFFER_PTS (gst_sample_get_buffer (sample));
  } while (pts < 4 * STEP);
  fail_unless (pts >= 10 * STEP, "strip at %" GST_TIME_FORMAT " is late",
      GST_TIME_ARGS (pts));
  fail_unless (posted_qos (p));
  seeds[0] = 100 + pts / STEP;
  seeds[1] = 200 + pts / STEP;
  test_assert_tiles (sample, seeds, 2);
  gst_sample_unref (sample);
  test_pipeline_free (p);
}

GST_END_TEST;

GST_START_TEST (late_stills_are_not_dropped)
{
  TestPipeline *p = test_pipeline_new (2);
  guint i;

  g_object_set (p->sink, "max-buffers", 1, NULL);
  for (i = 0; i < 2; i++)
    test_pipeline_set_rate (p, i, 0, 1);
  test_pipeline_push_many (p, 0, 20, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 20, 200, 0, STEP);
  test_pipeline_play (p);

  gst_sample_unref (pull_after_lateness (p, 10 * GST_SECOND));
  for (i = 2; i < 20; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + i);
  test_pipeline_expect_eos (p);
  fail_if (posted_qos (p));
  test_pipeline_free (p);
}

GST_END_TEST;

/* Before caps, there is no rate to calculate with. */
GST_START_TEST (lateness_before_caps)
{
  TestPipeline *p = test_pipeline_new (1);

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless (gst_element_send_event (p->mosaic, gst_event_new_qos
          (GST_QOS_TYPE_UNDERFLOW, 2.0, STEP, 0)));
  test_pipeline_push_many (p, 0, 3, 100, 0, STEP);
  test_pipeline_end (p, 0);
  fail_unless (test_pipeline_drain (p) > 0);
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Queries ---- */

static gint64
query_position (TestPipeline * p)
{
  gint64 position;

  fail_unless (gst_element_query_position (p->mosaic, GST_FORMAT_TIME,
          &position));

  return position;
}

GST_START_TEST (position)
{
  TestPipeline *p = test_pipeline_new (2);
  guint i;

  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 4, 200, 0, STEP);
  test_pipeline_play (p);
  for (i = 0; i < 4; i++)
    test_pipeline_skip (p);
  test_pipeline_expect_eos (p);

  fail_unless_equals_int64 (query_position (p), 4 * STEP);
  test_pipeline_free (p);
}

GST_END_TEST;

/* The longest input's. */
GST_START_TEST (duration)
{
  TestPipeline *p = test_pipeline_new (2);
  gint64 duration;

  g_object_set (p->sources->pdata[0], "duration", 4 * STEP, NULL);
  g_object_set (p->sources->pdata[1], "duration", 7 * STEP, NULL);
  test_pipeline_push_many (p, 0, 1, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 1, 200, 0, STEP);
  test_pipeline_set_state (p, GST_STATE_PAUSED);
  test_pipeline_wait_state (p);

  fail_unless (gst_element_query_duration (p->mosaic, GST_FORMAT_TIME,
          &duration));
  fail_unless_equals_int64 (duration, 7 * STEP);
  test_pipeline_free (p);
}

GST_END_TEST;

static void
expect_duration (TestPipeline * p, GstClockTime expected)
{
  gint64 duration;

  fail_unless (gst_element_query_duration (p->mosaic, GST_FORMAT_TIME,
          &duration));
  fail_unless_equals_int64 (duration, expected);
}

/* The shortest input's, of those that can end the stream. */
GST_START_TEST (duration_until_the_first_ends)
{
  TestPipeline *p = test_pipeline_new (3);
  guint i;

  gst_util_set_object_arg (G_OBJECT (p->mosaic), "eos-policy", "first");
  for (i = 0; i < 3; i++) {
    g_object_set (p->sources->pdata[i], "duration", (4 + i) * STEP, NULL);
    test_pipeline_push_many (p, i, 1, 100, 0, STEP);
  }
  test_pipeline_set_state (p, GST_STATE_PAUSED);
  test_pipeline_wait_state (p);

  expect_duration (p, 4 * STEP);
  gst_child_proxy_set (GST_CHILD_PROXY (p->mosaic),
      "sink_0::repeat-after-eos", TRUE, NULL);
  expect_duration (p, 5 * STEP);
  gst_util_set_object_arg (G_OBJECT (p->mosaic), "eos-policy", "all");
  expect_duration (p, 6 * STEP);
  test_pipeline_free (p);
}

GST_END_TEST;

TEST_CASES (qos)
{
  tcase_add_test (tc, late_strips_are_dropped);
  tcase_add_test (tc, late_stills_are_not_dropped);
  tcase_add_test (tc, lateness_before_caps);
  tcase_add_test (tc, position);
  tcase_add_test (tc, duration);
  tcase_add_test (tc, duration_until_the_first_ends);
}
