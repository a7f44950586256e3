/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whole pipelines, from sources that draw or convert their frames to a strip that
 * goes nowhere: what writing in place is good for. ntmosaic with it and without,
 * and compositor. Each run is in a process of its own, for its CPU time and its
 * peak of memory; they take turns. */

#include <gst/gst.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../common/machine.h"
#include "../common/stats.h"

/* Nothing that works takes longer. */
#define PATIENCE (300 * GST_SECOND)

#define MAX_ROUNDS 100

/* Of the first pad. */
#define RATE 30

typedef struct
{
  const gchar *name;
  const gchar *format;
  const gchar *more;            /* elements behind the source */
  gint other_rate;              /* of the other pads */
} Source;

static const Source sources[] = {
  {"drawn in RGBA", "RGBA", "", RATE},
  {"drawn in I420 and converted", "I420",
      "! videoconvert ! video/x-raw,format=RGBA", RATE},
  {"drawn in RGBA, all but one at 1 fps", "RGBA", "", 1},
};

/* What is compared; the first is what the others are compared with. */
static const gchar *const mixers[] = {
  "ntmosaic", "ntmosaic in-place=never", "compositor",
  "compositor background=transparent",
};

typedef struct
{
  gdouble wall;                 /* seconds, from PLAYING to EOS */
  gdouble cpu;                  /* seconds, of the process */
  gdouble peak;                 /* MiB */
  gdouble in_place;             /* percent of all tiles */
  gdouble copied;               /* the same */
} Figures;

typedef struct
{
  gint pads;
  gint size;
  gint frames;
  gint rounds;
  gchar *csv;
  gchar *run;                   /* a pipeline: measure it and say the figures */
} Options;

/* ---- One run, in a process of its own ---- */

static gdouble
seconds (struct timeval time)
{
  return time.tv_sec + time.tv_usec / 1e6;
}

/* Percentages of all tiles; 0 where there are no statistics. */
static void
get_stats (GstElement * pipeline, Figures * figures)
{
  GstElement *mixer = gst_bin_get_by_name (GST_BIN (pipeline), "mixer");
  GstStructure *stats = NULL;
  guint64 strips = 0;
  guint64 in_place = 0;
  guint64 copied = 0;

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (mixer), "stats"))
    g_object_get (mixer, "stats", &stats, NULL);
  if (stats) {
    gst_structure_get (stats, "strips", G_TYPE_UINT64, &strips,
        "tiles-in-place", G_TYPE_UINT64, &in_place,
        "tiles-copied", G_TYPE_UINT64, &copied, NULL);
    gst_structure_free (stats);
    figures->in_place = 100.0 * in_place / (strips * GST_ELEMENT (mixer)
        ->numsinkpads);
    figures->copied = 100.0 * copied / (strips * GST_ELEMENT (mixer)
        ->numsinkpads);
  }
  gst_object_unref (mixer);
}

static gboolean
play (GstElement * pipeline, gdouble * wall, GError ** error)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  const gint64 start = g_get_monotonic_time ();
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  *wall = (g_get_monotonic_time () - start) / 1e6;
  gst_object_unref (bus);

  if (message == NULL)
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "the pipeline does not end");
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, error, NULL);
  g_clear_pointer (&message, gst_message_unref);

  return *error == NULL;
}

