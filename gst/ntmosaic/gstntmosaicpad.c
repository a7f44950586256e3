/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The sink pad of ntmosaic. It has no setting of its own: its name and its caps
 * say all. It does without the base class' prepare_frame, which maps each
 * frame although the element maps the frames that it copies, and which ends the
 * strip at the first frame that it can't map. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicpad.h"

#include "gstntmosaicinfo.h"

G_DEFINE_TYPE (GstNtMosaicPad, gst_nt_mosaic_pad,
    GST_TYPE_VIDEO_AGGREGATOR_PAD);

enum
{
  PROP_0,
  PROP_STATS,
};

/* ---- What it counts ---- */

/* A frame that the base class only looked at was counted as left, and is still
 * to be taken. */
guint
gst_nt_mosaic_pad_get_n_taken (GstNtMosaicPad * pad)
{
  guint n_taken = gst_nt_mosaic_queue_get_n_left (&pad->queue);
  GstBuffer *next = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));

  if (next && !gst_nt_mosaic_is_gap (next))
    n_taken = gst_nt_mosaic_queue_get_n_left (&pad->queue) - 1;
  gst_clear_buffer (&next);

  return n_taken;
}

void
gst_nt_mosaic_pad_count_taken (GstNtMosaicPad * pad, guint n_taken,
    const GstNtMosaicTaken * taken, gboolean is_shown)
{
  GstNtMosaicFate fate = GST_NT_MOSAIC_FATE_NONE;

  if (is_shown)
    fate = GST_NT_MOSAIC_FATE_SHOWN;
  else if (taken->buffer)
    fate = gst_nt_mosaic_held_is_refused (&pad->held)
        ? GST_NT_MOSAIC_FATE_REFUSED : GST_NT_MOSAIC_FATE_HIDDEN;
  gst_nt_mosaic_pad_stats_count_taken (&pad->stats, n_taken, taken->is_first,
      fate);
}

void
gst_nt_mosaic_pad_note_data (GstNtMosaicPad * pad)
{
  if (!gst_nt_mosaic_pad_has_had_data (pad))
    g_atomic_int_set (&pad->had_data, TRUE);
}

gboolean
gst_nt_mosaic_pad_has_had_data (GstNtMosaicPad * pad)
{
  return g_atomic_int_get (&pad->had_data);
}

void
gst_nt_mosaic_pad_uncount (GstNtMosaicPad * pad)
{
  gst_nt_mosaic_queue_uncount (&pad->queue);
  gst_nt_arrivals_uncount (pad->arrivals);
  gst_nt_mosaic_pad_stats_count_dropped (&pad->stats, 1);
}

/* Computes the end as the base class does. Behind the stop of the segment there
 * is no running time. */
gboolean
gst_nt_mosaic_pad_adds_time (GstNtMosaicPad * pad, const GstSegment * segment,
    GstBuffer * buffer)
{
  GstClockTime end = GST_BUFFER_DTS_OR_PTS (buffer);

  if (GST_CLOCK_TIME_IS_VALID (end) && GST_BUFFER_DURATION_IS_VALID (buffer))
    end += GST_BUFFER_DURATION (buffer);
  end = gst_segment_to_running_time (segment, GST_FORMAT_TIME, end);

  return gst_nt_mosaic_queue_adds_time (&pad->queue, end);
}

/* The base class makes an empty buffer out of a GAP event. It was never counted
 * in. */
void
gst_nt_mosaic_pad_count_out (GstNtMosaicPad * pad, GstBuffer * buffer)
{
  if (!gst_nt_mosaic_is_gap (buffer))
    gst_nt_mosaic_queue_count_out (&pad->queue);
}

gboolean
gst_nt_mosaic_pad_get_segment (GstNtMosaicPad * pad, GstSegment * segment)
{
  if (!g_mutex_trylock (&pad->gap_lock))
    return FALSE;

  *segment = GST_AGGREGATOR_PAD (pad)->segment;
  g_mutex_unlock (&pad->gap_lock);

  return segment->format == GST_FORMAT_TIME;
}

void
gst_nt_mosaic_pad_end (GstNtMosaicPad * pad)
{
  g_atomic_int_set (&pad->has_ended, TRUE);
  gst_nt_mosaic_queue_set_hurry (&pad->queue, TRUE);
}

void
gst_nt_mosaic_pad_restart (GstNtMosaicPad * pad)
{
  gst_nt_mosaic_pad_stats_count_dropped (&pad->stats,
      gst_nt_mosaic_queue_get_n_queued (&pad->queue));
  pad->stats.last_end = GST_CLOCK_TIME_NONE;
  g_atomic_int_set (&pad->has_ended, FALSE);
  gst_nt_arrivals_restart (pad->arrivals,
      gst_nt_mosaic_queue_restart (&pad->queue));
}

/* ---- Frames that are dropped ---- */

/* The base class keeps a frame that it has looked at until aggregate() is over.
 * While it chooses frames, it holds the object lock, and relies on each frame
 * that it has looked at. */
