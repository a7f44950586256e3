/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The measuring of one cell with one kernel. */

#pragma once

#include "options.h"

/* Milliseconds for one strip: samples_at() finds them. In memory that is shared
 * with the process that measures. */
typedef struct
{
  gsize bytes;                  /* of this, all in all */
  guint n_threads;              /* how many different numbers of threads */
  guint n_rounds;
  gdouble ms[];
} Samples;

Samples *samples_new (const Options * options);
void samples_free (Samples * samples);

/* The rounds of one way; @threads counts the numbers of threads from 0. */
gdouble *samples_at (Samples * samples, guint threads, Mode mode, Way way);

/* How many sets of frames a strip of @strip_bytes is measured with. */
guint measure_n_sets (const Options * options, gsize strip_bytes);

/* Measures all threads and modes of a cell in a new process that uses kernel
 * @kernel, because a process never uses but one. FALSE with @error if a strip
 * is not right. */
gboolean measure_cell (const Options * options, const Cell * cell,
    const Material * material, const gchar * kernel, Samples * samples,
    GError ** error);
