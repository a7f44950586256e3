/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The sink pad of ntmosaic. It has no property of its own: what it needs to
 * know is in its name and in its caps. The base class' prepare_frame is switched
 * off, because it maps each frame twice over for nothing and stops at the first
 * one that it can't map; the element maps what it copies. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicpad.h"

G_DEFINE_TYPE (GstNtMosaicPad, gst_nt_mosaic_pad,
    GST_TYPE_VIDEO_AGGREGATOR_PAD);

gboolean
gst_nt_mosaic_is_gap (GstBuffer * buffer)
{
  return gst_buffer_get_size (buffer) == 0
      && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

static GstBuffer *
ref_current_buffer (GstNtMosaicPad * pad)
{
  GstVideoAggregatorPad *vpad = GST_VIDEO_AGGREGATOR_PAD (pad);
  GstBuffer *buffer = NULL;

  g_mutex_lock (&pad->flush_lock);
  if (!pad->released)
    buffer = gst_video_aggregator_pad_get_current_buffer (vpad);
  if (buffer)
    gst_buffer_ref (buffer);
  g_mutex_unlock (&pad->flush_lock);

  return buffer;
}

/* Whether a frame with the caps @a, said to have @b, looks the same. */
static gboolean
looks_the_same (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return GST_VIDEO_INFO_FORMAT (a) == GST_VIDEO_INFO_FORMAT (b)
      && GST_VIDEO_INFO_WIDTH (a) == GST_VIDEO_INFO_WIDTH (b)
      && GST_VIDEO_INFO_HEIGHT (a) == GST_VIDEO_INFO_HEIGHT (b)
      && GST_VIDEO_INFO_PAR_N (a) == GST_VIDEO_INFO_PAR_N (b)
      && GST_VIDEO_INFO_PAR_D (a) == GST_VIDEO_INFO_PAR_D (b)
      && gst_video_colorimetry_is_equal (&a->colorimetry, &b->colorimetry);
}

void
gst_nt_mosaic_pad_set_next_caps (GstNtMosaicPad * pad, const GstCaps * caps)
{
  if (!gst_video_info_from_caps (&pad->next_info, caps))
    gst_video_info_init (&pad->next_info);
}

/* If the frame was kept before, its caps are not those that the pad has now. */
void
gst_nt_mosaic_pad_keep_frame (GstNtMosaicPad * pad)
{
  GstVideoAggregatorPad *vpad = GST_VIDEO_AGGREGATOR_PAD (pad);
  GstBuffer *current = NULL;

  if (looks_the_same (&vpad->info, &pad->next_info))
    return;

  g_mutex_lock (&pad->flush_lock);
  if (!pad->released)
    current = gst_video_aggregator_pad_get_current_buffer (vpad);
  if (pad->kept != current) {
    gst_buffer_replace (&pad->kept, current);
    pad->kept_info = vpad->info;
  }
  g_mutex_unlock (&pad->flush_lock);
}

static gboolean
has_other_caps (GstNtMosaicPad * pad, GstBuffer * buffer)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  gboolean has;

  g_mutex_lock (&pad->flush_lock);
  has = buffer == pad->kept && !looks_the_same (&pad->kept_info, info);
  g_mutex_unlock (&pad->flush_lock);

  return has;
}

GstBuffer *
gst_nt_mosaic_pad_ref_frame (GstNtMosaicPad * pad)
{
  GstBuffer *buffer = ref_current_buffer (pad);

  if (buffer && (gst_nt_mosaic_is_gap (buffer) || has_other_caps (pad, buffer)))
    gst_clear_buffer (&buffer);

  return buffer;
}

static gboolean
has_same_layout (GstBuffer * a, GstBuffer * b)
{
  const GstVideoMeta *meta_a = gst_buffer_get_video_meta (a);
  const GstVideoMeta *meta_b = gst_buffer_get_video_meta (b);

  if (meta_a == NULL || meta_b == NULL)
    return meta_a == meta_b;

  return meta_a->format == meta_b->format
      && meta_a->offset[0] == meta_b->offset[0]
      && meta_a->stride[0] == meta_b->stride[0];
}

/* Whether both buffers, alive at this moment, are the same memory seen the same
 * way. Nobody can have written to it, or resized it, between the one and the other:
 * memory that is in a buffer is as writable as the buffer, and only its last owner
 * may write to that. */
static gboolean
is_same_content (GstBuffer * a, GstBuffer * b)
{
  guint n_memories = gst_buffer_n_memory (a);
  guint i;

  if (a == b)
    return TRUE;
  if (n_memories != gst_buffer_n_memory (b) || !has_same_layout (a, b))
    return FALSE;

  for (i = 0; i < n_memories; i++)
    if (gst_buffer_peek_memory (a, i) != gst_buffer_peek_memory (b, i))
      return FALSE;

  return TRUE;
}

