/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Events of upstream, when it is their turn: in the streaming thread, and
 * FLUSH_STOP in upstream's. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicsinkevents.h"

#include "gstntmosaiccaps.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicflush.h"
#include "gstntmosaicpad.h"

static gpointer parent_class;

/* ---- Caps that the base class refuses ---- */

/* How @info of @pad disagrees with another pad, or else with the strip; NULL if
 * it doesn't. */
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

/* The base class refuses caps in silence: those that make no GstVideoInfo, and
 * before the first strip another interlace-mode than other pads have. */
static GError *
explain_refused_caps (GstNtMosaic * self, GstAggregatorPad * pad,
    GstCaps * caps)
{
  GError *error = NULL;
  GstVideoInfo info;
  gchar *text;

  if (gst_video_info_from_caps (&info, caps))
    error = find_disagreement (self, pad, &info);
  if (error)
    return error;

  text = gst_caps_to_string (caps);
  error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s can't take %s", GST_OBJECT_NAME (pad), text);
  g_free (text);

  return error;
}

/* FALSE: that is an error. Else the pad's frames are gaps until other caps
 * come. */
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

/* Whether caps are judged when strips are negotiated, where it can be told from
 * other pads that change alike, and not when they come. */
static gboolean
judges_later (GstNtMosaic * self)
{
  return gst_nt_mosaic_has_caps (self) && (self->strip_is_guessed
      || gst_nt_mosaic_has_made_strips (self));
}

/* The base class refuses another interlace-mode than the strip has, even if the
 * strip's was guessed. It compares in this thread, and nothing else reads
 * it. */
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
  if (!judges_later (self) || !gst_video_info_from_caps (&info, caps))
    return GST_AGGREGATOR_CLASS (parent_class)->sink_event (agg, pad, event);

  set_interlace_mode (self, GST_VIDEO_INFO_INTERLACE_MODE (&info));
  ret = GST_AGGREGATOR_CLASS (parent_class)->sink_event (agg, pad, event);
  set_interlace_mode (self, mode);

  return ret;
}

/* The base class takes the first caps at once, and others when a frame comes
 * for them. If none came before READY, or before the caps were forgotten, it
 * still does so with the next frame, which has other caps: then these are given
 * to it twice, once for each of its places. */
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

/* The base class would take the next still along with new caps, and then the
 * one after that before it makes a strip. */
static void
forget_still (GstAggregator * agg, GstAggregatorPad * pad)
{
  if (gst_nt_mosaic_has_no_rate (GST_NT_MOSAIC (agg)) && has_caps (pad))
    gst_nt_mosaic_pad_forget (GST_NT_MOSAIC_PAD (pad), agg);
}

/* The base class forgets a pad's caps when it is released, and would never
 * forget those that come later. */
static gboolean
take_caps (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  gboolean ret;
  GstCaps *caps;

  if (gst_nt_mosaic_pad_is_released (GST_NT_MOSAIC_PAD (pad))) {
    gst_event_unref (event);
    return FALSE;
  }

  gst_event_parse_caps (event, &caps);
  gst_caps_ref (caps);

  g_atomic_int_set (&GST_NT_MOSAIC_PAD (pad)->caps_refused, FALSE);
  ret = hand_over_caps (agg, pad, event);
  if (gst_nt_mosaic_pad_is_released (GST_NT_MOSAIC_PAD (pad)))
    GST_AGGREGATOR_PAD_GET_CLASS (pad)->flush (pad, agg);
  else if (ret)
    gst_nt_mosaic_pad_set_next_caps (GST_NT_MOSAIC_PAD (pad), caps);
  else
    ret = refuse_caps (GST_NT_MOSAIC (agg), pad, caps);
  gst_caps_unref (caps);

  return ret;
}

/* ---- Other events ---- */

static gboolean
is_gap_that_keeps (GstEvent * event)
{
  GstGapFlags flags;

  gst_event_parse_gap_flags (event, &flags);

  return (flags & GST_GAP_FLAG_MISSING_DATA) != 0;
}

/* The base class forgets with each segment what it knows of QoS, and asks all
 * pads for their latency to do so. Before the first strip there is nothing to
 * forget, and 1000 pads begin with 1000 segments. */
static gboolean
chain_event (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  gpointer klass = parent_class;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
      && !gst_nt_mosaic_has_caps (GST_NT_MOSAIC (agg)))
    klass = g_type_class_peek_parent (klass);

  return GST_AGGREGATOR_CLASS (klass)->sink_event (agg, pad, event);
}

/* Where there is no rate, no frame is over by the clock. */
static void
end_still (GstAggregator * agg, GstAggregatorPad * pad)
{
  gboolean repeats;

  g_object_get (pad, "repeat-after-eos", &repeats, NULL);
  if (!repeats && gst_nt_mosaic_has_no_rate (GST_NT_MOSAIC (agg)))
    GST_AGGREGATOR_PAD_GET_CLASS (pad)->flush (pad, agg);
}

/* Pads that are over must not keep others out. */
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

/* In the streaming thread. A flush that has taken the segment away since the
 * gap was queued takes the gap with it. */
static gboolean
take_gap (GstAggregator * agg, GstAggregatorPad * aggpad, GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  gboolean ret = TRUE;

  if (is_gap_that_keeps (event))
    gst_nt_mosaic_pad_keep_frame (pad);

  g_mutex_lock (&pad->gap_lock);
  if (aggpad->segment.format == GST_FORMAT_TIME)
    ret = chain_event (agg, aggpad, event);
  else
    gst_event_unref (event);
  g_mutex_unlock (&pad->gap_lock);

  return ret;
}

/* In upstream's thread. */
static gboolean
take_flush_stop (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstEvent * event)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  const guint32 seqnum = gst_event_get_seqnum (event);
  gboolean ret;

  gst_nt_mosaic_pad_restart (pad);
  gst_nt_mosaic_end_flush (self, pad, seqnum);
  g_mutex_lock (&pad->gap_lock);
  ret = chain_event (agg, aggpad, event);
  g_mutex_unlock (&pad->gap_lock);
  gst_nt_mosaic_flush_unlinked (self, seqnum);

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
