/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Flushes at bad moments: while the element stops, while a pad joins, while the
 * element asks downstream for memory; and flushes that don't reach all pads.
 * The element goes on. */

#include "rig/rig.h"

/* Sends frame @n to all inputs, and expects their strip. */
static void
check_strip (TestRig * rig, guint n)
{
  TestTile tiles[3];
  const TestStrip strip = { tiles, rig->inputs->len, TEST_TILE_HEIGHT, "top",
    BLACK
  };
  guint i;

  for (i = 0; i < rig->inputs->len; i++) {
    tiles[i] = (TestTile) { TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      100 * (i + 1) + n
    };
    test_rig_push (rig, i, tiles[i].seed, n);
  }
  test_rig_expect (rig, &strip);
}

/* ---- Stopping ---- */

/* The element started long ago: each strip is due. */
static TestRig *
overdue_rig_new (void)
{
  GstClock *clock = gst_system_clock_obtain ();
  TestRig *rig = test_rig_new_live (TRUE);
  guint i;

  gst_harness_set_drop_buffers (rig->out, TRUE);
  gst_harness_use_systemclock (rig->out);
  gst_element_set_base_time (rig->element, gst_clock_get_time (clock)
      - MIN (gst_clock_get_time (clock), 1000 * GST_SECOND));
  gst_object_unref (clock);
  for (i = 0; i < 2; i++) {
    test_input_set_small_caps (test_rig_add (rig, "sink_%u"));
    test_rig_push (rig, i, 100 + i, 0);
  }

  return rig;
}

/* In the order of the base class, which stops the src pad first; then the end
 * of upstream's flush would start it once more. The moment of the stop
 * varies. */
