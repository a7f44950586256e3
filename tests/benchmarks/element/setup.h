/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What an element says of itself: no figure without it. */

#pragma once

#include <gst/gst.h>

/* How an element was set up, as it says itself. */
typedef struct
{
  gchar *kernel;                /* "-" if it knows of none */
  gchar *threads;               /* that it copies with; "auto" = it decides */
} Setup;

/* Makes an element of @factory and asks it; FALSE with @error if there is
 * none. @threads: what its max-threads will be set to; 0 = left alone. */
gboolean setup_init (Setup * setup, const gchar * factory, guint threads,
    GError ** error);
void setup_clear (Setup * setup);
