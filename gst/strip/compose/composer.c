/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The composer asks the ledger about each cell, plans what is missing, and then
 * writes it. Planning updates the ledger, because writing can't fail. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* clock_gettime() */
#endif

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compose/plan.h"
#include "copy/copy.h"
#include "memory/strip.h"
#include "ntstrip.h"
#include "workers/cpus.h"
#include "workers/workers.h"

/* The number of strips in turn, if the caller gives none. */
#define DEFAULT_N_STRIPS 3

/* One thread more for each so many bytes: to wake one takes some 20
 * microseconds, in which a core streams about a third of this. */
#define BYTES_PER_THREAD ((size_t) 1 << 20)

/* More threads were never seen to help: a few cores saturate the memory bus,
 * and the sources need cores too. */
#define MAX_THREADS 8

/* AUTO streams rows of one cache line only in strips 8 times larger than the
 * usual threshold: each row is far from the next, and in strips of 4 to 6 MiB
 * ordinary stores took 0.6 to 0.9 of the time, with 32 MiB of cache. In 64 MiB,
 * or with one and a half lines, there was no difference or the opposite one. */
#define SHORT_ROW_BYTES ((size_t) 64)
#define SHORT_ROWS_FACTOR 8

struct NtmComposer
{
  /* Atomic: threads that copy a frame on arrival read them. */
  atomic_int stores;            /* NtmStores */
  atomic_size_t stream_from_bytes;      /* what AUTO streams */

  unsigned max_threads;
  unsigned default_threads;
  size_t llc_bytes;             /* of this machine, asked for once */

  NtmPlan plan;                 /* kept to be used again */
  NtmPattern pattern;           /* the same; pixel_bytes 0: not made yet */
};

/* What writing threads share. */
typedef struct
{
  const NtmPlan *plan;
  const NtmKernel *kernel;
  ptrdiff_t stride;             /* of the strip */
  bool stream;
  bool stream_short_rows;
  const NtmPattern *pattern;    /* background */
} Order;

/* ---- Settings ---- */

NtmComposer *
ntm_composer_new (void)
{
  NtmComposer *composer = calloc (1, sizeof *composer);

  if (composer == NULL)
    return NULL;
  if (!ntm_plan_init (&composer->plan)) {
    free (composer);
    return NULL;
  }

  ntm_workers_ref ();
  composer->llc_bytes = ntm_llc_bytes ();
  composer->default_threads = ntm_cpus_count ();
  if (composer->default_threads > MAX_THREADS)
    composer->default_threads = MAX_THREADS;
  ntm_composer_set_stores (composer, NTM_STORES_AUTO);
  ntm_composer_set_stream_from (composer, 0, DEFAULT_N_STRIPS);
  ntm_composer_set_max_threads (composer, 0);

  return composer;
}

void
ntm_composer_free (NtmComposer * composer)
{
  if (composer == NULL)
    return;

  ntm_workers_unref ();
  ntm_plan_free (&composer->plan);
  free (composer);
}

void
ntm_composer_set_stores (NtmComposer * composer, NtmStores stores)
{
  atomic_store (&composer->stores, stores);
}

/* Ordinary stores are faster as long as the working set stays in the cache: the
 * strips, which come back to their writer in turn, and the tiles of one more.
 * Beyond, the strips evict each other, and streaming wins. Half of the cache
 * counts: the other half is for frames that wait upstream, and for the rest of
 * the machine. Measured with three strips and 32 MiB of cache: streaming wins
 * from 2 to 3 MiB on if strips are only written, and from 4 MiB on, which is
 * this threshold, if they are read at once. */
void
ntm_composer_set_stream_from (NtmComposer * composer, size_t bytes,
    size_t n_strips)
{
  const size_t in_flight = n_strips < SIZE_MAX ? n_strips + 1 : n_strips;

  if (bytes == 0)
    bytes = composer->llc_bytes / 2 / in_flight;
  atomic_store (&composer->stream_from_bytes, bytes);
}

void
ntm_composer_set_max_threads (NtmComposer * composer, unsigned max_threads)
{
  composer->max_threads = max_threads > 0 ? max_threads
      : composer->default_threads;
}

/* Whether a strip @factor times smaller than @strip_bytes is streamed. */
static bool
streams (NtmComposer * composer, size_t strip_bytes, size_t factor)
{
  switch ((NtmStores) atomic_load (&composer->stores)) {
    case NTM_STORES_ALWAYS:
      return true;
    case NTM_STORES_NEVER:
      return false;
    default:
      return strip_bytes / factor >= atomic_load (&composer->stream_from_bytes);
  }
}

/* ---- Carrying out ---- */

