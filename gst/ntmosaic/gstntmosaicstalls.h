/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Messages about pads that stall and resume. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Posts the message `ntmosaic-pad-stalled` or `ntmosaic-pad-resumed` if @pad
 * has stalled or resumed with the strip that was made last. @has: what @pad has
 * had for that strip. To be called for each pad after each strip, in the
 * streaming thread and without locks: an application may handle the message in
 * this thread. */
void gst_nt_mosaic_check_stall (GstNtMosaic * self, GstNtMosaicPad * pad,
    GstNtMosaicHas has);

G_END_DECLS
