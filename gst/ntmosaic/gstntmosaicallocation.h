/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whose memory the strips are made of, and what upstream is offered for its
 * frames. */

#pragma once

#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Makes strips of the current layout; where downstream has a pool, only if that one
 * runs dry. FALSE: an error was posted. In the streaming thread. */
gboolean gst_nt_mosaic_configure_strips (GstNtMosaic * self,
    const GstNtMosaicSettings * settings);

/* The virtual function: takes downstream's pool if it brings memory of its own. */
gboolean gst_nt_mosaic_decide_allocation (GstAggregator * agg,
    GstQuery * query);

/* Offers upstream frames. In upstream's thread and at once: the base class would let
 * the query wait until all frames before it are in a strip. */
gboolean gst_nt_mosaic_answer_allocation (GstNtMosaic * self,
    GstAggregatorPad * pad, GstQuery * query);

G_END_DECLS
