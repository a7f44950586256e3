/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "joining.h"

#include <string.h>

#include "words.h"

/* Contiguous arrays could be one long row, which no two threads can share: rows
 * are made no longer than a part of what a thread takes, if there is a
 * choice. */
#define LONG_ROW_BYTES ((Py_ssize_t) 64 << 10)

void
py_nt_joining_get_dims (const Joining * join, Py_ssize_t i, Dims * dims)
{
  const Py_buffer *buffer = &join->arrays[i].buffer;
  int to = 0;

  for (int from = 0; from <= buffer->ndim; from++) {
    if (join->has_new_axis && from == join->axis) {
      dims->shape[to] = 1;
      dims->strides[to++] = 0;
    }
    if (from < buffer->ndim) {
      dims->shape[to] = buffer->shape[from];
      dims->strides[to++] = buffer->strides[from];
    }
  }
}

static Py_ssize_t
multiply (const Py_ssize_t * shape, int begin, int end)
{
  Py_ssize_t product = 1;

  for (int dim = begin; dim < end; dim++)
    product *= shape[dim];

  return product;
}

static int
complain_of_out (void)
{
  return py_nt_complain (PyExc_ValueError, "out", NO_INDEX, "must have its"
      " elements side by side, in rows at one distance");
}

/* ---- Rows ---- */

/* From which dimension on a row of pixels should go, for tiles in a column:
 * where all arrays have their elements side by side. */
static int
get_wanted_split (const Joining * join)
{
  int split = join->axis + 1;

  for (Py_ssize_t i = 0; i < join->n; i++) {
    Dims dims;
    int from;

    py_nt_joining_get_dims (join, i, &dims);
    from = py_nt_contiguous_from (join->n_dims, dims.shape, dims.strides,
        join->item_bytes);
    if (from < join->n_dims && from > split)
      split = from;
  }
  while (split < join->n_dims - 1 && multiply (join->shape, split,
          join->n_dims) * join->item_bytes > LONG_ROW_BYTES)
    split++;

  return split;
}

/* Sets split and stride to what the result allows. */
static int
choose_rows (Joining * join)
{
  const Py_buffer *out = &join->out.buffer;
  const int from = py_nt_contiguous_from (join->n_dims, out->shape,
      out->strides, join->item_bytes);
  int least = join->axis;

  /* Without a dimension behind the axis, there are no rows in a tile. */
  join->is_column = join->axis + 1 < join->n_dims
      && multiply (join->shape, 0, join->axis) == 1;
  join->split = join->axis;
  if (join->is_column) {
    least = from > join->axis + 1 ? from : join->axis + 1;
    join->split = get_wanted_split (join);
    if (join->split < least)
      join->split = least;
  }
  while (join->split > least && !py_nt_are_rows (join->split, out->shape,
          out->strides, &join->stride))
    join->split--;
  if (from > join->split || join->split >= join->n_dims
      || !py_nt_are_rows (join->split, out->shape, out->strides,
          &join->stride)
      || (join->stride == 0 && multiply (join->shape, 0, join->split) > 1))
    return complain_of_out ();

  return 0;
}

/* ---- Tiles ---- */

/* The bytes of a row of a tile that has @n elements along the axis. */
static Py_ssize_t
get_row_bytes (const Joining * join, Py_ssize_t n)
{
  const Py_ssize_t bytes = multiply (join->shape, join->is_column
      ? join->split : join->axis + 1, join->n_dims) * join->item_bytes;

  return join->is_column ? bytes : n * bytes;
}

static Py_ssize_t
get_rows (const Joining * join, Py_ssize_t n)
{
  return join->is_column
      ? n * multiply (join->shape, join->axis + 1, join->split)
      : multiply (join->shape, 0, join->axis);
}

/* The largest pixel of the engine of which all rows are made: the engine counts
 * widths in pixels, in 32 bits. */
static uint32_t
get_pixel_bytes (const Joining * join)
{
  Py_ssize_t common = 0;        /* the greatest divisor of all */
  uint32_t bytes = NTM_MAX_PIXEL_BYTES;

  for (Py_ssize_t i = 0; i < join->n; i++) {
    Py_ssize_t rest = get_row_bytes (join, join->has_new_axis ? 1
        : join->arrays[i].buffer.shape[join->axis]);

    while (rest != 0) {
      const Py_ssize_t next = common % rest;

      common = rest;
      rest = next;
    }
  }
  while (common % bytes != 0)
    bytes--;

  return bytes;
}

static void
set_source (const Joining * join, const Array * array, const Dims * dims,
    NtmSource * source)
{
  const int first = join->is_column ? join->axis : 0;

  source->content = NTM_CONTENT_UNKNOWN;
  source->pixels = NULL;
  if (py_nt_contiguous_from (join->n_dims, dims->shape, dims->strides,
          join->item_bytes) <= join->split
      && py_nt_are_rows (join->split - first, dims->shape + first,
          dims->strides + first, &source->stride))
    source->pixels = array->buffer.buf;
}

static int
add_tile (Joining * join, Py_ssize_t i)
{
  const uint32_t pixel_bytes = join->rules.pixel_bytes;
  NtmTile *tile = &join->tiles[join->n_tiles];
  Py_ssize_t n, rows, row_bytes;
  Dims dims;

  py_nt_joining_get_dims (join, i, &dims);
  n = dims.shape[join->axis];
  rows = get_rows (join, n);
  row_bytes = get_row_bytes (join, n);
  if (rows == 0 || row_bytes == 0)
    return 0;
  if ((uint64_t) rows > UINT32_MAX
      || (uint64_t) row_bytes / pixel_bytes > UINT32_MAX)
    return py_nt_complain (PyExc_ValueError, "array", i, "is too large: %zd"
        " rows of %zd bytes", rows, row_bytes);

  memset (tile, 0, sizeof *tile);
  tile->width = row_bytes / pixel_bytes;
  tile->height = rows;
  set_source (join, &join->arrays[i], &dims, &join->sources[join->n_tiles]);
  join->numbers[join->n_tiles++] = i;

  return 0;
}

int
py_nt_joining_plan (Joining * join)
{
  if (choose_rows (join) < 0)
    return -1;

  join->rules.pixel_bytes = get_pixel_bytes (join);
  join->rules.columns = join->is_column ? 1 : 0;
  join->tiles = PyMem_Calloc (join->n, sizeof *join->tiles);
  join->sources = PyMem_Calloc (join->n, sizeof *join->sources);
  join->numbers = PyMem_Calloc (join->n, sizeof *join->numbers);
  if (!join->tiles || !join->sources || !join->numbers) {
    PyErr_NoMemory ();
    return -1;
  }
  for (Py_ssize_t i = 0; i < join->n; i++)
    if (add_tile (join, i) < 0)
      return -1;
  /* A single row has no stride: any that is long enough will do. */
  if (join->stride == 0)
    join->stride = get_row_bytes (join, join->shape[join->axis]);

  return 0;
}
