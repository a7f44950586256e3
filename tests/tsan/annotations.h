/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the library tells ThreadSanitizer. */

#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <dlfcn.h>
#include <glib.h>

#define EXPORT __attribute__ ((visibility ("default")))

/* What the next library has under this name, looked up once. */
#define REAL(function) \
    ({ \
      static void *real; \
      void *address = __atomic_load_n (&real, __ATOMIC_RELAXED); \
      if (address == NULL) { \
        address = dlsym (RTLD_NEXT, #function); \
        __atomic_store_n (&real, address, __ATOMIC_RELAXED); \
      } \
      (__typeof__ (&function)) address; \
    })

/* All that came before a release of @address, in any thread, comes before what
 * follows the next acquire. */
void tsan_acquire (void *address);
void tsan_release (void *address);

/* Between the two, no write is one, and no free. */
void tsan_ignore_begin (void);
void tsan_ignore_end (void);

/* Is it code of GStreamer, or of GObject? What they call within, they call
 * without this library. */
gboolean tsan_is_unseen (const void *code);
