/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Caps as GstVideoInfo, with the chroma-site that they state. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* The chroma-site that fixed @caps, of the format of @info, state; UNKNOWN:
 * none, or their pixels have no chroma. */
GstVideoChromaSite gst_nt_mosaic_get_stated_site (const GstVideoInfo * info,
    const GstCaps * caps);

/* gst_video_info_from_caps(), but with the chroma-site that @caps state. If
 * they state none, GStreamer takes one for granted by the height of the frame:
 * before 1.26 if they state no colorimetry, even in place of a stated site, and
 * since then always. So frames of two sizes would disagree. */
gboolean gst_nt_mosaic_info_from_caps (GstVideoInfo * info,
    const GstCaps * caps);

G_END_DECLS
