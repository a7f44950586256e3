/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One run of one pipeline, in a process of its own, and what is seen of it from
 * probes on the pads of its mixer. */

#pragma once

#include <gst/gst.h>

/* Strips a second. */
#define RUN_RATE 30

typedef enum
{
  FIGURE_WALL,                  /* ms per strip */
  FIGURE_CPU,                   /* ms per strip, of the whole process */
  FIGURE_DELAY,                 /* ms from when the last of a strip's frames
                                 * came to its pad to the strip: the median */
  FIGURE_DELAY_MOST,            /* the same, the worst */
  FIGURE_PEAK,                  /* MiB of resident memory, the most there was */
  FIGURE_RESTING,               /* MiB at the last strips: what stood idle is
                                 * given back then */
  FIGURE_ON_ARRIVAL,            /* percent of all tiles */
  FIGURE_COPIED,                /* the same; those on arrival included */
  N_FIGURES
} Figure;

typedef struct
{
  gdouble values[N_FIGURES];
} Figures;

/* For the columns of a CSV. */
extern const gchar *const figure_names[N_FIGURES];

/* Strips that leave before the timing starts: 20, or half of them if there are
 * fewer than 40. */
guint run_n_warm_up (guint n_strips);

/* Plays the pipeline that @line describes in a new process. Its element `mixer`
 * makes @n_strips strips or more. */
gboolean run_in_child (const gchar * line, guint n_strips, Figures * figures,
    GError ** error);

/* What that new process does: it was started with --run=@line and
 * --strips=@n_strips, and prints the figures. */
gboolean run_here (const gchar * line, guint n_strips, GError ** error);
