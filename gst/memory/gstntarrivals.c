/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What becomes of a frame that arrives. Which strip will show it is a guess: if
 * n frames are between the pad and the strip, the next frame belongs to the
 * strip that is n ahead. After a wrong guess the frame is copied once more,
 * like any frame that lies elsewhere. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntarrivals.h"

#include "gstntarrivalcount.h"
#include "gstntstrippool-private.h"

GST_DEBUG_CATEGORY_STATIC (nt_arrivals_debug);
#define GST_CAT_DEFAULT nt_arrivals_debug

/* What becomes of a frame. */
typedef enum
{
  HAS_PLACE,
  NO_TILE,
  PAUSED,
  SHARED,
  OTHER_SIZE,
  OTHER_LAYOUT,
  UNKNOWN_DOWNSTREAM,
  FAR_AHEAD,
  NO_STRIP,
  TILE_TAKEN,
} Fate;

/* Why a frame stays what it is, for the log. */
static const gchar *const reasons[] = {
  [HAS_PLACE] = "copied on arrival",
  [NO_TILE] = ("its pad has no tile, or one of a strip that isn't ours, or is "
      "slower than the strip, or nothing is to be copied on arrival"),
  [PAUSED] = "frames of this pad were repeated, dropped or early",
  [SHARED] = "upstream or another element holds it too",
  [OTHER_SIZE] = "it is of another size than the tile",
  [OTHER_LAYOUT] = "the strip is about to change",
  [UNKNOWN_DOWNSTREAM] = "downstream writes to strips, or may",
  [FAR_AHEAD] = "its strip is too far ahead",
  [NO_STRIP] = "there is no strip to spare",
  [TILE_TAKEN] = "another frame lies in its tile",
};

GstNtArrivals *
gst_nt_arrivals_new (GstNtStripPool * strips)
{
  GstNtArrivals *arrivals = g_atomic_rc_box_new0 (GstNtArrivals);
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (nt_arrivals_debug, "ntarrivals", 0,
        "frames that arrive");
    g_once_init_leave (&done, 1);
  }
  arrivals->strips = gst_nt_strip_pool_ref (strips);

  return arrivals;
}

GstNtArrivals *
gst_nt_arrivals_ref (GstNtArrivals * arrivals)
{
  return g_atomic_rc_box_acquire (arrivals);
}

static void
clear_arrivals (gpointer data)
{
  GstNtArrivals *arrivals = data;

  g_clear_pointer (&arrivals->layout, ntm_layout_unref);
  gst_nt_strip_pool_unref (arrivals->strips);
}

void
gst_nt_arrivals_unref (GstNtArrivals * arrivals)
{
  g_atomic_rc_box_release_full (arrivals, clear_arrivals);
}

void
gst_nt_arrivals_set_tile (GstNtArrivals * arrivals, NtmLayout * layout,
    guint tile)
{
  GstNtStripPool *pool = arrivals->strips;
  NtmLayout *old;

  g_mutex_lock (&pool->lock);
  old = arrivals->layout;
  arrivals->layout = layout ? ntm_layout_ref (layout) : NULL;
  arrivals->tile = tile;
  g_mutex_unlock (&pool->lock);

  if (old)
    ntm_layout_unref (old);
}

/* ---- The decision ---- */

/* Whether the caller holds the only reference on @frame and on its memory. Such
 * a frame can't come again, and nothing else writes to it meanwhile. */
static gboolean
is_alone (GstBuffer * frame)
{
  guint i;

  if (GST_MINI_OBJECT_REFCOUNT_VALUE (frame) != 1)
    return FALSE;

  for (i = 0; i < gst_buffer_n_memory (frame); i++) {
    GstMemory *memory = gst_buffer_peek_memory (frame, i);

    if (GST_MINI_OBJECT_REFCOUNT_VALUE (memory) != 1 || memory->parent != NULL)
      return FALSE;
  }

  return TRUE;
}

