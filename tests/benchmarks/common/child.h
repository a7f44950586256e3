/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A process of its own for a measurement: a peak of memory never shrinks, and a
 * process that has just begun finds nothing that another run left behind. */

#pragma once

#include <glib.h>

/* Runs this program once more with @arguments, which are NULL-terminated, and
 * waits. Returns what it printed, or NULL with @error if it could not be
 * started or failed. A child inherits the peak of memory of its parent, which
 * must have stayed small so far. */
gchar *child_run (const gchar * const *arguments, GError ** error);
