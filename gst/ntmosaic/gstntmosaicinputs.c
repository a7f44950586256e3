/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Buffers and events from upstream, in upstream's thread and before the base
 * class queues them. Those that would make the base class abort are cut,
 * dropped or refused here. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicinputs.h"

#include "gstntmosaicahead.h"
#include "gstntmosaicarrival.h"
#include "gstntmosaicclip.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicflush.h"
#include "gstntmosaicover.h"
#include "gstntmosaicqueue.h"
#include "gstntmosaicstills.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* The base class aborts on a segment that is not in TIME format. If a segment
 * is played backwards, the base class computes times from its stop without a
 * check that it has one. */
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
        "segment of rate %g, which is played backwards from its stop, but it "
        "has no stop: seek with a stop position", GST_OBJECT_NAME (pad),
        segment->rate);
    return FALSE;
  }
  if (segment->rate < 0 && segment->offset > segment->stop) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets a "
        "segment that is played backwards from %" GST_TIME_FORMAT " with an "
        "offset of %" GST_TIME_FORMAT ": make the source send an offset that "
        "is not larger than the stop",
        GST_OBJECT_NAME (pad), GST_TIME_ARGS (segment->stop),
        GST_TIME_ARGS (segment->offset));
    return FALSE;
  }

  return TRUE;
}

/* Returns what upstream is told about a frame or an event if the base class
 * says @answer. It says ERROR after the end: gst_nt_mosaic_end() tells why. A
 * pad that was flushed at that very moment says so, too. If upstream's event is
 * sticky and answered with EOS, GStreamer answers the frame behind it in the
 * same way, and does not give it to the pad. */
static GstFlowReturn
note_answer (GstNtMosaic * self, GstNtMosaicPad * pad, GstFlowReturn answer)
{
  if (answer == GST_FLOW_ERROR && g_atomic_int_get (&self->error_is_end))
    answer = GST_FLOW_EOS;
  if (answer == GST_FLOW_EOS)
    g_atomic_int_set (&pad->said_end, TRUE);

  return answer;
}

static GstFlowReturn
queue_event (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  return note_answer (GST_NT_MOSAIC (agg), GST_NT_MOSAIC_PAD (pad),
      GST_AGGREGATOR_CLASS (parent_class)->sink_event_pre_queue (agg, pad,
          event));
}

/* Takes over @event, which is upstream's segment. */
static GstFlowReturn
queue_segment (GstAggregator * agg, GstAggregatorPad * pad, GstEvent * event)
{
  g_atomic_int_set (&GST_NT_MOSAIC_PAD (pad)->has_segment, TRUE);

  return queue_event (agg, pad, event);
}

/* The base class aborts on data without a segment. A flush that did not come
 * from upstream has reset its segment, but not upstream's, so it gets that one
 * again. */
static gboolean
find_segment (GstNtMosaic * self, GstPad * pad, const gchar * data,
    GstSegment * segment)
{
  GstEvent *event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);

  if (event) {
    gst_event_copy_segment (event, segment);
    if (g_atomic_int_get (&GST_NT_MOSAIC_PAD (pad)->has_segment))
      gst_event_unref (event);
    else
      queue_segment (GST_AGGREGATOR (self), GST_AGGREGATOR_PAD (pad), event);
    return TRUE;
  }

  gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets %s before "
      "a segment: make the element before the pad send one, or pass it on",
      GST_OBJECT_NAME (pad), data);

  return FALSE;
}

/* Whether upstream has sent a segment that has not reached @pad. If the base
 * class refuses an earlier event, such as a STREAM_START after the strip's EOS,
 * GStreamer keeps the segment for later, and pushes a gap all the same. */
static gboolean
is_segment_pending (GstPad * pad)
{
  GstEvent *own = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  GstPad *peer = own ? NULL : gst_pad_get_peer (pad);
  GstEvent *sent =
      peer ? gst_pad_get_sticky_event (peer, GST_EVENT_SEGMENT, 0) : NULL;
  const gboolean is_pending = sent != NULL;

  gst_clear_event (&own);
  gst_clear_event (&sent);
  gst_clear_object (&peer);

  return is_pending;
}

