/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames without a running time. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Cuts what has no running time off a frame or gap that is @duration long
 * (NONE: it lasts until the next) from @pts on, in @segment. FALSE if nothing
 * is left of it. Without a timestamp it stays as it is. Pure. */
gboolean gst_nt_mosaic_clip_to_running_time (const GstSegment * segment,
    GstClockTime * pts, GstClockTime * duration);

G_END_DECLS
