/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The watchdog; see the header. */

#include "watch.h"

#include <execinfo.h>
#include <gst/gst.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report.h"

/* A tick. One that comes twice as late says that the machine is too busy for
 * this process, and does not count. */
#define TICK (100 * G_TIME_SPAN_MILLISECOND)

#define MOST_TICKS (60 * G_TIME_SPAN_SECOND / TICK)

#define MOST_FRAMES 64

typedef struct
{
  const gchar *name;
  gint beat;                    /* atomic */
  gint has_left;                /* atomic */
  gint last;                    /* of the watching thread, as the next one */
  guint ticks;                  /* without a change */
} Watched;

static Watched watched[WATCH_MOST];
static guint n_watched;
static GThread *thread;
static gint is_over;            /* atomic */

gint *
watch_add (const gchar * name)
{
  Watched *w = &watched[n_watched++];

  g_assert (n_watched <= WATCH_MOST);
  w->name = name;

  return &w->beat;
}

void
watch_leave (gint * beat)
{
  Watched *w = (Watched *) ((gchar *) beat - G_STRUCT_OFFSET (Watched, beat));

  g_atomic_int_set (&w->has_left, TRUE);
}

/* ---- Stacks ---- */

/* In each thread; only functions that a handler may call, but for the first
 * call of backtrace(), which watch_begin() makes. */
static void
print_stack (int signal)
{
  void *frames[MOST_FRAMES];

  backtrace_symbols_fd (frames, backtrace (frames, MOST_FRAMES),
      STDERR_FILENO);
}

/* One thread after the other; each has a second. */
static void
print_stacks (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;

  while (dir && (id = g_dir_read_name (dir))) {
    gchar *path = g_strdup_printf ("/proc/self/task/%s/comm", id);
    gchar *name = NULL;

    g_file_get_contents (path, &name, NULL, NULL);
    fprintf (stderr, "\nthread %s %s", id, name ? name : "\n");
    syscall (SYS_tgkill, getpid (), atoi (id), SIGUSR2);
    g_usleep (100 * G_TIME_SPAN_MILLISECOND);
    g_free (name);
    g_free (path);
  }
}

/* ---- The watching thread ---- */

static void
look (Watched * w)
{
  const gint beat = g_atomic_int_get (&w->beat);

  if (beat != w->last || g_atomic_int_get (&w->has_left))
    w->ticks = 0;
  else
    w->ticks++;
  w->last = beat;
  if (w->ticks < MOST_TICKS)
    return;
  print_stacks ();
  report_fail ("%s has done nothing for a minute", w->name);
}

static gpointer
watch (gpointer unused)
{
  while (!g_atomic_int_get (&is_over)) {
    const gint64 begin = g_get_monotonic_time ();
    guint i;

    g_usleep (TICK);
    if (g_get_monotonic_time () - begin > 2 * TICK)
      continue;
    for (i = 0; i < n_watched; i++)
      look (&watched[i]);
  }

  return NULL;
}

void
watch_begin (void)
{
  void *frame;

  backtrace (&frame, 1);
  signal (SIGUSR2, print_stack);
  thread = g_thread_new ("watch", watch, NULL);
}

void
watch_end (void)
{
  g_atomic_int_set (&is_over, TRUE);
  g_thread_join (thread);
}

/* ---- What the process uses ---- */

static guint
count_files (const gchar * path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  g_clear_pointer (&dir, g_dir_close);

  return n;
}

WatchUse
watch_get_use (void)
{
  WatchUse use = { 0, };
  gchar *text = NULL;

  use.heap = mallinfo2 ().uordblks;
  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)) {
    unsigned long pages = 0;

    if (sscanf (text, "%*u %lu", &pages) == 1)
      use.memory = pages * sysconf (_SC_PAGESIZE);
  }
  g_free (text);
  use.threads = count_files ("/proc/self/task");
  use.files = count_files ("/proc/self/fd");

  return use;
}

static guint
print_leaks (GstStructure * leaks)
{
  const GValue *list = gst_structure_get_value (leaks, "live-objects-list");
  guint n = list ? gst_value_list_get_size (list) : 0;
  guint i;

  for (i = 0; i < n && i < 50; i++) {
    gchar *text = g_strdup_value_contents (gst_value_list_get_value (list, i));

    fprintf (stderr, "leaked: %s\n", text);
    g_free (text);
  }

  return n;
}

guint
watch_print_leaks (void)
{
  GList *tracers = gst_tracing_get_active_tracers ();
  guint n = 0;
  GList *l;

  for (l = tracers; l; l = l->next) {
    GstStructure *leaks = NULL;

    if (g_signal_lookup ("get-live-objects", G_OBJECT_TYPE (l->data)) == 0)
      continue;
    g_signal_emit_by_name (l->data, "get-live-objects", &leaks);
    n += print_leaks (leaks);
    gst_structure_free (leaks);
  }
  g_list_free_full (tracers, gst_object_unref);

  return n;
}
