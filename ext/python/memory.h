/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip's own memory as Python objects, with the buffer protocol. Arrays hold
 * them, and so a strip's memory lives as long as the last array over it. */

#pragma once

#include "prelude.h"

#include "ntstrip.h"
#include "state.h"

/* All of a strip. Fields are guarded by the GIL; the strip itself belongs to
 * the thread that merges. */
typedef struct
{
  PyObject_HEAD
  NtmStrip *strip;
  Py_ssize_t bytes;
  bool is_writable;             /* by arrays over all of it */
  size_t n_tiles;
  size_t n_places;              /* that exist */
  unsigned *places;             /* of each tile, that exist */
  bool *is_touched;             /* something else may have written the tile
                                 * since the last merge */
  bool any_touched;
} Memory;

/* Makes a type of the module. Returns a new reference. */
PyObject *py_nt_memory_type_new (PyObject * module);
PyObject *py_nt_place_type_new (PyObject * module);

/* Makes the memory for @layout, and touches it without the GIL. A new
 * reference, or NULL with MemoryError. */
Memory *py_nt_memory_new (State * state, NtmLayout * layout, bool is_writable);

/* Makes a place: the bytes of tile @tile, from the first to the last, which
 * arrays may write to. A new reference. */
PyObject *py_nt_place_new (State * state, Memory * memory, size_t tile);

/* Tiles without places are not touched any more: the merge knows of them. */
void py_nt_memory_settle (Memory * memory);
