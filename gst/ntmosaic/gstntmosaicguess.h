/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Before the first camera: strips without any frame can be made at once if the
 * element is live by itself and the size of the tiles is set. The caps are
 * guessed, and what the first camera brings replaces them. */

#pragma once

#include "gstntmosaiccaps.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets @input to what pads are asked for. FALSE if nothing may be guessed,
 * because the element is not live or the tiles have no size. @downstream: what
 * the strip's receiver takes. In the streaming thread. */
gboolean gst_nt_mosaic_guess (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GstCaps * downstream,
    GstNtMosaicInput * input);

G_END_DECLS
