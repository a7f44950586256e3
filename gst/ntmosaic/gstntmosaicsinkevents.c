/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Events from upstream when the base class takes them out of the queue, in the
 * streaming thread. FLUSH_STOP comes in upstream's thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicsinkevents.h"

#include "gstntmosaiccaps.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicflush.h"
#include "gstntmosaicinfo.h"
#include "gstntmosaicover.h"

static gpointer parent_class;

/* ---- Caps that the base class refuses ---- */

/* An error that says how @info of @pad disagrees with another pad, or else with
 * the strip; NULL if it does not. */
static GError *
find_disagreement (GstNtMosaic * self, GstAggregatorPad * pad,
    const GstVideoInfo * info)
{
  GstNtMosaicInput inputs[] = {
    {GST_OBJECT_NAME (pad), *info},
    {"the strip", GST_VIDEO_AGGREGATOR (self)->info},
  };
  GstNtMosaicInput *other = &inputs[1];
  GError *error = NULL;
  GList *l;

  if (GST_VIDEO_INFO_FORMAT (&other->info) != GST_VIDEO_FORMAT_UNKNOWN)
    gst_nt_mosaic_inputs_agree (inputs, 2, &error);

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GError *better = NULL;

    other->pad_name = GST_OBJECT_NAME (l->data);
    if (l->data == pad
        || !gst_nt_mosaic_pad_get_announced (l->data, &other->info)
        || gst_nt_mosaic_inputs_agree (inputs, 2, &better))
      continue;
    g_clear_error (&error);
    error = better;
    break;
  }
  GST_OBJECT_UNLOCK (self);

  return error;
}

/* Why the base class has refused @caps, which it only logs. It refuses caps
 * that make no GstVideoInfo, and before the first negotiation, another
 * interlace-mode than that of the other pads. */
static GError *
explain_refused_caps (GstNtMosaic * self, GstAggregatorPad * pad,
    GstCaps * caps)
{
  GError *error = NULL;
  GstVideoInfo info;
  gchar *text;

  if (gst_nt_mosaic_info_from_caps (&info, caps))
    error = find_disagreement (self, pad, &info);
  if (error)
    return error;

  text = gst_caps_to_string (caps);
  error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s can't take %s: correct the caps of the source",
      GST_OBJECT_NAME (pad), text);
  g_free (text);

  return error;
}

/* FALSE: an error was posted. Else the pad's frames become gaps until other
 * caps come, and a warning was posted. */
static gboolean
refuse_caps (GstNtMosaic * self, GstAggregatorPad * pad, GstCaps * caps)
{
  GError *why = explain_refused_caps (self, pad, caps);
  const gboolean goes_on = gst_nt_mosaic_goes_on_without_one (self);

  if (goes_on) {
    g_atomic_int_set (&GST_NT_MOSAIC_PAD (pad)->caps_refused, TRUE);
    gst_nt_mosaic_warn_of_caps (self, GST_NT_MOSAIC_PAD (pad), why);
  } else {
    gst_nt_mosaic_fail (self, why);
  }
  g_error_free (why);

  return goes_on;
}

/* ---- New caps ---- */

static gboolean
has_caps (GstAggregatorPad * pad)
{
  return GST_VIDEO_INFO_FORMAT (&GST_VIDEO_AGGREGATOR_PAD (pad)->info)
      != GST_VIDEO_FORMAT_UNKNOWN;
}

static void
set_interlace_mode (GstNtMosaic * self, GstVideoInterlaceMode mode)
{
  GST_OBJECT_LOCK (self);
  GST_VIDEO_INFO_INTERLACE_MODE (&GST_VIDEO_AGGREGATOR (self)->info) = mode;
  GST_OBJECT_UNLOCK (self);
}

/* When caps come, the base class refuses another interlace-mode than that of
 * the strip. Only at negotiation it is known whether other pads have changed in
 * the same way. So the strip's interlace-mode is set to that of the new caps
 * while the base class compares, which it does in this thread. */
static gboolean
chain_caps (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  const GstVideoInterlaceMode mode =
      GST_VIDEO_INFO_INTERLACE_MODE (&GST_VIDEO_AGGREGATOR (agg)->info);
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstVideoInfo info;
  GstCaps *caps;
  gboolean ret;

  gst_event_parse_caps (event, &caps);
  if (!gst_nt_mosaic_has_caps (self) || !gst_video_info_from_caps (&info, caps))
    return GST_AGGREGATOR_CLASS (parent_class)->sink_event (agg, pad, event);

  set_interlace_mode (self, GST_VIDEO_INFO_INTERLACE_MODE (&info));
  ret = GST_AGGREGATOR_CLASS (parent_class)->sink_event (agg, pad, event);
  set_interlace_mode (self, mode);

  return ret;
}