GST_START_TEST (stopping_while_upstream_flushes)
{
  guint round;

  for (round = 0; round < 60; round++) {
    const guint32 seqnum = gst_util_seqnum_next ();
    TestRig *rig = overdue_rig_new ();
    GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");
    guint64 n_allocated;
    guint i;

    test_wait_until (test_get_stat (rig->element, "strips") >= 2);
    fail_unless (gst_pad_set_active (srcpad, FALSE));
    n_allocated = test_get_stat (rig->element, "strips-allocated");

    /* In half of the rounds, the element negotiates once more. */
    if (round % 2)
      gst_pad_mark_reconfigure (srcpad);
    for (i = 0; i < 2; i++)
      test_input_begin_flush (test_rig_input (rig, i), seqnum);
    for (i = 0; i < 2; i++)
      test_input_end_flush (test_rig_input (rig, i), seqnum);
    g_usleep (round % 4 * 100);
    fail_unless_equals_int (gst_element_set_state (rig->element,
            GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
    test_expect_stat (rig, "strips-allocated", n_allocated);
    gst_object_unref (srcpad);
    test_rig_free (rig);
  }
}

GST_END_TEST;

/* ---- Pads that a flush does not reach ---- */

/* Between the first FLUSH_START and the last FLUSH_STOP. */
GST_START_TEST (pad_joins_in_a_flush)
{
  const guint n_pads = 1 + __i__ / 3;
  const guint moment = __i__ % 3;
  TestRig *rig = test_rig_new_small (n_pads);
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  check_strip (rig, 0);
  for (i = 0; i < n_pads; i++) {
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
    if (moment == 0 && i == 0)
      test_rig_add (rig, "sink_9");
  }
  if (moment == 1)
    test_rig_add (rig, "sink_9");
  for (i = 0; i < n_pads; i++) {
    if (moment == 2 && i + 1 == n_pads)
      test_rig_add (rig, "sink_9");
    test_input_end_flush (test_rig_input (rig, i), seqnum);
    test_input_push_segment (test_rig_input (rig, i), 0);
  }
  test_input_set_small_caps (test_rig_input (rig, n_pads));
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (pad_joins_in_a_seek)
{
  TestRig *rig = test_rig_new_small (2);
  guint32 seqnum;
  guint i;

  check_strip (rig, 0);
  seqnum = test_rig_begin_seek (rig);
  if (__i__ == 0)
    test_rig_add (rig, "sink_9");
  test_input_flush (test_rig_input (rig, 0), seqnum);
  if (__i__ == 1)
    test_rig_add (rig, "sink_9");
  test_input_flush (test_rig_input (rig, 1), seqnum);
  test_input_set_small_caps (test_rig_input (rig, 2));
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

/* An application's seek comes through each of its sinks, and sources may get it
 * first through a sink that is not behind the strip (1). The second seek does
 * nothing, and a pad that the application requests then needs no flush. */
GST_START_TEST (seek_that_comes_twice)
{
  TestRig *rig = test_rig_new_small (2);
  GstEvent *seek = gst_event_new_seek (1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);
  guint i;

  check_strip (rig, 0);
  if (__i__ == 0)
    fail_unless (gst_harness_push_upstream_event (rig->out,
            gst_event_ref (seek)));
  for (i = 0; i < 2; i++)
    test_input_flush (test_rig_input (rig, i), gst_event_get_seqnum (seek));
  check_strip (rig, 0);
  check_strip (rig, 1);
  fail_unless (gst_harness_push_upstream_event (rig->out, seek));
  check_strip (rig, 2);

  test_rig_add (rig, "sink_9");
  test_input_set_small_caps (test_rig_input (rig, 2));
  for (i = 3; i < 6; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

/* Upstream accepts the seek, does not flush, and flushes later for another
 * reason. A pad that the application requests in that flush is part of it. */
GST_START_TEST (pad_joins_after_a_seek_without_flush)
{
  const guint n_pads = 1 + __i__;
  TestRig *rig = test_rig_new_small (n_pads);
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  check_strip (rig, 0);
  test_rig_begin_seek (rig);
  for (i = 0; i < n_pads; i++)
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
  test_rig_add (rig, "sink_9");
  for (i = 0; i < n_pads; i++) {
    test_input_end_flush (test_rig_input (rig, i), seqnum);
    test_input_push_segment (test_rig_input (rig, i), 0);
  }
  test_input_set_small_caps (test_rig_input (rig, n_pads));
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

/* Flushes the first of two inputs: with a seek, which has not reached the
 * second one yet, or with a flush that the second one is in the middle of.
 * Returns the seqnum. */
static guint32
flush_first (TestRig * rig, gboolean is_seek)
{
  guint32 seqnum;

  if (is_seek) {
    seqnum = test_rig_begin_seek (rig);
  } else {
    seqnum = gst_util_seqnum_next ();
    test_input_begin_flush (test_rig_input (rig, 1), seqnum);
  }
  test_input_flush (test_rig_input (rig, 0), seqnum);

  return seqnum;
}

/* A source flushes for a reason of its own when the seek, or the flush of all
 * sources, has been through its pad and not through all pads: the strips go on
 * all the same. */
GST_START_TEST (own_flush_in_a_flush)
{
  TestRig *rig = test_rig_new_small (2);
  guint32 seqnum;
  guint i;

  check_strip (rig, 0);
  seqnum = flush_first (rig, __i__ == 0);
  test_input_flush (test_rig_input (rig, 0), gst_util_seqnum_next ());
  if (__i__ == 0)
    test_input_begin_flush (test_rig_input (rig, 1), seqnum);
  test_input_end_flush (test_rig_input (rig, 1), seqnum);
  test_input_push_segment (test_rig_input (rig, 1), 0);
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

/* The same source comes back, and GStreamer does not send its segment again. In
 * the second round, an event and a frame behind it wait in the base class'
 * queue: the seek drops them. */
GST_START_TEST (unlinked_in_a_seek)
{
  TestRig *rig = test_rig_new_small (2);
  GstHarness *input = test_rig_input (rig, 1);
  GstPad *pad = gst_pad_get_peer (input->srcpad);
  guint i;

  g_object_set (rig->element, "latency", (guint64) GST_SECOND, NULL);
  check_strip (rig, 0);
  if (__i__ == 1) {
    test_rig_push (rig, 1, 998, 1);
    test_input_push_event (input,
        gst_event_new_tag (gst_tag_list_new_empty ()));
    test_rig_push (rig, 1, 999, 2);
  }
  fail_unless (gst_pad_unlink (input->srcpad, pad));
  test_input_flush (test_rig_input (rig, 0), test_rig_begin_seek (rig));
  fail_unless_equals_int (gst_pad_link (input->srcpad, pad), GST_PAD_LINK_OK);
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* The application itself ended the pad: it stays at EOS. */
GST_START_TEST (seek_with_an_unlinked_pad)
{
  TestRig *rig = test_rig_new_small (1);
  GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_9");
  guint32 seqnum;
  guint i;

  fail_unless (gst_pad_send_event (pad, gst_event_new_stream_start ("none")));
  fail_unless (gst_pad_send_event (pad, gst_event_new_eos ()));
  check_strip (rig, 0);
  for (i = 0; i < 3; i++) {
    seqnum = test_rig_begin_seek (rig);
    test_input_flush (test_rig_input (rig, 0), seqnum);
    check_strip (rig, 0);
    check_strip (rig, 1);
  }
  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* Its EOS waits in the base class' queue, behind a frame. */
GST_START_TEST (unlinked_after_its_end_in_a_seek)
{
  TestRig *rig = test_rig_new_small (2);
  GstHarness *input = test_rig_input (rig, 1);
  GstPad *pad = gst_pad_get_peer (input->srcpad);
  TestTile tiles[] = {
    {TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 0}, {TEST_TILE_WIDTH, 0, 0}
  };
  const TestStrip strip = { tiles, 2, TEST_TILE_HEIGHT, "top", BLACK };
  guint i;

  check_strip (rig, 0);
  test_rig_push (rig, 1, 999, 1);
  test_input_end (input);
  fail_unless (gst_pad_unlink (input->srcpad, pad));
  test_input_flush (test_rig_input (rig, 0), test_rig_begin_seek (rig));
  for (i = 0; i < 3; i++) {
    tiles[0].seed = 100 + i;
    test_rig_push (rig, 0, tiles[0].seed, i);
    test_rig_expect (rig, &strip);
  }
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* A flush of one pad is no seek: another pad goes on showing its frame. */
GST_START_TEST (flush_of_one_pad_leaves_an_unlinked_one)
{
  TestRig *rig = test_rig_new_small (1);
  GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_9");
  GstCaps *caps = test_caps_new ("RGBA", TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      TEST_FPS, 1);
  const guint32 seqnum = gst_util_seqnum_next ();
  GstSegment segment;

  g_object_set (pad, "repeat-after-eos", TRUE, NULL);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_send_event (pad, gst_event_new_stream_start ("none"));
  gst_pad_send_event (pad, gst_event_new_caps (caps));
  gst_pad_send_event (pad, gst_event_new_segment (&segment));
  fail_unless_equals_int (gst_pad_chain (pad, test_frame_new_small (999, 0,
              TEST_STEP)), GST_FLOW_OK);
  gst_pad_send_event (pad, gst_event_new_eos ());
  test_rig_push (rig, 0, 100, 0);
  test_rig_skip (rig);

  test_input_flush (test_rig_input (rig, 0), seqnum);
  test_rig_push (rig, 0, 101, 1);
  test_rig_expect_small (rig, 2, 101, 999);
  gst_caps_unref (caps);
  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* The last pad without a FLUSH_STOP goes, or the last pad of all. */
GST_START_TEST (pad_leaves_in_a_flush)
{
  const guint n_pads = 1 + __i__ / 2;
  TestRig *rig = test_rig_new_small (n_pads);
  guint32 seqnum;
  guint i;

  check_strip (rig, 0);
  if (__i__ % 2) {
    seqnum = test_rig_begin_seek (rig);
  } else {
    seqnum = gst_util_seqnum_next ();
    for (i = 0; i < n_pads; i++)
      test_input_begin_flush (test_rig_input (rig, i), seqnum);
  }
  for (i = 0; i + 1 < n_pads; i++) {
    if (__i__ % 2)
      test_input_begin_flush (test_rig_input (rig, i), seqnum);
    test_input_end_flush (test_rig_input (rig, i), seqnum);
    test_input_push_segment (test_rig_input (rig, i), 0);
  }
  test_rig_remove (rig, test_rig_input (rig, n_pads - 1));
  if (n_pads == 1) {
    test_rig_add (rig, "sink_9");
    test_input_set_small_caps (test_rig_input (rig, 0));
  }
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

static gpointer
push_frames (gpointer data)
{
  guint n;

  for (n = 0; n < 4; n++)
    test_input_send (data, 100 + n, n);

  return NULL;
}

/* The same while upstream of another pad has sent its frames already, and waits
 * until strips are made. */
GST_START_TEST (pad_leaves_while_upstream_waits)
{
  TestRig *rig = test_rig_new_small (2);
  GThread *upstream;
  guint64 before;
  guint n;

  g_object_set (rig->element, "frames-ahead", 0, NULL);
  check_strip (rig, 0);
  flush_first (rig, __i__ == 0);
  before = test_input_count_frames (test_rig_input (rig, 0));
  upstream = g_thread_new ("upstream", push_frames, test_rig_input (rig, 0));
  test_wait_until (test_input_count_frames (test_rig_input (rig, 0)) == before
      + 2);
  test_rig_remove (rig, test_rig_input (rig, 1));
  for (n = 0; n < 4; n++)
    test_rig_expect_small (rig, 1, 100 + n);
  g_thread_join (upstream);
  test_rig_free (rig);
}

GST_END_TEST;

/* A seek that no source has carried out is over when the element stops: a pad
 * that joins or leaves after that does not start the streaming thread. */
GST_START_TEST (pads_change_after_a_stop)
{
  TestRig *rig = test_rig_new_small (2);
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");

  check_strip (rig, 0);
  test_rig_begin_seek (rig);
  fail_unless_equals_int (gst_element_set_state (rig->element,
          GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  if (__i__ == 0) {
    test_rig_remove (rig, test_rig_input (rig, 1));
  } else {
    GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_9");

    test_rig_remove (rig, test_rig_input (rig, 1));
    test_rig_remove (rig, test_rig_input (rig, 0));
    gst_element_release_request_pad (rig->element, pad);
    gst_object_unref (pad);
  }
  fail_unless_equals_int (gst_pad_get_task_state (srcpad), GST_TASK_STOPPED);
  gst_object_unref (srcpad);
  test_rig_free (rig);
}

GST_END_TEST;

/* A pad joins, and then the last pad without a FLUSH_STOP goes. */
GST_START_TEST (pad_joins_before_another_leaves)
{
  TestRig *rig = test_rig_new_small (2);
  guint i;

  check_strip (rig, 0);
  flush_first (rig, __i__ == 0);
  test_rig_add (rig, "sink_9");
  test_input_set_small_caps (test_rig_input (rig, 2));
  test_rig_remove (rig, test_rig_input (rig, 1));
  for (i = 0; i < 3; i++)
    check_strip (rig, i);
  test_rig_free (rig);
}

GST_END_TEST;

static gboolean
answer_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_SEEKING)
    return gst_pad_query_default (pad, parent, query);

  gst_query_set_seeking (query, GST_FORMAT_TIME, FALSE, 0, -1);
  return TRUE;
}

static gboolean
refuse_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gst_event_unref (event);

  return FALSE;
}

/* A source refuses the seek, and the strips go on where they were. */
GST_START_TEST (seek_that_a_source_refuses)
{
  TestRig *rig = test_rig_new_small (2);
  GstPad *camera = test_rig_input (rig, 1)->srcpad;
  GstEvent *seek = gst_event_new_seek (1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);

  gst_pad_set_query_function (camera, answer_query);
  gst_pad_set_event_function (camera, refuse_event);
  check_strip (rig, 0);
  fail_if (gst_harness_push_upstream_event (rig->out, seek));
  check_strip (rig, 1);
  check_strip (rig, 2);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Negotiation ---- */

typedef struct
{
  gint is_asked;                /* atomic */
  GstPad *srcpad;
} Moment;

/* Returns only when the flush has begun. */
static GstPadProbeReturn
wait_for_flush (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Moment *moment = data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  g_atomic_int_set (&moment->is_asked, TRUE);
  test_wait_until (GST_PAD_IS_FLUSHING (moment->srcpad));

  return GST_PAD_PROBE_REMOVE;
}

/* After the flush, the element asks downstream for memory again. */
GST_START_TEST (flush_while_downstream_is_asked)
{
  TestRig *rig = test_rig_new_small (1);
  GstHarness *input = test_rig_input (rig, 0);
  const guint32 seqnum = gst_util_seqnum_next ();
  Moment moment = { FALSE, gst_element_get_static_pad (rig->element, "src") };
  guint i;

  gst_harness_add_propose_allocation_meta (rig->out, GST_VIDEO_META_API_TYPE,
      NULL);
  gst_pad_add_probe (moment.srcpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      wait_for_flush, &moment, NULL);
  test_rig_push (rig, 0, 900, 0);
  test_wait_until (g_atomic_int_get (&moment.is_asked));
  test_input_flush (input, seqnum);

  for (i = 0; i < 2; i++) {
    GstBuffer *strip;

    test_rig_push (rig, 0, 100 + i, i);
    strip = test_rig_pull (rig, NULL);
    fail_unless (gst_buffer_get_video_meta (strip) != NULL);
    gst_buffer_unref (strip);
  }
  gst_object_unref (moment.srcpad);
  test_rig_free (rig);
}

GST_END_TEST;

static GstPadProbeReturn
flush_at_caps (GstPad * pad, GstPadProbeInfo * info, gpointer input)
{
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;

  test_input_flush (input, gst_util_seqnum_next ());

  return GST_PAD_PROBE_REMOVE;
}

/* The base class has looked at the next frame of a pad, for strip 3, when the
 * element negotiates because of another pad. */
GST_START_TEST (flush_of_one_pad_while_another_negotiates)
{
  TestRig *rig = test_rig_new_small (2);
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");
  const guint width = TEST_TILE_WIDTH + 1;
  TestTile tiles[] = {
    {width, TEST_TILE_HEIGHT, 101}, {TEST_TILE_WIDTH, 0, 0}
  };
  const TestStrip strip = { tiles, 2, TEST_TILE_HEIGHT, "top", BLACK };
  guint n;

  check_strip (rig, 0);
  gst_pad_add_probe (srcpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      flush_at_caps, test_rig_input (rig, 1), NULL);
  test_input_set_caps_full (test_rig_input (rig, 0), "RGBA", width,
      TEST_TILE_HEIGHT, TEST_FPS, 1);
  test_rig_push (rig, 1, 999, 3);
  test_rig_push (rig, 0, 101, 1);
  test_rig_expect (rig, &strip);

  test_input_push_segment (test_rig_input (rig, 1), 0);
  tiles[1].height = TEST_TILE_HEIGHT;
  for (n = 2; n < 6; n++) {
    tiles[0].seed = 100 + n;
    tiles[1].seed = 200 + n;
    test_rig_push (rig, 0, tiles[0].seed, n);
    test_rig_push (rig, 1, tiles[1].seed, n);
    test_rig_expect (rig, &strip);
  }
  gst_object_unref (srcpad);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (flush_races)
{
  tcase_add_test (tc, stopping_while_upstream_flushes);
  tcase_add_loop_test (tc, pad_joins_in_a_flush, 0, 6);
  tcase_add_loop_test (tc, pad_joins_in_a_seek, 0, 2);
  tcase_add_loop_test (tc, seek_that_comes_twice, 0, 2);
  tcase_add_loop_test (tc, pad_joins_after_a_seek_without_flush, 0, 2);
  tcase_add_loop_test (tc, own_flush_in_a_flush, 0, 2);
  tcase_add_loop_test (tc, unlinked_in_a_seek, 0, 2);
  tcase_add_test (tc, unlinked_after_its_end_in_a_seek);
  tcase_add_test (tc, seek_with_an_unlinked_pad);
  tcase_add_loop_test (tc, pad_leaves_in_a_flush, 0, 4);
  tcase_add_loop_test (tc, pad_leaves_while_upstream_waits, 0, 2);
  tcase_add_loop_test (tc, pads_change_after_a_stop, 0, 2);
  tcase_add_loop_test (tc, pad_joins_before_another_leaves, 0, 2);
  tcase_add_test (tc, seek_that_a_source_refuses);
  tcase_add_test (tc, flush_of_one_pad_leaves_an_unlinked_one);
  tcase_add_test (tc, flush_while_downstream_is_asked);
  tcase_add_test (tc, flush_of_one_pad_while_another_negotiates);
}
