/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "grid.h"

/* A sum or product of sizes saturates, far beyond every limit. */
static uint64_t
add (uint64_t sum, uint64_t value)
{
  return sum > UINT64_MAX - value ? UINT64_MAX : sum + value;
}

static uint64_t
multiply (uint64_t a, uint64_t b)
{
  uint64_t product;

  return __builtin_mul_overflow (a, b, &product) ? UINT64_MAX : product;
}

static uint64_t
at_least (uint64_t value, uint64_t minimum)
{
  return value > minimum ? value : minimum;
}

uint64_t
ntm_grid_align (uint64_t room, NtmAlign alignment, uint32_t granularity)
{
  const uint64_t place = alignment == NTM_ALIGN_END ? room
      : alignment == NTM_ALIGN_CENTER ? room / 2 : 0;

  return granularity > 1 ? place - place % granularity : place;
}

static uint64_t
round_up (uint64_t value, uint32_t multiple)
{
  const uint64_t rest = multiple > 1 ? value % multiple : 0;

  return rest > 0 ? value + multiple - rest : value;
}

/* How many rows of @columns cells hold @n_tiles tiles, or the reverse. */
static size_t
divide_up (size_t n_tiles, size_t columns)
{
  return n_tiles > 0 ? (n_tiles - 1) / columns + 1 : 0;
}

static uint32_t
get_frame_height (const NtmTile * tile)
{
  return tile->width > 0 ? tile->height : 0;
}

/* ---- One column, one row ---- */

uint64_t
ntm_grid_get_column_width (const NtmGrid * grid, size_t column)
{
  uint32_t width = 0;

  for (size_t i = column; i < grid->n_tiles; i += grid->columns)
    width = at_least (grid->tiles[i].width, width);

  return width > 0 ? width : grid->empty_width;
}

/* Before a single row is made as high as the strip. */
static uint64_t
measure_row (const NtmGrid * grid, size_t row)
{
  const size_t end = (row + 1) * grid->columns;
  uint32_t height = 0;

  for (size_t i = row * grid->columns; i < grid->n_tiles && i < end; i++)
    height = at_least (get_frame_height (&grid->tiles[i]), height);
  if (height == 0)
    height = grid->empty_height;
  height = at_least (height, grid->rules->min_row_height);

  return grid->rows > 1 ? round_up (height, grid->rules->y_granularity)
      : height;
}

uint64_t
ntm_grid_get_row_height (const NtmGrid * grid, size_t row)
{
  return grid->rows == 1 ? grid->height : measure_row (grid, row);
}

/* ---- All columns, all rows ---- */

/* Adds to *@sum @n columns or rows of @size each, and a gap in front of each
 * but the first of all. Returns how many of them have a size. */
static size_t
add_lines (uint64_t * sum, uint64_t size, size_t n, uint64_t gap)
{
  if (size == 0 || n == 0)
    return 0;

  *sum = add (*sum, multiply (size, n));
  *sum = add (*sum, multiply (gap, *sum > multiply (size, n) ? n : n - 1));

  return n;
}

/* Returns the width of all columns, and sets *@n_gaps. Columns behind the last
 * tile are counted and not visited: there may be very many. */
static uint64_t
measure_width (const NtmGrid * grid, size_t * n_gaps)
{
  const size_t filled = grid->columns < grid->n_tiles ? grid->columns
      : grid->n_tiles;
  uint64_t width = 0;
  size_t n = 0;

  for (size_t i = 0; i < filled; i++)
    n += add_lines (&width, ntm_grid_get_column_width (grid, i), 1,
        grid->gap_x);
  n += add_lines (&width, grid->empty_width, grid->columns - filled,
      grid->gap_x);
  *n_gaps = n > 0 ? n - 1 : 0;

  return width;
}

static uint64_t
measure_height (const NtmGrid * grid, size_t * n_gaps)
{
  const size_t needed =
      grid->columns > 0 ? divide_up (grid->n_tiles, grid->columns) : 0;
  const size_t filled = grid->rows < needed ? grid->rows : needed;
  uint64_t height = 0;
  size_t n = 0;

  for (size_t i = 0; i < filled; i++)
    n += add_lines (&height, measure_row (grid, i), 1, grid->gap_y);
  if (grid->rows > filled)
    n += add_lines (&height, measure_row (grid, filled), grid->rows - filled,
        grid->gap_y);
  *n_gaps = n > 0 ? n - 1 : 0;

  return height;
}

static void
find_highest (NtmGrid * grid)
{
  for (size_t i = 0; i < grid->n_tiles; i++)
    if (get_frame_height (&grid->tiles[i]) > grid->frame_height) {
      grid->frame_height = grid->tiles[i].height;
      grid->highest = i;
    }
}

static void
find_empty_sizes (NtmGrid * grid)
{
  for (size_t i = 0; i < grid->n_tiles; i++)
    grid->empty_width = at_least (grid->tiles[i].width, grid->empty_width);
  grid->empty_height = grid->frame_height;
}

/* ---- How many ---- */

static void
set_columns (NtmGrid * grid, size_t columns)
{
  grid->columns = columns;
  grid->rows = columns > 0 ? divide_up (grid->n_tiles, columns) : 0;
  grid->gap_y = grid->rows > 1
      ? round_up (grid->rules->gap_y, grid->rules->y_granularity) : 0;
}

