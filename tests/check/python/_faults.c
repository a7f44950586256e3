/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* For faults.py: a Python that lacks memory. This module hooks Python's
 * allocators; ../faults/system.h, which is in it, replaces functions of the C
 * library where the module is preloaded.
 *
 * What NumPy requests gets its memory: NumPy 1.24 itself crashes without. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* dl_iterate_phdr() */
#endif

#include <Python.h>

#include <execinfo.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include "../faults/system.h"

/* Deeper than any call of the tests. */
#define MOST_FRAMES 400

/* ---- The modules on the stack ---- */

#define MOST_SEGMENTS 64

static struct
{
  uintptr_t begin;
  uintptr_t end;
  bool is_numpy;                /* or else ours */
} segments[MOST_SEGMENTS];

static unsigned n_segments;

static int
add_segments (struct dl_phdr_info *info, size_t size, void *unused)
{
  const bool is_numpy = strstr (info->dlpi_name, "/numpy/") != NULL;
  const bool is_ours = strstr (info->dlpi_name, "/_ntstrip.") != NULL
      || strstr (info->dlpi_name, "/_ntimages.") != NULL;

  for (unsigned i = 0; (is_numpy || is_ours) && i < info->dlpi_phnum; i++)
    if (info->dlpi_phdr[i].p_flags & PF_X && n_segments < MOST_SEGMENTS) {
      const uintptr_t begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

      segments[n_segments].is_numpy = is_numpy;
      segments[n_segments].begin = begin;
      segments[n_segments++].end = begin + info->dlpi_phdr[i].p_memsz;
    }

  return 0;
}

/* Whether the callers are such that a request is counted. */
static bool
is_counted (bool only_ours)
{
  void *frames[MOST_FRAMES];
  const int n = backtrace (frames, MOST_FRAMES);
  bool any_ours = false;

  for (int i = 0; i < n; i++)
    for (unsigned j = 0; j < n_segments; j++)
      if ((uintptr_t) frames[i] >= segments[j].begin
          && (uintptr_t) frames[i] < segments[j].end) {
        if (segments[j].is_numpy)
          return false;
        any_ours = true;
      }

  return any_ours || !only_ours;
}

/* ---- Python's allocators ---- */

static PyMemAllocatorEx real[3];

/* Requests of this thread are counted, and no other reads or writes the
 * rest. */
static _Atomic bool is_failing;
static pthread_t failing_thread;
static unsigned n_requests;
static unsigned first_failing;
static bool all_failing;
static bool only_ours_failing;
static bool any_failed;

static bool
fails (void)
{
  if (!is_failing || !pthread_equal (failing_thread, pthread_self ())
      || !is_counted (only_ours_failing))
    return false;
  n_requests++;
  if (n_requests < first_failing || (n_requests > first_failing
          && !all_failing))
    return false;
  any_failed = true;

  return true;
}

static void *
hook_malloc (void *data, size_t bytes)
{
  PyMemAllocatorEx *next = data;

  return fails ()? NULL : next->malloc (next->ctx, bytes);
}

static void *
hook_calloc (void *data, size_t n, size_t bytes)
{
  PyMemAllocatorEx *next = data;

  return fails ()? NULL : next->calloc (next->ctx, n, bytes);
}

static void *
hook_realloc (void *data, void *block, size_t bytes)
{
  PyMemAllocatorEx *next = data;

  return fails ()? NULL : next->realloc (next->ctx, block, bytes);
}

static void
hook_free (void *data, void *block)
{
  PyMemAllocatorEx *next = data;

  next->free (next->ctx, block);
}

/* ---- The module ----
 *
 * It uses no data of Python's: where it is preloaded, programs without Python
 * must be able to start. */

/* begin (nth, all_after, only_ours): request @nth of this thread fails from now
 * on, and where @all_after, all after it. Itself, it requests nothing after
 * that. @only_ours: only those in calls of our modules count. */
static PyObject *
begin (PyObject * module, PyObject * args)
{
  unsigned nth;
  int all_after, only_ours;

  if (!PyArg_ParseTuple (args, "Ipp", &nth, &all_after, &only_ours))
    return NULL;
  n_segments = 0;
  dl_iterate_phdr (add_segments, NULL);
  n_requests = 0;
  first_failing = nth;
  all_failing = all_after;
  only_ours_failing = only_ours;
  any_failed = false;
  failing_thread = pthread_self ();
  is_failing = true;

  return PyBool_FromLong (true);
}

/* end (): whether a request has failed. */
static PyObject *
end (PyObject * module, PyObject * unused)
{
  is_failing = false;

  return PyBool_FromLong (any_failed);
}

/* begin_system (calls, nth, all_after, error): see system_fail(). */
static PyObject *
begin_system (PyObject * module, PyObject * args)
{
  unsigned calls, nth;
  int all_after, error;

  if (!PyArg_ParseTuple (args, "IIpi", &calls, &nth, &all_after, &error))
    return NULL;
  system_fail ((SystemCalls) calls, nth, all_after, error);

  return PyBool_FromLong (true);
}

static PyObject *
end_system (PyObject * module, PyObject * unused)
{
  return PyBool_FromLong (system_recover ());
}

/* Bytes that malloc() has given out. */
static PyObject *
get_malloced (PyObject * module, PyObject * unused)
{
  const struct mallinfo2 info = mallinfo2 ();

  return PyLong_FromSize_t (info.uordblks + info.hblkhd);
}

static PyMethodDef functions[] = {
  {"begin", begin, METH_VARARGS, NULL},
  {"end", end, METH_NOARGS, NULL},
  {"begin_system", begin_system, METH_VARARGS, NULL},
  {"end_system", end_system, METH_NOARGS, NULL},
  {"get_malloced", get_malloced, METH_NOARGS, NULL},
  {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
  PyModuleDef_HEAD_INIT,
  .m_name = "_faults",
  .m_methods = functions,
};

static void
set_hooks (void)
{
  static const PyMemAllocatorDomain domains[3] = {
    PYMEM_DOMAIN_RAW, PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ
  };

  for (int i = 0; i < 3; i++) {
    PyMemAllocatorEx hook = {
      &real[i], hook_malloc, hook_calloc, hook_realloc, hook_free
    };

    PyMem_GetAllocator (domains[i], &real[i]);
    PyMem_SetAllocator (domains[i], &hook);
  }
}

PyMODINIT_FUNC PyInit__faults (void);

PyMODINIT_FUNC
PyInit__faults (void)
{
  is_counted (false);           /* backtrace() loads what it needs */
  set_hooks ();

  return PyModule_Create (&definition);
}
