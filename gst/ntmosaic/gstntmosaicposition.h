/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The segment of the src pad, and its position, which is where the next strip
 * begins. The base class loses the position in some cases. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* A copy of the src pad's segment. From any thread. */
void gst_nt_mosaic_get_output_segment (GstNtMosaic * self,
    GstSegment * segment);

/* The running time at which the next strip begins, in nanoseconds. */
GstClockTime gst_nt_mosaic_find_strip_time (GstNtMosaic * self);

/* Whether the segment is played backwards, and the strips have reached its
 * start. */
gboolean gst_nt_mosaic_is_back_at_start (GstNtMosaic * self);

/* To be called after each strip. Played backwards, the base class counts whole
 * strips down from the stop. If the segment is no multiple of them, the
 * position is NONE after the last strip, and the base class would begin again:
 * this sets it to the start. In the streaming thread. */
void gst_nt_mosaic_end_at_start (GstNtMosaic * self);

/* Sets timestamp and duration of @strip if it is the last one of a segment that
 * is played backwards, and the base class has left it without. In the streaming
 * thread. */
void gst_nt_mosaic_set_time_of_last_backwards (GstNtMosaic * self,
    GstBuffer * strip);

/* Remembers when @strip begins and ends in running time, because its frames are
 * taken now: frames of its time that come from now on are late. */
void gst_nt_mosaic_remember_span (GstNtMosaic * self, GstBuffer * strip);

/* Remembers the times of @strip; to be called with each strip. Forgets them; to
 * be called at a flush, a seek and a start. The first strip after that is a
 * discontinuity of the stream, and gets the flag of one: the base class sets
 * none. */
void gst_nt_mosaic_remember_time (GstNtMosaic * self, GstBuffer * strip);
void gst_nt_mosaic_forget_time (GstNtMosaic * self);

/* Keeps the position behind the strips that were made. In a live pipeline,
 * strips may be made before the first frame, and with that frame the base class
 * goes back to the start time. To be called before each strip. */
void gst_nt_mosaic_keep_position (GstNtMosaic * self);

/* Sets the position behind the last strip if the base class has lost it.
 * @period: nanoseconds from one strip to the next. In the streaming thread. */
void gst_nt_mosaic_resume (GstNtMosaic * self, GstClockTime period);

G_END_DECLS
