/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the figures were measured with: no figure without it. */

#pragma once

#include <gst/gst.h>

typedef struct
{
  gchar *cpu;                   /* model */
  guint n_cpus;                 /* that this process may use */
  gchar *gstreamer;             /* version */
  const gchar *version;         /* ours */
  const gchar *commit;
} Machine;

void machine_init (Machine * machine);
void machine_clear (Machine * machine);

/* Two lines for people. */
void machine_print (const Machine * machine);

/* The first columns of each line of a CSV: their names, and the values. */
#define MACHINE_CSV_HEADER "version,commit,gstreamer,cpu,cpus"
void machine_append_csv (const Machine * machine, GString * csv);
