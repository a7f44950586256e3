/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that arrive at pads. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* From now on, frames are copied on arrival to strips of @layout; to none if it
 * is NULL, because the strips are not ours, or the user does not want it. Pads
 * slower than the strip are left out: each of their frames is in several
 * strips. */
void gst_nt_mosaic_set_arrival_tiles (GstNtMosaic * self, NtmLayout * layout);

/* Copies @buffer, which it takes over, to the strip that it is going to be in,
 * if it has a place there: then the answer is another buffer with the same
 * timestamps, flags and metas, whose memory is the tile. Else the answer is
 * @buffer. In upstream's thread, without locks. */
GstBuffer *gst_nt_mosaic_arrive (GstNtMosaicPad * pad, NtmComposer * composer,
    GstBuffer * buffer);

G_END_DECLS
