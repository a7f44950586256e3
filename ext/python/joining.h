/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How arrays of any dimensions become tiles of a strip. */

#pragma once

#include "prelude.h"

#include "array.h"
#include "ntstrip.h"

typedef enum
{
  JOIN_CONCATENATE,
  JOIN_STACK,
  JOIN_HSTACK,
  JOIN_VSTACK,
} JoinMode;

/* The dimensions of one array, with the new axis if there is one. */
typedef struct
{
  Py_ssize_t shape[MAX_DIMS];
  Py_ssize_t strides[MAX_DIMS];
} Dims;

/* One call. Tiles and sources are those of the arrays that have elements. */
typedef struct
{
  Py_ssize_t n;                 /* arrays */
  Array *arrays;
  Array out;
  Py_ssize_t item_bytes;
  bool has_new_axis;
  int n_dims;                   /* of the result, as of Dims */
  int axis;
  Py_ssize_t shape[MAX_DIMS];   /* of the result */

  bool is_column;               /* tiles below each other, not side by side */
  int split;                    /* this dimension and those behind it are a
                                 * row of pixels */
  ptrdiff_t stride;             /* of the result, from row to row */
  NtmLayoutRules rules;
  size_t n_tiles;
  NtmTile *tiles;
  NtmSource *sources;           /* pixels of NULL: to be gathered */
  Py_ssize_t *numbers;          /* of the arrays */
} Joining;

/* The dimensions of array @i. */
void py_nt_joining_get_dims (const Joining * join, Py_ssize_t i, Dims * dims);

/* Makes tiles and sources out of arrays, shape and out. Returns -1 with an
 * error. The result has elements. */
int py_nt_joining_plan (Joining * join);
