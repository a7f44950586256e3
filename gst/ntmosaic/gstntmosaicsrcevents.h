/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Events and queries on the src pad. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Sets the virtual functions for events and queries from
 * downstream. */
void gst_nt_mosaic_class_init_src_events (GstNtMosaicClass * klass);

G_END_DECLS
