/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where each tile of a strip stands. The tiles are measured first, in 64 bits:
 * a strip that is too large is refused before any narrower number is computed
 * from it. Only then are the tiles placed. */

#include "ntstrip.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What callers see, and what follows it in memory. */
typedef struct
{
  NtmLayout layout;
  atomic_size_t n_refs;
  NtmCell cells[];              /* and behind them the tiles */
} Layout;

/* The size that tiles and rules ask for, before any limit. */
typedef struct
{
  size_t columns;
  size_t rows;
  uint64_t tiles_width;         /* of all columns */
  uint64_t tiles_height;        /* of all rows */
  uint64_t width;               /* of the strip */
  uint64_t height;
  size_t n_cells;
  uint32_t frame_height;        /* of the highest frame */
  size_t highest;               /* index of the tile with that frame */
} Extent;

/* ---- Measuring ---- */

/* The sum saturates, far beyond every limit. */
static uint64_t
add (uint64_t sum, uint64_t value)
{
  return sum > UINT64_MAX - value ? UINT64_MAX : sum + value;
}

static uint64_t
at_least (uint64_t value, uint64_t minimum)
{
  return value > minimum ? value : minimum;
}

static uint32_t
get_frame_height (const NtmTile * tile)
{
  return tile->width > 0 ? tile->height : 0;
}

static uint32_t
get_column_width (const NtmTile * tiles, size_t n_tiles, size_t columns,
    size_t column)
{
  uint32_t width = 0;

  for (size_t i = column; i < n_tiles; i += columns)
    width = at_least (tiles[i].width, width);

  return width;
}

static uint32_t
get_row_height (const NtmTile * tiles, size_t n_tiles, size_t columns,
    size_t row)
{
  uint32_t height = 0;

  for (size_t i = row * columns; i < n_tiles && i < (row + 1) * columns; i++)
    height = at_least (get_frame_height (&tiles[i]), height);

  return height;
}

static void
find_highest (Extent * extent, const NtmTile * tiles, size_t n_tiles)
{
  for (size_t i = 0; i < n_tiles; i++)
    if (get_frame_height (&tiles[i]) > extent->frame_height) {
      extent->frame_height = tiles[i].height;
      extent->highest = i;
    }
}

static Extent
measure (const NtmTile * tiles, size_t n_tiles, const NtmLayoutRules * rules)
{
  Extent extent = { 0 };

  extent.columns = rules->columns > 0 && rules->columns < n_tiles
      ? rules->columns : n_tiles;
  extent.rows = n_tiles > 0 ? (n_tiles - 1) / extent.columns + 1 : 0;
  for (size_t i = 0; i < extent.columns; i++)
    extent.tiles_width = add (extent.tiles_width,
        get_column_width (tiles, n_tiles, extent.columns, i));
  for (size_t i = 0; i < extent.rows; i++)
    extent.tiles_height = add (extent.tiles_height,
        get_row_height (tiles, n_tiles, extent.columns, i));
  find_highest (&extent, tiles, n_tiles);

  extent.width = at_least (extent.tiles_width, rules->min_width);
  extent.height = at_least (extent.tiles_height, rules->min_height);
  if (extent.rows == 1)
    extent.tiles_height = extent.height;
  extent.n_cells = extent.columns * extent.rows
      + (extent.width > extent.tiles_width)
      + (extent.height > extent.tiles_height);

  return extent;
}

/* Computes stride and bytes of the strip. False: they can't be addressed. */
static bool
get_bytes (const Extent * extent, uint32_t pixel_bytes, size_t * stride,
    size_t * bytes)
{
  return !__builtin_mul_overflow (extent->width, pixel_bytes, stride)
      && !__builtin_mul_overflow (*stride, extent->height, bytes)
      && *bytes <= PTRDIFF_MAX;
}

static uint32_t
get_limit (uint32_t limit)
{
  return limit > 0 ? limit : UINT32_MAX;
}

