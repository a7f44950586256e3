/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pads that run ahead of the strip: as far as they may, never where something
 * is live, without an effect on the latency. A flush, a stop or a release ends
 * every wait. */

#include "rig/rig.h"

#define WIDTH 8
#define HEIGHT 4

/* A thread that pushes frames to an input until a push fails. */
typedef struct
{
  GstHarness *input;
  GThread *thread;
  guint first;                  /* the number of its first frame */
  gboolean time_stands;         /* all frames have its timestamp */

  GMutex lock;
  GCond pushed;
  guint n_pushed;               /* frames that the pad took */
  GstFlowReturn flow;           /* of the push that failed */
} Pusher;

static gpointer
push_frames (gpointer data)
{
  Pusher *p = data;
  GstFlowReturn flow;
  guint n = p->first;

  do {
    const GstClockTime pts = (p->time_stands ? p->first : n) * TEST_FRAME_TIME;

    flow = gst_harness_push (p->input, test_frame_new_timed (WIDTH, HEIGHT, n,
            pts, TEST_FRAME_TIME));
    n++;
    g_mutex_lock (&p->lock);
    p->flow = flow;
    p->n_pushed += flow == GST_FLOW_OK;
    g_cond_signal (&p->pushed);
    g_mutex_unlock (&p->lock);
  } while (flow == GST_FLOW_OK);

  return NULL;
}

static void
pusher_start (Pusher * p, GstHarness * input, guint first)
{
  p->input = input;
  p->first = first;
  p->n_pushed = 0;
  g_mutex_init (&p->lock);
  g_cond_init (&p->pushed);
  p->thread = g_thread_new ("pusher", push_frames, p);
}

static void
pusher_wait_for (Pusher * p, guint n_frames)
{
  const gint64 end = g_get_monotonic_time () + TEST_PATIENCE / GST_USECOND;

  g_mutex_lock (&p->lock);
  while (p->n_pushed < n_frames)
    if (!g_cond_wait_until (&p->pushed, &p->lock, end))
      fail ("only %u of %u frames were taken", p->n_pushed, n_frames);
  g_mutex_unlock (&p->lock);
}

/* Returns how many frames the pad took in all. */
static guint
pusher_end (Pusher * p)
{
  g_thread_join (p->thread);
  fail_unless (p->flow == GST_FLOW_FLUSHING || p->flow == GST_FLOW_NOT_LINKED
      || p->flow == GST_FLOW_ERROR);
  g_cond_clear (&p->pushed);
  g_mutex_clear (&p->lock);

  return p->n_pushed;
}

static const TestTile tiles[] = { {WIDTH, HEIGHT, 0}, {WIDTH, HEIGHT, 0} };

/* Two inputs that have made a first strip: only then the element knows how far
 * they may run ahead. */
static TestRig *
new_rig (gint frames_ahead)
{
  const TestStrip strip = { tiles, G_N_ELEMENTS (tiles), HEIGHT, "top", 0 };
  TestRig *rig = test_rig_new (strip.n_tiles);

  g_object_set (rig->element, "frames-ahead", frames_ahead, "background-color",
      strip.background, NULL);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);

  return rig;
}

static void
flush_start (GstHarness * input)
{
  test_input_push_event (input, gst_event_new_flush_start ());
}

typedef struct
{
  gint frames_ahead;
  guint least;
  guint most;
} Room;

/* The next frame may be in the queue, or already out of it. */
static const Room rooms[] = {
  {0, 1, 1}, {1, 1, 1}, {2, 1, 2}, {3, 2, 3}, {8, 7, 8}, {20, 19, 20},
  {-1, 7, 8},
};

/* One input is silent, so the other fills its queue. */
GST_START_TEST (pads_run_as_far_ahead_as_they_may)
{
  const Room *room = &rooms[__i__];
  TestRig *rig = new_rig (room->frames_ahead);
  Pusher p = { 0, };
  guint n;

  pusher_start (&p, test_rig_input (rig, 0), 1);
  pusher_wait_for (&p, room->least);
  flush_start (test_rig_input (rig, 0));
  n = pusher_end (&p);
  fail_unless (n >= room->least && n <= room->most, "%u frames", n);
  test_rig_free (rig);
}

GST_END_TEST;

/* Tiles of more than 32 KiB on average. */
GST_START_TEST (large_frames_are_not_run_ahead_of)
{
  const TestTile large[] = { {256, 128, 0}, {WIDTH, HEIGHT, 0} };
  const TestStrip strip = { large, G_N_ELEMENTS (large), 128, "top", 0 };
  TestRig *rig = test_rig_new (strip.n_tiles);
  Pusher p = { 0, };

  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_send (rig, &strip);
  test_rig_skip (rig);

  pusher_start (&p, test_rig_input (rig, 1), 1);
  pusher_wait_for (&p, 1);
  flush_start (test_rig_input (rig, 1));
  fail_unless_equals_int (pusher_end (&p), 1);
  test_rig_free (rig);
}

