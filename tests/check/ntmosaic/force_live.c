/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips of pads that have ended, or have not begun: the strips come at the
 * pace of the clock, from the beginning, and end only when no frame can come
 * any more. The clock is the test's own. */

#include "rig/rig.h"

#define STEP TEST_STEP

#define NONE TEST_NO_FRAME

/* No pad has caps, and the element ignores pads without data if the test asks
 * for that. */
static TestRig *
live_new (gboolean force_live, gboolean ignores)
{
  TestRig *rig = test_rig_new_live (force_live);
  guint i;

  g_object_set (rig->element, "ignore-inactive-pads", ignores, NULL);
  for (i = 0; i < 2; i++)
    test_rig_add (rig, "sink_%u");

  return rig;
}

static void
set_caps_of_width (TestRig * rig, guint input, guint width,
    const gchar * interlace_mode)
{
  GstCaps *caps = test_caps_new ("RGBA", width, TEST_TILE_HEIGHT, TEST_FPS, 1);

  gst_caps_set_simple (caps, "interlace-mode", G_TYPE_STRING, interlace_mode,
      NULL);
  gst_harness_set_src_caps (test_rig_input (rig, input), caps);
}

static void
set_caps (TestRig * rig, guint input, const gchar * interlace_mode)
{
  set_caps_of_width (rig, input, TEST_TILE_WIDTH, interlace_mode);
}

/* ---- Pads that have ended ---- */

GST_START_TEST (one_has_ended_one_never_began)
{
  TestRig *rig = live_new (TRUE, TRUE);
  guint i;

  set_caps (rig, 0, "progressive");
  test_rig_push (rig, 0, 100, 0);
  test_rig_pass (rig);
  fail_unless_equals_uint64 (test_rig_expect_small (rig, 1, 100), 0);
  test_input_end (test_rig_input (rig, 0));

  for (i = 1; i < 6; i++) {
    test_rig_expect_silence (rig);
    test_rig_pass (rig);
    fail_unless_equals_uint64 (test_rig_expect_small (rig, 1, NONE), i * STEP);
  }
  test_rig_expect_silence (rig);

  /* Neither pad has more frames: the strip shows a frame of the other. */
  set_caps (rig, 1, "progressive");
  test_rig_push (rig, 1, 206, 6);
  test_rig_pass (rig);
  fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, NONE, 206),
      6 * STEP);
  test_rig_free (rig);
}

GST_END_TEST;

/* Stopping ends the waiting. */
GST_START_TEST (stops_while_one_has_ended)
{
  TestRig *rig = live_new (TRUE, TRUE);

  set_caps (rig, 0, "progressive");
  test_rig_push (rig, 0, 100, 0);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 1, 100);
  test_input_end (test_rig_input (rig, 0));
  gst_test_clock_wait_for_next_pending_id (rig->clock, NULL);
  test_rig_free (rig);
}

GST_END_TEST;

/* With live sources, a repeated frame is over at some time. */
GST_START_TEST (repeated_one_has_ended)
{
  TestRig *rig = live_new (FALSE, TRUE);

  gst_child_proxy_set (GST_CHILD_PROXY (rig->element),
      "sink_0::repeat-after-eos", TRUE, NULL);
  set_caps (rig, 0, "progressive");
  test_rig_push (rig, 0, 100, 0);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 1, 100);
  gst_harness_set_drop_buffers (rig->out, TRUE);
  test_input_end (test_rig_input (rig, 0));
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Pads that have not begun ---- */

/* Two cameras have sent caps, and the element ignores them until they send
 * frames. */
GST_START_TEST (ignored_cameras_have_caps)
{
  GstQuery *query = gst_query_new_latency ();
  TestRig *rig = live_new (FALSE, TRUE);
  guint i;

  for (i = 0; i < 2; i++)
    set_caps (rig, i, "progressive");
  fail_unless (gst_pad_peer_query (rig->out->sinkpad, query));
  gst_query_unref (query);

  for (i = 0; i < 3; i++) {
    test_rig_pass (rig);
    fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, NONE, NONE),
        i * STEP);
  }
  test_rig_push (rig, 1, 203, 3);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 2, NONE, 203);
  test_rig_free (rig);
}

GST_END_TEST;

static GstPadProbeReturn
ignore_at_query (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_CAPS)
    g_object_set (data, "ignore-inactive-pads", TRUE, NULL);

  return GST_PAD_PROBE_OK;
}

/* The application sets the property while a strip without frames is made: the
 * strips go on. */
