/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One merge: first all that can fail, with the GIL, then the copies without
 * it. */

#include "merger.h"

#include <string.h>
#include <time.h>

#include "gather.h"
#include "out.h"
#include "words.h"

/* One call. */
typedef struct
{
  Merger *merger;
  PyObject *images;             /* a tuple: a list could change meanwhile */
  PyObject *ids;                /* the same, or NULL */
  PyObject *out;                /* NULL: the strip's own memory */

  NtmStrip *strip;              /* where the images go */
  Extent extent;
  Array out_array;
  double start;                 /* in seconds, of the monotonic clock */
  Report report;
} Merge;

/* ---- Where to ---- */

static int
check_out (Merge * merge)
{
  const Merger *merger = merge->merger;
  const NtmLayout *layout = merger->layout;
  const int n_pixel_dims = merger->n_dims - 2;
  Py_ssize_t shape[MAX_DIMS] = { layout->height,
    layout->width / merger->units
  };
  Py_ssize_t batch[MAX_DIMS] = { layout->n_tiles, merger->tiles[0].height,
    merger->tiles[0].width
  };

  memcpy (shape + 2, merger->shape + 2, n_pixel_dims * sizeof *shape);
  memcpy (batch + 3, merger->shape + 2, n_pixel_dims * sizeof *batch);
  if (py_nt_array_check_dtype (&merge->out_array, merger->dtype, "out",
          NO_INDEX) < 0)
    return -1;

  return py_nt_out_check (&merge->out_array.buffer, merger->n_dims, shape,
      merger->is_batch ? batch : NULL);
}

static int
open_out (Merge * merge)
{
  Merger *merger = merge->merger;
  const NtmLayout *layout = merger->layout;
  const Py_buffer *buffer = &merge->out_array.buffer;

  if (py_nt_array_open (merger->state, &merge->out_array, merge->out, "out",
          NO_INDEX) < 0 || check_out (merge) < 0
      || py_nt_out_wrap (&merger->other, merger->layout, buffer,
          merger->n_dims - 1, merger->item_bytes) < 0)
    return -1;

  merge->strip = merger->other;
  merge->extent = py_nt_get_rows_extent (buffer->buf,
      ntm_strip_get_stride (merge->strip), layout->stride, layout->height);

  return 0;
}

static int
find_strip (Merge * merge)
{
  const NtmLayout *layout = merge->merger->layout;
  Memory *memory;

  if (merge->out)
    return open_out (merge);

  memory = py_nt_merger_get_memory (merge->merger);
  if (memory == NULL)
    return -1;
  merge->strip = memory->strip;
  merge->extent = py_nt_get_rows_extent (ntm_strip_get_data (merge->strip),
      layout->stride, layout->stride, layout->height);

  return 0;
}

/* ---- The images ---- */

/* What most images are, found out in one go: the right shape, without a gap. */
static bool
is_plain (const Merger * merger, const Tile * tile)
{
  const Py_buffer *buffer = &tile->array.buffer;
  Py_ssize_t bytes = merger->item_bytes;

  if (buffer->ndim != merger->n_dims || tile->array.dtype != merger->dtype
      || buffer->shape[0] != tile->height || buffer->shape[1] != tile->width)
    return false;
  for (int dim = merger->n_dims - 1; dim >= 2; dim--) {
    if (buffer->shape[dim] != merger->shape[dim]
        || buffer->strides[dim] != bytes)
      return false;
    bytes *= merger->shape[dim];
  }

  return buffer->strides[1] == bytes
      && buffer->strides[0] == bytes * tile->width;
}

static int
check_image (Merger * merger, const Tile * tile, Py_ssize_t i)
{
  const Py_buffer *buffer = &tile->array.buffer;

  merger->shape[0] = tile->height;
  merger->shape[1] = tile->width;
  if (!py_nt_same_shape (buffer->ndim, buffer->shape, merger->n_dims,
          merger->shape))
    return py_nt_complain_of_shape ("image", i, buffer->ndim, buffer->shape,
        merger->n_dims, merger->shape);

  return py_nt_array_check_dtype (&tile->array, merger->dtype, "image", i);
}

/* Whether @source is the place of tile @i itself. */
static bool
is_in_place (const Merge * merge, size_t i, const NtmSource * source)
{
  const NtmLayout *layout = merge->merger->layout;
  const NtmRect *frame = &layout->cells[i].frame;
  const ptrdiff_t stride = ntm_strip_get_stride (merge->strip);
  const uint8_t *place = (uint8_t *) ntm_strip_get_data (merge->strip)
      + (ptrdiff_t) frame->y * stride + frame->x * layout->pixel_bytes;

  return source->pixels == place
      && (source->stride == stride || frame->height == 1);
}

