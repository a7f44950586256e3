/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which caps fit together: what a sink pad should be sent, whether the pads
 * agree with each other, and what the strip is called towards downstream. Knows
 * no element and no pad; everything it needs is an argument. */

#pragma once

#include <gst/video/video.h>

#include "ntstrip.h"

G_BEGIN_DECLS

/* RGBA comes first: it is what is taken where nothing else is asked for. */
#define GST_NT_MOSAIC_FORMATS \
    "{ RGBA, BGRA, ARGB, ABGR, RGBx, BGRx, xRGB, xBGR }"

/* One pad that has caps. */
typedef struct
{
  const gchar *pad_name;
  GstVideoInfo info;
} GstNtMosaicInput;

/* What a sink pad should be sent. */
typedef struct
{
  const GstVideoInfo *like;     /* caps of another pad; NULL: none has any */
  guint tile_width;             /* pixels; 0 = as it comes */
  guint tile_height;            /* pixels; 0 = as it comes */
} GstNtMosaicWishes;

/* The caps to answer a sink pad's CAPS query with: first what the other pads
 * have and downstream takes, then the rest of what the pad takes. Where
 * upstream can choose a format and a colorimetry, the answer has only those of
 * the other pads. Upstream that can't do what the others do is let through:
 * then negotiation fails here, with an error that names the pads. @downstream:
 * what the strip's receiver takes. @filter: what upstream can do, or NULL. */
GstCaps *gst_nt_mosaic_caps_for_sink (GstCaps * template_caps,
    GstCaps * downstream, GstCaps * filter, const GstNtMosaicWishes * wishes);

/* Whether format, pixel-aspect-ratio, interlacing and colorimetry agree; if
 * not, @error names two pads and two values. */
gboolean gst_nt_mosaic_inputs_agree (const GstNtMosaicInput * inputs,
    guint n_inputs, GError ** error);

/* Fixed caps for a strip of @layout made of @inputs (one at least, agreeing),
 * before downstream is asked. */
GstCaps *gst_nt_mosaic_describe_strip (const GstNtMosaicInput * inputs,
    guint n_inputs, const NtmLayout * layout);

/* What a strip of the caps @natural may be sent as: in any rate, and higher. */
GstCaps *gst_nt_mosaic_loosen_strip (const GstCaps * natural);

/* Fixed caps for that strip such that @downstream takes them; the height may
 * come out larger. NULL if there are none. */
GstCaps *gst_nt_mosaic_fit_strip (const GstCaps * natural,
    GstCaps * downstream);

/* The four bytes of a pixel of colour @argb, as they stand in memory. */
guint32 gst_nt_mosaic_pixel (const GstVideoFormatInfo * finfo, guint32 argb);

G_END_DECLS
