/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pixels of a buffer, mapped for reading. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

typedef struct
{
  const guint8 *data;           /* first byte of the first row */
  gssize stride;                /* bytes from row to row; may be negative */

  GstBuffer *buffer;            /* NULL: not mapped */
  GstVideoMeta *meta;           /* NULL: mapped without one */
  GstMapInfo map;
} GstNtMosaicFrame;

/* Maps the frame in @buffer. @info: its caps. @buffer: taken over in any case.
 * FALSE if the buffer is too short, its GstVideoMeta contradicts @info, or it
 * can't be mapped: then @why is a text that says so and what to do, to be
 * freed. */
gboolean gst_nt_mosaic_frame_map (GstNtMosaicFrame * frame,
    const GstVideoInfo * info, GstBuffer * buffer, gchar ** why);

/* Unmaps @frame and drops its buffer. Does nothing if @frame is not mapped. */
void gst_nt_mosaic_frame_unmap (GstNtMosaicFrame * frame);

G_END_DECLS
