/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The figures for people (a table) and for programs (CSV). */

#pragma once

#include "../common/machine.h"
#include "measure.h"

typedef struct
{
  const Options *options;
  Machine machine;
  GString *csv;
  guint n_lines;                /* that compare auto with both others */
  GPtrArray *worse;             /* of text: lines in which auto is worse */
} Report;

void report_init (Report * report, const Options * options);
void report_clear (Report * report);

void report_print_head (const Report * report);
void report_print_cell (const Material * material);
void report_add (Report * report, const Cell * cell, const Material * material,
    const gchar * kernel, Samples * samples);

/* In which lines auto was not the better one. */
void report_print_end (const Report * report);

gboolean report_write_csv (const Report * report, const gchar * path,
    GError ** error);
