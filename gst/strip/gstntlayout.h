/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip's geometry as an object: placed once, then shared and never changed.
 * Two strips are alike when they were made for the same GstNtLayout. */

#pragma once

#include "gstntprelude.h"
#include "layout/layout.h"

G_BEGIN_DECLS

typedef struct _GstNtLayout GstNtLayout;

/**
 * GstNtLayout:
 * @geometry: width and height in pixels, stride and size in bytes
 * @n_tiles: how many tiles there are
 * @tiles: (array length=n_tiles): where each tile stands
 *
 * Fields are read-only and never change; safe from any thread that holds a
 * reference.
 *
 * Since: 0.1
 */
struct _GstNtLayout
{
  NtmLayout geometry;
  guint n_tiles;
  const NtmTile *tiles;
};

/**
 * gst_nt_layout_new:
 * @tiles: (array length=n_tiles): the width and frame height of each tile, from
 *   left to right; copied
 * @n_tiles: how many tiles there are
 * @rules: alignment and height limits; copied
 * @error: (nullable): set to %GST_STREAM_ERROR_FORMAT when the tiles make no
 *   strip that GStreamer can describe; the message names the numbers and the
 *   limit
 *
 * Returns: (transfer full) (nullable): a layout, or %NULL with @error set
 *
 * Since: 0.1
 */
GST_NT_API
GstNtLayout * gst_nt_layout_new   (const NtmTile * tiles, guint n_tiles,
                                   const NtmLayoutRules * rules,
                                   GError ** error);

/**
 * gst_nt_layout_ref:
 * @layout: a layout
 *
 * Returns: (transfer full): @layout
 *
 * Since: 0.1
 */
GST_NT_API
GstNtLayout * gst_nt_layout_ref   (GstNtLayout * layout);

/**
 * gst_nt_layout_unref:
 * @layout: (transfer full): a layout
 *
 * Since: 0.1
 */
GST_NT_API
void          gst_nt_layout_unref (GstNtLayout * layout);

G_END_DECLS
