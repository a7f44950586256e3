/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The sink pads' side: what upstream is asked for, and what of that which it
 * sends is refused, each with one error. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaic-private.h"

#include "gstntmosaicallocation.h"
#include "gstntmosaicarrival.h"
#include "gstntmosaiccaps.h"
#include "gstntmosaicclip.h"
#include "gstntmosaicpad.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* The caps of any pad but @pad that fit the strip. */
static gboolean
find_like (GstNtMosaic * self, GstAggregatorPad * pad, GstVideoInfo * like)
{
  gboolean found = FALSE;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l && !found; l = l->next)
    found = l->data != pad && !GST_NT_MOSAIC_PAD (l->data)->unfit
        && gst_nt_mosaic_pad_get_announced (GST_NT_MOSAIC_PAD (l->data), like);
  GST_OBJECT_UNLOCK (self);

  return found;
}

static void
answer_caps_query (GstNtMosaic * self, GstAggregatorPad * pad,
    GstQuery * query)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  GstCaps *template_caps = gst_pad_get_pad_template_caps (GST_PAD (pad));
  GstCaps *downstream = gst_pad_peer_query_caps (srcpad, template_caps);
  GstNtMosaicWishes wishes = {.like = NULL };
  GstVideoInfo like;
  GstCaps *filter;
  GstCaps *caps;

  if (find_like (self, pad, &like))
    wishes.like = &like;
  GST_OBJECT_LOCK (self);
  wishes.tile_width = self->tile_width;
  wishes.tile_height = self->tile_height;
  GST_OBJECT_UNLOCK (self);

  gst_query_parse_caps (query, &filter);
  caps = gst_nt_mosaic_caps_for_sink (template_caps, downstream, filter,
      &wishes);
  GST_LOG_OBJECT (pad, "caps query, filter %" GST_PTR_FORMAT ": %"
      GST_PTR_FORMAT, filter, caps);
  gst_query_set_caps_result (query, caps);
  gst_nt_mosaic_note_caps_query (self, GST_NT_MOSAIC_PAD (pad), filter, caps);

  gst_caps_unref (caps);
  gst_caps_unref (downstream);
  gst_caps_unref (template_caps);
}

/* What doesn't agree with the rest is refused later, with a reason. */
static void
answer_accept_caps_query (GstNtMosaic * self, GstAggregatorPad * pad,
    GstQuery * query)
{
  GstCaps *template_caps = gst_pad_get_pad_template_caps (GST_PAD (pad));
  gboolean accepted;
  GstCaps *caps;

  gst_query_parse_accept_caps (query, &caps);
  accepted = gst_caps_is_subset (caps, template_caps);
  gst_query_set_accept_caps_result (query, accepted);
  gst_nt_mosaic_note_accept_query (self, GST_NT_MOSAIC_PAD (pad), caps,
      accepted);
  gst_caps_unref (template_caps);
}

static gboolean
gst_nt_mosaic_sink_query (GstAggregator * agg, GstAggregatorPad * pad,
    GstQuery * query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps_query (GST_NT_MOSAIC (agg), pad, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      answer_accept_caps_query (GST_NT_MOSAIC (agg), pad, query);
      return TRUE;
    default:
      return GST_AGGREGATOR_CLASS (parent_class)->sink_query (agg, pad, query);
  }
}

static gboolean
gst_nt_mosaic_sink_query_pre_queue (GstAggregator * agg, GstAggregatorPad * pad,
    GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION)
    return gst_nt_mosaic_answer_allocation (GST_NT_MOSAIC (agg), pad, query);

  return GST_AGGREGATOR_CLASS (parent_class)->sink_query_pre_queue (agg, pad,
      query);
}

/* The base class aborts on a segment that isn't in TIME, and reckons backwards
 * from a stop without looking whether there is one. */
