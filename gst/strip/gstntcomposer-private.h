/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the composer does for frames that arrive. */

#pragma once

#include "gstntcomposer.h"
#include "gstntview-private.h"

G_BEGIN_DECLS

/* Copies a frame to @rows, which lie in a strip of @strip_bytes bytes, by the same
 * rules as a strip is composed. From any thread, also while the composer composes.
 * Returns when all is written and visible to other threads. */
void gst_nt_composer_copy_frame (GstNtComposer * composer, gsize strip_bytes,
    const GstNtRows * rows, const guint8 * src, gssize src_stride);

G_END_DECLS
