/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where tiles stand. The tests compare random layouts with a model that
 * computes each number by itself, from its definition in ntstrip.h. */

#include <pthread.h>
#include <string.h>

#include "../support.h"
#include "ntstrip.h"

#define TEXT_BYTES 512
#define MOST_TILES 24

static const NtmLayoutRules no_rules = {.pixel_bytes = 4 };

static NtmLayout *
place (const NtmTile * tiles, size_t n_tiles, const NtmLayoutRules * rules)
{
  NtmLayout *layout;

  assert_equals_int (ntm_layout_new (&layout, tiles, n_tiles, rules), NTM_OK);
  fail_unless (layout != NULL);

  return layout;
}

static void
fill (NtmTile * tiles, size_t n_tiles, uint32_t width, uint32_t height)
{
  for (size_t i = 0; i < n_tiles; i++)
    tiles[i] = (NtmTile) { width, height };
}

static uint32_t
largest (uint32_t a, uint32_t b)
{
  return a > b ? a : b;
}

static void
assert_rect (const NtmRect * rect, uint32_t x, uint32_t y, uint32_t width,
    uint32_t height)
{
  assert_equals_int (rect->x, x);
  assert_equals_int (rect->y, y);
  assert_equals_int (rect->width, width);
  assert_equals_int (rect->height, height);
}

/* Expects @status and an explanation with every word of @words in it. */
static void
assert_refused (NtmStatus status, const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules, const char *const *words)
{
  char text[TEXT_BYTES];
  NtmLayout *layout = (NtmLayout *) text;

  assert_equals_int (ntm_layout_new (&layout, tiles, n_tiles, rules), status);
  fail_unless (layout == NULL);
  ntm_layout_explain (status, tiles, n_tiles, rules, text, sizeof text);
  fail_unless (strlen (text) < sizeof text - 1);
  for (const char *c = text; *c; c++)
    if (*c < ' ' || *c > '~')
      fail ("'%s' is more than one line of ASCII", text);
  for (; *words; words++)
    fail_unless (strstr (text, *words) != NULL, "no '%s' in '%s'", *words,
        text);
}

/* ---- The model ---- */

typedef struct
{
  const NtmTile *tiles;
  size_t n_tiles;
  const NtmLayoutRules *rules;
  size_t columns;
  size_t rows;
} Model;

static uint32_t
model_round_up (const Model * model, uint32_t value)
{
  while (model->rows > 1 && model->rules->y_granularity > 1
      && value % model->rules->y_granularity != 0)
    value++;

  return value;
}

static uint32_t
model_multiple (uint32_t value, uint32_t of)
{
  while (of > 1 && value % of != 0)
    value++;

  return value;
}

static uint32_t
model_gap_x (const Model * model)
{
  return model_multiple (model->rules->gap_x, model->rules->x_granularity);
}

/* Whether columns and rows are given, so that there may be cells in a column or
 * row without any tile. */
static bool
is_given (const Model * model)
{
  return model->rules->columns > 0 && model->rules->rows > 0;
}

/* Of the tiles in @column, or of all (SIZE_MAX). */
static uint32_t
model_widest (const Model * model, size_t column)
{
  uint32_t widest = 0;

  for (size_t i = 0; i < model->n_tiles; i++)
    if (column == SIZE_MAX || i % model->columns == column)
      widest = largest (widest, model->tiles[i].width);

  return widest;
}

static uint32_t
model_highest (const Model * model, size_t row)
{
  uint32_t highest = 0;

  for (size_t i = 0; i < model->n_tiles; i++)
    if ((row == SIZE_MAX || i / model->columns == row)
        && model->tiles[i].width > 0)
      highest = largest (highest, model->tiles[i].height);

  return highest;
}

static uint32_t
model_column (const Model * model, size_t column)
{
  const uint32_t width = model_widest (model, column);

  return width == 0 && is_given (model) ? model_widest (model, SIZE_MAX)
      : width;
}

/* Of a strip without min_height. */
static uint32_t
model_row (const Model * model, size_t row)
{
  uint32_t height = model_highest (model, row);

  if (height == 0 && is_given (model))
    height = model_highest (model, SIZE_MAX);

  return model_round_up (model,
      largest (height, model->rules->min_row_height));
}

/* Where the column @end begins, which has a width; where it would end if it had
 * none. */
static uint32_t
model_x (const Model * model, size_t end, bool with_gap)
{
  uint32_t x = 0;

  for (size_t i = 0; i < end; i++)
    if (model_column (model, i) > 0)
      x += (x > 0 ? model_gap_x (model) : 0) + model_column (model, i);

  return x > 0 && with_gap ? x + model_gap_x (model) : x;
}

static uint32_t
model_y (const Model * model, size_t end, bool with_gap)
{
  const uint32_t gap = model_round_up (model, model->rules->gap_y);
  uint32_t y = 0;

  for (size_t i = 0; i < end; i++)
    if (model_row (model, i) > 0)
      y += (y > 0 ? gap : 0) + model_row (model, i);

  return y > 0 && with_gap ? y + gap : y;
}

static uint32_t
model_width (const Model * model)
{
  return model_x (model, model->columns, false);
}

