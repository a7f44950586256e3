/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system that has no memory, no threads, or a bad disk, for our libraries and
 * the decoders, in a whole process: GLib, GStreamer and the test get what there
 * is. The test's program must export its functions (export_dynamic), so that
 * they come before those of the C library.
 *
 * ../strip/faults.h does the same for an engine that is linked statically, and
 * ../memory/mappings.h for large mappings. */

#pragma once

#include <stdbool.h>

typedef enum
{
  SYSTEM_MEMORY = 1 << 0,       /* malloc() and its like, mmap(), madvise() */
  SYSTEM_THREADS = 1 << 1,      /* pthread_create() */
  SYSTEM_FILES = 1 << 2,        /* open(), fstat(), stat(), read() */
  SYSTEM_SEARCHES = 1 << 3,     /* glob(), which says GLOB_NOSPACE */
} SystemCalls;

/* From now on the @nth call of @calls fails with @error (1: the next one), and
 * where @all_after, all after it. A library counts only if it is loaded by
 * now. */
void system_fail (SystemCalls calls, unsigned nth, bool all_after, int error);

/* All calls succeed again. Returns whether one has failed. */
bool system_recover (void);

/* From now on read() gives at most @n bytes a call; 0: as many as there are. */
void system_read_at_most (unsigned n);

/* From now on there is nothing to read any more behind the first @n bytes that
 * are read; -1: no such end. */
void system_end_reads_after (long n);
