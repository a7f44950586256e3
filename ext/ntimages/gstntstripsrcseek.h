/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Seeks and queries: strips of a list have numbers, and times if there is a
 * rate. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

/* Sets the base class' functions. */
void gst_nt_strip_src_class_init_seek (GstNtStripSrcClass * klass);

G_END_DECLS
