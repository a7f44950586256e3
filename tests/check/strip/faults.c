/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

static atomic_size_t n_blocks;
static atomic_size_t n_requests;
static atomic_size_t first_failing;     /* 0: none */
static atomic_bool all_failing;         /* from there on */
static atomic_bool any_failed;
static atomic_int n_threads = -1;

void
faults_begin (unsigned nth, bool all_after)
{
  atomic_store (&n_requests, 0);
  atomic_store (&any_failed, false);
  atomic_store (&all_failing, all_after);
  atomic_store (&first_failing, nth);
}

bool
faults_end (void)
{
  atomic_store (&first_failing, 0);

  return atomic_load (&any_failed);
}

size_t
faults_count_requests (void)
{
  return atomic_load (&n_requests);
}

size_t
faults_count_blocks (void)
{
  return atomic_load (&n_blocks);
}

void
faults_set_threads (int n)
{
  atomic_store (&n_threads, n);
}

/* ---- The wrappers ---- */

static bool
fails (void)
{
  const size_t request = atomic_fetch_add (&n_requests, 1) + 1;
  const size_t failing = atomic_load (&first_failing);

  if (failing == 0 || request < failing
      || (request > failing && !atomic_load (&all_failing)))
    return false;
  atomic_store (&any_failed, true);
  errno = ENOMEM;

  return true;
}

static void *
count (void *block)
{
  if (block)
    atomic_fetch_add (&n_blocks, 1);

  return block;
}

void *__real_malloc (size_t bytes);
void *__wrap_malloc (size_t bytes);
void *__real_calloc (size_t n, size_t bytes);
void *__wrap_calloc (size_t n, size_t bytes);
void *__real_aligned_alloc (size_t alignment, size_t bytes);
void *__wrap_aligned_alloc (size_t alignment, size_t bytes);
void *__real_realloc (void *block, size_t bytes);
void *__wrap_realloc (void *block, size_t bytes);
void __real_free (void *block);
void __wrap_free (void *block);

void *
__wrap_malloc (size_t bytes)
{
  return fails () ? NULL : count (__real_malloc (bytes));
}

void *
__wrap_calloc (size_t n, size_t bytes)
{
  return fails () ? NULL : count (__real_calloc (n, bytes));
}

void *
__wrap_aligned_alloc (size_t alignment, size_t bytes)
{
  return fails () ? NULL : count (__real_aligned_alloc (alignment, bytes));
}

void *
__wrap_realloc (void *block, size_t bytes)
{
  if (fails ())
    return NULL;
  if (block)
    return __real_realloc (block, bytes);

  return count (__real_realloc (NULL, bytes));
}

void
__wrap_free (void *block)
{
  if (block)
    atomic_fetch_sub (&n_blocks, 1);
  __real_free (block);
}

/* mmap64 is what mmap is called where off_t is made larger than long. The
 * engine's mappings have no file, so that the offset doesn't matter. */
void *__real_mmap (void *address, size_t bytes, int protection, int flags,
    int fd, long offset);
void *__wrap_mmap (void *address, size_t bytes, int protection, int flags,
    int fd, long offset);
void *__wrap_mmap64 (void *address, size_t bytes, int protection, int flags,
    int fd, int64_t offset);
int __real_munmap (void *address, size_t bytes);
int __wrap_munmap (void *address, size_t bytes);

void *
__wrap_mmap (void *address, size_t bytes, int protection, int flags, int fd,
    long offset)
{
  void *mapping;

  if (fails ())
    return MAP_FAILED;
  mapping = __real_mmap (address, bytes, protection, flags, fd, 0);
  if (mapping != MAP_FAILED)
    count (mapping);

  return mapping;
}

void *
__wrap_mmap64 (void *address, size_t bytes, int protection, int flags, int fd,
    int64_t offset)
{
  return __wrap_mmap (address, bytes, protection, flags, fd, 0);
}

int
__wrap_munmap (void *address, size_t bytes)
{
  atomic_fetch_sub (&n_blocks, 1);

  return __real_munmap (address, bytes);
}

int __real_pthread_create (pthread_t * thread,
    const pthread_attr_t * attributes, void *(*start) (void *), void *data);
int __wrap_pthread_create (pthread_t * thread,
    const pthread_attr_t * attributes, void *(*start) (void *), void *data);

int
__wrap_pthread_create (pthread_t * thread, const pthread_attr_t * attributes,
    void *(*start) (void *), void *data)
{
  const int n = atomic_load (&n_threads);

  if (n == 0)
    return EAGAIN;
  if (n > 0)
    atomic_store (&n_threads, n - 1);

  return __real_pthread_create (thread, attributes, start, data);
}
