/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An array while it is read or written: where it is, and how it lies there. */

#pragma once

#include "prelude.h"
#include "state.h"

/* Fewer bytes are copied with the GIL held: that takes some microseconds, and a
 * thread that gave the GIL up may have to wait for a switch interval, which is
 * 5 ms, until it gets it back. */
#define GIL_BYTES ((size_t) 64 << 10)

/* NumPy's limit is 32, 64 from NumPy 2 on; one more for a new axis. */
#define MAX_DIMS 65

/* As long as it is open, the memory stays where it is, whatever becomes of the
 * Python object. All zero: not open. */
typedef struct
{
  Py_buffer buffer;             /* holds a reference on what exports it */
  PyObject *dtype;
} Array;

/* The bytes that rows of an array take: from @begin up to @end. */
typedef struct
{
  uintptr_t begin;
  uintptr_t end;
  ptrdiff_t stride;             /* from row to row, if it is made of rows */
  size_t row_bytes;             /* 0: it is not */
} Extent;

/* Returns an ndarray with the memory of @object, or @object itself if it is
 * one. It is named @what and @index in errors. A new reference, or NULL with
 * TypeError: it is no array. */
PyObject *py_nt_as_array (State * state, PyObject * object, const char *what,
    Py_ssize_t index);

/* Opens @object, which is named @what and @index in errors. Returns -1 with
 * TypeError: it is no array. Keeps no reference on @object, but one on its
 * memory. */
int py_nt_array_open (State * state, Array * array, PyObject * object,
    const char *what, Py_ssize_t index);

void py_nt_array_close (Array * array);

/* Returns -1 with TypeError unless @array has dtype @expected. */
int py_nt_array_check_dtype (const Array * array, PyObject * expected,
    const char *what, Py_ssize_t index);

/* Returns -1 with TypeError if elements of @dtype are references, which can't
 * be copied as bytes; or -1 with any other error. */
int py_nt_check_plain (PyObject * dtype, const char *what, Py_ssize_t index);

bool py_nt_same_shape (int n_dims, const Py_ssize_t * shape, int n_others,
    const Py_ssize_t * other);

/* From which dimension on the elements lie side by side, without a gap: 0 for a
 * contiguous array, @n_dims if even those of the last dimension don't. */
int py_nt_contiguous_from (int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, Py_ssize_t item_bytes);

/* Are the first @n_dims dimensions rows with one stride? Sets it: 0 for a
 * single row. */
bool py_nt_are_rows (int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, ptrdiff_t * stride);

/* Where the bytes of an array are. */
Extent py_nt_get_extent (const void *data, int n_dims,
    const Py_ssize_t * shape, const Py_ssize_t * strides,
    Py_ssize_t item_bytes);

/* The same for rows. */
Extent py_nt_get_rows_extent (const void *data, ptrdiff_t stride,
    size_t row_bytes, size_t rows);

/* Whether two extents have bytes in common. Two areas of rows with the same
 * stride, such as the halves of an image, may lie side by side. */
bool py_nt_overlap (const Extent * a, const Extent * b);
