/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "report.h"

#include "../common/stats.h"
#include "copy/copy.h"

#include <math.h>
#include <string.h>

#define MIB ((gdouble) (1 << 20))

/* By so much auto may be behind the better of always and never. */
#define AUTO_MARGIN 1.03

/* What is slower in so many of the rounds is not so by chance: 8 of 9 are 2 %
 * likely where both are the same. */
#define SURE_ROUNDS 0.85

/* Strips below are told in microseconds. */
#define MS_BYTES ((gsize) 8 << 20)

/* One line of the table. */
typedef struct
{
  const gchar *kernel;
  guint n_threads;
  const gchar *mode;
  guint n_rounds;
  const gdouble *ms[N_WAYS];    /* of each round; NULL = not measured */
  Spread spreads[N_WAYS];
} Line;

void
report_init (Report * report, const Options * options)
{
  report->options = options;
  machine_init (&report->machine);
  report->csv = g_string_new (MACHINE_CSV_HEADER ",llc_bytes,frame_pages,"
      "kernel,tile_width,tile_height,tiles,strip_bytes,threads,mode,way,"
      "rounds,median_ms,least_ms,most_ms,of_limit\n");
  report->n_lines = 0;
  report->worse = g_ptr_array_new_with_free_func (g_free);
}

void
report_clear (Report * report)
{
  machine_clear (&report->machine);
  g_string_free (report->csv, TRUE);
  g_ptr_array_unref (report->worse);
}

void
report_print_head (const Report * report)
{
  const Options *options = report->options;
  const gchar *best =
      ntm_kernel_find (NULL, ntm_cpu_features (), NULL)->name;

  machine_print (&report->machine);
  g_print ("cache     last level %.1f MiB\n", ntm_llc_bytes () / MIB);
  g_print ("frames    in %s pages; %d sets in turn, 1 for strips that are "
      "large beside the cache\n", options->huge ? "huge" : "malloc's",
      options->ring);
  g_print ("limit     one piece of as many bytes, kernel %s; the faster of "
      "streaming and cached\n", best);
  g_print ("rounds    %d; medians (least-most), ratios are medians over the "
      "rounds\n", options->rounds);
}

void
report_print_cell (const Material * material)
{
  g_print ("\n%u x %ux%u, %.2f MiB, %s\n%-7s %3s %-10s", material->n_tiles,
      material->tile_width, material->tile_height,
      material->strip_bytes / MIB,
      material->strip_bytes < MS_BYTES ? "us" : "ms", "kernel", "thr", "");
  for (Way way = 0; way < N_WAYS; way++)
    g_print (" %-22s", way_names[way]);
  g_print (" %8s %8s %8s %8s\n", "of limit", "x memcpy", "x never",
      "auto/best");
}

/* How many times as fast @way is as @other; NAN if it is not known. */
static gdouble
speed (const Line * line, Way way, Way other)
{
  if (line->ms[way] == NULL || line->ms[other] == NULL)
    return NAN;
  return median_ratio (line->ms[other], line->ms[way], line->n_rounds);
}

static Way
faster (const Line * line, Way one, Way other)
{
  return line->spreads[one].median <= line->spreads[other].median ? one : other;
}

static Way
limit_of (const Line * line)
{
  return faster (line, WAY_CONTIGUOUS, WAY_CONTIGUOUS_CACHED);
}

/* What the ratios speak of. */
static Way
subject_of (const Line * line)
{
  for (Way way = WAY_AUTO; way < WAY_NEVER; way++) {
    if (line->ms[way] != NULL)
      return way;
  }
  return WAY_NEVER;
}

static void
print_times (const Line * line, gdouble unit_ms)
{
  for (Way way = 0; way < N_WAYS; way++) {
    const Spread *spread = &line->spreads[way];
    gchar *text = line->ms[way] == NULL ? g_strdup ("-")
        : g_strdup_printf ("%.2f (%.2f-%.2f)", spread->median / unit_ms,
        spread->least / unit_ms, spread->most / unit_ms);

    g_print (" %-22s", text);
    g_free (text);
  }
}

/* As of time: 1.00 is as good as the better one. */
static gdouble
auto_of_best (const Line * line)
{
  if (line->ms[WAY_ALWAYS] == NULL || line->ms[WAY_NEVER] == NULL)
    return NAN;
  return 1 / speed (line, WAY_AUTO, faster (line, WAY_ALWAYS, WAY_NEVER));
}