/* With the lock held. NO_STRIP and TILE_TAKEN are left to the caller. */
static Fate
decide (GstNtArrivals * arrivals, GstBuffer * frame, guint width, guint height,
    guint pixel_bytes, guint ahead)
{
  const GstNtStripPool *pool = arrivals->strips;
  const NtmRect *frame_rect;

  if (arrivals->layout == NULL)
    return NO_TILE;
  if (arrivals->pause > 0) {
    arrivals->pause--;
    return PAUSED;
  }
  if (!is_alone (frame))
    return SHARED;
  frame_rect = &arrivals->layout->cells[arrivals->tile].frame;
  if (frame_rect->width != width || frame_rect->height != height || width == 0
      || arrivals->layout->pixel_bytes != pixel_bytes)
    return OTHER_SIZE;
  if (arrivals->layout != pool->config.layout)
    return OTHER_LAYOUT;
  if (pool->downstream != GST_NT_DOWNSTREAM_READS)
    return UNKNOWN_DOWNSTREAM;
  if (ahead >= GST_NT_STRIPS_AHEAD)
    return FAR_AHEAD;

  return HAS_PLACE;
}

/* The memory of @view is gone. */
static void
release_place (GstNtView * view)
{
  GstNtStripPool *pool = view->arrivals->strips;
  GstNtStrip *strip = view->strip;
  gboolean unwanted;

  g_mutex_lock (&pool->lock);
  gst_nt_arrivals_note_gone (view,
      gst_nt_strip_get_layout (strip) == pool->config.layout);
  strip->views[view->tile] = NULL;
  unwanted = gst_nt_strip_set_view_gone (&pool->set, strip);
  g_mutex_unlock (&pool->lock);

  if (unwanted)
    gst_nt_strip_free (strip);
  gst_nt_arrivals_unref (view->arrivals);
}

/* With the lock held. */
static GstNtView *
take_place (GstNtArrivals * arrivals, GstNtStrip * strip)
{
  GstNtView *view;
  NtmPlace place;

  ntm_strip_fill_tile (strip->strip, arrivals->tile, NTM_CONTENT_UNKNOWN,
      &place);
  view = gst_nt_view_new (strip, &place, release_place);
  view->tile = arrivals->tile;
  view->arrivals = gst_nt_arrivals_ref (arrivals);
  strip->views[view->tile] = view;
  strip->n_views++;

  return view;
}

GstMemory *
gst_nt_arrivals_place (GstNtArrivals * arrivals, GstBuffer * frame,
    guint width, guint height, guint pixel_bytes)
{
  GstNtStripPool *pool = arrivals->strips;
  GstNtStrip *strip = NULL;
  GstNtView *view = NULL;
  guint ahead;
  Fate fate;

  g_mutex_lock (&pool->lock);
  ahead = arrivals->n_in++ - arrivals->n_taken;
  fate = decide (arrivals, frame, width, height, pixel_bytes, ahead);
  if (fate == HAS_PLACE) {
    strip = gst_nt_strip_set_get_coming (&pool->set, ahead,
        pool->config.layout);
    if (strip == NULL)
      fate = NO_STRIP;
    else if (strip->views[arrivals->tile])
      fate = TILE_TAKEN;
    else
      view = take_place (arrivals, strip);
  }
  g_mutex_unlock (&pool->lock);

  if (fate == NO_STRIP)
    gst_nt_strip_pool_grow (pool);
  GST_LOG ("%p: frame %p, %u ahead: %s", arrivals, frame, ahead,
      reasons[fate]);

  return GST_MEMORY_CAST (view);
}

void
gst_nt_arrivals_copy (GstMemory * place, NtmComposer * composer,
    const guint8 * data, gssize stride)
{
  const GstNtView *view = gst_nt_view_get (place);

  ntm_composer_copy (composer, &view->place,
      gst_nt_strip_get_layout (view->strip)->bytes, data, stride);
}

gint
gst_nt_arrivals_get_stride (GstMemory * place)
{
  return gst_nt_view_get (place)->place.stride;
}

void
gst_nt_arrivals_uncount (GstNtArrivals * arrivals)
{
  g_mutex_lock (&arrivals->strips->lock);
  if (arrivals->n_in != arrivals->n_taken)
    arrivals->n_in--;
  g_mutex_unlock (&arrivals->strips->lock);
}

void
gst_nt_arrivals_restart (GstNtArrivals * arrivals, guint n_taken)
{
  g_mutex_lock (&arrivals->strips->lock);
  arrivals->n_in = n_taken;
  arrivals->n_taken = n_taken;
  arrivals->pause = 0;
  arrivals->next_pause = 0;
  g_mutex_unlock (&arrivals->strips->lock);
}
