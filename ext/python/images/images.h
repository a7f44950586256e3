/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the types of the extension _ntimages share. */

#pragma once

#include "prelude.h"

#include <sys/types.h>

#include "lock.h"
#include "ntimages.h"

/* Types: one set for each interpreter. */
typedef struct
{
  PyObject *canvas_type;
  PyObject *cache_type;
  PyObject *request_type;
} Images;

/* A strip of one layout, and the threads that write it. Arrays over its memory
 * hold it. */
typedef struct
{
  PyObject_HEAD
  NtmLayout *layout;
  NtmComposer *composer;
  Lock lock;                    /* held while one thread writes */

  /* Of the thread with the lock; once it is there, @own stays. */
  NtmStrip *own;                /* NULL: was not needed yet */
  NtmStrip *other;              /* in the memory of out= */
} Canvas;

typedef struct
{
  PyObject_HEAD
  NtmImages *images;            /* NULL: closed; guarded by the GIL */
  pid_t process;                /* the one that made it */
  NtmTileSpec spec;
} Cache;

typedef struct
{
  PyObject_HEAD
  NtmRequest *request;
  pid_t process;
  size_t n_names;
  uint8_t background[4];
} Request;

/* Make the types of the module. A new reference. */
PyObject *py_nt_canvas_type_new (PyObject * module);
PyObject *py_nt_cache_type_new (PyObject * module);
PyObject *py_nt_request_type_new (PyObject * module);

/* Returns the strip in the memory of @out, or in that of its own if @out is
 * NULL, or NULL with an error. The caller has the lock. */
NtmStrip *py_nt_canvas_get_strip (Canvas * canvas, const Py_buffer * out);

/* Raises an error for @status. Returns -1. */
int py_nt_images_complain (NtmImageStatus status, const char *what);
