/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pace: when a strip is due, and when the stream ends. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicpace.h"

#include "gstntmosaicahead.h"
#include "gstntmosaicending.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicpad.h"
#include "gstntmosaicposition.h"
#include "gstntmosaicsilence.h"
#include "gstntmosaicstalls.h"
#include "gstntmosaicstills.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* So often in a row the element negotiates for one strip. The caps are up to
 * date then, unless downstream asks for a negotiation again and again: that
 * must not hold up the strip. */
#define MOST_NEGOTIATIONS 8

static gpointer parent_class;

/* ---- When a strip is due ---- */

/* NONE without a rate: a strip is due when each pad has a frame or is at
 * EOS. */
static GstClockTime
gst_nt_mosaic_get_next_time (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  /* The base class calls this before it waits. */
  gst_nt_mosaic_begin_waiting (self);

  if (gst_nt_mosaic_has_caps (self) && gst_nt_mosaic_has_no_rate (self))
    return GST_CLOCK_TIME_NONE;
  return gst_aggregator_simple_get_next_time (agg);
}

static GstClockTime
get_due_time (GstNtMosaic * self, GstClock * clock)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  GstClockTime next = gst_nt_mosaic_get_next_time (agg);
  GstClockTime latency = gst_aggregator_get_latency (agg);

  if (!GST_CLOCK_TIME_IS_VALID (next))
    return gst_clock_get_time (clock);
  if (!GST_CLOCK_TIME_IS_VALID (latency))
    latency = 0;

  return gst_element_get_base_time (GST_ELEMENT (self)) + next + latency;
}

/* Waits until the next strip is due. FALSE if a seek or a stop ended the wait,
 * or forbade it. */
static gboolean
wait_until_due (GstNtMosaic * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockReturn ret = GST_CLOCK_UNSCHEDULED;
  gboolean may_wait;
  GstClockID id;

  /* Before PLAYING the element has no clock: a short wait on any clock keeps
   * the streaming thread from a busy loop. */
  if (clock == NULL) {
    clock = gst_system_clock_obtain ();
    id = gst_clock_new_single_shot_id (clock, gst_clock_get_time (clock)
        + 20 * GST_MSECOND);
  } else {
    id = gst_clock_new_single_shot_id (clock, get_due_time (self, clock));
  }

  GST_OBJECT_LOCK (self);
  may_wait = !self->is_inactive && self->n_seeks == 0;
  if (may_wait)
    self->wait_id = gst_clock_id_ref (id);
  GST_OBJECT_UNLOCK (self);

  if (may_wait)
    ret = gst_clock_id_wait (id, NULL);

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->wait_id, gst_clock_id_unref);
  GST_OBJECT_UNLOCK (self);

  gst_clock_id_unref (id);
  gst_object_unref (clock);

  return ret != GST_CLOCK_UNSCHEDULED;
}

/* With the object lock held. */
static void
end_wait (GstNtMosaic * self)
{
  if (self->wait_id)
    gst_clock_id_unschedule (self->wait_id);
}

void
gst_nt_mosaic_set_active (GstNtMosaic * self, gboolean active)
{
  GST_OBJECT_LOCK (self);
  g_atomic_int_set (&self->is_inactive, !active);
  if (!active)
    end_wait (self);
  GST_OBJECT_UNLOCK (self);
}

void
gst_nt_mosaic_forbid_waiting (GstNtMosaic * self)
{
  GST_OBJECT_LOCK (self);
  self->n_seeks++;
  end_wait (self);
  GST_OBJECT_UNLOCK (self);
}

void
gst_nt_mosaic_allow_waiting (GstNtMosaic * self)
{
  GST_OBJECT_LOCK (self);
  self->n_seeks--;
  GST_OBJECT_UNLOCK (self);
}

/* What the base class waits for. With ignore-inactive-pads, it ignores pads
 * until their first data. */
typedef enum
{
  WAITS_FOR_DATA,               /* data of a pad, or for a pad */
  WAITS_FOR_FIRST,              /* the first data of any pad: it ignores all */
  WAITS_FOR_NONE,               /* nothing: each pad is at EOS or ignored, and
                                 * at least one is at EOS */
} Waits;