static gboolean
check_segment (GstNtMosaic * self, GstNtMosaicPad * pad, GstEvent * event)
{
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  if (segment->format != GST_FORMAT_TIME) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets a "
        "segment in %s format, but needs one in time format: set format=time "
        "on the source", GST_OBJECT_NAME (pad),
        gst_format_get_name (segment->format));
    return FALSE;
  }
  if (segment->rate < 0 && !GST_CLOCK_TIME_IS_VALID (segment->stop)) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets a "
        "segment that is played backwards but has no stop to begin at",
        GST_OBJECT_NAME (pad));
    return FALSE;
  }
  if (segment->rate < 0 && segment->offset > segment->stop) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets a "
        "segment that is played backwards from %" GST_TIME_FORMAT " with an "
        "offset of %" GST_TIME_FORMAT ": the offset must not be larger",
        GST_OBJECT_NAME (pad), GST_TIME_ARGS (segment->stop),
        GST_TIME_ARGS (segment->offset));
    return FALSE;
  }

  return TRUE;
}

/* The base class aborts on data that belongs to no segment. */
static gboolean
find_segment (GstNtMosaic * self, GstPad * pad, const gchar * data,
    GstSegment * segment)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);

  if (event) {
    gst_event_copy_segment (event, segment);
    gst_event_unref (event);
    return TRUE;
  }

  gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets %s before "
      "a segment: the element in front of it must send one, or pass it on",
      GST_OBJECT_NAME (pad), data);

  return FALSE;
}

/* Before it is queued: the base class makes a strip when each pad has a frame
 * in its queue, and a frame that is dropped later would be missing there. */
static GstBuffer *
clip_frame (const GstSegment * segment, GstBuffer * buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  GstClockTime duration = GST_BUFFER_DURATION (buffer);

  if (!gst_nt_mosaic_clip_to_running_time (segment, &pts, &duration)) {
    GST_LOG ("dropped, without a running time: %" GST_PTR_FORMAT, buffer);
    gst_buffer_unref (buffer);
    return NULL;
  }
  if (pts == GST_BUFFER_PTS (buffer)
      && duration == GST_BUFFER_DURATION (buffer))
    return buffer;

  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;

  return buffer;
}

static GstEvent *
clip_gap (const GstSegment * segment, GstEvent * event)
{
  GstClockTime pts;
  GstClockTime duration;
  GstClockTime old_pts;
  GstGapFlags flags;
  GstEvent *clipped;

  gst_event_parse_gap (event, &pts, &duration);
  old_pts = pts;
  if (!gst_nt_mosaic_clip_to_running_time (segment, &pts, &duration)) {
    GST_LOG ("dropped, without a running time: %" GST_PTR_FORMAT, event);
    gst_event_unref (event);
    return NULL;
  }
  if (pts == old_pts)
    return event;

  gst_event_parse_gap_flags (event, &flags);
  clipped = gst_event_new_gap (pts, duration);
  gst_event_set_gap_flags (clipped, flags);
  gst_event_set_seqnum (clipped, gst_event_get_seqnum (event));
  gst_event_unref (event);

  return clipped;
}

static GstFlowReturn
gst_nt_mosaic_pad_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstNtMosaicPad *self = GST_NT_MOSAIC_PAD (pad);
  GstNtMosaic *mosaic = GST_NT_MOSAIC (parent);
  GstSegment segment;
  GstFlowReturn ret;

  gst_nt_mosaic_pad_note_data (self);
  if (!find_segment (mosaic, pad, "buffers", &segment)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  buffer = clip_frame (&segment, buffer);
  if (buffer == NULL)
    return GST_FLOW_OK;
  if (gst_nt_mosaic_is_gap (buffer))
    return self->base_chain (pad, parent, buffer);

  buffer = gst_nt_mosaic_arrive (self, mosaic->composer, buffer);
  gst_nt_mosaic_wait_for_turn (mosaic, self);
  gst_nt_mosaic_pad_count_in (self);
  ret = self->base_chain (pad, parent, buffer);
  if (ret != GST_FLOW_OK)
    gst_nt_mosaic_pad_uncount (self);

  return ret;
}

