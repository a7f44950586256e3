/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that come without timestamps. A still is shown from the strip on that
 * it is the next frame for. Other frames are refused from then on. */

#pragma once

#include "gstntmosaicpad.h"

G_BEGIN_DECLS

/* Whether the next frame is a still: its caps have the rate 0/1. In the
 * streaming thread. */
gboolean gst_nt_mosaic_pad_has_stills (GstNtMosaicPad * pad);

/* Sets the timestamp of @buffer to the beginning of a strip. @buffer: the frame
 * to be taken next, which has no timestamp; taken over. @running_time: where
 * the strip begins. Returns @buffer, or a copy if it was not writable. */
GstBuffer *gst_nt_mosaic_pad_time_still (GstNtMosaicPad * pad,
    GstBuffer * buffer, GstClockTime running_time);

/* What stands for a frame that is not a still and has no timestamp: an empty
 * buffer, which the strip refuses. @frame is taken over. */
GstBuffer *gst_nt_mosaic_pad_stand_for_untimed (GstNtMosaicPad * pad,
    GstBuffer * frame);

gboolean gst_nt_mosaic_stands_for_untimed (GstBuffer * buffer);

/* To be called if the frame to be taken next has a timestamp of its own. */
void gst_nt_mosaic_pad_note_timed (GstNtMosaicPad * pad);

/* Sets the timestamp of the frame to be taken next, if it came without one, to
 * the beginning of a later strip. @running_time: where that strip begins. In
 * the streaming thread, without locks. */
void gst_nt_mosaic_pad_retime_still (GstNtMosaicPad * pad,
    GstClockTime running_time);

G_END_DECLS
