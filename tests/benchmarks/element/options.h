/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What is measured, and how often: the options of the benchmark. */

#pragma once

#include <gst/gst.h>

/* Strips that leave before the timing starts: enough that every strip of a pool
 * and every frame of a ring has been used at least once with the defaults. */
#define WARM_UP 5

typedef struct
{
  gint pads;
  gint width;                   /* of one tile, in pixels */
  gint height;
  gint strips;                  /* that are measured, after WARM_UP others; 0:
                                 * the table decides */
  gint rounds;
  gint ring;                    /* different frames per pad */
  gint strips_pool;             /* `strips` property; 0 = the default */
  gint threads;                 /* `max-threads` property; 0 = the default */
  gboolean as_is;               /* compositor paints a background and blends */
  gchar **elements;             /* factory names; the first one is the one that
                                 * the others are compared with */
  gchar *csv;                   /* NULL = no CSV */
  gboolean table;               /* many cases, each in a process of its own */
  gint64 memory_mib;            /* of frames and strips: what a case of the
                                 * table may need */
  gchar *peak;                  /* run only this element, and say its peak */
} Options;

/* Parses the command line, --help and GStreamer's own options included, and
 * initializes GStreamer. */
gboolean options_parse (Options * options, int *argc, char ***argv,
    GError ** error);

/* Bytes of all frames that go in. */
gsize options_frames_bytes (const Options * options);

/* FALSE with @error if GStreamer can't describe the strips. */
gboolean options_check_geometry (const Options * options, GError ** error);

/* The arguments that make this program, in another process, measure this one
 * case and write @csv. Free with g_strfreev(). */
gchar **options_for_case (const Options * options, const gchar * csv);

/* The arguments that make this program, in another process, measure the peak
 * memory of @element. Free with g_strfreev(). */
gchar **options_for_peak (const Options * options, const gchar * element);

void options_clear (Options * options);