guint64
gst_nt_mosaic_pad_identify (GstNtMosaicPad * pad, GstBuffer * buffer,
    guint64 * last_content)
{
  GstBuffer *current = NULL;
  guint64 content;

  g_mutex_lock (&pad->flush_lock);
  if (pad->shown == NULL || !is_same_content (pad->shown, buffer))
    pad->content = ++*last_content;
  if (!pad->released)
    current = gst_video_aggregator_pad_get_current_buffer
        (GST_VIDEO_AGGREGATOR_PAD (pad));
  gst_buffer_replace (&pad->shown, current == buffer ? buffer : NULL);
  if (pad->kept != current)
    gst_buffer_replace (&pad->kept, NULL);
  content = pad->content;
  g_mutex_unlock (&pad->flush_lock);

  return content;
}

gboolean
gst_nt_mosaic_pad_refuse (GstNtMosaicPad * pad, GstBuffer * buffer)
{
  gboolean is_new;

  g_mutex_lock (&pad->flush_lock);
  is_new = pad->refused != buffer;
  gst_buffer_replace (&pad->refused, pad->released ? NULL : buffer);
  g_mutex_unlock (&pad->flush_lock);

  return is_new;
}

void
gst_nt_mosaic_pad_let_go (GstNtMosaicPad * pad)
{
  GstBuffer *current = NULL;

  g_mutex_lock (&pad->flush_lock);
  if (!pad->released)
    current = gst_video_aggregator_pad_get_current_buffer
        (GST_VIDEO_AGGREGATOR_PAD (pad));
  if (pad->kept != current)
    gst_buffer_replace (&pad->kept, NULL);
  if (pad->refused != current)
    gst_buffer_replace (&pad->refused, NULL);
  if (pad->shown)
    gst_buffer_replace (&pad->shown, current
        && is_same_content (pad->shown, current) ? current : NULL);
  g_mutex_unlock (&pad->flush_lock);
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
gst_nt_mosaic_pad_count_in (GstNtMosaicPad * pad)
{
  g_mutex_lock (&pad->queue_lock);
  pad->n_in++;
  g_mutex_unlock (&pad->queue_lock);
}

void
gst_nt_mosaic_pad_uncount (GstNtMosaicPad * pad)
{
  g_mutex_lock (&pad->queue_lock);
  pad->n_in--;
  g_mutex_unlock (&pad->queue_lock);

  gst_nt_arrivals_uncount (pad->arrivals);
}

guint
gst_nt_mosaic_pad_get_n_queued (GstNtMosaicPad * pad)
{
  guint n_queued;

  g_mutex_lock (&pad->queue_lock);
  n_queued = pad->n_in - pad->n_left;
  g_mutex_unlock (&pad->queue_lock);

  return n_queued;
}

/* As the base class reckons: behind the stop of the segment there is no time. */
gboolean
gst_nt_mosaic_pad_adds_time (GstNtMosaicPad * pad, const GstSegment * segment,
    GstBuffer * buffer)
{
  GstClockTime end = GST_BUFFER_DTS_OR_PTS (buffer);
  gboolean adds;

  if (GST_CLOCK_TIME_IS_VALID (end) && GST_BUFFER_DURATION_IS_VALID (buffer))
    end += GST_BUFFER_DURATION (buffer);
  end = gst_segment_to_running_time (segment, GST_FORMAT_TIME, end);

  g_mutex_lock (&pad->queue_lock);
  adds = GST_CLOCK_TIME_IS_VALID (end)
      && (!GST_CLOCK_TIME_IS_VALID (pad->queued_until)
      || end > pad->queued_until);
  if (adds)
    pad->queued_until = end;
  g_mutex_unlock (&pad->queue_lock);

  return adds;
}

/* The base class makes an empty buffer of a GAP event, which never arrived. */
void
gst_nt_mosaic_pad_count_out (GstNtMosaicPad * pad, GstBuffer * buffer)
{
  if (gst_nt_mosaic_is_gap (buffer))
    return;

  g_mutex_lock (&pad->queue_lock);
  pad->n_left++;
  if (pad->waits && pad->n_in - pad->n_left <= pad->wake_at)
    g_cond_signal (&pad->queue_shorter);
  g_mutex_unlock (&pad->queue_lock);
}

static guint
get_n_left (GstNtMosaicPad * pad)
{
  guint n_left;

  g_mutex_lock (&pad->queue_lock);
  n_left = pad->n_left;
  g_mutex_unlock (&pad->queue_lock);

  return n_left;
}

/* One that left the queue may be waiting to be taken. */
guint
gst_nt_mosaic_pad_get_n_taken (GstNtMosaicPad * pad)
{
  const guint before = get_n_left (pad);
  GstBuffer *next = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
  guint n_taken = before;

  if (next && !gst_nt_mosaic_is_gap (next))
    n_taken = get_n_left (pad) - 1;
  gst_clear_buffer (&next);

  return n_taken;
}

gboolean
gst_nt_mosaic_pad_has_stills (GstNtMosaicPad * pad)
{
  return GST_VIDEO_INFO_FORMAT (&pad->next_info) != GST_VIDEO_FORMAT_UNKNOWN
      && GST_VIDEO_INFO_FPS_N (&pad->next_info) == 0;
}

/* A strip that begins before the pad's segment has none of its frames. */
static GstClockTime
find_position (GstNtMosaicPad * pad, GstClockTime running_time)
{
  const GstSegment *segment = &GST_AGGREGATOR_PAD (pad)->segment;
  const guint64 position = gst_segment_position_from_running_time (segment,
      GST_FORMAT_TIME, running_time);

  return GST_CLOCK_TIME_IS_VALID (position) ? position : segment->start;
}

static void
set_untimed (GstNtMosaicPad * pad, gconstpointer buffer)
{
  g_mutex_lock (&pad->queue_lock);
  pad->untimed = buffer;
  g_mutex_unlock (&pad->queue_lock);
}

/* Without a duration the base class shows it until the next one, and never
 * takes it for one that is late. */
GstBuffer *
gst_nt_mosaic_pad_time_still (GstNtMosaicPad * pad, GstBuffer * buffer,
    GstClockTime running_time)
{
  buffer = gst_buffer_make_writable (buffer);
  GST_BUFFER_PTS (buffer) = find_position (pad, running_time);
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  set_untimed (pad, buffer);

  return buffer;
}

void
gst_nt_mosaic_pad_note_timed (GstNtMosaicPad * pad)
{
  set_untimed (pad, NULL);
}

/* The buffer became the pad's own when it was next. */
void
gst_nt_mosaic_pad_retime_still (GstNtMosaicPad * pad, GstClockTime running_time)
{
  GstBuffer *next = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));

  g_mutex_lock (&pad->queue_lock);
  if (next && next == pad->untimed)
    GST_BUFFER_PTS (next) = find_position (pad, running_time);
  else
    pad->untimed = NULL;
  g_mutex_unlock (&pad->queue_lock);

  gst_clear_buffer (&next);
}

