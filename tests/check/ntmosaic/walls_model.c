/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The model of a wall; see the header. */

#include "walls_model.h"

#include "rig/pixels.h"

typedef struct
{
  guint columns;
  guint rows;
  guint widths[WALL_MOST_CELLS];
  guint heights[WALL_MOST_CELLS];
} Grid;

static guint
sum_up (const guint * sizes, guint n, guint gap)
{
  guint sum = 0;
  guint i;

  for (i = 0; i < n; i++)
    sum += sizes[i] + (i > 0 ? gap : 0);

  return sum;
}

/* All tiles of the tests have pixels, and so each column and row has. */
static Grid
make_grid (const Wall * wall, guint columns, guint rows)
{
  Grid grid = { columns, rows, {0}, {0} };
  guint widest = 0;
  guint highest = 0;
  guint i;

  fail_unless (columns <= WALL_MOST_CELLS && rows <= WALL_MOST_CELLS);
  for (i = 0; i < wall->n_tiles; i++) {
    const WallTile *tile = &wall->tiles[i];
    const guint height = MAX (tile->height, wall->tile_height);

    grid.widths[i % columns] = MAX (grid.widths[i % columns], tile->width);
    grid.heights[i / columns] = MAX (grid.heights[i / columns], height);
    widest = MAX (widest, tile->width);
    highest = MAX (highest, height);
  }
  for (i = 0; i < columns; i++)
    if (grid.widths[i] == 0)
      grid.widths[i] = widest;
  for (i = 0; i < rows; i++)
    if (grid.heights[i] == 0)
      grid.heights[i] = highest;

  return grid;
}

static guint
divide_up (guint n, guint by)
{
  return (n + by - 1) / by;
}

/* Pixels that belong together are not split. */
static guint
get_gap_x (const Wall * wall)
{
  const guint unit = test_pixel_unit (wall->format);

  return divide_up (wall->gap, unit) * unit;
}

static guint
get_width (const Wall * wall, const Grid * grid)
{
  return sum_up (grid->widths, grid->columns, get_gap_x (wall));
}

static guint
get_height (const Wall * wall, const Grid * grid)
{
  return sum_up (grid->heights, grid->rows, wall->gap);
}

static gboolean
is_too_wide (const Wall * wall, const Grid * grid)
{
  return wall->max_width > 0 && get_width (wall, grid) > wall->max_width;
}

/* The first of the widest ones that fit, or the best square of all. */
static Grid
fold (const Wall * wall)
{
  Grid best = make_grid (wall, 1, wall->n_tiles);
  guint best_side = G_MAXUINT;
  guint best_area = G_MAXUINT;
  guint columns;

  for (columns = wall->n_tiles; columns >= 1; columns--) {
    const guint rows = divide_up (wall->n_tiles, columns);
    const Grid grid = make_grid (wall, columns, rows);
    const guint width = get_width (wall, &grid);
    const guint height = get_height (wall, &grid);
    const guint side = MAX (width, height);

    if (is_too_wide (wall, &grid))
      continue;
    if (!wall->square)
      return grid;
    /* As few columns as make so many rows. */
    if (columns != divide_up (wall->n_tiles, rows))
      continue;
    if (side < best_side || (side == best_side && width * height < best_area)) {
      best = grid;
      best_side = side;
      best_area = width * height;
    }
  }

  return best;
}

static Grid
choose_grid (const Wall * wall)
{
  const guint n = wall->n_tiles;
  guint columns = n;

  if (wall->columns > 0 && wall->rows > 0)
    return make_grid (wall, wall->columns, wall->rows);
  if (wall->columns > 0)
    columns = MIN (wall->columns, n);
  else if (wall->rows > 0)
    columns = divide_up (n, wall->rows);
  else if (wall->square || wall->max_width > 0)
    return fold (wall);

  return make_grid (wall, columns, divide_up (n, columns));
}

static guint
align (guint room, guint size, guint alignment)
{
  return alignment == 0 ? 0
      : alignment == 1 ? (room - size) / 2 : room - size;
}

/* As align-x says, at the first of the pixels that belong together. */
static guint
align_unit (const Wall * wall, guint room, guint size)
{
  const guint x = align (room, size, wall->align_x);

  return x - x % test_pixel_unit (wall->format);
}

