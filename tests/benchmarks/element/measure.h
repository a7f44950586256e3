/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One timed run of an element, watched from outside: a probe on its source pad
 * sees the strips leave. */

#pragma once

#include "../common/pipeline.h"
#include "mosaic.h"

typedef struct
{
  gdouble wall_ms;              /* median over strips, from one to the next */
  gdouble cpu_ms;               /* of the whole process, per strip */
  gdouble negotiated_ms;        /* from asking for PLAYING to the caps */
  gdouble first_ms;             /* from asking for PLAYING to the first strip */
  gdouble faults;               /* page faults of the process, per strip */

  Tiles tiles;                  /* the warm-up's included */
} Figures;

gboolean measure (const gchar * factory, const Options * options,
    const FrameRing * ring, Figures * figures, GError ** error);

/* The peak memory of a process that makes its own frames and does one run, in
 * bytes; 0 with @error. The process is a new one, see child_run(). */
gsize measure_peak (const gchar * factory, const Options * options,
    GError ** error);

/* What that new process does: one run, and the peak on stdout. */
gboolean measure_own_peak (const Options * options, GError ** error);
