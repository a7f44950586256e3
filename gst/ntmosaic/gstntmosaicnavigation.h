/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Mouse and touch events on the strip, passed to the tile that they hit. */

#pragma once

#include <gst/gst.h>

#include "ntstrip.h"

G_BEGIN_DECLS

/* Sends @event upstream, through the pad of @element whose frame in @layout it
 * hits, with the coordinates of that frame. @event: taken over. Returns whether
 * an element upstream handled it; FALSE for an event that has no coordinates,
 * or hits no frame. Without locks. */
gboolean gst_nt_mosaic_navigate (GstElement * element,
    const NtmLayout * layout, GstEvent * event);

G_END_DECLS
