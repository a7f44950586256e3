/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames whose timestamps say what is in them. A strip's tile-meta has the
 * timestamp of each tile's frame, and so each byte of the strip can be computed
 * from the strip alone.
 *
 * A timestamp is a number of milliseconds and a code in nanoseconds, which no
 * rule of time looks at. The code is the number of the source and that of the
 * content. A still has the same code in all its timestamps. */

#pragma once

#include <gst/video/video.h>

#define FRAME_MOST_SOURCES 100
#define FRAME_MOST_CONTENTS 10000

/* The code of content @content of source @source; numbers that are too high
 * begin at 0 again. */
guint frame_code (guint source, guint content);

/* The source in a timestamp. */
guint frame_code_source (GstClockTime pts);

/* The seed of the bytes of a frame with this timestamp, for test_byte().
 * Frames of other pipelines (@key), sizes and formats have other bytes. */
guint32 frame_seed (guint32 key, GstClockTime pts, GstVideoFormat format,
    guint width, guint height);

/* A frame in ordinary or unusual memory. */
GstBuffer *frame_new (GRand * rand, GstVideoFormat format, guint width,
    guint height, guint32 seed);

/* Writes the bytes of a frame to a buffer of a pool. Returns FALSE if the
 * buffer can't be mapped. */
gboolean frame_fill (GstBuffer * buffer, const GstVideoInfo * info,
    guint32 seed);

/* A frame that no pad can show: too short, or with a GstVideoMeta that
 * contradicts the caps. */
GstBuffer *frame_new_bad (GRand * rand, GstVideoFormat format, guint width,
    guint height);
