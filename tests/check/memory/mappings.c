/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An mmap() that stands in for the C library's. The test must export it
 * (export_dynamic), so that the library under test calls it too. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif

#include "mappings.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>

static gint n_mappings = -1;    /* atomic; -1: no limit */
static gsize limited_bytes;     /* set before that */

static __thread struct
{
  gsize bytes;
  void (*function) (gpointer data);     /* NULL: none */
  gpointer data;
} next_mapping;

void
test_limit_mappings (gint n_left, gsize bytes)
{
  limited_bytes = bytes;
  g_atomic_int_set (&n_mappings, n_left);
}

void
test_unlimit_mappings (void)
{
  g_atomic_int_set (&n_mappings, -1);
}

gboolean
test_at_next_mapping (gsize bytes, void (*function) (gpointer data),
    gpointer data)
{
  const gboolean was_waiting = next_mapping.function != NULL;

  next_mapping.bytes = bytes;
  next_mapping.function = function;
  next_mapping.data = data;

  return was_waiting;
}

static void
call_function (gsize bytes)
{
  void (*const function) (gpointer data) = next_mapping.function;

  if (function == NULL || bytes < next_mapping.bytes)
    return;

  next_mapping.function = NULL;
  function (next_mapping.data);
}

__attribute__ ((visibility ("default")))
void *
mmap (void *address, size_t bytes, int protection, int flags, int file,
    off_t offset)
{
  static gpointer real;

  call_function (bytes);
  if (g_atomic_int_get (&n_mappings) >= 0 && bytes >= limited_bytes
      && g_atomic_int_add (&n_mappings, -1) <= 0) {
    g_atomic_int_set (&n_mappings, 0);
    errno = ENOMEM;
    return MAP_FAILED;
  }
  if (real == NULL)
    real = dlsym (RTLD_NEXT, "mmap64");
  if (real == NULL)
    real = dlsym (RTLD_NEXT, "mmap");

  return ((void *(*)(void *, size_t, int, int, int, off_t)) real) (address,
      bytes, protection, flags, file, offset);
}
