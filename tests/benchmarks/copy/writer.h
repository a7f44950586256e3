/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The ways in which a strip is written: ours, and what they are compared with.
 * All write into the same three strips of a strip pool, in turn. */

#pragma once

#include "material.h"

typedef enum
{
  WAY_AUTO,                     /* the composer, with this process's kernel */
  WAY_ALWAYS,
  WAY_NEVER,
  WAY_MEMCPY,                   /* memcpy of each row, tile after tile */
  WAY_CONTIGUOUS,               /* as many bytes in one piece, with the best
                                 * kernel of the CPU, streaming */
  WAY_CONTIGUOUS_CACHED,        /* the same with ordinary stores */
  N_WAYS
} Way;

extern const gchar *const way_names[N_WAYS];

typedef struct _Writer Writer;

/* NULL with @error if there can't be such strips, or no memory. @material must
 * outlive it. */
Writer *writer_new (const Material * material, GError ** error);
void writer_free (Writer * writer);

/* How many threads write a strip, the caller's own included. What ours is
 * compared with writes small strips with one thread all the same. */
void writer_set_threads (Writer * writer, guint n_threads);

/* Writes the strip, and from the set of frames, whose turn it is. */
void writer_write (Writer * writer, Way way, guint turn);

/* Reads all of that strip in this thread. */
void writer_read (const Writer * writer, guint turn);

/* Writes that strip over something else and says if it then is right. */
gboolean writer_verify (Writer * writer, Way way, guint turn);
