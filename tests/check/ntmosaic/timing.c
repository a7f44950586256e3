/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which frame is in which strip, and when the stream begins and ends: questions
 * of timestamps, and not of a clock. */

#include "rig/pipelines.h"

#define STEP TEST_STEP
#define NONE TEST_NO_FRAME

/* ---- The beginning ---- */

GST_START_TEST (frame_that_starts_late)
{
  TestPipeline *p = test_pipeline_new (2);

  test_pipeline_push_many (p, 0, 5, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 3, 200, 2 * STEP, STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, NONE);
  test_pipeline_expect (p, STEP, 101, NONE);
  test_pipeline_expect (p, 2 * STEP, 102, 200);
  test_pipeline_expect (p, 3 * STEP, 103, 201);
  test_pipeline_expect (p, 4 * STEP, 104, 202);
  test_pipeline_finish (p);
}

GST_END_TEST;

static const struct
{
  const gchar *selection;
  GstClockTime start;
  guint first;                  /* strip; frames come for strips 2 and 3 */
} starts[] = {
  {"zero", GST_CLOCK_TIME_NONE, 0},
  {"first", GST_CLOCK_TIME_NONE, 2},
  {"set", STEP, 1},
  /* The element passes over frames before the start, at full speed. */
  {"set", 3 * STEP, 3},
};

