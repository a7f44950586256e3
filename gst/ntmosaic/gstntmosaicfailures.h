/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Errors and warnings on the bus. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Posts an error if it is the first since the element was started, and makes
 * the element stop making strips. @code: of GST_STREAM_ERROR. From any thread,
 * without locks. */
void gst_nt_mosaic_fail (GstNtMosaic * self, const GError * error);
void gst_nt_mosaic_fail_stream (GstNtMosaic * self, gint code,
    const gchar * format, ...) G_GNUC_PRINTF (3, 4);

/* Posts a warning; the element goes on making strips. From any thread, without
 * the object lock. */
void gst_nt_mosaic_warn (GstNtMosaic * self, GQuark domain, gint code,
    const gchar * format, ...) G_GNUC_PRINTF (4, 5);

/* Posts the warning that the caps of @pad don't fit. @why: the cause. */
void gst_nt_mosaic_warn_of_caps (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GError * why);

/* "sink_0, sink_2 and 3 more": the names of @pads, for a warning. @tell_links:
 * a pad without a peer is "sink_1 (not linked)". Returns a new string. */
gchar *gst_nt_mosaic_list_pads (GList * pads, gboolean tell_links);

/* Posts an error if @flow is a failure for which the base class posts none. In
 * the streaming thread. */
void gst_nt_mosaic_explain_flow (GstNtMosaic * self, GstFlowReturn flow);

/* FALSE: a pad has data before caps, the strip has no caps yet either, and an
 * error was posted. Without the error, the base class would ask for more data
 * in a busy loop. In the streaming thread. */
gboolean gst_nt_mosaic_check_caps_before_data (GstNtMosaic * self);

G_END_DECLS
