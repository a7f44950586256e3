/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the test sends to one input of a rig; see rig.h. */

#include "rig.h"

/* ---- Caps ---- */

void
test_input_set_caps_full (GstHarness * input, const gchar * format,
    guint width, guint height, gint fps_n, gint fps_d)
{
  gst_harness_set_src_caps (input, test_caps_new (format, width, height, fps_n,
          fps_d));
}

void
test_input_set_caps (GstHarness * input, const gchar * format, guint width,
    guint height)
{
  test_input_set_caps_full (input, format, width, height, 25, 1);
}

void
test_input_set_small_caps (GstHarness * input)
{
  test_input_set_caps_full (input, "RGBA", TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      TEST_FPS, 1);
}

void
test_input_set_caps_with (GstHarness * input, guint width, guint height,
    const gchar * fields)
{
  gchar *text = g_strdup_printf ("video/x-raw,width=%u,height=%u,"
      "framerate=25/1,%s", width, height, fields);

  gst_harness_set_src_caps_str (input, text);
  g_free (text);
}

/* Stills have no rate: the test sends them at the usual one. */
static GstClockTime
get_frame_time (GstHarness * input)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);
  gint fps_n;
  gint fps_d;

  fail_unless (gst_structure_get_fraction (gst_caps_get_structure (caps, 0),
          "framerate", &fps_n, &fps_d));
  gst_caps_unref (caps);

  return fps_n == 0 ? TEST_FRAME_TIME : gst_util_uint64_scale (GST_SECOND,
      fps_d, fps_n);
}

/* ---- Frames ---- */

void
test_input_push (GstHarness * input, GstBuffer * frame)
{
  fail_unless_equals_int (gst_harness_push (input, frame), GST_FLOW_OK);
}

void
test_input_push_nth (GstHarness * input, GstBuffer * frame, guint n)
{
  const GstClockTime frame_time = get_frame_time (input);

  frame = gst_buffer_make_writable (frame);
  GST_BUFFER_PTS (frame) = n * frame_time;
  GST_BUFFER_DURATION (frame) = frame_time;
  test_input_push (input, frame);
}

void
test_input_send (GstHarness * input, guint32 seed, guint n)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  gst_caps_unref (caps);
  test_input_push_nth (input, test_frame_new (GST_VIDEO_INFO_FORMAT (&info),
          GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info), 0, 0,
          seed), n);
}

void
test_rig_push (TestRig * rig, guint input, guint32 seed, guint n)
{
  test_input_send (test_rig_input (rig, input), seed, n);
}

GstFlowReturn
test_rig_offer (TestRig * rig, guint input, GstBuffer * frame, guint n)
{
  GST_BUFFER_PTS (frame) = n * TEST_STEP;
  GST_BUFFER_DURATION (frame) = TEST_STEP;

  return gst_harness_push (test_rig_input (rig, input), frame);
}

/* ---- Events ---- */

void
test_input_push_event (GstHarness * input, GstEvent * event)
{
  fail_unless (gst_harness_push_event (input, event));
}

void
test_input_push_gap (GstHarness * input, guint n)
{
  const GstClockTime frame_time = get_frame_time (input);

  test_input_push_event (input, gst_event_new_gap (n * frame_time, frame_time));
}

void
test_input_push_segment (GstHarness * input, GstClockTime start)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.base = start;
  test_input_push_event (input, gst_event_new_segment (&segment));
}

void
test_input_end (GstHarness * input)
{
  test_input_push_event (input, gst_event_new_eos ());
}

guint64
test_input_count_frames (GstHarness * input)
{
  GstPad *pad = gst_pad_get_peer (input->srcpad);
  GstStructure *stats;
  guint64 frames;

  g_object_get (pad, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "frames", &frames));
  gst_structure_free (stats);
  gst_object_unref (pad);

  return frames;
}

void
test_input_begin_flush (GstHarness * input, guint32 seqnum)
{
  GstEvent *event = gst_event_new_flush_start ();

  gst_event_set_seqnum (event, seqnum);
  test_input_push_event (input, event);
}

void
test_input_end_flush (GstHarness * input, guint32 seqnum)
{
  GstEvent *event = gst_event_new_flush_stop (TRUE);

  gst_event_set_seqnum (event, seqnum);
  test_input_push_event (input, event);
}

void
test_input_flush (GstHarness * input, guint32 seqnum)
{
  test_input_begin_flush (input, seqnum);
  test_input_end_flush (input, seqnum);
  test_input_push_segment (input, 0);
}
