/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the bus gets to know, beside errors. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Posts a message for each image of @order, whose strip was made, that is
 * background or doubtful, and counts the former. Returns the index of the first
 * that is background; order->n_names: none. */
guint gst_nt_strip_src_report_images (GstNtStripSrc * self,
    const GstNtStripOrder * order);

/* Posts that @n_done strips of the list are done, if there is a list. In
 * PLAYING only: a list is not part of a state change, and gst-launch-1.0 does
 * not play before all that was begun until then is complete. */
void gst_nt_strip_src_report_progress (GstNtStripSrc * self, guint64 n_done);

/* Posts the end, if a beginning was posted. @type: COMPLETE or CANCELED. */
void gst_nt_strip_src_end_progress (GstNtStripSrc * self,
    GstProgressType type);

G_END_DECLS
