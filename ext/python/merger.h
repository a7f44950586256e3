/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The part of ntstrip.Strip that runs for every strip. */

#pragma once

#include "prelude.h"

#include "array.h"
#include "lock.h"
#include "memory.h"
#include "ntstrip.h"
#include "state.h"

/* What becomes of one image in a merge. */
typedef enum
{
  WAY_BACKGROUND,               /* there is none */
  WAY_COPY,                     /* the composer copies it */
  WAY_GATHER,                   /* its pixels don't lie side by side */
  WAY_IN_PLACE,                 /* it is the tile itself */
} Way;

/* One tile, and its image while a merge runs. */
typedef struct
{
  Py_ssize_t height;
  Py_ssize_t width;             /* of the image, in its pixels */
  PyObject *id;                 /* of what it holds; NULL: none is known */
  uint64_t content;             /* the engine's number for that id */

  Array array;
  Way way;
  uint64_t next_content;
} Tile;

/* What was done last. */
typedef struct
{
  size_t copied;
  size_t kept;
  size_t background;
  size_t in_place;
  size_t gathered;
  size_t bytes;
  double seconds;
  bool streamed;
} Report;

typedef struct
{
  PyObject_HEAD
  State *state;

  Lock lock;                    /* held while one thread merges */

  /* Never change. */
  NtmLayout *layout;            /* in units: a pixel is one or more of them */
  NtmComposer *composer;
  PyObject *dtype;
  Py_ssize_t item_bytes;
  int n_dims;                   /* of an image: rows, columns, and the rest */
  Py_ssize_t shape[MAX_DIMS];   /* of an image; the first two are set for each
                                 * tile */
  size_t unit_bytes;
  size_t units;                 /* in a pixel */
  uint8_t background[NTM_MAX_PIXEL_BYTES];
  bool is_writable;
  bool is_batch;                /* one column of equal tiles without gaps */

  /* Of the thread with the lock. */
  Tile *tiles;
  NtmSource *sources;
  NtmStrip *other;              /* in the memory of out= */

  /* Guarded by the GIL. */
  Memory *memory;               /* of its own; NULL: was not needed yet */
  bool is_void;                 /* nothing is known of it */
  Report report;
} Merger;

/* Makes the type. Returns a new reference. */
PyObject *py_nt_merger_type_new (PyObject * module);

/* Makes the strip's own memory, unless there is some. A borrowed reference, or
 * NULL with an error. The caller has the lock. */
Memory *py_nt_merger_get_memory (Merger * self);

/* Waits for the lock. Returns -1 with RuntimeError if this thread has it, or
 * with what a signal's handler raises meanwhile. */
int py_nt_merger_lock (Merger * self);

void py_nt_merger_unlock (Merger * self);

/* merge (images, ids, out), which sets the report. */
PyObject *py_nt_merger_merge (PyObject * object, PyObject * const *args,
    Py_ssize_t n_args);