static int
check_overlap (const Merge * merge, const Tile * tile, Py_ssize_t i,
    const NtmSource * source)
{
  const Py_buffer *buffer = &tile->array.buffer;
  const Extent extent = tile->way == WAY_GATHER
      ? py_nt_get_extent (buffer->buf, buffer->ndim, buffer->shape,
      buffer->strides, merge->merger->item_bytes)
      : py_nt_get_rows_extent (source->pixels, source->stride,
      merge->merger->layout->tiles[i].width * merge->merger->unit_bytes,
      tile->height);

  if (!py_nt_overlap (&extent, &merge->extent))
    return 0;

  return py_nt_complain (PyExc_ValueError, "image", i, merge->out
      ? "overlaps out, and is not its own tile there: pass a copy"
      : "overlaps the strip, and is not its own tile there: pass a copy");
}

/* Sets what becomes of an image that is right in itself. */
static int
choose_way (const Merge * merge, Py_ssize_t i, bool plain)
{
  const Merger *merger = merge->merger;
  const NtmSource *source = &merger->sources[i];
  Tile *tile = &merger->tiles[i];
  const Py_buffer *buffer = &tile->array.buffer;

  tile->way = WAY_COPY;
  if (plain && ((uintptr_t) buffer->buf >= merge->extent.end
          || (uintptr_t) buffer->buf + buffer->len <= merge->extent.begin))
    return 0;

  if (py_nt_contiguous_from (buffer->ndim, buffer->shape, buffer->strides,
          merger->item_bytes) > 1) {
    tile->way = WAY_GATHER;
  } else if (is_in_place (merge, i, source)) {
    tile->way = WAY_IN_PLACE;
    return 0;
  }

  return check_overlap (merge, tile, i, source);
}

static int
open_image (Merge * merge, Py_ssize_t i, PyObject * image)
{
  Merger *merger = merge->merger;
  Tile *tile = &merger->tiles[i];
  NtmSource *source = &merger->sources[i];
  bool plain;

  source->pixels = NULL;
  source->content = NTM_CONTENT_UNKNOWN;
  tile->way = WAY_BACKGROUND;
  if (Py_IsNone (image))
    return 0;
  if (py_nt_array_open (merger->state, &tile->array, image, "image", i) < 0)
    return -1;
  plain = is_plain (merger, tile);
  if (!plain && check_image (merger, tile, i) < 0)
    return -1;

  source->pixels = tile->array.buffer.buf;
  source->stride = tile->array.buffer.strides[0];

  return choose_way (merge, i, plain);
}

static int
open_images (Merge * merge)
{
  const Py_ssize_t n = merge->merger->layout->n_tiles;

  if (PyTuple_Size (merge->images) != n)
    return py_nt_raise (PyExc_ValueError, "%zd images, expected %zd",
        PyTuple_Size (merge->images), n);
  for (Py_ssize_t i = 0; i < n; i++)
    if (open_image (merge, i, PyTuple_GetItem (merge->images, i)) < 0)
      return -1;

  return 0;
}

static void
close_images (Merger * merger)
{
  for (size_t i = 0; i < merger->layout->n_tiles; i++)
    py_nt_array_close (&merger->tiles[i].array);
}

/* ---- Ids ---- */

/* 1: @id names what the tile holds; 0: it doesn't; -1: an error. Equality is
 * that of a dict's keys. */
static int
is_held (const Tile * tile, PyObject * id)
{
  if (tile->id == id)
    return 1;
  if (PyObject_Hash (id) == -1)
    return -1;

  return tile->id ? PyObject_RichCompareBool (tile->id, id, Py_EQ) : 0;
}

/* Sets the content that each image has. Changes nothing that outlives a
 * failure. */
static int
read_ids (Merge * merge)
{
  Merger *merger = merge->merger;
  const Py_ssize_t n = merger->layout->n_tiles;

  if (PyTuple_Size (merge->ids) != n)
    return py_nt_raise (PyExc_ValueError, "%zd ids, expected %zd",
        PyTuple_Size (merge->ids), n);
  for (Py_ssize_t i = 0; i < n; i++) {
    PyObject *id = PyTuple_GetItem (merge->ids, i);
    int held;

    if (Py_IsNone (id) || merger->tiles[i].way == WAY_BACKGROUND)
      continue;
    held = is_held (&merger->tiles[i], id);
    if (held < 0)
      return -1;
    merger->sources[i].content = held ? merger->tiles[i].content
        : ntm_content_new ();
  }

  return 0;
}

/* From now on the tiles hold what the images are. */
static void
hold_ids (Merge * merge)
{
  Merger *merger = merge->merger;

  for (size_t i = 0; i < merger->layout->n_tiles; i++) {
    Tile *tile = &merger->tiles[i];
    PyObject *old = tile->id;

    tile->content = merger->sources[i].content;
    tile->id = NULL;
    if (tile->content != NTM_CONTENT_UNKNOWN)
      tile->id = Py_NewRef (PyTuple_GetItem (merge->ids, i));
    Py_XDECREF (old);
  }
}