static void
init_order (Order * order, NtmComposer * composer, ptrdiff_t stride,
    size_t strip_bytes)
{
  order->plan = &composer->plan;
  order->pattern = &composer->pattern;
  order->kernel = ntm_kernel_get ();
  order->stride = stride;
  order->stream = streams (composer, strip_bytes, 1);
  order->stream_short_rows =
      streams (composer, strip_bytes, SHORT_ROWS_FACTOR);
}

static void
do_job (const Order * order, const NtmJob * job)
{
  const bool stream = job->row_bytes > SHORT_ROW_BYTES ? order->stream
      : order->stream_short_rows;
  const NtmKernel *kernel = order->kernel;

  if (job->src)
    (stream ? kernel->copy_stream : kernel->copy) (job->dst, order->stride,
        job->src, job->src_stride, job->row_bytes, job->rows);
  else
    ntm_fill (kernel, stream, order->pattern, job->dst, order->stride,
        job->row_bytes, job->rows);
}

static void
do_unit (void *data, size_t unit)
{
  const Order *order = data;
  const NtmPlan *plan = order->plan;
  const size_t end = ntm_plan_get_first_job (plan, unit + 1);

  for (size_t i = ntm_plan_get_first_job (plan, unit); i < end; i++)
    do_job (order, &plan->jobs[i]);
}

/* A fence orders only the streaming stores of the thread that calls it. */
static void
fence (void *data)
{
  const Order *order = data;

  if (order->stream)
    order->kernel->fence ();
}

static void
carry_out (const NtmComposer * composer, Order * order)
{
  const NtmPlan *plan = &composer->plan;
  const size_t worth = plan->bytes / BYTES_PER_THREAD;

  ntm_workers_run (do_unit, fence, order, plan->n_units,
      worth < composer->max_threads ? worth : composer->max_threads);
}

/* ---- Planning ---- */

/* One call of ntm_composer_compose(). */
typedef struct
{
  NtmComposer *composer;
  NtmStrip *strip;
  Order order;
} Work;

/* Without memory for a larger plan, the plan so far is written first. */
static void
add_job (Work * work, const NtmJob * job)
{
  NtmPlan *plan = &work->composer->plan;

  if (ntm_plan_add (plan, job))
    return;

  carry_out (work->composer, &work->order);
  ntm_plan_clear (plan);
  ntm_plan_add (plan, job);
}

/* Plans to write @rect of the strip: with @source, or background. */
static void
plan_rect (Work * work, const NtmRect * rect, const NtmSource * source)
{
  const NtmStrip *strip = work->strip;
  const size_t pixel_bytes = strip->layout->pixel_bytes;
  size_t rows = rect->height;
  size_t block_rows = rows;
  NtmJob job = {
    .dst = strip->data + (ptrdiff_t) rect->y * strip->stride
        + rect->x * pixel_bytes,
    .src = source ? source->pixels : NULL,
    .src_stride = source ? source->stride : 0,
    .row_bytes = rect->width * pixel_bytes,
  };

  if (job.row_bytes == 0)
    return;

  /* No division for a small tile: there its time would show. */
  if (rows * job.row_bytes > NTM_BLOCK_BYTES)
    block_rows = job.row_bytes < NTM_BLOCK_BYTES
        ? NTM_BLOCK_BYTES / job.row_bytes : 1;

  while (rows > 0) {
    job.rows = rows < block_rows ? rows : block_rows;
    add_job (work, &job);
    rows -= job.rows;
    job.dst += (ptrdiff_t) job.rows * strip->stride;
    if (job.src)
      job.src += (ptrdiff_t) job.rows * job.src_stride;
  }
}

/* Plans background above, below, left and right of the frame. */
static void
plan_margin (Work * work, const NtmCell * cell)
{
  const NtmRect *all = &cell->cell;
  const NtmRect *frame = &cell->frame;
  const uint32_t below = frame->y + frame->height;
  const uint32_t right = frame->x + frame->width;
  const NtmRect rects[] = {
    {all->x, all->y, all->width, frame->y - all->y},
    {all->x, below, all->width, all->y + all->height - below},
    {all->x, frame->y, frame->x - all->x, frame->height},
    {right, frame->y, all->x + all->width - right, frame->height},
  };

  for (size_t i = 0; i < sizeof rects / sizeof rects[0]; i++)
    plan_rect (work, &rects[i], NULL);
}

static bool
has_pixels (const NtmRect * rect)
{
  return rect->width > 0 && rect->height > 0;
}

static bool
has_margin (const NtmCell * cell)
{
  return has_pixels (&cell->cell) && (cell->frame.width != cell->cell.width
      || cell->frame.height != cell->cell.height);
}

/* Plans what cell @i misses of @source (NULL: background). Returns what happens
 * to the tile. */
