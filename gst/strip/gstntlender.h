/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Lends frames to one upstream: the next frames of one tile. Where it can, a frame
 * is a view of the tile in a coming strip, and what upstream writes is then in
 * place; where it can't, it is memory of its own, and copied later. */

#pragma once

#include "gstntlayout.h"
#include "gstntprelude.h"
#include "gstntstrippool.h"

G_BEGIN_DECLS

typedef struct _GstNtLender GstNtLender;

/**
 * gst_nt_lender_new:
 * @strips: the pool whose strips have the tile; a reference is taken
 *
 * All functions of a lender are safe from any thread.
 *
 * Returns: (transfer full): a lender that lends no tile yet
 *
 * Since: 0.1
 */
GST_NT_API
GstNtLender *   gst_nt_lender_new        (GstNtStripPool * strips);

/**
 * gst_nt_lender_ref:
 * @lender: a lender
 *
 * Returns: (transfer full): @lender
 *
 * Since: 0.1
 */
GST_NT_API
GstNtLender *   gst_nt_lender_ref        (GstNtLender * lender);

/**
 * gst_nt_lender_unref:
 * @lender: (transfer full): a lender
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_lender_unref      (GstNtLender * lender);

/**
 * gst_nt_lender_set_tile:
 * @lender: a lender
 * @layout: (nullable): the layout of the strip pool; a reference is taken. %NULL:
 *   nothing is lent but memory of its own
 * @tile: which tile of @layout
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_lender_set_tile   (GstNtLender * lender,
                                          GstNtLayout * layout, guint tile);

/**
 * gst_nt_lender_set_trusting:
 * @lender: a lender
 * @trusting: whether upstream is lent tiles at once. If not, as at first, it has
 *   to write some frames first without a byte beside its rows, and one now and
 *   then
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_lender_set_trusting (GstNtLender * lender,
                                          gboolean trusting);

/**
 * gst_nt_lender_new_pool:
 * @lender: a lender
 *
 * Makes a pool for upstream, whose first frames it puts to the test again. The
 * pool has to be configured as any other. With caps of the tile's size and
 * %GST_BUFFER_POOL_OPTION_VIDEO_META, its buffers may be views of tiles: larger
 * than the size in the configuration, with a #GstVideoMeta that has the stride of
 * the strip, and bytes between the rows that are not theirs. It does not limit the
 * number of buffers, and never waits.
 *
 * Returns: (transfer full): a new pool
 *
 * Since: 0.1
 */
GST_NT_API
GstBufferPool * gst_nt_lender_new_pool   (GstNtLender * lender);

/**
 * gst_nt_lender_inspect:
 * @lender: a lender
 * @buffer: a frame that has come from upstream, before anybody else writes to it
 *
 * Returns: %TRUE once, if upstream wrote beside the rows of a frame that it was
 *   lent. It is lent no tile any more.
 *
 * Since: 0.1
 */
GST_NT_API
gboolean        gst_nt_lender_inspect    (GstNtLender * lender,
                                          GstBuffer * buffer);

/**
 * gst_nt_lender_forget_upstream:
 * @lender: a lender
 *
 * To be called when somebody else is upstream: what is known of the one before, and
 * what becomes of the frames that it was lent, says nothing about it.
 *
 * Since: 0.1
 */
GST_NT_API
void            gst_nt_lender_forget_upstream (GstNtLender * lender);

/**
 * gst_nt_lender_is_refused:
 * @lender: a lender
 *
 * Returns: whether gst_nt_lender_inspect() said so, or is about to
 *
 * Since: 0.1
 */
GST_NT_API
gboolean        gst_nt_lender_is_refused (GstNtLender * lender);

G_END_DECLS