static uint32_t
model_height (const Model * model)
{
  return model_y (model, model->rows, false);
}

static Model
model_of (const NtmTile * tiles, size_t n_tiles, const NtmLayoutRules * rules,
    size_t columns)
{
  const Model model = {
    tiles, n_tiles, rules, columns,
    columns > 0 ? (n_tiles + columns - 1) / columns : 0
  };

  return model;
}

/* Whether the grid of @a is more of a square than that of @b. */
static bool
is_squarer (const Model * a, const Model * b)
{
  const uint32_t aw = model_width (a);
  const uint32_t ah = model_height (a);
  const uint32_t bw = model_width (b);
  const uint32_t bh = model_height (b);

  if (largest (aw, ah) != largest (bw, bh))
    return largest (aw, ah) < largest (bw, bh);

  return MIN (aw, ah) < MIN (bw, bh);
}

/* Every number of columns is tried, from many to few. */
static Model
fold_model (const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules)
{
  Model best = model_of (tiles, n_tiles, rules, MIN (n_tiles, 1));
  bool found = false;

  for (size_t columns = n_tiles; columns > 0; columns--) {
    const Model model = model_of (tiles, n_tiles, rules, columns);

    if (rules->max_width > 0 && model_width (&model) > rules->max_width)
      continue;
    if (rules->fold == NTM_FOLD_WIDE)
      return model;
    /* Fewer columns make the same number of rows. */
    if (columns > 1 && (n_tiles + columns - 2) / (columns - 1) == model.rows)
      continue;
    if (!found || is_squarer (&model, &best))
      best = model;
    found = true;
  }

  return best;
}

static Model
model_new (const NtmTile * tiles, size_t n_tiles, const NtmLayoutRules * rules)
{
  size_t columns = n_tiles;

  if (rules->columns > 0 && rules->rows > 0) {
    Model model = model_of (tiles, n_tiles, rules, rules->columns);

    model.rows = rules->rows;
    return model;
  }
  if (rules->columns > 0)
    columns = MIN (rules->columns, n_tiles);
  else if (rules->rows > 0)
    for (columns = 0; columns * rules->rows < n_tiles; columns++);
  else if (rules->fold != NTM_FOLD_NEVER)
    return fold_model (tiles, n_tiles, rules);

  return model_of (tiles, n_tiles, rules, columns);
}

/* Where something of @size stands in @room, which is not smaller. */
static uint32_t
model_place (uint32_t room, uint32_t size, NtmAlign align, uint32_t grid)
{
  uint32_t place = align == NTM_ALIGN_END ? room - size
      : align == NTM_ALIGN_CENTER ? (room - size) / 2 : 0;

  while (grid > 1 && place % grid != 0)
    place--;

  return place;
}

/* Where the grid begins. */
static uint32_t
model_left (const Model * model, const NtmLayout * layout)
{
  return model_place (layout->width, model_width (model),
      model->rules->align_x, model->rules->x_granularity);
}

static uint32_t
model_top (const Model * model, const NtmLayout * layout)
{
  return model->rows == 1 ? 0 : model_place (layout->height,
      model_height (model), model->rules->align_y,
      model->rules->y_granularity);
}

static void
check_tile (const NtmLayout * layout, size_t i, const Model * model)
{
  const NtmCell *cell = &layout->cells[i];
  const NtmLayoutRules *rules = model->rules;
  const NtmTile *tile = &layout->tiles[i];
  const size_t column = i % model->columns;
  const size_t row = i / model->columns;
  const uint32_t width = model_column (model, column);
  const uint32_t height = model->rows == 1 ? layout->height
      : model_row (model, row);
  const uint32_t x = model_left (model, layout)
      + model_x (model, column, width > 0);
  const uint32_t y = model_top (model, layout)
      + model_y (model, row, height > 0);

  assert_rect (&cell->cell, x, y, width, height);
  if (tile->width == 0 || tile->height == 0)
    assert_rect (&cell->frame, x, y, 0, 0);
  else
    assert_rect (&cell->frame,
        x + model_place (width, tile->width, rules->align_x,
            rules->x_granularity),
        y + model_place (height, tile->height, rules->align_y,
            rules->y_granularity), tile->width, tile->height);
  if (rules->y_granularity > 1)
    assert_equals_int (cell->frame.y % rules->y_granularity, 0);
}

/* Each pixel of the strip is in one cell. */
static void
check_cover (const NtmLayout * layout)
{
  uint8_t *cover = g_malloc0 ((size_t) layout->width * layout->height);

  for (size_t i = 0; i < layout->n_cells; i++) {
    const NtmRect *cell = &layout->cells[i].cell;

    if (i >= layout->n_tiles)
      assert_rect (&layout->cells[i].frame, cell->x, cell->y, 0, 0);
    for (uint32_t y = cell->y; y < cell->y + cell->height; y++)
      for (uint32_t x = cell->x; x < cell->x + cell->width; x++)
        if (x >= layout->width || y >= layout->height
            || cover[(size_t) y * layout->width + x]++ > 0)
          fail ("pixel %u,%u is in two cells, or outside", x, y);
  }
  fail_unless (memchr (cover, 0, (size_t) layout->width * layout->height)
      == NULL, "a pixel is in no cell");
  g_free (cover);
}

