/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A thread that ends the program if nothing goes on, and what the process
 * uses. */

#pragma once

#include <glib.h>

#define WATCH_MOST 64

/* Watches a number that @name changes whenever it has done something. Ends the
 * program with the stacks of all threads if the number stays the same for 60
 * seconds in which the machine gave time to this process. Returns where the
 * number is; any thread may change it (atomically). Before
 * watch_begin(). */
gint *watch_add (const gchar * name);

/* From now on @beat need not change. */
void watch_leave (gint * beat);

void watch_begin (void);
void watch_end (void);

/* Of the process: bytes in memory, bytes of malloc() in use, threads, open
 * files. The C library keeps what was freed, in a heap for each of many
 * threads: that grew to 370 MiB in four minutes, of which 28 were in use. */
typedef struct
{
  gsize memory;
  gsize heap;
  guint threads;
  guint files;
} WatchUse;

WatchUse watch_get_use (void);

/* The objects of GStreamer that are alive, with the leaks tracer; 0 without it.
 * Prints them. */
guint watch_print_leaks (void);
