/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that arrive are copied to the strip that they are going to be in, while
 * they are still in the CPU's cache. One GstNtArrivals counts the frames of one
 * upstream, the next frames of one tile. */

#pragma once

#include "gstntprelude.h"
#include "gstntstrippool.h"

G_BEGIN_DECLS

/**
 * gst_nt_arrivals_new:
 * @strips: the pool whose strips have the tile; a reference is taken
 *
 * All functions are safe from any thread, with the exceptions named.
 *
 * Returns: (transfer full): arrivals that have no tile yet
 *
 * Since: 0.1
 */
GST_NT_API
GstNtArrivals * gst_nt_arrivals_new      (GstNtStripPool * strips);

/**
 * gst_nt_arrivals_ref:
 * @arrivals: arrivals
 *
 * Returns: (transfer full): @arrivals
 *
 * Since: 0.1
 */
GST_NT_API
GstNtArrivals * gst_nt_arrivals_ref      (GstNtArrivals * arrivals);

/**
 * gst_nt_arrivals_unref:
 * @arrivals: (transfer full): arrivals
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_arrivals_unref    (GstNtArrivals * arrivals);

/**
 * gst_nt_arrivals_set_tile:
 * @arrivals: arrivals
 * @layout: (nullable): the layout of the strip pool; a reference is taken. %NULL:
 *   all frames stay what they are
 * @tile: which tile of @layout
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_arrivals_set_tile (GstNtArrivals * arrivals,
                                          NtmLayout * layout, guint tile);

/**
 * gst_nt_arrivals_place:
 * @arrivals: arrivals
 * @frame: a frame that has arrived; no reference is taken
 * @width: width of @frame in pixels
 * @height: height of @frame in pixels
 *
 * Counts @frame, and decides what becomes of it. To be called for each frame, in
 * the order in which they are going to be shown.
 *
 * A frame has a place if nobody else holds it, neither the buffer nor its memory,
 * so that it can't come again; if it is of the tile's size; and if the strip that
 * it is going to be in is known and has the tile free. Never waits.
 *
 * Returns: (transfer full) (nullable): read-only memory, the rows of the tile with
 *   the stride of the strip. Its bytes are undefined until gst_nt_arrivals_copy().
 *   The strip is not used for anything else before this memory is free. %NULL:
 *   the frame stays what it is
 *
 * Since: 0.1
 */
GST_NT_API
GstMemory *     gst_nt_arrivals_place    (GstNtArrivals * arrivals,
                                          GstBuffer * frame,
                                          guint width, guint height);

/**
 * gst_nt_arrivals_copy:
 * @place: memory from gst_nt_arrivals_place() that nobody else has seen
 * @composer: says which stores to use, and how many threads
 * @data: the first byte of the frame's first row
 * @stride: bytes from one row of @data to the next; may be negative
 *
 * Copies a frame to @place. Returns when all is written and visible to other
 * threads.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_arrivals_copy     (GstMemory * place,
                                          NtmComposer * composer,
                                          const guint8 * data, gssize stride);

/**
 * gst_nt_arrivals_get_stride:
 * @place: memory from gst_nt_arrivals_place()
 *
 * Returns: bytes from one row of @place to the next
 *
 * Since: 0.1
 */
GST_NT_API
gint            gst_nt_arrivals_get_stride (GstMemory * place);

/**
 * gst_nt_arrivals_uncount:
 * @arrivals: arrivals
 *
 * The frame that was counted last is not going to be shown.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_arrivals_uncount  (GstNtArrivals * arrivals);

/**
 * gst_nt_arrivals_restart:
 * @arrivals: arrivals
 * @n_taken: how many frames were taken so far, as in #GstNtTileSource
 *
 * To be called when no frame of the upstream is on its way, as after a flush.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_arrivals_restart  (GstNtArrivals * arrivals,
                                          guint n_taken);

G_END_DECLS
