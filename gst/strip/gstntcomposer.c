/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One question for each rectangle of a strip: does it already hold what it
 * should? Those for which the answer is no make the plan, and the plan is then
 * carried out. The ledger is brought up to date while planning, because writing
 * cannot fail. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntcomposer-private.h"
#include "gstntkernel-private.h"
#include "gstntstripallocator-private.h"
#include "gstntworkers-private.h"
#include "ntfill-orc.h"

GST_DEBUG_CATEGORY_STATIC (nt_composer_debug);
#define GST_CAT_DEFAULT nt_composer_debug

/* How many strips are in turn, if nobody says so. */
#define DEFAULT_N_STRIPS 3

/* A piece of work: so much of one tile that rows of source and destination stay
 * near each other, and so little that threads end together. Of 1 to 1024 rows of
 * 4 KiB, 64 to 128 were fastest on two threads, and no slower on one. */
#define BLOCK_BYTES ((gsize) 256 << 10)

/* A thread is woken for so many bytes: some 20 microseconds to wake one, in which
 * a core streams about a third of this. */
#define BYTES_PER_THREAD ((gsize) 1 << 20)

/* More threads than this have not been seen to help: a few cores fill a memory
 * bus, and the sources need some too. */
#define MAX_THREADS 8

/* Rows of one line of the cache are streamed by AUTO only in strips so many times as
 * large as others that are: each is far from the next, and in strips of 4 to 6 MiB
 * ordinary stores took 0.6 to 0.9 of the time, with 32 MiB of cache. In 64 MiB, or
 * with one and a half lines, it is the other way round or no difference. */
#define SHORT_ROW_BYTES ((gsize) 64)
#define SHORT_ROWS_FACTOR 8

/* Something to write: a copy, or where @src is NULL, background. */
typedef struct
{
  guint8 *dst;
  const guint8 *src;
  gssize src_stride;
  gsize row_pixels;
  gsize rows;
} Job;

struct _GstNtComposer
{
  /* Atomic: read by threads whose frames arrive. */
  gint stores;                  /* GstNtStores */
  gsize stream_from_bytes;      /* what AUTO streams */

  guint max_threads;
  gsize llc_bytes;              /* of this machine, asked for once */
  guint default_threads;

  /* The plan; kept to be used again. */
  GArray *jobs;                 /* of Job: as many as there is room for */
  guint n_jobs;
  gsize bytes;                  /* to write in all */
  GArray *units;                /* of guint: the first job of each unit of work,
                                 * and one more, the end */
  gsize unit_bytes;             /* of the last unit so far */

  GArray *words;                /* of GstNtTileWord, for each tile */
};

/* Where the strip is that is being composed, and what is known of it. */
typedef struct
{
  guint8 *data;
  gssize stride;
  GstNtTileContent *contents;   /* NULL: nothing is known */
  guint32 background;
} Target;

/* What the threads that write need to know. */
typedef struct
{
  const GstNtComposer *composer;
  const Target *target;
  const NtmKernel *kernel;
  gboolean stream;
  gboolean stream_short_rows;
} Order;

GstNtComposer *
gst_nt_composer_new (void)
{
  GstNtComposer *composer = g_new0 (GstNtComposer, 1);
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (nt_composer_debug, "ntcomposer", 0,
        "strip composer");
    g_once_init_leave (&done, 1);
  }

  gst_nt_workers_ref ();
  composer->llc_bytes = ntm_llc_bytes ();
  composer->default_threads = MIN (gst_nt_workers_get_n_cpus (), MAX_THREADS);
  composer->jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  composer->units = g_array_new (FALSE, FALSE, sizeof (guint));
  composer->words = g_array_new (FALSE, FALSE, sizeof (GstNtTileWord));
  gst_nt_composer_set_stores (composer, GST_NT_STORES_AUTO);
  gst_nt_composer_set_stream_from (composer, 0, DEFAULT_N_STRIPS);
  gst_nt_composer_set_max_threads (composer, 0);

  return composer;
}

void
gst_nt_composer_free (GstNtComposer * composer)
{
  gst_nt_workers_unref ();
  g_array_unref (composer->words);
  g_array_unref (composer->units);
  g_array_unref (composer->jobs);
  g_free (composer);
}

