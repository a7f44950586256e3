/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip before any pad has caps. With force-live, tile-width and
 * tile-height, the element makes strips of background at once. It guesses their
 * caps, and the caps of the first pad replace the guess. */

#pragma once

#include "gstntmosaiccaps.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets @input to the caps that a pad would ask upstream for. FALSE if the
 * element may not guess: it has no force-live, the tiles have no size, or the
 * strip has caps of a pad. @downstream: the caps that downstream takes. In the
 * streaming thread. */
gboolean gst_nt_mosaic_guess (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GstCaps * downstream,
    GstNtMosaicInput * input);

G_END_DECLS
