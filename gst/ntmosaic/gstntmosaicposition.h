/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where the strips stand in time: the segment of the src pad, and its position,
 * which is where the next strip begins. The base class loses it in some
 * cases. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* A copy of the src pad's segment. From any thread. */
void gst_nt_mosaic_get_output_segment (GstNtMosaic * self,
    GstSegment * segment);

/* The running time at which the next strip begins. */
GstClockTime gst_nt_mosaic_find_strip_time (GstNtMosaic * self);

/* Whether strips went backwards to the beginning of the segment. */
gboolean gst_nt_mosaic_is_back_at_start (GstNtMosaic * self);

/* To be called after each strip. Backwards, the base class reckons from the
 * stop in whole strips. Where that does not come out even, the strip at the
 * start of the segment ends nowhere, and after it all begins anew. */
void gst_nt_mosaic_end_at_start (GstNtMosaic * self);

/* Sets the time of @strip if it is the one at the start of a segment that is
 * played backwards, which the base class may leave without. In the streaming
 * thread. */
void gst_nt_mosaic_set_time_of_last_backwards (GstNtMosaic * self,
    GstBuffer * strip);

/* To be called with each strip, and to be undone when time starts anew. */
void gst_nt_mosaic_remember_time (GstNtMosaic * self, GstBuffer * strip);
void gst_nt_mosaic_forget_time (GstNtMosaic * self);

/* The first frame of all makes the base class go back to the start time. In
 * live pipelines strips may have been made before: the next one stays behind
 * them. */
void gst_nt_mosaic_keep_position (GstNtMosaic * self);

/* Goes on after the strip that was made last if the base class lost its place,
 * now that strips are @period apart. In the streaming thread. */
void gst_nt_mosaic_resume (GstNtMosaic * self, GstClockTime period);

G_END_DECLS