static Waits
find_what_is_waited_for (GstNtMosaic * self)
{
  guint n_eos = 0;
  guint n_ignored = 0;
  guint n_pads;
  GList *l;

  GST_OBJECT_LOCK (self);
  n_pads = GST_ELEMENT (self)->numsinkpads;
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    if (gst_aggregator_pad_is_eos (l->data))
      n_eos++;
    else if (gst_aggregator_pad_is_inactive (l->data))
      n_ignored++;
    else
      break;
  }
  GST_OBJECT_UNLOCK (self);

  if (n_eos + n_ignored < n_pads || n_pads == 0)
    return WAITS_FOR_DATA;

  return n_eos > 0 ? WAITS_FOR_NONE : WAITS_FOR_FIRST;
}

/* What to do in WAITS_FOR_NONE. The base class would go on for ever in three
 * cases: without a rate, with repeat-after-eos on all pads, and before any
 * caps. With force-live it would go on without waiting for the clock. */
static GstFlowReturn
handle_no_data (GstNtMosaic * self, gboolean * timeout)
{
  const gboolean caps = gst_nt_mosaic_has_caps (self);

  if (caps && gst_nt_mosaic_has_no_rate (self))
    return GST_FLOW_EOS;

  if (gst_aggregator_get_force_live (GST_AGGREGATOR (self))) {
    if (!*timeout && (!wait_until_due (self)
            || find_what_is_waited_for (self) != WAITS_FOR_NONE))
      return GST_AGGREGATOR_FLOW_NEED_DATA;
    *timeout = TRUE;
    return GST_FLOW_OK;
  }

  if (!caps || gst_nt_mosaic_all_are_over (self))
    return GST_FLOW_EOS;

  return GST_FLOW_OK;
}

/* ---- Stills without timestamps ---- */

/* The k-th still of a pad is for its k-th strip. If a still with the time of an
 * earlier strip came too late for that, the base class would drop it unseen, so
 * it gets the time of the next strip. */
static void
time_stills (GstNtMosaic * self)
{
  GList *pads;
  GList *l;

  self->strip_time = gst_nt_mosaic_find_strip_time (self);
  if (!g_atomic_int_get (&self->has_untimed))
    return;

  pads = gst_nt_mosaic_ref_pads (self);
  for (l = pads; l; l = l->next)
    gst_nt_mosaic_pad_retime_still (l->data, self->strip_time);
  g_list_free_full (pads, gst_object_unref);
}

/* ---- One strip, or none ---- */

/* A strip follows the properties that were set before it was begun. What is set
 * during its negotiation is for the next strip: an application that sets
 * properties faster than the element negotiates must not hold up the strip. */
static void
mark_new_wall (GstNtMosaic * self)
{
  if (g_atomic_int_get (&self->has_new_wall))
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));
}

/* What asked for one more negotiation, such as downstream, gets it before the
 * next strip. */
static void
put_off_negotiation (GstNtMosaic * self)
{
  if (gst_pad_check_reconfigure (GST_AGGREGATOR_SRC_PAD (self)))
    g_atomic_int_set (&self->has_new_wall, TRUE);
}

/* When the base class has taken frames with new caps, it asks for more data. It
 * negotiates and makes the strip only when that data has come. There may be no
 * more data, so the element negotiates at once and calls the base class
 * again. */
static GstFlowReturn
aggregate_settled (GstAggregator * agg, gboolean timeout)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (agg);
  guint n_negotiations = 0;
  GstFlowReturn ret;

  mark_new_wall (GST_NT_MOSAIC (agg));
  for (;;) {
    time_stills (GST_NT_MOSAIC (agg));
    ret = GST_AGGREGATOR_CLASS (parent_class)->aggregate (agg, timeout);
    if (ret != GST_AGGREGATOR_FLOW_NEED_DATA
        || !gst_pad_needs_reconfigure (srcpad))
      return ret;
    if (!gst_aggregator_negotiate (agg))
      return GST_PAD_IS_FLUSHING (srcpad) ? GST_FLOW_FLUSHING
          : GST_FLOW_NOT_NEGOTIATED;
    if (++n_negotiations >= MOST_NEGOTIATIONS)
      put_off_negotiation (GST_NT_MOSAIC (agg));
  }
}

/* Without pads, the base class' aggregate() returns EOS, and the stream would
 * end. Usually the base class waits until there is a pad before it calls
 * aggregate(), but the last pad can be released after that. */
