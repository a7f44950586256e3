/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The ways to write a strip: the composer's, and ways to compare it with.
 *
 * auto, always, never  the composer, with that setting of its streaming stores
 * memcpy               memcpy of each row, tile after tile
 * contiguous           as many bytes in one piece, with the best kernel of the
 *                      CPU and streaming stores
 * contiguous-cached    the same with ordinary stores */

#pragma once

#include "writer.h"

typedef struct _Ways Ways;

/* @material and @writer must outlive the ways. */
Ways *ways_new (const Material * material, Writer * writer);
void ways_free (Ways * ways);

/* How many threads write a strip, the caller's own included. The ways other
 * than the composer's write small strips with one thread in any case. */
void ways_set_threads (Ways * ways, guint n_threads);

/* Writes the strip of turn @turn from the set of frames of that turn. Returns
 * FALSE if there is no such way. */
gboolean ways_write (Ways * ways, const gchar * way, guint turn);

/* Reads all of that strip in the calling thread. */
void ways_read (const Ways * ways, guint turn);

/* Fills that strip with other bytes, writes it, and returns whether it is
 * right. */
gboolean ways_verify (Ways * ways, const gchar * way, guint turn);