static gboolean
run_here (const gchar * line, GError ** error)
{
  GstElement *pipeline = gst_parse_launch_full (line, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  Figures figures = { 0, };
  struct rusage usage;

  if (pipeline == NULL || !play (pipeline, &figures.wall, error))
    return FALSE;

  getrusage (RUSAGE_SELF, &usage);
  get_stats (pipeline, &figures);
  g_print ("%g %g %g %g %g\n", figures.wall,
      seconds (usage.ru_utime) + seconds (usage.ru_stime),
      usage.ru_maxrss / 1024.0, figures.in_place, figures.copied);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  return TRUE;
}

/* ---- All runs ---- */

static void
append_source (GString * line, const Options * options, const Source * source,
    gint i)
{
  const gint rate = i == 0 ? RATE : source->other_rate;

  g_string_append_printf (line, " videotestsrc num-buffers=%d ! video/x-raw,"
      "format=%s,width=%d,height=%d,framerate=%d/1 %s ! mixer.sink_%d",
      MAX (options->frames * rate / RATE, 1), source->format, options->size,
      options->size, rate, source->more, i);
}

static gchar *
make_line (const Options * options, const Source * source, const gchar * mixer)
{
  const gboolean places = g_str_has_prefix (mixer, "compositor");
  GString *line = g_string_new (mixer);
  gint i;

  g_string_append (line, " name=mixer");
  for (i = 0; places && i < options->pads; i++)
    g_string_append_printf (line, " sink_%d::xpos=%d sink_%d::operator=source",
        i, i * options->size, i);
  g_string_append (line, " ! video/x-raw,format=RGBA ! fakesink");
  for (i = 0; i < options->pads; i++)
    append_source (line, options, source, i);

  return g_string_free (line, FALSE);
}

static gboolean
run (const gchar * program, const gchar * line, Figures * figures,
    GError ** error)
{
  const gchar *argv[] = { program, "--run", line, NULL };
  gchar *output = NULL;
  gint status;
  gboolean ran = g_spawn_sync (NULL, (gchar **) argv, NULL, 0, NULL, NULL,
      &output, NULL, &status, error) && g_spawn_check_wait_status (status,
      error);

  if (ran && sscanf (output, "%lf %lf %lf %lf %lf", &figures->wall, &figures->cpu,
          &figures->peak, &figures->in_place, &figures->copied) != 5) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "no figures: %s", output);
    ran = FALSE;
  }
  g_free (output);

  return ran;
}

typedef struct
{
  Figures rounds[G_N_ELEMENTS (mixers)][MAX_ROUNDS];
} Results;

/* Every second round goes backwards, so that none is always the one that comes
 * after the other. */
static gboolean
run_all (const Options * options, const gchar * program, const Source * source,
    Results * results, GError ** error)
{
  gboolean ran = TRUE;
  gint round;
  guint i;

  for (round = 0; ran && round < options->rounds; round++)
    for (i = 0; ran && i < G_N_ELEMENTS (mixers); i++) {
      const guint turn = round % 2 ? G_N_ELEMENTS (mixers) - 1 - i : i;
      gchar *line = make_line (options, source, mixers[turn]);

      ran = run (program, line, &results->rounds[turn][round], error);
      g_free (line);
    }

  return ran;
}

static void
get_values (const Figures * rounds, gint n_rounds, gsize field,
    gdouble * values)
{
  gint i;

  for (i = 0; i < n_rounds; i++)
    values[i] = G_STRUCT_MEMBER (gdouble, &rounds[i], field);
}

static void
report_mixer (const Options * options, const Source * source,
    const Results * results, guint i, const Machine * machine, GString * csv)
{
  static const gsize fields[] = {
    G_STRUCT_OFFSET (Figures, wall), G_STRUCT_OFFSET (Figures, cpu),
  };
  gdouble values[MAX_ROUNDS];
  gdouble ours[MAX_ROUNDS];
  Spread spreads[G_N_ELEMENTS (fields)];
  gdouble ratios[G_N_ELEMENTS (fields)];
  const Figures *last = &results->rounds[i][options->rounds - 1];
  guint f;

  for (f = 0; f < G_N_ELEMENTS (fields); f++) {
    get_values (results->rounds[0], options->rounds, fields[f], ours);
    get_values (results->rounds[i], options->rounds, fields[f], values);
    ratios[f] = median_ratio (values, ours, options->rounds);
    spreads[f] = spread_of (values, options->rounds);
  }

  g_print ("%-34s %6.2f (%.2f-%.2f) %5.2f   %6.2f (%.2f-%.2f) %5.2f   %6.0f   "
      "%5.1f   %5.1f\n", mixers[i], spreads[0].median, spreads[0].least,
      spreads[0].most, ratios[0], spreads[1].median, spreads[1].least,
      spreads[1].most, ratios[1], last->peak, last->in_place, last->copied);

  machine_append_csv (machine, csv);
  g_string_append_printf (csv, ",%d,%d,%d,%d,\"%s\",%s", options->pads,
      options->size, options->frames, options->rounds, source->name,
      mixers[i]);
  for (f = 0; f < G_N_ELEMENTS (fields); f++)
    g_string_append_printf (csv, ",%g,%g,%g,%g", spreads[f].median,
        spreads[f].least, spreads[f].most, ratios[f]);
  g_string_append_printf (csv, ",%g,%g,%g\n", last->peak, last->in_place,
      last->copied);
}

