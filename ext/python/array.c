/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "array.h"

#include "words.h"

/* ---- Opening ---- */

static void
complain_of_type (PyObject * object, const char *what, Py_ssize_t index)
{
  PyObject *name = PyType_GetName (Py_TYPE (object));

  if (name)
    py_nt_complain (PyExc_TypeError, what, index, "is not an array: %U has"
        " neither the buffer protocol nor __array_interface__", name);
  Py_XDECREF (name);
}

/* Makes an object that has @interface, and keeps @object alive: NumPy would ask
 * @object again, and Pillow copies the whole image each time. Takes over the
 * reference on @interface. */
static PyObject *
hold_interface (State * state, PyObject * object, PyObject * interface)
{
  PyObject *holder = PyObject_CallNoArgs (state->holder_type);

  if (holder && (PyObject_SetAttr (holder, state->interface_name,
              interface) < 0
          || PyObject_SetAttrString (holder, "owner", object) < 0))
    Py_CLEAR (holder);
  Py_DECREF (interface);

  return holder;
}

/* What NumPy can make an array of, with the memory of @object. A new
 * reference. */
static PyObject *
get_exporter (State * state, PyObject * object, const char *what,
    Py_ssize_t index)
{
  PyObject *interface;

  /* NumPy takes bytes for a string, but not a view of them. */
  if (PyObject_CheckBuffer (object))
    return PyMemoryView_FromObject (object);

  interface = PyObject_GetAttr (object, state->interface_name);
  if (interface)
    return hold_interface (state, object, interface);
  /* Any other error is the object's own, or an interrupt. */
  if (PyErr_ExceptionMatches (PyExc_AttributeError)) {
    PyErr_Clear ();
    complain_of_type (object, what, index);
  }

  return NULL;
}

PyObject *
py_nt_as_array (State * state, PyObject * object, const char *what,
    Py_ssize_t index)
{
  PyObject *exporter, *array;

  if (PyObject_TypeCheck (object, (PyTypeObject *) state->ndarray))
    return Py_NewRef (object);

  exporter = get_exporter (state, object, what, index);
  array = exporter
      ? PyObject_CallFunctionObjArgs (state->asarray, exporter, NULL) : NULL;
  Py_XDECREF (exporter);

  return array;
}

int
py_nt_array_open (State * state, Array * array, PyObject * object,
    const char *what, Py_ssize_t index)
{
  PyObject *ndarray = py_nt_as_array (state, object, what, index);
  int result;

  if (ndarray == NULL)
    return -1;

  /* Without the format, which NumPy would have to spell out for each array. */
  result = PyObject_GetBuffer (ndarray, &array->buffer, PyBUF_STRIDES);
  if (result == 0) {
    /* The attribute without the search for it. */
    array->dtype = state->get_dtype (state->dtype, ndarray, NULL);
    if (array->dtype == NULL) {
      PyBuffer_Release (&array->buffer);
      result = -1;
    }
  }
  Py_DECREF (ndarray);

  return result;
}

void
py_nt_array_close (Array * array)
{
  if (array->dtype == NULL)
    return;

  PyBuffer_Release (&array->buffer);
  Py_CLEAR (array->dtype);
}

int
py_nt_array_check_dtype (const Array * array, PyObject * expected,
    const char *what, Py_ssize_t index)
{
  int equal;

  if (array->dtype == expected)
    return 0;
  equal = PyObject_RichCompareBool (array->dtype, expected, Py_EQ);
  if (equal == 0)
    py_nt_complain (PyExc_TypeError, what, index,
        "has dtype %S, expected %S: nothing is converted", array->dtype,
        expected);

  return equal > 0 ? 0 : -1;
}

int
py_nt_check_plain (PyObject * dtype, const char *what, Py_ssize_t index)
{
  PyObject *answer = PyObject_GetAttrString (dtype, "hasobject");
  const int has_object = answer ? PyObject_IsTrue (answer) : -1;

  Py_XDECREF (answer);
  if (has_object > 0)
    py_nt_complain (PyExc_TypeError, what, index, "has dtype %S: references"
        " to objects can't be copied as bytes", dtype);

  return has_object == 0 ? 0 : -1;
}

/* ---- Geometry ---- */

bool
py_nt_same_shape (int n_dims, const Py_ssize_t * shape, int n_others,
    const Py_ssize_t * other)
{
  if (n_dims != n_others)
    return false;
  for (int dim = 0; dim < n_dims; dim++)
    if (shape[dim] != other[dim])
      return false;

  return true;
}

int
py_nt_contiguous_from (int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, Py_ssize_t item_bytes)
{
  Py_ssize_t bytes = item_bytes;
  int dim = n_dims;

  while (dim > 0 && (shape[dim - 1] == 1 || strides[dim - 1] == bytes)) {
    dim--;
    bytes *= shape[dim];
  }

  return dim;
}

bool
py_nt_are_rows (int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, ptrdiff_t * stride)
{
  Py_ssize_t next = 0;

  *stride = 0;
  for (int dim = n_dims - 1; dim >= 0; dim--) {
    if (shape[dim] == 1)
      continue;
    if (next == 0)
      *stride = strides[dim];
    else if (strides[dim] != next)
      return false;
    next = strides[dim] * shape[dim];
    /* All rows are the same one: the dimension before must not move either. */
    if (next == 0) {
      while (--dim >= 0)
        if (shape[dim] != 1 && strides[dim] != 0)
          return false;
      return true;
    }
  }

  return true;
}

Extent
py_nt_get_extent (const void *data, int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, Py_ssize_t item_bytes)
{
  Extent extent = { (uintptr_t) data, (uintptr_t) data + item_bytes, 0, 0 };

  for (int dim = 0; dim < n_dims; dim++) {
    const ptrdiff_t way = (shape[dim] - 1) * strides[dim];

    if (shape[dim] == 0)
      extent.end = extent.begin;
    else if (way < 0)
      extent.begin += way;
    else
      extent.end += way;
  }

  return extent;
}

Extent
py_nt_get_rows_extent (const void *data, ptrdiff_t stride, size_t row_bytes,
    size_t rows)
{
  const Py_ssize_t shape = rows;
  Extent extent = py_nt_get_extent (data, 1, &shape, &stride, row_bytes);

  extent.stride = stride < 0 ? -stride : stride;
  extent.row_bytes = row_bytes;

  return extent;
}

bool
py_nt_overlap (const Extent * a, const Extent * b)
{
  uintptr_t distance;

  if (a->begin >= b->end || b->begin >= a->end || a->begin >= a->end
      || b->begin >= b->end)
    return false;
  if (a->row_bytes == 0 || b->row_bytes == 0 || a->stride != b->stride
      || a->stride == 0)
    return true;

  /* Where a row of @a begins, in a row of @b. */
  distance = a->begin >= b->begin ? (a->begin - b->begin) % a->stride
      : (a->stride - (b->begin - a->begin) % a->stride) % a->stride;

  return distance < b->row_bytes
      || distance + a->row_bytes > (size_t) a->stride;
}
