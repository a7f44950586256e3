/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Buffers and events from upstream, before the base class queues them. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Puts the element's chain function before that of the base class. To be called
 * before @pad is added. */
void gst_nt_mosaic_init_pad_inputs (GstNtMosaicPad * pad);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_inputs (GstNtMosaicClass * klass);

G_END_DECLS
