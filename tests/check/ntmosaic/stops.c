/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A stop frees the upstreams of all pads at once, and not one after the other.
 * It does not wait for strips that are to be allocated. A flush that meets a
 * stop does not hold it up, and is over at the next start. */

#include "rig/rig.h"

typedef struct
{
  GstHarness *input;
  GThread *thread;
  gint n_pushed;                /* atomic */
  gint is_home;                 /* atomic */
  gint is_held;                 /* atomic */
  gint may_go;                  /* atomic: the held one */
} Upstream;

static gpointer
push_until_stopped (gpointer data)
{
  Upstream *up = data;
  GstFlowReturn flow = GST_FLOW_OK;

  while (flow == GST_FLOW_OK) {
    flow = gst_harness_push (up->input, test_frame_new_small (1,
            up->n_pushed * TEST_STEP, TEST_STEP));
    g_atomic_int_inc (&up->n_pushed);
  }
  fail_unless_equals_int (flow, GST_FLOW_FLUSHING);
  g_atomic_int_set (&up->is_home, TRUE);

  return NULL;
}

static GstPadProbeReturn
hold_upstream (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Upstream *up = data;

  g_atomic_int_set (&up->is_held, TRUE);
  test_wait_until (g_atomic_int_get (&up->may_go));

  return GST_PAD_PROBE_OK;
}

static gpointer
stop_rig (gpointer data)
{
  gst_element_set_state (((TestRig *) data)->element, GST_STATE_NULL);

  return NULL;
}

/* The upstream of pad @held is slow to leave it: in whatever order the pads are
 * stopped, all the others are free meanwhile. */
static void
check_stop (guint held)
{
  TestRig *rig = test_rig_new_small (3);
  Upstream ups[3] = { {0}, };
  GstPad *pad;
  GThread *stop;
  guint i;

  pad = gst_pad_get_peer (test_rig_input (rig, held)->srcpad);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, hold_upstream,
      &ups[held], NULL);
  for (i = 0; i < 3; i++) {
    ups[i].input = test_rig_input (rig, i);
    ups[i].thread = g_thread_new ("upstream", push_until_stopped, &ups[i]);
  }
  /* The others have frames, but none of the held pad: they come to wait. */
  for (i = 0; i < 3; i++)
    if (i != held)
      test_wait_until (g_atomic_int_get (&ups[i].n_pushed) > 0);
  stop = g_thread_new ("stop", stop_rig, rig);
  for (i = 0; i < 3; i++)
    if (i != held)
      test_wait_until (g_atomic_int_get (&ups[i].is_home));
  g_atomic_int_set (&ups[held].may_go, TRUE);
  g_thread_join (stop);
  for (i = 0; i < 3; i++)
    g_thread_join (ups[i].thread);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_START_TEST (stop_frees_all_upstreams_at_once)
{
  check_stop (__i__);
}

GST_END_TEST;

/* ---- A stop meets a negotiation ---- */

/* The pool of strips logs each strip that it has allocated. */
static void
hold_pool (GstDebugCategory * category, GstDebugLevel level,
    const gchar * file, const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer data)
{
  if (strcmp (gst_debug_category_get_name (category), "ntstrippool") == 0)
    hold_upstream (NULL, NULL, data);
}

/* The stop begins when the element has allocated the first of its strips. The
 * stop waits for no other: to touch their pages may take seconds. */
GST_START_TEST (stop_between_the_strips)
{
  TestRig *rig = test_rig_new_small (1);
  Upstream up = {.input = test_rig_input (rig, 0) };
  GThread *stop;

  gst_debug_set_active (TRUE);
  gst_debug_set_threshold_for_name ("ntstrippool", GST_LEVEL_DEBUG);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (hold_pool, &up, NULL);
  up.thread = g_thread_new ("upstream", push_until_stopped, &up);
  test_wait_until (g_atomic_int_get (&up.is_held));
  stop = g_thread_new ("stop", stop_rig, rig);
  test_wait_until (g_atomic_int_get (&up.is_home));
  g_atomic_int_set (&up.may_go, TRUE);
  g_thread_join (stop);
  g_thread_join (up.thread);
  test_expect_stat (rig, "strips-allocated", 1);
  gst_debug_remove_log_function (hold_pool);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- A stop meets a flush ---- */

typedef struct
{
  TestRig *rig;
  GstPad *srcpad;
  GThread *stop;
  gint is_stopped;              /* atomic */

  /* Streaming threads, all atomic. */
  gint n_made;
  gint n_entered;
  gint n_left;
  gint may_leave;               /* the first one waits until then */

  /* One event of upstream's flush. */
  GstEventType held;
  gint is_held;                 /* atomic */
  gint may_go;                  /* atomic: it is held until then */
} Meeting;

static GstBusSyncReply
watch_threads (GstBus * bus, GstMessage * message, gpointer data)
{
  Meeting *self = data;
  GstStreamStatusType type;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_STREAM_STATUS)
    return GST_BUS_PASS;
  gst_message_parse_stream_status (message, &type, NULL);
  if (type == GST_STREAM_STATUS_TYPE_CREATE)
    g_atomic_int_inc (&self->n_made);
  if (type == GST_STREAM_STATUS_TYPE_ENTER)
    g_atomic_int_inc (&self->n_entered);
  if (type == GST_STREAM_STATUS_TYPE_LEAVE
      && g_atomic_int_add (&self->n_left, 1) == 0)
    test_wait_until (g_atomic_int_get (&self->may_leave));

  return GST_BUS_PASS;
}