void
gst_nt_composer_set_stores (GstNtComposer * composer, GstNtStores stores)
{
  g_atomic_int_set (&composer->stores, stores);
}

/* Ordinary stores are faster as long as all that is in flight stays in the cache:
 * the strips, which come back to their writer in turn, and the tiles of one more.
 * Beyond, the strips only evict each other, and streaming wins. Half of the cache
 * is reckoned with: the other half is for the frames that wait upstream, and for
 * everybody else. Measured with three strips and 32 MiB of cache: strips that are
 * only written cross at 2 to 3 MiB, strips that are read at once at 4 MiB, which
 * is what this comes to. */
void
gst_nt_composer_set_stream_from (GstNtComposer * composer, gsize bytes,
    guint n_strips)
{
  if (bytes == 0)
    bytes = composer->llc_bytes / 2 / ((gsize) n_strips + 1);
  g_atomic_pointer_set (&composer->stream_from_bytes, bytes);
}

void
gst_nt_composer_set_max_threads (GstNtComposer * composer, guint max_threads)
{
  composer->max_threads = max_threads > 0 ? max_threads
      : composer->default_threads;
}

/* Whether strips are streamed that are @factor times smaller than @strip_bytes. */
static gboolean
streams (GstNtComposer * composer, gsize strip_bytes, guint factor)
{
  switch ((GstNtStores) g_atomic_int_get (&composer->stores)) {
    case GST_NT_STORES_ALWAYS:
      return TRUE;
    case GST_NT_STORES_NEVER:
      return FALSE;
    default:
      return strip_bytes / factor >=
          (gsize) g_atomic_pointer_get (&composer->stream_from_bytes);
  }
}

/* Threads take units, which are blocks of BLOCK_BYTES, or so many small tiles
 * that they come to as much. */
static void
add_job (GstNtComposer * composer, const Job * job)
{
  const gsize bytes = job->row_pixels * NTM_BYTES_PER_PIXEL * job->rows;

  if (composer->n_jobs == composer->jobs->len)
    g_array_set_size (composer->jobs, 2 * composer->n_jobs + 1);
  g_array_index (composer->jobs, Job, composer->n_jobs) = *job;

  if (composer->n_jobs == 0 || composer->unit_bytes + bytes > BLOCK_BYTES) {
    g_array_append_val (composer->units, composer->n_jobs);
    composer->unit_bytes = 0;
  }
  composer->unit_bytes += bytes;
  composer->bytes += bytes;
  composer->n_jobs++;
}

static void
plan_rows (GstNtComposer * composer, const Target * target,
    const NtmTile * tile, guint y, guint rows, const GstNtTileSource * source)
{
  const gsize row_bytes = (gsize) tile->width * NTM_BYTES_PER_PIXEL;
  gsize block_rows = rows;
  Job job;

  job.dst = target->data + (gssize) y * target->stride
      + (gsize) tile->x * NTM_BYTES_PER_PIXEL;
  job.src = source ? source->data : NULL;
  job.src_stride = source ? source->stride : 0;
  job.row_pixels = tile->width;

  /* Nothing is divided for a small tile: there it would show. */
  if (rows * row_bytes > BLOCK_BYTES)
    block_rows = MAX (BLOCK_BYTES / row_bytes, 1);

  while (rows > 0) {
    job.rows = MIN (rows, block_rows);
    add_job (composer, &job);
    rows -= job.rows;
    job.dst += (gssize) job.rows * target->stride;
    if (job.src)
      job.src += (gssize) job.rows * job.src_stride;
  }
}

/* Whether the rectangle that @held speaks of has to be written to hold @wanted;
 * @held then says that it was. */
static gboolean
must_write (guint64 * held, guint64 wanted)
{
  const gboolean missing = gst_nt_content_is_missing (*held, wanted);

  *held = wanted;
  return missing;
}

/* Whether the frame lies where it belongs: it was copied there on arrival. */
static gboolean
has_arrived (const Target * target, const NtmTile * tile,
    const GstNtTileSource * source)
{
  return target->contents != NULL && source->data != NULL
      && source->stride == target->stride
      && source->data == gst_nt_tile_address (target->data, target->stride,
      tile);
}

