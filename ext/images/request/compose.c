/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip of a request, in three steps. First the strip is asked what it holds
 * already: such images are not even looked for. Then all images that are in the
 * cache are copied at once, by all threads, while others are decoded. Then each
 * of these is copied when it comes; and at last the composer gets all tiles in
 * their places, for the ledger. */

#include <stdlib.h>

#include "cache/decoding.h"
#include "cache/queue.h"
#include "clock.h"

typedef enum
{
  TILE_MISSING,
  TILE_PINNED,                  /* its pixels are read */
  TILE_DONE,                    /* it lies in its place, or is background */
} TileState;

typedef struct
{
  TileState state;
  uint64_t content;
  NtmPlace place;
} Tile;

typedef struct
{
  NtmRequest *request;
  NtmImages *images;
  NtmComposer *composer;
  NtmStrip *strip;
  const void *background;
  NtmSource *sources;           /* one for each tile of the strip */
  Tile *tiles;                  /* one for each image */
  size_t n;                     /* images */
  size_t n_missing;
  NtmRequestReport report;
} Work;

/* ---- The strip ---- */

static bool
fits (const NtmRequest * request, const NtmLayout * layout)
{
  if (layout->pixel_bytes != 4 || layout->background_bytes != 4
      || layout->n_tiles < request->n_items)
    return false;
  for (size_t i = 0; i < request->n_items; i++)
    if (layout->cells[i].frame.width != request->spec.width
        || layout->cells[i].frame.height != request->spec.height)
      return false;

  return true;
}

/* The frame lies in its place. */
static void
set_in_place (Work * work, size_t i, uint64_t content)
{
  const NtmPlace *place = &work->tiles[i].place;

  work->sources[i] = (NtmSource) {
    .pixels = place->data,.stride = place->stride,.content = content,
  };
}

/* Asks the strip what it holds. */
static void
ask_strip (Work * work)
{
  for (size_t i = 0; i < work->n; i++) {
    Tile *tile = &work->tiles[i];

    if (ntm_strip_fill_tile (work->strip, i, tile->content, &tile->place))
      continue;
    tile->state = TILE_DONE;
    set_in_place (work, i, tile->content);
    work->report.tiles_kept++;
  }
}

/* ---- With the lock ---- */

static void
get_contents (Work * work)
{
  for (size_t i = 0; i < work->n; i++) {
    const NtmKey *key = work->request->items[i].key;

    work->tiles[i].content = key->state == NTM_KEY_FAILED
        ? NTM_CONTENT_UNKNOWN : key->content;
  }
}

/* The image is in the strip. */
static void
serve (Work * work, size_t i)
{
  NtmItem *item = &work->request->items[i];

  if (item->is_done)            /* cancelled */
    return;
  ntm_store_use (work->images, item->key);
  ntm_store_finish (work->images, item, NTM_IMAGE_OK);
}

static void
give_up (Work * work, size_t i)
{
  NtmItem *item = &work->request->items[i];

  work->tiles[i].state = TILE_DONE;
  work->sources[i] = (NtmSource) {.pixels = NULL };
  work->report.failures++;
  ntm_store_finish (work->images, item, item->key->failure);
}

static void
pin (Work * work, size_t i)
{
  NtmKey *key = work->request->items[i].key;

  ntm_store_pin (work->images, key);
  work->tiles[i].state = TILE_PINNED;
  work->tiles[i].content = key->content;
  work->sources[i] = (NtmSource) {
    .pixels = key->pixels,.stride = (ptrdiff_t) key->id.spec.width * 4,
    .content = key->content,
  };
}

static void
unpin (Work * work, size_t i)
{
  ntm_store_unpin (work->images, work->request->items[i].key);
  serve (work, i);
  work->tiles[i].state = TILE_DONE;
  set_in_place (work, i, work->tiles[i].content);
  work->report.tiles_copied++;
}

/* What is there is pinned; what is missing lies in its place, as far as the
 * composer can know. */
static void
take_what_is_there (Work * work)
{
  for (size_t i = 0; i < work->n; i++) {
    const NtmItem *item = &work->request->items[i];

    if (work->tiles[i].state == TILE_DONE) {
      serve (work, i);
    } else if (item->key->state == NTM_KEY_READY) {
      pin (work, i);
    } else if (item->key->state == NTM_KEY_FAILED) {
      give_up (work, i);
    } else {
      set_in_place (work, i, NTM_CONTENT_UNKNOWN);
      work->n_missing++;
    }
  }
}

static void
unpin_all (Work * work)
{
  for (size_t i = 0; i < work->n; i++)
    if (work->tiles[i].state == TILE_PINNED)
      unpin (work, i);
}

