/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "writer.h"

#include "team.h"

#include "copy/copy.h"
#include "ntstrip.h"

#include <gst/gst.h>
#include <string.h>

/* The element's default. */
#define N_STRIPS 3

/* What a thread takes at once: a row of a tile is not worth counting. */
#define UNIT_BYTES ((gsize) 256 << 10)

/* To wake a thread takes about as long as copying so much: nobody would. */
#define ALONE_BYTES ((gsize) 2 << 20)

/* What a strip holds that nobody has written. */
#define POISON 0xa5

const gchar *const way_names[N_WAYS] = {
  "auto", "always", "never", "memcpy", "contiguous", "contiguous-cached"
};

struct _Writer
{
  const Material *material;
  NtmLayout *layout;
  NtmStrip *strips[N_STRIPS];
  NtmSource *sources;           /* one for each tile of each set */

  NtmComposer *composer;
  const NtmKernel *best;
  Team *team;

  /* How memcpy shares the work: either parts of tiles or several tiles. */
  guint units_per_tile;
  guint tiles_per_unit;
};

/* One strip to write, for the team. */
typedef struct
{
  const Writer *writer;
  guint8 *strip;
  guint set;
  gboolean stream;
} Task;

static gboolean
fail (GError ** error, NtmStatus status)
{
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
      ntm_status_get_text (status));
  return FALSE;
}

static gboolean
make_layout (Writer * writer, GError ** error)
{
  const Material *material = writer->material;
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmTile *tiles = g_new0 (NtmTile, material->n_tiles);
  NtmStatus status;

  for (guint i = 0; i < material->n_tiles; i++) {
    tiles[i].width = material->tile_width;
    tiles[i].height = material->tile_height;
  }
  status = ntm_layout_new (&writer->layout, tiles, material->n_tiles, &rules);

  g_free (tiles);
  return status == NTM_OK || fail (error, status);
}

/* They live as long as the writer: only the writing is timed. */
static gboolean
make_strips (Writer * writer, GError ** error)
{
  for (guint i = 0; i < N_STRIPS; i++) {
    const NtmStatus status =
        ntm_strip_new (&writer->strips[i], writer->layout, NULL);

    if (status != NTM_OK)
      return fail (error, status);
    ntm_strip_touch (writer->strips[i]);
  }
  return TRUE;
}

static void
list_sources (Writer * writer)
{
  const Material *material = writer->material;
  const gsize n_frames = (gsize) material->n_tiles * material->n_sets;

  writer->sources = g_new0 (NtmSource, n_frames);
  for (gsize i = 0; i < n_frames; i++) {
    writer->sources[i].pixels = material->frames[i];
    writer->sources[i].stride = material->row_bytes;
  }
}

static void
cut_into_units (Writer * writer)
{
  const gsize tile_bytes = writer->material->tile_bytes;

  writer->units_per_tile = MAX (tile_bytes / UNIT_BYTES, 1);
  writer->tiles_per_unit = MAX (UNIT_BYTES / tile_bytes, 1);
}

Writer *
writer_new (const Material * material, GError ** error)
{
  Writer *writer = g_new0 (Writer, 1);

  writer->material = material;
  ntm_kernel_select (g_getenv ("NTMOSAIC_CPU"));
  writer->composer = ntm_composer_new ();
  if (writer->composer == NULL)
    g_error ("no memory for a composer");
  ntm_composer_set_stream_from (writer->composer, 0, N_STRIPS);
  writer->best = ntm_kernel_find (NULL, ntm_cpu_features (), NULL);
  if (!make_layout (writer, error) || !make_strips (writer, error)) {
    writer_free (writer);
    return NULL;
  }

  list_sources (writer);
  cut_into_units (writer);
  writer_set_threads (writer, 1);
  return writer;
}

void
writer_free (Writer * writer)
{
  for (guint i = 0; i < N_STRIPS; i++)
    ntm_strip_free (writer->strips[i]);
  ntm_layout_unref (writer->layout);
  g_clear_pointer (&writer->team, team_free);
  ntm_composer_free (writer->composer);
  g_free (writer->sources);
  g_free (writer);
}

void
writer_set_threads (Writer * writer, guint n_threads)
{
  g_clear_pointer (&writer->team, team_free);
  writer->team =
      team_new (writer->material->strip_bytes < ALONE_BYTES ? 1 : n_threads);
  ntm_composer_set_max_threads (writer->composer, n_threads);
}

