/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the benchmark copies: several sets of ready frames that take turns, each
 * frame in memory of its own; and for each set as many bytes in one piece. */

#pragma once

#include <glib.h>

typedef struct
{
  guint tile_width;             /* pixels */
  guint tile_height;
  guint n_tiles;
  gsize row_bytes;              /* of a tile */
  gsize tile_bytes;
  gsize strip_bytes;
  guint n_sets;
  guint8 **frames;              /* n_tiles of set 0, then of set 1, … */
  guint8 **pieces;              /* a piece for each set */
} Material;

/* @pages, the kind of pages for the frames:
 * malloc   those that malloc gives
 * numpy    those of NumPy's arrays: arrays of 4 MiB and more ask for huge
 *          pages, but begin anywhere, so that both ends remain in small pages
 * huge     as many huge pages as possible
 * Returns NULL if there is no memory. */
Material *material_new (guint tile_width, guint tile_height, guint n_tiles,
    guint n_sets, const gchar * pages);
void material_free (Material * material);

/* Frame @tile of set @set. */
guint8 *material_frame (const Material * material, guint set, guint tile);

/* Whether @strip holds the frames of set @set side by side. */
gboolean material_is_strip (const Material * material, guint set,
    const guint8 * strip);