/* Returns an image that was missing, and came or failed; work->n: none. */
static size_t
take_arrived (Work * work)
{
  NtmItem *item;

  while ((item = work->request->arrived)) {
    const NtmKeyState state = item->key->state;

    work->request->arrived = item->next_arrived;
    item->has_arrived = false;
    if (work->tiles[item->index].state == TILE_MISSING
        && (state == NTM_KEY_READY || state == NTM_KEY_FAILED))
      return item->index;
  }

  return work->n;
}

/* Copies what comes, without the lock. Without threads, decodes. */
static void
copy_arrivals (Work * work)
{
  NtmImages *images = work->images;
  const size_t strip_bytes = ntm_strip_get_layout (work->strip)->bytes;

  while (work->n_missing > 0 && !work->request->is_cancelled) {
    const size_t i = take_arrived (work);

    if (i == work->n) {
      if (images->n_threads > 0 || !ntm_decoding_do_one (images))
        pthread_cond_wait (&images->changed, &images->lock);
      continue;
    }
    work->n_missing--;
    if (work->request->items[i].key->state == NTM_KEY_FAILED) {
      give_up (work, i);
      continue;
    }
    pin (work, i);
    pthread_mutex_unlock (&images->lock);
    ntm_composer_copy (work->composer, &work->tiles[i].place, strip_bytes,
        work->sources[i].pixels, work->sources[i].stride);
    pthread_mutex_lock (&images->lock);
    unpin (work, i);
  }
}

/* ---- All steps ---- */

static void
compose (Work * work)
{
  ntm_composer_compose (work->composer, work->strip, work->sources,
      work->background, NULL);
}

/* Returns false if the request was cancelled, or is composed already. */
static bool
begin (Work * work)
{
  NtmRequest *request = work->request;
  NtmImages *images = work->images;
  bool is_due;

  pthread_mutex_lock (&images->lock);
  is_due = !request->is_cancelled && !request->is_composed;
  request->is_composed = true;
  if (is_due) {
    ntm_queue_move_to_front (images, request);
    get_contents (work);
  }
  pthread_mutex_unlock (&images->lock);
  if (!is_due)
    return false;

  ask_strip (work);

  pthread_mutex_lock (&images->lock);
  take_what_is_there (work);
  if (work->n_missing > 0)
    ntm_decoding_start (images);
  pthread_mutex_unlock (&images->lock);

  return true;
}

static NtmImageStatus
end (Work * work)
{
  NtmRequest *request = work->request;
  NtmImages *images = work->images;
  const bool cancelled = request->is_cancelled;
  NtmRequestReport *report = &work->report;

  ntm_queue_remove (images, request, NTM_IMAGE_CANCELLED);
  report->hits = request->report.hits;
  report->joined = request->report.joined;
  report->misses = request->report.misses;
  images->stats.tiles_copied += report->tiles_copied;
  images->stats.tiles_kept += report->tiles_kept;

  return cancelled ? NTM_IMAGE_CANCELLED : NTM_IMAGE_OK;
}

static NtmImageStatus
run (Work * work)
{
  NtmImages *images = work->images;
  NtmImageStatus status;
  size_t n_missing;

  if (!begin (work))
    return NTM_IMAGE_CANCELLED;
  compose (work);

  pthread_mutex_lock (&images->lock);
  unpin_all (work);
  n_missing = work->n_missing;
  copy_arrivals (work);
  status = end (work);
  pthread_mutex_unlock (&images->lock);

  if (n_missing > 0 && status == NTM_IMAGE_OK)
    compose (work);

  return status;
}

NtmImageStatus
ntm_request_compose (NtmRequest * request, NtmComposer * composer,
    NtmStrip * strip, const void *background, NtmRequestReport * report)
{
  const uint64_t start = ntm_clock_get_nanoseconds ();
  const NtmLayout *layout = ntm_strip_get_layout (strip);
  NtmImageStatus status = NTM_IMAGE_NO_MEMORY;
  Work work = {
    .request = request,.images = request->images,.composer = composer,
    .strip = strip,.background = background,.n = request->n_items,
  };

  if (!fits (request, layout))
    return NTM_IMAGE_BAD_TILE;
  work.sources = calloc (layout->n_tiles + 1, sizeof *work.sources);
  work.tiles = calloc (work.n + 1, sizeof *work.tiles);
  if (work.sources && work.tiles)
    status = run (&work);
  free (work.sources);
  free (work.tiles);
  work.report.nanoseconds = ntm_clock_get_nanoseconds () - start;
  if (report)
    *report = work.report;

  return status;
}
