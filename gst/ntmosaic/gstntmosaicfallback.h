/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Settings that can't be fulfilled while strips are made. They must not end the
 * stream: an application changes columns and rows one after the other, and may
 * be wrong about a number. */

#pragma once

#include "gstntmosaicseats.h"

G_BEGIN_DECLS

/* If there can be no strip of @seats by the sizes in @settings (of cells and of
 * the strip), or there was no memory for it when negotiation tried it just now,
 * replaces them with the last good ones, and warns once. @settings
 * stay before the first strip, and if there can be no strip by the last good
 * ones either: then negotiation finds the error. @downstream: the caps that
 * downstream takes. In the streaming thread. */
void gst_nt_mosaic_fall_back (GstNtMosaic * self,
    GstNtMosaicSettings * settings, GArray * seats, GstCaps * downstream);

/* After a pad has left or grown, columns may hold other tiles, and the strip
 * may be wider than max-width or downstream allow. Then @settings get fewer
 * columns, as many as fit, and one warning says how many. Before the first
 * strip, @settings stay. In the streaming thread. */
void gst_nt_mosaic_fold (GstNtMosaic * self, GstNtMosaicSettings * settings,
    GArray * seats, GstCaps * downstream);

/* Whether negotiation has failed because there is no memory for a strip by the
 * settings that it tried, and can be repeated: it may be there for a strip by
 * the last good ones. In the streaming thread. */
gboolean gst_nt_mosaic_can_fall_back (GstNtMosaic * self);

/* To be called when negotiation has succeeded: the settings that it tried are
 * the last good ones now. In the streaming thread. */
void gst_nt_mosaic_note_good (GstNtMosaic * self);

G_END_DECLS