/* Zero, which is the default. */
GST_START_TEST (start_time)
{
  TestPipeline *p = test_pipeline_new (2);
  guint n;

  gst_util_set_object_arg (G_OBJECT (p->mosaic), "start-time-selection",
      starts[__i__].selection);
  g_object_set (p->mosaic, "start-time", starts[__i__].start, NULL);
  test_pipeline_push_many (p, 0, 2, 102, 2 * STEP, STEP);
  test_pipeline_push_many (p, 1, 2, 202, 2 * STEP, STEP);
  test_pipeline_play (p);

  for (n = starts[__i__].first; n < 4; n++)
    test_pipeline_expect (p, n * STEP, n < 2 ? NONE : 100 + n, n < 2 ? NONE :
        200 + n);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- Segments ---- */

/* Running time is base + (PTS - start) / rate; strips show nothing outside of
 * start and stop. */
GST_START_TEST (segment_with_base_start_and_stop)
{
  TestPipeline *p = test_pipeline_new (2);
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = STEP;
  segment.start = 20 * STEP;
  segment.time = segment.start;
  segment.stop = 22 * STEP;

  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  for (i = 0; i < 6; i++)
    test_pipeline_push_in_segment (p, 1, &segment, 200 + i, (18 + i) * STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, NONE);
  test_pipeline_expect (p, STEP, 101, 202);
  test_pipeline_expect (p, 2 * STEP, 102, 203);
  test_pipeline_expect (p, 3 * STEP, 103, NONE);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (segment_at_double_rate)
{
  TestPipeline *p = test_pipeline_new (2);
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = 2.0;

  test_pipeline_push_many (p, 0, 3, 100, 0, STEP);
  for (i = 0; i < 6; i++)
    test_pipeline_push_in_segment (p, 1, &segment, 200 + i, i * STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, 202);
  test_pipeline_expect (p, 2 * STEP, 102, 204);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* One segment after the other, as a playlist sends them. */
GST_START_TEST (segment_after_segment)
{
  TestPipeline *p = test_pipeline_new (2);
  GstSegment first;
  GstSegment second;

  gst_segment_init (&first, GST_FORMAT_TIME);
  gst_segment_init (&second, GST_FORMAT_TIME);
  second.start = 7 * STEP;
  second.base = 2 * STEP;

  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push_in_segment (p, 1, &first, 200, 0);
  test_pipeline_push_in_segment (p, 1, &first, 201, STEP);
  test_pipeline_push_in_segment (p, 1, &second, 202, 7 * STEP);
  test_pipeline_push_in_segment (p, 1, &second, 203, 8 * STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, 201);
  test_pipeline_expect (p, 2 * STEP, 102, 202);
  test_pipeline_expect (p, 3 * STEP, 103, 203);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (pad_offset)
{
  TestPipeline *p = test_pipeline_new (2);
  GstPad *pad = gst_element_get_static_pad (p->mosaic, "sink_1");

  gst_pad_set_offset (pad, 2 * STEP);
  gst_object_unref (pad);
  test_pipeline_push_many (p, 0, 3, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 1, 200, 0, STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, NONE);
  test_pipeline_expect (p, STEP, 101, NONE);
  test_pipeline_expect (p, 2 * STEP, 102, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- Rates ---- */

/* The fastest pad sets the pace; a frame of another pad stays until its next
 * one. */
GST_START_TEST (three_rates)
{
  TestPipeline *p = test_pipeline_new (3);
  guint i;

  test_pipeline_set_rate (p, 0, 30, 1);
  test_pipeline_set_rate (p, 1, 15, 1);
  test_pipeline_set_rate (p, 2, 1, 1);
  for (i = 0; i < 60; i++) {
    GstClockTime pts = gst_util_uint64_scale (i, GST_SECOND, 30);
    GstClockTime end = gst_util_uint64_scale (i + 1, GST_SECOND, 30);
    GstClockTime end_1 = gst_util_uint64_scale (i / 2 + 1, GST_SECOND, 15);

    test_pipeline_push (p, 0, 100 + i, pts, end - pts);
    if (i % 2 == 0)
      test_pipeline_push (p, 1, 200 + i / 2, pts, end_1 - pts);
    if (i % 30 == 0)
      test_pipeline_push (p, 2, 300 + i / 30, pts, GST_SECOND);
  }
  test_pipeline_play (p);

  for (i = 0; i < 60; i++)
    test_pipeline_expect (p, gst_util_uint64_scale (i, GST_SECOND, 30),
        100 + i, 200 + i / 2, 300 + i / 30);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (frames_without_duration)
{
  TestPipeline *p = test_pipeline_new (2);
  guint i;

  for (i = 0; i < 6; i++)
    test_pipeline_push (p, 0, 100 + i, i * STEP, GST_CLOCK_TIME_NONE);
  for (i = 0; i < 3; i++)
    test_pipeline_push (p, 1, 200 + i, 2 * i * STEP, GST_CLOCK_TIME_NONE);
  test_pipeline_play (p);

  for (i = 0; i < 5; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + i / 2);
  /* Once its source has ended, the last frame has no known end. */
  test_pipeline_expect (p, 5 * STEP, 105, NONE);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- Holes ---- */

/* Only a gap that upstream announces is background. */
GST_START_TEST (gap_event)
{
  TestPipeline *p = test_pipeline_new (2);

  test_pipeline_push_many (p, 0, 5, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, STEP);
  fail_unless (gst_element_send_event (p->sources->pdata[1],
          gst_event_new_gap (STEP, 2 * STEP)));
  test_pipeline_push (p, 1, 203, 3 * STEP, STEP);
  fail_unless (gst_element_send_event (p->sources->pdata[1],
          gst_event_new_gap (4 * STEP, STEP)));
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, NONE);
  test_pipeline_expect (p, 2 * STEP, 102, NONE);
  test_pipeline_expect (p, 3 * STEP, 103, 203);
  test_pipeline_expect (p, 4 * STEP, 104, NONE);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* After a gap for missing data, the last frame stays. */
GST_START_TEST (gap_event_for_missing_data)
{
  TestPipeline *p = test_pipeline_new (2);
  GstEvent *gap = gst_event_new_gap (STEP, STEP);

  gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  test_pipeline_push_many (p, 0, 3, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, STEP);
  fail_unless (gst_element_send_event (p->sources->pdata[1], gap));
  test_pipeline_push (p, 1, 202, 2 * STEP, STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, 200);
  test_pipeline_expect (p, 2 * STEP, 102, 202);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (hole_without_gap_event)
{
  TestPipeline *p = test_pipeline_new (2);

  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, STEP);
  test_pipeline_push (p, 1, 203, 3 * STEP, STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, 200);
  test_pipeline_expect (p, 2 * STEP, 102, 200);
  test_pipeline_expect (p, 3 * STEP, 103, 203);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- The end ---- */

static const struct
{
  gboolean repeat_0;
  gboolean repeat_1;
  guint32 after;                /* the tile of the pad that has ended */
} ends[] = {
  {FALSE, FALSE, NONE},
  {FALSE, TRUE, 201},
  /* The stream ends, where the longest input does. */
  {TRUE, TRUE, 201},
};

GST_START_TEST (eos_of_one_pad)
{
  TestPipeline *p = test_pipeline_new (2);

  gst_child_proxy_set (GST_CHILD_PROXY (p->mosaic),
      "sink_0::repeat-after-eos", ends[__i__].repeat_0,
      "sink_1::repeat-after-eos", ends[__i__].repeat_1, NULL);
  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 2, 200, 0, STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, 201);
  test_pipeline_expect (p, 2 * STEP, 102, ends[__i__].after);
  test_pipeline_expect (p, 3 * STEP, 103, ends[__i__].after);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* The last frame of a slow input stays for its duration. */
GST_START_TEST (last_frame_longer_than_a_strip)
{
  TestPipeline *p = test_pipeline_new (2);

  test_pipeline_push_many (p, 0, 1, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 1, 200, 0, 3 * STEP);
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, NONE, 200);
  test_pipeline_expect (p, 2 * STEP, NONE, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* A frame that stays because of a gap stays until the end of the gap. */
GST_START_TEST (last_frame_stays_in_a_gap)
{
  TestPipeline *p = test_pipeline_new (2);
  GstEvent *gap = gst_event_new_gap (STEP, 3 * STEP);

  gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  test_pipeline_push_many (p, 0, 1, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, STEP);
  fail_unless (gst_element_send_event (p->sources->pdata[1], gap));
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, NONE, 200);
  test_pipeline_expect (p, 2 * STEP, NONE, 200);
  test_pipeline_expect (p, 3 * STEP, NONE, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (eos_without_data)
{
  TestPipeline *p = test_pipeline_new (3);

  test_pipeline_play (p);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (eos_without_caps)
{
  TestPipeline *p = test_pipeline_new (0);
  guint i;

  for (i = 0; i < 2; i++)
    test_pipeline_add_source (p, NULL);
  test_pipeline_play (p);
  test_pipeline_finish (p);
}

GST_END_TEST;

GST_START_TEST (eos_of_one_pad_without_caps)
{
  TestPipeline *p = test_pipeline_new (1);
  guint32 seeds[2] = { 200, 201 };
  GstSample *sample;
  guint i;

  test_pipeline_push_many (p, 0, 2, 200, 0, STEP);
  test_pipeline_add_source (p, NULL);
  test_pipeline_play (p);

  /* A tile without a width is no tile. */
  for (i = 0; i < 2; i++) {
    sample = test_pipeline_pull (p);
    test_assert_tiles (sample, &seeds[i], 1);
    gst_sample_unref (sample);
  }
  test_pipeline_finish (p);
}

GST_END_TEST;

/* The application ends the stream, as it does before it stops. Sources take the
 * event only between two frames: the sink must not make them wait. */
GST_START_TEST (eos_sent_to_the_pipeline)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "appsink name=s sync=false max-buffers=2 drop=true videotestsrc ! m. "
      "videotestsrc ! m.");

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_skip (p);
  fail_unless (gst_element_send_event (p->pipeline, gst_event_new_eos ()));
  test_pipeline_drain (p);
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Stills ---- */

GST_START_TEST (stills_make_one_strip)
{
  TestPipeline *p = test_pipeline_new (2);
  guint i;

  for (i = 0; i < 2; i++) {
    test_pipeline_set_rate (p, i, 0, 1);
    test_pipeline_push (p, i, 100 * (i + 1), 0, GST_CLOCK_TIME_NONE);
  }
  test_pipeline_play (p);
  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* A camera that joins stills brings its rate; no strip comes twice. */
GST_START_TEST (stills_joined_by_a_camera)
{
  TestPipeline *p = test_pipeline_new (1);
  guint i;

  gst_child_proxy_set (GST_CHILD_PROXY (p->mosaic),
      "sink_0::repeat-after-eos", TRUE, NULL);
  test_pipeline_set_rate (p, 0, 0, 1);
  for (i = 0; i < 4; i++)
    test_pipeline_push (p, 0, 100 + i, i * STEP, STEP);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (i = 0; i < 4; i++)
    test_pipeline_expect (p, i * STEP, 100 + i);

  test_pipeline_add_source (p, NULL);
  test_pipeline_set_rate (p, 1, 10, 1);
  test_pipeline_push_many (p, 1, 2, 200, 4 * STEP, STEP);
  test_pipeline_push (p, 0, 104, 4 * STEP, 2 * STEP);
  test_pipeline_end (p, 0);
  test_pipeline_end (p, 1);
  test_pipeline_expect (p, 4 * STEP, 104, 200);
  test_pipeline_expect (p, 5 * STEP, 104, 201);
  test_pipeline_finish (p);
}

GST_END_TEST;

static void
remove_source (TestPipeline * p, guint i)
{
  GstElement *source = p->sources->pdata[i];
  GstPad *src = gst_element_get_static_pad (source, "src");
  GstPad *pad = gst_pad_get_peer (src);

  fail_unless_equals_int (gst_element_set_state (source, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  gst_pad_unlink (src, pad);
  gst_element_release_request_pad (p->mosaic, pad);
  gst_object_unref (pad);
  gst_object_unref (src);
  gst_bin_remove (GST_BIN (p->pipeline), source);
  g_ptr_array_remove_index (p->sources, i);
}

/* The last camera goes, another one comes: time does not start again. */
GST_START_TEST (last_pad_replaced)
{
  TestPipeline *p = test_pipeline_new (1);

  test_pipeline_push_many (p, 0, 3, 100, 0, STEP);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_expect (p, 0, 100);
  test_pipeline_expect (p, STEP, 101);
  test_pipeline_expect (p, 2 * STEP, 102);

  /* A pipeline on its way to PLAYING would start the source again. */
  test_pipeline_wait_state (p);
  remove_source (p, 0);
  test_pipeline_add_source (p, NULL);
  test_pipeline_set_rate (p, 0, TEST_FPS, 1);
  test_pipeline_push_many (p, 0, 3, 200, 2 * STEP, STEP);
  test_pipeline_end (p, 0);
  test_pipeline_expect (p, 3 * STEP, 201);
  test_pipeline_expect (p, 4 * STEP, 202);
  test_pipeline_finish (p);
}

GST_END_TEST;

TEST_CASES (timing)
{
  tcase_add_test (tc, frame_that_starts_late);
  tcase_add_loop_test (tc, start_time, 0, G_N_ELEMENTS (starts));
  tcase_add_test (tc, segment_with_base_start_and_stop);
  tcase_add_test (tc, segment_at_double_rate);
  tcase_add_test (tc, segment_after_segment);
  tcase_add_test (tc, pad_offset);
  tcase_add_test (tc, three_rates);
  tcase_add_test (tc, frames_without_duration);
  tcase_add_test (tc, gap_event);
  tcase_add_test (tc, gap_event_for_missing_data);
  tcase_add_test (tc, hole_without_gap_event);
  tcase_add_loop_test (tc, eos_of_one_pad, 0, G_N_ELEMENTS (ends));
  tcase_add_test (tc, last_frame_longer_than_a_strip);
  tcase_add_test (tc, last_frame_stays_in_a_gap);
  tcase_add_test (tc, eos_without_data);
  tcase_add_test (tc, eos_without_caps);
  tcase_add_test (tc, eos_of_one_pad_without_caps);
  tcase_add_test (tc, eos_sent_to_the_pipeline);
  tcase_add_test (tc, stills_make_one_strip);
  tcase_add_test (tc, stills_joined_by_a_camera);
  tcase_add_test (tc, last_pad_replaced);
}
