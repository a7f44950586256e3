/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Caps and layout of the strip. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Makes a new layout if the property align has changed, so that it holds for
 * the strip that is being made. FALSE: an error was posted. In the streaming
 * thread. */
gboolean gst_nt_mosaic_follow_align (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_negotiation (GstNtMosaicClass * klass);

G_END_DECLS
