/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which pads end the stream: the property eos-policy. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* Installs the property with the number @id. */
void gst_nt_mosaic_install_eos_policy (GObjectClass * klass, guint id);

/* Whether the last frames of all pads at EOS are over before the next strip. In
 * the streaming thread, without locks, as the next two functions. */
gboolean gst_nt_mosaic_all_are_over (GstNtMosaic * self);

/* Whether eos-policy says that a pad has ended the stream before the next
 * strip. If no strip was made, a warning names that pad. */
gboolean gst_nt_mosaic_has_first_ended (GstNtMosaic * self);

/* To be called when the stream ends, before the base class ends it. Drops all
 * frames. From then on each pad answers its upstream with GST_FLOW_EOS until it
 * is flushed, and an upstream that waits for its turn goes on. Returns what to
 * tell the base class. */
GstFlowReturn gst_nt_mosaic_end (GstNtMosaic * self);

/* To be called for a new pad. If the stream has ended, and no flush has reached
 * @pad, it answers as all others do. From any thread, without locks. */
void gst_nt_mosaic_end_new_pad (GstNtMosaic * self, GstNtMosaicPad * pad);

/* Answers a DURATION query in TIME if the shortest stream ends the strips.
 * FALSE: the base class is to answer. From any thread, without locks. */
gboolean gst_nt_mosaic_answer_duration (GstNtMosaic * self, GstQuery * query);

G_END_DECLS