static gboolean
compare (const Options * options, const gchar * program, GError ** error)
{
  GString *csv = g_string_new (MACHINE_CSV_HEADER ",pads,size,frames,rounds,"
      "source,mixer,wall_s,wall_least,wall_most,wall_ratio,cpu_s,cpu_least,"
      "cpu_most,cpu_ratio,peak_mib,in_place_percent,"
      "copied_percent\n");
  Results *results = g_new0 (Results, 1);
  gboolean done = TRUE;
  Machine machine;
  guint s;
  guint i;

  machine_init (&machine);
  machine_print (&machine);
  g_print ("%d pads of %dx%d, %d strips, %d rounds; ratios to the first line\n",
      options->pads, options->size, options->size, options->frames,
      options->rounds);

  for (s = 0; done && s < G_N_ELEMENTS (sources); s++) {
    done = run_all (options, program, &sources[s], results, error);
    if (!done)
      break;
    g_print ("\n%-34s %s\n", sources[s].name, "wall s, ratio              CPU s, "
        "ratio              peak MiB  % in place  copied");
    for (i = 0; i < G_N_ELEMENTS (mixers); i++)
      report_mixer (options, &sources[s], results, i, &machine, csv);
  }

  if (done && options->csv)
    done = g_file_set_contents (options->csv, csv->str, csv->len, error);
  machine_clear (&machine);
  g_string_free (csv, TRUE);
  g_free (results);

  return done;
}

static gboolean
parse_options (Options * options, int *argc, char ***argv, GError ** error)
{
  const GOptionEntry entries[] = {
    {"pads", 0, 0, G_OPTION_ARG_INT, &options->pads, "Sources (50)", "N"},
    {"size", 0, 0, G_OPTION_ARG_INT, &options->size,
        "Width and height of a tile in pixels (1024)", "N"},
    {"frames", 0, 0, G_OPTION_ARG_INT, &options->frames,
        "Strips in each run (200)", "N"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &options->rounds,
        "Rounds; all take turns in each (3)", "N"},
    {"csv", 0, 0, G_OPTION_ARG_FILENAME, &options->csv,
        "Write the figures to FILE", "FILE"},
    {"run", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &options->run,
        NULL, NULL},
    {NULL}
  };
  GOptionContext *context = g_option_context_new ("- in place or not");
  gboolean parsed;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, argc, argv, error);
  g_option_context_free (context);

  if (parsed && (options->pads < 1 || options->pads > 1000 || options->size < 1
          || options->frames < 1 || options->rounds < 1
          || options->rounds > MAX_ROUNDS)) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "1 to 1000 pads, 1 to %d rounds, and not less than one frame of one "
        "pixel", MAX_ROUNDS);
    return FALSE;
  }

  return parsed;
}

int
main (int argc, char **argv)
{
  Options options = {.pads = 50,.size = 1024,.frames = 200,.rounds = 3 };
  GError *error = NULL;
  gboolean done = parse_options (&options, &argc, &argv, &error);

  if (done)
    done = options.run ? run_here (options.run, &error)
        : compare (&options, argv[0], &error);
  if (!done)
    g_printerr ("%s\n", error->message);

  g_clear_error (&error);
  g_free (options.csv);
  g_free (options.run);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
