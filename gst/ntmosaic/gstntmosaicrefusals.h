/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What GStreamer refuses on a pad before the element sees it. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Explains what GStreamer refuses on @pad before the element sees it. Before it
 * is added. */
void gst_nt_mosaic_init_pad_refusals (GstNtMosaicPad * pad);

/* To be called with what @pad answers to queries, and when it is released: post
 * a warning if nothing that upstream can make is for the pad. From any thread,
 * without locks. */
void gst_nt_mosaic_note_caps_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * filter, const GstCaps * answer);
void gst_nt_mosaic_note_accept_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * caps, gboolean accepted);
void gst_nt_mosaic_explain_release (GstNtMosaic * self, GstNtMosaicPad * pad);

G_END_DECLS