/* The base class takes the first caps of a pad at once, and delays later caps
 * until their frame is taken. If no frame came before READY, or before the pad
 * forgot its caps, the base class still takes the delayed caps with the next
 * frame, which has other caps. Then it gets the new caps twice: once to take
 * them at once, and once to replace the delayed ones. */
static gboolean
hand_over_caps (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);

  if (has_caps (aggpad))
    pad->caps_were_delayed = TRUE;
  else if (pad->caps_were_delayed
      && !chain_caps (agg, aggpad, gst_event_ref (event))) {
    gst_event_unref (event);
    return FALSE;
  }

  return chain_caps (agg, aggpad, event);
}

/* Without a rate, the base class would take the still that comes with new caps,
 * and the still after that, before it makes a strip. */
static void
forget_still (GstAggregator * agg, GstAggregatorPad * pad)
{
  if (gst_nt_mosaic_has_no_rate (GST_NT_MOSAIC (agg)) && has_caps (pad))
    gst_nt_mosaic_pad_forget (GST_NT_MOSAIC_PAD (pad), agg);
}

/* The base class drops the caps of a pad when the pad is released, and would
 * never drop caps that come after that. FALSE with @is_released set: it gets
 * none. Takes over @event. */
static gboolean
hand_over_unless_released (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstEvent * event, gboolean * is_released)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  gboolean ret = FALSE;

  g_mutex_lock (&pad->caps_lock);
  *is_released = gst_nt_mosaic_held_is_released (&pad->held);
  if (*is_released)
    gst_event_unref (event);
  else
    ret = hand_over_caps (agg, aggpad, event);
  g_mutex_unlock (&pad->caps_lock);

  return ret;
}

static gboolean
take_caps (GstAggregator * agg, GstAggregatorPad * aggpad, GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  gboolean is_released;
  gboolean ret;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  gst_caps_ref (caps);
  gst_nt_mosaic_pad_note_taken_caps (pad, event);

  g_atomic_int_set (&pad->caps_refused, FALSE);
  ret = hand_over_unless_released (agg, aggpad, event, &is_released);
  if (ret)
    gst_nt_mosaic_pad_set_next_caps (pad, caps);
  else if (!is_released)
    ret = refuse_caps (GST_NT_MOSAIC (agg), aggpad, caps);
  gst_caps_unref (caps);

  return ret;
}

/* ---- Caps that queues lose at the end ---- */

/* If @src is a pad of an element that passes on caps as they come, such as a
 * queue, the pad at which that element gets them; else NULL. */
static GstPad *
find_pad_behind (GstPad * src)
{
  GstIterator *links = GST_PAD_IS_PROXY_CAPS (src)
      ? gst_pad_iterate_internal_links (src) : NULL;
  GValue value = G_VALUE_INIT;
  GstPad *behind = NULL;

  if (links && gst_iterator_next (links, &value) == GST_ITERATOR_OK) {
    behind = g_value_dup_object (&value);
    g_value_reset (&value);
    if (gst_iterator_next (links, &value) == GST_ITERATOR_OK)
      gst_clear_object (&behind);
    g_value_unset (&value);
  }
  g_clear_pointer (&links, gst_iterator_free);

  return behind;
}

/* GStreamer sends a sticky event that has changed before the next frame. */
static void
replace_caps (GstPad * src, GstEvent * event)
{
  GstEvent *old = gst_pad_get_sticky_event (src, GST_EVENT_CAPS, 0);

  if (old && old != event)
    gst_pad_store_sticky_event (src, event);
  gst_clear_event (&old);
}

/* When a pad says that the stream has ended, a GStreamer queue before the pad
 * drops what it has, caps too. Its upstream has sent these caps, and does not
 * send them again after a flush. So the queue gets those that came last as the
 * caps to be sent, which it does itself with caps that a flush drops. The same
 * holds for the queues before it. Returns these caps; NULL: none, or there is
 * no queue. */
static GstEvent *
bring_caps (GstPad * sink)
{
  GstPad *src = gst_pad_get_peer (sink);
  GstPad *behind = src ? find_pad_behind (src) : NULL;
  GstEvent *event = behind ? bring_caps (behind) : NULL;

  if (behind && event == NULL)
    event = gst_pad_get_sticky_event (behind, GST_EVENT_CAPS, 0);
  if (event)
    replace_caps (src, event);
  gst_clear_object (&behind);
  gst_clear_object (&src);

  return event;
}

