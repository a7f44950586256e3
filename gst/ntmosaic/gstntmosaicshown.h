/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which tiles the strip shows: those of all pads, or a single one, alone. All
 * functions are for the streaming thread, without locks. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* To be called when the layout of all tiles is a new one: sets the layout of
 * the strips, which is the same, or that of the tile that show-source names.
 * That tile stands alone in a strip of the same size, and the tiles of the
 * others have no pixels. If no pad has that number, the strip is background,
 * and one warning says so. FALSE: there is no memory, and an error was
 * posted. */
gboolean gst_nt_mosaic_adopt_shown (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);

/* Sets the layout of the strips anew if align or show-source have changed, so
 * that they hold for the strip that is being made. The caps stay the same.
 * FALSE: an error was posted. */
gboolean gst_nt_mosaic_follow_settings (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);

/* Whether the strips don't show @tile, because another is shown alone. */
gboolean gst_nt_mosaic_is_hidden (GstNtMosaic * self, guint tile);

G_END_DECLS
