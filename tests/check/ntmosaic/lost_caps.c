/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Caps that are queued when the stream ends. The base class drops them with the
 * frames, GStreamer's queues do the same, and upstream doesn't send them again
 * after a flush. */

#include "rig/rig.h"

/* The size of pad 1's frames after its new caps. */
#define WIDTH (2 * TEST_TILE_WIDTH)
#define HEIGHT (TEST_TILE_HEIGHT / 2)

static void
push_caps (TestRig * rig)
{
  test_input_set_caps_full (test_rig_input (rig, 1), "RGBA", WIDTH, HEIGHT,
      TEST_FPS, 1);
}

static void
flush (TestRig * rig)
{
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  for (i = 0; i < 2; i++)
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
  for (i = 0; i < 2; i++) {
    test_input_end_flush (test_rig_input (rig, i), seqnum);
    test_input_push_segment (test_rig_input (rig, i), 0);
  }
}

static void
check_strips (TestRig * rig, guint width, guint height)
{
  TestTile tiles[] = {
    {TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 0}, {width, height, 0}
  };
  const TestStrip strip = { tiles, 2, TEST_TILE_HEIGHT, "top", BLACK };
  guint n;

  for (n = 0; n < 3; n++) {
    tiles[0].seed = 300 + n;
    tiles[1].seed = 400 + n;
    test_rig_push (rig, 0, tiles[0].seed, n);
    test_rig_push (rig, 1, tiles[1].seed, n);
    test_rig_expect (rig, &strip);
  }
}

static TestRig *
rig_new (TestWay way)
{
  TestRig *rig = test_rig_new_small (2);

  test_rig_set (rig, "align", "top");
  test_rig_prepare_end (rig, way);
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_skip (rig);
  test_rig_push (rig, 1, 201, 1);

  return rig;
}

/* As when a player seeks back to the beginning at the end of the stream. */
GST_START_TEST (flush_after_the_end)
{
  TestRig *rig = rig_new (__i__);

  push_caps (rig);
  test_rig_end_early (rig, __i__);
  flush (rig);
  check_strips (rig, WIDTH, HEIGHT);
  test_rig_free (rig);
}

GST_END_TEST;

/* The caps that came last are those that hold, also if others were lost. */
GST_START_TEST (caps_again_after_the_flush)
{
  TestRig *rig = rig_new (__i__);

  push_caps (rig);
  test_rig_end_early (rig, __i__);
  flush (rig);
  test_input_set_small_caps (test_rig_input (rig, 1));
  check_strips (rig, TEST_TILE_WIDTH, TEST_TILE_HEIGHT);
  flush (rig);
  check_strips (rig, TEST_TILE_WIDTH, TEST_TILE_HEIGHT);
  test_rig_free (rig);
}

GST_END_TEST;

/* A flush in the middle of the stream drops frames, and keeps caps. */
GST_START_TEST (flush_before_the_end)
{
  TestRig *rig = rig_new (TEST_N_WAYS);

  push_caps (rig);
  flush (rig);
  check_strips (rig, WIDTH, HEIGHT);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- In a queue before the pad ---- */

/* Frames in the queue with the new caps. */
#define N_BEHIND_CAPS 8

/* How many buffers the queue holds. */
static guint
get_level (GstElement * queue)
{
  guint level;

  g_object_get (queue, "current-level-buffers", &level, NULL);

  return level;
}

/* The pad may queue one frame, and the rest is in a queue. A queue that learns
 * of the end drops what it has before the next segment, which comes behind the
 * caps. */
static void
fill_queue (GstHarness * input)
{
  const guint n_before_caps = 12;
  guint i;

  test_input_set_small_caps (input);
  for (i = 0; i < n_before_caps; i++)
    test_input_send (input, 200 + i, i);
  test_input_set_caps_full (input, "RGBA", WIDTH, HEIGHT, TEST_FPS, 1);
  for (; i < n_before_caps + N_BEHIND_CAPS; i++)
    test_input_send (input, 200 + i, i);
}

/* Behind the queue is the pad, or another queue. */
GST_START_TEST (caps_in_a_queue)
{
  TestRig *rig = test_rig_new_small (1);
  GstElement *queues = gst_parse_bin_from_description (__i__ == 0
      ? "queue name=q max-size-time=0"
      : "queue name=q max-size-time=0 ! queue max-size-buffers=2", TRUE, NULL);
  GstElement *queue = gst_bin_get_by_name (GST_BIN (queues), "q");
  GstHarness *input = gst_harness_new_with_element (queues, "sink", NULL);

  test_rig_set (rig, "eos-policy", "first");
  test_rig_set (rig, "frames-ahead", "1");
  fail_unless (gst_element_link (queues, rig->element));
  fill_queue (input);
  test_rig_push (rig, 0, 100, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 0));
  test_rig_expect_eos (rig);
  test_wait_until (get_level (queue) <= N_BEHIND_CAPS);

  g_ptr_array_add (rig->inputs, input);
  flush (rig);
  check_strips (rig, WIDTH, HEIGHT);
  gst_element_set_state (queues, GST_STATE_NULL);
  gst_object_unref (queue);
  gst_object_unref (queues);
  test_rig_free (rig);
}

GST_END_TEST;

static GstPadProbeReturn
hold_caps (GstPad * pad, GstPadProbeInfo * info, gpointer may_go)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  test_wait_until (g_atomic_int_get ((gint *) may_go));

  return GST_PAD_PROBE_REMOVE;
}

/* What comes first after the end are caps, and the frame behind them does not
 * reach the pad. The queue drops the caps that come last. */
GST_START_TEST (caps_behind_caps_in_a_queue)
{
  TestRig *rig = test_rig_new_small (1);
  GstElement *queue = gst_element_factory_make ("queue", NULL);
  GstHarness *input = gst_harness_new_with_element (queue, "sink", NULL);
  GstPad *srcpad = gst_element_get_static_pad (queue, "src");
  gint may_go = FALSE;

  test_rig_set (rig, "eos-policy", "first");
  fail_unless (gst_element_link (queue, rig->element));
  test_input_set_small_caps (input);
  test_input_send (input, 200, 0);
  test_rig_push (rig, 0, 100, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_send (input, 201, 1);
  gst_pad_add_probe (srcpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, hold_caps,
      &may_go, NULL);
  test_input_set_caps_full (input, "RGBA", HEIGHT, HEIGHT, TEST_FPS, 1);
  test_input_send (input, 202, 2);
  test_input_set_caps_full (input, "RGBA", WIDTH, HEIGHT, TEST_FPS, 1);
  test_input_end (test_rig_input (rig, 0));
  test_rig_expect_eos (rig);
  g_atomic_int_set (&may_go, TRUE);
  test_wait_until (get_level (queue) == 0);

  g_ptr_array_add (rig->inputs, input);
  flush (rig);
  check_strips (rig, WIDTH, HEIGHT);
  gst_element_set_state (queue, GST_STATE_NULL);
  gst_object_unref (srcpad);
  gst_object_unref (queue);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (lost_caps)
{
  tcase_add_loop_test (tc, flush_after_the_end, 0, TEST_N_WAYS);
  tcase_add_loop_test (tc, caps_again_after_the_flush, 0, TEST_N_WAYS);
  tcase_add_test (tc, flush_before_the_end);
  tcase_add_loop_test (tc, caps_in_a_queue, 0, 2);
  tcase_add_test (tc, caps_behind_caps_in_a_queue);
}
