/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames into a strip, side by side: how close to the limit of the memory the
 * copy is, with which kernel, on how many threads, and whether the choice
 * between streaming and ordinary stores is right. No element in here. All ways
 * take turns, so that what else the machine does hits all alike. Times are
 * never asserted, but a strip that is not right is an error. */

#include "report.h"

#include <stdio.h>
#include <stdlib.h>

#define STRIPS 3                /* that the writer has */

/* MiB that the system has to give, or plenty if it doesn't say. */
static guint64
available_mib (void)
{
  guint64 kib = G_MAXUINT64;
  gchar *text = NULL;
  const gchar *line;

  if (g_file_get_contents ("/proc/meminfo", &text, NULL, NULL)
      && (line = g_strrstr (text, "MemAvailable:")) != NULL)
    kib = g_ascii_strtoull (line + sizeof ("MemAvailable:"), NULL, 10);
  g_free (text);

  return kib / 1024;
}

/* Frames and pieces, and the strips. */
static gboolean
fits (const Options * options, const Cell * cell)
{
  const guint64 n_copies =
      2 * measure_n_sets (options, cell->strip_bytes) + STRIPS;
  const guint64 mib = n_copies * cell->strip_bytes >> 20;

  return mib <= (guint64) options->memory_mib && mib < available_mib ();
}

static gboolean
measure_kernels (Report * report, const Cell * cell,
    const Material * material, Samples * samples, GError ** error)
{
  const Options *options = report->options;
  const gboolean all = cell->all_kernels || options->kernels_asked;
  const guint n_kernels = all ? options->kernels->len : 1;

  for (guint i = 0; i < n_kernels; i++) {
    const gchar *kernel = options->kernels->pdata[i];

    if (!measure_cell (options, cell, material, kernel, samples, error))
      return FALSE;
    report_add (report, cell, material, kernel, samples);
  }
  return TRUE;
}

static gboolean
do_cell (Report * report, const Cell * cell, Samples * samples,
    GError ** error)
{
  const Options *options = report->options;
  gboolean measured;
  Material *material;

  if (!fits (options, cell)) {
    g_print ("\n%ux%u, %.0f MiB: left out, it needs too much memory\n",
        cell->tile_width, cell->tile_height,
        cell->strip_bytes / (gdouble) (1 << 20));
    return TRUE;
  }
  material = material_new (cell->tile_width, cell->tile_height,
      cell_n_tiles (cell), measure_n_sets (options, cell->strip_bytes),
      options->huge ? PAGES_HUGE : PAGES_OF_MALLOC);
  if (material == NULL) {
    g_set_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOMEM,
        "no memory for the frames");
    return FALSE;
  }
  report_print_cell (material);
  measured = measure_kernels (report, cell, material, samples, error);

  material_free (material);
  return measured;
}

static gboolean
measure_all (const Options * options, GError ** error)
{
  Samples *samples = samples_new (options);
  gboolean done = TRUE;
  Report report;

  report_init (&report, options);
  report_print_head (&report);
  for (guint i = 0; done && i < options->cells->len; i++)
    done = do_cell (&report, &g_array_index (options->cells, Cell, i), samples,
        error);
  if (done)
    report_print_end (&report);
  if (done && options->csv != NULL)
    done = report_write_csv (&report, options->csv, error);

  report_clear (&report);
  samples_free (samples);
  return done;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  Options options;
  gboolean done = options_parse (&options, &argc, &argv, &error)
      && measure_all (&options, &error);

  if (!done)
    g_printerr ("%s\n", error->message);

  g_clear_error (&error);
  options_clear (&options);
  gst_deinit ();
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
