/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pace: when a strip is due, when there are no more, and which events from
 * downstream bear on it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaic-private.h"

#include "gstntmosaicnavigation.h"
#include "gstntmosaicpad.h"

GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);
#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* ---- Backwards ---- */

static void
get_output_segment (GstAggregator * agg, GstSegment * segment)
{
  GST_OBJECT_LOCK (agg);
  *segment = GST_AGGREGATOR_PAD (agg->srcpad)->segment;
  GST_OBJECT_UNLOCK (agg);
}

/* Whether strips went backwards to the beginning of the segment. */
static gboolean
is_back_at_start (GstAggregator * agg)
{
  GstSegment segment;

  get_output_segment (agg, &segment);

  return segment.rate < 0 && segment.position == segment.start;
}

/* Backwards, the base class reckons from the stop in whole strips. Where that
 * does not come out even, the strip at the start of the segment ends nowhere,
 * and after it all begins anew. */
static void
end_at_start (GstNtMosaic * self)
{
  GstSegment *segment =
      &GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;

  if (gst_nt_mosaic_has_no_rate (self))
    return;

  GST_OBJECT_LOCK (self);
  if (segment->rate < 0 && !GST_CLOCK_TIME_IS_VALID (segment->position))
    segment->position = segment->start;
  GST_OBJECT_UNLOCK (self);
}

void
gst_nt_mosaic_set_time_of_last_backwards (GstNtMosaic * self, GstBuffer * strip)
{
  GstSegment segment;

  get_output_segment (GST_AGGREGATOR (self), &segment);
  if (segment.rate > 0 || GST_BUFFER_PTS_IS_VALID (strip)
      || gst_nt_mosaic_has_no_rate (self))
    return;

  /* NONE, the position before the first strip, is also more than the stop. */
  GST_BUFFER_PTS (strip) = segment.start;
  GST_BUFFER_DURATION (strip) =
      MIN (segment.position, segment.stop) - segment.start;
}

/* ---- After a break ---- */

void
gst_nt_mosaic_remember_time (GstNtMosaic * self, GstBuffer * strip)
{
  GST_OBJECT_LOCK (self);
  self->last_time = GST_BUFFER_PTS (strip);
  self->last_end = GST_BUFFER_DURATION_IS_VALID (strip)
      ? GST_BUFFER_PTS (strip) + GST_BUFFER_DURATION (strip)
      : GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
}

void
gst_nt_mosaic_forget_time (GstNtMosaic * self)
{
  GST_OBJECT_LOCK (self);
  self->last_time = GST_CLOCK_TIME_NONE;
  self->last_end = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
}

/* The first frame of all makes the base class go back to the start time. In live
 * pipelines strips may have been made before. */
static void
keep_position (GstNtMosaic * self)
{
  GstSegment *segment =
      &GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;

  GST_OBJECT_LOCK (self);
  if (segment->rate > 0 && GST_CLOCK_TIME_IS_VALID (segment->position)
      && GST_CLOCK_TIME_IS_VALID (self->last_end))
    segment->position = MAX (segment->position, self->last_end);
  GST_OBJECT_UNLOCK (self);
}

/* The base class has no position after a strip without a rate, and after the last
 * pad is gone. A camera that comes then would make it begin anew. */
void
gst_nt_mosaic_resume (GstNtMosaic * self, GstClockTime period)
{
  GstSegment *segment =
      &GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;

  GST_OBJECT_LOCK (self);
  if (segment->rate > 0 && !GST_CLOCK_TIME_IS_VALID (segment->position)
      && GST_CLOCK_TIME_IS_VALID (self->last_time))
    segment->position = self->last_time + period;
  GST_OBJECT_UNLOCK (self);
}

/* ---- When a strip is due ---- */

/* Without a rate there is no next time: a strip is due when every pad has a
 * frame or is at EOS. */
