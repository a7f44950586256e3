/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many columns and rows the tiles of a strip make, and how large they are:
 * before any limit, and therefore in 64 bits. */

#pragma once

#include "ntstrip.h"

typedef struct
{
  const NtmTile *tiles;
  size_t n_tiles;
  const NtmLayoutRules *rules;

  size_t columns;
  size_t rows;
  uint64_t gap_x;
  uint64_t gap_y;
  uint64_t tiles_width;         /* of all columns, and the gaps between them */
  uint64_t tiles_height;        /* of all rows, and the gaps between them */
  uint64_t width;               /* of the strip */
  uint64_t height;
  uint64_t x;                   /* of the grid in the strip */
  uint64_t y;
  size_t n_cells;               /* at most; SIZE_MAX: too many to count */
  uint32_t frame_height;        /* of the highest frame */
  size_t highest;               /* index of the tile with that frame */

  uint32_t empty_width;         /* of a column in which no tile has a width */
  uint32_t empty_height;        /* of a row in which no tile has a frame */
} NtmGrid;

/* @tiles and @rules must live as long as the grid. */
NtmGrid ntm_grid_measure (const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules);

/* Where something stands that leaves @room free: rounded down to a multiple of
 * @granularity; 0 and 1: no rounding. */
uint64_t ntm_grid_align (uint64_t room, NtmAlign alignment,
    uint32_t granularity);

uint64_t ntm_grid_get_column_width (const NtmGrid * grid, size_t column);

/* The height of a single row is that of the strip. */
uint64_t ntm_grid_get_row_height (const NtmGrid * grid, size_t row);
