/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where each tile of a strip stands. The tiles are measured first, in 64 bits:
 * a strip that is too large is refused before any narrower number is computed
 * from it. Only then are the tiles placed. */

#include "grid.h"

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

/* ---- Limits ---- */

/* Computes stride and bytes of the strip. False: they can't be addressed. */
static bool
get_bytes (const NtmGrid * grid, const NtmLayoutRules * rules, size_t * stride,
    size_t * bytes)
{
  size_t rest = 0;

  if (__builtin_mul_overflow (grid->width, rules->pixel_bytes, stride))
    return false;
  if (rules->stride_granularity > 1)
    rest = *stride % rules->stride_granularity;
  if (rest > 0 && __builtin_add_overflow (*stride,
          rules->stride_granularity - rest, stride))
    return false;

  return !__builtin_mul_overflow (*stride, grid->height, bytes)
      && *bytes <= PTRDIFF_MAX;
}

/* How many pixels belong together. */
static uint32_t
get_x_granularity (const NtmLayoutRules * rules)
{
  return rules->x_granularity > 1 ? rules->x_granularity : 1;
}

static bool
are_possible_pixels (const NtmLayoutRules * rules)
{
  return rules->pixel_bytes >= 1
      && get_x_granularity (rules) * (uint64_t) rules->pixel_bytes
      <= NTM_MAX_PIXEL_BYTES;
}

/* Returns the first tile whose width would split pixels, or n_tiles. */
static size_t
find_split (const NtmGrid * grid)
{
  const uint32_t granularity = get_x_granularity (grid->rules);
  size_t i = 0;

  while (i < grid->n_tiles && grid->tiles[i].width % granularity == 0)
    i++;

  return i;
}

static uint32_t
get_limit (uint32_t limit)
{
  return limit > 0 ? limit : UINT32_MAX;
}

static NtmStatus
check (const NtmGrid * grid, const NtmLayoutRules * rules)
{
  size_t stride;
  size_t bytes;

  if (!are_possible_pixels (rules))
    return NTM_BAD_PIXEL_BYTES;
  if (grid->n_tiles > grid->rows * (uint64_t) grid->columns)
    return NTM_TOO_MANY_TILES;
  if (grid->width == 0 || grid->height == 0)
    return NTM_EMPTY;
  if (get_x_granularity (rules) > 1 && find_split (grid) < grid->n_tiles)
    return NTM_BAD_WIDTH;
  if (grid->frame_height > get_limit (rules->max_frame_height))
    return NTM_FRAME_TOO_HIGH;
  if (grid->width > get_limit (rules->max_width))
    return NTM_TOO_WIDE;
  if (grid->height > get_limit (rules->max_height))
    return NTM_TOO_HIGH;
  if (!get_bytes (grid, rules, &stride, &bytes)
      || (rules->max_bytes > 0 && bytes > rules->max_bytes))
    return NTM_TOO_LARGE;

  return NTM_OK;
}

/* ---- Placing ---- */

/* A frame without pixels is in the corner of its cell. */
static void
place_frame (NtmCell * cell, const NtmTile * tile, const NtmLayoutRules * rules)
{
  cell->frame = (NtmRect) { cell->cell.x, cell->cell.y, 0, 0 };
  if (tile->width == 0 || tile->height == 0)
    return;

  cell->frame.x += ntm_grid_align (cell->cell.width - tile->width,
      rules->align_x, rules->x_granularity);
  cell->frame.y += ntm_grid_align (cell->cell.height - tile->height,
      rules->align_y, rules->y_granularity);
  cell->frame.width = tile->width;
  cell->frame.height = tile->height;
}

/* Places the cells of the grid, with a tile or without. */
static void
place_cells (Layout * self, const NtmGrid * grid)
{
  const size_t n_cells = grid->columns * grid->rows;
  uint32_t x = 0;
  uint32_t y = 0;

  for (size_t column = 0; column < grid->columns; column++) {
    const uint32_t width = ntm_grid_get_column_width (grid, column);

    x += x > 0 && width > 0 ? grid->gap_x : 0;
    for (size_t i = column; i < n_cells; i += grid->columns) {
      self->cells[i].cell.x = grid->x + x;
      self->cells[i].cell.width = width;
    }
    x += width;
  }

  for (size_t row = 0; row < grid->rows; row++) {
    const uint32_t height = ntm_grid_get_row_height (grid, row);

    y += y > 0 && height > 0 ? grid->gap_y : 0;
    for (size_t i = row * grid->columns; i < (row + 1) * grid->columns; i++) {
      const NtmTile none = { 0 };

      self->cells[i].cell.y = grid->y + y;
      self->cells[i].cell.height = height;
      place_frame (&self->cells[i], i < grid->n_tiles ? &grid->tiles[i] : &none,
          grid->rules);
    }
    y += height;
  }
}

