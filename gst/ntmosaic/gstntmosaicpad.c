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

G_DEFINE_TYPE (GstNtMosaicPad, gst_nt_mosaic_pad,
    GST_TYPE_VIDEO_AGGREGATOR_PAD);

enum
{
  PROP_0,
  PROP_STATS,
};

gboolean
gst_nt_mosaic_is_gap (GstBuffer * buffer)
{
  return gst_buffer_get_size (buffer) == 0
      && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

/* ---- What it shows ---- */

/* With the flush lock held. */
static GstBuffer *
get_current (GstNtMosaicPad * pad)
{
  return pad->released ? NULL : gst_video_aggregator_pad_get_current_buffer
      (GST_VIDEO_AGGREGATOR_PAD (pad));
}

static GstBuffer *
ref_current (GstNtMosaicPad * pad)
{
  GstBuffer *current;

  g_mutex_lock (&pad->flush_lock);
  current = get_current (pad);
  if (current)
    gst_buffer_ref (current);
  g_mutex_unlock (&pad->flush_lock);

  return current;
}

gboolean
gst_nt_mosaic_pad_has_current (GstNtMosaicPad * pad)
{
  gboolean has;

  g_mutex_lock (&pad->flush_lock);
  has = get_current (pad) != NULL;
  g_mutex_unlock (&pad->flush_lock);

  return has;
}

/* Whether a frame with the caps @a looks the same if it is shown with the caps
 * @b. */
static gboolean
looks_the_same (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return GST_VIDEO_INFO_FORMAT (a) == GST_VIDEO_INFO_FORMAT (b)
      && GST_VIDEO_INFO_WIDTH (a) == GST_VIDEO_INFO_WIDTH (b)
      && GST_VIDEO_INFO_HEIGHT (a) == GST_VIDEO_INFO_HEIGHT (b)
      && GST_VIDEO_INFO_PAR_N (a) == GST_VIDEO_INFO_PAR_N (b)
      && GST_VIDEO_INFO_PAR_D (a) == GST_VIDEO_INFO_PAR_D (b)
      && gst_video_colorimetry_is_equal (&a->colorimetry, &b->colorimetry)
      && a->chroma_site == b->chroma_site;
}

void
gst_nt_mosaic_pad_set_next_caps (GstNtMosaicPad * pad, const GstCaps * caps)
{
  if (!gst_video_info_from_caps (&pad->next_info, caps))
    gst_video_info_init (&pad->next_info);
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

/* Whether two buffers are the same memory with the same rows. The caller holds
 * references on both, so nothing can have written to the memory, or resized it,
 * between the one and the other: memory in a buffer is only as writable as the
 * buffer, and a buffer is writable only for its single owner. */
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

/* References that the pad gives up with the flush lock held, to be dropped
 * without locks. The memory may belong to upstream, and the last reference on
 * it may run upstream's code. */
typedef struct
{
  GstBuffer *shown;
  GstBuffer *kept;
} OldFrames;

static void
drop (OldFrames * old)
{
  gst_clear_buffer (&old->shown);
  gst_clear_buffer (&old->kept);
}

/* With the flush lock held, as the next three functions. */
static void
hold (GstNtMosaicPad * pad, GstBuffer * frame, OldFrames * old)
{
  if (pad->shown == frame)
    return;

  old->shown = pad->shown;
  pad->shown = frame ? gst_buffer_ref (frame) : NULL;
  pad->was_taken = FALSE;
  pad->refused = FALSE;
}

static void
let_go_of_kept (GstNtMosaicPad * pad, GstBuffer * current, OldFrames * old)
{
  if (pad->kept != current)
    old->kept = g_steal_pointer (&pad->kept);
}

/* Lets go of the frame that was shown before. If the pad's current frame is the
 * same memory, the pad holds this one in its place and keeps the content id. */
static void
let_go (GstNtMosaicPad * pad, GstBuffer * current, OldFrames * old)
{
  let_go_of_kept (pad, current, old);
  if (pad->shown)
    hold (pad, current && is_same_content (pad->shown, current) ? current
        : NULL, old);
}

static void
let_go_of_all (GstNtMosaicPad * pad, OldFrames * old)
{
  let_go_of_kept (pad, NULL, old);
  hold (pad, NULL, old);
}

/* A frame that is kept already keeps its kept_info: it came with these caps,
 * and not with those that the pad has now. */
void
gst_nt_mosaic_pad_keep_frame (GstNtMosaicPad * pad)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  OldFrames old = { NULL, NULL };
  GstBuffer *current;

  if (looks_the_same (info, &pad->next_info))
    return;

  g_mutex_lock (&pad->flush_lock);
  current = get_current (pad);
  if (pad->kept != current) {
    let_go_of_kept (pad, current, &old);
    pad->kept = current ? gst_buffer_ref (current) : NULL;
    pad->kept_info = *info;
  }
  g_mutex_unlock (&pad->flush_lock);

  drop (&old);
}

/* A frame that stayed when new caps came can be shown only if it looks the same
 * with these caps. */
static gboolean
can_show (GstNtMosaicPad * pad, GstBuffer * current)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;

  return current && !pad->unfit && !gst_nt_mosaic_is_gap (current)
      && (current != pad->kept || looks_the_same (&pad->kept_info, info));
}

