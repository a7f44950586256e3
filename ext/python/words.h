/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Errors that name the array, the numbers, and what was expected. */

#pragma once

#include "prelude.h"

/* The index of an array that stands alone, such as "out". */
#define NO_INDEX ((Py_ssize_t) -1)

/* Raises @type with a text, as PyErr_Format() does; without memory for the
 * text, MemoryError. (PyErr_Format() of Python 3.11 then raises @type without
 * any text.) Returns -1. */
int py_nt_raise (PyObject * type, const char *format, ...);

/* Raises @type with "WHAT INDEX " and the formatted rest; @what is "image", or
 * "out" with NO_INDEX. Returns -1. */
int py_nt_complain (PyObject * type, const char *what, Py_ssize_t index,
    const char *format, ...);

/* Makes a type of @module. Returns a new reference, or NULL with an error.
 * (PyType_FromModuleAndSpec() of Python 3.11 alone sets none where it has no
 * memory for the type's name.) */
PyObject *py_nt_type_new (PyObject * module, PyType_Spec * spec);

/* Returns "(2, 3)", a new reference. */
PyObject *py_nt_shape_text (int n_dims, const Py_ssize_t * shape);

/* Raises ValueError: "WHAT INDEX has shape A, expected B". Returns -1. */
int py_nt_complain_of_shape (const char *what, Py_ssize_t index, int n_dims,
    const Py_ssize_t * shape, int n_expected, const Py_ssize_t * expected);