void
gst_nt_mosaic_pad_drop_next (GstNtMosaicPad * pad, GstAggregator * agg)
{
  GSList *frames = NULL;
  GstBuffer *frame;

  GST_OBJECT_LOCK (agg);
  while ((frame = gst_aggregator_pad_pop_buffer (GST_AGGREGATOR_PAD (pad))))
    frames = g_slist_prepend (frames, frame);
  GST_OBJECT_UNLOCK (agg);

  g_slist_free_full (frames, (GDestroyNotify) gst_buffer_unref);
}

/* The base class drops queued frames with the element's object lock held. Here
 * the last references go without locks. */
void
gst_nt_mosaic_pad_drop_rest (GstNtMosaicPad * pad, GstAggregator * agg)
{
  gst_nt_mosaic_pad_drop_next (pad, agg);
  GST_OBJECT_LOCK (agg);
  gst_nt_mosaic_pad_stats_count_taken (&pad->stats,
      gst_nt_mosaic_pad_get_n_taken (pad), FALSE, GST_NT_MOSAIC_FATE_NONE);
  GST_OBJECT_UNLOCK (agg);
  GST_AGGREGATOR_PAD_GET_CLASS (pad)->flush (GST_AGGREGATOR_PAD (pad), agg);
}

/* ---- Caps, release and reset ---- */

void
gst_nt_mosaic_pad_announce (GstNtMosaicPad * pad, GstEvent * event)
{
  GstEvent *old = NULL;
  GstVideoInfo info;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  if (!gst_nt_mosaic_info_from_caps (&info, caps))
    gst_video_info_init (&info);

  GST_OBJECT_LOCK (pad);
  old = pad->queued_caps;
  pad->queued_caps = gst_event_ref (event);
  pad->announced = info;
  pad->told_of_caps = FALSE;
  GST_OBJECT_UNLOCK (pad);

  gst_clear_event (&old);
}

void
gst_nt_mosaic_pad_note_taken_caps (GstNtMosaicPad * pad, const GstEvent * event)
{
  GstEvent *old = NULL;

  GST_OBJECT_LOCK (pad);
  if (pad->queued_caps == event)
    old = g_steal_pointer (&pad->queued_caps);
  GST_OBJECT_UNLOCK (pad);

  gst_clear_event (&old);
}

GstEvent *
gst_nt_mosaic_pad_ref_queued_caps (GstNtMosaicPad * pad)
{
  GstEvent *event = NULL;

  GST_OBJECT_LOCK (pad);
  if (pad->queued_caps)
    event = gst_event_ref (pad->queued_caps);
  GST_OBJECT_UNLOCK (pad);

  return event;
}

gboolean
gst_nt_mosaic_pad_get_announced (GstNtMosaicPad * pad, GstVideoInfo * info)
{
  GST_OBJECT_LOCK (pad);
  *info = pad->announced;
  GST_OBJECT_UNLOCK (pad);

  return GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
}

/* Until the base class takes the next frame, it has the caps before. */
static GstVideoChromaSite
get_site (GstNtMosaicPad * pad)
{
  return gst_video_info_is_equal (&GST_VIDEO_AGGREGATOR_PAD (pad)->info,
      &pad->next_info) ? pad->next_site : pad->site;
}

void
gst_nt_mosaic_pad_get_info (GstNtMosaicPad * pad, GstVideoInfo * info)
{
  *info = GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  info->chroma_site = get_site (pad);
}

void
gst_nt_mosaic_pad_set_next_caps (GstNtMosaicPad * pad, const GstCaps * caps)
{
  pad->site = get_site (pad);
  if (!gst_video_info_from_caps (&pad->next_info, caps))
    gst_video_info_init (&pad->next_info);
  pad->next_site = gst_nt_mosaic_get_stated_site (&pad->next_info, caps);
}

void
gst_nt_mosaic_pad_release (GstNtMosaicPad * pad)
{
  gst_nt_mosaic_held_release (&pad->held);
  /* Waits for caps that came before that. */
  g_mutex_lock (&pad->caps_lock);
  g_mutex_unlock (&pad->caps_lock);
  gst_nt_mosaic_queue_set_hurry (&pad->queue, TRUE);
  gst_nt_arrivals_set_tile (pad->arrivals, NULL, 0);
}

void
gst_nt_mosaic_pad_start_stats (GstNtMosaicPad * pad)
{
  gst_nt_mosaic_pad_stats_reset (&pad->stats,
      gst_nt_mosaic_queue_get_n_left (&pad->queue));
}

void
gst_nt_mosaic_pad_reset (GstNtMosaicPad * pad)
{
  GstEvent *old;

  GST_OBJECT_LOCK (pad);
  gst_video_info_init (&pad->announced);
  old = g_steal_pointer (&pad->queued_caps);
  pad->told_of_caps = FALSE;
  GST_OBJECT_UNLOCK (pad);

  gst_clear_event (&old);
  gst_nt_arrivals_set_tile (pad->arrivals, NULL, 0);
  gst_nt_mosaic_pad_restart (pad);
  g_atomic_int_set (&pad->has_segment, FALSE);
  pad->silent_since = GST_CLOCK_TIME_NONE;
  pad->warned_of_frames = FALSE;
  gst_video_info_init (&pad->misfit);
  gst_video_info_init (&pad->settled);
  g_atomic_int_set (&pad->caps_refused, FALSE);
  pad->unfit = FALSE;
  g_atomic_int_set (&pad->had_data, FALSE);
  g_atomic_int_set (&pad->said_end, FALSE);
  pad->named_silent = FALSE;
  pad->tile = -1;
}