void
gst_nt_mosaic_init_pad_inputs (GstNtMosaicPad * pad)
{
  pad->base_chain = GST_PAD_CHAINFUNC (pad);
  gst_pad_set_chain_function (GST_PAD (pad), gst_nt_mosaic_pad_chain);
}

/* A frame of caps that were refused: nothing, for the same time. */
static GstBuffer *
make_gap (GstBuffer * frame)
{
  GstBuffer *gap = gst_buffer_new ();

  GST_BUFFER_PTS (gap) = GST_BUFFER_PTS (frame);
  GST_BUFFER_DURATION (gap) = GST_BUFFER_DURATION (frame);
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
  gst_buffer_unref (frame);

  return gap;
}

/* Each frame comes here once, when it is the next. The caller may hold the element's
 * object lock. */
static GstBuffer *
gst_nt_mosaic_clip (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstBuffer * buffer)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);

  gst_nt_mosaic_pad_count_out (pad, buffer);
  if (g_atomic_int_get (&pad->caps_refused) && !gst_nt_mosaic_is_gap (buffer))
    buffer = make_gap (buffer);
  if (!GST_BUFFER_PTS_IS_VALID (buffer)
      && gst_nt_mosaic_pad_has_stills (pad)) {
    buffer = gst_nt_mosaic_pad_time_still (pad, buffer, self->strip_time);
    g_atomic_int_set (&self->has_untimed, TRUE);
  } else if (g_atomic_int_get (&self->has_untimed)) {
    gst_nt_mosaic_pad_note_timed (pad);
  }

  return buffer;
}

static GstFlowReturn
gst_nt_mosaic_sink_event_pre_queue (GstAggregator * agg,
    GstAggregatorPad * aggpad, GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstSegment segment;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_GAP:
      gst_nt_mosaic_pad_note_data (pad);
      if (!find_segment (self, GST_PAD (pad), "a gap", &segment)) {
        gst_event_unref (event);
        return GST_FLOW_ERROR;
      }
      event = clip_gap (&segment, event);
      if (event == NULL)
        return GST_FLOW_OK;
      break;
    case GST_EVENT_EOS:
      gst_nt_mosaic_pad_note_data (pad);
      break;
    case GST_EVENT_SEGMENT:
      if (!check_segment (self, pad, event)) {
        gst_event_unref (event);
        return GST_FLOW_ERROR;
      }
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      gst_nt_mosaic_pad_announce (pad, caps);
      break;
    case GST_EVENT_FLUSH_START:
      gst_nt_mosaic_begin_flush (self, pad, gst_event_get_seqnum (event));
      gst_nt_mosaic_pad_set_hurry (pad, TRUE);
      break;
    default:
      break;
  }

  return GST_AGGREGATOR_CLASS (parent_class)->sink_event_pre_queue (agg,
      aggpad, event);
}

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

/* FALSE: that is an error. Else the pad's frames are gaps until other caps come. */
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

/* In the streaming thread. */
static gboolean
has_caps (GstAggregatorPad * pad)
{
  return GST_VIDEO_INFO_FORMAT (&GST_VIDEO_AGGREGATOR_PAD (pad)->info)
      != GST_VIDEO_FORMAT_UNKNOWN;
}

/* Where there is no rate, no frame is over by the clock. */
static void
end_still (GstAggregator * agg, GstAggregatorPad * pad, GstEventType event)
{
  gboolean repeats;

  if (!gst_nt_mosaic_has_no_rate (GST_NT_MOSAIC (agg)))
    return;

  /* The base class would take the next still along with new caps, and then the
   * one after that before it makes a strip. */
  if (event == GST_EVENT_CAPS && has_caps (pad))
    gst_nt_mosaic_pad_forget (GST_NT_MOSAIC_PAD (pad), agg);

  g_object_get (pad, "repeat-after-eos", &repeats, NULL);
  if (event == GST_EVENT_EOS && !repeats)
    GST_AGGREGATOR_PAD_GET_CLASS (pad)->flush (pad, agg);
}

