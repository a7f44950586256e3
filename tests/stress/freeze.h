/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A child process that stops this process now and then, as a debugger or a
 * machine that is suspended does. All that was due meanwhile is due at once
 * when the process goes on: threads meet that would not meet otherwise. */

#pragma once

#include <glib.h>

/* Begins to stop this process at random moments, for up to @most_ms
 * milliseconds each, with as much time in between. Before any thread is
 * begun. */
void freeze_begin (guint most_ms, guint32 seed);

/* Ends that. Does nothing if it was not begun. */
void freeze_end (void);