static NtmStatus
check (const Extent * extent, const NtmLayoutRules * rules)
{
  size_t stride;
  size_t bytes;

  if (rules->pixel_bytes < 1 || rules->pixel_bytes > NTM_MAX_PIXEL_BYTES)
    return NTM_BAD_PIXEL_BYTES;
  if (extent->width == 0 || extent->height == 0)
    return NTM_EMPTY;
  if (extent->frame_height > get_limit (rules->max_frame_height))
    return NTM_FRAME_TOO_HIGH;
  if (extent->width > get_limit (rules->max_width))
    return NTM_TOO_WIDE;
  if (extent->height > get_limit (rules->max_height))
    return NTM_TOO_HIGH;
  if (!get_bytes (extent, rules->pixel_bytes, &stride, &bytes)
      || (rules->max_bytes > 0 && bytes > rules->max_bytes))
    return NTM_TOO_LARGE;

  return NTM_OK;
}

/* ---- Placing ---- */

static uint32_t
align (uint32_t room, NtmAlign alignment)
{
  switch (alignment) {
    case NTM_ALIGN_CENTER:
      return room / 2;
    case NTM_ALIGN_END:
      return room;
    default:
      return 0;
  }
}

/* A frame without pixels is in the corner of its cell. */
static void
place_frame (NtmCell * cell, const NtmTile * tile, const NtmLayoutRules * rules)
{
  uint32_t y;

  cell->frame = (NtmRect) { cell->cell.x, cell->cell.y, 0, 0 };
  if (get_frame_height (tile) == 0)
    return;

  y = align (cell->cell.height - tile->height, rules->align_y);
  if (rules->y_granularity > 1)
    y -= y % rules->y_granularity;
  cell->frame.x += align (cell->cell.width - tile->width, rules->align_x);
  cell->frame.y += y;
  cell->frame.width = tile->width;
  cell->frame.height = tile->height;
}

/* Places the cells of the grid; the last row may have some without a tile. */
static void
place_cells (Layout * self, const Extent * extent, const NtmTile * tiles,
    size_t n_tiles, const NtmLayoutRules * rules)
{
  uint32_t x = 0;
  uint32_t y = 0;

  for (size_t column = 0; column < extent->columns; column++) {
    const uint32_t width =
        get_column_width (tiles, n_tiles, extent->columns, column);

    for (size_t i = column; i < extent->columns * extent->rows;
        i += extent->columns) {
      self->cells[i].cell.x = x;
      self->cells[i].cell.width = width;
    }
    x += width;
  }

  for (size_t row = 0; row < extent->rows; row++) {
    const uint32_t height = extent->rows == 1 ? extent->height
        : get_row_height (tiles, n_tiles, extent->columns, row);

    for (size_t i = row * extent->columns; i < (row + 1) * extent->columns;
        i++) {
      const NtmTile none = { 0 };

      self->cells[i].cell.y = y;
      self->cells[i].cell.height = height;
      place_frame (&self->cells[i], i < n_tiles ? &tiles[i] : &none, rules);
    }
    y += height;
  }
}

static void
place_empty_cell (NtmCell * cell, uint32_t x, uint32_t y, uint32_t width,
    uint32_t height)
{
  cell->cell = (NtmRect) { x, y, width, height };
  cell->frame = (NtmRect) { x, y, 0, 0 };
}

/* Places the cells to the right of the grid, and below it. */
static void
place_rest (Layout * self, const Extent * extent)
{
  NtmCell *cell = self->cells + extent->columns * extent->rows;
  const uint32_t grid_width = extent->tiles_width;
  const uint32_t grid_height = extent->tiles_height;

  if (extent->width > grid_width)
    place_empty_cell (cell++, grid_width, 0, extent->width - grid_width,
        extent->height);
  if (extent->height > grid_height)
    place_empty_cell (cell, 0, grid_height, grid_width,
        extent->height - grid_height);
}

static Layout *
new_layout (const Extent * extent, size_t n_tiles)
{
  size_t cells_bytes;
  size_t tiles_bytes;
  size_t bytes;

  if (__builtin_mul_overflow (extent->n_cells, sizeof (NtmCell), &cells_bytes)
      || __builtin_mul_overflow (n_tiles, sizeof (NtmTile), &tiles_bytes)
      || __builtin_add_overflow (cells_bytes, tiles_bytes, &bytes)
      || __builtin_add_overflow (bytes, sizeof (Layout), &bytes))
    return NULL;

  return calloc (1, bytes);
}

