/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "join.h"

#include <limits.h>
#include <string.h>

#include "gather.h"
#include "joiner.h"
#include "joining.h"
#include "out.h"
#include "words.h"

/* ---- The numbers ---- */

/* Reads an int of any size: the nearest long long stands for what a long long
 * can't hold. Returns -1 with TypeError if @object is no integer. */
static int
read_integer (const char *name, PyObject * object, long long *number)
{
  PyObject *integer;
  int overflow;

  if (!PyIndex_Check (object))
    return py_nt_raise (PyExc_TypeError, "%s=%R, expected an integer", name,
        object);
  integer = PyNumber_Index (object);
  if (integer == NULL)
    return -1;

  *number = PyLong_AsLongLongAndOverflow (integer, &overflow);
  Py_DECREF (integer);
  if (overflow != 0)
    *number = overflow > 0 ? LLONG_MAX : LLONG_MIN;

  return 0;
}

static int
read_threads (PyObject * object, unsigned *threads)
{
  long long number;

  if (read_integer ("threads", object, &number) < 0)
    return -1;
  if (number < 0 || number > INT_MAX)
    return py_nt_raise (PyExc_ValueError,
        "threads=%S, expected 0 to %d", object,
        INT_MAX);
  *threads = number;

  return 0;
}

/* ---- The arrays ---- */

static int
open_arrays (State * state, Joining * join, PyObject * tuple)
{
  join->n = PyTuple_Size (tuple);
  if (join->n == 0)
    return py_nt_raise (PyExc_ValueError, "no arrays, expected one or more");
  join->arrays = PyMem_Calloc (join->n, sizeof *join->arrays);
  if (join->arrays == NULL) {
    PyErr_NoMemory ();
    return -1;
  }

  for (Py_ssize_t i = 0; i < join->n; i++) {
    Array *array = &join->arrays[i];

    if (py_nt_array_open (state, array, PyTuple_GetItem (tuple, i), "array",
            i) < 0
        || (i == 0 && py_nt_check_plain (array->dtype, "array", i) < 0)
        || py_nt_array_check_dtype (array, join->arrays[0].dtype, "array",
            i) < 0)
      return -1;
  }
  join->item_bytes = join->arrays[0].buffer.itemsize;

  return 0;
}

/* ---- The axis ---- */

static int
set_axis (Joining * join, JoinMode mode, PyObject * object)
{
  const int n_dims = join->arrays[0].buffer.ndim;
  long long axis;

  if (read_integer ("axis", object, &axis) < 0)
    return -1;

  join->has_new_axis = mode == JOIN_STACK
      || (mode == JOIN_VSTACK && n_dims == 1);
  join->n_dims = n_dims + join->has_new_axis;
  if (mode == JOIN_HSTACK)
    axis = n_dims == 1 ? 0 : 1;
  else if (mode == JOIN_VSTACK)
    axis = 0;
  if (join->n_dims == 0)
    return py_nt_complain (PyExc_ValueError, "array", 0,
        "has no dimensions, expected one or more");
  if (axis < -join->n_dims || axis >= join->n_dims)
    return py_nt_raise (PyExc_ValueError,
        "axis %S is out of bounds: the result has"
        " %d dimensions", object, join->n_dims);
  join->axis = axis < 0 ? axis + join->n_dims : axis;

  return 0;
}

/* Raises ValueError: array @i differs from the first. */
static int
complain_of_difference (const Joining * join, Py_ssize_t i)
{
  const Py_buffer *first = &join->arrays[0].buffer;
  const Py_buffer *other = &join->arrays[i].buffer;
  PyObject *is = py_nt_shape_text (other->ndim, other->shape);
  PyObject *should_be = is
      ? py_nt_shape_text (first->ndim, first->shape) : NULL;

  if (should_be && join->has_new_axis)
    py_nt_complain (PyExc_ValueError, "array", i, "has shape %U, expected %U"
        " as array 0 has", is, should_be);
  else if (should_be)
    py_nt_complain (PyExc_ValueError, "array", i, "has shape %U, expected %U"
        " as array 0 has, but for dimension %d", is, should_be, join->axis);
  Py_XDECREF (is);
  Py_XDECREF (should_be);

  return -1;
}

static int
set_shape (Joining * join)
{
  const int n_dims = join->arrays[0].buffer.ndim;
  Dims first, dims;

  py_nt_joining_get_dims (join, 0, &first);
  memcpy (join->shape, first.shape, join->n_dims * sizeof *join->shape);
  for (Py_ssize_t i = 1; i < join->n; i++) {
    if (join->arrays[i].buffer.ndim != n_dims)
      return complain_of_difference (join, i);
    py_nt_joining_get_dims (join, i, &dims);
    for (int dim = 0; dim < join->n_dims; dim++)
      if (dim != join->axis && dims.shape[dim] != first.shape[dim])
        return complain_of_difference (join, i);
    /* Arrays that repeat one element can be that long. */
    if (__builtin_add_overflow (join->shape[join->axis],
            dims.shape[join->axis], &join->shape[join->axis]))
      return py_nt_raise (PyExc_ValueError,
          "the result is too large: dimension %d"
          " has more than %zd elements", join->axis, PY_SSIZE_T_MAX);
  }

  return 0;
}

/* ---- The result ---- */

static PyObject *
new_result (State * state, const Joining * join)
{
  PyObject *shape = PyTuple_New (join->n_dims);
  PyObject *result = NULL;
  bool complete = shape != NULL;

  for (int dim = 0; dim < join->n_dims && complete; dim++) {
    PyObject *number = PyLong_FromSsize_t (join->shape[dim]);

    complete = number && PyTuple_SetItem (shape, dim, number) == 0;
  }
  if (complete)
    result = PyObject_CallFunctionObjArgs (state->empty, shape,
        join->arrays[0].dtype, NULL);
  Py_XDECREF (shape);

  return result;
}