void
gst_nt_mosaic_pad_restart (GstNtMosaicPad * pad)
{
  guint n_left;

  g_mutex_lock (&pad->queue_lock);
  n_left = pad->n_left;
  pad->n_in = n_left;
  pad->hurry = FALSE;
  pad->queued_until = GST_CLOCK_TIME_NONE;
  g_mutex_unlock (&pad->queue_lock);

  gst_nt_arrivals_restart (pad->arrivals, n_left);
}

void
gst_nt_mosaic_pad_set_hurry (GstNtMosaicPad * pad, gboolean hurry)
{
  g_mutex_lock (&pad->queue_lock);
  pad->hurry = hurry;
  g_cond_signal (&pad->queue_shorter);
  g_mutex_unlock (&pad->queue_lock);
}

gboolean
gst_nt_mosaic_pad_is_over (GstNtMosaicPad * pad, GstClockTime now)
{
  GstAggregatorPad *aggpad = GST_AGGREGATOR_PAD (pad);
  GstClockTime end = GST_CLOCK_TIME_NONE;
  GstBuffer *buffer;

  if (!gst_aggregator_pad_is_eos (aggpad))
    return FALSE;

  buffer = ref_current_buffer (pad);
  if (buffer == NULL)
    return TRUE;

  if (GST_BUFFER_PTS_IS_VALID (buffer) && GST_BUFFER_DURATION_IS_VALID (buffer)) {
    GST_OBJECT_LOCK (pad);
    end = aggpad->segment.rate < 0 ? GST_BUFFER_PTS (buffer)
        : GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
    if (GST_CLOCK_TIME_IS_VALID (aggpad->segment.stop))
      end = MIN (end, aggpad->segment.stop);
    end = MAX (end, aggpad->segment.start);
    end = gst_segment_to_running_time (&aggpad->segment, GST_FORMAT_TIME, end);
    GST_OBJECT_UNLOCK (pad);
  }
  gst_buffer_unref (buffer);

  return !GST_CLOCK_TIME_IS_VALID (end) || !GST_CLOCK_TIME_IS_VALID (now)
      || end <= now;
}