GST_END_TEST;

static GstClockTime
query_latency (TestRig * rig, gboolean * live)
{
  GstQuery *query = gst_query_new_latency ();
  GstClockTime min;

  fail_unless (gst_pad_peer_query (rig->out->sinkpad, query));
  gst_query_parse_latency (query, live, &min, NULL);
  gst_query_unref (query);

  return min;
}

/* From the next strip on. */
static void
make_live (TestRig * rig)
{
  const TestStrip strip = { tiles, G_N_ELEMENTS (tiles), HEIGHT, "top", 0 };
  gboolean live;
  guint i;

  for (i = 0; i < strip.n_tiles; i++)
    gst_harness_set_live (test_rig_input (rig, i), TRUE);
  query_latency (rig, &live);
  fail_unless (live);
  test_rig_send (rig, &strip);
  test_rig_skip (rig);
}

static const struct
{
  guint frames_ahead;
  gboolean live;
  GstClockTime latency;
} stands[] = {
  {8, FALSE, 0},
  {8, FALSE, GST_SECOND},
  {1, FALSE, GST_SECOND},
  {1, TRUE, GST_SECOND},
};

/* The base class limits time, and would take such frames for ever. All pushers
 * wait side by side. The sleep gives the element the time to take a frame too
 * many; on a busy machine it shows less, but the test doesn't fail. */
GST_START_TEST (frames_of_one_time_are_no_more)
{
  TestRig *rigs[G_N_ELEMENTS (stands)];
  Pusher pushers[G_N_ELEMENTS (stands)];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (stands); i++) {
    rigs[i] = new_rig (stands[i].frames_ahead);
    g_object_set (rigs[i]->element, "latency", stands[i].latency, NULL);
    if (stands[i].live)
      make_live (rigs[i]);
    pushers[i] = (Pusher) {.time_stands = TRUE };
    pusher_start (&pushers[i], test_rig_input (rigs[i], 0), 2);
  }
  for (i = 0; i < G_N_ELEMENTS (stands); i++)
    pusher_wait_for (&pushers[i], MAX (stands[i].frames_ahead - 1, 1));
  g_usleep (2500 * G_TIME_SPAN_MILLISECOND);
  for (i = 0; i < G_N_ELEMENTS (stands); i++) {
    guint n;

    flush_start (test_rig_input (rigs[i], 0));
    n = pusher_end (&pushers[i]);
    fail_unless (n <= stands[i].frames_ahead + 2, "%u: %u frames", i, n);
    test_rig_free (rigs[i]);
  }
}

GST_END_TEST;

