/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Caps and links that GStreamer refuses before the element sees them. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Watches the caps and links of @pad. To be called before @pad is added. */
void gst_nt_mosaic_init_pad_refusals (GstNtMosaicPad * pad);

/* To be called with each answer of @pad to a CAPS or ACCEPT_CAPS query, and
 * before @pad is released. They post a warning if @pad takes none of the caps
 * that upstream can do, or if a link to @pad failed. From any thread, without
 * locks. */
void gst_nt_mosaic_note_caps_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * filter, const GstCaps * answer);
void gst_nt_mosaic_note_accept_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * caps, gboolean accepted);
void gst_nt_mosaic_explain_release (GstNtMosaic * self, GstNtMosaicPad * pad);

G_END_DECLS
