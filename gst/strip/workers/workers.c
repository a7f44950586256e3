/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The workers. A task is on its caller's stack and in a list while it runs.
 * Each thread that works on it takes the next item from one atomic counter, so
 * that a slow thread takes fewer. The caller works too: without any worker, all
 * is still done, only later. One lock guards everything but the counters. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* pthread_setname_np() */
#endif

#include "workers/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "workers/cpus.h"

typedef struct Task Task;

struct Task
{
  NtmWorkFunc work;
  NtmWorkDoneFunc done;
  void *data;
  size_t n_items;
  atomic_size_t next;           /* the first item that no thread has taken */

  unsigned max_helpers;         /* workers, beside the caller */
  unsigned n_helpers;           /* that are on it now */
  pthread_cond_t left;          /* the last of them has gone */
  Task *next_task;              /* in the list */
};

/* All guarded by the lock. */
static struct
{
  pthread_mutex_t lock;
  pthread_cond_t wake;          /* there may be something to do, or the end */
  unsigned n_users;             /* references */
  unsigned n_cpus;
  unsigned n_callers;           /* threads that are in ntm_workers_run() */
  unsigned n_busy;              /* workers that are on a task */
  bool ending;
  Task *tasks;                  /* those that can use more helpers, oldest
                                 * first */
  pthread_t *threads;           /* NULL: not started */
  unsigned n_threads;
  bool started;                 /* or tried to */
} workers = {
  .lock = PTHREAD_MUTEX_INITIALIZER,
  .wake = PTHREAD_COND_INITIALIZER,
};

/* ---- Work ---- */

static void
do_items (Task * task)
{
  bool any = false;
  size_t item;

  while ((item = atomic_fetch_add (&task->next, 1)) < task->n_items) {
    task->work (task->data, item);
    any = true;
  }

  if (any && task->done)
    task->done (task->data);
}

/* With the lock held: returns a task that can use one more helper, if a CPU is
 * left for it. */
static Task *
find_task (void)
{
  if (workers.n_busy + workers.n_callers >= workers.n_cpus)
    return NULL;

  for (Task * task = workers.tasks; task; task = task->next_task)
    if (task->n_helpers < task->max_helpers
        && atomic_load (&task->next) < task->n_items)
      return task;

  return NULL;
}

static void
help (Task * task)
{
  task->n_helpers++;
  workers.n_busy++;
  pthread_mutex_unlock (&workers.lock);

  do_items (task);

  pthread_mutex_lock (&workers.lock);
  workers.n_busy--;
  if (--task->n_helpers == 0)
    pthread_cond_signal (&task->left);
}

static void *
worker_main (void *unused)
{
  ntm_cpus_join_process ();

  pthread_mutex_lock (&workers.lock);
  while (!workers.ending) {
    Task *task = find_task ();

    if (task)
      help (task);
    else
      pthread_cond_wait (&workers.wake, &workers.lock);
  }
  pthread_mutex_unlock (&workers.lock);

  return NULL;
}

/* ---- Beginning and end ---- */

static bool
start_thread (pthread_t * thread)
{
  if (pthread_create (thread, NULL, worker_main, NULL) != 0)
    return false;
#ifdef __linux__
  (void) pthread_setname_np (*thread, "ntstrip");
#endif

  return true;
}

/* Signals that the kernel raises for what a thread itself did, such as a read
 * from a page that the application guards. While one of them is blocked, the
 * kernel ends the process without a call of the handler. */
static const int faults[] = {
  SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP
};

/* A thread inherits its mask. The application's handlers must not run in
 * workers: a handler may want the lock of the thread that it interrupts, or
 * expect to interrupt a system call of the application's own. */