GST_START_TEST (ignored_once_more)
{
  GstQuery *query = gst_query_new_latency ();
  TestRig *rig = live_new (FALSE, TRUE);
  guint i;

  set_caps (rig, 0, "progressive");
  set_caps (rig, 1, "progressive");
  fail_unless (gst_pad_peer_query (rig->out->sinkpad, query));
  gst_query_unref (query);
  gst_pad_add_probe (rig->out->sinkpad,
      GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM | GST_PAD_PROBE_TYPE_PUSH,
      ignore_at_query, rig->element, NULL);
  for (i = 0; i < 6; i++) {
    g_object_set (rig->element, "align", i % 2, NULL);
    test_rig_pass (rig);
    test_rig_expect_small (rig, 2, NONE, NONE);
  }
  test_rig_free (rig);
}

GST_END_TEST;

static void
expect_caps (TestRig * rig, const gchar * format, gint fps_n)
{
  GstCaps *caps = gst_pad_get_current_caps (rig->out->sinkpad);
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_string (gst_video_format_to_string
      (GST_VIDEO_INFO_FORMAT (&info)), format);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_N (&info), fps_n);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_D (&info), 1);
  gst_caps_unref (caps);
}

static void
set_tile_size (TestRig * rig)
{
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");

  g_object_set (rig->element, "tile-width", TEST_TILE_WIDTH, "tile-height",
      TEST_TILE_HEIGHT, NULL);
  gst_pad_mark_reconfigure (srcpad);
  gst_object_unref (srcpad);
}

/* Strips of background come at once; then the first camera's frames are in
 * them, whatever its rate and interlace-mode. */
GST_START_TEST (before_the_first_camera)
{
  TestRig *rig = live_new (TRUE, __i__ & 1);
  guint i;

  set_tile_size (rig);
  for (i = 0; i < 5; i++) {
    test_rig_pass (rig);
    fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, NONE, NONE),
        i * GST_SECOND / 25);
    expect_caps (rig, "RGBA", 25);
  }

  /* That was until 200 ms. */
  set_caps (rig, 1, __i__ & 2 ? "interleaved" : "progressive");
  test_rig_push (rig, 1, 202, 2);
  test_rig_pass (rig);
  fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, NONE, 202),
      2 * STEP);
  expect_caps (rig, "RGBA", TEST_FPS);
  test_rig_free (rig);
}

GST_END_TEST;

/* A camera whose frames don't fit is a warning and a tile of background,
 * whatever its interlace-mode and that of the next camera, which fits. */
GST_START_TEST (first_camera_does_not_fit)
{
  TestRig *rig = live_new (TRUE, FALSE);
  guint i;

  set_tile_size (rig);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 2, NONE, NONE);

  set_caps_of_width (rig, 1, TEST_TILE_WIDTH + 1,
      __i__ & 1 ? "interleaved" : "progressive");
  test_rig_push (rig, 1, 201, 1);
  test_rig_pass (rig);
  test_rig_expect_warning (rig, "sink_1", "tile-width");
  test_rig_expect_small (rig, 2, NONE, NONE);
  for (i = 0; i < 2; i++) {
    test_rig_pass (rig);
    test_rig_expect_small (rig, 2, NONE, NONE);
  }

  set_caps (rig, 0, __i__ & 2 ? "interleaved" : "progressive");
  test_rig_push (rig, 0, 102, 2);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 2, 102, NONE);
  expect_caps (rig, "RGBA", TEST_FPS);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (before_the_first_camera_as_downstream_wants)
{
  TestRig *rig = live_new (TRUE, FALSE);
  guint i;

  gst_harness_set_sink_caps_str (rig->out,
      "video/x-raw,format=BGRA,framerate=50/1");
  set_tile_size (rig);
  for (i = 0; i < 3; i++) {
    test_rig_pass (rig);
    fail_unless_equals_uint64 (test_rig_expect_small (rig, 2, NONE, NONE),
        i * GST_SECOND / 50);
    expect_caps (rig, "BGRA", 50);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* Caps that don't fit are no error yet: other pads can still come. */
GST_START_TEST (before_the_first_camera_without_room)
{
  TestRig *rig = live_new (TRUE, FALSE);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=7");
  set_tile_size (rig);
  for (i = 0; i < 5; i++)
    test_rig_pass (rig);
  test_rig_expect_silence (rig);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (force_live)
{
  tcase_add_test (tc, one_has_ended_one_never_began);
  tcase_add_test (tc, stops_while_one_has_ended);
  tcase_add_test (tc, repeated_one_has_ended);
  tcase_add_test (tc, ignored_cameras_have_caps);
  tcase_add_test (tc, ignored_once_more);
  tcase_add_loop_test (tc, before_the_first_camera, 0, 4);
  tcase_add_loop_test (tc, first_camera_does_not_fit, 0, 4);
  tcase_add_test (tc, before_the_first_camera_as_downstream_wants);
  tcase_add_test (tc, before_the_first_camera_without_room);
}
