/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The action signals: request, cancel, end-of-stream. */

#pragma once

#include "gstntstripsrcstate.h"

G_BEGIN_DECLS

void gst_nt_strip_src_class_init_signals (GstNtStripSrcClass * klass);

G_END_DECLS
