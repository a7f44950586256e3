/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pads while a strip is negotiated: which of them fit, and where their
 * tiles are. All functions are for the streaming thread. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* A pad, and the caps of its frames as they were when it was looked at. */
typedef struct
{
  GstNtMosaicPad *pad;          /* a reference */
  GstVideoInfo info;            /* UNKNOWN: none yet */
  NtmTile before;               /* its tile so far; zeros: none */
  gboolean is_settled;          /* these caps are in the strip already */
  gboolean is_over;             /* at EOS, and shows no frame after that */
  gboolean fits;                /* its frames are going to be in the strip */
} GstNtMosaicSeat;

/* All pads, in the order of their tiles: an array of GstNtMosaicSeat, to be
 * unreferenced. Takes the object lock. */
GArray *gst_nt_mosaic_take_seats (GstNtMosaic * self);

gboolean gst_nt_mosaic_seats_have_caps (const GArray * seats);

/* Says of the pads which fit. FALSE with @error set if some don't and there is
 * no strip without them. Warns of pads that are left out. */
gboolean gst_nt_mosaic_choose_seats (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GArray * seats, GError ** error);

/* What the strip is made of, as the pure functions want it: an array of
 * GstNtMosaicInput, to be unreferenced, with the pads that fit; if none does,
 * with what the strip is now. Its names are those of the pads of @seats. */
GArray *gst_nt_mosaic_collect_inputs (GstNtMosaic * self,
    const GArray * seats);

/* A strip of @seats, at least @min_height pixels high. @inputs: one at least.
 * NULL with @error set if a frame does not fit into its tile, or the strip
 * would be too large. */
NtmLayout *gst_nt_mosaic_place_tiles (const GstNtMosaicSettings * settings,
    const GArray * seats, const GArray * inputs, guint min_height,
    GError ** error);

/* From now on, tiles belong to the pads of @seats. With the object lock
 * held. */
void gst_nt_mosaic_adopt_seats (GstNtMosaic * self, const GArray * seats);

G_END_DECLS
