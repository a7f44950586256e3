/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strips that were asked for: by requests, or of a list. They are handed to
 * the engine in their order, as many as the prefetch property says, so that
 * their images are decoded before they are due. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Of decodes. */
#define GST_NT_STRIP_SRC_LEAST_PRIORITY (-7)
#define GST_NT_STRIP_SRC_TOP_PRIORITY 7

/* Adds a request for the images @names. Returns its number; 0: it is refused,
 * because the element has a list, or the stream was ended. A priority beyond
 * the limits is the nearest one. From any thread. */
guint gst_nt_strip_src_add_request (GstNtStripSrc * self, gchar ** names,
    gint priority);

/* Takes a request back. FALSE: its strip is made already, or was never asked
 * for. From any thread. */
gboolean gst_nt_strip_src_cancel_request (GstNtStripSrc * self, guint id);

/* No more requests come. From any thread. */
void gst_nt_strip_src_end_requests (GstNtStripSrc * self);

/* Waits for the next strip that is due, and sets @order to it, in use: for
 * gst_nt_strip_src_release(). GST_FLOW_EOS: there is none.
 * GST_FLOW_FLUSHING. */
GstFlowReturn gst_nt_strip_src_take_due (GstNtStripSrc * self,
    GstNtStripOrder ** order);

/* The order is not in use any more. @is_made: its strip is; it leaves. FALSE:
 * it was cancelled before, and there must be no strip. */
gboolean gst_nt_strip_src_release (GstNtStripSrc * self,
    GstNtStripOrder * order, gboolean is_made);

/* Hands those orders to the engine whose turn it is, if the size of a tile is
 * known. FALSE: there is no memory, and an error was posted. */
gboolean gst_nt_strip_src_hand_over (GstNtStripSrc * self);

/* From now on, tiles are to be @spec; orders are handed over anew if it is
 * another one. NULL: nothing is handed over. */
void gst_nt_strip_src_set_spec (GstNtStripSrc * self,
    const NtmTileSpec * spec);

/* Waits end, and the strip under way is given up, until it is set to FALSE. */
void gst_nt_strip_src_set_flushing (GstNtStripSrc * self, gboolean is_flushing);

/* Drops all orders; those of a list begin with the strip @number. While there
 * is no streaming thread. */
void gst_nt_strip_src_restart (GstNtStripSrc * self, guint64 number);

G_END_DECLS
