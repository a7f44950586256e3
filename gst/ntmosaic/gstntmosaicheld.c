/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicheld.h"

gboolean
gst_nt_mosaic_is_gap (GstBuffer * buffer)
{
  return gst_buffer_get_size (buffer) == 0
      && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP);
}

/* ---- What the base class has for the pad ---- */

/* With the lock held. */
static GstBuffer *
get_current (GstNtMosaicHeld * held)
{
  return held->released ? NULL
      : gst_video_aggregator_pad_get_current_buffer (held->pad);
}

static GstBuffer *
ref_current (GstNtMosaicHeld * held)
{
  GstBuffer *current;

  g_mutex_lock (&held->lock);
  current = get_current (held);
  if (current)
    gst_buffer_ref (current);
  g_mutex_unlock (&held->lock);

  return current;
}

gboolean
gst_nt_mosaic_held_has_current (GstNtMosaicHeld * held)
{
  gboolean has;

  g_mutex_lock (&held->lock);
  has = get_current (held) != NULL;
  g_mutex_unlock (&held->lock);

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

/* References that the pad gives up with the lock held, to be dropped without
 * locks. The memory may belong to upstream, and the last reference on it may
 * run upstream's code. */
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

/* With the lock held, as the next three functions. */
static void
hold (GstNtMosaicHeld * held, GstBuffer * frame, OldFrames * old)
{
  if (held->shown == frame)
    return;

  old->shown = held->shown;
  held->shown = frame ? gst_buffer_ref (frame) : NULL;
  held->was_taken = FALSE;
  held->refused = FALSE;
}

static void
let_go_of_kept (GstNtMosaicHeld * held, GstBuffer * current, OldFrames * old)
{
  if (held->kept != current)
    old->kept = g_steal_pointer (&held->kept);
}

/* Lets go of the frame that was shown before. If the pad's current frame is the
 * same memory, the pad holds this one in its place and keeps the content id. */
static void
let_go (GstNtMosaicHeld * held, GstBuffer * current, OldFrames * old)
{
  let_go_of_kept (held, current, old);
  if (held->shown)
    hold (held, current && is_same_content (held->shown, current) ? current
        : NULL, old);
}

static void
let_go_of_all (GstNtMosaicHeld * held, OldFrames * old)
{
  let_go_of_kept (held, NULL, old);
  hold (held, NULL, old);
}

/* A frame that is kept already keeps its kept_info: it came with these caps,
 * and not with those that the pad has now. */
void
gst_nt_mosaic_held_keep (GstNtMosaicHeld * held,
    const GstVideoInfo * next_info)
{
  const GstVideoInfo *info = &held->pad->info;
  OldFrames old = { NULL, NULL };
  GstBuffer *current;

  if (looks_the_same (info, next_info))
    return;

  g_mutex_lock (&held->lock);
  current = get_current (held);
  if (held->kept != current) {
    let_go_of_kept (held, current, &old);
    held->kept = current ? gst_buffer_ref (current) : NULL;
    held->kept_info = *info;
  }
  g_mutex_unlock (&held->lock);

  drop (&old);
}

/* A frame that stayed when new caps came can be shown only if it looks the same
 * with these caps. */
static gboolean
can_show (GstNtMosaicHeld * held, GstBuffer * current)
{
  return current && !gst_nt_mosaic_is_gap (current)
      && (current != held->kept
      || looks_the_same (&held->kept_info, &held->pad->info));
}

/* ---- One question for each strip ---- */

void
gst_nt_mosaic_held_take (GstNtMosaicHeld * held, guint64 * last_content,
    GstNtMosaicTaken * taken)
{
  OldFrames old = { NULL, NULL };
  GstBuffer *current;

  taken->buffer = NULL;
  taken->is_first = FALSE;

  g_mutex_lock (&held->lock);
  current = get_current (held);
  if (can_show (held, current)) {
    if (held->shown == NULL || !is_same_content (held->shown, current))
      held->content = ++*last_content;
    hold (held, current, &old);
    let_go_of_kept (held, current, &old);
    taken->buffer = gst_buffer_ref (current);
    taken->content = held->content;
    taken->is_first = !held->was_taken;
    held->was_taken = TRUE;
  } else {
    let_go (held, current, &old);
  }
  g_mutex_unlock (&held->lock);

  drop (&old);
}

gboolean
gst_nt_mosaic_held_is_refused (GstNtMosaicHeld * held)
{
  gboolean refused;

  g_mutex_lock (&held->lock);
  refused = held->refused;
  g_mutex_unlock (&held->lock);

  return refused;
}

gboolean
gst_nt_mosaic_held_refuse (GstNtMosaicHeld * held)
{
  gboolean is_first;

  g_mutex_lock (&held->lock);
  is_first = !held->refused;
  held->refused = TRUE;
  g_mutex_unlock (&held->lock);

  return is_first;
}

void
gst_nt_mosaic_held_drop_later (GstNtMosaicHeld * held, GstBuffer * buffer)
{
  GST_OBJECT_LOCK (held->pad);
  held->dropped = g_slist_prepend (held->dropped, buffer);
  GST_OBJECT_UNLOCK (held->pad);
}

static void
drop_now (GstNtMosaicHeld * held)
{
  GSList *dropped;

  GST_OBJECT_LOCK (held->pad);
  dropped = g_steal_pointer (&held->dropped);
  GST_OBJECT_UNLOCK (held->pad);

  g_slist_free_full (dropped, (GDestroyNotify) gst_buffer_unref);
}

/* With the lock held. */
static GstNtMosaicHas
look (GstNtMosaicHeld * held, GstBuffer * current)
{
  if (current) {
    held->has_come = TRUE;
    return GST_NT_MOSAIC_HAS_DATA;
  }

  return held->has_come && !held->released ? GST_NT_MOSAIC_HAS_LOST
      : GST_NT_MOSAIC_HAS_NONE;
}

GstNtMosaicHas
gst_nt_mosaic_held_let_go (GstNtMosaicHeld * held)
{
  OldFrames old = { NULL, NULL };
  GstBuffer *current;
  GstNtMosaicHas has;

  g_mutex_lock (&held->lock);
  current = get_current (held);
  let_go (held, current, &old);
  has = look (held, current);
  g_mutex_unlock (&held->lock);

  drop (&old);
  drop_now (held);

  return has;
}

void
gst_nt_mosaic_held_forget_data (GstNtMosaicHeld * held)
{
  g_mutex_lock (&held->lock);
  held->has_come = FALSE;
  g_mutex_unlock (&held->lock);
}

GstFlowReturn
gst_nt_mosaic_held_flush (GstNtMosaicHeld * held, GstAggregator * agg,
    GstFlowReturn (*flush) (GstAggregatorPad * pad, GstAggregator * agg))
{
  GstBuffer *current = ref_current (held);
  OldFrames old = { NULL, NULL };
  GstFlowReturn ret;

  g_mutex_lock (&held->lock);
  ret = flush (GST_AGGREGATOR_PAD (held->pad), agg);
  let_go_of_all (held, &old);
  held->has_come = FALSE;
  g_mutex_unlock (&held->lock);

  gst_clear_buffer (&current);
  drop (&old);
  drop_now (held);

  return ret;
}

void
gst_nt_mosaic_held_release (GstNtMosaicHeld * held)
{
  OldFrames old = { NULL, NULL };

  g_mutex_lock (&held->lock);
  held->released = TRUE;
  let_go_of_all (held, &old);
  g_mutex_unlock (&held->lock);

  drop (&old);
  drop_now (held);
}

gboolean
gst_nt_mosaic_held_is_released (GstNtMosaicHeld * held)
{
  gboolean released;

  g_mutex_lock (&held->lock);
  released = held->released;
  g_mutex_unlock (&held->lock);

  return released;
}

/* ---- Its life ---- */

void
gst_nt_mosaic_held_init (GstNtMosaicHeld * held, GstVideoAggregatorPad * pad)
{
  held->pad = pad;
  g_mutex_init (&held->lock);
}

void
gst_nt_mosaic_held_clear (GstNtMosaicHeld * held)
{
  gst_clear_buffer (&held->shown);
  gst_clear_buffer (&held->kept);
  drop_now (held);
  g_mutex_clear (&held->lock);
}
