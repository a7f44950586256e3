/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Does ThreadSanitizer report a race, and only that? "races race" has one, and
 * fails. "races KIND" has two threads that GLib puts in order, and succeeds:
 * each of them counts in the same plain number. */

#include <gst/gst.h>
#include <string.h>

#define N_TIMES 1000

static gint number;

static gpointer
count (gpointer unused)
{
  for (guint i = 0; i < N_TIMES; i++)
    number++;

  return NULL;
}

/* Two threads at once. */
static void
run_twice (GThreadFunc func)
{
  GThread *thread = g_thread_new ("other", func, NULL);

  func (NULL);
  g_thread_join (thread);
}

#define DEFINE_COUNT(name, Lock, lock, unlock) \
  static gpointer \
  name (gpointer unused) \
  { \
    static Lock protection; \
\
    for (guint i = 0; i < N_TIMES; i++) { \
      lock (&protection); \
      number++; \
      unlock (&protection); \
    } \
    return NULL; \
  }

/* *INDENT-OFF* */
DEFINE_COUNT (with_mutex, GMutex, g_mutex_lock, g_mutex_unlock)
DEFINE_COUNT (with_rec_mutex, GRecMutex, g_rec_mutex_lock, g_rec_mutex_unlock)
DEFINE_COUNT (with_rw_lock, GRWLock, g_rw_lock_writer_lock,
    g_rw_lock_writer_unlock)
/* *INDENT-ON* */

static void
run_mutex (void)
{
  run_twice (with_mutex);
}

static void
run_rec_mutex (void)
{
  run_twice (with_rec_mutex);
}

static void
run_rw_lock (void)
{
  run_twice (with_rw_lock);
}

/* The threads take turns. */
static gpointer
with_cond (gpointer first)
{
  static GMutex mutex;
  static GCond cond;

  g_mutex_lock (&mutex);
  for (guint i = 0; i < N_TIMES; i++) {
    while (number % 2 != (first != NULL))
      g_cond_wait (&cond, &mutex);
    number++;
    g_cond_signal (&cond);
  }
  g_mutex_unlock (&mutex);

  return NULL;
}

static void
run_cond (void)
{
  GThread *thread = g_thread_new ("other", with_cond, &number);

  with_cond (NULL);
  g_thread_join (thread);
}

static gpointer
with_once (gpointer unused)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    number++;
    g_once_init_leave (&once, 1);
  }

  return GINT_TO_POINTER (number);
}

static void
run_once (void)
{
  run_twice (with_once);
}

static gpointer
count_and_push (gpointer queue)
{
  count (NULL);
  g_async_queue_push (queue, &number);

  return NULL;
}

static void
run_queue (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("other", count_and_push, queue);

  g_async_queue_pop (queue);
  count (NULL);
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

/* The last owner of a buffer reads what another one wrote. */
static gpointer
write_and_unref (gpointer buffer)
{
  number++;
  gst_buffer_unref (buffer);

  return NULL;
}

static void
run_buffer (void)
{
  GstBuffer *buffer = gst_buffer_new ();
  GThread *thread =
      g_thread_new ("other", write_and_unref, gst_buffer_ref (buffer));

  while (!gst_buffer_is_writable (buffer))
    g_thread_yield ();
  number++;
  gst_buffer_unref (buffer);
  g_thread_join (thread);
}

/* No edge: without a report, ThreadSanitizer does not work. */
static void
run_race (void)
{
  run_twice (count);
}

static const struct
{
  const gchar *name;
  void (*run) (void);
} kinds[] = {
  {"race", run_race},
  {"mutex", run_mutex},
  {"rec-mutex", run_rec_mutex},
  {"rw-lock", run_rw_lock},
  {"cond", run_cond},
  {"once", run_once},
  {"queue", run_queue},
  {"buffer", run_buffer},
};

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (argc == 2 && strcmp (argv[1], kinds[i].name) == 0) {
      kinds[i].run ();
      return 0;
    }
  g_printerr ("usage: races KIND\n");

  return 1;
}
