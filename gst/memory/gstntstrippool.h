/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips made before they are needed, and used again.
 *
 * A strip that is out comes home when the last reference on its memory is
 * dropped, from any thread, whatever became of the buffer that it left in. The
 * pool lives until its last strip is home. It never waits: with all strips out
 * it makes one more, which then belongs to it like the others. All functions
 * may be called from any thread.
 *
 * This is not a GstBufferPool: it hands out the strip that fits best and not
 * the next in line, it can't block, and it takes a strip back where a
 * GstBufferPool would throw it away: shared or foreign memory in the buffer. */

#pragma once

#include "gstntprelude.h"
#include "gstntstripchoice.h"

G_BEGIN_DECLS

/* Returns a pool without strips, a reference. */
GST_NT_API
GstNtStripPool * gst_nt_strip_pool_new       (void);

/* Adds a reference. Returns @pool. */
GST_NT_API
GstNtStripPool * gst_nt_strip_pool_ref       (GstNtStripPool * pool);

/* Drops a reference. */
GST_NT_API
void             gst_nt_strip_pool_unref     (GstNtStripPool * pool);

/* From now on, strips have @layout, on which a reference is taken. @params says
 * how they are aligned (64 bytes at least), and how much padding is behind the
 * last row; its prefix and flags are ignored. @params may be NULL.
 *
 * Allocates strips and touches their pages, until there are @n_strips, those
 * that are out included. Strips of the same size and alignment as before stay;
 * others are freed first, or when they come home. If there is memory for two
 * strips but not for all, the pool goes on with those that it has:
 * gst_nt_strip_pool_get_n_strips() says how many.
 *
 * FALSE, with @error (GST_RESOURCE_ERROR_NO_SPACE_LEFT) and the numbers of
 * bytes in it: the system has no memory, or size and padding are more than can
 * be addressed. The pool can be configured again. */
GST_NT_API
gboolean         gst_nt_strip_pool_configure (GstNtStripPool * pool,
                                              NtmLayout * layout,
                                              guint n_strips,
                                              const GstAllocationParams *
                                              params,
                                              GError ** error);

/* Whether the pool is in a hurry, because a stop or a flush waits for the
 * caller of gst_nt_strip_pool_configure(). The pool then allocates no more
 * strips and touches no more pages, and has fewer strips than asked for.
 * Touching took half a second for each GiB with 2 CPUs. From any thread. */
GST_NT_API
void             gst_nt_strip_pool_set_hurry (GstNtStripPool * pool,
                                              gboolean is_hurried);

/* Frees all strips: those that are home now, the others when they come home.
 * The pool must be configured before it is used again. */
GST_NT_API
void             gst_nt_strip_pool_clear     (GstNtStripPool * pool);

/* Takes the strip that misses least of @sources and @background, as
 * gst_nt_strip_set_choose() says. A frame that was shown before weighs less: it
 * is written once, and kept from then on. Never waits.
 *
 * @sources and @inputs have an element for each tile of the pool's layout;
 * NULL: not known. The content ids of later frames are higher, and never name
 * other bytes in this pool. @background is as
 * ntm_composer_compose() gets it.
 *
 * Returns a buffer, which the caller owns, with nothing but one memory as large
 * as the layout says. Its bytes are undefined; ntm_composer_compose() knows
 * them. If frames of @sources lie in the strip already, because they were
 * copied on arrival, the memory is read-only: a writer gets a copy.
 *
 * NULL, with @error: all strips are out, and the system has no memory for
 * another (GST_RESOURCE_ERROR_NO_SPACE_LEFT); the pool is not configured
 * (GST_CORE_ERROR_NEGOTIATION). */
GST_NT_API
GstBuffer *      gst_nt_strip_pool_acquire   (GstNtStripPool * pool,
                                              const NtmSource * sources,
                                              const GstNtTileInput * inputs,
                                              gconstpointer background,
                                              GError ** error);

/* Gives a strip that stood idle while 128 were made back to the system, one at
 * a time. The configured number of strips stays, and three besides those that
 * are out. The element calls it once a strip, without locks. */
GST_NT_API
void             gst_nt_strip_pool_age       (GstNtStripPool * pool);

/* Returns how many strips of the current size there are, at home or out. */
GST_NT_API
guint            gst_nt_strip_pool_get_n_strips (GstNtStripPool * pool);

/* Returns how many strips the pool has ever allocated. */
GST_NT_API
guint64          gst_nt_strip_pool_get_n_allocated (GstNtStripPool * pool);

/* Returns how often a strip in which frames lay could not be used when it was
 * due, because frames that were not due lay in it too. */
GST_NT_API
guint64          gst_nt_strip_pool_get_n_rebuilds (GstNtStripPool * pool);

G_END_DECLS