static GstFlowReturn
aggregate_pads (GstNtMosaic * self, gboolean timeout)
{
  GstElement *element = GST_ELEMENT (self);
  GstFlowReturn ret;
  gboolean pads_changed;
  guint32 cookie;

  GST_OBJECT_LOCK (self);
  cookie = element->pads_cookie;
  GST_OBJECT_UNLOCK (self);

  gst_nt_mosaic_keep_position (self);
  self->strip_made = FALSE;
  ret = aggregate_settled (GST_AGGREGATOR (self), timeout);

  GST_OBJECT_LOCK (self);
  pads_changed = element->pads_cookie != cookie || element->numsinkpads == 0;
  GST_OBJECT_UNLOCK (self);

  if (ret == GST_FLOW_EOS && !self->strip_made && pads_changed)
    return GST_AGGREGATOR_FLOW_NEED_DATA;

  return ret;
}

void
gst_nt_mosaic_ignore_inactive_pads (GstNtMosaic * self)
{
  GstNtMosaicSettings settings;

  g_mutex_lock (&self->ignore_lock);
  gst_nt_mosaic_get_settings (self, &settings);
  gst_aggregator_set_ignore_inactive_pads (GST_AGGREGATOR (self),
      settings.ignore_inactive_pads && !self->heeds_all);
  g_mutex_unlock (&self->ignore_lock);
}

static void
heed_all (GstNtMosaic * self, gboolean heeds_all)
{
  g_mutex_lock (&self->ignore_lock);
  self->heeds_all = heeds_all;
  g_mutex_unlock (&self->ignore_lock);
  gst_nt_mosaic_ignore_inactive_pads (self);
}

/* If the base class ignores all pads, its aggregate() returns EOS. So it heeds
 * all meanwhile, even if the application sets the property just then. */
static GstFlowReturn
aggregate_before_first (GstNtMosaic * self, gboolean timeout)
{
  GstFlowReturn ret;

  heed_all (self, TRUE);
  ret = aggregate_pads (self, timeout);
  heed_all (self, FALSE);

  return ret;
}

/* Drops the frames that are not needed any more, before the streaming thread
 * waits for data or for the clock. @strip_made: whether a strip was made since
 * the last call; then tells which pads have stalled or resumed with it. */
static void
let_go_of_frames (GstNtMosaic * self, gboolean strip_made)
{
  GList *pads = gst_nt_mosaic_ref_pads (self);
  GList *l;

  for (l = pads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;
    const GstNtMosaicHas has = gst_nt_mosaic_held_let_go (&pad->held);

    if (strip_made)
      gst_nt_mosaic_check_stall (self, pad, has);
  }
  g_list_free_full (pads, gst_object_unref);
}

/* Frees memory that stood idle. To be called without locks. */
static void
age_memory (GstNtMosaic * self)
{
  if (!self->strip_made)
    return;

  self->strip_made = FALSE;
  gst_nt_frames_age (self->frames);
  gst_nt_strip_pool_age (self->strip_pool);
}

static GstFlowReturn
gst_nt_mosaic_aggregate (GstAggregator * agg, gboolean timeout)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstFlowReturn ret = GST_FLOW_OK;
  gboolean strip_made = FALSE;
  Waits waits;

  gst_nt_mosaic_end_waiting (self);
  if (g_atomic_int_get (&self->has_ended))
    return GST_FLOW_ERROR;
  if (g_atomic_int_get (&self->failed)
      || !gst_nt_mosaic_check_caps_before_data (self)) {
    g_atomic_int_set (&self->error_is_end, FALSE);
    return GST_FLOW_ERROR;
  }

  gst_nt_mosaic_check_ahead (self);
  waits = find_what_is_waited_for (self);
  if (gst_nt_mosaic_has_first_ended (self))
    ret = GST_FLOW_EOS;
  else if (waits == WAITS_FOR_NONE)
    ret = handle_no_data (self, &timeout);
  else if (gst_nt_mosaic_is_back_at_start (self))
    ret = GST_FLOW_EOS;

  if (ret == GST_FLOW_OK) {
    ret = waits == WAITS_FOR_FIRST ? aggregate_before_first (self, timeout)
        : aggregate_pads (self, timeout);
    if (ret == GST_FLOW_OK)
      gst_nt_mosaic_end_at_start (self);
    gst_nt_mosaic_explain_flow (self, ret);
    strip_made = ret == GST_FLOW_OK && self->strip_made;
    age_memory (self);
  }
  if (ret == GST_FLOW_EOS)
    return gst_nt_mosaic_end (self);

  if (ret == GST_FLOW_ERROR)
    g_atomic_int_set (&self->error_is_end, FALSE);
  let_go_of_frames (self, strip_made);
  return ret;
}

void
gst_nt_mosaic_class_init_pace (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->get_next_time = gst_nt_mosaic_get_next_time;
  agg_class->aggregate = gst_nt_mosaic_aggregate;
}
