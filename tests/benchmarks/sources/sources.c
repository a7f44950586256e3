/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whole pipelines, from sources that draw or convert their frames to a strip
 * that goes nowhere: what copying on arrival is good for. ntmosaic with it and
 * without, and compositor. Each run is in a process of its own; they take
 * turns. */

#include "fastsrc.h"
#include "report.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct
{
  const gchar *name;            /* for --sources */
  const gchar *title;
  const gchar *element;
  const gchar *format;
  const gchar *more;            /* elements behind the source */
  gint other_rate;              /* of all pads but the first */
} Source;

static const Source sources[] = {
  {"fast", "filled, a memset for each row", "benchfastsrc", "RGBA", "",
      RUN_RATE},
  {"paced", "filled when the strip before has left", "benchfastsrc paced=true",
      "RGBA", "", RUN_RATE},
  {"drawn", "drawn in RGBA", "videotestsrc", "RGBA", "", RUN_RATE},
  {"converted", "drawn in I420 and converted", "videotestsrc", "I420",
      "! videoconvert ! video/x-raw,format=RGBA", RUN_RATE},
  {"slow", "drawn in RGBA, all but one at 1 fps", "videotestsrc", "RGBA", "",
      1},
};

/* What is compared; the first is what the others are compared with. */
static const gchar *const mixers[] = {
  "ntmosaic", "ntmosaic copy-on-arrival=false", "compositor",
  "compositor background=transparent",
};

static void
append_source (GString * line, const Options * options, const Source * source,
    gint i)
{
  const gint rate = i == 0 ? RUN_RATE : source->other_rate;

  g_string_append_printf (line, " %s num-buffers=%d ! video/x-raw,"
      "format=%s,width=%d,height=%d,framerate=%d/1 %s ! mixer.sink_%d",
      source->element, MAX (options->strips * rate / RUN_RATE, 1),
      source->format, options->width, options->height, rate, source->more, i);
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
        i, i * options->width, i);
  g_string_append (line,
      " ! video/x-raw,format=RGBA ! fakesink enable-last-sample=false");
  for (i = 0; i < options->pads; i++)
    append_source (line, options, source, i);

  return g_string_free (line, FALSE);
}

/* Every second round goes backwards, so that none is always the one that comes
 * after the other. */
static gboolean
run_all (const Options * options, const Source * source, Result * results,
    GError ** error)
{
  gboolean ran = TRUE;
  gint round;
  guint i;

  for (round = 0; ran && round < options->rounds; round++)
    for (i = 0; ran && i < G_N_ELEMENTS (mixers); i++) {
      const guint turn = round % 2 ? G_N_ELEMENTS (mixers) - 1 - i : i;
      gchar *line = make_line (options, source, mixers[turn]);

      ran = run_in_child (line, options->strips,
          &results[turn].rounds[round], error);
      g_free (line);
    }

  return ran;
}

static gboolean
is_asked_for (const Options * options, const Source * source)
{
  return options->sources == NULL
      || g_strv_contains ((const gchar * const *) options->sources,
      source->name);
}

static gboolean
compare (const Options * options, GError ** error)
{
  Result results[G_N_ELEMENTS (mixers)];
  gboolean done = TRUE;
  Report report;
  guint i;

  report_init (&report, options);
  for (i = 0; i < G_N_ELEMENTS (mixers); i++) {
    results[i].mixer = mixers[i];
    results[i].rounds = g_new0 (Figures, options->rounds);
  }

  for (i = 0; done && i < G_N_ELEMENTS (sources); i++) {
    if (!is_asked_for (options, &sources[i]))
      continue;
    done = run_all (options, &sources[i], results, error);
    if (done)
      report_add (&report, sources[i].name, sources[i].title, results,
          G_N_ELEMENTS (mixers));
  }
  if (done && options->csv)
    done = report_write_csv (&report, options->csv, error);

  for (i = 0; i < G_N_ELEMENTS (mixers); i++)
    g_free (results[i].rounds);
  report_clear (&report);

  return done;
}

static gboolean
is_source (const gchar * name)
{
  gboolean found = FALSE;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sources); i++)
    found |= g_str_equal (name, sources[i].name);

  return found;
}

static gboolean
check (Options * options, const gchar * size, const gchar * names,
    GError ** error)
{
  gchar rest;
  guint i;

  if (size && sscanf (size, "%dx%d%c", &options->width, &options->height,
          &rest) != 2) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--size=%s is not like 1024x1024", size);
    return FALSE;
  }
  if (names)
    options->sources = g_strsplit (names, ",", -1);
  for (i = 0; names && options->sources[i]; i++)
    if (!is_source (options->sources[i])) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "--sources: there is no %s", options->sources[i]);
      return FALSE;
    }

  if (options->pads < 1 || options->pads > 1000 || options->width < 1
      || options->width > 65536 || options->height < 1
      || options->strips < 2 || options->rounds < 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "1 to 1000 pads, 1 to 65536 pixels of width, and not less than 2 "
        "strips and 1 round");
    return FALSE;
  }

  return TRUE;
}

static gboolean
parse_options (Options * options, int *argc, char ***argv, GError ** error)
{
  gchar *size = NULL;
  gchar *names = NULL;
  const GOptionEntry entries[] = {
    {"pads", 0, 0, G_OPTION_ARG_INT, &options->pads, "Sources (50)", "N"},
    {"size", 0, 0, G_OPTION_ARG_STRING, &size,
        "Width and height of a tile in pixels (1024x1024)", "WxH"},
    {"strips", 0, 0, G_OPTION_ARG_INT, &options->strips,
        "Strips in each run (200)", "N"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &options->rounds,
        "Rounds; all take turns in each (3)", "N"},
    {"sources", 0, 0, G_OPTION_ARG_STRING, &names,
        "Only these (fast,paced,drawn,converted,slow)", "A,B,..."},
    {"csv", 0, 0, G_OPTION_ARG_FILENAME, &options->csv,
        "Write one line per mixer and round to FILE", "FILE"},
    {"run", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &options->run,
        NULL, NULL},
    {.long_name = NULL}
  };
  GOptionContext *context =
      g_option_context_new ("- copied on arrival or not");
  gboolean parsed;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, argc, argv, error)
      && check (options, size, names, error);
  g_option_context_free (context);
  g_free (size);
  g_free (names);

  return parsed;
}

int
main (int argc, char **argv)
{
  Options options = {.pads = 50,.width = 1024,.height = 1024,.strips = 200,
    .rounds = 3
  };
  GError *error = NULL;
  gboolean done = parse_options (&options, &argc, &argv, &error);

  if (done)
    fast_src_register ();
  if (done)
    done = options.run ? run_here (options.run, options.strips, &error)
        : compare (&options, &error);
  if (!done)
    g_printerr ("%s\n", error->message);

  g_clear_error (&error);
  g_strfreev (options.sources);
  g_free (options.csv);
  g_free (options.run);

  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
