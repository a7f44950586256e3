/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames without timestamps. Stills need none: the k-th still of each pad is in
 * the k-th strip. Other frames are refused; before the first strip that is an
 * error: errors.c. */

#include "rig/pipelines.h"

#define N_STRIPS 7

static GstBuffer *
untimed (guint32 seed)
{
  return test_frame_new_small (seed, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
}

static void
push (TestRig * rig, guint input, GstBuffer * frame)
{
  test_input_push (test_rig_input (rig, input), frame);
}

/* The first pad has stills. */
static TestRig *
rig_with_rate (gint fps_1)
{
  TestRig *rig = test_rig_new (2);

  test_input_set_caps_full (test_rig_input (rig, 0), "RGBA", TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT, 0, 1);
  test_input_set_caps_full (test_rig_input (rig, 1), "RGBA", TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT, fps_1, 1);

  return rig;
}

static void
end (TestRig * rig)
{
  test_rig_end (rig);
  test_rig_expect_none (rig);
  test_rig_free (rig);
}

/* Upstream pushes to the pads in turn, or all frames of a pad at once; with a
 * duration or not. */
GST_START_TEST (stills)
{
  TestRig *rig = rig_with_rate (0);
  guint n;

  for (n = 1; n <= N_STRIPS; n++) {
    GstBuffer *frame = untimed (n);

    if (__i__ == 1)
      GST_BUFFER_DURATION (frame) = GST_SECOND;
    push (rig, 0, frame);
    push (rig, 1, untimed (100 + n));
    test_rig_expect_small (rig, 2, n, 100 + n);
  }
  end (rig);
}

GST_END_TEST;

/* The strip has the time of the frame that has one. */
GST_START_TEST (stills_beside_timed_stills)
{
  TestRig *rig = rig_with_rate (0);
  guint n;

  for (n = 1; n <= N_STRIPS; n++) {
    push (rig, 0, untimed (n));
    push (rig, 1, test_frame_new_small (100 + n, n * GST_SECOND, GST_SECOND));
    fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, n, 100 + n),
        n * GST_SECOND);
  }
  end (rig);
}

GST_END_TEST;

/* The same where a video sets the pace; each still is in one strip, and the
 * element passes over none. */
GST_START_TEST (stills_beside_video)
{
  TestRig *rig = rig_with_rate (25);
  guint n;

  for (n = 0; n < N_STRIPS; n++) {
    GstBuffer *frame = untimed (1 + n);

    if (__i__ == 1)
      GST_BUFFER_DURATION (frame) = 1;
    push (rig, 0, frame);
    test_rig_push (rig, 1, 100 + n, n);
    fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, 1 + n, 100 + n),
        n * TEST_FRAME_TIME);
  }
  end (rig);
}

GST_END_TEST;

/* Some frames with timestamps, some without. */
GST_START_TEST (mixed)
{
  TestRig *rig = rig_with_rate (25);
  guint n;

  for (n = 0; n < N_STRIPS; n++) {
    if (n % 2)
      push (rig, 0, untimed (1 + n));
    else
      test_rig_push (rig, 0, 1 + n, n);
    test_rig_push (rig, 1, 100 + n, n);
    test_rig_expect_small (rig, 2, 1 + n, 100 + n);
  }
  end (rig);
}

GST_END_TEST;

/* Upstream still holds the frames: the element must not change them. */
GST_START_TEST (frames_are_not_written_to)
{
  TestRig *rig = rig_with_rate (0);
  GstBuffer *frames[] = { untimed (1), untimed (2) };
  guint i;

  for (i = 0; i < 2; i++)
    push (rig, i, gst_buffer_ref (frames[i]));
  test_rig_expect_small (rig, 2, 1, 2);
  for (i = 0; i < 2; i++) {
    fail_if (GST_BUFFER_PTS_IS_VALID (frames[i]));
    gst_buffer_unref (frames[i]);
  }
  end (rig);
}

GST_END_TEST;

/* A new segment later in time, with a base, as after a seek. */
GST_START_TEST (in_segment)
{
  TestRig *rig = rig_with_rate (0);
  GstSegment segment;
  guint n;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  segment.base = GST_SECOND;
  test_input_push_event (test_rig_input (rig, 0),
      gst_event_new_segment (&segment));
  for (n = 1; n <= N_STRIPS; n++) {
    push (rig, 0, untimed (n));
    push (rig, 1, untimed (100 + n));
    test_rig_expect_small (rig, 2, n, 100 + n);
  }
  end (rig);
}

GST_END_TEST;

/* ---- Frames that are no stills ---- */

