/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* When a strip is due, and when there are no more. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Ends and forbids (@stopping), or allows again, the streaming thread's waiting
 * for the clock. */
void gst_nt_mosaic_set_stopping (GstNtMosaic * self, gboolean stopping);

/* Hands what the user wants to the base class. */
void gst_nt_mosaic_ignore_inactive_pads (GstNtMosaic * self);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_pace (GstNtMosaicClass * klass);

G_END_DECLS
