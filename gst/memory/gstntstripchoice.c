/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip pool's choice: which strip is best for the frames that are due. A
 * strip in which frames lie may be used only if it is going to show all of them: the
 * others would be lost, or shown too early. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntarrivals-private.h"
#include "gstntstrippool-private.h"

#include <string.h>

/* The strip found so far for which least has to be done. */
typedef struct
{
  GstNtStripPool *pool;
  const NtmSource *sources;     /* NULL: not known */
  const GstNtTileInput *inputs; /* the same */
  gconstpointer background;
  GstNtStrip *claimed;          /* list of strips that due frames lie in */
  GstNtStrip *strip;
  guint64 least;
} Search;

/* With the lock held: the view that source @i is, if it is one of tile @i in a
 * strip of this layout and generation that isn't out. */
static GstNtView *
get_view (const Search * search, guint i)
{
  const GstNtStripPool *pool = search->pool;
  const NtmSource *source = &search->sources[i];
  GstBuffer *buffer = search->inputs ? search->inputs[i].buffer : NULL;
  GstNtView *view = buffer ? gst_nt_view_of (buffer) : NULL;
  const GstNtStrip *strip = view ? view->strip : NULL;

  if (strip == NULL || strip->out
      || gst_nt_strip_get_layout (strip) != pool->layout
      || strip->generation != pool->generation || strip->views[i] != view
      || source->pixels != view->place.data
      || source->stride != view->place.stride)
    return NULL;

  return view;
}

/* With the lock held: a strip can be used if no frame lies in it but those that it
 * is to show. */
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

/* Counts for each strip the frames of @sources that lie in it. */
static void
claim (Search * search)
{
  GstNtStripPool *pool = search->pool;
  guint i;

  for (i = 0; search->sources && i < pool->layout->n_tiles; i++) {
    GstNtView *view = get_view (search, i);
    GstNtStrip *strip = view ? view->strip : NULL;

    if (search->inputs && search->inputs[i].arrivals)
      gst_nt_arrivals_set_taken (search->inputs[i].arrivals,
          search->inputs[i].n_taken);
    if (strip && strip->n_claimed++ == 0) {
      strip->next_claimed = search->claimed;
      search->claimed = strip;
    }
  }
}

/* Says what the chosen strip shows, and whose frames are copied once more because
 * they lie in another. */
static void
settle_claims (Search * search)
{
  GstNtStripPool *pool = search->pool;
  GstNtStrip *strip;
  guint i;

  for (i = 0; search->claimed && i < pool->layout->n_tiles; i++) {
    GstNtView *view = get_view (search, i);

    if (view && view->strip == search->strip)
      gst_nt_arrivals_note_shown (view);
    else if (view)
      gst_nt_arrivals_blame (view);
  }

  if (search->strip)
    search->strip->read_only = search->strip->n_claimed > 0;
  for (strip = search->claimed; strip; strip = strip->next_claimed)
    strip->n_claimed = 0;
}

/* Frames that are not due lie in @strip, which is: they came too early. */
static void
blame_early_frames (const Search * search, GstNtStrip * strip)
{
  guint i;

  for (i = 0; i < gst_nt_strip_get_layout (strip)->n_tiles; i++) {
    GstNtView *view = strip->views[i];

    if (view && (search->sources == NULL || get_view (search, i) != view))
      gst_nt_arrivals_blame (view);
  }
  search->pool->n_rebuilds++;
}

/* With the lock held: moves on to the next strip. */
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
 * missing, by weight; of equal ones one in which frames lie, else the one that is
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
    blame_early_frames (search, due);

  return search->strip;
}

static void
remember_contents (GstNtStripPool * pool, const NtmSource * sources)
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

GstNtStrip *
gst_nt_strip_pool_choose (GstNtStripPool * pool, const NtmSource * sources,
    const GstNtTileInput * inputs, gconstpointer background,
    GstNtStripConfig * config)
{
  Search search = {
    .pool = pool,.sources = sources,.inputs = inputs,.background = background,
    .least = G_MAXUINT64,
  };
  GstNtStrip *strip = NULL;

  g_mutex_lock (&pool->lock);
  gst_nt_strip_pool_get_config (pool, config);
  if (config->layout) {
    claim (&search);
    strip = find_best (&search);
    settle_claims (&search);
    advance (pool, strip);
    remember_contents (pool, sources);
  }
  if (strip)
    take_out (pool, strip);
  g_mutex_unlock (&pool->lock);

  return strip;
}
