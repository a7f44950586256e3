/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which caps fit together: the caps that a sink pad asks upstream for, whether
 * the pads agree with each other, and the caps of the strip. The functions know
 * no element and no pad. */

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

/* The caps that a sink pad prefers. */
typedef struct
{
  const GstVideoInfo *like;     /* caps of another pad; NULL: none has any */
  guint tile_width;             /* pixels; 0: any */
  guint tile_height;            /* pixels; 0: any */
} GstNtMosaicWishes;

/* The answer to a CAPS query on a sink pad: first the caps that the other pads
 * have and downstream takes, then all others that the pad takes. If upstream
 * can choose format and colorimetry, the answer has only those of the other
 * pads. If upstream can't do what the other pads have, the answer still lets it
 * through: negotiation then fails in the element, with an error that names the
 * pads. @downstream: the caps that downstream takes. @filter: the caps that
 * upstream can do, or NULL. Returns a reference. */
GstCaps *gst_nt_mosaic_caps_for_sink (GstCaps * template_caps,
    GstCaps * downstream, GstCaps * filter, const GstNtMosaicWishes * wishes);

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
