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

/* Maps the frame of @info that @buffer holds; takes over @buffer in any case.
 * If it holds none, because it is too short or its GstVideoMeta says something
 * else, answers FALSE with the reason in @why, to be freed. */
gboolean gst_nt_mosaic_frame_map (GstNtMosaicFrame * frame,
    const GstVideoInfo * info, GstBuffer * buffer, gchar ** why);

/* Does nothing for a frame that isn't mapped. */
void gst_nt_mosaic_frame_unmap (GstNtMosaicFrame * frame);

G_END_DECLS