static bool
is_within_width (const NtmGrid * grid)
{
  const uint32_t limit = grid->rules->max_width;
  size_t n_gaps;

  return measure_width (grid, &n_gaps) <= (limit > 0 ? limit : UINT32_MAX);
}

/* A row of tiles can't be narrower than these tiles are: so many tiles at most
 * are in the first row, and no more columns need to be tried. */
static size_t
count_in_first_row (const NtmGrid * grid)
{
  NtmGrid row = *grid;

  for (row.n_tiles = 1; row.n_tiles <= grid->n_tiles; row.n_tiles++) {
    const NtmTile *tile = &grid->tiles[row.n_tiles - 1];

    row.tiles_width = add (row.tiles_width, add (tile->width,
            row.tiles_width > 0 && tile->width > 0 ? grid->gap_x : 0));
    if (row.tiles_width > (grid->rules->max_width > 0
            ? grid->rules->max_width : UINT32_MAX))
      break;
  }

  return row.n_tiles - 1;
}

static void
fold_wide (NtmGrid * grid)
{
  for (size_t n = count_in_first_row (grid); n > 1; n--) {
    set_columns (grid, n);
    if (is_within_width (grid))
      return;
  }
  set_columns (grid, 1);
}

/* Tries as few columns as make each number of rows. Of two grids with the same
 * longer side, the smaller one is better, and else the wider one. */
static void
fold_square (NtmGrid * grid)
{
  uint64_t best_long = UINT64_MAX;
  uint64_t best_short = UINT64_MAX;
  size_t best = 1;

  for (size_t rows = 1; rows <= grid->n_tiles; rows++) {
    const size_t columns = divide_up (grid->n_tiles, rows);
    uint64_t width;
    uint64_t height;
    size_t n_gaps;
    bool is_wide;

    if (columns == grid->columns)
      continue;
    set_columns (grid, columns);
    if (!is_within_width (grid))
      continue;

    width = measure_width (grid, &n_gaps);
    height = measure_height (grid, &n_gaps);
    is_wide = width > height;
    if ((is_wide ? width : height) < best_long
        || ((is_wide ? width : height) == best_long
            && (is_wide ? height : width) < best_short)) {
      best_long = is_wide ? width : height;
      best_short = is_wide ? height : width;
      best = columns;
    }
  }
  set_columns (grid, best);
}

static void
choose_size (NtmGrid * grid)
{
  const NtmLayoutRules *rules = grid->rules;

  if (rules->columns > 0 && rules->rows > 0) {
    set_columns (grid, rules->columns);
    grid->rows = rules->rows;
    grid->gap_y = rules->rows > 1
        ? round_up (rules->gap_y, rules->y_granularity) : 0;
    find_empty_sizes (grid);
  } else if (grid->n_tiles == 0) {
    set_columns (grid, 0);
  } else if (rules->columns > 0) {
    set_columns (grid, rules->columns < grid->n_tiles ? rules->columns
        : grid->n_tiles);
  } else if (rules->rows > 0) {
    set_columns (grid, divide_up (grid->n_tiles, rules->rows));
  } else if (rules->fold == NTM_FOLD_WIDE) {
    fold_wide (grid);
  } else if (rules->fold == NTM_FOLD_SQUARE) {
    fold_square (grid);
  } else {
    set_columns (grid, grid->n_tiles);
  }
}

/* ---- All of it ---- */

/* Gaps to the left of cells are there in each row, gaps above them go from side
 * to side. */
static size_t
count_cells (const NtmGrid * grid, size_t n_gaps_x, size_t n_gaps_y)
{
  uint64_t n = multiply (grid->columns, grid->rows);

  if (grid->gap_x > 0)
    n = add (n, multiply (n_gaps_x, grid->rows));
  if (grid->gap_y > 0)
    n = add (n, n_gaps_y);
  n = add (n, grid->x > 0);
  n = add (n, grid->width - grid->x > grid->tiles_width);
  n = add (n, grid->y > 0);
  n = add (n, grid->height - grid->y > grid->tiles_height);

  return n < SIZE_MAX ? n : SIZE_MAX;
}

NtmGrid
ntm_grid_measure (const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules)
{
  NtmGrid grid = {
    .tiles = tiles,
    .n_tiles = n_tiles,
    .rules = rules,
    .gap_x = round_up (rules->gap_x, rules->x_granularity),
  };
  size_t n_gaps_x;
  size_t n_gaps_y;

  find_highest (&grid);
  choose_size (&grid);
  grid.tiles_width = measure_width (&grid, &n_gaps_x);
  grid.tiles_height = measure_height (&grid, &n_gaps_y);
  grid.width = at_least (grid.tiles_width,
      round_up (rules->min_width, rules->x_granularity));
  grid.height = at_least (grid.tiles_height, rules->min_height);
  if (grid.rows == 1)
    grid.tiles_height = grid.height;
  grid.x = ntm_grid_align (grid.width - grid.tiles_width, rules->align_x,
      rules->x_granularity);
  grid.y = ntm_grid_align (grid.height - grid.tiles_height, rules->align_y,
      rules->y_granularity);
  grid.n_cells = count_cells (&grid, n_gaps_x, n_gaps_y);

  return grid;
}