/* Both run ahead, and every strip has the frames that belong together. */
GST_START_TEST (strips_are_whole)
{
  TestRig *rig = new_rig (-1);
  Pusher pushers[2] = { {NULL,}, };
  guint n;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (pushers); i++)
    pusher_start (&pushers[i], test_rig_input (rig, i), 1);
  for (n = 1; n < 200; n++) {
    const TestTile both[] = { {WIDTH, HEIGHT, n}, {WIDTH, HEIGHT, n} };
    const TestStrip strip = { both, G_N_ELEMENTS (both), HEIGHT, "top", 0 };

    test_rig_expect (rig, &strip);
  }
  fail_unless_equals_int (gst_element_set_state (rig->element, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  for (i = 0; i < G_N_ELEMENTS (pushers); i++)
    pusher_end (&pushers[i]);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- An end to waiting ---- */

/* One input is silent, and upstream of the other waits: for its turn, or
 * because its frames all have the same time. */
static TestRig *
new_full_rig (Pusher * p)
{
  TestRig *rig = new_rig (8);

  if (p->time_stands)
    g_object_set (rig->element, "latency", GST_SECOND, NULL);
  pusher_start (p, test_rig_input (rig, 0), 1);
  pusher_wait_for (p, p->time_stands ? 8 : 7);

  return rig;
}

GST_START_TEST (stop_ends_waiting)
{
  Pusher p = {.time_stands = __i__ };
  TestRig *rig = new_full_rig (&p);

  fail_unless_equals_int (gst_element_set_state (rig->element,
          GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  pusher_end (&p);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (release_ends_waiting)
{
  Pusher p = {.time_stands = __i__ };
  TestRig *rig = new_full_rig (&p);
  GstPad *pad = gst_element_get_static_pad (rig->element, "sink_0");

  gst_element_release_request_pad (rig->element, pad);
  pusher_end (&p);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

static GstPadProbeReturn
fail_push (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;

  return GST_PAD_PROBE_HANDLED;
}

/* The base class drops the queue, and the streaming thread takes nothing out of
 * it. */
GST_START_TEST (error_ends_waiting)
{
  Pusher p = {.time_stands = __i__ };
  TestRig *rig = new_full_rig (&p);
  GstPad *pad = gst_element_get_static_pad (rig->element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, fail_push, NULL, NULL);
  gst_harness_push (test_rig_input (rig, 1), test_frame_new_timed (WIDTH,
          HEIGHT, 1, TEST_FRAME_TIME, TEST_FRAME_TIME));
  pusher_end (&p);
  fail_unless_equals_int (p.flow, GST_FLOW_ERROR);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* After a flush, pads run ahead again. */
GST_START_TEST (flush_starts_anew)
{
  TestRig *rig = new_rig (8);
  GstHarness *input = test_rig_input (rig, 0);
  GstSegment segment;
  Pusher p = { 0, };
  guint i;

  for (i = 0; i < 3; i++) {
    pusher_start (&p, input, i == 0);
    pusher_wait_for (&p, 7);
    flush_start (input);
    fail_unless (pusher_end (&p) <= 8);
    gst_segment_init (&segment, GST_FORMAT_TIME);
    test_input_push_event (input, gst_event_new_flush_stop (TRUE));
    test_input_push_event (input, gst_event_new_segment (&segment));
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Latency ---- */

GST_START_TEST (latency_is_that_of_the_user)
{
  const GstClockTime wanted[] = { 0, GST_MSECOND, 3 * GST_SECOND };
  GstClockTime latency;
  gboolean live;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (wanted); i++) {
    TestRig *rig = new_rig (8);

    g_object_set (rig->element, "latency", wanted[i], NULL);
    g_object_get (rig->element, "latency", &latency, NULL);
    fail_unless_equals_uint64 (latency, wanted[i]);
    fail_unless_equals_uint64 (query_latency (rig, &live),
        TEST_FRAME_TIME + wanted[i]);
    fail_if (live);
    test_rig_free (rig);
  }
}

GST_END_TEST;

/* What the base class lets a pad queue. */
static GstClockTime
get_base_latency (GstElement * element)
{
  GObjectClass *base = g_type_class_peek (GST_TYPE_AGGREGATOR);
  GParamSpec *pspec = g_object_class_find_property (base, "latency");
  GValue value = G_VALUE_INIT;
  GstClockTime latency;

  g_value_init (&value, G_TYPE_UINT64);
  base->get_property (G_OBJECT (element), pspec->param_id, &value, pspec);
  latency = g_value_get_uint64 (&value);
  g_value_unset (&value);

  return latency;
}

/* Strips of stills have no duration. */
GST_START_TEST (stills_do_not_run_ahead)
{
  TestRig *rig = new_rig (8);
  guint i;

  fail_unless (get_base_latency (rig->element) > 0);
  for (i = 0; i < G_N_ELEMENTS (tiles); i++) {
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA", WIDTH, HEIGHT, 0,
        1);
    test_input_push (test_rig_input (rig, i), test_frame_new_timed (WIDTH,
            HEIGHT, 0, TEST_FRAME_TIME, TEST_FRAME_TIME));
  }
  test_rig_skip (rig);
  fail_unless_equals_uint64 (get_base_latency (rig->element), 0);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (nothing_runs_ahead_live)
{
  TestRig *rig = new_rig (8);
  gboolean live;

  fail_unless (get_base_latency (rig->element) > 0);
  g_object_set (rig->element, "latency", GST_MSECOND, NULL);
  make_live (rig);
  fail_unless_equals_uint64 (get_base_latency (rig->element), GST_MSECOND);
  /* What the base class waits for frames that are late. */
  fail_unless_equals_uint64 (gst_aggregator_get_latency (GST_AGGREGATOR
          (rig->element)), TEST_FRAME_TIME + GST_MSECOND);
  fail_unless_equals_uint64 (query_latency (rig, &live),
      TEST_FRAME_TIME + GST_MSECOND);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (ahead)
{
  tcase_add_loop_test (tc, pads_run_as_far_ahead_as_they_may, 0,
      G_N_ELEMENTS (rooms));
  tcase_add_test (tc, large_frames_are_not_run_ahead_of);
  tcase_add_test (tc, frames_of_one_time_are_no_more);
  tcase_add_test (tc, strips_are_whole);
  tcase_add_loop_test (tc, stop_ends_waiting, FALSE, TRUE + 1);
  tcase_add_loop_test (tc, release_ends_waiting, FALSE, TRUE + 1);
  tcase_add_loop_test (tc, error_ends_waiting, FALSE, TRUE + 1);
  tcase_add_test (tc, flush_starts_anew);
  tcase_add_test (tc, latency_is_that_of_the_user);
  tcase_add_test (tc, stills_do_not_run_ahead);
  tcase_add_test (tc, nothing_runs_ahead_live);
}