void
gst_nt_mosaic_pad_forget (GstNtMosaicPad * pad, GstAggregator * agg)
{
  GstAggregatorPad *aggpad = GST_AGGREGATOR_PAD (pad);

  GST_AGGREGATOR_PAD_GET_CLASS (aggpad)->flush (aggpad, agg);
  GST_OBJECT_LOCK (agg);
  gst_video_info_init (&GST_VIDEO_AGGREGATOR_PAD (pad)->info);
  GST_OBJECT_UNLOCK (agg);
}

gint
gst_nt_mosaic_pad_compare (gconstpointer a, gconstpointer b)
{
  const GstNtMosaicPad *pad_a = a;
  const GstNtMosaicPad *pad_b = b;

  return (pad_a->number > pad_b->number) - (pad_a->number < pad_b->number);
}

static GstFlowReturn
gst_nt_mosaic_pad_flush (GstAggregatorPad * aggpad, GstAggregator * agg)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  const GstFlowReturn ret = gst_nt_mosaic_held_flush (&pad->held, agg,
      GST_AGGREGATOR_PAD_CLASS (gst_nt_mosaic_pad_parent_class)->flush);

  GST_OBJECT_LOCK (pad);
  pad->ends_at = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (pad);

  return ret;
}

/* In live pipelines the base class skips late frames before it takes them. It
 * would compute with the timestamp of a frame that has none, or with a segment
 * that a flush has reset, so such a frame is never skipped. */
static gboolean
gst_nt_mosaic_pad_skip_buffer (GstAggregatorPad * aggpad, GstAggregator * agg,
    GstBuffer * buffer)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer)
      || aggpad->segment.format != GST_FORMAT_TIME
      || !GST_AGGREGATOR_PAD_CLASS (gst_nt_mosaic_pad_parent_class)->skip_buffer
      (aggpad, agg, buffer))
    return FALSE;

  gst_nt_mosaic_pad_count_out (GST_NT_MOSAIC_PAD (aggpad), buffer);
  return TRUE;
}

static void
gst_nt_mosaic_pad_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  if (id == PROP_STATS)
    g_value_take_boxed (value, gst_nt_mosaic_pad_stats_describe
        (&GST_NT_MOSAIC_PAD (object)->stats));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
gst_nt_mosaic_pad_finalize (GObject * object)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (object);

  gst_nt_mosaic_held_clear (&pad->held);
  gst_clear_event (&pad->queued_caps);
  g_clear_pointer (&pad->arrivals, gst_nt_arrivals_unref);
  g_mutex_clear (&pad->gap_lock);
  g_mutex_clear (&pad->caps_lock);
  gst_nt_mosaic_queue_clear (&pad->queue);

  G_OBJECT_CLASS (gst_nt_mosaic_pad_parent_class)->finalize (object);
}

static void
gst_nt_mosaic_pad_class_init (GstNtMosaicPadClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstAggregatorPadClass *aggpad_class = GST_AGGREGATOR_PAD_CLASS (klass);
  GstVideoAggregatorPadClass *vaggpad_class =
      GST_VIDEO_AGGREGATOR_PAD_CLASS (klass);

  object_class->finalize = gst_nt_mosaic_pad_finalize;
  object_class->get_property = gst_nt_mosaic_pad_get_property;
  gst_nt_mosaic_install_pad_stats (object_class, PROP_STATS);
  aggpad_class->flush = gst_nt_mosaic_pad_flush;
  aggpad_class->skip_buffer = gst_nt_mosaic_pad_skip_buffer;
  vaggpad_class->prepare_frame = NULL;
  vaggpad_class->clean_frame = NULL;
}

static void
gst_nt_mosaic_pad_init (GstNtMosaicPad * pad)
{
  /* The base class leaves its info all zeros, which is no valid
   * GstVideoInfo. */
  gst_video_info_init (&GST_VIDEO_AGGREGATOR_PAD (pad)->info);
  gst_video_info_init (&pad->announced);
  gst_video_info_init (&pad->next_info);
  gst_video_info_init (&pad->misfit);
  gst_video_info_init (&pad->settled);
  pad->tile = -1;
  pad->silent_since = GST_CLOCK_TIME_NONE;
  pad->ends_at = GST_CLOCK_TIME_NONE;
  g_mutex_init (&pad->gap_lock);
  g_mutex_init (&pad->caps_lock);
  gst_nt_mosaic_held_init (&pad->held, GST_VIDEO_AGGREGATOR_PAD (pad));
  gst_nt_mosaic_queue_init (&pad->queue);
  gst_nt_mosaic_pad_start_stats (pad);
}
