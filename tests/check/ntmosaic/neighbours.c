/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whoever is lent a tile leaves its neighbours alone, or is found out: every
 * installed element that can stand in front of a pad is tried, one after another.
 * NTM_TEST_ELEMENTS=rotate,videoflip tries only these, and "none" skips the
 * test. */

/* For pipe2(). */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "neighbours_lines.h"
#include "neighbours_runs.h"
#include "neighbours_source.h"
#include "support.h"

/* For one element with one setting. Most take a tenth of a second. */
#define TIME_LIMIT (60 * G_TIME_SPAN_SECOND)

typedef void (*RunFunc) (GstElementFactory * element,
    const TestSetting * setting, FILE * report);

/* What became of one run. */
typedef struct
{
  GString *lines;               /* of the report */
  gchar *died;                  /* how; NULL: it did not */
  FILE *noise;                  /* what it wrote to stdout and stderr */
} Outcome;

typedef struct
{
  guint n_elements;
  guint n_covered;
  guint n_runs;
  guint n_in_place;
  guint n_refused;
  guint n_failures;
  GString *failures;
} Totals;

/* ---- A process of its own ---- */

static void
run_in_child (RunFunc func, GstElementFactory * element,
    const TestSetting * setting, gint report_fd, gint noise_fd)
{
  FILE *report = fdopen (report_fd, "w");

  dup2 (noise_fd, STDOUT_FILENO);
  dup2 (noise_fd, STDERR_FILENO);
  setvbuf (report, NULL, _IOLBF, 0);
  func (element, setting, report);
  fclose (report);
  _exit (EXIT_SUCCESS);
}

/* Reads until the other side is closed; FALSE: it took too long. */
static gboolean
read_report (gint fd, GString * lines)
{
  const gint64 end = g_get_monotonic_time () + TIME_LIMIT;
  struct pollfd poll_fd = { fd, POLLIN, 0 };
  gchar bytes[1024];

  for (;;) {
    const gint64 left = end - g_get_monotonic_time ();
    gssize n;

    if (left <= 0)
      return FALSE;
    if (poll (&poll_fd, 1, left / 1000 + 1) <= 0)
      continue;
    n = read (fd, bytes, sizeof (bytes));
    if (n <= 0)
      return TRUE;
    g_string_append_len (lines, bytes, n);
  }
}

static void
run_element (RunFunc func, GstElementFactory * element,
    const TestSetting * setting, Outcome * outcome)
{
  gint fds[2];
  gint status;
  pid_t pid;

  outcome->lines = g_string_new (NULL);
  outcome->died = NULL;
  outcome->noise = tmpfile ();
  fail_unless (outcome->noise != NULL && pipe2 (fds, O_CLOEXEC) == 0);
  fflush (stdout);
  pid = fork ();
  fail_unless (pid >= 0);
  if (pid == 0) {
    close (fds[0]);
    run_in_child (func, element, setting, fds[1], fileno (outcome->noise));
  }

  close (fds[1]);
  if (!read_report (fds[0], outcome->lines)) {
    kill (pid, SIGKILL);
    outcome->died = g_strdup ("hangs");
  }
  close (fds[0]);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR);
  if (outcome->died == NULL && WIFSIGNALED (status))
    outcome->died = g_strdup (strsignal (WTERMSIG (status)));
  else if (outcome->died == NULL && WEXITSTATUS (status) != EXIT_SUCCESS)
    outcome->died = g_strdup_printf ("exit code %d", WEXITSTATUS (status));
}

static void
clear_outcome (Outcome * outcome)
{
  g_string_free (outcome->lines, TRUE);
  g_free (outcome->died);
  fclose (outcome->noise);
}

/* The rest of the last line that begins with @start; NULL if there is none. */
static gchar *
find_line (const Outcome * outcome, const gchar * start)
{
  gchar **lines = g_strsplit (outcome->lines->str, "\n", -1);
  gchar *found = NULL;
  guint i;

  for (i = 0; lines[i]; i++)
    if (g_str_has_prefix (lines[i], start)) {
      g_free (found);
      found = g_strdup (lines[i] + strlen (start));
    }
  g_strfreev (lines);

  return found;
}

static gboolean
was_in (const Outcome * outcome, const gchar * phase)
{
  gchar *last = find_line (outcome, REPORT_PHASE);
  const gboolean ret = g_strcmp0 (last, phase) == 0;

  g_free (last);

  return ret;
}

/* ---- What is made of it ---- */

static void
add_failure (Totals * totals, const gchar * name, const Outcome * outcome,
    const gchar * format, ...)
{
  gchar noise[2000];
  va_list args;
  gsize n;

  totals->n_failures++;
  g_string_append_printf (totals->failures, "FAILED %s: ", name);
  va_start (args, format);
  g_string_append_vprintf (totals->failures, format, args);
  va_end (args);
  g_string_append_c (totals->failures, '\n');

  fseek (outcome->noise, 0, SEEK_END);
  fseek (outcome->noise, MAX (ftell (outcome->noise)
          - (glong) sizeof (noise), 0), SEEK_SET);
  n = fread (noise, 1, sizeof (noise), outcome->noise);
  g_string_append_len (totals->failures, noise, n);
}

