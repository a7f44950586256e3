/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips of pads that have ended, or have not begun: they come at the pace of
 * the clock, from the beginning, and end only when nothing can come. The clock
 * is the test's own. */

#include <gst/check/gsttestclock.h>

#include "pipelines.h"

#define STEP TEST_STEP

#define NONE TEST_NO_FRAME

typedef struct
{
  GstElement *mosaic;
  GstBus *bus;
  GstTestClock *clock;
  GstHarness *out;
  GstHarness *inputs[2];
} Live;

/* Sources are live unless @force_live; no pad has caps. */
static void
live_init (Live * live, gboolean force_live)
{
  guint i;

  live->mosaic = gst_element_factory_make_full ("ntmosaic", "force-live",
      force_live, NULL);
  fail_unless (live->mosaic != NULL);
  gst_object_ref_sink (live->mosaic);
  live->bus = gst_bus_new ();
  gst_element_set_bus (live->mosaic, live->bus);
  live->out = gst_harness_new_with_element (live->mosaic, NULL, "src");
  gst_harness_use_testclock (live->out);
  live->clock = gst_harness_get_testclock (live->out);
  for (i = 0; i < 2; i++) {
    live->inputs[i] = gst_harness_new_with_element (live->mosaic, "sink_%u",
        NULL);
    gst_harness_set_live (live->inputs[i], !force_live);
  }
}

static void
live_clear (Live * live)
{
  GstMessage *error = gst_bus_pop_filtered (live->bus, GST_MESSAGE_ERROR);
  guint i;

  fail_unless (error == NULL);
  gst_element_set_state (live->mosaic, GST_STATE_NULL);
  for (i = 0; i < 2; i++)
    gst_harness_teardown (live->inputs[i]);
  gst_harness_teardown (live->out);
  gst_element_set_bus (live->mosaic, NULL);
  gst_object_unref (live->bus);
  gst_object_unref (live->clock);
  ASSERT_OBJECT_REFCOUNT (live->mosaic, "ntmosaic", 1);
  gst_object_unref (live->mosaic);
}

static void
set_caps_of_width (Live * live, guint input, guint width,
    const gchar * interlace_mode)
{
  GstCaps *caps = test_caps_new ("RGBA", width, TEST_TILE_HEIGHT, TEST_FPS, 1);

  gst_caps_set_simple (caps, "interlace-mode", G_TYPE_STRING, interlace_mode,
      NULL);
  gst_harness_set_src_caps (live->inputs[input], caps);
}

static void
set_caps (Live * live, guint input, const gchar * interlace_mode)
{
  set_caps_of_width (live, input, TEST_TILE_WIDTH, interlace_mode);
}

static void
push_of_width (Live * live, guint input, guint width, guint32 seed, guint n)
{
  fail_unless_equals_int (gst_harness_push (live->inputs[input],
          test_frame_new_timed (width, TEST_TILE_HEIGHT, seed, n * STEP,
              STEP)), GST_FLOW_OK);
}

static void
push (Live * live, guint input, guint32 seed, guint n)
{
  push_of_width (live, input, TEST_TILE_WIDTH, seed, n);
}

static void
push_eos (Live * live, guint input)
{
  fail_unless (gst_harness_push_event (live->inputs[input],
          gst_event_new_eos ()));
}

/* Lets the time come that the element waits for. */
static void
crank (Live * live)
{
  gst_test_clock_wait_for_next_pending_id (live->clock, NULL);
  fail_unless (gst_test_clock_crank (live->clock));
}

static void
expect_silence (Live * live)
{
  g_usleep (20 * G_TIME_SPAN_MILLISECOND);
  fail_unless (gst_harness_try_pull (live->out) == NULL,
      "a strip before its time");
}

/* The next strip, which has @n_tiles tiles with @seeds. */
static GstClockTime
expect (Live * live, const guint32 * seeds, guint n_tiles)
{
  GstBuffer *strip = gst_harness_pull (live->out);
  GstClockTime pts;
  GstCaps *caps;
  GstSample *sample;

  fail_unless (strip != NULL, "no strip");
  pts = GST_BUFFER_PTS (strip);
  caps = gst_pad_get_current_caps (live->out->sinkpad);
  sample = gst_sample_new (strip, caps, NULL, NULL);
  test_assert_tiles (sample, seeds, n_tiles);
  gst_sample_unref (sample);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);

  return pts;
}

