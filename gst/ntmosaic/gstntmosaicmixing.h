/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip, from the frames of the pads to downstream. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_mixing (GstNtMosaicClass * klass);

G_END_DECLS
