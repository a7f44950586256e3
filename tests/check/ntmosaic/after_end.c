/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What pads have queued when the stream ends, and what comes after that. The
 * end frees upstream at once, with all that it has sent, and holds until a
 * flush of all pads. GStreamer 1.24 and newer would keep the queues, and go on
 * when a pad gets a new stream. */

#include "rig/rig.h"

#define STEP TEST_STEP
#define N_FRAMES 3

/* A strip of both pads has passed. */
static TestRig *
rig_new (TestWay way, guint frames_ahead)
{
  TestRig *rig = test_rig_new_small (2);

  test_rig_prepare_end (rig, way);
  g_object_set (rig->element, "frames-ahead", frames_ahead, NULL);
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_skip (rig);

  return rig;
}

/* Whether the streaming thread has ended the stream and gone. */
static gboolean
is_over (TestRig * rig)
{
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");
  const gboolean is_paused =
      gst_pad_get_task_state (srcpad) == GST_TASK_PAUSED;

  gst_object_unref (srcpad);

  return is_paused;
}

static void
end (TestRig * rig, TestWay way)
{
  test_rig_end_early (rig, way);
  test_wait_until (is_over (rig));
}

/* ---- What is queued ---- */

typedef struct
{
  TestRig *rig;
  GstBuffer *frames[N_FRAMES];
  GstFlowReturn ret;            /* the last answer */
} Upstream;

static void
make_frames (Upstream * up)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++)
    up->frames[i] = test_frame_new_small (201 + i, 0, 0);
}

/* Fails the test unless upstream gets back all frames. */
static void
take_frames_back (Upstream * up)
{
  guint i;

  for (i = 0; i < N_FRAMES; i++) {
    test_wait_until (GST_MINI_OBJECT_REFCOUNT_VALUE (up->frames[i]) == 1);
    gst_buffer_unref (up->frames[i]);
  }
}

/* A frame, new caps, and frames behind them, until the pad says EOS. */
static gpointer
push_frames (gpointer data)
{
  Upstream *up = data;
  guint i;

  for (i = 0; i < N_FRAMES; i++) {
    up->ret = test_rig_offer (up->rig, 1, gst_buffer_ref (up->frames[i]),
        1 + i);
    if (i == 0)
      test_input_set_caps_full (test_rig_input (up->rig, 1), "RGBA",
          TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 2 * TEST_FPS, 1);
  }

  return NULL;
}

GST_START_TEST (frames_behind_caps)
{
  Upstream up = { .rig = rig_new (__i__, 8) };

  make_frames (&up);
  push_frames (&up);
  fail_unless_equals_int (up.ret, GST_FLOW_OK);
  end (up.rig, __i__);
  take_frames_back (&up);
  test_rig_free (up.rig);
}

GST_END_TEST;

/* Upstream waits for room in the pad. */
GST_START_TEST (upstream_that_waits_behind_caps)
{
  Upstream up = { .rig = rig_new (__i__, 1) };
  GThread *thread;

  make_frames (&up);
  thread = g_thread_new ("upstream", push_frames, &up);
  test_wait_until (test_input_count_frames (test_rig_input (up.rig, 1)) == 3);
  end (up.rig, __i__);
  g_thread_join (thread);
  fail_unless_equals_int (up.ret, GST_FLOW_EOS);
  take_frames_back (&up);
  test_rig_free (up.rig);
}

GST_END_TEST;

static gpointer
ask (gpointer pad)
{
  GstQuery *query = gst_query_new_drain ();
  const gboolean answer = gst_pad_query (pad, query);

  gst_query_unref (query);

  return GINT_TO_POINTER (answer);
}

/* A serialized query holds the stream lock of the pad until it is answered. */
static gboolean
is_asked (GstPad * pad)
{
  if (!GST_PAD_STREAM_TRYLOCK (pad))
    return TRUE;

  GST_PAD_STREAM_UNLOCK (pad);
  return FALSE;
}

