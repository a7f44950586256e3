/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Mouse and touch events on the strip, passed to the tile that they hit. */

#pragma once

#include <gst/gst.h>

#include "ntstrip.h"

G_BEGIN_DECLS

/* Sends @event (taken over), with coordinates of the frame, to the pad of
 * @element whose frame in @layout it hits. Answers whether an element upstream
 * handled it; FALSE for an event without coordinates, or beside all frames. */
gboolean gst_nt_mosaic_navigate (GstElement * element,
    const NtmLayout * layout, GstEvent * event);

G_END_DECLS