static gpointer
stop_meeting (gpointer data)
{
  Meeting *self = data;

  fail_unless_equals_int (gst_element_set_state (self->rig->element,
          GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  g_atomic_int_set (&self->is_stopped, TRUE);

  return NULL;
}

static void
check_strips (TestRig * rig)
{
  guint n;
  guint i;

  for (n = 0; n < 3; n++) {
    for (i = 0; i < rig->inputs->len; i++)
      test_rig_push (rig, i, 100 * (i + 1) + n, n);
    test_rig_expect_small (rig, rig->inputs->len, 100 + n, 200 + n);
  }
}

static void
restart (TestRig * rig, GstState state)
{
  guint i;

  test_rig_restart (rig, state);
  for (i = 0; i < rig->inputs->len; i++)
    test_input_set_small_caps (test_rig_input (rig, i));
  check_strips (rig);
}

static gpointer
flush_all (gpointer data)
{
  TestRig *rig = ((Meeting *) data)->rig;
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  for (i = 0; i < rig->inputs->len; i++)
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
  for (i = 0; i < rig->inputs->len; i++)
    test_input_end_flush (test_rig_input (rig, i), seqnum);

  return NULL;
}

static void
meet (Meeting * self, guint n_pads)
{
  *self = (Meeting) {
    .rig = test_rig_new_small (n_pads),
  };
  self->srcpad = gst_element_get_static_pad (self->rig->element, "src");
  gst_bus_set_sync_handler (self->rig->bus, watch_threads, self, NULL);
  check_strips (self->rig);
}

/* The stop comes to its end. Then the element can start again, if it
 * @restarts, and can go. */
static void
part (Meeting * self, gboolean restarts)
{
  test_wait_until (g_atomic_int_get (&self->is_stopped));
  g_thread_join (self->stop);
  fail_unless_equals_int (gst_pad_get_task_state (self->srcpad),
      GST_TASK_STOPPED);
  if (restarts)
    restart (self->rig, GST_STATE_READY);
  gst_bus_set_sync_handler (self->rig->bus, NULL, NULL, NULL);
  gst_object_unref (self->srcpad);
  test_rig_free (self->rig);
}

/* While the stop waits for the end of the streaming thread, upstream flushes
 * all pads. At the end of the flush the base class would start that thread
 * again. Upstream then sends nothing, and only the stop can end it. */
GST_START_TEST (flush_while_the_element_stops)
{
  Meeting self;

  meet (&self, 1 + __i__);
  self.stop = g_thread_new ("stop", stop_meeting, &self);
  test_wait_until (g_atomic_int_get (&self.n_left) > 0);
  flush_all (&self);
  test_wait_until (g_atomic_int_get (&self.n_entered) > 0
      || gst_pad_get_task_state (self.srcpad) == GST_TASK_STOPPED);
  g_atomic_int_set (&self.may_leave, TRUE);
  part (&self, TRUE);
}

GST_END_TEST;

static GstPadProbeReturn
hold_event (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Meeting *self = data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != self->held)
    return GST_PAD_PROBE_OK;
  g_atomic_int_set (&self->is_held, TRUE);
  test_wait_until (g_atomic_int_get (&self->may_go));

  return GST_PAD_PROBE_REMOVE;
}

static void
hold (Meeting * self, GstEventType event, GstPad * pad)
{
  self->held = event;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_FLUSH, hold_event, self,
      NULL);
}

/* The stop begins while the base class ends the flush, before it starts the
 * streaming thread. The stop waits for the lock that such a thread has. Both
 * get it in any order, so there are several rounds. */
