/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Several pipelines at once, disturbed at random for as long as asked; see
 * README.md. */

#include <stdio.h>
#include <stdlib.h>

#include "freeze.h"
#include "gallery.h"
#include "messages.h"
#include "report.h"
#include "scene.h"
#include "stops.h"
#include "watch.h"

static gint seconds = 60;
static gint seed = -1;
static gint n_pipelines = 4;
static gint report_every = 10;
static gint only = -1;
static gint episode = -1;
static gint most_freeze = 0;
static gint n_stops = 0;

static const GOptionEntry options[] = {
  {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds,
      "how long to go on (60)", "N"},
  {"seed", 0, 0, G_OPTION_ARG_INT, &seed,
      "of all that happens (another one in each run)", "N"},
  {"pipelines", 0, 0, G_OPTION_ARG_INT, &n_pipelines,
      "how many run at once (4)", "N"},
  {"report-every", 0, 0, G_OPTION_ARG_INT, &report_every,
      "seconds between two lines (10)", "N"},
  {"only", 0, 0, G_OPTION_ARG_INT, &only,
      "only the pipeline with this number", "N"},
  {"episode", 0, 0, G_OPTION_ARG_INT, &episode,
      "only this episode, again and again", "N"},
  {"freeze", 0, 0, G_OPTION_ARG_INT, &most_freeze,
      "halt the process now and then, for up to N milliseconds (0)", "N"},
  {"stops", 0, 0, G_OPTION_ARG_INT, &n_stops,
      "instead: stop N pipelines, and print how long it took", "N"},
  {NULL}
};

static gint is_over;            /* atomic */

typedef struct
{
  guint number;
  GThread *thread;
  gint *beat;                   /* atomic */
} Player;

static guint32
mix (guint32 a, guint32 b)
{
  guint32 h = a * 0x9e3779b1u + b * 0x85ebca6bu + 1;

  h ^= h >> 15;
  h *= 0x2c1b3c6du;

  return h ^ h >> 13;
}

/* Every fourth pipeline is one of images, where images can be decoded. */
static void
play_episode (Player * self, guint which)
{
  const guint32 own = mix (mix (seed, self->number), which);

#ifdef HAVE_IMAGES
  if (self->number % 4 == 2) {
    gallery_play (self->number, which, own, self->beat, &is_over);
    return;
  }
#endif
  scene_play (self->number, which, own, self->beat, &is_over);
}

static gpointer
play (gpointer data)
{
  Player *self = data;
  guint i = 0;

  for (; !g_atomic_int_get (&is_over); i++)
    play_episode (self, episode >= 0 ? (guint) episode : i);
  watch_leave (self->beat);

  return NULL;
}

/* What has happened so far, and what the process uses. */
static void
print_line (gint64 begin)
{
  const WatchUse use = watch_get_use ();

  printf ("%5.0f s: %.1f MiB, %.1f in use by malloc, %u threads, %u files; ",
      (g_get_monotonic_time () - begin) / 1e6, use.memory / 1048576.0,
      use.heap / 1048576.0, use.threads, use.files);
  report_print_line ();
}

static void
wait_for_the_end (void)
{
  const gint64 begin = g_get_monotonic_time ();
  const gint64 end = begin + seconds * G_TIME_SPAN_SECOND;
  gint64 next = begin;
  gint64 now = begin;

  for (; now < end; now = g_get_monotonic_time ()) {
    if (now >= next) {
      print_line (begin);
      next = now + report_every * G_TIME_SPAN_SECOND;
    }
    g_usleep (100000);
  }
  g_atomic_int_set (&is_over, TRUE);
}

static void
parse (int *argc, char ***argv)
{
  GOptionContext *context = g_option_context_new ("- disturbs ntmosaic");
  GError *error = NULL;
  gchar *command;

  g_option_context_add_main_entries (context, options, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, argc, argv, &error)) {
    fprintf (stderr, "%s\n", error->message);
    exit (2);
  }
  g_option_context_free (context);
  if (seed < 0)
    seed = g_random_int () & G_MAXINT;
  command = n_stops > 0
      ? g_strdup_printf ("stress --seed=%d --stops=%d", seed, n_stops)
      : g_strdup_printf ("stress --seed=%d --pipelines=%d --freeze=%d", seed,
      n_pipelines, most_freeze);
  printf ("%s\n", command);
  fflush (stdout);
  report_begin (command);
  g_free (command);
}

static void
run_all (void)
{
  Player *players = g_new0 (Player, n_pipelines);
  gint i;

  for (i = 0; i < n_pipelines; i++) {
    players[i].number = i;
    if (only < 0 || only == i)
      players[i].beat = watch_add (g_strdup_printf ("pipeline %d", i));
  }
  if (most_freeze > 0)
    freeze_begin (most_freeze, seed);
  watch_begin ();
  for (i = 0; i < n_pipelines; i++)
    if (players[i].beat)
      players[i].thread = g_thread_new ("player", play, &players[i]);
  wait_for_the_end ();
  freeze_end ();
  for (i = 0; i < n_pipelines; i++)
    if (players[i].thread)
      g_thread_join (players[i].thread);
  watch_end ();
  g_free (players);
}

static void
stop_all (void)
{
  gint *beat = watch_add ("set_state(NULL)");

  watch_begin ();
  stops_measure (seed, episode, n_stops, beat);
  watch_end ();
}

int
main (int argc, char **argv)
{
  WatchUse before;
  WatchUse after;
  guint n_leaks;

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  messages_hear_log ();
  g_setenv ("GST_TRACERS", "leaks", FALSE);
  parse (&argc, &argv);
  before = watch_get_use ();
  if (n_stops > 0)
    stop_all ();
  else
    run_all ();
  after = watch_get_use ();
  report_print_summary ();
  printf ("at the beginning and the end: %.1f and %.1f MiB, %.1f and %.1f in "
      "use by malloc, %u and %u threads, %u and %u open files\n",
      before.memory / 1048576.0, after.memory / 1048576.0,
      before.heap / 1048576.0, after.heap / 1048576.0, before.threads,
      after.threads, before.files, after.files);
  n_leaks = watch_print_leaks ();
  printf ("%u objects of GStreamer leaked\n", n_leaks);
  fflush (stdout);
  if (n_leaks > 0)
    report_fail ("%u objects leaked", n_leaks);

  return 0;
}
