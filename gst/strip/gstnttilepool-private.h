/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The lender's face to upstream. */

#pragma once

#include "gstntlender.h"

G_BEGIN_DECLS

GstBufferPool *gst_nt_tile_pool_new (GstNtLender * lender);

G_END_DECLS
