/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which caps fit together: whether the pads agree with each other, and the caps
 * of the strip. The functions know no element and no pad. */

#pragma once

#include <gst/video/video.h>

#include "ntstrip.h"

G_BEGIN_DECLS

/* A pad that has caps. */
typedef struct
{
  const gchar *pad_name;
  GstVideoInfo info;
} GstNtMosaicInput;

/* Whether format, pixel-aspect-ratio, interlacing, colorimetry and chroma-site
 * agree; if not, @error names two pads and two values. */
gboolean gst_nt_mosaic_inputs_agree (const GstNtMosaicInput * inputs,
    guint n_inputs, GError ** error);

/* The natural caps of a strip of @layout: fixed caps, before downstream is
 * asked. @inputs: one at least; they agree. */
GstCaps *gst_nt_mosaic_describe_strip (const GstNtMosaicInput * inputs,
    guint n_inputs, const NtmLayout * layout);

/* The caps that downstream may choose for a strip of the caps @natural: any
 * rate, and a width and a height that are the same or larger. @max_width: in
 * pixels; 0: no limit. */
GstCaps *gst_nt_mosaic_loosen_strip (const GstCaps * natural,
    guint max_width);

/* Fixed caps out of these that @downstream takes: of the size of @natural, or
 * else as narrow as can be, and as low. NULL if there are none. */
GstCaps *gst_nt_mosaic_fit_strip (const GstCaps * natural,
    guint max_width, GstCaps * downstream);

G_END_DECLS