/* ---- One question for each strip ---- */

/* How many frames the base class has taken or dropped so far. A frame that the
 * base class only looked at was counted as left, and is still to be taken. */
static guint
count_taken (GstNtMosaicPad * pad)
{
  guint n_taken = gst_nt_mosaic_queue_get_n_left (&pad->queue);
  GstBuffer *next = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));

  if (next && !gst_nt_mosaic_is_gap (next))
    n_taken = gst_nt_mosaic_queue_get_n_left (&pad->queue) - 1;
  gst_clear_buffer (&next);

  return n_taken;
}

void
gst_nt_mosaic_pad_take_frame (GstNtMosaicPad * pad, guint64 * last_content,
    GstNtMosaicTaken * taken)
{
  OldFrames old = { NULL, NULL };
  GstBuffer *current;

  taken->n_taken = count_taken (pad);
  taken->buffer = NULL;
  taken->is_first = FALSE;

  g_mutex_lock (&pad->flush_lock);
  current = get_current (pad);
  if (can_show (pad, current)) {
    if (pad->shown == NULL || !is_same_content (pad->shown, current))
      pad->content = ++*last_content;
    hold (pad, current, &old);
    let_go_of_kept (pad, current, &old);
    taken->buffer = gst_buffer_ref (current);
    taken->content = pad->content;
    taken->is_first = !pad->was_taken;
    pad->was_taken = TRUE;
  } else {
    let_go (pad, current, &old);
  }
  g_mutex_unlock (&pad->flush_lock);

  drop (&old);
}

static gboolean
is_refused (GstNtMosaicPad * pad)
{
  gboolean refused;

  g_mutex_lock (&pad->flush_lock);
  refused = pad->refused;
  g_mutex_unlock (&pad->flush_lock);

  return refused;
}

void
gst_nt_mosaic_pad_count_taken (GstNtMosaicPad * pad,
    const GstNtMosaicTaken * taken, gboolean is_shown)
{
  GstNtMosaicFate fate = GST_NT_MOSAIC_FATE_NONE;

  if (is_shown)
    fate = GST_NT_MOSAIC_FATE_SHOWN;
  else if (taken->buffer)
    fate = is_refused (pad) ? GST_NT_MOSAIC_FATE_REFUSED
        : GST_NT_MOSAIC_FATE_HIDDEN;
  gst_nt_mosaic_pad_stats_count_taken (&pad->stats, taken->n_taken,
      taken->is_first, fate);
}

void
gst_nt_mosaic_pad_count_rest (GstNtMosaicPad * pad)
{
  gst_nt_mosaic_pad_stats_count_taken (&pad->stats, count_taken (pad), FALSE,
      GST_NT_MOSAIC_FATE_NONE);
}

gboolean
gst_nt_mosaic_pad_refuse (GstNtMosaicPad * pad)
{
  gboolean is_first;

  g_mutex_lock (&pad->flush_lock);
  is_first = !pad->refused;
  pad->refused = TRUE;
  g_mutex_unlock (&pad->flush_lock);

  return is_first;
}

void
gst_nt_mosaic_pad_drop_later (GstNtMosaicPad * pad, GstBuffer * buffer)
{
  GST_OBJECT_LOCK (pad);
  pad->dropped = g_slist_prepend (pad->dropped, buffer);
  GST_OBJECT_UNLOCK (pad);
}

