/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The figures for people (a table) and for programs (CSV). */

#pragma once

#include "machine.h"
#include "measure.h"

/* All that is known of one element. */
typedef struct
{
  const gchar *name;
  Setup setup;
  gsize peak_bytes;
  Figures *rounds;              /* one for each round */
} Result;

typedef struct
{
  const Options *options;
  Machine machine;
  gsize frames_bytes;           /* of all frames that go in */
  guint n_results;
  Result *results;
} Report;

/* What is about to be measured. */
void report_print_head (const Report * report);

/* The figures, and those of the others as multiples of the first element's. */
void report_print_table (const Report * report);

/* One line per element and round, with everything that is in the head. */
gboolean report_write_csv (const Report * report, const gchar * path,
    GError ** error);
