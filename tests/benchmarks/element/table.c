/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "table.h"

#include "../common/child.h"
#include "../common/machine.h"
#include "../common/stats.h"
#include "report.h"

#include <glib/gstdio.h>

#include <string.h>
#include <unistd.h>

static const gint all_pads[] = { 1, 2, 10, 100, 400, 1000 };
static const gint all_sizes[] = { 16, 64, 256, 1024 };

/* A round should take about so long. What a strip costs is guessed: 10 GB/s and
 * 25 microseconds a pad. */
#define ROUND_SECONDS 0.5
#define GUESS_BYTES_PER_SECOND 10e9
#define GUESS_SECONDS_PER_PAD 25e-6

/* What is taken from the CSV of a case. */
enum
{
  WALL,
  CPU,
  NEGOTIATED,
  FIRST,
  PEAK,
  N_COLUMNS
};

static const gchar *const column_names[N_COLUMNS] = {
  "wall_ms", "cpu_ms", "negotiated_ms", "first_ms", "peak_bytes"
};

typedef struct
{
  const Options *options;
  GString *csv;                 /* of all cases */
  guint n_failed;
} Table;

/* The rounds of the two elements that a line compares. */
typedef struct
{
  GArray *rounds[N_COLUMNS];    /* of gdouble */
} Rounds;

static gdouble
strip_mib (const Options * options)
{
  return 4.0 * options->pads * options->width * options->height / (1 << 20);
}

static gint
choose_strips (const Options * options)
{
  const gdouble seconds =
      strip_mib (options) * (1 << 20) / GUESS_BYTES_PER_SECOND
      + options->pads * GUESS_SECONDS_PER_PAD;

  return CLAMP (ROUND_SECONDS / seconds, 10, 500);
}

/* With three frames a pad and the element's own pool of three if there is
 * memory for so much, with two and two if not. */
static gboolean
fit (Options * options)
{
  const gint pool = options->strips_pool > 0 ? options->strips_pool : 3;
  const gdouble strips = options->memory_mib / strip_mib (options);

  if (options->ring + pool <= strips)
    return TRUE;
  options->ring = 2;
  options->strips_pool = 2;
  return options->ring + options->strips_pool <= strips;
}

static void
rounds_init (Rounds * rounds)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    rounds->rounds[i] = g_array_new (FALSE, FALSE, sizeof (gdouble));
}

static void
rounds_clear (Rounds * rounds)
{
  for (guint i = 0; i < N_COLUMNS; i++)
    g_array_unref (rounds->rounds[i]);
}

/* The field of column @name. Counted from the end of the line: a CPU may have a
 * comma in its name. */
static const gchar *
field (gchar ** fields, const gchar * name)
{
  gchar **names = g_strsplit (REPORT_CSV_HEADER, ",", -1);
  guint from_end = g_strv_length (names);
  const guint n_fields = g_strv_length (fields);

  for (guint i = 0; names[i] != NULL && !g_str_equal (names[i], name); i++)
    from_end--;
  g_strfreev (names);

  return from_end <= n_fields ? fields[n_fields - from_end] : "";
}

static void
take_line (const gchar * line, const Options * options, Rounds * both)
{
  gchar **fields = g_strsplit (line, ",", -1);

  for (guint i = 0; i < 2; i++) {
    if (!g_str_equal (field (fields, "element"), options->elements[i]))
      continue;
    for (guint column = 0; column < N_COLUMNS; column++) {
      const gchar *text = field (fields, column_names[column]);
      gdouble value = g_ascii_strtod (text, NULL);

      g_array_append_val (both[i].rounds[column], value);
    }
  }
  g_strfreev (fields);
}

static void
take_csv (Table * table, const gchar * text, Rounds * both)
{
  gchar **lines = g_strsplit (text, "\n", -1);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
    if (lines[i][0] == '\0')
      continue;
    g_string_append_printf (table->csv, "%s\n", lines[i]);
    take_line (lines[i], table->options, both);
  }
  g_strfreev (lines);
}

static gdouble
middle (const Rounds * rounds, guint column)
{
  const GArray *values = rounds->rounds[column];

  return spread_of ((const gdouble *) values->data, values->len).median;
}

/* How many times as much the second takes. */
static gdouble
ratio (const Rounds * both, guint column)
{
  return median_ratio ((const gdouble *) both[1].rounds[column]->data,
      (const gdouble *) both[0].rounds[column]->data,
      both[0].rounds[column]->len);
}