static GstClockTime
gst_nt_mosaic_get_next_time (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  /* The base class asks before it waits. */
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

/* Waits until the next strip is due. FALSE if stopped before. */
static gboolean
wait_until_due (GstNtMosaic * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockReturn ret = GST_CLOCK_UNSCHEDULED;
  gboolean may_wait;
  GstClockID id;

  /* Not PLAYING yet: any clock will do to keep from spinning. */
  if (clock == NULL) {
    clock = gst_system_clock_obtain ();
    id = gst_clock_new_single_shot_id (clock, gst_clock_get_time (clock)
        + 20 * GST_MSECOND);
  } else {
    id = gst_clock_new_single_shot_id (clock, get_due_time (self, clock));
  }

  GST_OBJECT_LOCK (self);
  may_wait = !self->stopping;
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

void
gst_nt_mosaic_set_stopping (GstNtMosaic * self, gboolean stopping)
{
  GST_OBJECT_LOCK (self);
  self->stopping = stopping;
  if (stopping && self->wait_id)
    gst_clock_id_unschedule (self->wait_id);
  GST_OBJECT_UNLOCK (self);
}

/* What the base class waits for. */
typedef enum
{
  WAITS_FOR_DATA,               /* of some pad, or for pads */
  WAITS_FOR_FIRST,              /* there are pads, and it ignores all of them
                                 * until their first data */
  WAITS_FOR_NONE,               /* all pads are at EOS, or ignored */
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

static gpointer
ref_pad (gconstpointer pad, gpointer unused)
{
  return gst_object_ref ((gpointer) pad);
}

/* All sink pads; references. */
static GList *
ref_pads (GstNtMosaic * self)
{
  GList *pads;

  GST_OBJECT_LOCK (self);
  pads = g_list_copy_deep (GST_ELEMENT (self)->sinkpads, ref_pad, NULL);
  GST_OBJECT_UNLOCK (self);

  return pads;
}

/* Whether what the pads at EOS showed is over. */
static gboolean
all_pads_over (GstNtMosaic * self)
{
  GstClockTime now = gst_aggregator_simple_get_next_time (GST_AGGREGATOR
      (self));
  GList *pads = ref_pads (self);
  gboolean all = TRUE;
  GList *l;

  for (l = pads; l && all; l = l->next)
    all = !gst_aggregator_pad_is_eos (l->data)
        || gst_nt_mosaic_pad_is_over (l->data, now);
  g_list_free_full (pads, gst_object_unref);

  return all;
}

/* What to do when nothing is waited for. The base class would go on for ever in
 * three cases: without a rate, with repeat-after-eos on all pads, and before any
 * caps; and with force-live it would go on without waiting for the clock. */
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

  return !caps || all_pads_over (self) ? GST_FLOW_EOS : GST_FLOW_OK;
}

/* ---- Stills without timestamps ---- */

/* The running time at which the next strip begins. */
static GstClockTime
get_strip_time (GstAggregator * agg)
{
  GstClockTime position;
  GstClockTime time;
  GstSegment segment;

  get_output_segment (agg, &segment);
  position = segment.position;
  if (segment.rate > 0) {
    if (!GST_CLOCK_TIME_IS_VALID (position) || position < segment.start)
      position = segment.start;
  } else if (!GST_CLOCK_TIME_IS_VALID (position) || position > segment.stop) {
    position = segment.stop;
  }
  time = gst_segment_to_running_time (&segment, GST_FORMAT_TIME, position);

  return GST_CLOCK_TIME_IS_VALID (time) ? time : 0;
}

/* The k-th still of a pad is for its k-th strip. The base class would take one
 * that was for the strip before, and let it go unseen. */
static void
time_stills (GstNtMosaic * self)
{
  GList *pads;
  GList *l;

  self->strip_time = get_strip_time (GST_AGGREGATOR (self));
  if (!g_atomic_int_get (&self->has_untimed))
    return;

  pads = ref_pads (self);
  for (l = pads; l; l = l->next)
    gst_nt_mosaic_pad_retime_still (l->data, self->strip_time);
  g_list_free_full (pads, gst_object_unref);
}

/* ---- One strip, or none ---- */

/* When the base class has taken frames with new caps, it asks for more data, and
 * settles the caps and makes the strip only when that has come. It may never
 * come: these may be the last. */
static GstFlowReturn
aggregate_settled (GstAggregator * agg, gboolean timeout)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (agg);
  GstFlowReturn ret;

  for (;;) {
    time_stills (GST_NT_MOSAIC (agg));
    ret = GST_AGGREGATOR_CLASS (parent_class)->aggregate (agg, timeout);
    if (ret != GST_AGGREGATOR_FLOW_NEED_DATA
        || !gst_pad_needs_reconfigure (srcpad))
      return ret;
    if (!gst_aggregator_negotiate (agg))
      return GST_PAD_IS_FLUSHING (srcpad) ? GST_FLOW_FLUSHING
          : GST_FLOW_NOT_NEGOTIATED;
  }
}

/* Without pads the base class calls it EOS, and would not come back for a new
 * one. It waits as long as there are none, but the last pad can go after it has
 * waited. */
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

  keep_position (self);
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
  gboolean ignore;

  GST_OBJECT_LOCK (self);
  ignore = self->ignore_inactive_pads;
  GST_OBJECT_UNLOCK (self);

  gst_aggregator_set_ignore_inactive_pads (GST_AGGREGATOR (self), ignore);
}

/* The base class calls it EOS if it ignores all pads. */
static GstFlowReturn
aggregate_before_first (GstNtMosaic * self, gboolean timeout)
{
  GstFlowReturn ret;

  gst_aggregator_set_ignore_inactive_pads (GST_AGGREGATOR (self), FALSE);
  ret = aggregate_pads (self, timeout);
  gst_nt_mosaic_ignore_inactive_pads (self);

  return ret;
}

/* Before anything waits: for more data, or for a strip's time. After the last
 * strip, not even what the pads show is needed any more. */
static void
let_go_of_frames (GstNtMosaic * self, gboolean are_over)
{
  GList *pads = ref_pads (self);
  GList *l;

  for (l = pads; l; l = l->next) {
    if (are_over)
      GST_AGGREGATOR_PAD_GET_CLASS (l->data)->flush (l->data,
          GST_AGGREGATOR (self));
    else
      gst_nt_mosaic_pad_let_go (l->data);
  }
  g_list_free_full (pads, gst_object_unref);
}

