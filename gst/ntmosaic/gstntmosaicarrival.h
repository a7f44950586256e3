/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Copies of arriving frames. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* From now on, pads copy arriving frames to strips of @layout. NULL: to none,
 * because downstream provides the strips' memory, or copy-on-arrival is off.
 * Pads with a lower rate than the strip don't: their frames are in several
 * strips each. In the streaming thread, without the object lock. */
void gst_nt_mosaic_set_arrival_tiles (GstNtMosaic * self, NtmLayout * layout);

/* Copies @buffer to the strip that it is going to be in, if it has a place
 * there. @buffer: taken over. Returns another buffer with the same timestamps,
 * flags and metas, whose memory is the tile; without a place, @buffer. In
 * upstream's thread, without locks. */
GstBuffer *gst_nt_mosaic_arrive (GstNtMosaicPad * pad, NtmComposer * composer,
    GstBuffer * buffer);

G_END_DECLS
