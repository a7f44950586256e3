/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "lock.h"

#include "words.h"

int
py_nt_lock_init (Lock * self)
{
  self->lock = PyThread_allocate_lock ();
  if (self->lock)
    return 0;
  PyErr_NoMemory ();

  return -1;
}

void
py_nt_lock_clear (Lock * self)
{
  if (self->lock)
    PyThread_free_lock (self->lock);
  self->lock = NULL;
}

int
py_nt_lock_take (Lock * self, const char *complaint)
{
  const unsigned long thread = PyThread_get_thread_ident ();
  PyLockStatus status;

  if (self->owner == thread)
    return py_nt_raise (PyExc_RuntimeError, "%s", complaint);
  status = PyThread_acquire_lock_timed (self->lock, 0, 0);
  while (status != PY_LOCK_ACQUIRED) {
    Py_BEGIN_ALLOW_THREADS
    status = PyThread_acquire_lock_timed (self->lock, -1, 1);
    Py_END_ALLOW_THREADS
    if (status == PY_LOCK_INTR && PyErr_CheckSignals () < 0)
      return -1;
  }
  self->owner = thread;

  return 0;
}

void
py_nt_lock_release (Lock * self)
{
  self->owner = 0;
  PyThread_release_lock (self->lock);
}
