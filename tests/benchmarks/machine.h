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
  const gchar *commit;
} Machine;

/* How an element was set up, as it says itself. */
typedef struct
{
  gchar *kernel;                /* "-" if it knows of none */
  gchar *threads;               /* that it copies with; "auto" = it decides */
} Setup;

void machine_init (Machine * machine);
void machine_clear (Machine * machine);

/* Makes an element of @factory and asks it; FALSE with @error if there is
 * none. */
gboolean setup_init (Setup * setup, const gchar * factory, GError ** error);
void setup_clear (Setup * setup);
