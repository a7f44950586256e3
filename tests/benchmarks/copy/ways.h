/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The ways in which a strip is written: ours, and what they are compared with.
 *
 * auto, always, never  the composer, with its stores set so
 * memcpy               memcpy of each row, tile after tile
 * contiguous           as many bytes in one piece, with the best kernel of the
 *                      CPU, streaming
 * contiguous-cached    the same with ordinary stores */

#pragma once

#include "writer.h"

typedef struct _Ways Ways;

/* Both must outlive it. */
Ways *ways_new (const Material * material, Writer * writer);
void ways_free (Ways * ways);

/* How many threads write a strip, the caller's own included. What ours is
 * compared with writes small strips with one thread all the same. */
void ways_set_threads (Ways * ways, guint n_threads);

/* Writes the strip, and from the set of frames, whose turn it is. FALSE if
 * there is no such way. */
gboolean ways_write (Ways * ways, const gchar * way, guint turn);

/* Reads all of that strip in this thread. */
void ways_read (const Ways * ways, guint turn);

/* Writes that strip over something else and says if it then is right. */
gboolean ways_verify (Ways * ways, const gchar * way, guint turn);
