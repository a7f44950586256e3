/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One question for each rectangle of a strip: does it already hold what it
 * should? Those for which the answer is no make the plan, and the plan is then
 * carried out. The ledger is brought up to date while planning, because writing
 * cannot fail. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntcomposer.h"
#include "gstntkernel-private.h"
#include "gstntstripallocator-private.h"
#include "ntfill-orc.h"

GST_DEBUG_CATEGORY_STATIC (nt_composer_debug);
#define GST_CAT_DEFAULT nt_composer_debug

/* Bytes that the ledger knows nothing of. No id is 0. */
#define CONTENT_UNKNOWN G_GUINT64_CONSTANT (0)

/* A strip comes back to its writer after the others of its pool, and its tiles
 * come through the cache too: three strips and the tiles of one, four times its
 * bytes, is what a default pool keeps in flight. If that fits the last-level
 * cache, ordinary stores are faster (measured up to 2x when the strip is read
 * at once); if not, they only evict each other. */
#define STREAM_FROM_LLC_FRACTION 4

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
  GstNtStores stores;
  gsize stream_from_bytes;      /* what AUTO streams */
  GArray *jobs;                 /* of Job: the plan; kept to be used again */
};

/* Where the strip is that is being composed, and what is known of it. */
typedef struct
{
  guint8 *data;
  gssize stride;
  GstNtTileContent *contents;   /* NULL: nothing is known */
  guint32 background;
} Target;

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

  composer->stores = GST_NT_STORES_AUTO;
  composer->stream_from_bytes = ntm_llc_bytes () / STREAM_FROM_LLC_FRACTION;
  composer->jobs = g_array_new (FALSE, FALSE, sizeof (Job));

  return composer;
}

void
gst_nt_composer_free (GstNtComposer * composer)
{
  g_array_unref (composer->jobs);
  g_free (composer);
}

void
gst_nt_composer_set_stores (GstNtComposer * composer, GstNtStores stores)
{
  composer->stores = stores;
}

static gboolean
streams (const GstNtComposer * composer, gsize strip_bytes)
{
  switch (composer->stores) {
    case GST_NT_STORES_ALWAYS:
      return TRUE;
    case GST_NT_STORES_NEVER:
      return FALSE;
    default:
      return strip_bytes >= composer->stream_from_bytes;
  }
}

static void
plan_rows (GstNtComposer * composer, const Target * target,
    const NtmTile * tile, guint y, guint rows, const GstNtTileSource * source)
{
  Job job;

  if (rows == 0)
    return;

  job.dst = target->data + (gssize) y * target->stride
      + (gsize) tile->x * NTM_BYTES_PER_PIXEL;
  job.src = source ? source->data : NULL;
  job.src_stride = source ? source->stride : 0;
  job.row_pixels = tile->width;
  job.rows = rows;
  g_array_append_val (composer->jobs, job);
}

/* Whether the rectangle that @held speaks of has to be written to hold @wanted;
 * @held then says that it was. */
static gboolean
must_write (guint64 * held, guint64 wanted)
{
  if (wanted != CONTENT_UNKNOWN && *held == wanted)
    return FALSE;

  *held = wanted;
  return TRUE;
}

static void
plan_tile (GstNtComposer * composer, const Target * target,
    const NtmTile * tile, guint strip_height, const GstNtTileSource * source,
    GstNtTileContent * held, GstNtComposeReport * report)
{
  const guint64 background = GST_NT_CONTENT_COLOUR | target->background;
  const gboolean has_frame = source->data != NULL;
  const guint below = tile->frame_y + tile->frame_height;
  gboolean frame = FALSE;
  gboolean margin = FALSE;

  if (tile->width > 0 && tile->frame_height > 0)
    frame = must_write (&held->frame, has_frame ? CONTENT_UNKNOWN : background);
  if (tile->width > 0 && tile->frame_height < strip_height)
    margin = must_write (&held->margin, background);

  if (margin) {
    plan_rows (composer, target, tile, 0, tile->frame_y, NULL);
    plan_rows (composer, target, tile, below, strip_height - below, NULL);
  }
  if (frame)
    plan_rows (composer, target, tile, tile->frame_y, tile->frame_height,
        has_frame ? source : NULL);

  if (frame && has_frame) {
    report->tiles_copied++;
    report->bytes_copied +=
        (gsize) tile->width * NTM_BYTES_PER_PIXEL * tile->frame_height;
  } else if (frame || margin) {
    report->tiles_background++;
  } else {
    report->tiles_kept++;
  }
}

static void
plan (GstNtComposer * composer, const GstNtLayout * layout,
    const Target * target, const GstNtTileSource * sources,
    GstNtComposeReport * report)
{
  guint i;

  g_array_set_size (composer->jobs, 0);
  for (i = 0; i < layout->n_tiles; i++) {
    GstNtTileContent unknown = { CONTENT_UNKNOWN, CONTENT_UNKNOWN };

    plan_tile (composer, target, &layout->tiles[i], layout->geometry.height,
        &sources[i], target->contents ? &target->contents[i] : &unknown,
        report);
  }
}

static void
carry_out (const GstNtComposer * composer, const Target * target,
    gboolean stream)
{
  const NtmKernel *kernel = gst_nt_kernel_get ();
  const NtmCopyFunc copy = stream ? kernel->copy_stream : kernel->copy;
  guint i;

  for (i = 0; i < composer->jobs->len; i++) {
    const Job *job = &g_array_index (composer->jobs, Job, i);

    if (job->src)
      copy (job->dst, target->stride, job->src, job->src_stride,
          job->row_pixels * NTM_BYTES_PER_PIXEL, job->rows);
    else if (stream)
      kernel->fill_stream (job->dst, target->stride, target->background,
          job->row_pixels, job->rows);
    else
      ntm_orc_fill_u32 ((guint32 *) job->dst, target->stride,
          target->background, job->row_pixels, job->rows);
  }

  if (stream)
    kernel->fence ();
}

static void
compose (GstNtComposer * composer, const GstNtLayout * layout,
    const Target * target, const GstNtTileSource * sources,
    GstNtComposeReport * report)
{
  const gboolean stream = streams (composer, layout->geometry.size);
  const GstClockTime start = gst_util_get_timestamp ();

  *report = (GstNtComposeReport) { 0, };
  plan (composer, layout, target, sources, report);
  carry_out (composer, target, stream);
  report->time = gst_util_get_timestamp () - start;

  GST_LOG ("%u copied, %u kept, %u background, %" G_GSIZE_FORMAT " bytes, %s "
      "stores, %" GST_TIME_FORMAT, report->tiles_copied, report->tiles_kept,
      report->tiles_background, report->bytes_copied,
      stream ? "streaming" : "ordinary", GST_TIME_ARGS (report->time));
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
