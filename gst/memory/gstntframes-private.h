/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What frames do for their pools. */

#pragma once

#include "gstntframes.h"

G_BEGIN_DECLS

/* Memory of @bytes bytes, with the alignment, prefix and padding of @params. NULL:
 * the system has none, or too much was asked for. */
GstMemory *gst_nt_frames_take (GstNtFrames * frames, gsize bytes,
    const GstAllocationParams * params);

GstBufferPool *gst_nt_frame_pool_new (GstNtFrames * frames);

G_END_DECLS
