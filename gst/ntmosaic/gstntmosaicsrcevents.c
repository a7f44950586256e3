/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Events from downstream or from the application: navigation, seeks and QoS.
 * And queries. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicsrcevents.h"

#include "gstntmosaicahead.h"
#include "gstntmosaicending.h"
#include "gstntmosaicflush.h"
#include "gstntmosaicnavigation.h"
#include "gstntmosaicpace.h"
#include "gstntmosaicposition.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

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

/* Played backwards, strips begin at the segment's stop. The base class would
 * carry out a seek to a segment without a stop, and fail only afterwards. */
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

  gst_nt_mosaic_get_output_segment (GST_NT_MOSAIC (agg), &segment);
  if (gst_segment_do_seek (&segment, rate, format, flags, start_type, start,
          stop_type, stop, NULL) && GST_CLOCK_TIME_IS_VALID (segment.stop))
    return TRUE;

  GST_WARNING_OBJECT (agg, "seek of rate %g refused: it has no stop position, "
      "which is where it would begin; set one", rate);
  return FALSE;
}

/* A seek that the application sends before the element is started comes this
 * way. The base class keeps it until the start. */
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

  /* An application's seek comes once from each sink of the pipeline, and a
   * source may have carried it out already for another sink. The base class
   * would drop such a seek and leak it. */
  if (gst_nt_mosaic_has_flushed (self, seqnum)) {
    gst_event_unref (event);
    return TRUE;
  }
  if (!gst_nt_mosaic_can_flush (self)) {
    gst_event_unref (event);
    return FALSE;
  }

  /* A flushing seek waits for the streaming thread, which may wait for the
   * clock. */
  gst_nt_mosaic_forbid_waiting (self);
  gst_nt_mosaic_begin_seek (self, seqnum);
  ret = GST_AGGREGATOR_CLASS (parent_class)->src_event (agg, event);
  gst_nt_mosaic_end_seek (self, seqnum, ret);
  gst_nt_mosaic_allow_waiting (self);

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
      /* Stills are never dropped, however slow downstream is. The base class
       * would divide by the rate. */
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

static gboolean
gst_nt_mosaic_src_query (GstAggregator * agg, GstQuery * query)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  if (GST_QUERY_TYPE (query) == GST_QUERY_DURATION
      && gst_nt_mosaic_answer_duration (self, query))
    return TRUE;
  if (!GST_AGGREGATOR_CLASS (parent_class)->src_query (agg, query))
    return FALSE;

  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY)
    gst_nt_mosaic_correct_latency (self, query);

  return TRUE;
}

void
gst_nt_mosaic_class_init_src_events (GstNtMosaicClass * klass)
{
  parent_class = g_type_class_peek_parent (klass);

  GST_ELEMENT_CLASS (klass)->send_event = gst_nt_mosaic_send_event;
  GST_AGGREGATOR_CLASS (klass)->src_event = gst_nt_mosaic_src_event;
  GST_AGGREGATOR_CLASS (klass)->src_query = gst_nt_mosaic_src_query;
}
