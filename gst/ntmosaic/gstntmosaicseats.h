/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pads during negotiation: which of them fit, and where their tiles are.
 * All functions are for the streaming thread. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* A pad, and the caps that it had when the seats were taken. */
typedef struct
{
  GstNtMosaicPad *pad;          /* a reference */
  GstVideoInfo info;            /* its caps; UNKNOWN: none yet */
  NtmTile before;               /* its tile in the current strip; zeros: none */
  gboolean is_shown;            /* the current strip was negotiated for caps of
                                 * the pad */
  gboolean is_settled;          /* and for these caps */
  gboolean agrees;              /* its caps agree with those of the strip */
  gboolean is_at_eos;           /* without repeat-after-eos */
  gboolean fits;                /* its frames are going to be in the strip */
  GError *misfit;               /* why not; NULL: it fits, or has no caps */
} GstNtMosaicSeat;

/* All pads, in the order of their tiles: an array of GstNtMosaicSeat, to be
 * unreferenced. Takes the object lock. */
GArray *gst_nt_mosaic_take_seats (GstNtMosaic * self);

/* Makes @seats as they were taken, for another try. */
void gst_nt_mosaic_reset_seats (GArray * seats);

gboolean gst_nt_mosaic_seats_have_caps (const GArray * seats);

/* Whether the current strip was negotiated for all of @seats as they are. */
gboolean gst_nt_mosaic_seats_are_settled (const GArray * seats);

/* Whether those of @seats that have @fits set fit together, and @downstream
 * takes a strip of them; @error says why not. Without locks. */
gboolean gst_nt_mosaic_check_seats (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, const GArray * seats,
    GstCaps * downstream, GError ** error);

/* Sets which of @seats fit into a strip that @downstream takes, and warns of
 * pads that are left out. FALSE with @error set if pads don't fit and the
 * element can't go on without them: no strip was made before, there is a single
 * pad, or no pad fits and none has a tile. */
gboolean gst_nt_mosaic_choose_seats (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GArray * seats,
    GstCaps * downstream, GError ** error);

/* The inputs of the strip: an array of GstNtMosaicInput, to be unreferenced,
 * with one item for each pad that fits; if none fits, with the caps of the
 * current strip. The names in it belong to the pads of @seats. */
GArray *gst_nt_mosaic_collect_inputs (GstNtMosaic * self,
    const GArray * seats);

/* The caps of a strip of @seats that @downstream takes; *@layout: where its
 * tiles stand. The strip is as large as its tiles need, or larger if downstream
 * asks for that. @inputs: one at least. NULL with @error set if a frame does
 * not fit into its tile or the pads into columns and rows, if the strip would
 * be too large, or if downstream takes no such strip. Without locks. */
GstCaps *gst_nt_mosaic_design_strip (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, const GArray * seats,
    const GArray * inputs, GstCaps * downstream, NtmLayout ** layout,
    GError ** error);

/* From now on, the tiles of the layout are those of the pads of @seats, in this
 * order. With the object lock held. */
void gst_nt_mosaic_adopt_seats (GstNtMosaic * self, const GArray * seats);

G_END_DECLS
