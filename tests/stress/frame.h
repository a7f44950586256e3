/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that say what is in them. A strip's tile-meta has the timestamp of
 * each tile's frame, and so each byte of the strip can be computed from the
 * strip alone.
 *
 * A timestamp is a number of milliseconds and a code in nanoseconds, which no
 * rule of time looks at. The code is the number of the source and that of the
 * content. A still has the same code in all its timestamps. The first three
 * bytes of each frame are its code, too: so a frame without a timestamp can be
 * recognized. */

#pragma once

#include <gst/video/video.h>

#define FRAME_MOST_SOURCES 100
#define FRAME_MOST_CONTENTS 10000

/* What decides about the bytes of a frame. */
typedef struct
{
  guint32 key;                  /* of the pipeline */
  guint code;
  GstVideoFormat format;
  guint width;
  guint height;
} FrameLook;

/* The code of content @content of source @source; numbers that are too high
 * begin at 0 again. */
guint frame_code (guint source, guint content);

guint frame_get_code (GstClockTime pts);
guint frame_get_source (guint code);

/* The code in the bytes of a frame. Its rows are @stride bytes apart. */
guint frame_read_code (const FrameLook * look, const guint8 * bytes,
    gssize stride);

/* Writes all bytes of a frame. */
void frame_write (const FrameLook * look, guint8 * bytes, gssize stride);

/* A frame in ordinary or unusual memory. */
GstBuffer *frame_new (GRand * rand, const FrameLook * look);

/* Writes the bytes of a frame to a buffer of a pool. */
void frame_fill (GstBuffer * buffer, const GstVideoInfo * info,
    const FrameLook * look);

/* A frame that no pad can show: too short, or with a GstVideoMeta that
 * contradicts the caps. */
GstBuffer *frame_new_bad (GRand * rand, GstVideoFormat format, guint width,
    guint height);
