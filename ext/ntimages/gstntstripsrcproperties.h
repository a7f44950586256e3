/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's properties. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Sets the settings to their defaults. */
void gst_nt_strip_src_init_properties (GstNtStripSrc * self);

void gst_nt_strip_src_class_init_properties (GstNtStripSrcClass * klass);

G_END_DECLS
