/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the module holds, one for each interpreter. */

#pragma once

#include "prelude.h"

typedef struct Joiner Joiner;

typedef struct
{
  /* Of NumPy. */
  PyObject *ndarray;
  PyObject *asarray;
  PyObject *empty;

  PyObject *dtype;              /* ndarray.dtype, the descriptor */
  descrgetfunc get_dtype;       /* and its __get__ */
  PyObject *interface_name;     /* "__array_interface__" */
  PyObject *holder_type;        /* types.SimpleNamespace */

  PyObject *memory_type;
  PyObject *place_type;
  PyObject *merger_type;

  Joiner *joiners;              /* idle ones; guarded by the GIL */
} State;