static void
print_pair (const Rounds * both, guint column, gint decimals, gdouble unit)
{
  g_print (" | %8.*f %8.*f %6.2f", decimals, middle (&both[0], column) / unit,
      decimals, middle (&both[1], column) / unit, ratio (both, column));
}

static void
print_row (const Options * options, const Rounds * both)
{
  const gdouble wall_ms = middle (&both[0], WALL);

  print_pair (both, WALL, 3, 1);
  print_pair (both, CPU, 3, 1);
  print_pair (both, NEGOTIATED, 1, 1);
  print_pair (both, FIRST, 1, 1);
  print_pair (both, PEAK, 0, 1 << 20);
  g_print (" | %6.1f %6.1f\n", wall_ms * 1000 / options->pads,
      (middle (&both[0], FIRST) - wall_ms) * 1000 / options->pads);
}

static void
print_heading (const Options * options)
{
  const gchar *names[] = {
    "wall ms/strip", "CPU ms/strip", "negotiated ms", "first strip ms",
    "peak MiB"
  };

  g_print ("\nmedians of %d rounds; 1: %s, 2: %s, and how many times as much "
      "it takes; us/pad of 1:\na steady strip, and what the first takes beyond "
      "it\n\n%24s", options->rounds, options->elements[0],
      options->elements[1], "");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_print (" | %-24s", names[i]);
  g_print (" | us/pad\n%5s %9s %8s", "pads", "tile", "MiB");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_print (" | %8s %8s %6s", "1", "2", "2/1");
  g_print (" | %6s %6s\n", "steady", "first");
}

/* Runs one case; its CSV in @text. */
static gboolean
run_case (const Options * options, gchar ** text)
{
  gchar *path = NULL;
  const gint fd = g_file_open_tmp ("bench-element-XXXXXX", &path, NULL);
  gchar **arguments;
  gboolean done;
  gchar *output;

  if (fd < 0)
    return FALSE;
  close (fd);
  arguments = options_for_case (options, path);
  output = child_run ((const gchar * const *) arguments, NULL);
  done = output != NULL && g_file_get_contents (path, text, NULL, NULL);

  g_unlink (path);
  g_strfreev (arguments);
  g_free (output);
  g_free (path);
  return done;
}

static void
measure_case (Table * table, const Options * options)
{
  gchar *text = NULL;
  Rounds both[2];

  if (!run_case (options, &text)) {
    g_print (" | failed\n");
    table->n_failed++;
    return;
  }
  rounds_init (&both[0]);
  rounds_init (&both[1]);
  take_csv (table, text, both);
  print_row (options, both);

  rounds_clear (&both[0]);
  rounds_clear (&both[1]);
  g_free (text);
}

static void
do_case (Table * table, gint pads, gint size)
{
  Options options = *table->options;

  options.pads = pads;
  options.width = size;
  options.height = size;
  g_print ("%5d %4dx%-4d %8.2f", pads, size, size, strip_mib (&options));

  if (!options_check_geometry (&options, NULL) || !fit (&options)) {
    g_print (" | left out: more memory than --memory=%" G_GINT64_FORMAT
        ", or than a strip can have\n", options.memory_mib);
    return;
  }
  if (options.strips == 0)
    options.strips = choose_strips (&options);
  measure_case (table, &options);
}

static void
print_machine (const Options * options)
{
  Machine machine;
  Setup setup;

  machine_init (&machine);
  machine_print (&machine);
  machine_clear (&machine);
  for (gchar ** name = options->elements; *name != NULL; name++) {
    if (!setup_init (&setup, *name, options->threads, NULL))
      continue;
    g_print ("element   %s: kernel %s, copying threads %s\n", *name,
        setup.kernel, setup.threads);
    setup_clear (&setup);
  }
}

gboolean
table_run (const Options * options, GError ** error)
{
  Table table = { options, NULL, 0 };
  gboolean written = TRUE;

  if (g_strv_length (options->elements) != 2) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--table compares two elements");
    return FALSE;
  }

  table.csv = g_string_new (REPORT_CSV_HEADER "\n");
  print_machine (options);
  print_heading (options);
  for (guint i = 0; i < G_N_ELEMENTS (all_sizes); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (all_pads); j++)
      do_case (&table, all_pads[j], all_sizes[i]);
  }
  if (options->csv != NULL)
    written = g_file_set_contents (options->csv, table.csv->str, table.csv->len,
        error);
  g_string_free (table.csv, TRUE);

  if (written && table.n_failed > 0) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "%u cases failed", table.n_failed);
    return FALSE;
  }
  return written;
}
