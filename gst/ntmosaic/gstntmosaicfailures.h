/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Errors, and warnings. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Posts an error, if it is the first since the element was started, and ends
 * the making of strips. From any thread, without locks. */
void gst_nt_mosaic_fail (GstNtMosaic * self, const GError * error);
void gst_nt_mosaic_fail_stream (GstNtMosaic * self, gint code,
    const gchar * format, ...) G_GNUC_PRINTF (3, 4);

/* Posts a warning: something is wrong, and strips are made all the same. From
 * any thread, without the object lock. */
void gst_nt_mosaic_warn (GstNtMosaic * self, GQuark domain, gint code,
    const gchar * format, ...) G_GNUC_PRINTF (4, 5);

/* The warning of caps of @pad that don't fit, because of @why. */
void gst_nt_mosaic_warn_of_caps (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GError * why);

/* Posts the error that the base class doesn't, if @flow is one. */
void gst_nt_mosaic_explain_flow (GstNtMosaic * self, GstFlowReturn flow);

/* Data before caps would keep the base class asking for more data, at full
 * speed, as long as no other pad has caps either. FALSE: there is some, and an
 * error was posted. */
gboolean gst_nt_mosaic_check_caps_before_data (GstNtMosaic * self);

G_END_DECLS
