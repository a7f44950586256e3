/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Threads that help to write strips. There is one set of them in the process,
 * so that several composers together don't use more than the CPUs that there
 * are. They are started when the first is needed, and end with the last user.
 * They belong to the process: the thread that first needs them may be pinned to
 * a CPU or have real-time priority, and they are not. */

#pragma once

#include <stddef.h>

/* Does item @item of a piece of work. Several threads call it at once. */
typedef void (*NtmWorkFunc) (void *data, size_t item);

/* Each thread that did an item calls it once, after its last one; may be
 * NULL. */
typedef void (*NtmWorkDoneFunc) (void *data);

/* Keeps the workers, which are none at first, until ntm_workers_unref(). */
void ntm_workers_ref (void);

/* With the last reference, all workers are ended and waited for. */
void ntm_workers_unref (void);

/* Does the items 0 ... @n_items - 1, each once, in any order: in this thread
 * and in workers, @max_threads in all at most (0 and 1: in this thread).
 * Returns when all are done and all threads' @done have been called. Any number
 * of threads may call it at the same time, each for itself; the caller holds a
 * reference. */
void ntm_workers_run (NtmWorkFunc work, NtmWorkDoneFunc done, void *data,
    size_t n_items, unsigned max_threads);
