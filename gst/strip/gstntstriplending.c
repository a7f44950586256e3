/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip pool's lending: tiles of the strips to come, for upstream to write its
 * frames to. Which strip a frame is going to belong to can only be guessed: each
 * borrower's frames are counted, and the next one is lent a tile that many strips
 * ahead. If the guess was wrong, the frame is copied like any other. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrippool-private.h"

GST_DEBUG_CATEGORY_EXTERN (gst_nt_strip_pool_debug);
#define GST_CAT_DEFAULT gst_nt_strip_pool_debug

/* With the lock held: whether tiles of one more strip may be lent. An upstream that
 * keeps its frames for long would otherwise have ever more strips for itself. */
static gboolean
may_lend_more (GstNtStripPool * pool)
{
  const guint n_lent =
      pool->n_strips - pool->n_out - pool->free_strips->len;

  return pool->free_strips->len > 0 && n_lent < pool->max_lent;
}

/* With the lock held: the strip that is @ahead strips away, a free one put in its
 * place if there was none. */
static GstNtStrip *
get_coming (GstNtStripPool * pool, guint ahead)
{
  GstNtStrip *strip = pool->coming[ahead];

  if (strip || !may_lend_more (pool))
    return strip;

  strip = g_ptr_array_steal_index (pool->free_strips,
      pool->free_strips->len - 1);
  gst_nt_strip_prepare (strip, pool->layout);
  strip->coming = TRUE;
  pool->coming[ahead] = strip;

  return strip;
}

static gboolean
may_lend (GstNtStripPool * pool, GstNtBorrower * borrower, GstNtLayout * layout)
{
  if (borrower->pause > 0) {
    borrower->pause--;
    return FALSE;
  }

  return pool->lends && pool->layout == layout
      && borrower->n_ahead < GST_NT_STRIPS_AHEAD;
}

/* With the lock held: one more strip to lend tiles of, unless there are enough
 * besides those that downstream has. */
static gboolean
grow (GstNtStripPool * pool)
{
  GstNtStrip *strip;

  if (pool->n_strips - pool->n_out >= pool->max_lent)
    return FALSE;

  strip = gst_nt_strip_new (pool->strip_bytes, pool->align_mask);
  if (strip == NULL)
    return FALSE;
  strip->generation = pool->generation;
  gst_nt_strip_pool_count_strip (pool, strip);
  gst_nt_strip_pool_keep_if_home (pool, strip);

  return TRUE;
}

static void
count_ahead (GstNtStripPool * pool, GstNtBorrower * borrower,
    GstNtTileMemory * memory)
{
  memory->pool = pool;
  memory->borrower = borrower;
  memory->ahead = TRUE;
  borrower->n_ahead++;
}

/* With the lock held. */
static GstNtTileMemory *
lend_view (GstNtStripPool * pool, GstNtStrip * strip, GstNtBorrower * borrower,
    guint tile, GstNtTileGoneFunc gone, gpointer owner)
{
  const GstNtLayout *layout = strip->layout;
  const NtmTile *place = &layout->tiles[tile];
  const GstNtTileRows rows = {
    .data = gst_nt_tile_address (strip->data, layout->geometry.stride, place),
    .stride = layout->geometry.stride,
    .row_bytes = (gsize) place->width * NTM_BYTES_PER_PIXEL,
    .n_rows = place->frame_height,
  };
  GstNtTileMemory *view =
      gst_nt_tile_memory_new (GST_NT_TILE_MEMORY_VIEW, &rows, gone, owner);

  view->strip = strip;
  view->tile = tile;
  count_ahead (pool, borrower, view);
  strip->views[tile] = view;
  strip->n_views++;
  strip->contents[tile].frame = GST_NT_CONTENT_UNKNOWN;

  return view;
}

GstNtTileMemory *
gst_nt_strip_pool_lend (GstNtStripPool * pool, GstNtBorrower * borrower,
    GstNtLayout * layout, guint tile, GstNtTileGoneFunc gone, gpointer owner)
{
  GstNtTileMemory *view = NULL;
  GstNtStrip *strip = NULL;

  g_mutex_lock (&pool->lock);
  if (may_lend (pool, borrower, layout)) {
    strip = get_coming (pool, borrower->n_ahead);
    if (strip == NULL && grow (pool))
      strip = get_coming (pool, borrower->n_ahead);
  }
  if (strip && strip->views[tile] == NULL)
    view = lend_view (pool, strip, borrower, tile, gone, owner);
  g_mutex_unlock (&pool->lock);

  return view;
}

void
gst_nt_strip_pool_count_frame (GstNtStripPool * pool, GstNtBorrower * borrower,
    GstNtTileMemory * memory)
{
  g_mutex_lock (&pool->lock);
  count_ahead (pool, borrower, memory);
  g_mutex_unlock (&pool->lock);
}

void
gst_nt_strip_pool_count_arrival (GstNtTileMemory * memory)
{
  if (memory->ahead)
    memory->borrower->n_ahead--;
  memory->ahead = FALSE;
}

void
gst_nt_strip_pool_settle (GstNtTileMemory * memory)
{
  GstNtStripPool *pool = memory->pool;
  GstNtStrip *strip = memory->strip;
  gboolean unwanted = FALSE;

  g_mutex_lock (&pool->lock);
  gst_nt_strip_pool_count_arrival (memory);
  if (strip) {
    if (g_atomic_int_get (&memory->written))
      strip->contents[memory->tile].frame = GST_NT_CONTENT_UNKNOWN;
    strip->views[memory->tile] = NULL;
    strip->n_views--;
    unwanted = gst_nt_strip_pool_keep_if_home (pool, strip);
  }
  g_mutex_unlock (&pool->lock);

  if (unwanted)
    gst_nt_strip_free (strip);
}

void
gst_nt_strip_pool_stop_lending (GstNtStrip * strip)
{
  GstNtStripPool *pool = strip->pool;

  g_mutex_lock (&pool->lock);
  if (pool->lends)
    GST_INFO ("%p: downstream writes to strips, no more tiles are lent", pool);
  pool->lends = FALSE;
  g_mutex_unlock (&pool->lock);
}
