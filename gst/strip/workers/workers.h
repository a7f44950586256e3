/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Threads that help to write strips. The process has one set of them, so that
 * several composers together don't use more CPUs than there are. The first task
 * that needs a worker starts them all; they end with the last user. They belong
 * to the process: they inherit neither the affinity nor the priority of the
 * thread that starts them, and block signals. */

#pragma once

#include <stddef.h>

/* Does item @item of a piece of work. Several threads call it at once. */
typedef void (*NtmWorkFunc) (void *data, size_t item);

/* Each thread that did an item calls it once, after its last item. May be
 * NULL. */
typedef void (*NtmWorkDoneFunc) (void *data);

/* Keeps the workers, which are none at first, until ntm_workers_unref(). */
void ntm_workers_ref (void);

/* Drops a reference. The last one ends all workers, and waits for them. */
void ntm_workers_unref (void);

/* Does the items 0 ... @n_items - 1, each once, in any order: in this thread
 * and in workers, @max_threads in all at most (0 and 1: in this thread).
 * Returns when all items are done and each thread has called @done. Any number
 * of threads may call it at the same time, each with work of its own. The
 * caller holds a reference. */
void ntm_workers_run (NtmWorkFunc work, NtmWorkDoneFunc done, void *data,
    size_t n_items, unsigned max_threads);
