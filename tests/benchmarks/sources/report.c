/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "report.h"

#include "../common/stats.h"

void
report_init (Report * report, const Options * options)
{
  report->options = options;
  machine_init (&report->machine);
  report->csv = g_string_new (MACHINE_CSV_HEADER ",pads,width,height,strips,"
      "source,mixer,round");
  for (guint i = 0; i < N_FIGURES; i++)
    g_string_append_printf (report->csv, ",%s", figure_names[i]);
  g_string_append_c (report->csv, '\n');

  machine_print (&report->machine);
  g_print ("%d pads of %dx%d, %d strips, measured after %u; %d rounds\n"
      "medians (least-most), ratios to the first line; delay: from the last "
      "frame of a strip to the strip\n", options->pads, options->width,
      options->height, options->strips, run_n_warm_up (options->strips),
      options->rounds);
}

void
report_clear (Report * report)
{
  machine_clear (&report->machine);
  g_string_free (report->csv, TRUE);
}

/* Free with g_free(). */
static gdouble *
values_of (const Report * report, const Result * result, Figure figure)
{
  gdouble *values = g_new (gdouble, report->options->rounds);

  for (gint i = 0; i < report->options->rounds; i++)
    values[i] = result->rounds[i].values[figure];
  return values;
}

static Spread
spread_of_rounds (const Report * report, const Result * result, Figure figure)
{
  gdouble *values = values_of (report, result, figure);
  const Spread spread = spread_of (values, report->options->rounds);

  g_free (values);
  return spread;
}

static void
print_ratio (const Report * report, const Result * result,
    const Result * first, Figure figure)
{
  gdouble *values = values_of (report, result, figure);
  gdouble *under = values_of (report, first, figure);
  const Spread spread = spread_of (values, report->options->rounds);
  gchar *text = g_strdup_printf ("%.2f (%.2f-%.2f)", spread.median,
      spread.least, spread.most);

  g_print (" %-23s %5.2f ", text,
      median_ratio (values, under, report->options->rounds));
  g_free (text);
  g_free (under);
  g_free (values);
}

static void
print_result (const Report * report, const Result * result,
    const Result * first)
{
  Spread spreads[N_FIGURES];

  for (guint i = 0; i < N_FIGURES; i++)
    spreads[i] = spread_of_rounds (report, result, i);

  g_print ("%-36s", result->mixer);
  print_ratio (report, result, first, FIGURE_WALL);
  print_ratio (report, result, first, FIGURE_CPU);
  g_print (" %8.2f %8.2f %9.0f %8.0f %11.1f %7.1f\n",
      spreads[FIGURE_DELAY].median, spreads[FIGURE_DELAY_MOST].most,
      spreads[FIGURE_PEAK].median, spreads[FIGURE_RESTING].median,
      spreads[FIGURE_ON_ARRIVAL].median, spreads[FIGURE_COPIED].median);
}

static void
append_csv (Report * report, const gchar * name, const Result * result)
{
  const Options *options = report->options;

  for (gint round = 0; round < options->rounds; round++) {
    machine_append_csv (&report->machine, report->csv);
    g_string_append_printf (report->csv, ",%d,%d,%d,%d,%s,%s,%d", options->pads,
        options->width, options->height, options->strips, name, result->mixer,
        round + 1);
    for (guint i = 0; i < N_FIGURES; i++)
      g_string_append_printf (report->csv, ",%g",
          result->rounds[round].values[i]);
    g_string_append_c (report->csv, '\n');
  }
}

void
report_add (Report * report, const gchar * name, const gchar * title,
    const Result * results, guint n_results)
{
  g_print ("\n%-36s %-23s %5s  %-23s %5s  %8s %8s %9s %8s %11s %7s\n", title,
      "wall ms/strip", "ratio", "CPU ms/strip", "ratio", "delay ms", "worst",
      "peak MiB", "resting", "% on arrival", "copied");
  for (guint i = 0; i < n_results; i++) {
    print_result (report, &results[i], &results[0]);
    append_csv (report, name, &results[i]);
  }
}

gboolean
report_write_csv (const Report * report, const gchar * path, GError ** error)
{
  return g_file_set_contents (path, report->csv->str, report->csv->len, error);
}