GST_START_TEST (stop_at_the_end_of_a_flush)
{
  guint round;

  for (round = 0; round < 10; round++) {
    GThread *upstream;
    Meeting self;

    meet (&self, 1 + round % 2);
    self.may_leave = TRUE;
    hold (&self, GST_EVENT_FLUSH_STOP, self.srcpad);
    upstream = g_thread_new ("upstream", flush_all, &self);
    test_wait_until (g_atomic_int_get (&self.is_held));
    GST_PAD_STREAM_LOCK (self.srcpad);
    self.stop = g_thread_new ("stop", stop_meeting, &self);
    test_wait_until (!gst_pad_is_active (self.srcpad));
    g_atomic_int_set (&self.may_go, TRUE);
    test_wait_until (g_atomic_int_get (&self.n_made) > 0);
    GST_PAD_STREAM_UNLOCK (self.srcpad);
    g_thread_join (upstream);
    part (&self, TRUE);
  }
}

GST_END_TEST;

static gpointer
leave (gpointer data)
{
  TestRig *rig = ((Meeting *) data)->rig;

  test_rig_remove (rig, test_rig_input (rig, 1));

  return NULL;
}

/* The last pad that a flush has not left is released, which ends the flush. The
 * element is stopped before the base class starts the streaming thread. */
GST_START_TEST (stop_while_a_pad_leaves_a_flush)
{
  const guint32 seqnum = gst_util_seqnum_next ();
  GThread *application;
  Meeting self;
  guint i;

  meet (&self, 2);
  self.may_leave = TRUE;
  for (i = 0; i < 2; i++)
    test_input_begin_flush (test_rig_input (self.rig, i), seqnum);
  test_input_end_flush (test_rig_input (self.rig, 0), seqnum);
  hold (&self, GST_EVENT_FLUSH_STOP, self.srcpad);
  application = g_thread_new ("application", leave, &self);
  test_wait_until (g_atomic_int_get (&self.is_held));
  self.stop = g_thread_new ("stop", stop_meeting, &self);
  test_wait_until (g_atomic_int_get (&self.is_stopped));
  g_atomic_int_set (&self.may_go, TRUE);
  g_thread_join (application);
  part (&self, TRUE);
}

GST_END_TEST;

static gpointer
begin_flush (gpointer data)
{
  test_input_begin_flush (test_rig_input (((Meeting *) data)->rig, 0),
      gst_util_seqnum_next ());

  return NULL;
}

/* GStreamer lets a flush begin at a pad, but gives it to the element only after
 * a stop. */
GST_START_TEST (flush_after_the_stop)
{
  GThread *upstream;
  Meeting self;
  GstPad *pad;

  meet (&self, 1);
  self.may_leave = TRUE;
  pad = gst_pad_get_peer (test_rig_input (self.rig, 0)->srcpad);
  hold (&self, GST_EVENT_FLUSH_START, pad);
  gst_object_unref (pad);
  upstream = g_thread_new ("upstream", begin_flush, &self);
  test_wait_until (g_atomic_int_get (&self.is_held));
  self.stop = g_thread_new ("stop", stop_meeting, &self);
  test_wait_until (g_atomic_int_get (&self.is_stopped));
  g_atomic_int_set (&self.may_go, TRUE);
  g_thread_join (upstream);
  part (&self, __i__ == 0);
}

GST_END_TEST;

/* A flush that has begun at all pads, at one, or with a seek, is over at the
 * next start, also if upstream never ends it. */
GST_START_TEST (restart_in_a_flush)
{
  const GstState state = __i__ % 2 ? GST_STATE_READY : GST_STATE_NULL;
  const guint moment = __i__ / 2;
  const guint32 seqnum = gst_util_seqnum_next ();
  TestRig *rig = test_rig_new_small (2);
  guint i;

  check_strips (rig);
  if (moment == 2)
    test_rig_begin_seek (rig);
  for (i = 0; moment < 2 && i < 2 - moment; i++)
    test_input_begin_flush (test_rig_input (rig, i), seqnum);
  restart (rig, state);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (stops)
{
  tcase_add_loop_test (tc, stop_frees_all_upstreams_at_once, 0, 3);
  tcase_add_test (tc, stop_between_the_strips);
  tcase_add_loop_test (tc, flush_while_the_element_stops, 0, 2);
  tcase_add_test (tc, stop_at_the_end_of_a_flush);
  tcase_add_test (tc, stop_while_a_pad_leaves_a_flush);
  tcase_add_loop_test (tc, flush_after_the_stop, 0, 2);
  tcase_add_loop_test (tc, restart_in_a_flush, 0, 6);
}
