/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The part of a frame that has a running time. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Cuts the part without a running time off a frame or gap in @segment: its
 * beginning, or if the segment is played backwards, its end. @pts: its
 * timestamp in nanoseconds; NONE: it stays as it is. @duration: in nanoseconds;
 * NONE: it lasts until the next one. FALSE if nothing is left. Pure. */
gboolean gst_nt_mosaic_clip_to_running_time (const GstSegment * segment,
    GstClockTime * pts, GstClockTime * duration);

G_END_DECLS
