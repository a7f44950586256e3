/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A frame in the midst of guard bytes, as a tile is in the midst of others: left
 * and right of every row, above and below. Whoever writes to the frame and leaves
 * them alone can be trusted with a tile. */

#pragma once

#include "gstnttile-private.h"

G_BEGIN_DECLS

/* How many bytes a frame of @n_rows rows takes with its guards; 0: too many. */
gsize gst_nt_guards_get_size (gsize row_bytes, gsize n_rows);

/* Fills @block, which is as large as gst_nt_guards_get_size() said, with guards,
 * and answers where the frame is. */
GstNtTileRows gst_nt_guards_set (guint8 * block, gsize row_bytes,
    gsize n_rows);

/* Whether the guards around the frame are what they were. */
gboolean gst_nt_guards_are_intact (const GstNtTileRows * rows);

G_END_DECLS