static void
place_tile (Wall * wall, Grid * grid, guint i)
{
  const guint column = i % grid->columns;
  const guint row = i / grid->columns;
  WallTile *tile = &wall->tiles[i];
  const guint gap_x = get_gap_x (wall);
  const WallRect cell = {
    align_unit (wall, wall->width, get_width (wall, grid))
        + sum_up (grid->widths, column, gap_x) + (column > 0 ? gap_x : 0),
    align (wall->height, get_height (wall, grid), wall->align)
        + sum_up (grid->heights, row, wall->gap) + (row > 0 ? wall->gap : 0),
    grid->widths[column],
    grid->heights[row],
  };


  tile->cell = cell;
  tile->frame = (WallRect) {
    cell.x + align_unit (wall, cell.width, tile->width),
    cell.y + align (cell.height, tile->height, wall->align),
    tile->width, tile->height
  };
}

/* The shown tile stands in the strip as another does in its cell. */
static void
show (const Wall * wall, WallTile * tile)
{
  const guint x = align_unit (wall, wall->width, tile->width);

  tile->is_hidden = wall->alone > 0 && tile->pad != wall->alone - 1;
  if (wall->alone == 0 || tile->is_hidden)
    return;

  tile->cell = (WallRect) { x, 0, tile->width, wall->height };
  tile->frame = (WallRect) {
    x, align (wall->height, tile->height, wall->align), tile->width,
    tile->height
  };
}

gboolean
wall_place (Wall * wall)
{
  Grid grid;
  guint i;

  if (wall->columns > 0 && wall->rows > 0
      && wall->n_tiles > wall->columns * wall->rows)
    return FALSE;
  grid = choose_grid (wall);
  if (is_too_wide (wall, &grid))
    return FALSE;

  wall->width = MAX (get_width (wall, &grid), wall->min_width);
  wall->height = MAX (get_height (wall, &grid), wall->min_height);
  /* A single row is as high as the strip. */
  if (grid.rows == 1)
    grid.heights[0] = wall->height;
  for (i = 0; i < wall->n_tiles; i++) {
    place_tile (wall, &grid, i);
    show (wall, &wall->tiles[i]);
  }

  return TRUE;
}

/* ---- Its pixels ---- */

static void
paint_frame (const Wall * wall, const WallTile * tile, guint8 * picture)
{
  const gsize pixel_bytes = test_pixel_bytes (wall->format);
  guint y;
  guint k;

  for (y = 0; y < tile->height; y++)
    for (k = 0; k < tile->width * pixel_bytes; k++)
      picture[((tile->frame.y + y) * wall->width + tile->frame.x) * pixel_bytes
          + k] = test_byte (tile->seed, y, k);
}

static guint8 *
paint (const Wall * wall, const GstVideoInfo * info)
{
  const gsize n_bytes = (gsize) wall->width * wall->height
      * test_pixel_bytes (wall->format);
  guint8 pixels[TEST_MOST_PIXEL_BYTES];
  const guint n = test_pixels_paint (info, wall->background, pixels);
  guint8 *picture = g_malloc (n_bytes);
  gsize i;

  for (i = 0; i < n_bytes; i++)
    picture[i] = pixels[i % n];
  for (i = 0; i < wall->n_tiles; i++)
    if (wall->tiles[i].has_frame && !wall->tiles[i].is_hidden)
      paint_frame (wall, &wall->tiles[i], picture);

  return picture;
}

void
wall_assert (const Wall * wall, GstBuffer * strip, GstCaps * caps)
{
  const guint pixel_bytes = test_pixel_bytes (wall->format);
  const gsize row_bytes = (gsize) wall->width * pixel_bytes;
  GstVideoFrame frame;
  GstVideoInfo info;
  guint8 *picture;
  guint k;
  guint y;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_FORMAT (&info), wall->format);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), wall->width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), wall->height);
  picture = paint (wall, &info);
  fail_unless (gst_video_frame_map (&frame, &info, strip, GST_MAP_READ));
  for (y = 0; y < wall->height; y++) {
    const guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (k = 0; k < row_bytes; k++)
      if (row[k] != picture[y * row_bytes + k])
        fail ("%s, pixel %u,%u, byte %u: 0x%02x, expected 0x%02x",
            gst_video_format_to_string (wall->format), k / pixel_bytes, y,
            k % pixel_bytes, row[k], picture[y * row_bytes + k]);
  }
  gst_video_frame_unmap (&frame);
  g_free (picture);
}

static gboolean
covers (const WallRect * rect, guint x, guint y)
{
  return x >= rect->x && x - rect->x < rect->width
      && y >= rect->y && y - rect->y < rect->height;
}

const WallTile *
wall_find (const Wall * wall, guint x, guint y)
{
  guint i;

  for (i = 0; i < wall->n_tiles; i++)
    if (!wall->tiles[i].is_hidden && covers (&wall->tiles[i].frame, x, y))
      return &wall->tiles[i];

  return NULL;
}
