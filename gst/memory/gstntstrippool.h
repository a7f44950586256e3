/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips made before they are needed, and used again.
 *
 * A strip that is out comes home when the last reference on its memory is
 * dropped, from whatever thread, whatever became of the buffer that it left
 * in. The pool lives until its last strip is home. It never waits: with all
 * strips out it makes one more, which then belongs to it like the others.
 *
 * This is not a GstBufferPool: it hands out the strip that fits best and not
 * the next in line, it cannot block, and it takes a strip back when a
 * GstBufferPool would throw it away (shared or foreign memory in the buffer). */

#pragma once

#include "gstntprelude.h"
#include "gstntstripchoice.h"

G_BEGIN_DECLS

/**
 * gst_nt_strip_pool_new:
 *
 * All functions of a pool are safe from any thread.
 *
 * Returns: (transfer full): a pool without strips
 *
 * Since: 0.1
 */
GST_NT_API
GstNtStripPool * gst_nt_strip_pool_new       (void);

/**
 * gst_nt_strip_pool_ref:
 * @pool: a pool
 *
 * Returns: (transfer full): @pool
 *
 * Since: 0.1
 */
GST_NT_API
GstNtStripPool * gst_nt_strip_pool_ref       (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_unref:
 * @pool: (transfer full): a pool
 *
 * Since: 0.1
 */
GST_NT_API
void             gst_nt_strip_pool_unref     (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_configure:
 * @pool: a pool
 * @layout: the geometry of the strips to come; a reference is taken
 * @n_strips: how many strips to have ready; the ones that are out count
 * @params: (nullable): alignment (64 bytes are the least) and padding behind
 *   the last row; prefix and flags are ignored
 * @error: (nullable): set to %GST_RESOURCE_ERROR_NO_SPACE_LEFT when the system
 *   has no memory, or size and padding are more than can be addressed; with the
 *   numbers of bytes
 *
 * Allocates strips and touches their pages, until there are @n_strips. Strips
 * of the same size as before are kept; others are freed first, the ones that
 * are out when they come home.
 *
 * If there is memory for two strips but not for all, the pool goes on with those
 * that it has: gst_nt_strip_pool_get_n_strips() says how many.
 *
 * Returns: %FALSE with @error set if there is no memory. The pool can be
 *   configured again.
 *
 * Since: 0.1
 */
GST_NT_API
gboolean         gst_nt_strip_pool_configure (GstNtStripPool * pool,
                                              NtmLayout * layout,
                                              guint n_strips,
                                              const GstAllocationParams * params,
                                              GError ** error);

/**
 * gst_nt_strip_pool_clear:
 * @pool: a pool
 *
 * Frees all strips: those that are home now, the others when they come home.
 * The pool must be configured before it is used again.
 *
 * Since: 0.1
 */
GST_NT_API
void             gst_nt_strip_pool_clear     (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_acquire:
 * @pool: a configured pool
 * @sources: (array) (nullable): what each tile of the pool's layout is going to
 *   hold; %NULL: not known yet. Content ids are counted up, and never used for
 *   other bytes with this pool
 * @inputs: (array) (nullable): where the frames of @sources come from; %NULL: not
 *   known
 * @background: one pixel of background, as it stands in memory
 * @error: (nullable): set to %GST_RESOURCE_ERROR_NO_SPACE_LEFT when all strips
 *   are out and the system has no memory for another, to
 *   %GST_CORE_ERROR_NEGOTIATION when the pool is not configured
 *
 * Takes the strip in which least is to be written, and of equal ones the one
 * that came home last. Frames that were shown before weigh less: they are written
 * once, and kept from then on. Never waits. What the strip's bytes are is undefined;
 * ntm_composer_compose() knows.
 *
 * If frames of @sources lie in the strip already, because they were copied to it on
 * arrival, the memory is read-only: a writer gets a copy.
 *
 * Returns: (transfer full) (nullable): a buffer with one memory, as large as the
 *   layout says, and nothing else; %NULL with @error set
 *
 * Since: 0.1
 */
GST_NT_API
GstBuffer *      gst_nt_strip_pool_acquire   (GstNtStripPool * pool,
                                              const NtmSource * sources,
                                              const GstNtTileInput * inputs,
                                              gconstpointer background,
                                              GError ** error);

/**
 * gst_nt_strip_pool_age:
 * @pool: a pool
 *
 * To be called with each strip, without locks. Gives a strip back to the system that
 * stood idle while 128 were made, one at a time. Strips that were configured stay,
 * and three besides those that are out.
 *
 * Since: 0.1
 */
GST_NT_API
void             gst_nt_strip_pool_age       (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_get_n_strips:
 * @pool: a pool
 *
 * Returns: how many strips of the current size there are, at home or out
 *
 * Since: 0.1
 */
GST_NT_API
guint            gst_nt_strip_pool_get_n_strips (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_get_n_allocated:
 * @pool: a pool
 *
 * Returns: how many strips the pool has allocated since it was made
 *
 * Since: 0.1
 */
GST_NT_API
guint64          gst_nt_strip_pool_get_n_allocated (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_get_n_rebuilds:
 * @pool: a pool
 *
 * Returns: how often a strip in which frames lay could not be used when it was due,
 *   because it also had frames that were not due yet
 *
 * Since: 0.1
 */
GST_NT_API
guint64          gst_nt_strip_pool_get_n_rebuilds (GstNtStripPool * pool);

/**
 * gst_nt_strip_pool_get_strip:
 * @memory: any memory
 *
 * Returns: (transfer none) (nullable): the strip whose memory @memory is, for
 *   ntm_composer_compose(), as long as @memory lives; %NULL: it is memory of
 *   another kind, or only a part of a strip
 *
 * Since: 0.1
 */
GST_NT_API
NtmStrip *       gst_nt_strip_pool_get_strip (GstMemory * memory);

G_END_DECLS