static void
check_layout (const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules)
{
  NtmLayout *layout = place (tiles, n_tiles, rules);
  const Model model = model_new (tiles, n_tiles, rules);

  assert_equals_int (layout->pixel_bytes, rules->pixel_bytes);
  assert_equals_uint64 (layout->columns, model.columns);
  assert_equals_uint64 (layout->rows, model.rows);
  assert_equals_int (layout->width,
      largest (model_multiple (rules->min_width, rules->x_granularity),
          model_width (&model)));
  assert_equals_int (layout->height, largest (rules->min_height,
          model_height (&model)));
  assert_equals_uint64 (layout->stride,
      model_multiple (layout->width * rules->pixel_bytes,
          rules->stride_granularity));
  assert_equals_uint64 (layout->background_bytes,
      rules->pixel_bytes * largest (rules->x_granularity, 1));
  assert_equals_uint64 (layout->bytes, layout->stride * layout->height);
  assert_equals_uint64 (layout->n_tiles, n_tiles);
  fail_unless (layout->n_cells >= n_tiles);
  fail_unless (n_tiles == 0 || layout->tiles != tiles);
  for (size_t i = 0; i < n_tiles; i++) {
    assert_equals_int (layout->tiles[i].width, tiles[i].width);
    assert_equals_int (layout->tiles[i].height, tiles[i].height);
    check_tile (layout, i, &model);
  }
  check_cover (layout);
  fail_unless (memcmp (&layout->rules, rules, sizeof *rules) == 0);
  ntm_layout_unref (layout);
}

/* ---- Tests ---- */

/* Half of the time columns, rows or both, and else a fold. */
static void
make_random_grid (NtmLayoutRules * rules, size_t n_tiles)
{
  switch (random_below (6)) {
    case 0:
      rules->columns = random_below (n_tiles + 3);
      break;
    case 1:
      rules->rows = random_below (n_tiles + 3);
      break;
    case 2:
      rules->columns = 1 + random_below (6);
      rules->rows = 1 + n_tiles / rules->columns + random_below (3);
      break;
    default:
      rules->fold = random_below (3);
      rules->max_width = rules->fold == NTM_FOLD_NEVER ? 0
          : random_below (3) * 80;
      break;
  }
}

GST_START_TEST (random_layouts)
{
  const unsigned n_cases = random_cases (3000);

  for (unsigned i = 0; i < n_cases; i++) {
    NtmTile tiles[MOST_TILES];
    const size_t n_tiles = random_below (MOST_TILES + 1);
    NtmLayoutRules rules = {
      .gap_x = random_below (2) * random_below (8),
      .gap_y = random_below (2) * random_below (8),
      .align_x = random_below (3),
      .align_y = random_below (3),
      .y_granularity = random_below (5),
      .min_row_height = random_below (2) * random_below (40),
      .min_width = 1 + random_below (2) * random_below (70),
      .min_height = 1 + random_below (2) * random_below (60),
      .x_granularity = random_below (4),
      .stride_granularity = random_below (6),
    };
    const uint32_t unit = largest (rules.x_granularity, 1);

    rules.pixel_bytes = 1 + random_below (NTM_MAX_PIXEL_BYTES / unit);
    make_random_grid (&rules, n_tiles);
    for (size_t k = 0; k < n_tiles; k++)
      tiles[k] = (NtmTile) {
        random_below (4) * random_below (9) * unit,
        random_below (4) * random_below (9)
      };
    check_layout (tiles, n_tiles, &rules);
  }
}

GST_END_TEST;

