/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT, dl_iterate_phdr() */
#endif
#undef _FORTIFY_SOURCE          /* defines some of these functions inline */

#include "system.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__ ((visibility ("default")))
#define CALLER __builtin_return_address (0)

/* ---- The libraries that count ---- */

/* What a library's file name has. libwebp is not among them: version 1.2.4
 * crashes where one of its own requests for memory fails. */
static const char *const ours[] = {
  "/libntstrip-", "/libntimages-", "/libgstnt", "/_ntstrip.", "/_ntimages.",
  "/libjpeg.", "/libpng16.", "/libz."
};

#define MOST_LIBRARIES 16

static struct
{
  uintptr_t begin;
  uintptr_t end;
} libraries[MOST_LIBRARIES];

static atomic_uint n_libraries;

static bool
is_our_name (const char *name)
{
  for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
    if (strstr (name, ours[i]) != NULL)
      return true;

  return false;
}

static int
add_library (struct dl_phdr_info *info, size_t size, void *unused)
{
  const unsigned n = atomic_load (&n_libraries);

  if (!is_our_name (info->dlpi_name) || n == MOST_LIBRARIES)
    return 0;

  for (unsigned i = 0; i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_flags & PF_X) {
      libraries[n].begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
      libraries[n].end = libraries[n].begin + info->dlpi_phdr[i].p_memsz;
    }
  atomic_store (&n_libraries, n + 1);

  return 0;
}

static bool
is_ours (const void *caller)
{
  const uintptr_t address = (uintptr_t) caller;

  for (unsigned i = 0; i < atomic_load (&n_libraries); i++)
    if (address >= libraries[i].begin && address < libraries[i].end)
      return true;

  return false;
}

/* ---- What fails ---- */

static atomic_uint failing_calls;
static atomic_uint n_calls;
static atomic_uint first_failing;
static atomic_bool all_failing;
static atomic_bool any_failed;
static atomic_int failing_error;
static atomic_uint most_bytes;
static atomic_long bytes_to_end = -1;

void
system_fail (SystemCalls calls, unsigned nth, bool all_after, int error)
{
  atomic_store (&n_libraries, 0);
  dl_iterate_phdr (add_library, NULL);
  atomic_store (&n_calls, 0);
  atomic_store (&any_failed, false);
  atomic_store (&first_failing, nth);
  atomic_store (&all_failing, all_after);
  atomic_store (&failing_error, error);
  atomic_store (&failing_calls, calls);
}

bool
system_recover (void)
{
  atomic_store (&failing_calls, 0);

  return atomic_load (&any_failed);
}

void
system_read_at_most (unsigned n)
{
  atomic_store (&n_libraries, 0);
  dl_iterate_phdr (add_library, NULL);
  atomic_store (&most_bytes, n);
}

void
system_end_reads_after (long n)
{
  atomic_store (&n_libraries, 0);
  dl_iterate_phdr (add_library, NULL);
  atomic_store (&bytes_to_end, n);
}

static bool
fails (SystemCalls call, const void *caller)
{
  unsigned n;

  if ((atomic_load (&failing_calls) & call) == 0 || !is_ours (caller))
    return false;
  n = atomic_fetch_add (&n_calls, 1) + 1;
  if (n < atomic_load (&first_failing)
      || (n > atomic_load (&first_failing) && !atomic_load (&all_failing)))
    return false;
  atomic_store (&any_failed, true);
  errno = atomic_load (&failing_error);

  return true;
}

/* ---- The C library's functions ---- */

/* The next library's function @name, looked up once. */
#define REAL(name) \
    ({ \
      static _Atomic (void *) real; \
      void *address = atomic_load (&real); \
      if (address == NULL) { \
        address = dlsym (RTLD_NEXT, name); \
        atomic_store (&real, address); \
      } \
      address; \
    })

EXPORT void *
malloc (size_t bytes)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return NULL;

  return ((void *(*)(size_t)) REAL ("malloc")) (bytes);
}

EXPORT void *
calloc (size_t n, size_t bytes)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return NULL;

  return ((void *(*)(size_t, size_t)) REAL ("calloc")) (n, bytes);
}

EXPORT void *
realloc (void *block, size_t bytes)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return NULL;

  return ((void *(*)(void *, size_t)) REAL ("realloc")) (block, bytes);
}

EXPORT void *
aligned_alloc (size_t alignment, size_t bytes)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return NULL;

  return ((void *(*)(size_t, size_t)) REAL ("aligned_alloc")) (alignment,
      bytes);
}

EXPORT int
posix_memalign (void **block, size_t alignment, size_t bytes)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return ENOMEM;

  return ((int (*)(void **, size_t, size_t)) REAL ("posix_memalign")) (block,
      alignment, bytes);
}

EXPORT void *
mmap (void *address, size_t bytes, int protection, int flags, int file,
    off_t offset)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return MAP_FAILED;

  return ((void *(*)(void *, size_t, int, int, int, off_t)) REAL ("mmap64"))
      (address, bytes, protection, flags, file, offset);
}

EXPORT int
madvise (void *address, size_t bytes, int advice)
{
  if (fails (SYSTEM_MEMORY, CALLER))
    return -1;

  return ((int (*)(void *, size_t, int)) REAL ("madvise")) (address, bytes,
      advice);
}

EXPORT int
pthread_create (pthread_t * thread, const pthread_attr_t * attributes,
    void *(*function) (void *), void *data)
{
  if (fails (SYSTEM_THREADS, CALLER))
    return EAGAIN;

  return ((int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *),
              void *)) REAL ("pthread_create")) (thread, attributes, function,
      data);
}

EXPORT int
open (const char *path, int flags, ...)
{
  va_list arguments;
  mode_t mode;

  if (fails (SYSTEM_FILES, CALLER))
    return -1;
  va_start (arguments, flags);
  mode = va_arg (arguments, mode_t);
  va_end (arguments);

  return ((int (*)(const char *, int, ...)) REAL ("open64")) (path, flags,
      mode);
}

EXPORT int
fstat (int file, struct stat *status)
{
  if (fails (SYSTEM_FILES, CALLER))
    return -1;

  return ((int (*)(int, struct stat *)) REAL ("fstat64")) (file, status);
}

EXPORT int
stat (const char *path, struct stat *status)
{
  if (fails (SYSTEM_FILES, CALLER))
    return -1;

  return ((int (*)(const char *, struct stat *)) REAL ("stat64")) (path,
      status);
}

EXPORT int
glob (const char *pattern, int flags, int (*handler) (const char *, int),
    glob_t * found)
{
  if (fails (SYSTEM_SEARCHES, CALLER))
    return GLOB_NOSPACE;

  return ((int (*)(const char *, int, int (*)(const char *, int), glob_t *))
      REAL ("glob64")) (pattern, flags, handler, found);
}

/* The bytes that a library may read now. */
static size_t
limit_read (size_t n, const void *caller)
{
  const unsigned most = atomic_load (&most_bytes);
  const long to_end = atomic_load (&bytes_to_end);

  if (!is_ours (caller))
    return n;
  if (most > 0 && n > most)
    n = most;
  if (to_end >= 0) {
    n = n < (size_t) to_end ? n : (size_t) to_end;
    atomic_store (&bytes_to_end, to_end - (long) n);
  }

  return n;
}

EXPORT ssize_t
read (int file, void *bytes, size_t n)
{
  if (fails (SYSTEM_FILES, CALLER))
    return -1;

  return ((ssize_t (*)(int, void *, size_t)) REAL ("read")) (file, bytes,
      limit_read (n, CALLER));
}
