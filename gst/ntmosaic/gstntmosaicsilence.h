/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A warning of pads that are waited for in vain. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* The streaming thread waits for frames, or does not any more. A warning names
 * the pads that it waits for in vain. */
void gst_nt_mosaic_begin_waiting (GstNtMosaic * self);
void gst_nt_mosaic_end_waiting (GstNtMosaic * self);

/* The element is stopped: no warning will come. */
void gst_nt_mosaic_forget_waiting (GstNtMosaic * self);

G_END_DECLS