GST_START_TEST (side_by_side)
{
  const NtmTile tiles[] = { {1024, 1024}, {1, 1024}, {333, 1024}, {16, 1024} };
  NtmLayout *layout = place (tiles, N_ELEMENTS (tiles), &no_rules);

  assert_rect (&layout->cells[0].frame, 0, 0, 1024, 1024);
  assert_rect (&layout->cells[1].frame, 1024, 0, 1, 1024);
  assert_rect (&layout->cells[2].frame, 1025, 0, 333, 1024);
  assert_rect (&layout->cells[3].frame, 1358, 0, 16, 1024);
  assert_equals_int (layout->width, 1374);
  assert_equals_int (layout->height, 1024);
  assert_equals_uint64 (layout->n_cells, 4);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (hundred_tiles)
{
  NtmTile tiles[100];
  NtmLayout *layout;

  fill (tiles, N_ELEMENTS (tiles), 1024, 1024);
  layout = place (tiles, N_ELEMENTS (tiles), &no_rules);
  for (uint32_t i = 0; i < 100; i++)
    assert_rect (&layout->cells[i].cell, i * 1024, 0, 1024, 1024);
  assert_equals_int (layout->width, 102400);
  assert_equals_uint64 (layout->bytes, 400 << 20);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A batch: each tile is one run of bytes. */
GST_START_TEST (one_column)
{
  const NtmLayoutRules rules = {.pixel_bytes = 3,.columns = 1 };
  NtmTile tiles[5];
  NtmLayout *layout;

  fill (tiles, N_ELEMENTS (tiles), 7, 11);
  layout = place (tiles, N_ELEMENTS (tiles), &rules);
  for (uint32_t i = 0; i < 5; i++)
    assert_rect (&layout->cells[i].frame, 0, i * 11, 7, 11);
  assert_equals_uint64 (layout->stride, 21);
  assert_equals_uint64 (layout->n_cells, 5);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A wall on paper: the last row has one cell without a tile, and the strip is
 * larger than the grid, which stands at the right, in the middle. */
GST_START_TEST (wall)
{
  const NtmTile tiles[] = { {10, 20}, {30, 5}, {0, 99}, {6, 8}, {8, 0} };
  const NtmLayoutRules rules = {
    .pixel_bytes = 4,.columns = 3,.align_x = NTM_ALIGN_END,
    .align_y = NTM_ALIGN_CENTER,.min_width = 50,.min_height = 41
  };
  NtmLayout *layout = place (tiles, N_ELEMENTS (tiles), &rules);

  assert_equals_uint64 (layout->columns, 3);
  assert_equals_uint64 (layout->rows, 2);
  assert_equals_uint64 (layout->n_cells, 9);
  assert_rect (&layout->cells[0].cell, 10, 6, 10, 20);
  assert_rect (&layout->cells[1].cell, 20, 6, 30, 20);
  assert_rect (&layout->cells[1].frame, 20, 13, 30, 5);
  assert_rect (&layout->cells[2].cell, 50, 6, 0, 20);
  assert_rect (&layout->cells[2].frame, 50, 6, 0, 0);
  assert_rect (&layout->cells[3].cell, 10, 26, 10, 8);
  assert_rect (&layout->cells[3].frame, 14, 26, 6, 8);
  assert_rect (&layout->cells[4].cell, 20, 26, 30, 8);
  assert_rect (&layout->cells[5].cell, 50, 26, 0, 8);
  assert_rect (&layout->cells[6].cell, 0, 0, 10, 41);
  assert_rect (&layout->cells[7].cell, 10, 0, 40, 6);
  assert_rect (&layout->cells[8].cell, 10, 34, 40, 7);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Gaps on paper: none beside a column without a width. */
GST_START_TEST (gaps)
{
  const NtmTile tiles[] = { {10, 20}, {0, 99}, {6, 8}, {8, 5} };
  const NtmLayoutRules rules = {
    .pixel_bytes = 4,.columns = 3,.gap_x = 3,.gap_y = 2,.min_height = 30
  };
  NtmLayout *layout = place (tiles, N_ELEMENTS (tiles), &rules);

  assert_equals_int (layout->width, 10 + 3 + 6);
  assert_equals_int (layout->height, 30);
  assert_equals_uint64 (layout->n_cells, 6 + 2 + 1 + 1);
  assert_rect (&layout->cells[1].cell, 10, 0, 0, 20);
  assert_rect (&layout->cells[2].cell, 13, 0, 6, 20);
  assert_rect (&layout->cells[3].cell, 0, 22, 10, 5);
  assert_rect (&layout->cells[6].cell, 10, 0, 3, 20);
  assert_rect (&layout->cells[7].cell, 10, 22, 3, 5);
  assert_rect (&layout->cells[8].cell, 0, 20, 19, 2);
  assert_rect (&layout->cells[9].cell, 0, 27, 19, 3);
  check_layout (tiles, N_ELEMENTS (tiles), &rules);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Columns and rows that are both given are all there. */
GST_START_TEST (more_cells_than_tiles)
{
  static const char *const words[] = { "5 tiles", "2 columns", "2 rows",
    "for 4", NULL
  };
  const NtmTile tiles[] = { {10, 20}, {30, 5}, {7, 7}, {7, 7}, {7, 7} };
  NtmLayoutRules rules = {.pixel_bytes = 4,.columns = 3,.rows = 2 };
  NtmLayout *layout = place (tiles, 2, &rules);

  assert_equals_int (layout->width, 10 + 30 + 30);
  assert_equals_int (layout->height, 20 + 20);
  assert_equals_uint64 (layout->n_cells, 6);
  assert_rect (&layout->cells[5].cell, 40, 20, 30, 20);
  ntm_layout_unref (layout);

  rules.columns = 2;
  check_layout (tiles, 4, &rules);
  assert_refused (NTM_TOO_MANY_TILES, tiles, 5, &rules, words);
}

GST_END_TEST;

/* Columns behind the last tile are not visited one by one. */
GST_START_TEST (very_many_cells)
{
  static const char *const wide[] = { "1 tile", "42949672950", NULL };
  static const char *const high[] = { "1 tile", "30064771065", NULL };
  const NtmTile tile = { 10, 7 };
  NtmLayoutRules rules = {
    .pixel_bytes = 4,.columns = UINT32_MAX,.rows = UINT32_MAX
  };

  assert_refused (NTM_TOO_WIDE, &tile, 1, &rules, wide);
  rules.columns = 1;
  assert_refused (NTM_TOO_HIGH, &tile, 1, &rules, high);
  rules.gap_y = rules.gap_x = rules.columns = UINT32_MAX;
  assert_refused (NTM_TOO_WIDE, &tile, 1, &rules, wide + 2);
  assert_refused (NTM_EMPTY, NULL, 0, &rules, wide + 2);
}

GST_END_TEST;

static void
assert_grid (const NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules, size_t columns, size_t rows)
{
  NtmLayout *layout = place (tiles, n_tiles, rules);

  assert_equals_uint64 (layout->columns, columns);
  assert_equals_uint64 (layout->rows, rows);
  ntm_layout_unref (layout);
  check_layout (tiles, n_tiles, rules);
}

GST_START_TEST (folds)
{
  static const char *const wide[] = {
    "100 tiles", "1024 pixels", "1023", NULL
  };
  NtmLayoutRules rules = {.pixel_bytes = 4,.fold = NTM_FOLD_WIDE };
  NtmTile tiles[100];

  fill (tiles, N_ELEMENTS (tiles), 1024, 1024);
  assert_grid (tiles, 100, &rules, 100, 1);
  rules.max_width = 32767;
  assert_grid (tiles, 100, &rules, 31, 4);
  rules.max_width = 4 * 1024 + 3 * 16;
  rules.gap_x = 16;
  assert_grid (tiles, 100, &rules, 4, 25);
  rules.max_width--;
  assert_grid (tiles, 100, &rules, 3, 34);
  rules.max_width = 1023;
  assert_refused (NTM_TOO_WIDE, tiles, 100, &rules, wide);

  rules = (NtmLayoutRules) {.pixel_bytes = 4,.fold = NTM_FOLD_SQUARE };
  assert_grid (tiles, 100, &rules, 10, 10);
  assert_grid (tiles, 9, &rules, 3, 3);
  assert_grid (tiles, 5, &rules, 3, 2);
  rules.max_width = 2048;
  assert_grid (tiles, 9, &rules, 2, 5);
  fill (tiles, 9, 1000, 100);
  rules.max_width = 0;
  assert_grid (tiles, 9, &rules, 1, 9);
}

GST_END_TEST;

/* More columns can be narrower: these are 100 and 1 + 100 pixels wide. */
GST_START_TEST (fold_that_fits_late)
{
  const NtmTile tiles[] = { {1, 1}, {100, 1}, {100, 1}, {1, 1} };
  const NtmLayoutRules rules = {
    .pixel_bytes = 4,.fold = NTM_FOLD_WIDE,.max_width = 201
  };

  assert_grid (tiles, 4, &rules, 3, 2);
}

GST_END_TEST;

/* A tile without a width takes no room, and its frame neither makes the strip
 * higher nor is it the reason to refuse it. */
GST_START_TEST (zero_width)
{
  const NtmTile tiles[] = { {0, 5000}, {10, 60}, {0, 0}, {20, 80} };
  NtmLayoutRules rules = no_rules;
  NtmLayout *layout;

  rules.max_frame_height = 100;
  rules.align_y = NTM_ALIGN_END;
  layout = place (tiles, N_ELEMENTS (tiles), &rules);
  assert_equals_int (layout->height, 80);
  assert_rect (&layout->cells[0].frame, 0, 0, 0, 0);
  assert_rect (&layout->cells[1].frame, 0, 20, 10, 60);
  assert_rect (&layout->cells[2].cell, 10, 0, 0, 80);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Background only. */
GST_START_TEST (no_tiles)
{
  const NtmLayoutRules rules = {
    .pixel_bytes = 4,.min_width = 3,.min_height = 5
  };

  check_layout (NULL, 0, &rules);
}

GST_END_TEST;

GST_START_TEST (empty)
{
  static const char *const nothing[] = { "0 tiles", "0x0", "1x1", NULL };
  static const char *const no_width[] = { "2 tiles", "0x480", "1x1", NULL };
  static const char *const no_height[] = { "2 tiles", "30x0", "1x1", NULL };
  const NtmLayoutRules high = {.pixel_bytes = 4,.min_height = 480 };
  const NtmTile narrow[] = { {0, 480}, {0, 100} };
  const NtmTile flat[] = { {10, 0}, {20, 0} };

  assert_refused (NTM_EMPTY, NULL, 0, &no_rules, nothing);
  assert_refused (NTM_EMPTY, narrow, 2, &high, no_width);
  assert_refused (NTM_EMPTY, flat, 2, &no_rules, no_height);
}

GST_END_TEST;

GST_START_TEST (pixel_bytes)
{
  static const char *const none[] = { "0 bytes", "1 to 16", NULL };
  static const char *const many[] = { "17 bytes", "1 to 16", NULL };
  const NtmTile tile = { 3, 2 };
  NtmLayoutRules rules = { 0 };

  assert_refused (NTM_BAD_PIXEL_BYTES, &tile, 1, &rules, none);
  rules.pixel_bytes = 17;
  assert_refused (NTM_BAD_PIXEL_BYTES, &tile, 1, &rules, many);
  for (rules.pixel_bytes = 1; rules.pixel_bytes <= 16; rules.pixel_bytes++)
    check_layout (&tile, 1, &rules);
}

GST_END_TEST;

/* Pixels that belong together fit into the widest pixel. */
GST_START_TEST (pixels_that_belong_together)
{
  static const char *const words[] = { "3 pixels of 6 bytes", "1 to 16", NULL };
  const NtmTile tile = { 6, 2 };
  NtmLayoutRules rules = {.pixel_bytes = 6,.x_granularity = 3 };

  assert_refused (NTM_BAD_PIXEL_BYTES, &tile, 1, &rules, words);
  rules.x_granularity = UINT32_MAX;
  assert_equals_int (ntm_layout_new (&(NtmLayout *) { NULL }, &tile, 1, &rules),
      NTM_BAD_PIXEL_BYTES);
  rules.x_granularity = 2;
  check_layout (&tile, 1, &rules);
}

GST_END_TEST;

GST_START_TEST (width_that_splits_pixels)
{
  static const char *const words[] = {
    "tile 2 of 3", "7 pixels wide", "2 pixels belong together", NULL
  };
  const NtmLayoutRules rules = {.pixel_bytes = 2,.x_granularity = 2 };
  NtmTile tiles[] = { {4, 2}, {7, 2}, {6, 2} };

  assert_refused (NTM_BAD_WIDTH, tiles, 3, &rules, words);
  tiles[1].height = 0;
  assert_refused (NTM_BAD_WIDTH, tiles, 3, &rules, words);
  tiles[1].width = 0;
  check_layout (tiles, 3, &rules);
}

GST_END_TEST;

/* Pairs of pixels stay whole, and rows begin at multiples of 8 bytes. */
GST_START_TEST (pairs)
{
  const NtmTile tiles[] = { {10, 4}, {2, 4}, {4, 4}, {2, 4} };
  const NtmLayoutRules rules = {
    .pixel_bytes = 2,.columns = 2,.gap_x = 3,.x_granularity = 2,
    .align_x = NTM_ALIGN_CENTER,.min_width = 17,.stride_granularity = 8
  };
  NtmLayout *layout = place (tiles, N_ELEMENTS (tiles), &rules);

  assert_rect (&layout->cells[0].frame, 0, 0, 10, 4);
  assert_rect (&layout->cells[1].frame, 14, 0, 2, 4);
  assert_rect (&layout->cells[2].frame, 2, 4, 4, 4);
  assert_equals_int (layout->width, 18);
  assert_equals_uint64 (layout->stride, 40);
  assert_equals_uint64 (layout->bytes, 320);
  assert_equals_uint64 (layout->background_bytes, 4);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Rounding a stride or a width up does not overflow unseen. */
GST_START_TEST (roundings_overflow)
{
  const NtmTile tile = { 4, 1 };
  NtmLayoutRules rules = {
    .pixel_bytes = 4,.min_width = UINT32_MAX,.x_granularity = 2
  };
  NtmLayout *layout;

  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_TOO_WIDE);
  rules = (NtmLayoutRules) {
    .pixel_bytes = 4,.stride_granularity = UINT32_MAX
  };
  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules),
      sizeof (size_t) > 4 ? NTM_OK : NTM_TOO_LARGE);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Cases to draw on paper. */
GST_START_TEST (alignment)
{
  static const struct
  {
    NtmAlign align;
    uint32_t height;
    uint32_t frame;
    uint32_t grid;
    uint32_t y;
  } cases[] = {
    {NTM_ALIGN_START, 11, 4, 1, 0},
    {NTM_ALIGN_CENTER, 10, 4, 1, 3},
    {NTM_ALIGN_CENTER, 11, 4, 1, 3},
    {NTM_ALIGN_CENTER, 10, 4, 2, 2},
    {NTM_ALIGN_CENTER, 11, 10, 1, 0},
    {NTM_ALIGN_END, 11, 4, 0, 7},
    {NTM_ALIGN_END, 11, 4, 2, 6},
    {NTM_ALIGN_END, 10, 4, 2, 6},
    {NTM_ALIGN_END, 10, 0, 1, 0},
  };

  for (size_t i = 0; i < N_ELEMENTS (cases); i++) {
    const NtmLayoutRules rules = {
      .pixel_bytes = 4,.align_y = cases[i].align,
      .y_granularity = cases[i].grid,.min_height = cases[i].height,
    };
    const NtmTile tile = { 4, cases[i].frame };
    NtmLayout *layout = place (&tile, 1, &rules);

    assert_equals_int (layout->height, cases[i].height);
    assert_equals_int (layout->cells[0].frame.y, cases[i].y);
    ntm_layout_unref (layout);
  }
}

GST_END_TEST;

/* The fields of each frame stay in place: each row of cells begins on an even
 * row of the strip, and so does each gap. */
GST_START_TEST (granularity_in_cell)
{
  const NtmTile tiles[] = { {4, 5}, {4, 9}, {4, 4}, {4, 1} };
  const NtmLayoutRules rules = {
    .pixel_bytes = 4,.columns = 2,.gap_y = 3,.align_y = NTM_ALIGN_END,
    .y_granularity = 2
  };
  NtmLayout *layout = place (tiles, N_ELEMENTS (tiles), &rules);

  assert_equals_int (layout->cells[0].frame.y, 4);
  assert_equals_int (layout->cells[1].frame.y, 0);
  assert_equals_int (layout->cells[3].frame.y, 10 + 4 + 2);
  assert_equals_int (layout->height, 10 + 4 + 4);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* ---- Limits ---- */

GST_START_TEST (limits)
{
  static const char *const wide[] = { "2 tiles", "101", "100", NULL };
  static const char *const high[] = { "2 tiles", "71", "70", NULL };
  static const char *const frame[] = { "tile 1 of 2", "71", "60", NULL };
  static const char *const large[] = {
    "2 tiles", "101x71", "4 bytes", "28683", NULL
  };
  const NtmTile tiles[] = { {50, 71}, {51, 20} };
  NtmLayoutRules rules = no_rules;

  rules.max_width = 101;
  rules.max_height = 71;
  rules.max_frame_height = 71;
  rules.max_bytes = 101 * 71 * 4;
  check_layout (tiles, 2, &rules);

  rules.max_bytes--;
  assert_refused (NTM_TOO_LARGE, tiles, 2, &rules, large);
  rules.max_height--;
  assert_refused (NTM_TOO_HIGH, tiles, 2, &rules, high);
  rules.max_width--;
  assert_refused (NTM_TOO_WIDE, tiles, 2, &rules, wide);
  rules.max_frame_height = 60;
  assert_refused (NTM_FRAME_TOO_HIGH, tiles, 2, &rules, frame);
}

GST_END_TEST;

/* What is asked for is limited like what tiles ask for. */
GST_START_TEST (limits_of_minima)
{
  const NtmTile tile = { 4, 4 };
  NtmLayoutRules rules = {
    .pixel_bytes = 4,.min_width = 101,.max_width = 100
  };
  NtmLayout *layout;

  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_TOO_WIDE);
  rules = (NtmLayoutRules) {.pixel_bytes = 4,.min_height = 9,.max_height = 8 };
  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_TOO_HIGH);
  rules = (NtmLayoutRules) {
    .pixel_bytes = 4,.min_height = 9,.max_frame_height = 4
  };
  check_layout (&tile, 1, &rules);
}

GST_END_TEST;

/* A frame that is too high is the reason, whatever follows from it. */
GST_START_TEST (first_reason)
{
  const NtmTile tiles[] = {
    {UINT32_MAX, UINT32_MAX}, {UINT32_MAX, UINT32_MAX}
  };
  NtmLayoutRules rules = { 0 };
  NtmLayout *layout;

  rules.max_frame_height = 100;
  rules.columns = 1;
  assert_equals_int (ntm_layout_new (&layout, tiles, 2, &rules),
      NTM_BAD_PIXEL_BYTES);
  rules.pixel_bytes = 1;
  assert_equals_int (ntm_layout_new (&layout, tiles, 2, &rules),
      NTM_FRAME_TOO_HIGH);
  rules.max_frame_height = 0;
  assert_equals_int (ntm_layout_new (&layout, tiles, 2, &rules), NTM_TOO_HIGH);
  rules.columns = 0;
  assert_equals_int (ntm_layout_new (&layout, tiles, 2, &rules), NTM_TOO_WIDE);
}

GST_END_TEST;

/* Sums that, in 32 bits, would come out as a strip like any other. */
GST_START_TEST (sums_overflow)
{
  static const char *const wide[] = {
    "3 tiles", "4294968320", "4294967295", NULL
  };
  static const char *const high[] = {
    "3 tiles", "4294968320", "4294967295", NULL
  };
  const NtmTile row[] = { {1u << 31, 16}, {1u << 31, 16}, {1024, 16} };
  const NtmTile column[] = { {16, 1u << 31}, {16, 1u << 31}, {16, 1024} };
  NtmLayoutRules rules = no_rules;

  assert_refused (NTM_TOO_WIDE, row, 3, &rules, wide);
  rules.columns = 1;
  assert_refused (NTM_TOO_HIGH, column, 3, &rules, high);
}

GST_END_TEST;

/* Products that would come out small. 65536 x 65536 x 1 is 0 in 32 bits, and
 * fits in 64; the last ones fit in none. */
GST_START_TEST (products_overflow)
{
  static const char *const most[] = { "4294967295x4294967295", NULL };
  static const char *const stride[] = { "4294967295x1", NULL };
  const NtmTile square = { 65536, 65536 };
  const NtmTile line = { UINT32_MAX, 1 };
  const NtmTile largest_tile = { UINT32_MAX, UINT32_MAX };
  NtmLayoutRules rules = {.pixel_bytes = 1 };
  NtmLayout *layout;

  assert_equals_int (ntm_layout_new (&layout, &square, 1, &rules),
      sizeof (size_t) > 4 ? NTM_OK : NTM_TOO_LARGE);
  if (layout)
    assert_equals_uint64 (layout->bytes, UINT64_C (1) << 32);
  ntm_layout_unref (layout);

  rules.pixel_bytes = 16;
  assert_refused (NTM_TOO_LARGE, &largest_tile, 1, &rules, most);
  if (sizeof (size_t) == 4)
    assert_refused (NTM_TOO_LARGE, &line, 1, &rules, stride);
}

GST_END_TEST;

/* The largest strip that can be addressed, and one row more. */
GST_START_TEST (largest_strip)
{
  const uint32_t width = sizeof (size_t) > 4 ? 1u << 31 : 1u << 15;
  const uint32_t height = sizeof (size_t) > 4 ? (1u << 29) - 1 : (1u << 13) - 1;
  const NtmLayoutRules rules = {.pixel_bytes = 8 };
  NtmTile tile = { width, height };
  NtmLayout *layout = place (&tile, 1, &rules);

  assert_equals_uint64 (layout->bytes,
      (uint64_t) PTRDIFF_MAX + 1 - layout->stride);
  ntm_layout_unref (layout);
  tile.height++;
  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules),
      NTM_TOO_LARGE);
}

GST_END_TEST;

/* ---- Words ---- */

/* Explains into memory of exactly @text_bytes bytes, so that a sanitizer or
 * valgrind sees a byte too many, and compares with @whole, cut. */
static void
assert_cut (NtmStatus status, const NtmTile * tile,
    const NtmLayoutRules * rules, const char *whole, size_t text_bytes)
{
  char *text = g_malloc (text_bytes);

  memset (text, 'x', text_bytes);
  ntm_layout_explain (status, tile, 1, rules, text, text_bytes);
  fail_unless (memchr (text, '\0', text_bytes) != NULL);
  assert_equals_uint64 (strlen (text), MIN (strlen (whole), text_bytes - 1));
  fail_unless (g_str_has_prefix (whole, text));
  g_free (text);
}

GST_START_TEST (explain_is_cut)
{
  const NtmLayoutRules rules = {
    .pixel_bytes = 4,.max_frame_height = 100,.x_granularity = 2
  };
  const NtmTile tile = { UINT32_MAX, UINT32_MAX };

  for (int i = NTM_OK; i <= NTM_BAD_WIDTH; i++) {
    char whole[TEXT_BYTES];

    ntm_layout_explain (i, &tile, 1, &rules, whole, sizeof whole);
    fail_unless (strlen (whole) > 0);
    ntm_layout_explain (i, &tile, 1, &rules, NULL, 0);
    for (size_t bytes = 1; bytes <= strlen (whole) + 2; bytes++)
      assert_cut (i, &tile, &rules, whole, bytes);
  }
}

GST_END_TEST;

GST_START_TEST (status_texts)
{
  for (int i = NTM_OK; i <= NTM_BAD_WIDTH; i++) {
    const char *text = ntm_status_get_text (i);

    fail_unless (strlen (text) > 0 && text[strlen (text) - 1] != '.');
    fail_if (strcmp (text, ntm_status_get_text (-1)) == 0);
    for (int k = NTM_OK; k < i; k++)
      fail_if (strcmp (text, ntm_status_get_text (k)) == 0);
  }
}

GST_END_TEST;

/* ---- References ---- */

static void *
use (void *data)
{
  NtmLayout *layout = data;

  for (unsigned i = 0; i < 10000; i++) {
    fail_unless (ntm_layout_ref (layout) == layout);
    ntm_layout_unref (layout);
  }
  ntm_layout_unref (layout);

  return NULL;
}

/* The sanitizers and valgrind see that the last one frees the layout, and none
 * before. */
GST_START_TEST (references)
{
  const NtmTile tile = { 4, 4 };
  NtmLayout *layout = place (&tile, 1, &no_rules);
  pthread_t threads[4];

  for (size_t i = 0; i < N_ELEMENTS (threads); i++)
    fail_unless (pthread_create (&threads[i], NULL, use,
            ntm_layout_ref (layout)) == 0);
  for (size_t i = 0; i < N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
  assert_equals_int (layout->width, 4);
  ntm_layout_unref (layout);
  ntm_layout_unref (NULL);
}

GST_END_TEST;

static Suite *
layout_suite (void)
{
  Suite *suite = suite_create ("strip-layout-layout");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, random_layouts);
  tcase_add_test (tc, side_by_side);
  tcase_add_test (tc, hundred_tiles);
  tcase_add_test (tc, one_column);
  tcase_add_test (tc, wall);
  tcase_add_test (tc, gaps);
  tcase_add_test (tc, more_cells_than_tiles);
  tcase_add_test (tc, very_many_cells);
  tcase_add_test (tc, folds);
  tcase_add_test (tc, fold_that_fits_late);
  tcase_add_test (tc, zero_width);
  tcase_add_test (tc, no_tiles);
  tcase_add_test (tc, empty);
  tcase_add_test (tc, pixel_bytes);
  tcase_add_test (tc, pixels_that_belong_together);
  tcase_add_test (tc, width_that_splits_pixels);
  tcase_add_test (tc, pairs);
  tcase_add_test (tc, roundings_overflow);
  tcase_add_test (tc, alignment);
  tcase_add_test (tc, granularity_in_cell);
  tcase_add_test (tc, limits);
  tcase_add_test (tc, limits_of_minima);
  tcase_add_test (tc, first_reason);
  tcase_add_test (tc, sums_overflow);
  tcase_add_test (tc, products_overflow);
  tcase_add_test (tc, largest_strip);
  tcase_add_test (tc, explain_is_cut);
  tcase_add_test (tc, status_texts);
  tcase_add_test (tc, references);

  return suite;
}

int
main (int argc, char **argv)
{
  random_begin ();

  return run_suite (argc, argv, layout_suite (), __FILE__);
}