static void
block_signals (sigset_t * before)
{
  sigset_t blocked;

  sigfillset (&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    sigdelset (&blocked, faults[i]);
  pthread_sigmask (SIG_SETMASK, &blocked, before);
}

/* With the lock held. Starts one worker less than there are CPUs, because the
 * caller works too. Without threads or memory, there are fewer workers, or
 * none. */
static void
start_threads (void)
{
  sigset_t before;

  workers.started = true;
  if (workers.n_cpus < 2)
    return;
  workers.threads = calloc (workers.n_cpus - 1, sizeof *workers.threads);
  if (workers.threads == NULL)
    return;

  block_signals (&before);
  while (workers.n_threads < workers.n_cpus - 1
      && start_thread (&workers.threads[workers.n_threads]))
    workers.n_threads++;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
}

/* Around fork(). In the child, only the thread that called it is left: it has
 * no workers and no tasks, but the users of its parent. */
static void
before_fork (void)
{
  pthread_mutex_lock (&workers.lock);
}

static void
after_fork_in_parent (void)
{
  pthread_mutex_unlock (&workers.lock);
}

static void
after_fork_in_child (void)
{
  free (workers.threads);
  workers.threads = NULL;
  workers.n_threads = 0;
  workers.started = false;
  workers.ending = false;
  workers.tasks = NULL;
  workers.n_callers = 0;
  workers.n_busy = 0;
  pthread_cond_init (&workers.wake, NULL);
  pthread_mutex_init (&workers.lock, NULL);
}

static void
watch_forks (void)
{
  (void) pthread_atfork (before_fork, after_fork_in_parent,
      after_fork_in_child);
}

void
ntm_workers_ref (void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once (&once, watch_forks);
  pthread_mutex_lock (&workers.lock);
  if (workers.n_users++ == 0)
    workers.n_cpus = ntm_cpus_count ();
  pthread_mutex_unlock (&workers.lock);
}

static void
end_threads (pthread_t * threads, unsigned n_threads)
{
  for (unsigned i = 0; i < n_threads; i++)
    pthread_join (threads[i], NULL);
  free (threads);

  pthread_mutex_lock (&workers.lock);
  workers.ending = false;
  pthread_mutex_unlock (&workers.lock);
}

void
ntm_workers_unref (void)
{
  pthread_t *threads = NULL;
  unsigned n_threads = 0;
  bool ends = false;

  pthread_mutex_lock (&workers.lock);
  if (--workers.n_users == 0 && workers.started) {
    threads = workers.threads;
    n_threads = workers.n_threads;
    workers.threads = NULL;
    workers.n_threads = 0;
    workers.started = false;
    workers.ending = ends = true;
    pthread_cond_broadcast (&workers.wake);
  }
  pthread_mutex_unlock (&workers.lock);

  if (ends)
    end_threads (threads, n_threads);
}

/* ---- Tasks ---- */

static void
offer (Task * task)
{
  Task **last = &workers.tasks;

  pthread_mutex_lock (&workers.lock);
  if (!workers.started && !workers.ending)
    start_threads ();
  workers.n_callers++;
  while (*last)
    last = &(*last)->next_task;
  *last = task;
  for (unsigned i = 0; i < task->max_helpers && i < workers.n_threads; i++)
    pthread_cond_signal (&workers.wake);
  pthread_mutex_unlock (&workers.lock);
}

/* Helpers may still be on their last items. */
static void
withdraw (Task * task)
{
  Task **link = &workers.tasks;

  pthread_mutex_lock (&workers.lock);
  while (*link != task)
    link = &(*link)->next_task;
  *link = task->next_task;
  workers.n_callers--;
  while (task->n_helpers > 0)
    pthread_cond_wait (&task->left, &workers.lock);

  /* The caller's CPU is now free for another task. */
  if (workers.tasks)
    pthread_cond_signal (&workers.wake);
  pthread_mutex_unlock (&workers.lock);
}

void
ntm_workers_run (NtmWorkFunc work, NtmWorkDoneFunc done, void *data,
    size_t n_items, unsigned max_threads)
{
  Task task = {
    .work = work,.done = done,.data = data,.n_items = n_items,
  };

  atomic_init (&task.next, 0);
  if (max_threads > n_items)
    max_threads = n_items;
  if (max_threads <= 1) {
    do_items (&task);
    return;
  }

  task.max_helpers = max_threads - 1;
  pthread_cond_init (&task.left, NULL);
  offer (&task);
  do_items (&task);
  withdraw (&task);
  pthread_cond_destroy (&task.left);
}
