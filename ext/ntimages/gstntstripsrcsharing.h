/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which cache the element uses: that of a context, or its own. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Sees to it that the element has a cache that fits its settings. FALSE: no
 * memory, and an error was posted. At start. */
gboolean gst_nt_strip_src_open_cache (GstNtStripSrc * self);

/* Gives it up. In NULL. */
void gst_nt_strip_src_close_cache (GstNtStripSrc * self);

/* Sets the element's function for contexts. */
void gst_nt_strip_src_class_init_sharing (GstNtStripSrcClass * klass);

G_END_DECLS
