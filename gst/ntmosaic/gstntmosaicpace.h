/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* When a strip is due, and when the stream ends. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Whether the src pad is active. While it is not, the streaming thread does not
 * wait for the clock, and a wait ends at once. From any thread, without the
 * object lock. */
void gst_nt_mosaic_set_active (GstNtMosaic * self, gboolean active);

/* The same from the beginning to the end of a seek. There may be several seeks
 * at a time. */
void gst_nt_mosaic_forbid_waiting (GstNtMosaic * self);
void gst_nt_mosaic_allow_waiting (GstNtMosaic * self);

/* Sets the property of the base class to what the user has set. */
void gst_nt_mosaic_ignore_inactive_pads (GstNtMosaic * self);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_pace (GstNtMosaicClass * klass);

G_END_DECLS