static void
fetch_caps (GstPad * pad)
{
  GstEvent *event = bring_caps (pad);

  gst_clear_event (&event);
}

/* ---- Other events ---- */

static gboolean
is_gap_that_keeps (GstEvent * event)
{
  GstGapFlags flags;

  gst_event_parse_gap_flags (event, &flags);

  return (flags & GST_GAP_FLAG_MISSING_DATA) != 0;
}

/* The base class resets its QoS state with each segment, and queries the
 * latency of all pads to do so. Before the first strip there is nothing to
 * reset, and 1000 pads begin with 1000 segments, so these bypass
 * GstVideoAggregator. */
static gboolean
chain_event (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  gpointer klass = parent_class;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
      && !gst_nt_mosaic_has_caps (GST_NT_MOSAIC (agg)))
    klass = g_type_class_peek_parent (klass);

  return GST_AGGREGATOR_CLASS (klass)->sink_event (agg, pad, event);
}

/* Without a rate, no frame is over by the clock, so the pad drops its frame at
 * EOS. */
static void
end_still (GstAggregator * agg, GstAggregatorPad * pad)
{
  if (!gst_nt_mosaic_pad_repeats (GST_NT_MOSAIC_PAD (pad))
      && gst_nt_mosaic_has_no_rate (GST_NT_MOSAIC (agg)))
    GST_AGGREGATOR_PAD_GET_CLASS (pad)->flush (pad, agg);
}

/* Negotiates again if a pad did not fit: a pad at EOS must not keep it out. */
static void
let_others_in (GstNtMosaic * self)
{
  gboolean has_misfits;

  GST_OBJECT_LOCK (self);
  has_misfits = self->has_misfits;
  GST_OBJECT_UNLOCK (self);

  if (has_misfits)
    gst_pad_mark_reconfigure (GST_AGGREGATOR_SRC_PAD (self));
}

/* In the streaming thread. A flush that resets the segment, or has reset it
 * since the gap was queued, takes the gap with it. The streaming thread doesn't
 * wait for a flush, because a flush may wait for the streaming thread. */
static gboolean
take_gap (GstAggregator * agg, GstAggregatorPad * aggpad, GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  gboolean ret = TRUE;
  gboolean is_locked;

  if (is_gap_that_keeps (event))
    gst_nt_mosaic_held_keep (&pad->held, &pad->next_info);

  is_locked = g_mutex_trylock (&pad->gap_lock);
  if (is_locked && aggpad->segment.format == GST_FORMAT_TIME)
    ret = chain_event (agg, aggpad, event);
  else
    gst_event_unref (event);
  if (is_locked)
    g_mutex_unlock (&pad->gap_lock);

  return ret;
}

/* In upstream's thread. At the end of a flush the base class starts the
 * streaming thread. In the middle of a stop, which waits for that thread to
 * end, it must not do so. */
static gboolean
take_flush_stop (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstEvent * event)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  const guint32 seqnum = gst_event_get_seqnum (event);
  gboolean ret;

  if (g_atomic_int_get (&self->is_inactive)) {
    gst_event_unref (event);
    return TRUE;
  }
  gst_nt_mosaic_pad_drop_next (pad, GST_AGGREGATOR (self));
  gst_nt_mosaic_pad_restart (pad);
  event = gst_event_make_writable (event);
  gst_event_set_seqnum (event, gst_nt_mosaic_end_flush (self, pad, seqnum));
  ret = gst_nt_mosaic_pass_flush (self, pad, event);
  if (g_atomic_int_compare_and_exchange (&pad->said_end, TRUE, FALSE))
    fetch_caps (GST_PAD (pad));
  gst_nt_mosaic_flush_unlinked (self, seqnum);
  gst_nt_mosaic_stay_stopped (self);

  return ret;
}

static gboolean
gst_nt_mosaic_sink_event (GstAggregator * agg, GstAggregatorPad * pad,
    GstEvent * event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_STOP:
      return take_flush_stop (agg, pad, event);
    case GST_EVENT_CAPS:
      forget_still (agg, pad);
      return take_caps (agg, pad, event);
    case GST_EVENT_GAP:
      return take_gap (agg, pad, event);
    case GST_EVENT_EOS:
      end_still (agg, pad);
      let_others_in (GST_NT_MOSAIC (agg));
      return chain_event (agg, pad, event);
    default:
      return chain_event (agg, pad, event);
  }
}

void
gst_nt_mosaic_class_init_sink_events (GstNtMosaicClass * klass)
{
  parent_class = g_type_class_peek_parent (klass);

  GST_AGGREGATOR_CLASS (klass)->sink_event = gst_nt_mosaic_sink_event;
}