static NtmCell *
place_empty_cell (NtmCell * cell, uint32_t x, uint32_t y, uint32_t width,
    uint32_t height)
{
  cell->cell = (NtmRect) { x, y, width, height };
  cell->frame = (NtmRect) { x, y, 0, 0 };

  return cell + 1;
}

/* Places the gaps to the left of the cells of one row, which begins with
 * @first. */
static NtmCell *
place_gaps_x (NtmCell * gap, const NtmGrid * grid, const NtmCell * first)
{
  if (first->cell.height == 0 || grid->gap_x == 0)
    return gap;

  for (size_t i = 0; i < grid->columns; i++) {
    const NtmRect *cell = &first[i].cell;

    if (cell->x > grid->x && cell->width > 0)
      gap = place_empty_cell (gap, cell->x - grid->gap_x, cell->y, grid->gap_x,
          cell->height);
  }

  return gap;
}

/* Places what is beside the grid: to its left and right from the top of the
 * strip to the bottom, above and below it as wide as the grid. */
static void
place_surroundings (NtmCell * cell, const NtmGrid * grid)
{
  const uint32_t right = grid->x + grid->tiles_width;
  const uint32_t bottom = grid->y + grid->tiles_height;

  if (grid->x > 0)
    cell = place_empty_cell (cell, 0, 0, grid->x, grid->height);
  if (grid->width > right)
    cell = place_empty_cell (cell, right, 0, grid->width - right,
        grid->height);
  if (grid->y > 0)
    cell = place_empty_cell (cell, grid->x, 0, grid->tiles_width, grid->y);
  if (grid->height > bottom)
    place_empty_cell (cell, grid->x, bottom, grid->tiles_width,
        grid->height - bottom);
}

/* Places the cells behind those of the grid: the gaps, and what is beside the
 * grid. */
static void
place_rest (Layout * self, const NtmGrid * grid)
{
  NtmCell *cell = self->cells + grid->columns * grid->rows;

  for (size_t row = 0; row < grid->rows; row++) {
    const NtmCell *first = &self->cells[row * grid->columns];

    cell = place_gaps_x (cell, grid, first);
    if (grid->gap_y > 0 && first->cell.y > grid->y && first->cell.height > 0)
      cell = place_empty_cell (cell, grid->x, first->cell.y - grid->gap_y,
          grid->tiles_width, grid->gap_y);
  }
  place_surroundings (cell, grid);
}

static Layout *
new_layout (const NtmGrid * grid, size_t n_tiles)
{
  size_t cells_bytes;
  size_t tiles_bytes;
  size_t bytes;

  if (__builtin_mul_overflow (grid->n_cells, sizeof (NtmCell), &cells_bytes)
      || __builtin_mul_overflow (n_tiles, sizeof (NtmTile), &tiles_bytes)
      || __builtin_add_overflow (cells_bytes, tiles_bytes, &bytes)
      || __builtin_add_overflow (bytes, sizeof (Layout), &bytes))
    return NULL;

  return calloc (1, bytes);
}

static const NtmTile *
copy_tiles (Layout * self, const NtmGrid * grid, const NtmTile * tiles,
    size_t n_tiles)
{
  void *copy = self->cells + grid->n_cells;

  if (n_tiles > 0)
    memcpy (copy, tiles, n_tiles * sizeof *tiles);

  return copy;
}