/* Upstream waits until the pad has used what came before. */
GST_START_TEST (query_behind_a_frame)
{
  TestRig *rig = rig_new (__i__, 8);
  GstPad *pad = gst_element_get_static_pad (rig->element, "sink_1");
  GThread *thread;

  test_rig_push (rig, 1, 201, 1);
  test_input_set_small_caps (test_rig_input (rig, 1));
  test_rig_push (rig, 1, 202, 2);
  thread = g_thread_new ("upstream", ask, pad);
  test_wait_until (is_asked (pad));
  end (rig, __i__);
  fail_if (GPOINTER_TO_INT (g_thread_join (thread)));
  fail_if (GPOINTER_TO_INT (ask (pad)));
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- What comes after that ---- */

/* @input begins a stream, as a source that plays the next file. */
static void
begin_stream (GstHarness * input)
{
  test_input_push_event (input, gst_event_new_stream_start ("next"));
  test_input_set_small_caps (input);
  test_input_push_segment (input, 0);
}

static void
flush (TestRig * rig)
{
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  for (i = 0; i < rig->inputs->len; i++)
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
  for (i = 0; i < rig->inputs->len; i++) {
    test_input_end_flush (test_rig_input (rig, i), seqnum);
    test_input_push_segment (test_rig_input (rig, i), 0);
  }
}

/* Fails the test unless the element refuses the frames of the input @i, does
 * not go on, and goes on with the stream of that input after a flush. */
static void
check_stream (TestRig * rig, guint i)
{
  GstPad *pad = gst_pad_get_peer (test_rig_input (rig, i)->srcpad);
  guint n;

  begin_stream (test_rig_input (rig, i));
  for (n = 0; n < 8; n++)
    fail_unless_equals_int (test_rig_offer (rig, i,
            test_frame_new_small (300 + n, 0, 0), n), GST_FLOW_EOS);
  fail_if (GPOINTER_TO_INT (ask (pad)));
  gst_object_unref (pad);
  fail_unless (is_over (rig));
  test_rig_expect_none (rig);

  flush (rig);
  for (n = 0; n < rig->inputs->len; n++)
    test_rig_push (rig, n, 400 + n, 0);
  if (rig->inputs->len == 2)
    test_rig_expect_small (rig, 2, 400, 401);
  else
    test_rig_expect_small (rig, 3, 400, 401, 402);
}

/* Of the pad that has ended, or of the other one. */
GST_START_TEST (next_stream)
{
  TestRig *rig = rig_new (TEST_BY_POLICY, 1);

  test_rig_push (rig, 1, 201, 1);
  end (rig, TEST_BY_POLICY);
  check_stream (rig, __i__);
  test_rig_free (rig);
}

GST_END_TEST;

/* The clock does not make strips, either. */
GST_START_TEST (next_stream_in_a_live_pipeline)
{
  TestRig *rig = test_rig_new_live (TRUE);
  guint i;

  test_rig_set (rig, "eos-policy", "first");
  for (i = 0; i < 2; i++) {
    test_rig_add (rig, "sink_%u");
    test_input_set_small_caps (test_rig_input (rig, i));
  }
  for (i = 0; i < 2; i++)
    test_rig_push (rig, i, 100 + i, 0);
  test_rig_skip (rig);
  test_input_end (test_rig_input (rig, 0));
  test_rig_push (rig, 1, 102, 1);
  test_rig_await_eos (rig);
  test_wait_until (is_over (rig));

  check_stream (rig, __i__);
  test_rig_free (rig);
}

GST_END_TEST;

/* The strip has ended, so the pad refuses STREAM_START. GStreamer keeps CAPS
 * and SEGMENT back for later, but not the gap after them. The source is right:
 * no error comes. After a flush, the pad gets all three. */
GST_START_TEST (source_begins_after_the_end)
{
  TestRig *rig = test_rig_new_small (1);
  GstHarness *late = test_rig_add (rig, "sink_9");
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  test_input_push_event (late, gst_event_new_stream_start ("none"));
  test_input_end (late);
  test_rig_push (rig, 0, 100, 0);
  test_input_end (test_rig_input (rig, 0));
  test_rig_skip (rig);
  test_rig_expect_eos (rig);
  test_wait_until (is_over (rig));

  test_input_push_event (late, gst_event_new_stream_start ("late"));
  test_input_set_small_caps (late);
  test_input_push_segment (late, 0);
  gst_harness_push_event (late, gst_event_new_gap (0, STEP));
  test_expect_no_message (rig->bus, rig->element, GST_MESSAGE_ERROR);

  for (i = 0; i < 2; i++)
    test_input_flush (test_rig_input (rig, i), seqnum);
  for (i = 0; i < 2; i++)
    test_rig_push (rig, i, 200 + i, 0);
  test_rig_expect_small (rig, 2, 200, 201);
  test_rig_free (rig);
}

GST_END_TEST;

/* An application adds a pad, and seeks after that, or not. */
GST_START_TEST (new_pad)
{
  TestRig *rig = rig_new (__i__, 1);
  GstHarness *input;

  test_rig_push (rig, 1, 201, 1);
  end (rig, __i__);
  input = test_rig_add (rig, "sink_%u");
  test_input_set_small_caps (input);
  if (__i__ == TEST_BY_POLICY)
    check_stream (rig, 2);
  else
    fail_unless_equals_int (test_rig_offer (rig, 2,
            test_frame_new_small (300, 0, 0), 0), GST_FLOW_EOS);
  test_rig_free (rig);
}

GST_END_TEST;

/* A stop leaves nothing of the end. */
GST_START_TEST (new_pad_and_a_start)
{
  TestRig *rig = rig_new (TEST_BY_POLICY, 1);
  guint i;

  test_rig_push (rig, 1, 201, 1);
  end (rig, TEST_BY_POLICY);
  if (__i__ == 0)
    test_rig_add (rig, "sink_%u");
  test_rig_restart (rig, GST_STATE_READY);
  if (__i__ == 1)
    test_rig_add (rig, "sink_%u");
  for (i = 0; i < 3; i++) {
    test_input_set_small_caps (test_rig_input (rig, i));
    test_rig_push (rig, i, 400 + i, 0);
  }
  test_rig_expect_small (rig, 3, 400, 401, 402);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- One pad is flushed by itself ---- */

static GstPadProbeReturn
block_eos (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  return GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS
      ? GST_PAD_PROBE_OK : GST_PAD_PROBE_PASS;
}

/* As by a source that seeks by itself. */
static void
flush_one (TestRig * rig, guint i, guint32 seqnum)
{
  test_input_begin_flush (test_rig_input (rig, i), seqnum);
  test_input_end_flush (test_rig_input (rig, i), seqnum);
}

/* While EOS is on its way downstream, as to a sink that waits for the clock.
 * Upstream is told of no error, which a source would post. */
GST_START_TEST (flush_of_a_pad_in_the_end)
{
  TestRig *rig = rig_new (TEST_BY_POLICY, 1);
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");
  gulong id;

  test_rig_push (rig, 1, 201, 1);
  id = gst_pad_add_probe (srcpad, GST_PAD_PROBE_TYPE_BLOCK
      | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, block_eos, NULL, NULL);
  test_input_end (test_rig_input (rig, 0));
  test_wait_until (gst_pad_is_blocking (srcpad));
  flush_one (rig, 1, gst_util_seqnum_next ());
  test_input_push_segment (test_rig_input (rig, 1), 0);
  gst_pad_remove_probe (srcpad, id);
  test_rig_await_eos (rig);
  test_wait_until (is_over (rig));

  fail_unless_equals_int (test_rig_offer (rig, 1,
          test_frame_new_small (300, 0, 0), 0), GST_FLOW_EOS);
  gst_object_unref (srcpad);
  test_rig_free (rig);
}

GST_END_TEST;

/* The stream of that pad waits for the flush of the other. */
GST_START_TEST (flush_of_a_pad_after_the_end)
{
  const guint32 seqnum = gst_util_seqnum_next ();
  TestRig *rig = rig_new (TEST_BY_POLICY, 1);

  test_rig_push (rig, 1, 201, 1);
  end (rig, TEST_BY_POLICY);
  flush_one (rig, 1, seqnum);
  begin_stream (test_rig_input (rig, 1));
  test_rig_push (rig, 1, 401, 0);
  fail_unless (is_over (rig));

  flush_one (rig, 0, seqnum);
  begin_stream (test_rig_input (rig, 0));
  test_rig_push (rig, 0, 400, 0);
  test_rig_expect_small (rig, 2, 400, 401);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- No end ---- */

static GstPadProbeReturn
fail_strip (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;

  return GST_PAD_PROBE_HANDLED;
}

/* An error of downstream stays one, also if the stream has ended before. */
GST_START_TEST (error_after_an_end)
{
  TestRig *rig = rig_new (TEST_BY_POLICY, 1);
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");
  guint i;

  if (__i__ == 1) {
    test_rig_push (rig, 1, 201, 1);
    end (rig, TEST_BY_POLICY);
    flush (rig);
  }
  gst_pad_add_probe (srcpad, GST_PAD_PROBE_TYPE_BUFFER, fail_strip, NULL, NULL);
  for (i = 0; i < 2; i++)
    test_rig_push (rig, i, 400 + i, 1);
  test_wait_until (is_over (rig));
  for (i = 0; i < 2; i++)
    fail_unless_equals_int (test_rig_offer (rig, i,
            test_frame_new_small (300, 0, 0), 2), GST_FLOW_ERROR);
  gst_object_unref (srcpad);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (after_end)
{
  tcase_add_loop_test (tc, frames_behind_caps, 0, TEST_N_WAYS);
  tcase_add_loop_test (tc, upstream_that_waits_behind_caps, 0, TEST_N_WAYS);
  tcase_add_loop_test (tc, query_behind_a_frame, 0, TEST_N_WAYS);
  tcase_add_loop_test (tc, next_stream, 0, 2);
  tcase_add_loop_test (tc, next_stream_in_a_live_pipeline, 0, 2);
  tcase_add_test (tc, source_begins_after_the_end);
  tcase_add_loop_test (tc, new_pad, 0, TEST_N_WAYS);
  tcase_add_loop_test (tc, new_pad_and_a_start, 0, 2);
  tcase_add_test (tc, flush_of_a_pad_in_the_end);
  tcase_add_test (tc, flush_of_a_pad_after_the_end);
  tcase_add_loop_test (tc, error_after_an_end, 0, 2);
}
