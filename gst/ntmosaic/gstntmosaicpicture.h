/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the tiles of one strip show. The streaming thread takes frames from the
 * pads under their locks, and maps them without locks. */

#pragma once

#include "gstntmosaicframe.h"
#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* All that is needed to make one strip: a copy of the settings, references on
 * the pads, and what the pads show. The arrays have one item for each tile. */
typedef struct
{
  GstNtMosaicSettings settings;
  NtmLayout *layout;
  GstNtMosaicPad **pads;        /* NULL where a pad is gone */
  GstNtMosaicFrame *frames;
  NtmSource *sources;
  GstNtTileInput *inputs;
  GstClockTime hidden_time;     /* running time of the latest frame that is not
                                 * shown; NONE: there is none */
  guint8 background[NTM_MAX_PIXEL_BYTES];       /* as it stands in memory */
  NtmStrip *strip;              /* where it was composed; not owned */
} GstNtMosaicPicture;

/* A picture that shows nothing yet, of the pads that the element has now. All
 * functions are for the streaming thread, without locks. */
GstNtMosaicPicture *gst_nt_mosaic_picture_new (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);
void gst_nt_mosaic_picture_free (GstNtMosaicPicture * picture);

/* Takes and maps the frame of each pad. A tile is background where the pad has
 * no frame, or one that can't be shown. FALSE: there can't be a strip, and an
 * error was posted. */
gboolean gst_nt_mosaic_picture_take_frames (GstNtMosaic * self,
    GstNtMosaicPicture * picture);

/* The running time of the latest frame that was taken; NONE: there is none. */
GstClockTime gst_nt_mosaic_picture_find_time (const GstNtMosaicPicture *
    picture);

G_END_DECLS