/* Cuts or drops a frame before it is queued. The base class makes a strip when
 * each pad has a frame in its queue, so a frame that is dropped later would be
 * missing in that strip. */
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
  GstClockTime old_duration;
  GstGapFlags flags;
  GstEvent *clipped;

  gst_event_parse_gap (event, &pts, &duration);
  old_pts = pts;
  old_duration = duration;
  if (!gst_nt_mosaic_clip_to_running_time (segment, &pts, &duration)) {
    GST_LOG ("dropped, without a running time: %" GST_PTR_FORMAT, event);
    gst_event_unref (event);
    return NULL;
  }
  if (pts == old_pts && duration == old_duration)
    return event;

  gst_event_parse_gap_flags (event, &flags);
  clipped = gst_event_new_gap (pts, duration);
  gst_event_set_gap_flags (clipped, flags);
  gst_event_set_seqnum (clipped, gst_event_get_seqnum (event));
  gst_event_unref (event);

  return clipped;
}

/* Replaces @event, with NULL if it is dropped. FALSE: an error was posted. */
static gboolean
take_gap (GstNtMosaic * self, GstPad * pad, GstEvent ** event)
{
  GstSegment segment;

  if (is_segment_pending (pad)) {
    GST_DEBUG_OBJECT (pad, "dropped, before its segment: %" GST_PTR_FORMAT,
        *event);
    gst_clear_event (event);
    return TRUE;
  }
  if (!find_segment (self, pad, "a gap", &segment)) {
    gst_clear_event (event);
    return FALSE;
  }
  *event = clip_gap (&segment, *event);

  return TRUE;
}

/* Drops @frame after the end of the stream. Upstream may have waited until
 * then. */
static gboolean
is_too_late (GstNtMosaicPad * pad, GstBuffer * frame)
{
  if (!g_atomic_int_get (&pad->has_ended))
    return FALSE;

  gst_buffer_unref (frame);
  return TRUE;
}

static GstFlowReturn
take_buffer (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  GstNtMosaicPad *self = GST_NT_MOSAIC_PAD (pad);
  GstNtMosaic *mosaic = GST_NT_MOSAIC (parent);
  const gboolean is_gap = gst_nt_mosaic_is_gap (buffer);
  GstSegment segment;
  GstFlowReturn ret;

  if (is_too_late (self, buffer))
    return GST_FLOW_EOS;
  gst_nt_mosaic_pad_note_data (self);
  if (!find_segment (mosaic, pad, "buffers", &segment)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_ERROR;
  }
  buffer = clip_frame (&segment, buffer);
  if (!is_gap)
    gst_nt_mosaic_pad_stats_count_in (&self->stats, &segment, buffer,
        &mosaic->last_span);
  if (buffer == NULL)
    return GST_FLOW_OK;
  if (is_gap)
    return self->base_chain (pad, parent, buffer);

  buffer = gst_nt_mosaic_arrive (self, mosaic->composer, buffer);
  gst_nt_mosaic_wait_for_turn (mosaic, self, &segment, buffer);
  if (is_too_late (self, buffer)) {
    gst_nt_mosaic_pad_stats_count_dropped (&self->stats, 1);
    return GST_FLOW_EOS;
  }
  gst_nt_mosaic_queue_count_in (&self->queue);
  ret = self->base_chain (pad, parent, buffer);
  if (ret != GST_FLOW_OK)
    gst_nt_mosaic_pad_uncount (self);
  else if (g_atomic_int_get (&self->has_ended))
    gst_nt_mosaic_pad_drop_rest (self, GST_AGGREGATOR (mosaic));

  return ret;
}

static GstFlowReturn
gst_nt_mosaic_pad_chain (GstPad * pad, GstObject * parent, GstBuffer * buffer)
{
  return note_answer (GST_NT_MOSAIC (parent), GST_NT_MOSAIC_PAD (pad),
      take_buffer (pad, parent, buffer));
}

void
gst_nt_mosaic_init_pad_inputs (GstNtMosaicPad * pad)
{
  pad->base_chain = GST_PAD_CHAINFUNC (pad);
  gst_pad_set_chain_function (GST_PAD (pad), gst_nt_mosaic_pad_chain);
}

