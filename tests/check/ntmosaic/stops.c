/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A stop frees the upstreams of all pads at once, and not one after the
 * other. */

#include "rig/rig.h"

typedef struct
{
  GstHarness *input;
  GThread *thread;
  gint n_pushed;                /* atomic */
  gint is_home;                 /* atomic */
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

TEST_CASES (stops)
{
  tcase_add_loop_test (tc, stop_frees_all_upstreams_at_once, 0, 3);
}
