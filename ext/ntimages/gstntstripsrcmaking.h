/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip, from its order to downstream. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Sets the base class' function. */
void gst_nt_strip_src_class_init_making (GstNtStripSrcClass * klass);

G_END_DECLS
