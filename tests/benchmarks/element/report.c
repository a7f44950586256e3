/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "report.h"

#include "../common/stats.h"

#define MIB (1024.0 * 1024.0)

typedef gdouble (*FigureFunc) (const Figures * figures);

static gdouble
get_wall_ms (const Figures * figures)
{
  return figures->wall_ms;
}

static gdouble
get_cpu_ms (const Figures * figures)
{
  return figures->cpu_ms;
}

static gdouble
get_negotiated_ms (const Figures * figures)
{
  return figures->negotiated_ms;
}

static gdouble
get_first_ms (const Figures * figures)
{
  return figures->first_ms;
}

static gdouble
get_faults (const Figures * figures)
{
  return figures->faults;
}

static Spread
spread_of_rounds (const Result * result, gint n_rounds, FigureFunc get)
{
  gdouble *values = g_new (gdouble, n_rounds);
  Spread spread;

  for (gint i = 0; i < n_rounds; i++)
    values[i] = get (&result->rounds[i]);
  spread = spread_of (values, n_rounds);

  g_free (values);
  return spread;
}

void
report_print_head (const Report * report)
{
  const Options *options = report->options;

  machine_print (&report->machine);
  for (guint i = 0; i < report->n_results; i++) {
    const Result *result = &report->results[i];

    g_print ("element   %s: kernel %s, copying threads %s\n", result->name,
        result->setup.kernel, result->setup.threads);
  }
  g_print ("input     %d pads of %dx%d RGBA, %d frames in turn: %.1f MiB\n",
      options->pads, options->width, options->height, options->ring,
      report->frames_bytes / MIB);
  g_print ("output    strips of %.1f MiB; %d rounds of %d strips after %d\n",
      report->frames_bytes / MIB / options->ring, options->rounds,
      options->strips, WARM_UP);
  if (options->as_is)
    g_print ("as is     compositor paints a background and blends\n");
  if (options->strips_pool > 0)
    g_print ("pool      strips=%d\n", options->strips_pool);
}

static void
print_spread (const Result * result, gint n_rounds, FigureFunc get)
{
  Spread spread = spread_of_rounds (result, n_rounds, get);
  gchar *text = g_strdup_printf ("%.2f (%.2f-%.2f)", spread.median,
      spread.least, spread.most);

  g_print (" %-25s", text);
  g_free (text);
}

static void
print_result (const Result * result, gint n_rounds)
{
  g_print ("%-12s", result->name);
  print_spread (result, n_rounds, get_wall_ms);
  print_spread (result, n_rounds, get_cpu_ms);
  print_spread (result, n_rounds, get_negotiated_ms);
  print_spread (result, n_rounds, get_first_ms);
  print_spread (result, n_rounds, get_faults);
  g_print (" %.1f\n", result->peak_bytes / MIB);
}

static void
print_tiles (const Result * result, gint n_rounds)
{
  const Tiles *last = &result->rounds[n_rounds - 1].tiles;

  if (last->copied + last->kept + last->background == 0)
    return;
  g_print ("%s says of its last round's tiles: %" G_GUINT64_FORMAT
      " copied, of these %" G_GUINT64_FORMAT " on arrival, %" G_GUINT64_FORMAT
      " kept, %" G_GUINT64_FORMAT " background\n", result->name, last->copied,
      last->on_arrival, last->kept, last->background);
}

static void
print_ratio (const gchar * what, const Result * other, const Result * first,
    gint n_rounds, FigureFunc get)
{
  g_print ("%s: %s / %s = %.2f\n", what, other->name, first->name,
      spread_of_rounds (other, n_rounds, get).median /
      spread_of_rounds (first, n_rounds, get).median);
}

void
report_print_table (const Report * report)
{
  gint n_rounds = report->options->rounds;
  const Result *first = &report->results[0];

  g_print ("\nmedian of the rounds (least-most); the frames are %.1f MiB of "
      "every peak\n%-12s %-25s %-25s %-25s %-25s %-25s %s\n",
      report->frames_bytes / MIB, "", "wall ms/strip", "CPU ms/strip",
      "negotiated ms", "first strip ms", "page faults/strip", "peak MiB");
  for (guint i = 0; i < report->n_results; i++)
    print_result (&report->results[i], n_rounds);
  g_print ("\n");
  for (guint i = 0; i < report->n_results; i++)
    print_tiles (&report->results[i], n_rounds);
  for (guint i = 1; i < report->n_results; i++) {
    print_ratio ("wall", &report->results[i], first, n_rounds, get_wall_ms);
    print_ratio ("CPU", &report->results[i], first, n_rounds, get_cpu_ms);
  }
}

static void
append_context (GString * csv, const Report * report, const Result * result)
{
  const Options *options = report->options;

  machine_append_csv (&report->machine, csv);
  g_string_append_printf (csv, ",%s,%s,%s,%d,%d,%d,%d,%d,%d", result->name,
      result->setup.kernel, result->setup.threads, options->pads,
      options->width, options->height, options->ring, options->strips_pool,
      options->strips);
}

static void
append_round (GString * csv, const Report * report, const Result * result,
    gint round)
{
  const Figures *figures = &result->rounds[round];

  append_context (csv, report, result);
  g_string_append_printf (csv, ",%d,%.4f,%.4f,%.3f,%.3f,%.3f", round + 1,
      figures->wall_ms, figures->cpu_ms, figures->negotiated_ms,
      figures->first_ms, figures->faults);
  g_string_append_printf (csv, ",%" G_GSIZE_FORMAT ",%" G_GSIZE_FORMAT
      ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT
      ",%" G_GUINT64_FORMAT "\n", result->peak_bytes, report->frames_bytes,
      figures->tiles.copied, figures->tiles.on_arrival, figures->tiles.kept,
      figures->tiles.background);
}

gboolean
report_write_csv (const Report * report, const gchar * path, GError ** error)
{
  GString *csv = g_string_new (REPORT_CSV_HEADER "\n");
  gboolean written;

  for (guint i = 0; i < report->n_results; i++) {
    for (gint round = 0; round < report->options->rounds; round++)
      append_round (csv, report, &report->results[i], round);
  }
  written = g_file_set_contents (path, csv->str, csv->len, error);

  g_string_free (csv, TRUE);
  return written;
}
