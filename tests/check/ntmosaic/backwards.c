/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Playing backwards: strips go from the stop of the segment to its start. */

#include "rig/pipelines.h"

#define STEP TEST_STEP

/* ---- Backwards ---- */

GST_START_TEST (reverse_segments)
{
  TestPipeline *p = test_pipeline_new (2);
  GstSegment segment;
  guint i;

  /* Before the start, the element only remembers the seek. */
  gst_element_send_event (p->mosaic, gst_event_new_seek (-1.0,
          GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_SET, 4 * STEP));

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1.0;
  segment.stop = 4 * STEP;
  for (i = 0; i < 4; i++) {
    test_pipeline_push_in_segment (p, 0, &segment, 100 + i, (3 - i) * STEP);
    test_pipeline_push_in_segment (p, 1, &segment, 200 + i, (3 - i) * STEP);
  }
  test_pipeline_play (p);

  for (i = 0; i < 4; i++)
    test_pipeline_expect (p, (3 - i) * STEP, 100 + i, 200 + i);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* A seek that fails changes nothing. */
GST_START_TEST (reverse_seek_without_stop)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "video/x-raw,framerate=10/1 ! appsink name=s sync=false "
      "videotestsrc num-buffers=5 ! video/x-raw,framerate=10/1 ! m.");

  fail_if (gst_element_send_event (p->mosaic, gst_event_new_seek (-1.0,
              GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
              GST_SEEK_TYPE_END, 0)));
  test_pipeline_set_state (p, GST_STATE_PAUSED);
  test_pipeline_wait_state (p);
  fail_if (gst_element_seek (p->pipeline, -1.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0));
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pipeline_drain (p), 5);
  test_pipeline_free (p);
}

GST_END_TEST;

GST_START_TEST (reverse_segment_without_stop)
{
  TestRig *rig = test_rig_new (1);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1.0;
  gst_harness_push_event (test_rig_input (rig, 0),
      gst_event_new_segment (&segment));
  test_rig_expect_error (rig, "sink_0", "backwards", "stop");
  test_rig_free (rig);
}

GST_END_TEST;

static void
play_backwards (GstClockTime from, guint n_strips)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "video/x-raw,framerate=10/1 ! appsink name=s sync=false "
      "videotestsrc ! m. videotestsrc ! m.");

  test_pipeline_set_state (p, GST_STATE_PAUSED);
  test_pipeline_wait_state (p);
  fail_unless (gst_element_seek (p->pipeline, -1.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_SET, from));
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pipeline_drain (p), n_strips);
  test_pipeline_free (p);
}

GST_START_TEST (reverse_from_a_whole_strip)
{
  play_backwards (10 * STEP, 10);
}

GST_END_TEST;

/* The strip at the very start of the stream is shorter than the others. */
GST_START_TEST (reverse_from_between_strips)
{
  play_backwards (10 * STEP + STEP / 3, 11);
}

GST_END_TEST;

TEST_CASES (backwards)
{
  tcase_add_test (tc, reverse_segments);
  tcase_add_test (tc, reverse_seek_without_stop);
  tcase_add_test (tc, reverse_segment_without_stop);
  tcase_add_test (tc, reverse_from_a_whole_strip);
  tcase_add_test (tc, reverse_from_between_strips);
}
