/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a thread holds while it writes a strip. A thread waits for it without
 * the GIL, and Ctrl-C ends the wait. */

#pragma once

#include "prelude.h"

/* All zero: not made. */
typedef struct
{
  PyThread_type_lock lock;
  unsigned long owner;          /* the thread that has it; guarded by the GIL */
} Lock;

/* Returns -1 with MemoryError. */
int py_nt_lock_init (Lock * lock);

void py_nt_lock_clear (Lock * lock);

/* Waits for the lock. Returns -1 with RuntimeError and @complaint if this
 * thread has it, or with what a signal's handler raises meanwhile. */
int py_nt_lock_take (Lock * lock, const char *complaint);

void py_nt_lock_release (Lock * lock);
