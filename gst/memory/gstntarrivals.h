/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that arrive are copied to the strip that will show them, while they
 * are still in the CPU's cache. One GstNtArrivals counts the frames of one
 * upstream, which are the next frames of one tile. All functions may be called
 * from any thread, except where a comment says otherwise. */

#pragma once

#include "gstntprelude.h"
#include "gstntstrippool.h"

G_BEGIN_DECLS

/* Returns arrivals that have no tile yet, a reference. @strips is the pool
 * whose strips have the tile; a reference on it is taken. */
GST_NT_API
GstNtArrivals * gst_nt_arrivals_new      (GstNtStripPool * strips);

/* Adds a reference. Returns @arrivals. */
GST_NT_API
GstNtArrivals * gst_nt_arrivals_ref      (GstNtArrivals * arrivals);

/* Drops a reference. */
GST_NT_API
void            gst_nt_arrivals_unref    (GstNtArrivals * arrivals);

/* From now on, the frames are those of tile @tile of @layout, the layout of the
 * strip pool; a reference on it is taken. @layout is NULL: no frame is
 * copied. */
GST_NT_API
void            gst_nt_arrivals_set_tile (GstNtArrivals * arrivals,
                                          NtmLayout * layout, guint tile);

/* Counts @frame, a frame of @width x @height pixels of @pixel_bytes bytes that
 * has arrived, and decides whether it is copied now. Takes no reference, and
 * never waits. The caller calls it for each frame, in the order in which they
 * will be shown.
 *
 * A frame has a place if the caller holds the only reference on the buffer and
 * on its memory, so that the frame can't come again; if it has the tile's size;
 * and if the strip that will show it is known, and has the tile free.
 *
 * Returns read-only memory, which the caller owns: the rows of the tile, with
 * the stride of the strip. Its bytes are undefined until
 * gst_nt_arrivals_copy(). The strip is not used for anything else before this
 * memory is free. NULL: the frame has no place, and stays in its buffer. */
GST_NT_API
GstMemory *     gst_nt_arrivals_place    (GstNtArrivals * arrivals,
                                          GstBuffer * frame,
                                          guint width, guint height,
                                          guint pixel_bytes);

/* Copies a frame to @place, which came from gst_nt_arrivals_place() and which
 * only the caller has seen. @data is the first byte of the frame's first row;
 * @stride is in bytes, and may be negative. @composer says which stores to use.
 * Returns when all is written and visible to other threads. */
GST_NT_API
void            gst_nt_arrivals_copy     (GstMemory * place,
                                          NtmComposer * composer,
                                          const guint8 * data, gssize stride);

/* Returns the stride of @place, which came from gst_nt_arrivals_place(), in
 * bytes. */
GST_NT_API
gint            gst_nt_arrivals_get_stride (GstMemory * place);

/* The frame that was counted last will not be shown. */
GST_NT_API
void            gst_nt_arrivals_uncount  (GstNtArrivals * arrivals);

/* No frame of the upstream is on its way any more, as after a flush: counts
 * anew from @n_taken frames on, which is what GstNtTileInput.n_taken was
 * last. */
GST_NT_API
void            gst_nt_arrivals_restart  (GstNtArrivals * arrivals,
                                          guint n_taken);

G_END_DECLS
