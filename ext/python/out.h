/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Layouts, and strips in the memory of an array that the program passes as
 * out=: Python's errors for what the engine refuses. */

#pragma once

#include "prelude.h"

#include "ntstrip.h"

/* A new reference, or NULL with MemoryError, or with ValueError: @what and the
 * engine's reason. */
NtmLayout *py_nt_layout_new (const NtmTile * tiles, size_t n,
    const NtmLayoutRules * rules, const char *what);

/* Checks that @out has the shape of a strip, or that of a @batch, which has one
 * dimension more (NULL: there is none), and may be written to. Returns -1 with
 * ValueError. */
int py_nt_out_check (const Py_buffer * out, int n_dims,
    const Py_ssize_t * shape, const Py_ssize_t * batch);

/* Makes *@strip a strip in the memory at @data, or moves it there if it exists.
 * Returns -1 with MemoryError, or with ValueError: rows overlap. */
int py_nt_out_set (NtmStrip ** strip, NtmLayout * layout, void *data,
    ptrdiff_t stride);

/* The same for an array that was checked. All dimensions but the last
 * @n_pixel_dims are rows. ValueError also: pixels are not side by side, or
 * rows not at one distance. */
int py_nt_out_wrap (NtmStrip ** strip, NtmLayout * layout,
    const Py_buffer * out, int n_pixel_dims, Py_ssize_t item_bytes);
