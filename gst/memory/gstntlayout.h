/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Layouts of strips that GStreamer can describe. */

#pragma once

#include "gstntprelude.h"
#include "ntstrip.h"

G_BEGIN_DECLS

/* GstVideoInfo rounds the stride of packed pixels up to a multiple of this. */
#define GST_NT_STRIDE_GRANULARITY 4

/* GstVideoInfo keeps a stride in an int: from 2^29 pixels of 4 bytes on, it
 * does not fit, and GStreamer 1.22 takes such a row with a negative stride. */
#define GST_NT_MAX_WIDTH(pixel_bytes)                                         \
    ((G_MAXINT - (GST_NT_STRIDE_GRANULARITY - 1)) / (pixel_bytes))

/* GstVideoInfo refuses a frame from round-up-to-128 (width) * height * 4 = 2^32
 * bytes on (fill_planes () in video-info.c): at most 1023 tiles of 1024x1024.
 * It counts the bits of the components, not bytes, so it accepts RGBx and other
 * formats without alpha up to a third larger. Where two pixels share samples,
 * it counts these twice: three bytes for a pixel of YUY2, which has two. The
 * limit here holds for all formats. */
#define GST_NT_MAX_BYTES ((G_GUINT64_CONSTANT (1) << 32) - 1)

/* As ntm_layout_new(), for strips that GStreamer can describe: the limits of
 * width and bytes in @rules are lowered to GStreamer's, and the stride is that
 * of GstVideoInfo, so that downstream needs no GstVideoMeta. Returns a layout,
 * a reference. NULL, with @error: the tiles make no such strip
 * (GST_STREAM_ERROR_FORMAT; the message names the numbers and the limit), or
 * there is no memory (GST_RESOURCE_ERROR_NO_SPACE_LEFT). From any thread. */
GST_NT_API
NtmLayout * gst_nt_layout_new   (const NtmTile * tiles, guint n_tiles,
                                 const NtmLayoutRules * rules,
                                 GError ** error);

G_END_DECLS
