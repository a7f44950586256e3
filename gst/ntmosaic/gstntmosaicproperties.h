/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The properties of the element. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the defaults. To be called first in the element's instance init. */
void gst_nt_mosaic_init_properties (GstNtMosaic * self);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_properties (GstNtMosaicClass * klass);

G_END_DECLS
