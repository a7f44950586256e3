/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the sink pads answer to upstream's queries. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the virtual functions for queries on sink pads. */
void gst_nt_mosaic_class_init_queries (GstNtMosaicClass * klass);

G_END_DECLS
