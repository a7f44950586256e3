/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* All that the benchmarks know of the library: strips, and what writes them. */

#pragma once

#include "material.h"

/* Names that are printed, and bytes. */
const gchar *writer_kernel (void);      /* that this process copies with */
gchar *writer_kernels (void);   /* of this CPU, best first; g_free() it */
gsize writer_cache_bytes (void);        /* of the last level */

typedef struct _Writer Writer;

/* As in a pool of @n_strips strips. NULL with @error if there can't be such
 * strips, or no memory. @material must outlive it. */
Writer *writer_new (const Material * material, guint n_strips, GError ** error);
void writer_free (Writer * writer);

/* The strip whose turn it is. */
guint8 *writer_strip (const Writer * writer, guint turn);

/* How many threads compose a strip, the caller's own included. */
void writer_set_threads (Writer * writer, guint n_threads);

/* Writes set @set of the frames into the strip whose turn it is, with the stores
 * of that name: auto, always or never. FALSE if there are none of that name. */
gboolean writer_compose (Writer * writer, const gchar * stores, guint turn,
    guint set);

/* Copies one piece with the best kernel of the CPU. The thread that streams
 * must fence afterwards. */
void writer_copy (const Writer * writer, gboolean stream, guint8 * dst,
    const guint8 * src, gsize bytes);
void writer_fence (const Writer * writer);
