/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How far pads run ahead of the strip. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* What users know as the property of the base class. */
void gst_nt_mosaic_set_latency (GstNtMosaic * self, GstClockTime latency);

/* Lets pads run ahead of strips of the current layout that are @period apart,
 * if nothing is live. 0: strips have no rate, and no pad runs ahead. Sets the
 * latency of the base class. In the streaming thread. */
void gst_nt_mosaic_allow_ahead (GstNtMosaic * self, GstClockTime period);

/* Lets no pad run ahead. From any thread, without locks. */
void gst_nt_mosaic_forbid_ahead (GstNtMosaic * self);

/* Forbids it if something is live now, and allows it again some strips after a
 * stall. To be called with each strip, in the streaming thread. */
void gst_nt_mosaic_check_ahead (GstNtMosaic * self);

/* Waits until it is upstream's turn to make frames for @pad, after @buffer in
 * @segment. In upstream's thread, without locks. */
void gst_nt_mosaic_wait_for_turn (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstSegment * segment, GstBuffer * buffer);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_ahead (GstNtMosaicClass * klass);

G_END_DECLS
