/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How large tiles are, where they stand, the caps and the memory of strips. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Sees to it that the layout and the caps are those of the strip @order, and
 * its tiles' spec as well. In the streaming thread. GST_FLOW_ERROR: an error
 * was posted. GST_FLOW_FLUSHING. */
GstFlowReturn gst_nt_strip_src_prepare (GstNtStripSrc * self,
    const GstNtStripOrder * order);

/* Sets the base class' functions. */
void gst_nt_strip_src_class_init_negotiation (GstNtStripSrcClass * klass);

G_END_DECLS
