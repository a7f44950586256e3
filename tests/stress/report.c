/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Counts, and failures; see the header. */

#include "report.h"

#include <gst/check/gstcheck.h>
#include <stdio.h>
#include <stdlib.h>

static const gchar *const words[] = {
#define REPORT_WORDS(name, words) words,
  REPORT_COUNTS (REPORT_WORDS)
#undef REPORT_WORDS
};

static guint64 counts[REPORT_N_COUNTS]; /* atomic */
static gchar *command_line;

/* Of the thread: where it is, plus one; 0: nowhere. */
static GPrivate place_pipeline;
static GPrivate place_episode;

static GMutex stop_lock;
static gint64 longest_stop;     /* microseconds */
static guint64 n_stops;
static gchar *longest_meanwhile;

void
report_begin (const gchar * command)
{
  command_line = g_strdup (command);
}

void
report_add (ReportCount what, guint64 n)
{
  __atomic_fetch_add (&counts[what], n, __ATOMIC_RELAXED);
}

static guint64
get (ReportCount what)
{
  return __atomic_load_n (&counts[what], __ATOMIC_RELAXED);
}

void
report_set_place (guint pipeline, guint episode)
{
  g_private_set (&place_pipeline, GUINT_TO_POINTER (pipeline + 1));
  g_private_set (&place_episode, GUINT_TO_POINTER (episode + 1));
}

static void
fail_with (const gchar * text)
{
  const guint pipeline = GPOINTER_TO_UINT (g_private_get (&place_pipeline));
  const guint episode = GPOINTER_TO_UINT (g_private_get (&place_episode));

  fprintf (stderr, "\nFAILED: %s\nrepeat with: %s", text, command_line);
  if (pipeline > 0)
    fprintf (stderr, " --only=%u --episode=%u", pipeline - 1, episode - 1);
  fprintf (stderr, "\n");
  fflush (stderr);
  abort ();
}

void
report_fail (const gchar * format, ...)
{
  va_list args;

  va_start (args, format);
  fail_with (g_strdup_vprintf (format, args));
  va_end (args);
  abort ();
}

/* Check calls these for each fail_unless(): the rig's functions can be used
 * without a test case around them, and in any thread. */
void
_ck_assert_failed (const char *file, int line, const char *expr, ...)
{
  va_list args;
  const gchar *format;
  gchar *text = NULL;

  va_start (args, expr);
  format = va_arg (args, const gchar *);
  if (format)
    text = g_strdup_vprintf (format, args);
  va_end (args);
  report_fail ("%s:%d: %s", file, line, text ? text : expr);
}

void
_mark_point (const char *file, int line)
{
}

void
report_stop (gint64 microseconds, const gchar * meanwhile)
{
  g_mutex_lock (&stop_lock);
  n_stops++;
  if (microseconds > longest_stop) {
    longest_stop = microseconds;
    g_free (longest_meanwhile);
    longest_meanwhile = g_strdup (meanwhile);
  }
  g_mutex_unlock (&stop_lock);
}

void
report_print_line (void)
{
  g_mutex_lock (&stop_lock);
  printf ("%" G_GUINT64_FORMAT " strips, %" G_GUINT64_FORMAT " frames, %"
      G_GUINT64_FORMAT " pipelines, worst stop %.1f ms\n",
      get (REPORT_STRIPS), get (REPORT_FRAMES), get (REPORT_EPISODES),
      longest_stop / 1e3);
  g_mutex_unlock (&stop_lock);
  fflush (stdout);
}

void
report_print_summary (void)
{
  guint i;

  for (i = 0; i < REPORT_N_COUNTS; i++)
    printf ("%16" G_GUINT64_FORMAT "  %s\n", get (i), words[i]);
  g_mutex_lock (&stop_lock);
  printf ("%16" G_GUINT64_FORMAT "  set_state(NULL); the longest took %.1f ms "
      "(%s)\n", n_stops, longest_stop / 1e3,
      longest_meanwhile ? longest_meanwhile : "none");
  g_mutex_unlock (&stop_lock);
  fflush (stdout);
}
