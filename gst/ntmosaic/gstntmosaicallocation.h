/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whose memory the strips are made of, and what upstream is offered for its
 * frames. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Makes strips of the current layout; where downstream has a pool, only if that
 * one runs dry. FALSE: an error was posted. In the streaming thread. */
gboolean gst_nt_mosaic_configure_strips (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);

/* Gives @strip, which has no memory yet, that of the strip in which least of
 * @sources is to be written. FALSE: there is none; an error was posted if it is
 * one. In the streaming thread. */
gboolean gst_nt_mosaic_give_memory (GstNtMosaic * self, GstBuffer * strip,
    const NtmSource * sources, const GstNtTileInput * inputs,
    guint32 background);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_allocation (GstNtMosaicClass * klass);

G_END_DECLS
