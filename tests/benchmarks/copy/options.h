/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What is measured: the options, and the cells that come of them. */

#pragma once

#include "writer.h"

typedef enum
{
  MODE_WRITE,                   /* a strip is written */
  MODE_READ,                    /* it is written, and then read whole by the
                                 * thread that asked for it */
  N_MODES
} Mode;

extern const gchar *const mode_names[N_MODES];

typedef struct
{
  guint tile_width;             /* pixels */
  guint tile_height;
  gsize strip_bytes;            /* at most; whole tiles, and one at least */
  gboolean all_kernels;         /* or only the best one of the CPU */
  gboolean modes[N_MODES];
} Cell;

typedef struct
{
  GPtrArray *kernels;           /* of names, of this CPU's, best first */
  gboolean kernels_asked;       /* all of them in all cells */
  GArray *threads;              /* of guint */
  gboolean ways[N_WAYS];
  gint rounds;
  gint ring;                    /* different sets of frames for small strips */
  gboolean huge;                /* frames in huge pages */
  gint64 memory_mib;            /* that a cell may need */
  gchar *csv;                   /* NULL = no CSV */
  GArray *cells;                /* of Cell */
} Options;

/* Parses the command line, --help and GStreamer's own options included, and
 * initializes GStreamer. */
gboolean options_parse (Options * options, int *argc, char ***argv,
    GError ** error);
void options_clear (Options * options);

guint cell_n_tiles (const Cell * cell);
