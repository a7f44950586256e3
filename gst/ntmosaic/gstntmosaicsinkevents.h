/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Events on sink pads, after the queue. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the virtual function for events on sink pads. */
void gst_nt_mosaic_class_init_sink_events (GstNtMosaicClass * klass);

G_END_DECLS