static void
drop_now (GstNtMosaicPad * pad)
{
  GSList *dropped;

  GST_OBJECT_LOCK (pad);
  dropped = g_steal_pointer (&pad->dropped);
  GST_OBJECT_UNLOCK (pad);

  g_slist_free_full (dropped, (GDestroyNotify) gst_buffer_unref);
}

/* With the flush lock held. */
static GstNtMosaicHas
look (GstNtMosaicPad * pad, GstBuffer * current)
{
  if (current) {
    pad->has_come = TRUE;
    return GST_NT_MOSAIC_HAS_DATA;
  }

  return pad->has_come && !pad->released ? GST_NT_MOSAIC_HAS_LOST
      : GST_NT_MOSAIC_HAS_NONE;
}

GstNtMosaicHas
gst_nt_mosaic_pad_let_go (GstNtMosaicPad * pad)
{
  OldFrames old = { NULL, NULL };
  GstBuffer *current;
  GstNtMosaicHas has;

  g_mutex_lock (&pad->flush_lock);
  current = get_current (pad);
  let_go (pad, current, &old);
  has = look (pad, current);
  g_mutex_unlock (&pad->flush_lock);

  drop (&old);
  drop_now (pad);

  return has;
}

void
gst_nt_mosaic_pad_forget_data (GstNtMosaicPad * pad)
{
  g_mutex_lock (&pad->flush_lock);
  pad->has_come = FALSE;
  g_mutex_unlock (&pad->flush_lock);
}

/* The base class drops the current buffer here. */
static GstFlowReturn
gst_nt_mosaic_pad_flush (GstAggregatorPad * aggpad, GstAggregator * agg)
{
  GstNtMosaicPad *pad = GST_NT_MOSAIC_PAD (aggpad);
  GstBuffer *current = ref_current (pad);
  OldFrames old = { NULL, NULL };
  GstFlowReturn ret;

  g_mutex_lock (&pad->flush_lock);
  ret = GST_AGGREGATOR_PAD_CLASS (gst_nt_mosaic_pad_parent_class)->flush
      (aggpad, agg);
  let_go_of_all (pad, &old);
  pad->has_come = FALSE;
  g_mutex_unlock (&pad->flush_lock);

  GST_OBJECT_LOCK (pad);
  pad->ends_at = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (pad);

  gst_clear_buffer (&current);
  drop (&old);
  drop_now (pad);

  return ret;
}

/* ---- Its queue ---- */

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
  g_mutex_lock (&pad->gap_lock);
  *segment = GST_AGGREGATOR_PAD (pad)->segment;
  g_mutex_unlock (&pad->gap_lock);

  return segment->format == GST_FORMAT_TIME;
}

/* ---- Caps, release and reset ---- */

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

void
gst_nt_mosaic_pad_release (GstNtMosaicPad * pad)
{
  OldFrames old = { NULL, NULL };

  g_mutex_lock (&pad->flush_lock);
  pad->released = TRUE;
  let_go_of_all (pad, &old);
  g_mutex_unlock (&pad->flush_lock);

  drop (&old);
  drop_now (pad);
  gst_nt_mosaic_queue_set_hurry (&pad->queue, TRUE);
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
gst_nt_mosaic_pad_start_stats (GstNtMosaicPad * pad)
{
  gst_nt_mosaic_pad_stats_reset (&pad->stats,
      gst_nt_mosaic_queue_get_n_left (&pad->queue));
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
  gst_nt_mosaic_pad_forget_data (pad);
  pad->silent_since = GST_CLOCK_TIME_NONE;
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

/* In live pipelines the base class skips late frames before it takes them. It
 * would compute with the timestamp of a frame that has none, so such a frame is
 * never skipped. */
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

  gst_clear_buffer (&pad->shown);
  gst_clear_buffer (&pad->kept);
  drop_now (pad);
  g_clear_pointer (&pad->arrivals, gst_nt_arrivals_unref);
  g_mutex_clear (&pad->gap_lock);
  g_mutex_clear (&pad->flush_lock);
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
  g_mutex_init (&pad->flush_lock);
  g_mutex_init (&pad->gap_lock);
  gst_nt_mosaic_queue_init (&pad->queue);
  gst_nt_mosaic_pad_start_stats (pad);
}
