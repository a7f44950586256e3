/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The numbers of the stats property. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Returns them, for gst_structure_free(). From any thread, without locks. */
GstStructure *gst_nt_strip_src_get_stats (GstNtStripSrc * self);

G_END_DECLS
