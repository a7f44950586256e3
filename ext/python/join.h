/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* concatenate(), stack(), hstack() and vstack(). */

#pragma once

#include "prelude.h"

/* join (arrays, mode, axis, out, threads): returns the result. */
PyObject *py_nt_join (PyObject * module, PyObject * args);
