/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Elements that don't lie side by side, such as those of a transposed image,
 * are gathered: copied one by one to where they should be. */

#pragma once

#include "prelude.h"

/* Copies an array of any strides to rows of @row_bytes bytes, @dst_stride bytes
 * apart; they have room for all of it. Needs no GIL. */
void py_nt_gather (uint8_t * dst, ptrdiff_t dst_stride, size_t row_bytes,
    const void *src, int n_dims, const Py_ssize_t * shape,
    const Py_ssize_t * strides, Py_ssize_t item_bytes);
