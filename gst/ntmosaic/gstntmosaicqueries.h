/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The caps that the sink pads answer to upstream. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the virtual function for queries on sink pads. */
void gst_nt_mosaic_class_init_queries (GstNtMosaicClass * klass);

G_END_DECLS
