/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What is done with each pipeline that is measured. */

#pragma once

#include <gst/gst.h>

/* Plays @pipeline until all is at its end; FALSE with @error if that fails. The
 * elements are still PLAYING afterwards. */
gboolean pipeline_play (GstElement * pipeline, GError ** error);

/* What a mosaic says of all tiles of all strips since it was started. */
typedef struct
{
  guint64 copied;
  guint64 on_arrival;           /* of these */
  guint64 kept;
  guint64 background;
} Tiles;

/* All 0 if @element counts no tiles. */
Tiles pipeline_read_tiles (GstElement * element);