/* A gap of the same time as @frame, whose caps were refused. Takes over
 * @frame. */
static GstBuffer *
make_gap (GstNtMosaicPad * pad, GstBuffer * frame)
{
  GstBuffer *gap = gst_buffer_new ();

  GST_BUFFER_PTS (gap) = GST_BUFFER_PTS (frame);
  GST_BUFFER_DURATION (gap) = GST_BUFFER_DURATION (frame);
  GST_BUFFER_FLAG_SET (gap, GST_BUFFER_FLAG_GAP);
  gst_nt_mosaic_held_drop_later (&pad->held, frame);

  return gap;
}

/* The base class calls this once for each frame, when it becomes the frame to
 * be taken next. The caller may hold the element's object lock, so no frame is
 * dropped here. */
static GstBuffer *
gst_nt_mosaic_clip (GstAggregator * agg, GstAggregatorPad * aggpad,
    GstBuffer * buffer)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);

  gst_nt_mosaic_pad_count_out (pad, buffer);
  if (!gst_nt_mosaic_has_segment (self, pad)) {
    GST_DEBUG_OBJECT (pad, "dropped, flushed: %" GST_PTR_FORMAT, buffer);
    gst_nt_mosaic_held_drop_later (&pad->held, buffer);
    return NULL;
  }
  if (g_atomic_int_get (&pad->caps_refused) && !gst_nt_mosaic_is_gap (buffer))
    buffer = make_gap (pad, buffer);
  if (!GST_BUFFER_PTS_IS_VALID (buffer)) {
    if (!gst_nt_mosaic_pad_has_stills (pad) && !gst_nt_mosaic_is_gap (buffer))
      buffer = gst_nt_mosaic_pad_stand_for_untimed (pad, buffer);
    buffer = gst_nt_mosaic_pad_time_still (pad, buffer, self->strip_time);
    g_atomic_int_set (&self->has_untimed, TRUE);
  } else if (g_atomic_int_get (&self->has_untimed)) {
    gst_nt_mosaic_pad_note_timed (pad);
  }
  gst_nt_mosaic_pad_note_end (pad, buffer);

  return buffer;
}

/* After the end. From GStreamer 1.24 on, the base class would go on with the
 * strips, and in live pipelines make strips without this pad. GStreamer 1.22
 * refuses the event as this function does. A pad that was flushed since waits
 * for the flush of the others: it takes the event, but the base class does not
 * get it. */
static GstFlowReturn
keep_stream_start (GstNtMosaic * self, GstNtMosaicPad * pad, GstEvent * event)
{
  gst_pad_store_sticky_event (GST_PAD (pad), event);
  gst_event_unref (event);

  return note_answer (self, pad, g_atomic_int_get (&pad->has_ended)
      ? GST_FLOW_EOS : GST_FLOW_OK);
}

static GstFlowReturn
gst_nt_mosaic_sink_event_pre_queue (GstAggregator * agg,
    GstAggregatorPad * aggpad, GstEvent * event)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      if (g_atomic_int_get (&self->has_ended))
        return keep_stream_start (self, pad, event);
      break;
    case GST_EVENT_GAP:
      gst_nt_mosaic_pad_note_data (pad);
      if (!take_gap (self, GST_PAD (pad), &event))
        return GST_FLOW_ERROR;
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
      return queue_segment (agg, aggpad, event);
    case GST_EVENT_CAPS:
      gst_nt_mosaic_pad_announce (pad, event);
      break;
    case GST_EVENT_FLUSH_START:
      gst_nt_mosaic_begin_flush (self, pad, gst_event_get_seqnum (event));
      gst_nt_mosaic_held_forget_data (&pad->held);
      gst_nt_mosaic_queue_set_hurry (&pad->queue, TRUE);
      break;
    default:
      break;
  }

  return queue_event (agg, aggpad, event);
}

void
gst_nt_mosaic_class_init_inputs (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->clip = gst_nt_mosaic_clip;
  agg_class->sink_event_pre_queue = gst_nt_mosaic_sink_event_pre_queue;
}