static void
expect_eos (Live * live)
{
  for (;;) {
    GstEvent *event = gst_harness_pull_event (live->out);
    gboolean is_eos;

    fail_unless (event != NULL, "no EOS");
    is_eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
    if (is_eos)
      return;
  }
}

/* ---- Pads that have ended ---- */

GST_START_TEST (one_has_ended_one_never_began)
{
  const guint32 shown[] = { 100 };
  const guint32 none[] = { NONE };
  GstClockTime last = 0;
  Live live;
  guint i;

  live_init (&live, TRUE);
  g_object_set (live.mosaic, "ignore-inactive-pads", TRUE, NULL);
  set_caps (&live, 0, "progressive");
  push (&live, 0, 100, 0);
  crank (&live);
  fail_unless_equals_uint64 (expect (&live, shown, 1), 0);
  push_eos (&live, 0);

  for (i = 1; i < 6; i++) {
    expect_silence (&live);
    crank (&live);
    fail_unless_equals_uint64 (expect (&live, none, 1), last + STEP);
    last += STEP;
  }
  expect_silence (&live);

  /* There is more to come from neither: a frame of the other is shown. */
  set_caps (&live, 1, "progressive");
  push (&live, 1, 206, 6);
  crank (&live);
  fail_unless_equals_uint64 (expect (&live, (guint32[]) { NONE, 206 }, 2),
      6 * STEP);
  live_clear (&live);
}

GST_END_TEST;

/* Stopping ends the waiting. */
GST_START_TEST (stops_while_one_has_ended)
{
  const guint32 shown[] = { 100 };
  Live live;

  live_init (&live, TRUE);
  g_object_set (live.mosaic, "ignore-inactive-pads", TRUE, NULL);
  set_caps (&live, 0, "progressive");
  push (&live, 0, 100, 0);
  crank (&live);
  expect (&live, shown, 1);
  push_eos (&live, 0);
  gst_test_clock_wait_for_next_pending_id (live.clock, NULL);
  live_clear (&live);
}

GST_END_TEST;

/* With live sources: what is repeated is over some time. */
GST_START_TEST (repeated_one_has_ended)
{
  Live live;

  live_init (&live, FALSE);
  g_object_set (live.mosaic, "ignore-inactive-pads", TRUE, NULL);
  gst_child_proxy_set (GST_CHILD_PROXY (live.mosaic),
      "sink_0::repeat-after-eos", TRUE, NULL);
  set_caps (&live, 0, "progressive");
  push (&live, 0, 100, 0);
  crank (&live);
  expect (&live, (guint32[]) { 100 }, 1);
  gst_harness_set_drop_buffers (live.out, TRUE);
  push_eos (&live, 0);
  expect_eos (&live);
  live_clear (&live);
}

GST_END_TEST;

/* ---- Pads that have not begun ---- */

/* Two cameras have said what they send, and are ignored until they send it. */
GST_START_TEST (ignored_cameras_have_caps)
{
  GstQuery *query = gst_query_new_latency ();
  Live live;
  guint i;

  live_init (&live, FALSE);
  g_object_set (live.mosaic, "ignore-inactive-pads", TRUE, NULL);
  for (i = 0; i < 2; i++)
    set_caps (&live, i, "progressive");
  fail_unless (gst_pad_peer_query (live.out->sinkpad, query));
  gst_query_unref (query);

  for (i = 0; i < 3; i++) {
    crank (&live);
    fail_unless_equals_uint64 (expect (&live, (guint32[]) { NONE, NONE }, 2),
        i * STEP);
  }
  push (&live, 1, 203, 3);
  crank (&live);
  expect (&live, (guint32[]) { NONE, 203 }, 2);
  live_clear (&live);
}

GST_END_TEST;

static void
expect_caps (Live * live, const gchar * format, gint fps_n)
{
  GstCaps *caps = gst_pad_get_current_caps (live->out->sinkpad);
  GstVideoInfo info;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_string (gst_video_format_to_string
      (GST_VIDEO_INFO_FORMAT (&info)), format);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_N (&info), fps_n);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_D (&info), 1);
  gst_caps_unref (caps);
}

static void
set_tile_size (Live * live)
{
  GstPad *srcpad = gst_element_get_static_pad (live->mosaic, "src");

  g_object_set (live->mosaic, "tile-width", TEST_TILE_WIDTH, "tile-height",
      TEST_TILE_HEIGHT, NULL);
  gst_pad_mark_reconfigure (srcpad);
  gst_object_unref (srcpad);
}

