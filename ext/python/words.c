/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "words.h"

#include <stdarg.h>

int
py_nt_raise (PyObject * type, const char *format, ...)
{
  PyObject *text;
  va_list args;

  va_start (args, format);
  text = PyUnicode_FromFormatV (format, args);
  va_end (args);
  if (text)
    PyErr_SetObject (type, text);
  Py_XDECREF (text);

  return -1;
}

int
py_nt_complain (PyObject * type, const char *what, Py_ssize_t index,
    const char *format, ...)
{
  PyObject *rest;
  va_list args;

  va_start (args, format);
  rest = PyUnicode_FromFormatV (format, args);
  va_end (args);
  if (rest == NULL)
    return -1;

  if (index == NO_INDEX)
    py_nt_raise (type, "%s %U", what, rest);
  else
    py_nt_raise (type, "%s %zd %U", what, index, rest);
  Py_DECREF (rest);

  return -1;
}

PyObject *
py_nt_type_new (PyObject * module, PyType_Spec * spec)
{
  PyObject *type = PyType_FromModuleAndSpec (module, spec, NULL);

  if (type == NULL && !PyErr_Occurred ())
    PyErr_NoMemory ();

  return type;
}

PyObject *
py_nt_shape_text (int n_dims, const Py_ssize_t * shape)
{
  PyObject *tuple = PyTuple_New (n_dims);
  PyObject *text;

  if (tuple == NULL)
    return NULL;
  for (int i = 0; i < n_dims; i++) {
    PyObject *number = PyLong_FromSsize_t (shape[i]);

    if (number == NULL || PyTuple_SetItem (tuple, i, number) < 0) {
      Py_DECREF (tuple);
      return NULL;
    }
  }
  text = PyObject_Repr (tuple);
  Py_DECREF (tuple);

  return text;
}

int
py_nt_complain_of_shape (const char *what, Py_ssize_t index, int n_dims,
    const Py_ssize_t * shape, int n_expected, const Py_ssize_t * expected)
{
  PyObject *is = py_nt_shape_text (n_dims, shape);
  PyObject *should_be = is ? py_nt_shape_text (n_expected, expected) : NULL;

  if (should_be)
    py_nt_complain (PyExc_ValueError, what, index,
        "has shape %U, expected %U", is, should_be);
  Py_XDECREF (is);
  Py_XDECREF (should_be);

  return -1;
}