/* Arrays over a tile may have written to it, and may do so after this merge. */
static void
forget_touched (Merge * merge)
{
  Merger *merger = merge->merger;
  Memory *memory = merger->memory;
  NtmPlace place;

  if (merger->is_void || merger->is_writable)
    ntm_strip_invalidate (merge->strip);
  merger->is_void = false;
  if (!memory->any_touched)
    return;

  for (size_t i = 0; i < memory->n_tiles; i++) {
    if (!memory->is_touched[i])
      continue;
    ntm_strip_fill_tile (merge->strip, i, NTM_CONTENT_UNKNOWN, &place);
    if (memory->places[i] > 0)
      merger->sources[i].content = NTM_CONTENT_UNKNOWN;
  }
  py_nt_memory_settle (memory);
}

/* ---- Writing ---- */

/* Pixels that don't lie side by side go straight to their place, one by one,
 * unless it holds them. */
static void
gather_image (Merge * merge, size_t i)
{
  const Py_buffer *buffer = &merge->merger->tiles[i].array.buffer;
  NtmSource *source = &merge->merger->sources[i];
  NtmPlace place;

  if (ntm_strip_fill_tile (merge->strip, i, source->content, &place)) {
    py_nt_gather (place.data, place.stride, place.row_bytes, buffer->buf,
        buffer->ndim, buffer->shape, buffer->strides,
        merge->merger->item_bytes);
    merge->report.gathered++;
  }
  source->pixels = place.data;
  source->stride = place.stride;
}

static double
get_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec + now.tv_nsec / 1e9;
}

static void
write_report (Merge * merge, const NtmReport * done)
{
  const Merger *merger = merge->merger;
  Report *report = &merge->report;

  report->in_place = done->tiles_in_place - report->gathered;
  report->copied = done->tiles_copied - report->in_place;
  report->kept = done->tiles_kept;
  report->background = done->tiles_background;
  report->bytes = done->bytes_copied;
  report->seconds = get_seconds () - merge->start;
  report->streamed = done->streamed;
  for (size_t i = 0; i < merger->layout->n_tiles && report->in_place > 0; i++)
    if (merger->tiles[i].way == WAY_IN_PLACE
        && ntm_strip_get_word (merge->strip, i) == NTM_TILE_COPIED)
      report->bytes -= merger->layout->cells[i].frame.width
          * (size_t) merger->tiles[i].height * merger->unit_bytes;
}

/* Needs no GIL: this thread has the strip's lock. */
static void
write_strip (Merge * merge)
{
  Merger *merger = merge->merger;
  NtmReport done;

  merge->start = get_seconds ();
  for (size_t i = 0; i < merger->layout->n_tiles; i++)
    if (merger->tiles[i].way == WAY_GATHER)
      gather_image (merge, i);
  ntm_composer_compose (merger->composer, merge->strip, merger->sources,
      merger->background, &done);
  write_report (merge, &done);
}

static int
run (Merge * merge)
{
  Merger *merger = merge->merger;

  if (find_strip (merge) < 0 || open_images (merge) < 0)
    return -1;
  if (merge->ids && read_ids (merge) < 0)
    return -1;
  if (!merge->out) {
    forget_touched (merge);
    hold_ids (merge);
  }

  if (merger->layout->bytes < GIL_BYTES) {
    write_strip (merge);
  } else {
    Py_BEGIN_ALLOW_THREADS
    write_strip (merge);
    Py_END_ALLOW_THREADS
  }
  merger->report = merge->report;

  return 0;
}

static int
check_ids (Merge * merge)
{
  if (merge->ids == NULL)
    return 0;
  if (merge->out || merge->merger->is_writable)
    return py_nt_raise (PyExc_ValueError, merge->out
        ? "ids name what the strip's own array holds: they can't be used"
        " with out, which anything may have written to"
        : "ids name what the strip's own array holds: they can't be used"
        " with writable=True, because anything may have written to it");

  return 0;
}

PyObject *
py_nt_merger_merge (PyObject * object, PyObject * const *args,
    Py_ssize_t n_args)
{
  Merge merge = {.merger = (Merger *) object };
  int result = -1;

  if (n_args != 3) {
    py_nt_raise (PyExc_TypeError, "merge takes images, ids, out");
    return NULL;
  }
  merge.out = Py_IsNone (args[2]) ? NULL : args[2];
  merge.images = PySequence_Tuple (args[0]);
  if (merge.images && !Py_IsNone (args[1]))
    merge.ids = PySequence_Tuple (args[1]);
  if (merge.images && !PyErr_Occurred () && check_ids (&merge) == 0
      && py_nt_merger_lock (merge.merger) == 0) {
    result = run (&merge);
    close_images (merge.merger);
    py_nt_array_close (&merge.out_array);
    py_nt_merger_unlock (merge.merger);
  }
  Py_XDECREF (merge.images);
  Py_XDECREF (merge.ids);

  return result == 0 ? Py_NewRef (Py_None) : NULL;
}
