/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Streams that the element can't show: one error tells each cause, with names
 * and numbers; upstream stops, nothing hangs, and the same element works when
 * the application removes the cause and starts it again. */

#include "rig/rig.h"

#define WIDTH 8
#define HEIGHT 6

/* ---- After the error ---- */

/* The element sends the error before it stops upstream: until then, it may
 * queue more frames. */
static void
check_upstream_stops (GstHarness * input)
{
  test_wait_until (gst_harness_push (input, test_frame_new_timed (WIDTH, HEIGHT,
              1, 0, TEST_FRAME_TIME)) < GST_FLOW_OK);
}

/* The same element, started again, makes a strip of streams that are right. */
static void
check_restart (TestRig * rig)
{
  TestTile *tiles = g_new (TestTile, rig->inputs->len);
  const TestStrip strip = { tiles, rig->inputs->len, HEIGHT, "top", BLACK };
  guint i;

  test_rig_restart (rig, GST_STATE_NULL);
  for (i = 0; i < strip.n_tiles; i++)
    tiles[i] = (TestTile) { WIDTH, HEIGHT, i };
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  g_free (tiles);
  test_rig_free (rig);
}

/* Ends a test in which the next caps remove the cause. */
static void
finish (TestRig * rig)
{
  check_upstream_stops (test_rig_input (rig, 0));
  check_restart (rig);
}

/* ---- Streams ---- */

static TestRig *
rig_with_caps (guint n_inputs)
{
  return test_rig_new_of_size (n_inputs, WIDTH, HEIGHT, 25);
}

/* The first of the kind that the element may refuse. */
static void
try_frame (TestRig * rig, guint input, GstBuffer * frame)
{
  GST_BUFFER_PTS (frame) = 0;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  gst_harness_push (test_rig_input (rig, input), frame);
}

static GstBuffer *
new_frame (void)
{
  return test_frame_new (GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT, 0, 0, 1);
}

static void
send_segment (GstHarness * input, GstFormat format)
{
  GstSegment segment;

  gst_segment_init (&segment, format);
  gst_harness_push_event (input, gst_event_new_segment (&segment));
}

GST_START_TEST (segment_in_bytes)
{
  TestRig *rig = rig_with_caps (2);

  send_segment (test_rig_input (rig, 1), GST_FORMAT_BYTES);
  test_rig_expect_error (rig, "sink_1", "bytes", "time");
  check_restart (rig);
}

GST_END_TEST;

GST_START_TEST (segments_in_bytes_everywhere)
{
  TestRig *rig = rig_with_caps (3);
  guint i;

  for (i = 0; i < 3; i++)
    send_segment (test_rig_input (rig, i), GST_FORMAT_BYTES);
  test_rig_expect_error (rig, "bytes", "format=time");
  check_restart (rig);
}

GST_END_TEST;

/* Buffers on the second pad, and a gap. */
GST_START_TEST (no_segment)
{
  TestRig *rig = test_rig_new (2);
  GstHarness *input = test_rig_input (rig, 1);
  GstCaps *caps;

  test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
  test_rig_push (rig, 0, 1, 0);
  test_input_push_event (input, gst_event_new_stream_start ("no-segment"));
  caps = test_caps_new ("RGBA", WIDTH, HEIGHT, 25, 1);
  test_input_push_event (input, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  if (__i__ > 0)
    gst_harness_push_event (input, gst_event_new_gap (0, TEST_FRAME_TIME));
  else
    ASSERT_WARNING (try_frame (rig, 1, new_frame ()));
  test_rig_expect_error (rig, "sink_1", __i__ > 0 ? "gap" : "buffers",
      "before a segment");
  check_restart (rig);
}

GST_END_TEST;

GST_START_TEST (no_timestamps)
{
  TestRig *rig = rig_with_caps (2);

  test_rig_push (rig, 0, 1, 0);
  gst_harness_push (test_rig_input (rig, 1), new_frame ());
  test_rig_expect_error (rig, "sink_1", "timestamps", "25/1",
      "is-live=true do-timestamp=true", "framerate=0/1");
  finish (rig);
}

GST_END_TEST;

/* On the second of two pads, or on the only one. */
GST_START_TEST (no_caps)
{
  TestRig *rig = test_rig_new (1 + __i__);
  GstHarness *input = test_rig_input (rig, __i__);

  test_input_push_event (input, gst_event_new_stream_start ("no-caps"));
  send_segment (input, GST_FORMAT_TIME);
  if (__i__ > 0) {
    test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
    test_rig_push (rig, 0, 1, 0);
  }
  try_frame (rig, __i__, new_frame ());
  test_rig_expect_error (rig, __i__ > 0 ? "sink_1" : "sink_0", "before caps");
  finish (rig);
}

GST_END_TEST;

/* ---- Buffers ---- */

/* Sends @frame, which the element can't show, to sink_1. */
static TestRig *
send_frame (GstBuffer * frame)
{
  TestRig *rig = rig_with_caps (2);

  test_rig_push (rig, 0, 1, 0);
  try_frame (rig, 1, frame);

  return rig;
}

static GstBuffer *
frame_with_meta (GstVideoFormat format, guint width, guint height,
    gsize offset, gint stride)
{
  GstBuffer *frame = new_frame ();
  gsize offsets[GST_VIDEO_MAX_PLANES] = { offset, };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, };

  gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE, format,
      width, height, 1, offsets, strides);

  return frame;
}

