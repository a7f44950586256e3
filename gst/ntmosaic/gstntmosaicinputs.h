/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What upstream sends, before the base class queues it. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Looks at what @pad gets before the base class does. Before it is added. */
void gst_nt_mosaic_init_pad_inputs (GstNtMosaicPad * pad);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_inputs (GstNtMosaicClass * klass);

G_END_DECLS