/* An element that died in a mosaic may be one that dies anyway. */
static gboolean
dies_alone (GstElementFactory * element, const TestSetting * setting)
{
  Outcome outcome;
  gboolean ret;

  run_element (test_run_alone, element, setting, &outcome);
  ret = outcome.died != NULL;
  clear_outcome (&outcome);

  return ret;
}

static gboolean
judge (Totals * totals, GstElementFactory * element,
    const TestSetting * setting, const gchar * name)
{
  gboolean covered = FALSE;
  gchar *refused;
  gchar *skip;
  gchar *fail;
  gchar *hurt;
  gchar *done;
  Outcome outcome;

  run_element (test_run_element, element, setting, &outcome);
  refused = find_line (&outcome, REPORT_REFUSED);
  skip = find_line (&outcome, REPORT_SKIP);
  fail = find_line (&outcome, REPORT_FAIL);
  hurt = find_line (&outcome, REPORT_HURT);
  done = find_line (&outcome, REPORT_DONE);

  if (outcome.died && was_in (&outcome, "trusted"))
    hurt = hurt ? hurt : g_strdup (outcome.died);
  if (skip) {
    g_print ("%s: skipped: %s\n", name, skip);
  } else if (outcome.died && was_in (&outcome, "alone")) {
    g_print ("%s: skipped: alone: %s\n", name, outcome.died);
  } else if (outcome.died && !was_in (&outcome, "trusted")
      && !dies_alone (element, setting)) {
    add_failure (totals, name, &outcome, "%s, but not alone", outcome.died);
  } else if (outcome.died && was_in (&outcome, "mosaic")) {
    g_print ("%s: skipped: alone too: %s\n", name, outcome.died);
  } else {
    covered = TRUE;
    g_print ("%s: %s%s%s%s\n", name, done,
        outcome.died && was_in (&outcome, "padded")
        ? ", dies of padded rows, alone too" : "",
        hurt ? ", if trusted: " : "", hurt ? hurt : "");
  }
  if (fail)
    add_failure (totals, name, &outcome, "%s", fail);
  if (hurt && !refused)
    add_failure (totals, name, &outcome, "not refused, but if trusted: %s",
        hurt);

  totals->n_refused += refused != NULL;
  g_free (refused);
  g_free (skip);
  g_free (fail);
  g_free (hurt);
  g_free (done);
  clear_outcome (&outcome);

  return covered;
}

/* As it is, and with all settings. */
static void
try_element (Totals * totals, GstElementFactory * element)
{
  const gchar *name = GST_OBJECT_NAME (element);
  gchar *reason = test_explain_skip (element);
  const TestSetting *setting;
  gboolean covered;
  guint i;

  totals->n_elements++;
  if (reason) {
    g_print ("%s: skipped: %s\n", name, reason);
    g_free (reason);
    return;
  }

  covered = judge (totals, element, NULL, name);
  totals->n_runs++;
  for (i = 0; (setting = test_setting_get (element, i)); i++) {
    gchar *more_name = g_strdup_printf ("%s %s", name, setting->properties);

    covered |= judge (totals, element, setting, more_name);
    totals->n_runs++;
    g_free (more_name);
  }
  totals->n_covered += covered;
}

static gboolean
is_wanted (GstElementFactory * element)
{
  const gchar *names = g_getenv ("NTM_TEST_ELEMENTS");
  gchar **wanted;
  gboolean ret;

  if (names == NULL)
    return TRUE;
  wanted = g_strsplit (names, ",", -1);
  ret = g_strv_contains ((const gchar * const *) wanted,
      GST_OBJECT_NAME (element));
  g_strfreev (wanted);

  return ret;
}

GST_START_TEST (every_element)
{
  Totals totals = {.failures = g_string_new (NULL) };
  GList *elements;
  GList *l;

  test_frames_register ();
  elements = test_list_elements ();
  for (l = elements; l; l = l->next)
    if (is_wanted (l->data))
      try_element (&totals, l->data);
  gst_plugin_feature_list_free (elements);

  g_print ("%u of %u elements covered, in %u runs; %u runs refused\n",
      totals.n_covered, totals.n_elements, totals.n_runs, totals.n_refused);
  g_printerr ("%s", totals.failures->str);
  fail_unless_equals_int (totals.n_failures, 0);
  g_string_free (totals.failures, TRUE);
}

GST_END_TEST;

static Suite *
neighbours_suite (void)
{
  Suite *s = suite_create ("neighbours");
  TCase *tc = tcase_create ("neighbours");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 600);
  tcase_add_test (tc, every_element);

  return s;
}

/* What Meson takes for "skipped". */
#define EXIT_SKIPPED 77

int
main (int argc, char **argv)
{
  if (g_strcmp0 (g_getenv ("NTM_TEST_ELEMENTS"), "none") == 0) {
    g_print ("skipped: foreign elements are not wanted here\n");
    return EXIT_SKIPPED;
  }
  test_init (&argc, &argv);

  return gst_check_run_suite (neighbours_suite (), "neighbours", __FILE__);
}