GST_START_TEST (short_buffer)
{
  TestRig *rig = send_frame (gst_buffer_new_allocate (NULL, 191, NULL));

  test_rig_expect_error (rig, "sink_1", "191", "192", "RGBA", "8x6");
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (empty_buffer)
{
  TestRig *rig = send_frame (gst_buffer_new ());

  test_rig_expect_error (rig, "sink_1", "0 bytes", "192");
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (meta_smaller_than_caps)
{
  TestRig *rig = send_frame (frame_with_meta (GST_VIDEO_FORMAT_RGBA, 7, 6, 0,
          32));

  test_rig_expect_error (rig, "sink_1", "7x6", "8x6");
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (meta_of_other_format)
{
  TestRig *rig = send_frame (frame_with_meta (GST_VIDEO_FORMAT_BGRA, 8, 6, 0,
          32));

  test_rig_expect_error (rig, "sink_1", "BGRA", "RGBA");
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (rows_outside_of_memory)
{
  static const struct
  {
    gsize offset;
    gint stride;
  } bad[] = {
    {1, 32}, {0, 33}, {0, -32}, {127, -32}, {G_MAXSIZE, 32},
    {G_MAXSIZE - 100, 32}, {0, G_MAXINT}, {0, G_MININT}, {192, 0},
  };
  TestRig *rig = send_frame (frame_with_meta (GST_VIDEO_FORMAT_RGBA, 8, 6,
          bad[__i__].offset, bad[__i__].stride));

  test_rig_expect_error (rig, "sink_1", "192", "8x6");
  finish (rig);
}

GST_END_TEST;

/* ---- Sizes ---- */

/* Caps on each pad and a gap: the test needs no picture. */
static TestRig *
rig_of_size (guint n_inputs, guint width, guint height)
{
  TestRig *rig = test_rig_new_of_size (n_inputs, width, height, 25);
  guint i;

  for (i = 0; i < n_inputs; i++)
    gst_harness_push_event (test_rig_input (rig, i), gst_event_new_gap (0,
            TEST_FRAME_TIME));

  return rig;
}

GST_START_TEST (too_large)
{
  TestRig *rig = rig_of_size (3, 20000, 20000);

  test_rig_expect_error (rig, "60000x20000", TEST_MOST_BYTES);
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (too_wide)
{
  TestRig *rig = rig_of_size (2, 1 << 28, 1);

  test_rig_expect_error (rig, "536870912", "536870911");
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (not_of_tile_width)
{
  TestRig *rig = test_rig_new (2);

  g_object_set (rig->element, "tile-width", WIDTH, NULL);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
  test_input_set_caps (test_rig_input (rig, 1), "RGBA", 9, HEIGHT);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 1, 0);
  test_rig_expect_error (rig, "sink_1", "9", "tile-width", "8");
  finish (rig);
}

GST_END_TEST;

GST_START_TEST (higher_than_tile_height)
{
  TestRig *rig = test_rig_new (2);

  g_object_set (rig->element, "tile-height", HEIGHT, NULL);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
  test_input_set_caps (test_rig_input (rig, 1), "RGBA", WIDTH, 17);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 1, 0);
  test_rig_expect_error (rig, "17", "6");
  finish (rig);
}

GST_END_TEST;

/* ---- Pads that disagree ---- */

/* sink_0 has what sink_2 has, sink_1 something else. */
static const struct
{
  const gchar *field;
  const gchar *rest;
  const gchar *value;
  const gchar *other_rest;
  const gchar *other_value;
} disagreements[] = {
  {"format", "format=RGBA", "RGBA", "format=xBGR", "xBGR"},
  {"pixel-aspect-ratio", "format=RGBA", "1/1",
      "format=RGBA,pixel-aspect-ratio=12/11", "12/11"},
  {"interlace-mode", "format=RGBA", "progressive",
      "format=RGBA,interlace-mode=interleaved", "interleaved"},
  {"field-order",
      "format=RGBA,interlace-mode=interleaved,field-order=top-field-first",
      "top-field-first",
      "format=RGBA,interlace-mode=interleaved,field-order=bottom-field-first",
      "bottom-field-first"},
  {"colorimetry", "format=RGBA,colorimetry=sRGB", "sRGB",
      "format=RGBA,colorimetry=1:1:5:1", "1:1:5:1"},
};

static void
expect_disagreement (TestRig * rig, guint i)
{
  test_rig_expect_error (rig, "sink_1", "sink_", disagreements[i].field,
      disagreements[i].value, disagreements[i].other_value, " but sink_");
}

GST_START_TEST (disagreement)
{
  TestRig *rig = test_rig_new (3);
  guint i;

  for (i = 0; i < 3; i++)
    test_input_set_caps_with (test_rig_input (rig, i), WIDTH, HEIGHT,
        i == 1 ? disagreements[__i__].other_rest : disagreements[__i__].rest);
  for (i = 0; i < 3; i++)
    try_frame (rig, i, new_frame ());
  expect_disagreement (rig, __i__);
  finish (rig);
}

GST_END_TEST;

/* ---- Downstream ---- */

/* limits.c has the text for each kind of refusal. */
GST_START_TEST (downstream_takes_no_strip)
{
  TestRig *rig = rig_with_caps (2);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,format=I420");
  for (i = 0; i < 2; i++)
    try_frame (rig, i, new_frame ());
  test_rig_expect_error (rig, "downstream", "I420", "takes");
  check_upstream_stops (test_rig_input (rig, 0));
  gst_harness_set_sink_caps_str (rig->out, "video/x-raw");
  check_restart (rig);
}

GST_END_TEST;

GST_START_TEST (nothing_downstream)
{
  TestRig *rig = rig_with_caps (2);
  GstPad *src = gst_element_get_static_pad (rig->element, "src");

  fail_unless (gst_pad_unlink (src, rig->out->sinkpad));
  try_frame (rig, 0, new_frame ());
  try_frame (rig, 1, new_frame ());
  test_rig_expect_error (rig, "not linked");
  check_upstream_stops (test_rig_input (rig, 0));
  fail_unless_equals_int (gst_pad_link (src, rig->out->sinkpad),
      GST_PAD_LINK_OK);
  gst_object_unref (src);
  check_restart (rig);
}

GST_END_TEST;

TEST_CASES (errors)
{
  tcase_add_test (tc, segment_in_bytes);
  tcase_add_test (tc, segments_in_bytes_everywhere);
  tcase_add_loop_test (tc, no_segment, 0, 2);
  tcase_add_test (tc, no_timestamps);
  tcase_add_loop_test (tc, no_caps, 0, 2);
  tcase_add_test (tc, short_buffer);
  tcase_add_test (tc, empty_buffer);
  tcase_add_test (tc, meta_smaller_than_caps);
  tcase_add_test (tc, meta_of_other_format);
  tcase_add_loop_test (tc, rows_outside_of_memory, 0, 9);
  tcase_add_test (tc, too_large);
  tcase_add_test (tc, too_wide);
  tcase_add_test (tc, not_of_tile_width);
  tcase_add_test (tc, higher_than_tile_height);
  tcase_add_loop_test (tc, disagreement, 0, G_N_ELEMENTS (disagreements));
  tcase_add_test (tc, downstream_takes_no_strip);
  tcase_add_test (tc, nothing_downstream);
}
