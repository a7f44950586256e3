/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* All that the benchmarks know of the library: strips and the composer. */

#pragma once

#include "material.h"

/* Names for the output, and a size in bytes. */
const gchar *writer_kernel (void);      /* the kernel of this process */
gchar *writer_kernels (void);   /* all of this CPU, best first; g_free() */
gsize writer_cache_bytes (void);        /* bytes of the last-level cache */

typedef struct _Writer Writer;

/* Strips as in a pool of @n_strips strips. Returns NULL with @error if strips
 * can't have this size, or if there is no memory. @material must outlive the
 * writer. */
Writer *writer_new (const Material * material, guint n_strips, GError ** error);
void writer_free (Writer * writer);

/* The strip of turn @turn. */
guint8 *writer_strip (const Writer * writer, guint turn);

/* How many threads compose a strip, the caller's own included. */
void writer_set_threads (Writer * writer, guint n_threads);

/* Writes set @set of the frames into the strip of turn @turn. @stores: auto,
 * always or never. Returns FALSE for another word. */
gboolean writer_compose (Writer * writer, const gchar * stores, guint turn,
    guint set);

/* Copies one piece with the best kernel of the CPU. A thread that streams must
 * fence after its last piece. */
void writer_copy (const Writer * writer, gboolean stream, guint8 * dst,
    const guint8 * src, gsize bytes);
void writer_fence (const Writer * writer);
