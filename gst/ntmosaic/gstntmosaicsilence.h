/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A warning about pads that hold up the strip. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* To be called when the streaming thread begins, and when it ends, to wait for
 * frames. After five seconds a warning names the pads without data. */
void gst_nt_mosaic_begin_waiting (GstNtMosaic * self);
void gst_nt_mosaic_end_waiting (GstNtMosaic * self);

/* To be called when the element stops: no warning comes any more. */
void gst_nt_mosaic_forget_waiting (GstNtMosaic * self);

G_END_DECLS
