/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The workers. A task is on its caller's stack and in a list while it runs;
 * whoever works on it takes the next item from one atomic counter, so that a
 * slow thread takes fewer. The caller works too: with no worker at hand all is
 * done, only later. One lock guards everything but the counters. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntworkers-private.h"

#include "gstntcpus-private.h"

typedef struct
{
  GstNtWorkFunc work;
  GstNtWorkDoneFunc done;
  gpointer data;
  guint n_items;
  gint next;                    /* atomic: the first item that nobody has taken */

  guint max_helpers;            /* workers, beside the caller */
  guint n_helpers;              /* that are on it now */
  GCond left;                   /* the last of them has gone */
} Task;

/* All guarded by the lock. */
static struct
{
  GMutex lock;
  guint n_users;                /* references */
  guint n_cpus;
  guint n_callers;              /* threads that are in gst_nt_workers_run() */
  guint n_busy;                 /* workers that are on a task */
  gboolean ending;
  GQueue tasks;                 /* of Task: those that can use more helpers */
  GPtrArray *threads;           /* NULL: not started */
  GCond wake;                   /* there may be something to do, or the end */
} workers;

guint
gst_nt_workers_get_n_cpus (void)
{
  return gst_nt_cpus_count ();
}

static void
do_items (Task * task)
{
  gboolean any = FALSE;
  guint item;

  while ((item = g_atomic_int_add (&task->next, 1)) < task->n_items) {
    task->work (task->data, item);
    any = TRUE;
  }

  if (any && task->done)
    task->done (task->data);
}

/* With the lock held: a task that has room for one more, and a CPU for it. */
static Task *
find_task (void)
{
  GList *l;

  if (workers.n_busy + workers.n_callers >= workers.n_cpus)
    return NULL;

  for (l = workers.tasks.head; l; l = l->next) {
    Task *task = l->data;

    if (task->n_helpers < task->max_helpers
        && (guint) g_atomic_int_get (&task->next) < task->n_items)
      return task;
  }

  return NULL;
}

static void
help (Task * task)
{
  task->n_helpers++;
  workers.n_busy++;
  g_mutex_unlock (&workers.lock);

  do_items (task);

  g_mutex_lock (&workers.lock);
  workers.n_busy--;
  if (--task->n_helpers == 0)
    g_cond_signal (&task->left);
}

static gpointer
worker_main (gpointer unused)
{
  gst_nt_cpus_join_process ();

  g_mutex_lock (&workers.lock);
  while (!workers.ending) {
    Task *task = find_task ();

    if (task)
      help (task);
    else
      g_cond_wait (&workers.wake, &workers.lock);
  }
  g_mutex_unlock (&workers.lock);

  return NULL;
}

/* With the lock held. The callers are threads already: one worker less than
 * there are CPUs. A system that gives no thread gives no help either. */
static void
start_threads (void)
{
  guint i;

  workers.threads = g_ptr_array_new ();
  for (i = 1; i < workers.n_cpus; i++) {
    GThread *thread = g_thread_try_new ("ntstrip", worker_main, NULL, NULL);

    if (thread)
      g_ptr_array_add (workers.threads, thread);
  }
}

void
gst_nt_workers_ref (void)
{
  g_mutex_lock (&workers.lock);
  if (workers.n_users++ == 0)
    workers.n_cpus = gst_nt_workers_get_n_cpus ();
  g_mutex_unlock (&workers.lock);
}

void
gst_nt_workers_unref (void)
{
  GPtrArray *threads = NULL;
  guint i;

  g_mutex_lock (&workers.lock);
  if (--workers.n_users == 0 && workers.threads) {
    threads = g_steal_pointer (&workers.threads);
    workers.ending = TRUE;
    g_cond_broadcast (&workers.wake);
  }
  g_mutex_unlock (&workers.lock);

  if (threads == NULL)
    return;

  for (i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
  g_ptr_array_unref (threads);

  g_mutex_lock (&workers.lock);
  workers.ending = FALSE;
  g_mutex_unlock (&workers.lock);
}

static void
offer (Task * task)
{
  guint i;

  g_mutex_lock (&workers.lock);
  if (workers.threads == NULL && !workers.ending)
    start_threads ();
  workers.n_callers++;
  g_queue_push_tail (&workers.tasks, task);
  for (i = 0; i < task->max_helpers; i++)
    g_cond_signal (&workers.wake);
  g_mutex_unlock (&workers.lock);
}

/* Helpers may still be on their last items. */
static void
withdraw (Task * task)
{
  g_mutex_lock (&workers.lock);
  g_queue_remove (&workers.tasks, task);
  workers.n_callers--;
  while (task->n_helpers > 0)
    g_cond_wait (&task->left, &workers.lock);

  /* Now there is a CPU for somebody else's task. */
  if (!g_queue_is_empty (&workers.tasks))
    g_cond_signal (&workers.wake);
  g_mutex_unlock (&workers.lock);
}

void
gst_nt_workers_run (GstNtWorkFunc work, GstNtWorkDoneFunc done, gpointer data,
    guint n_items, guint max_threads)
{
  Task task = {.work = work,.done = done,.data = data,.n_items = n_items };

  max_threads = MIN (max_threads, n_items);
  if (max_threads <= 1) {
    do_items (&task);
    return;
  }

  task.max_helpers = max_threads - 1;
  g_cond_init (&task.left);
  offer (&task);
  do_items (&task);
  withdraw (&task);
  g_cond_clear (&task.left);
}
