/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Threads that help to write strips. There is one set of them in the process,
 * so that several elements together don't use more than the CPUs that there are.
 * They are started when the first is needed, and ended with the last user. They
 * belong to the process: the thread that first needs them may be pinned to a CPU or
 * have real-time priority, and they are not. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Does item @item of a piece of work. Called from several threads at once. */
typedef void (*GstNtWorkFunc) (gpointer data, guint item);

/* Called once by each thread that did an item, after its last one; may be NULL. */
typedef void (*GstNtWorkDoneFunc) (gpointer data);

/* Keeps the workers, which are none at first, until gst_nt_workers_unref(). */
void gst_nt_workers_ref (void);

/* With the last reference, all workers are ended and waited for. */
void gst_nt_workers_unref (void);

/* Does the items 0 … @n_items - 1, each once, in any order: in this thread and
 * in workers, @max_threads in all at most (0 and 1: in this thread). Returns when
 * all are done and all threads' @done have been called. Any number of threads may
 * call it at the same time, each for itself; the caller holds a reference. */
void gst_nt_workers_run (GstNtWorkFunc work, GstNtWorkDoneFunc done,
    gpointer data, guint n_items, guint max_threads);

/* How many CPUs this process may use; 1 at least. Asks the system, which answers the
 * same in each thread. */
guint gst_nt_workers_get_n_cpus (void);

G_END_DECLS