/* Strip @n of two pads: sink_1 gets @frame, and shows background. */
static void
check_refused (TestRig * rig, guint n, GstBuffer * frame)
{
  TestTile tiles[] = {
    {TEST_TILE_WIDTH, TEST_TILE_HEIGHT, n}, {TEST_TILE_WIDTH, 0, 0}
  };
  const TestStrip strip = { tiles, 2, TEST_TILE_HEIGHT, "top", BLACK };

  push (rig, 1, frame);
  test_rig_push (rig, 0, n, n);
  test_rig_expect (rig, &strip);
}

/* The other pad goes on, and so does this one when its frames have timestamps
 * again. Upstream may send the same buffer again, now with a timestamp. */
GST_START_TEST (at_a_rate)
{
  TestRig *rig = rig_with_rate (25);
  GstBuffer *frame = untimed (__i__ + 100);
  guint n;

  test_input_set_caps_full (test_rig_input (rig, 0), "RGBA", TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT, 25, 1);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 101, 0);
  test_rig_expect_small (rig, 2, 1, 101);
  for (n = 1; n < N_STRIPS; n++) {
    GstBuffer *next = n > 1 ? untimed (n) : gst_buffer_ref (frame);

    if (__i__ == 1)
      GST_BUFFER_DURATION (next) = TEST_FRAME_TIME;
    check_refused (rig, n, next);
    if (n == 1)
      test_rig_expect_warning (rig, "sink_1", "timestamps", "25/1",
          "do-timestamp=true", "background", "frames-refused");
  }
  test_rig_expect_no_warning (rig);
  test_expect_stat (rig, "frames-refused", N_STRIPS - 1);
  frame = gst_buffer_make_writable (frame);
  test_input_push_nth (test_rig_input (rig, 1), frame, n);
  test_rig_push (rig, 0, n, n);
  test_rig_expect_small (rig, 2, n, __i__ + 100);
  end (rig);
}

GST_END_TEST;

/* Stills come to be frames at a rate. */
GST_START_TEST (stills_that_get_a_rate)
{
  TestRig *rig = rig_with_rate (25);

  push (rig, 0, untimed (1));
  test_rig_push (rig, 1, 101, 0);
  test_rig_expect_small (rig, 2, 1, 101);
  test_input_set_caps_full (test_rig_input (rig, 0), "RGBA", TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT, 25, 1);
  push (rig, 0, untimed (2));
  test_rig_push (rig, 1, 102, 1);
  test_rig_skip (rig);
  test_rig_expect_warning (rig, "sink_0", "timestamps", "background");
  test_rig_push (rig, 0, 3, 2);
  test_rig_push (rig, 1, 103, 2);
  test_rig_expect_small (rig, 2, 3, 103);
  end (rig);
}

GST_END_TEST;

/* An only pad has nothing to go on with. */
GST_START_TEST (only_pad)
{
  TestRig *rig = test_rig_new (1);

  test_input_set_caps_full (test_rig_input (rig, 0), "RGBA", TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT, 25, 1);
  test_rig_push (rig, 0, 1, 0);
  test_rig_expect_small (rig, 1, 1);
  gst_harness_push (test_rig_input (rig, 0), untimed (2));
  test_rig_expect_error (rig, "sink_0", "timestamps", "25/1");
  test_rig_free (rig);
}

GST_END_TEST;

/* Sources that run ahead: the pads queue their frames. */
GST_START_TEST (appsrc)
{
  TestPipeline *p = test_pipeline_new (2);
  guint n;
  guint i;

  for (i = 0; i < 2; i++)
    test_pipeline_set_rate (p, i, 0, 1);
  for (n = 1; n <= N_STRIPS; n++)
    for (i = 0; i < 2; i++)
      test_pipeline_push (p, i, 100 * i + n, GST_CLOCK_TIME_NONE,
          GST_CLOCK_TIME_NONE);
  test_pipeline_play (p);
  for (n = 1; n <= N_STRIPS; n++)
    test_pipeline_expect (p, GST_CLOCK_TIME_NONE, n, 100 + n);
  test_pipeline_finish (p);
}

GST_END_TEST;

TEST_CASES (untimed)
{
  tcase_add_loop_test (tc, stills, 0, 2);
  tcase_add_test (tc, stills_beside_timed_stills);
  tcase_add_loop_test (tc, stills_beside_video, 0, 2);
  tcase_add_test (tc, mixed);
  tcase_add_test (tc, frames_are_not_written_to);
  tcase_add_test (tc, in_segment);
  tcase_add_loop_test (tc, at_a_rate, 0, 2);
  tcase_add_test (tc, stills_that_get_a_rate);
  tcase_add_test (tc, only_pad);
  tcase_add_test (tc, appsrc);
}