static GstNtTileWord
plan_tile (GstNtComposer * composer, const Target * target,
    const NtmTile * tile, guint strip_height, const GstNtTileSource * source,
    GstNtTileContent * held, GstNtComposeReport * report)
{
  const GstNtTileContent wanted =
      gst_nt_tile_content_wanted (source, target->background);
  const gboolean has_frame = source->data != NULL;
  const gboolean arrived = has_arrived (target, tile, source);
  const guint below = tile->frame_y + tile->frame_height;
  gboolean frame = FALSE;
  gboolean margin = FALSE;

  if (tile->width > 0 && tile->frame_height > 0)
    frame = must_write (&held->frame, wanted.frame);
  if (tile->width > 0 && tile->frame_height < strip_height)
    margin = must_write (&held->margin, wanted.margin);

  if (margin) {
    plan_rows (composer, target, tile, 0, tile->frame_y, NULL);
    plan_rows (composer, target, tile, below, strip_height - below, NULL);
  }
  if (frame && !arrived)
    plan_rows (composer, target, tile, tile->frame_y, tile->frame_height,
        has_frame ? source : NULL);

  if (frame && arrived)
    report->tiles_on_arrival++;
  if (frame && has_frame)
    return GST_NT_TILE_COPIED;

  return frame || margin ? GST_NT_TILE_BACKGROUND : GST_NT_TILE_KEPT;
}

static void
report_tile (GstNtComposeReport * report, const NtmTile * tile,
    GstNtTileWord word)
{
  switch (word) {
    case GST_NT_TILE_COPIED:
      report->tiles_copied++;
      report->bytes_copied +=
          (gsize) tile->width * NTM_BYTES_PER_PIXEL * tile->frame_height;
      break;
    case GST_NT_TILE_KEPT:
      report->tiles_kept++;
      break;
    case GST_NT_TILE_BACKGROUND:
      report->tiles_background++;
      break;
  }
}

static void
plan (GstNtComposer * composer, const GstNtLayout * layout,
    const Target * target, const GstNtTileSource * sources,
    GstNtComposeReport * report)
{
  guint i;

  g_array_set_size (composer->words, layout->n_tiles);
  g_array_set_size (composer->units, 0);
  composer->n_jobs = 0;
  composer->bytes = 0;
  for (i = 0; i < layout->n_tiles; i++) {
    GstNtTileContent unknown = {.frame = GST_NT_CONTENT_UNKNOWN };
    const GstNtTileWord word = plan_tile (composer, target, &layout->tiles[i],
        layout->geometry.height, &sources[i],
        target->contents ? &target->contents[i] : &unknown, report);

    g_array_index (composer->words, GstNtTileWord, i) = word;
    report_tile (report, &layout->tiles[i], word);
  }
  g_array_append_val (composer->units, composer->n_jobs);
}

/* Row by row: ORC keeps strides, and products of strides, in 32 bits. */
static void
fill (const Job * job, gssize stride, guint32 background)
{
  gsize row;

  for (row = 0; row < job->rows; row++)
    ntm_orc_fill_u32 ((guint32 *) (job->dst + (gssize) row * stride),
        background, job->row_pixels);
}

static void
do_job (const Order * order, const Job * job)
{
  const gsize row_bytes = job->row_pixels * NTM_BYTES_PER_PIXEL;
  const gboolean stream = row_bytes > SHORT_ROW_BYTES ? order->stream
      : order->stream_short_rows;
  const NtmKernel *kernel = order->kernel;
  const Target *target = order->target;

  if (job->src)
    (stream ? kernel->copy_stream : kernel->copy) (job->dst,
        target->stride, job->src, job->src_stride, row_bytes, job->rows);
  else if (stream)
    kernel->fill_stream (job->dst, target->stride, target->background,
        job->row_pixels, job->rows);
  else
    fill (job, target->stride, target->background);
}

static void
do_unit (gpointer data, guint unit)
{
  const Order *order = data;
  const GstNtComposer *composer = order->composer;
  const guint end = g_array_index (composer->units, guint, unit + 1);
  guint i;

  for (i = g_array_index (composer->units, guint, unit); i < end; i++)
    do_job (order, &g_array_index (composer->jobs, Job, i));
}

