/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The figures for people (a table for each source) and for programs (CSV). */

#pragma once

#include "../common/machine.h"
#include "run.h"

typedef struct
{
  gint pads;
  gint width;                   /* of one tile, in pixels */
  gint height;
  gint strips;
  gint rounds;
  gchar **sources;              /* names; NULL = all */
  gchar *csv;                   /* NULL = no CSV */
  gchar *run;                   /* a pipeline: measure it, print figures */
} Options;

typedef struct
{
  const gchar *mixer;
  Figures *rounds;              /* one for each round */
} Result;

typedef struct
{
  const Options *options;
  Machine machine;
  GString *csv;
} Report;

/* Prints what is about to be measured. */
void report_init (Report * report, const Options * options);
void report_clear (Report * report);

/* Prints the table of a source; ratios are to the first result. */
void report_add (Report * report, const gchar * name, const gchar * title,
    const Result * results, guint n_results);

/* One line per source, mixer and round. */
gboolean report_write_csv (const Report * report, const gchar * path,
    GError ** error);
