/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Several pipelines at once, disturbed at random for as long as asked; see
 * README.md. */

#include <stdio.h>
#include <stdlib.h>

#include "report.h"
#include "scene.h"

static gint seconds = 60;
static gint seed = -1;
static gint n_pipelines = 3;
static gint report_every = 10;
static gint only = -1;
static gint episode = -1;

static const GOptionEntry options[] = {
  {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds,
      "how long to go on (60)", "N"},
  {"seed", 0, 0, G_OPTION_ARG_INT, &seed,
      "of all that happens (another one in each run)", "N"},
  {"pipelines", 0, 0, G_OPTION_ARG_INT, &n_pipelines,
      "how many run at once (3)", "N"},
  {"report-every", 0, 0, G_OPTION_ARG_INT, &report_every,
      "seconds between two lines (10)", "N"},
  {"only", 0, 0, G_OPTION_ARG_INT, &only,
      "only the pipeline with this number", "N"},
  {"episode", 0, 0, G_OPTION_ARG_INT, &episode,
      "only this episode, again and again", "N"},
  {NULL}
};

static gint is_over;            /* atomic */

typedef struct
{
  guint number;
  GThread *thread;
  gint beat;                    /* atomic */
} Player;

static guint32
mix (guint32 a, guint32 b)
{
  guint32 h = a * 0x9e3779b1u + b * 0x85ebca6bu + 1;

  h ^= h >> 15;
  h *= 0x2c1b3c6du;

  return h ^ h >> 13;
}

static gpointer
play (gpointer data)
{
  Player *self = data;
  guint i = 0;

  for (; !g_atomic_int_get (&is_over); i++) {
    const guint which = episode >= 0 ? (guint) episode : i;

    scene_play (self->number, which, mix (mix (seed, self->number), which),
        &self->beat, &is_over);
  }

  return NULL;
}

static void
wait_for_the_end (void)
{
  const gint64 begin = g_get_monotonic_time ();
  gint64 next = begin;
  gint64 now;

  while ((now = g_get_monotonic_time ()) < begin + seconds * G_TIME_SPAN_SECOND) {
    if (now >= next) {
      report_print_line ();
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
  command = g_strdup_printf ("stress --seed=%d --pipelines=%d", seed,
      n_pipelines);
  printf ("%s\n", command);
  fflush (stdout);
  report_begin (command);
  g_free (command);
}

int
main (int argc, char **argv)
{
  Player *players;
  gint i;

  g_setenv ("G_DEBUG", "fatal-warnings", FALSE);
  parse (&argc, &argv);
  players = g_new0 (Player, n_pipelines);
  for (i = 0; i < n_pipelines; i++) {
    players[i].number = i;
    if (only < 0 || only == i)
      players[i].thread = g_thread_new ("player", play, &players[i]);
  }
  wait_for_the_end ();
  for (i = 0; i < n_pipelines; i++)
    if (players[i].thread)
      g_thread_join (players[i].thread);
  g_free (players);
  report_print_summary ();

  return 0;
}