/* Each thread's streaming stores are its own to fence. */
static void
fence (gpointer data)
{
  const Order *order = data;

  if (order->stream)
    order->kernel->fence ();
}

static void
init_order (Order * order, GstNtComposer * composer, const Target * target,
    gsize strip_bytes)
{
  order->composer = composer;
  order->target = target;
  order->kernel = gst_nt_kernel_get ();
  order->stream = streams (composer, strip_bytes, 1);
  order->stream_short_rows = streams (composer, strip_bytes,
      SHORT_ROWS_FACTOR);
}

/* Returns whether streaming stores were used. */
static gboolean
carry_out (GstNtComposer * composer, const Target * target, gsize strip_bytes)
{
  const guint worth = MIN (composer->bytes / BYTES_PER_THREAD, G_MAXUINT);
  Order order;

  init_order (&order, composer, target, strip_bytes);
  gst_nt_workers_run (do_unit, fence, &order, composer->units->len - 1,
      MIN (composer->max_threads, worth));

  return order.stream;
}

static void
compose (GstNtComposer * composer, const GstNtLayout * layout,
    const Target * target, const GstNtTileSource * sources,
    GstNtComposeReport * report)
{
  const GstClockTime start = gst_util_get_timestamp ();
  gboolean streamed;

  *report = (GstNtComposeReport) { 0, };
  plan (composer, layout, target, sources, report);
  streamed = carry_out (composer, target, layout->geometry.size);
  report->time = gst_util_get_timestamp () - start;

  GST_LOG ("%u copied, of these %u on arrival, %u kept, %u background, %"
      G_GSIZE_FORMAT " bytes, %s stores, %" GST_TIME_FORMAT,
      report->tiles_copied, report->tiles_on_arrival, report->tiles_kept,
      report->tiles_background, report->bytes_copied,
      streamed ? "streaming" : "ordinary", GST_TIME_ARGS (report->time));
}

void
gst_nt_composer_compose (GstNtComposer * composer, const GstNtLayout * layout,
    GstBuffer * strip, const GstNtTileSource * sources, guint32 background,
    GstNtComposeReport * report)
{
  GstNtStrip *self =
      gst_nt_strip_memory_get_strip (gst_buffer_peek_memory (strip, 0));
  Target target;

  g_return_if_fail (self != NULL && self->layout == layout);

  target.data = self->data;
  target.stride = layout->geometry.stride;
  target.contents = self->contents;
  target.background = background;

  compose (composer, layout, &target, sources, report);
}

void
gst_nt_composer_compose_into (GstNtComposer * composer,
    const GstNtLayout * layout, guint8 * data, gssize stride,
    const GstNtTileSource * sources, guint32 background,
    GstNtComposeReport * report)
{
  const Target target = { data, stride, NULL, background };

  compose (composer, layout, &target, sources, report);
}

/* ---- A frame that arrives ---- */

/* Block after block from the last row to the first. The last rows were written
 * last: they are in the cache even if the whole frame is not, and so are the first
 * ones when the next frame is written to the same memory. Workers would not help:
 * the frame is in this CPU's cache. */
void
gst_nt_composer_copy_frame (GstNtComposer * composer, gsize strip_bytes,
    const GstNtRows * rows, const guint8 * src, gssize src_stride)
{
  const Target target = {.data = rows->data,.stride = rows->stride };
  const gsize block_rows = MAX (BLOCK_BYTES / rows->row_bytes, 1);
  gsize rows_left = rows->n_rows;
  Order order;

  init_order (&order, composer, &target, strip_bytes);
  while (rows_left > 0) {
    Job job = {
      .row_pixels = rows->row_bytes / NTM_BYTES_PER_PIXEL,
      .rows = MIN (block_rows, rows_left),
      .src_stride = src_stride,
    };

    rows_left -= job.rows;
    job.dst = rows->data + rows_left * rows->stride;
    job.src = src + (gssize) rows_left * src_stride;
    do_job (&order, &job);
  }
  fence (&order);
}

GstNtTileWord
gst_nt_composer_get_word (const GstNtComposer * composer, guint tile)
{
  g_return_val_if_fail (tile < composer->words->len, GST_NT_TILE_BACKGROUND);

  return g_array_index (composer->words, GstNtTileWord, tile);
}
