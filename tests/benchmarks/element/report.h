/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The figures for people (a table) and for programs (CSV). */

#pragma once

#include "../common/machine.h"
#include "measure.h"
#include "setup.h"

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

#define REPORT_CSV_HEADER MACHINE_CSV_HEADER ",element,kernel,threads,pads," \
    "width,height,ring,strips_pool,strips,round,wall_ms,cpu_ms," \
    "negotiated_ms,first_ms,page_faults,peak_bytes,frames_bytes," \
    "tiles_copied,tiles_on_arrival,tiles_kept,tiles_background"

/* One line per element and round, with everything that is in the head. */
gboolean report_write_csv (const Report * report, const gchar * path,
    GError ** error);