static void
set_interlace_mode (GstNtMosaic * self, GstVideoInterlaceMode mode)
{
  GST_OBJECT_LOCK (self);
  GST_VIDEO_INFO_INTERLACE_MODE (&GST_VIDEO_AGGREGATOR (self)->info) = mode;
  GST_OBJECT_UNLOCK (self);
}

/* The base class refuses another interlace-mode than the strip has. Whether the caps
 * fit is seen when strips are negotiated, where it can be told from other pads that
 * change alike. The base class compares in this thread, and nothing else reads it. */
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
  if (!gst_nt_mosaic_has_caps (self) || !gst_nt_mosaic_has_made_strips (self)
      || !gst_video_info_from_caps (&info, caps))
    return GST_AGGREGATOR_CLASS (parent_class)->sink_event (agg, pad, event);

  set_interlace_mode (self, GST_VIDEO_INFO_INTERLACE_MODE (&info));
  ret = GST_AGGREGATOR_CLASS (parent_class)->sink_event (agg, pad, event);
  set_interlace_mode (self, mode);

  return ret;
}

/* The base class takes the first caps at once, and others when a frame comes for
 * them. If none came before READY, or before the caps were forgotten, it still
 * does so with the next frame, which has other caps: then these are given to it
 * twice, once for each of its places. */
static gboolean
hand_over_caps (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;

  if (GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN)
    pad->caps_were_delayed = TRUE;
  else if (pad->caps_were_delayed
      && !chain_caps (agg, aggpad, gst_event_ref (event))) {
    gst_event_unref (event);
    return FALSE;
  }

  return chain_caps (agg, aggpad, event);
}

/* The base class refuses caps of another interlace-mode than the strip has,
 * even if the strip's was guessed. */
static void
forget_guess (GstNtMosaic * self, const GstCaps * caps)
{
  GstVideoAggregator *vagg = GST_VIDEO_AGGREGATOR (self);
  GstVideoInfo info;

  if (!self->strip_is_guessed || !gst_video_info_from_caps (&info, caps)
      || GST_VIDEO_INFO_INTERLACE_MODE (&info)
      == GST_VIDEO_INFO_INTERLACE_MODE (&vagg->info))
    return;

  GST_OBJECT_LOCK (self);
  gst_video_info_init (&vagg->info);
  GST_OBJECT_UNLOCK (self);
}

/* The base class forgets a pad's caps when it is released, and would never forget
 * those that come later. */
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
  forget_guess (GST_NT_MOSAIC (agg), caps);
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

static gboolean
is_gap_that_keeps (GstEvent * event)
{
  GstGapFlags flags;

  gst_event_parse_gap_flags (event, &flags);

  return (flags & GST_GAP_FLAG_MISSING_DATA) != 0;
}

/* The base class forgets with each segment what it knows of QoS, and asks all pads
 * for their latency to do so. Before the first strip there is nothing to forget,
 * and 1000 pads begin with 1000 segments. */
static gboolean
chain_event (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  gpointer klass = parent_class;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEGMENT
      && !gst_nt_mosaic_has_caps (GST_NT_MOSAIC (agg)))
    klass = g_type_class_peek_parent (klass);

  return GST_AGGREGATOR_CLASS (klass)->sink_event (agg, pad, event);
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
  end_still (agg, pad, GST_EVENT_TYPE (event));

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_STOP:
      return take_flush_stop (agg, pad, event);
    case GST_EVENT_CAPS:
      return take_caps (agg, pad, event);
    case GST_EVENT_GAP:
      return take_gap (agg, pad, event);
    case GST_EVENT_EOS:
      let_others_in (GST_NT_MOSAIC (agg));
      return chain_event (agg, pad, event);
    default:
      return chain_event (agg, pad, event);
  }
}

void
gst_nt_mosaic_class_init_inputs (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->clip = gst_nt_mosaic_clip;
  agg_class->sink_query = gst_nt_mosaic_sink_query;
  agg_class->sink_query_pre_queue = gst_nt_mosaic_sink_query_pre_queue;
  agg_class->sink_event_pre_queue = gst_nt_mosaic_sink_event_pre_queue;
  agg_class->sink_event = gst_nt_mosaic_sink_event;
}
