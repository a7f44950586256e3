/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Tiles side by side: ntmosaic against compositor, on ready-made frames. Both
 * run in this process and take turns, so that what else the machine does hits
 * both; each runs once more in a process of its own, for the peak of memory.
 * Times are never asserted, but strips that are not right are an error. */

#include "report.h"
#include "table.h"
#include "verify.h"

#include <stdlib.h>

/* Before this process makes its own frames: see measure_peak(). */
static gboolean
measure_peaks (Report * report, GError ** error)
{
  for (guint i = 0; i < report->n_results; i++) {
    Result *result = &report->results[i];

    result->peak_bytes = measure_peak (result->name, report->options, error);
    if (result->peak_bytes == 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
verify_all (const Report * report, const FrameRing * ring, GError ** error)
{
  for (guint i = 0; i < report->n_results; i++) {
    if (!verify (report->results[i].name, report->options, ring, error))
      return FALSE;
  }
  return TRUE;
}

/* Every second round goes backwards, so that none is always the one that comes
 * after the other. */
static gboolean
measure_round (const Report * report, const FrameRing * ring, gint round,
    GError ** error)
{
  for (guint i = 0; i < report->n_results; i++) {
    guint turn = round % 2 == 0 ? i : report->n_results - 1 - i;
    Result *result = &report->results[turn];

    if (!measure (result->name, report->options, ring,
            &result->rounds[round], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
measure_all (Report * report, GError ** error)
{
  const Options *options = report->options;
  gboolean measured;
  FrameRing *ring;

  if (!measure_peaks (report, error))
    return FALSE;

  ring = frame_ring_new (options->pads, options->ring, options->width,
      options->height);
  measured = verify_all (report, ring, error);
  for (gint round = 0; measured && round < options->rounds; round++)
    measured = measure_round (report, ring, round, error);

  frame_ring_free (ring);
  return measured;
}

static gboolean
report_init (Report * report, const Options * options, GError ** error)
{
  report->options = options;
  report->frames_bytes = options_frames_bytes (options);
  report->n_results = g_strv_length (options->elements);
  report->results = g_new0 (Result, report->n_results);
  machine_init (&report->machine);

  for (guint i = 0; i < report->n_results; i++) {
    Result *result = &report->results[i];

    result->name = options->elements[i];
    result->rounds = g_new0 (Figures, options->rounds);
    if (!setup_init (&result->setup, result->name, options->threads, error))
      return FALSE;
  }
  return TRUE;
}

static void
report_clear (Report * report)
{
  for (guint i = 0; i < report->n_results; i++) {
    setup_clear (&report->results[i].setup);
    g_free (report->results[i].rounds);
  }
  g_free (report->results);
  machine_clear (&report->machine);
}

static gboolean
compare_elements (const Options * options, GError ** error)
{
  Report report = { 0 };
  gboolean complete = report_init (&report, options, error);

  if (complete) {
    report_print_head (&report);
    complete = measure_all (&report, error);
  }
  if (complete)
    report_print_table (&report);
  if (complete && options->csv != NULL)
    complete = report_write_csv (&report, options->csv, error);

  report_clear (&report);
  return complete;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  Options options;
  gboolean done = options_parse (&options, &argc, &argv, &error);

  if (done && options.peak != NULL)
    done = measure_own_peak (&options, &error);
  else if (done && options.table)
    done = table_run (&options, &error);
  else if (done)
    done = compare_elements (&options, &error);
  if (!done)
    g_printerr ("%s\n", error->message);

  g_clear_error (&error);
  options_clear (&options);
  gst_deinit ();
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