static void
print_ratio (gdouble ratio)
{
  if (isnan (ratio))
    g_print (" %8s", "-");
  else
    g_print (" %8.3f", ratio);
}

static gboolean
is_surely_worse (const Line * line)
{
  const gdouble *ms = line->ms[WAY_AUTO];
  const gdouble *best = line->ms[faster (line, WAY_ALWAYS, WAY_NEVER)];
  guint n_slower = 0;

  for (guint i = 0; i < line->n_rounds; i++)
    n_slower += ms[i] > best[i];
  return n_slower >= SURE_ROUNDS * line->n_rounds;
}

static void
note_worse (Report * report, const Material * material, const Line * line,
    gdouble auto_cost)
{
  g_ptr_array_add (report->worse,
      g_strdup_printf ("%u x %ux%u, %s, %u threads, %s: %.1f %% behind %s%s",
          material->n_tiles, material->tile_width, material->tile_height,
          line->kernel, line->n_threads, line->mode, 100 * (auto_cost - 1),
          way_names[faster (line, WAY_ALWAYS, WAY_NEVER)],
          is_surely_worse (line) ? "" : ", not in all rounds: noise?"));
}

static void
print_line (Report * report, const Material * material, const Line * line)
{
  const Way subject = subject_of (line);
  const gdouble auto_cost = auto_of_best (line);
  const gboolean worse = auto_cost > AUTO_MARGIN;

  g_print ("%-7s %3u %-10s", line->kernel, line->n_threads, line->mode);
  print_times (line, material->strip_bytes < MS_BYTES ? 1e-3 : 1);
  print_ratio (speed (line, subject, limit_of (line)));
  print_ratio (speed (line, subject, WAY_MEMCPY));
  print_ratio (speed (line, subject, WAY_NEVER));
  print_ratio (auto_cost);
  g_print ("%s\n", !worse ? "" : is_surely_worse (line) ? "!" : "?");

  report->n_lines += !isnan (auto_cost);
  if (worse)
    note_worse (report, material, line, auto_cost);
}

static void
append_line (Report * report, const Material * material, const Line * line)
{
  for (Way way = 0; way < N_WAYS; way++) {
    const Spread *spread = &line->spreads[way];

    if (line->ms[way] == NULL)
      continue;
    machine_append_csv (&report->machine, report->csv);
    g_string_append_printf (report->csv, ",%zu,%s,%s,%u,%u,%u,%"
        G_GSIZE_FORMAT ",%u,%s,%s,%u,%.5f,%.5f,%.5f,%.4f\n", ntm_llc_bytes (),
        report->options->huge ? "huge" : "malloc", line->kernel,
        material->tile_width, material->tile_height, material->n_tiles,
        material->strip_bytes, line->n_threads, line->mode, way_names[way],
        line->n_rounds, spread->median, spread->least, spread->most,
        speed (line, way, limit_of (line)));
  }
}

static void
fill_line (Line * line, const Options * options, Samples * samples,
    guint threads, Mode mode)
{
  line->n_threads = g_array_index (options->threads, guint, threads);
  line->mode = mode_names[mode];
  line->n_rounds = options->rounds;
  for (Way way = 0; way < N_WAYS; way++) {
    line->ms[way] = NULL;
    if (!options->ways[way])
      continue;
    line->ms[way] = samples_at (samples, threads, mode, way);
    line->spreads[way] = spread_of (line->ms[way], line->n_rounds);
  }
}

void
report_add (Report * report, const Cell * cell, const Material * material,
    const gchar * kernel, Samples * samples)
{
  const Options *options = report->options;
  Line line = {.kernel = kernel };

  for (guint i = 0; i < options->threads->len; i++) {
    for (Mode mode = 0; mode < N_MODES; mode++) {
      if (!cell->modes[mode])
        continue;
      fill_line (&line, options, samples, i, mode);
      print_line (report, material, &line);
      append_line (report, material, &line);
    }
  }
}

void
report_print_end (const Report * report)
{
  if (report->n_lines == 0)
    return;

  g_print ("\nauto is more than %.0f %% behind the better of always and never "
      "in %u of %u lines\n", 100 * (AUTO_MARGIN - 1), report->worse->len,
      report->n_lines);
  for (guint i = 0; i < report->worse->len; i++)
    g_print ("  %s\n", (const gchar *) report->worse->pdata[i]);
}

gboolean
report_write_csv (const Report * report, const gchar * path, GError ** error)
{
  return g_file_set_contents (path, report->csv->str, report->csv->len, error);
}
