/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The caps that a sink pad asks upstream for. The functions know no element and
 * no pad. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

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

G_END_DECLS