void
gst_nt_mosaic_pad_announce (GstNtMosaicPad * pad, const GstCaps * caps)
{
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, caps))
    gst_video_info_init (&info);

  GST_OBJECT_LOCK (pad);
  pad->announced = info;
  pad->told_of_caps = FALSE;
  GST_OBJECT_UNLOCK (pad);
}

gboolean
gst_nt_mosaic_pad_get_announced (GstNtMosaicPad * pad, GstVideoInfo * info)
{
  GST_OBJECT_LOCK (pad);
  *info = pad->announced;
  GST_OBJECT_UNLOCK (pad);

  return GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
}

static void
drop_frames (GstNtMosaicPad * pad)
{
  gst_buffer_replace (&pad->shown, NULL);
  gst_buffer_replace (&pad->kept, NULL);
  gst_buffer_replace (&pad->refused, NULL);
}

void
gst_nt_mosaic_pad_release (GstNtMosaicPad * pad)
{
  g_mutex_lock (&pad->flush_lock);
  pad->released = TRUE;
  drop_frames (pad);
  g_mutex_unlock (&pad->flush_lock);

  gst_nt_mosaic_pad_set_hurry (pad, TRUE);
  gst_nt_arrivals_set_tile (pad->arrivals, NULL, 0);
}

gboolean
gst_nt_mosaic_pad_is_released (GstNtMosaicPad * pad)
{
  gboolean released;

  g_mutex_lock (&pad->flush_lock);
  released = pad->released;
  g_mutex_unlock (&pad->flush_lock);

  return released;
}

void
gst_nt_mosaic_pad_reset (GstNtMosaicPad * pad)
{
  GST_OBJECT_LOCK (pad);
  gst_video_info_init (&pad->announced);
  pad->told_of_caps = FALSE;
  GST_OBJECT_UNLOCK (pad);

  gst_nt_arrivals_set_tile (pad->arrivals, NULL, 0);
  gst_nt_mosaic_pad_restart (pad);
  pad->warned_of_frames = FALSE;
  gst_video_info_init (&pad->misfit);
  gst_video_info_init (&pad->settled);
  g_atomic_int_set (&pad->caps_refused, FALSE);
  pad->unfit = FALSE;
  g_atomic_int_set (&pad->had_data, FALSE);
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
  GstFlowReturn ret;

  g_mutex_lock (&pad->flush_lock);
  ret = GST_AGGREGATOR_PAD_CLASS (gst_nt_mosaic_pad_parent_class)->flush
      (aggpad, agg);
  drop_frames (pad);
  g_mutex_unlock (&pad->flush_lock);

  return ret;
}

/* Live, frames that are late are dropped before they are next. The base class
 * would reckon with a timestamp that is not there. */
static gboolean
gst_nt_mosaic_pad_skip_buffer (GstAggregatorPad * aggpad, GstAggregator * agg,
    GstBuffer * buffer)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer)
      || !GST_AGGREGATOR_PAD_CLASS (gst_nt_mosaic_pad_parent_class)->skip_buffer
      (aggpad, agg, buffer))
    return FALSE;

  gst_nt_mosaic_pad_count_out (GST_NT_MOSAIC_PAD (aggpad), buffer);
  return TRUE;
}

static void
gst_nt_mosaic_pad_finalize (GObject * object)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (object);

  drop_frames (pad);
  g_clear_pointer (&pad->arrivals, gst_nt_arrivals_unref);
  g_mutex_clear (&pad->gap_lock);
  g_mutex_clear (&pad->flush_lock);
  g_cond_clear (&pad->queue_shorter);
  g_mutex_clear (&pad->queue_lock);

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
  aggpad_class->flush = gst_nt_mosaic_pad_flush;
  aggpad_class->skip_buffer = gst_nt_mosaic_pad_skip_buffer;
  vaggpad_class->prepare_frame = NULL;
  vaggpad_class->clean_frame = NULL;
}

static void
gst_nt_mosaic_pad_init (GstNtMosaicPad * pad)
{
  /* The base class leaves it at zeros, which is no GstVideoInfo. */
  gst_video_info_init (&GST_VIDEO_AGGREGATOR_PAD (pad)->info);
  gst_video_info_init (&pad->announced);
  gst_video_info_init (&pad->next_info);
  gst_video_info_init (&pad->misfit);
  gst_video_info_init (&pad->settled);
  pad->tile = -1;
  pad->queued_until = GST_CLOCK_TIME_NONE;
  g_mutex_init (&pad->flush_lock);
  g_mutex_init (&pad->gap_lock);
  g_mutex_init (&pad->queue_lock);
  g_cond_init (&pad->queue_shorter);
}
