/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip pool's choice: which strip is best for the frames that are due. One
 * in which frames are already in place may be used only if nobody has any other
 * tile of it: that would be written to while it is shown. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrippool-private.h"

#include <string.h>

/* For how many frames nothing is lent to one whose frame stood in the way of a
 * strip; doubled each time, as long as that is what comes of it. */
#define MIN_PAUSE 8
#define MAX_PAUSE 512

/* The strip found so far for which least has to be done. */
typedef struct
{
  GstNtStripPool *pool;
  const GstNtTileSource *sources;       /* NULL: not known */
  guint32 background;
  GstNtStrip *claimed;          /* list of strips that have frames in place */
  GstNtStrip *strip;
  guint64 least;
} Search;

/* With the lock held: the view that source @i was lent, if it is of tile @i and of
 * a strip of this layout and generation that isn't out. */
static GstNtTileMemory *
get_view (GstNtStripPool * pool, const GstNtTileSource * sources, guint i)
{
  GstNtTileMemory *memory = sources[i].buffer ?
      gst_nt_tile_memory_of (sources[i].buffer) : NULL;
  GstNtStrip *strip;

  if (memory == NULL || memory->pool != pool)
    return NULL;
  gst_nt_strip_pool_count_arrival (memory);

  strip = memory->strip;
  if (strip == NULL || strip->out || strip->layout != pool->layout
      || strip->generation != pool->generation || memory->tile != i
      || sources[i].data != memory->rows.data
      || (gsize) sources[i].stride != memory->rows.stride)
    return NULL;

  return memory;
}

/* With the lock held: a strip can be used if nobody has a tile of it but for the
 * frames that it is to show. */
static gboolean
is_usable (const GstNtStrip * strip)
{
  return strip->n_views == strip->n_claimed;
}

static void
consider (Search * search, GstNtStrip * strip)
{
  guint64 missing;

  if (strip == NULL || search->least == 0 || !is_usable (strip))
    return;

  missing = search->sources == NULL ? 0
      : gst_nt_strip_weigh_missing (strip, search->pool->layout,
      search->sources, search->background, search->pool->last_content);
  if (search->strip == NULL || missing < search->least) {
    search->strip = strip;
    search->least = missing;
  }
}

/* Counts the frames of @sources that are in place, for each strip. */
static void
claim (Search * search)
{
  GstNtStripPool *pool = search->pool;
  guint i;

  for (i = 0; search->sources && i < pool->layout->n_tiles; i++) {
    GstNtTileMemory *view = get_view (pool, search->sources, i);
    GstNtStrip *strip = view ? view->strip : NULL;

    if (strip && strip->n_claimed++ == 0) {
      strip->next_claimed = search->claimed;
      search->claimed = strip;
    }
  }
}

static void
forget_claims (Search * search)
{
  GstNtStrip *strip;

  for (strip = search->claimed; strip; strip = strip->next_claimed)
    strip->n_claimed = 0;
}

/* Notes what the chosen strip has in place. */
static void
note_in_place (Search * search)
{
  GstNtStripPool *pool = search->pool;
  GstNtStrip *strip = search->strip;
  guint i;

  if (strip == NULL || strip->n_claimed == 0)
    return;

  strip->in_place = g_ptr_array_new_full (strip->n_claimed,
      (GDestroyNotify) gst_buffer_unref);
  for (i = 0; i < pool->layout->n_tiles; i++) {
    GstNtTileMemory *view = get_view (pool, search->sources, i);

    if (view == NULL || view->strip != strip)
      continue;
    g_atomic_int_set (&view->written, FALSE);
    view->borrower->next_pause = 0;
    g_ptr_array_add (strip->in_place,
        gst_buffer_ref (search->sources[i].buffer));
  }
}

/* Those whose frames stand in the way of @strip are lent no tile for a while: they
 * are slower than others, or hold frames for long. */
static void
blame (GstNtStripPool * pool, const GstNtTileSource * sources,
    GstNtStrip * strip)
{
  guint i;

  for (i = 0; i < strip->layout->n_tiles; i++) {
    GstNtTileMemory *view = strip->views[i];

    if (view == NULL || (sources && get_view (pool, sources, i) == view))
      continue;
    view->borrower->next_pause = CLAMP (view->borrower->next_pause * 2,
        MIN_PAUSE, MAX_PAUSE);
    view->borrower->pause = view->borrower->next_pause;
  }
  pool->n_rebuilds++;
}

/* With the lock held: time goes on by one strip. */
static void
advance (GstNtStripPool * pool, GstNtStrip * chosen)
{
  GstNtStrip *due = pool->coming[0];
  guint i;

  for (i = 0; i < GST_NT_STRIPS_AHEAD; i++)
    if (pool->coming[i] == chosen)
      pool->coming[i] = NULL;
  if (chosen)
    chosen->coming = FALSE;

  memmove (pool->coming, pool->coming + 1,
      (GST_NT_STRIPS_AHEAD - 1) * sizeof (pool->coming[0]));
  pool->coming[GST_NT_STRIPS_AHEAD - 1] = NULL;

  if (due && due != chosen) {
    due->coming = FALSE;
    gst_nt_strip_pool_keep_if_home (pool, due);
  }
}

/* With the lock held: of the strips that could be used, the one in which least is
 * missing, by weight; of equal ones one with frames in place, else the one that is
 * due, else the one that came home last, whose bytes may still be in cache. NULL:
 * there is none. */
static GstNtStrip *
find_best (Search * search)
{
  GstNtStripPool *pool = search->pool;
  GstNtStrip *due = pool->coming[0];
  GstNtStrip *strip;
  guint i;

  for (strip = search->claimed; strip; strip = strip->next_claimed)
    consider (search, strip);
  consider (search, due);
  for (i = pool->free_strips->len; i-- > 0;)
    consider (search, pool->free_strips->pdata[i]);
  for (i = 1; i < GST_NT_STRIPS_AHEAD && search->strip == NULL; i++)
    consider (search, pool->coming[i]);

  if (due && !is_usable (due))
    blame (pool, search->sources, due);

  return search->strip;
}

static void
remember_contents (GstNtStripPool * pool, const GstNtTileSource * sources)
{
  guint i;

  for (i = 0; sources && i < pool->layout->n_tiles; i++)
    pool->last_content = MAX (pool->last_content, sources[i].content);
}

static void
take_out (GstNtStripPool * pool, GstNtStrip * strip)
{
  guint index;

  if (g_ptr_array_find (pool->free_strips, strip, &index))
    g_ptr_array_steal_index (pool->free_strips, index);
  strip->out = TRUE;
  pool->n_out++;
}

void
gst_nt_strip_pool_choose (GstNtStripPool * pool,
    const GstNtTileSource * sources, guint32 background,
    GstNtStripChoice * choice)
{
  Search search = { pool, sources, background, NULL, NULL, G_MAXUINT64 };

  g_mutex_lock (&pool->lock);
  choice->strip = NULL;
  choice->layout = pool->layout ? gst_nt_layout_ref (pool->layout) : NULL;
  choice->generation = pool->generation;
  choice->strip_bytes = pool->strip_bytes;
  choice->align_mask = pool->align_mask;
  if (choice->layout) {
    claim (&search);
    choice->strip = find_best (&search);
    note_in_place (&search);
    forget_claims (&search);
    advance (pool, choice->strip);
    remember_contents (pool, sources);
  }
  if (choice->strip)
    take_out (pool, choice->strip);
  g_mutex_unlock (&pool->lock);
}
