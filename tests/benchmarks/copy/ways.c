/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "ways.h"

#include "team.h"

#include <string.h>

/* Bytes that a thread takes at once: for a single row of a tile, the counter
 * would cost too much. */
#define UNIT_BYTES ((gsize) 256 << 10)

/* Waking a thread takes about as long as copying this many bytes. */
#define ALONE_BYTES ((gsize) 2 << 20)

/* The bytes of a strip before a way writes it. */
#define POISON 0xa5

struct _Ways
{
  const Material *material;
  Writer *writer;
  guint n_threads;
  Team *team;

  /* How memcpy shares the work: an item is part of a tile, or several tiles. */
  guint units_per_tile;
  guint tiles_per_unit;
};

/* A strip for the team to write. */
typedef struct
{
  const Ways *ways;
  guint8 *strip;
  guint set;
  gboolean stream;
} Task;

Ways *
ways_new (const Material * material, Writer * writer)
{
  Ways *ways = g_new0 (Ways, 1);

  ways->material = material;
  ways->writer = writer;
  ways->units_per_tile = MAX (material->tile_bytes / UNIT_BYTES, 1);
  ways->tiles_per_unit = MAX (UNIT_BYTES / material->tile_bytes, 1);
  ways_set_threads (ways, 1);
  return ways;
}

void
ways_free (Ways * ways)
{
  team_free (ways->team);
  g_free (ways);
}

void
ways_set_threads (Ways * ways, guint n_threads)
{
  if (ways->n_threads == n_threads)
    return;
  ways->n_threads = n_threads;
  g_clear_pointer (&ways->team, team_free);
  ways->team =
      team_new (ways->material->strip_bytes < ALONE_BYTES ? 1 : n_threads);
  writer_set_threads (ways->writer, n_threads);
}

static void
memcpy_rows (const Task * task, guint tile, guint first, guint end)
{
  const Material *material = task->ways->material;
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
  const Ways *ways = task->ways;
  const Material *material = ways->material;
  const guint n_parts = ways->units_per_tile;
  const guint tile = unit / n_parts * ways->tiles_per_unit;
  const guint end_tile =
      MIN (tile + ways->tiles_per_unit, material->n_tiles);
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
  const Material *material = task->ways->material;
  const gsize offset = unit * UNIT_BYTES;

  writer_copy (task->ways->writer, task->stream, task->strip + offset,
      material->pieces[task->set] + offset,
      MIN (UNIT_BYTES, material->strip_bytes - offset));
}

static void
fence (gpointer data)
{
  const Task *task = data;

  if (task->stream)
    writer_fence (task->ways->writer);
}

static gboolean
is_contiguous (const gchar * way)
{
  return g_str_has_prefix (way, "contiguous");
}

gboolean
ways_write (Ways * ways, const gchar * way, guint turn)
{
  const Material *material = ways->material;
  const guint n_groups = (material->n_tiles - 1) / ways->tiles_per_unit + 1;
  const guint n_pieces = (material->strip_bytes - 1) / UNIT_BYTES + 1;
  Task task = { ways, writer_strip (ways->writer, turn),
    turn % material->n_sets, g_str_equal (way, "contiguous")
  };

  if (g_str_equal (way, "memcpy"))
    team_run (ways->team, memcpy_unit, fence, &task,
        n_groups * ways->units_per_tile);
  else if (is_contiguous (way))
    team_run (ways->team, contiguous_unit, fence, &task, n_pieces);
  else
    return writer_compose (ways->writer, way, turn, task.set);
  return TRUE;
}

void
ways_read (const Ways * ways, guint turn)
{
  const guint64 *words =
      (const guint64 *) writer_strip (ways->writer, turn);
  const gsize n_words = ways->material->strip_bytes / sizeof (*words);
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
ways_verify (Ways * ways, const gchar * way, guint turn)
{
  const Material *material = ways->material;
  const guint set = turn % material->n_sets;
  guint8 *strip = writer_strip (ways->writer, turn);

  memset (strip, POISON, material->strip_bytes);
  if (!ways_write (ways, way, turn))
    return FALSE;
  if (is_contiguous (way))
    return memcmp (strip, material->pieces[set], material->strip_bytes) == 0;
  return material_is_strip (material, set, strip);
}