static void
compose (Writer * writer, NtmStores stores, NtmStrip * strip, guint set)
{
  static const guint8 background[4];
  const guint n_tiles = writer->material->n_tiles;
  NtmReport report;

  ntm_composer_set_stores (writer->composer, stores);
  ntm_composer_compose (writer->composer, strip,
      writer->sources + (gsize) set * n_tiles, background, &report);
  if (report.tiles_copied != n_tiles)
    g_error ("%" G_GSIZE_FORMAT " of %u tiles were copied",
        report.tiles_copied, n_tiles);
}

static void
memcpy_rows (const Task * task, guint tile, guint first, guint end)
{
  const Material *material = task->writer->material;
  const gsize stride = material->row_bytes * material->n_tiles;
  const guint8 *src = material_frame (material, task->set, tile);
  guint8 *dst = task->strip + tile * material->row_bytes;

  for (guint y = first; y < end; y++)
    memcpy (dst + y * stride, src + y * material->row_bytes,
        material->row_bytes);
}

static void
memcpy_unit (gpointer data, guint unit)
{
  const Task *task = data;
  const Writer *writer = task->writer;
  const Material *material = writer->material;
  const guint n_parts = writer->units_per_tile;
  const guint tile = unit / n_parts * writer->tiles_per_unit;
  const guint end_tile =
      MIN (tile + writer->tiles_per_unit, material->n_tiles);
  const guint64 part = unit % n_parts;
  const guint64 height = material->tile_height;

  for (guint i = tile; i < end_tile; i++)
    memcpy_rows (task, i, part * height / n_parts,
        (part + 1) * height / n_parts);
}

static void
contiguous_unit (gpointer data, guint unit)
{
  const Task *task = data;
  const Material *material = task->writer->material;
  const NtmKernel *best = task->writer->best;
  const gsize offset = unit * UNIT_BYTES;
  const gsize bytes = MIN (UNIT_BYTES, material->strip_bytes - offset);

  (task->stream ? best->copy_stream : best->copy) (task->strip + offset, bytes,
      material->pieces[task->set] + offset, bytes, bytes, 1);
}

static void
fence (gpointer data)
{
  const Task *task = data;

  if (task->stream)
    task->writer->best->fence ();
}

static void
share_memcpy (const Writer * writer, Task * task)
{
  const guint n_groups =
      (writer->material->n_tiles - 1) / writer->tiles_per_unit + 1;

  team_run (writer->team, memcpy_unit, fence, task,
      n_groups * writer->units_per_tile);
}

static void
share_contiguous (const Writer * writer, Task * task)
{
  team_run (writer->team, contiguous_unit, fence, task,
      (writer->material->strip_bytes - 1) / UNIT_BYTES + 1);
}

void
writer_write (Writer * writer, Way way, guint turn)
{
  NtmStrip *strip = writer->strips[turn % N_STRIPS];
  const guint set = turn % writer->material->n_sets;
  Task task = {
    writer, ntm_strip_get_data (strip), set, way == WAY_CONTIGUOUS
  };

  switch (way) {
    case WAY_AUTO:
      compose (writer, NTM_STORES_AUTO, strip, set);
      break;
    case WAY_ALWAYS:
      compose (writer, NTM_STORES_ALWAYS, strip, set);
      break;
    case WAY_NEVER:
      compose (writer, NTM_STORES_NEVER, strip, set);
      break;
    case WAY_MEMCPY:
      share_memcpy (writer, &task);
      break;
    default:
      share_contiguous (writer, &task);
      break;
  }
}

void
writer_read (const Writer * writer, guint turn)
{
  const guint64 *words = ntm_strip_get_data (writer->strips[turn % N_STRIPS]);
  const gsize n_words = writer->material->strip_bytes / sizeof (*words);
  static volatile guint64 result;
  guint64 sums[4] = { 0, };
  gsize i;

  for (i = 0; i + 4 <= n_words; i += 4) {
    sums[0] += words[i];
    sums[1] += words[i + 1];
    sums[2] += words[i + 2];
    sums[3] += words[i + 3];
  }
  for (; i < n_words; i++)
    sums[0] += words[i];
  result = sums[0] + sums[1] + sums[2] + sums[3];
  (void) result;
}

gboolean
writer_verify (Writer * writer, Way way, guint turn)
{
  const Material *material = writer->material;
  const guint set = turn % material->n_sets;
  guint8 *strip = ntm_strip_get_data (writer->strips[turn % N_STRIPS]);

  memset (strip, POISON, material->strip_bytes);
  writer_write (writer, way, turn);

  if (way == WAY_CONTIGUOUS || way == WAY_CONTIGUOUS_CACHED)
    return memcmp (strip, material->pieces[set], material->strip_bytes) == 0;
  return material_is_strip (material, set, strip);
}
