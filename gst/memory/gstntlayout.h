/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Layouts of strips that GStreamer can describe. */

#pragma once

#include "gstntprelude.h"
#include "ntstrip.h"

G_BEGIN_DECLS

/* GstVideoInfo keeps a stride in an int: from 2^29 pixels on, width * 4 does
 * not fit, and GStreamer 1.22 takes a row of them with a negative stride. */
#define GST_NT_MAX_WIDTH ((UINT32_C (1) << 29) - 1)

/* GstVideoInfo refuses a frame from round-up-to-128 (width) * height * 4 = 2^32
 * bytes on (fill_planes () in video-info.c): at most 1023 tiles of 1024x1024.
 * It counts components, not bytes, so it accepts RGBx and other formats without
 * alpha up to a third larger. The limit here holds for all formats. */
#define GST_NT_MAX_BYTES ((G_GUINT64_CONSTANT (1) << 32) - 1)

/* As ntm_layout_new(), for strips that GStreamer can describe: the limits of
 * width and bytes in @rules are lowered to GStreamer's. Returns a layout, a
 * reference. NULL, with @error: the tiles make no such strip
 * (GST_STREAM_ERROR_FORMAT; the message names the numbers and the limit), or
 * there is no memory (GST_RESOURCE_ERROR_NO_SPACE_LEFT). From any thread. */
GST_NT_API
NtmLayout * gst_nt_layout_new   (const NtmTile * tiles, guint n_tiles,
                                 const NtmLayoutRules * rules,
                                 GError ** error);

G_END_DECLS
