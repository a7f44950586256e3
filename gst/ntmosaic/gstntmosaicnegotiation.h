/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Caps and layout of the strip. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_negotiation (GstNtMosaicClass * klass);

G_END_DECLS
