/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How far pads run ahead of the strip. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the user's latency in nanoseconds, and the base class' property to what
 * follows from it. From any thread, without locks. */
void gst_nt_mosaic_set_latency (GstNtMosaic * self, GstClockTime latency);

/* Lets pads run ahead of the strips if nothing is live, as far as the current
 * layout allows. @period: nanoseconds from one strip to the next; 0: strips
 * have no rate, and no pad runs ahead. Sets the latency of the base class. In
 * the streaming thread. */
void gst_nt_mosaic_allow_ahead (GstNtMosaic * self, GstClockTime period);

/* Lets no pad run ahead. From any thread, without locks. */
void gst_nt_mosaic_forbid_ahead (GstNtMosaic * self);

/* Forbids running ahead if something has become live, and allows it again some
 * strips after a stall. To be called with each strip, in the streaming
 * thread. */
void gst_nt_mosaic_check_ahead (GstNtMosaic * self);

/* Waits until @pad has room for @buffer, which comes in @segment. Upstream may
 * then make several frames in a row. In upstream's thread, without locks. */
void gst_nt_mosaic_wait_for_turn (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstSegment * segment, GstBuffer * buffer);

/* Corrects the base class' answer to a LATENCY query. From any thread, without
 * locks. */
void gst_nt_mosaic_correct_latency (GstNtMosaic * self, GstQuery * query);

G_END_DECLS
