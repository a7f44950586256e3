/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One timed run of an element, watched from outside: a probe on its source pad
 * sees the strips leave. */

#pragma once

#include "mosaic.h"

typedef struct
{
  gdouble wall_ms;              /* median over strips, from one to the next */
  gdouble cpu_ms;               /* of the whole process, per strip */
  gdouble negotiated_ms;        /* from asking for PLAYING to the caps */
  gdouble first_ms;             /* from asking for PLAYING to the first strip */
  gdouble faults;               /* page faults of the process, per strip */

  /* What the element itself says of all its tiles, warm-up included; 0 where it
   * says nothing. */
  guint64 tiles_copied;
  guint64 tiles_kept;
  guint64 tiles_in_place;
  guint64 tiles_background;
} Figures;

gboolean measure (const gchar * factory, const Options * options,
    const FrameRing * ring, Figures * figures, GError ** error);

/* The peak memory of a process that makes its own frames and does one run, in
 * bytes; 0 with @error. The process is a new one: a peak never shrinks, so
 * one process can tell of one element only. It inherits the peak of the caller,
 * which must have stayed small so far. */
gsize measure_peak (const gchar * factory, const Options * options,
    GError ** error);

/* What that new process does: one run, and the peak on stdout. */
gboolean measure_own_peak (const Options * options, GError ** error);
