/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "options.h"

#include <gst/video/video.h>

#include <string.h>

static gboolean
check_range (const gchar * name, gint value, gint least, gint most,
    GError ** error)
{
  if (value >= least && value <= most)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--%s=%d is not between %d and %d", name, value, least, most);
  return FALSE;
}

gboolean
options_check_geometry (const Options * options, GError ** error)
{
  gint64 width = (gint64) options->pads * options->width;
  GstVideoInfo info;

  if (width <= G_MAXINT && gst_video_info_set_format (&info,
          GST_VIDEO_FORMAT_RGBA, (guint) width, (guint) options->height))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "GStreamer has no strips of %" G_GINT64_FORMAT "x%d", width,
      options->height);
  return FALSE;
}

/* The bounds keep every product of two options in 32 bits. */
static gboolean
check (const Options * options, GError ** error)
{
  return check_range ("pads", options->pads, 1, 10000, error)
      && check_range ("width", options->width, 1, G_MAXINT, error)
      && check_range ("height", options->height, 1, G_MAXINT, error)
      && check_range ("strips", options->strips, options->table ? 0 : 1,
      1000000, error)
      && check_range ("rounds", options->rounds, 1, 1000, error)
      && check_range ("ring", options->ring, 1, 1000, error)
      && check_range ("strips-pool", options->strips_pool, 0, 1000, error)
      && check_range ("threads", options->threads, 0, 1000, error)
      && options_check_geometry (options, error);
}

static gboolean
parse (Options * options, const gchar * elements_default, int *argc,
    char ***argv, GError ** error)
{
  gchar *elements = NULL;
  const GOptionEntry entries[] = {
    {"pads", 0, 0, G_OPTION_ARG_INT, &options->pads,
        "Tiles in a strip (100)", "N"},
    {"width", 0, 0, G_OPTION_ARG_INT, &options->width,
        "Width of a tile in pixels (1024)", "N"},
    {"height", 0, 0, G_OPTION_ARG_INT, &options->height,
        "Height of a tile in pixels (1024)", "N"},
    {"strips", 0, 0, G_OPTION_ARG_INT, &options->strips,
        "Strips that are measured in each round (40; --table: 10 to 500)",
        "N"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &options->rounds,
        "Rounds; the elements take turns in each (5)", "N"},
    {"ring", 0, 0, G_OPTION_ARG_INT, &options->ring,
        "Different frames per pad, handed out in turn (3)", "N"},
    {"strips-pool", 0, 0, G_OPTION_ARG_INT, &options->strips_pool,
        "The 'strips' property where there is one (its default)", "N"},
    {"threads", 0, 0, G_OPTION_ARG_INT, &options->threads,
        "ntmosaic's 'max-threads' property (its default)", "N"},
    {"as-is", 0, 0, G_OPTION_ARG_NONE, &options->as_is,
        "Let compositor paint a background and blend, as it does by default",
        NULL},
    {"table", 0, 0, G_OPTION_ARG_NONE, &options->table,
        "1 to 1000 pads of 16x16 to 1024x1024: one line per case", NULL},
    {"memory", 0, 0, G_OPTION_ARG_INT64, &options->memory_mib,
        "Leave out what needs more than so many MiB of it (8192)", "N"},
    {"elements", 0, 0, G_OPTION_ARG_STRING, &elements,
        "Compare others with the first (ntmosaic,compositor)", "A,B,..."},
    {"csv", 0, 0, G_OPTION_ARG_FILENAME, &options->csv,
        "Write one line per element and round to FILE", "FILE"},
    {"peak", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &options->peak,
        "Run this element once and print the peak of the process", "ELEMENT"},
    {0}
  };
  GOptionContext *context =
      g_option_context_new ("- tiles side by side: time and memory per strip");
  gboolean parsed;

  g_option_context_set_summary (context,
      "Feeds ready-made RGBA frames to every element in turn and measures, "
      "from outside,\nwhat leaves its source pad. Exits with an error if a "
      "strip is not right.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  parsed = g_option_context_parse (context, argc, argv, error);
  g_option_context_free (context);

  options->elements =
      g_strsplit (elements != NULL ? elements : elements_default, ",", -1);
  g_free (elements);
  return parsed;
}

gboolean
options_parse (Options * options, int *argc, char ***argv, GError ** error)
{
  memset (options, 0, sizeof (*options));
  options->pads = 100;
  options->width = 1024;
  options->height = 1024;
  options->rounds = 5;
  options->ring = 3;
  options->memory_mib = 8192;

  if (!parse (options, "ntmosaic,compositor", argc, argv, error))
    return FALSE;
  if (options->strips == 0 && !options->table)
    options->strips = 40;

  return check (options, error);
}

gsize
options_frames_bytes (const Options * options)
{
  gsize frame_pixels = (gsize) options->width * (gsize) options->height;

  return frame_pixels * sizeof (guint32) * options->pads * options->ring;
}

/* What is the same for every process that this program starts. */
static GPtrArray *
arguments (const Options * options)
{
  GPtrArray *argv = g_ptr_array_new ();

  g_ptr_array_add (argv, g_strdup_printf ("--pads=%d", options->pads));
  g_ptr_array_add (argv, g_strdup_printf ("--width=%d", options->width));
  g_ptr_array_add (argv, g_strdup_printf ("--height=%d", options->height));
  g_ptr_array_add (argv, g_strdup_printf ("--strips=%d", options->strips));
  g_ptr_array_add (argv, g_strdup_printf ("--ring=%d", options->ring));
  g_ptr_array_add (argv,
      g_strdup_printf ("--strips-pool=%d", options->strips_pool));
  g_ptr_array_add (argv, g_strdup_printf ("--threads=%d", options->threads));
  if (options->as_is)
    g_ptr_array_add (argv, g_strdup ("--as-is"));

  return argv;
}

static gchar **
finish (GPtrArray * argv)
{
  g_ptr_array_add (argv, NULL);
  return (gchar **) g_ptr_array_free (argv, FALSE);
}

gchar **
options_for_peak (const Options * options, const gchar * element)
{
  GPtrArray *argv = arguments (options);

  g_ptr_array_add (argv, g_strdup_printf ("--peak=%s", element));
  return finish (argv);
}

gchar **
options_for_case (const Options * options, const gchar * csv)
{
  GPtrArray *argv = arguments (options);
  gchar *elements = g_strjoinv (",", options->elements);

  g_ptr_array_add (argv, g_strdup_printf ("--rounds=%d", options->rounds));
  g_ptr_array_add (argv, g_strdup_printf ("--elements=%s", elements));
  g_ptr_array_add (argv, g_strdup_printf ("--csv=%s", csv));
  g_free (elements);
  return finish (argv);
}

void
options_clear (Options * options)
{
  g_strfreev (options->elements);
  g_free (options->csv);
  g_free (options->peak);
}