/* Memory that stood idle goes back to the system, without the base class' lock. */
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
  Waits waits;

  gst_nt_mosaic_end_waiting (self);
  if (g_atomic_int_get (&self->failed) || !gst_nt_mosaic_check_caps_before_data (self))
    return GST_FLOW_ERROR;

  gst_nt_mosaic_check_ahead (self);
  waits = find_what_is_waited_for (self);
  if (waits == WAITS_FOR_NONE)
    ret = handle_no_data (self, &timeout);
  else if (is_back_at_start (agg))
    ret = GST_FLOW_EOS;

  if (ret == GST_FLOW_OK) {
    ret = waits == WAITS_FOR_FIRST ? aggregate_before_first (self, timeout)
        : aggregate_pads (self, timeout);
    if (ret == GST_FLOW_OK)
      end_at_start (self);
    gst_nt_mosaic_explain_flow (self, ret);
    age_memory (self);
  }
  let_go_of_frames (self, ret == GST_FLOW_EOS);

  return ret;
}

/* ---- Events from downstream ---- */

static gboolean
navigate (GstNtMosaic * self, GstEvent * event)
{
  NtmLayout *layout;
  gboolean handled;

  GST_OBJECT_LOCK (self);
  layout = self->layout ? ntm_layout_ref (self->layout) : NULL;
  GST_OBJECT_UNLOCK (self);

  if (layout == NULL) {
    gst_event_unref (event);
    return FALSE;
  }

  handled = gst_nt_mosaic_navigate (GST_ELEMENT (self), layout, event);
  ntm_layout_unref (layout);

  return handled;
}

/* Backwards, strips begin at the segment's stop. The base class would carry out
 * a seek that leads to a segment without one, and fail when it is too late. */
static gboolean
can_seek (GstAggregator * agg, GstEvent * event)
{
  GstSegment segment;
  GstSeekFlags flags;
  GstSeekType start_type;
  GstSeekType stop_type;
  GstFormat format;
  gdouble rate;
  gint64 start;
  gint64 stop;

  gst_event_parse_seek (event, &rate, &format, &flags, &start_type, &start,
      &stop_type, &stop);
  if (rate > 0 || format != GST_FORMAT_TIME)
    return TRUE;

  get_output_segment (agg, &segment);
  if (gst_segment_do_seek (&segment, rate, format, flags, start_type, start,
          stop_type, stop, NULL) && GST_CLOCK_TIME_IS_VALID (segment.stop))
    return TRUE;

  GST_WARNING_OBJECT (agg, "a seek to play backwards needs a stop position: "
      "that is where it begins");
  return FALSE;
}

/* Before the element is started, seeks come this way, and are kept for then. */
static gboolean
gst_nt_mosaic_send_event (GstElement * element, GstEvent * event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK
      && !can_seek (GST_AGGREGATOR (element), event)) {
    gst_event_unref (event);
    return FALSE;
  }

  return GST_ELEMENT_CLASS (parent_class)->send_event (element, event);
}

static gboolean
seek (GstAggregator * agg, GstEvent * event)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  const guint32 seqnum = gst_event_get_seqnum (event);
  GstSeekFlags flags;
  gboolean ret;

  if (!can_seek (agg, event)) {
    gst_event_unref (event);
    return FALSE;
  }

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);

  if (!(flags & GST_SEEK_FLAG_FLUSH)) {
    gst_nt_mosaic_forget_time (self);
    return GST_AGGREGATOR_CLASS (parent_class)->src_event (agg, event);
  }
  if (!gst_nt_mosaic_can_flush (self)) {
    gst_event_unref (event);
    return FALSE;
  }

  /* A flushing seek waits for the streaming thread to end. */
  gst_nt_mosaic_set_stopping (self, TRUE);
  gst_nt_mosaic_set_seek (self, seqnum);
  ret = GST_AGGREGATOR_CLASS (parent_class)->src_event (agg, event);
  if (ret)
    gst_nt_mosaic_flush_unlinked (self, seqnum);
  else
    gst_nt_mosaic_set_seek (self, GST_SEQNUM_INVALID);
  gst_nt_mosaic_set_stopping (self, FALSE);

  return ret;
}

static gboolean
gst_nt_mosaic_src_event (GstAggregator * agg, GstEvent * event)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_NAVIGATION:
      return navigate (self, event);
    case GST_EVENT_SEEK:
      return seek (agg, event);
    case GST_EVENT_QOS:
      /* A job over stills loses none, however slow downstream is. The base class
       * divides by the rate. */
      if (gst_nt_mosaic_has_no_rate (self)) {
        gst_event_unref (event);
        return TRUE;
      }
      break;
    default:
      break;
  }

  return GST_AGGREGATOR_CLASS (parent_class)->src_event (agg, event);
}

void
gst_nt_mosaic_class_init_pace (GstNtMosaicClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  element_class->send_event = gst_nt_mosaic_send_event;
  agg_class->get_next_time = gst_nt_mosaic_get_next_time;
  agg_class->aggregate = gst_nt_mosaic_aggregate;
  agg_class->src_event = gst_nt_mosaic_src_event;
}