static int
check_result (const Joining * join)
{
  const Py_buffer *out = &join->out.buffer;

  if (py_nt_array_check_dtype (&join->out, join->arrays[0].dtype, "out",
          NO_INDEX) < 0)
    return -1;

  return py_nt_out_check (out, join->n_dims, join->shape, NULL);
}

/* ---- Writing ---- */

/* No array may overlap the result, unless it is its own part of it. */
static int
check_overlaps (const Joining * join, NtmStrip * strip)
{
  const NtmLayout *layout = ntm_strip_get_layout (strip);
  const Extent out = py_nt_get_rows_extent (ntm_strip_get_data (strip),
      join->stride, layout->stride, layout->height);

  for (size_t i = 0; i < join->n_tiles; i++) {
    const NtmSource *source = &join->sources[i];
    const Py_ssize_t number = join->numbers[i];
    const NtmRect *frame = &layout->cells[i].frame;
    const uint8_t *place = (uint8_t *) ntm_strip_get_data (strip)
        + (ptrdiff_t) frame->y * join->stride
        + frame->x * layout->pixel_bytes;
    const Py_buffer *buffer = &join->arrays[number].buffer;
    const Extent extent = source->pixels
        ? py_nt_get_rows_extent (source->pixels, source->stride,
        frame->width * (size_t) layout->pixel_bytes, frame->height)
        : py_nt_get_extent (buffer->buf, buffer->ndim, buffer->shape,
        buffer->strides, join->item_bytes);

    if (source->pixels == place && (source->stride == join->stride
            || frame->height == 1))
      continue;
    if (py_nt_overlap (&extent, &out))
      return py_nt_complain (PyExc_ValueError, "array", number,
          "overlaps out, and is not its own part of it: pass a copy");
  }

  return 0;
}

static void
gather_arrays (Joining * join, NtmStrip * strip)
{
  for (size_t i = 0; i < join->n_tiles; i++) {
    const Py_buffer *buffer = &join->arrays[join->numbers[i]].buffer;
    NtmSource *source = &join->sources[i];
    NtmPlace place;

    if (source->pixels)
      continue;
    ntm_strip_fill_tile (strip, i, NTM_CONTENT_UNKNOWN, &place);
    py_nt_gather (place.data, place.stride, place.row_bytes, buffer->buf,
        buffer->ndim, buffer->shape, buffer->strides, join->item_bytes);
    source->pixels = place.data;
    source->stride = place.stride;
  }
}

/* Needs no GIL: this thread has the joiner. */
static void
write_tiles (Joining * join, Joiner * joiner, unsigned threads)
{
  static const uint8_t background[NTM_MAX_PIXEL_BYTES];

  ntm_composer_set_max_threads (joiner->composer, threads);
  gather_arrays (join, joiner->strip);
  ntm_composer_compose (joiner->composer, joiner->strip, join->sources,
      background, NULL);
}

static int
write_result (State * state, Joining * join, unsigned threads)
{
  Joiner *joiner;
  int result;

  if (py_nt_joining_plan (join) < 0)
    return -1;
  joiner = py_nt_joiner_take (state, join->tiles, join->n_tiles, &join->rules,
      join->out.buffer.buf, join->stride);
  if (joiner == NULL)
    return -1;

  result = check_overlaps (join, joiner->strip);
  if (result == 0 && joiner->layout->bytes < GIL_BYTES) {
    write_tiles (join, joiner, threads);
  } else if (result == 0) {
    Py_BEGIN_ALLOW_THREADS
    write_tiles (join, joiner, threads);
    Py_END_ALLOW_THREADS
  }
  py_nt_joiner_give_back (state, joiner);

  return result;
}

static void
close_all (Joining * join)
{
  for (Py_ssize_t i = 0; join->arrays && i < join->n; i++)
    py_nt_array_close (&join->arrays[i]);
  py_nt_array_close (&join->out);
  PyMem_Free (join->arrays);
  PyMem_Free (join->tiles);
  PyMem_Free (join->sources);
  PyMem_Free (join->numbers);
}

static PyObject *
run (State * state, Joining * join, PyObject * out, unsigned threads)
{
  PyObject *result = Py_IsNone (out) ? new_result (state, join)
      : Py_NewRef (out);

  if (result == NULL)
    return NULL;
  if (py_nt_array_open (state, &join->out, result, "out", NO_INDEX) < 0
      || check_result (join) < 0
      || (join->out.buffer.len > 0
          && write_result (state, join, threads) < 0))
    Py_CLEAR (result);

  return result;
}

PyObject *
py_nt_join (PyObject * module, PyObject * args)
{
  State *state = PyModule_GetState (module);
  PyObject *arrays, *axis, *out, *max_threads, *tuple;
  PyObject *result = NULL;
  unsigned threads = 0;
  int mode;
  Joining join = { 0 };

  if (!PyArg_ParseTuple (args, "OiOOO", &arrays, &mode, &axis, &out,
          &max_threads) || read_threads (max_threads, &threads) < 0)
    return NULL;
  tuple = PySequence_Tuple (arrays);
  if (tuple == NULL)
    return NULL;

  if (open_arrays (state, &join, tuple) == 0
      && set_axis (&join, (JoinMode) mode, axis) == 0
      && set_shape (&join) == 0)
    result = run (state, &join, out, threads);
  close_all (&join);
  Py_DECREF (tuple);

  return result;
}