static const NtmTile *
copy_tiles (Layout * self, const Extent * extent, const NtmTile * tiles,
    size_t n_tiles)
{
  void *copy = self->cells + extent->n_cells;

  if (n_tiles > 0)
    memcpy (copy, tiles, n_tiles * sizeof *tiles);

  return copy;
}

NtmStatus
ntm_layout_new (NtmLayout ** layout, const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules)
{
  const Extent extent = measure (tiles, n_tiles, rules);
  const NtmStatus status = check (&extent, rules);
  Layout *self;

  *layout = NULL;
  if (status != NTM_OK)
    return status;
  self = new_layout (&extent, n_tiles);
  if (self == NULL)
    return NTM_NO_MEMORY;

  place_cells (self, &extent, tiles, n_tiles, rules);
  place_rest (self, &extent);
  self->layout = (NtmLayout) {
    .width = extent.width,
    .height = extent.height,
    .pixel_bytes = rules->pixel_bytes,
    .columns = extent.columns,
    .rows = extent.rows,
    .n_tiles = n_tiles,
    .n_cells = extent.n_cells,
    .cells = self->cells,
    .tiles = copy_tiles (self, &extent, tiles, n_tiles),
  };
  get_bytes (&extent, rules->pixel_bytes, &self->layout.stride,
      &self->layout.bytes);
  atomic_init (&self->n_refs, 1);
  *layout = &self->layout;

  return NTM_OK;
}

/* ---- References ---- */

NtmLayout *
ntm_layout_ref (NtmLayout * layout)
{
  Layout *self = (Layout *) layout;

  atomic_fetch_add_explicit (&self->n_refs, 1, memory_order_relaxed);

  return layout;
}

void
ntm_layout_unref (NtmLayout * layout)
{
  Layout *self = (Layout *) layout;

  if (self && atomic_fetch_sub_explicit (&self->n_refs, 1,
          memory_order_acq_rel) == 1)
    free (self);
}

/* ---- Words ---- */

static void
explain_size (const Extent * extent, const NtmLayoutRules * rules,
    size_t n_tiles, char *text, size_t text_bytes)
{
  const uint64_t limit = rules->max_bytes > 0
      && rules->max_bytes < PTRDIFF_MAX ? rules->max_bytes : PTRDIFF_MAX;

  snprintf (text, text_bytes,
      "the strip of %zu tiles would be %" PRIu64 "x%" PRIu64 " pixels of %"
      PRIu32 " bytes, and %" PRIu64 " bytes are the most", n_tiles,
      extent->width, extent->height, rules->pixel_bytes, limit);
}

void
ntm_layout_explain (NtmStatus status, const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules, char *text, size_t text_bytes)
{
  const Extent extent = measure (tiles, n_tiles, rules);

  switch (status) {
    case NTM_BAD_PIXEL_BYTES:
      snprintf (text, text_bytes, "a pixel of %" PRIu32 " bytes, and 1 to %d "
          "are possible", rules->pixel_bytes, NTM_MAX_PIXEL_BYTES);
      break;
    case NTM_EMPTY:
      snprintf (text, text_bytes, "the strip of %zu tiles would be %" PRIu64
          "x%" PRIu64 " pixels, and it needs at least 1x1", n_tiles,
          extent.width, extent.height);
      break;
    case NTM_FRAME_TOO_HIGH:
      snprintf (text, text_bytes, "the frame of tile %zu of %zu is %" PRIu32
          " pixels high, and %" PRIu32 " is the most that is allowed",
          extent.highest + 1, n_tiles, extent.frame_height,
          rules->max_frame_height);
      break;
    case NTM_TOO_WIDE:
      snprintf (text, text_bytes, "the strip of %zu tiles would be %" PRIu64
          " pixels wide, and %" PRIu32 " are the most", n_tiles, extent.width,
          get_limit (rules->max_width));
      break;
    case NTM_TOO_HIGH:
      snprintf (text, text_bytes, "the strip of %zu tiles would be %" PRIu64
          " pixels high, and %" PRIu32 " are the most", n_tiles, extent.height,
          get_limit (rules->max_height));
      break;
    case NTM_TOO_LARGE:
      explain_size (&extent, rules, n_tiles, text, text_bytes);
      break;
    default:
      snprintf (text, text_bytes, "%s", ntm_status_get_text (status));
      break;
  }
}
