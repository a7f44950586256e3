/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The metas of a strip: what it says of its tiles, and the boxes that come with
 * the frames. For users, see docs/tile-meta.md and docs/metas.md. */

#pragma once

#include <gst/video/video.h>

#include "ntstrip.h"

G_BEGIN_DECLS

/* One tile of a strip. Nothing is owned. */
typedef struct
{
  guint pad;                    /* the number of its pad */
  const NtmCell *cell;
  GstBuffer *frame;             /* NULL: background */
  NtmTileWord word;             /* how the frame came there */
} GstNtMosaicTile;

/* Adds a meta to @strip that says where @tile is, and what it shows. */
void gst_nt_mosaic_add_tile_meta (GstBuffer * strip,
    const GstNtMosaicTile * tile);

/* Adds each GstVideoRegionOfInterestMeta of the frame of @tile to @strip, moved
 * to where the frame is. @last_id: the last id of a meta in the strip; counted
 * up. It must begin with the highest number of a pad in the strip. Does nothing
 * if the tile has no frame, or the frame no pixel in the strip. */
void gst_nt_mosaic_move_boxes (GstBuffer * strip, const GstNtMosaicTile * tile,
    guint * last_id);

G_END_DECLS
