/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which formats tiles and strips may have, and what their pixels are. The
 * functions know no element and no pad. */

#pragma once

#include <gst/video/video.h>

#include "ntstrip.h"

G_BEGIN_DECLS

/* The caps of all pads: every format of this GStreamer with one plane, and
 * pixels of whole bytes that stand alone or in pairs. Returns a reference. */
GstCaps *gst_nt_mosaic_formats_new_caps (void);

/* How many pixels share samples, and stay together: 2 where they are pairs, as
 * those of YUY2 are, else 1. */
guint gst_nt_mosaic_format_get_unit (const GstVideoFormatInfo * finfo);

/* Writes to @pixels the bytes of as many pixels as belong together, all of the
 * colour @argb (0xAARRGGBB), with the matrix and the range of @info. In RGB,
 * the components are those of @argb, whatever colorimetry @info has. A format
 * without alpha has alpha's value as its padding. If the format of @info is
 * UNKNOWN, the bytes are 0. Takes less than half a microsecond. */
void gst_nt_mosaic_format_paint (const GstVideoInfo * info, guint32 argb,
    guint8 pixels[NTM_MAX_PIXEL_BYTES]);

G_END_DECLS
