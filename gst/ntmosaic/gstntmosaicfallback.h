/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Settings that can't be fulfilled while strips are made. They must not end the
 * stream: an application changes columns and rows one after the other, and may
 * be wrong about a number. */

#pragma once

#include "gstntmosaicseats.h"

G_BEGIN_DECLS

/* Replaces those of @settings, which say how large cells and strip are, with
 * the last ones that were good if there can be no strip of @seats with them,
 * and warns once. Before the first strip, and if it is the pads or downstream
 * that can't be fulfilled, @settings stay, and negotiation finds the error.
 * @downstream: the caps that downstream takes. In the streaming thread. */
void gst_nt_mosaic_fall_back (GstNtMosaic * self,
    GstNtMosaicSettings * settings, GArray * seats, GstCaps * downstream);

/* The columns of @settings can hold other tiles after a pad has left or grown,
 * and the strip can be wider than max-width or downstream allow by that. Then
 * @settings have fewer columns, as many as there can be, and one warning says
 * so. Before the first strip, @settings stay. In the streaming thread. */
void gst_nt_mosaic_fold (GstNtMosaic * self, GstNtMosaicSettings * settings,
    GArray * seats, GstCaps * downstream);

/* There is a strip by @settings. In the streaming thread. */
void gst_nt_mosaic_note_good (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);

G_END_DECLS