static NtmTileWord
plan_cell (Work * work, size_t i, const NtmSource * source, bool * in_place)
{
  NtmStrip *strip = work->strip;
  const NtmCell *cell = &strip->layout->cells[i];
  const NtmWanted wanted = ntm_strip_want (strip, i, source);
  const unsigned answer = ntm_ledger_ask (&strip->ledger, i, &wanted,
      strip->ledger.background);
  const bool frame = has_pixels (&cell->frame);
  const bool margin = has_margin (cell) && (answer & NTM_MISSES_MARGIN);

  *in_place = frame && (answer & NTM_FRAME_CAME);
  if (margin)
    plan_margin (work, cell);
  if (frame && (answer & NTM_MISSES_FRAME))
    plan_rect (work, &cell->frame, wanted.frame_is_background ? NULL : source);
  ntm_ledger_hold (&strip->ledger, i, &wanted);

  if (frame && (answer & (NTM_MISSES_FRAME | NTM_FRAME_CAME)))
    return wanted.frame_is_background ? NTM_TILE_BACKGROUND : NTM_TILE_COPIED;

  return margin ? NTM_TILE_BACKGROUND : NTM_TILE_KEPT;
}

static void
report_tile (NtmReport * report, const NtmPlace * place, NtmTileWord word,
    bool in_place)
{
  report->tiles_in_place += in_place;
  switch (word) {
    case NTM_TILE_COPIED:
      report->tiles_copied++;
      report->bytes_copied += place->row_bytes * place->rows;
      break;
    case NTM_TILE_KEPT:
      report->tiles_kept++;
      break;
    case NTM_TILE_BACKGROUND:
      report->tiles_background++;
      break;
  }
}

static void
plan_tiles (Work * work, const NtmSource * sources, NtmReport * report)
{
  NtmStrip *strip = work->strip;
  const NtmLayout *layout = strip->layout;
  bool in_place;

  for (size_t i = 0; i < layout->n_tiles; i++) {
    const NtmTileWord word = plan_cell (work, i, &sources[i], &in_place);
    const NtmPlace place = ntm_strip_get_place (strip, i);

    strip->ledger.lines[i].word = word;
    report_tile (report, &place, word, in_place);
  }
  for (size_t i = layout->n_tiles; i < layout->n_cells; i++)
    plan_cell (work, i, NULL, &in_place);
}

/* ---- A strip ---- */

static uint64_t
get_nanoseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Makes the pattern only where the colour changed. */
static void
set_background (NtmComposer * composer, const void *background,
    size_t bytes)
{
  NtmPattern *pattern = &composer->pattern;

  if (pattern->pixel_bytes != bytes
      || memcmp (pattern->bytes, background, bytes) != 0)
    ntm_pattern_init (pattern, background, bytes);
}

void
ntm_composer_compose (NtmComposer * composer, NtmStrip * strip,
    const NtmSource * sources, const void *background, NtmReport * report)
{
  const uint64_t start = get_nanoseconds ();
  Work work = {.composer = composer,.strip = strip };
  NtmReport done = { 0 };

  init_order (&work.order, composer, strip->stride, strip->layout->bytes);
  set_background (composer, background, strip->layout->background_bytes);
  ntm_ledger_begin (&strip->ledger, background);
  ntm_plan_clear (&composer->plan);
  plan_tiles (&work, sources, &done);
  carry_out (composer, &work.order);

  done.streamed = work.order.stream;
  done.nanoseconds = get_nanoseconds () - start;
  if (report)
    *report = done;
}

/* ---- A frame that arrives ---- */

/* Copies block after block, from the last row to the first. Upstream wrote the
 * last rows last: they are in the cache even if the whole frame is not. The
 * first rows, read last here, are then in the cache when upstream writes the
 * next frame to the same memory. Workers would not help: the frame is in this
 * CPU's cache. */
void
ntm_composer_copy (NtmComposer * composer, const NtmPlace * place,
    size_t strip_bytes, const void *pixels, ptrdiff_t stride)
{
  const size_t block_rows = place->row_bytes < NTM_BLOCK_BYTES
      && place->row_bytes > 0 ? NTM_BLOCK_BYTES / place->row_bytes : 1;
  size_t rows_left = place->rows;
  Order order;

  init_order (&order, composer, place->stride, strip_bytes);
  while (rows_left > 0) {
    NtmJob job = {
      .row_bytes = place->row_bytes,
      .rows = rows_left < block_rows ? rows_left : block_rows,
      .src_stride = stride,
    };

    rows_left -= job.rows;
    job.dst = (uint8_t *) place->data + (ptrdiff_t) rows_left * place->stride;
    job.src = (const uint8_t *) pixels + (ptrdiff_t) rows_left * stride;
    do_job (&order, &job);
  }
  fence (&order);
}