NtmStatus
ntm_layout_new (NtmLayout ** layout, const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules)
{
  const NtmGrid grid = ntm_grid_measure (tiles, n_tiles, rules);
  const NtmStatus status = check (&grid, rules);
  Layout *self;

  *layout = NULL;
  if (status != NTM_OK)
    return status;
  self = new_layout (&grid, n_tiles);
  if (self == NULL)
    return NTM_NO_MEMORY;

  place_cells (self, &grid);
  place_rest (self, &grid);
  self->layout = (NtmLayout) {
    .width = grid.width,
    .height = grid.height,
    .pixel_bytes = rules->pixel_bytes,
    .columns = grid.columns,
    .rows = grid.rows,
    .n_tiles = n_tiles,
    .n_cells = grid.n_cells,
    .cells = self->cells,
    .tiles = copy_tiles (self, &grid, tiles, n_tiles),
    .rules = *rules,
    .background_bytes = get_x_granularity (rules) * rules->pixel_bytes,
  };
  get_bytes (&grid, rules, &self->layout.stride, &self->layout.bytes);
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
explain_pixels (const NtmLayoutRules * rules, char *text, size_t text_bytes)
{
  const uint32_t granularity = get_x_granularity (rules);

  if (granularity > 1)
    snprintf (text, text_bytes, "%" PRIu32 " pixels of %" PRIu32 " bytes that "
        "belong together, and 1 to %d bytes are possible", granularity,
        rules->pixel_bytes, NTM_MAX_PIXEL_BYTES);
  else
    snprintf (text, text_bytes, "a pixel of %" PRIu32 " bytes, and 1 to %d "
        "are possible", rules->pixel_bytes, NTM_MAX_PIXEL_BYTES);
}

static void
explain_size (const NtmGrid * grid, const NtmLayoutRules * rules,
    size_t n_tiles, char *text, size_t text_bytes)
{
  const uint64_t limit = rules->max_bytes > 0
      && rules->max_bytes < PTRDIFF_MAX ? rules->max_bytes : PTRDIFF_MAX;

  snprintf (text, text_bytes,
      "the strip of %zu tiles would be %" PRIu64 "x%" PRIu64 " pixels of %"
      PRIu32 " bytes, and %" PRIu64 " bytes are the most", n_tiles,
      grid->width, grid->height, rules->pixel_bytes, limit);
}

static void
explain_width (const NtmGrid * grid, char *text, size_t text_bytes)
{
  const size_t split = find_split (grid);

  if (split < grid->n_tiles)
    snprintf (text, text_bytes, "tile %zu of %zu is %" PRIu32 " pixels wide, "
        "and %" PRIu32 " pixels belong together: its width must be a multiple "
        "of that", split + 1, grid->n_tiles, grid->tiles[split].width,
        get_x_granularity (grid->rules));
}

void
ntm_layout_explain (NtmStatus status, const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules, char *text, size_t text_bytes)
{
  const NtmGrid grid = ntm_grid_measure (tiles, n_tiles, rules);

  switch (status) {
    case NTM_BAD_PIXEL_BYTES:
      explain_pixels (rules, text, text_bytes);
      break;
    case NTM_BAD_WIDTH:
      explain_width (&grid, text, text_bytes);
      break;
    case NTM_TOO_MANY_TILES:
      snprintf (text, text_bytes, "%zu tiles, but %" PRIu32 " columns and %"
          PRIu32 " rows have cells for %" PRIu64, n_tiles, rules->columns,
          rules->rows, rules->columns * (uint64_t) rules->rows);
      break;
    case NTM_EMPTY:
      snprintf (text, text_bytes, "the strip of %zu tiles would be %" PRIu64
          "x%" PRIu64 " pixels, and it needs at least 1x1", n_tiles,
          grid.width, grid.height);
      break;
    case NTM_FRAME_TOO_HIGH:
      snprintf (text, text_bytes, "the frame of tile %zu of %zu is %" PRIu32
          " pixels high, and %" PRIu32 " is the most that is allowed",
          grid.highest + 1, n_tiles, grid.frame_height,
          rules->max_frame_height);
      break;
    case NTM_TOO_WIDE:
      snprintf (text, text_bytes, "the strip of %zu tiles would be %" PRIu64
          " pixels wide, and %" PRIu32 " are the most", n_tiles, grid.width,
          get_limit (rules->max_width));
      break;
    case NTM_TOO_HIGH:
      snprintf (text, text_bytes, "the strip of %zu tiles would be %" PRIu64
          " pixels high, and %" PRIu32 " are the most", n_tiles, grid.height,
          get_limit (rules->max_height));
      break;
    case NTM_TOO_LARGE:
      explain_size (&grid, rules, n_tiles, text, text_bytes);
      break;
    default:
      snprintf (text, text_bytes, "%s", ntm_status_get_text (status));
      break;
  }
}