/* Strips of background come at once; then the first camera's frames are in
 * them, whatever its rate and interlace-mode. */
GST_START_TEST (before_the_first_camera)
{
  const guint32 nothing[] = { NONE, NONE };
  GstClockTime time = 0;
  Live live;
  guint i;

  live_init (&live, TRUE);
  set_tile_size (&live);
  if (__i__ & 1)
    g_object_set (live.mosaic, "ignore-inactive-pads", TRUE, NULL);
  for (i = 0; i < 5; i++) {
    crank (&live);
    fail_unless_equals_uint64 (expect (&live, nothing, 2),
        i * GST_SECOND / 25);
    expect_caps (&live, "RGBA", 25);
  }

  /* That was until 200 ms. */
  set_caps (&live, 1, __i__ & 2 ? "interleaved" : "progressive");
  push (&live, 1, 202, 2);
  crank (&live);
  time = expect (&live, (guint32[]) { NONE, 202 }, 2);
  fail_unless_equals_uint64 (time, 2 * STEP);
  expect_caps (&live, "RGBA", TEST_FPS);
  live_clear (&live);
}

GST_END_TEST;

static void
expect_misfit (Live * live, const gchar * pad_name)
{
  GstMessage *message = gst_bus_timed_pop_filtered (live->bus, TEST_PATIENCE,
      GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
  GError *error;

  fail_unless (message != NULL);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message), GST_MESSAGE_WARNING);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, pad_name) != NULL
      && strstr (error->message, "tile-width") != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
}

/* A camera whose frames don't fit is a warning and a tile of background,
 * whatever its interlace-mode and that of the next camera, which fits. */
GST_START_TEST (first_camera_does_not_fit)
{
  const guint32 nothing[] = { NONE, NONE };
  Live live;
  guint i;

  live_init (&live, TRUE);
  set_tile_size (&live);
  crank (&live);
  expect (&live, nothing, 2);

  set_caps_of_width (&live, 1, TEST_TILE_WIDTH + 1,
      __i__ & 1 ? "interleaved" : "progressive");
  push_of_width (&live, 1, TEST_TILE_WIDTH + 1, 201, 1);
  crank (&live);
  expect_misfit (&live, "sink_1");
  expect (&live, nothing, 2);
  for (i = 0; i < 2; i++) {
    crank (&live);
    expect (&live, nothing, 2);
  }

  set_caps (&live, 0, __i__ & 2 ? "interleaved" : "progressive");
  push (&live, 0, 102, 2);
  crank (&live);
  expect (&live, (guint32[]) { 102, NONE }, 2);
  expect_caps (&live, "RGBA", TEST_FPS);
  live_clear (&live);
}

GST_END_TEST;

GST_START_TEST (before_the_first_camera_as_downstream_wants)
{
  Live live;
  guint i;

  live_init (&live, TRUE);
  gst_harness_set_sink_caps_str (live.out,
      "video/x-raw,format=BGRA,framerate=50/1");
  set_tile_size (&live);
  for (i = 0; i < 3; i++) {
    crank (&live);
    fail_unless_equals_uint64 (expect (&live, (guint32[]) { NONE, NONE }, 2),
        i * GST_SECOND / 50);
    expect_caps (&live, "BGRA", 50);
  }
  live_clear (&live);
}

GST_END_TEST;

/* What doesn't fit is no error yet: pads can still come. */
GST_START_TEST (before_the_first_camera_without_room)
{
  Live live;
  guint i;

  live_init (&live, TRUE);
  gst_harness_set_sink_caps_str (live.out, "video/x-raw,width=7");
  set_tile_size (&live);
  for (i = 0; i < 5; i++)
    crank (&live);
  expect_silence (&live);
  live_clear (&live);
}

GST_END_TEST;

static Suite *
force_live_suite (void)
{
  Suite *suite = suite_create ("force_live");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, one_has_ended_one_never_began);
  tcase_add_test (tc, stops_while_one_has_ended);
  tcase_add_test (tc, repeated_one_has_ended);
  tcase_add_test (tc, ignored_cameras_have_caps);
  tcase_add_loop_test (tc, before_the_first_camera, 0, 4);
  tcase_add_loop_test (tc, first_camera_does_not_fit, 0, 4);
  tcase_add_test (tc, before_the_first_camera_as_downstream_wants);
  tcase_add_test (tc, before_the_first_camera_without_room);

  return suite;
}

NTMOSAIC_CHECK_MAIN (force_live);
