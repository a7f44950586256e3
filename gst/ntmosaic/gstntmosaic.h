/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element ntmosaic. */

#pragma once

#include <gst/video/gstvideoaggregator.h>
#include <gst/video/video.h>

#include "ntstrip.h"

G_BEGIN_DECLS

#define GST_TYPE_NT_MOSAIC (gst_nt_mosaic_get_type ())
G_DECLARE_FINAL_TYPE (GstNtMosaic, gst_nt_mosaic, GST, NT_MOSAIC,
    GstVideoAggregator)

GST_ELEMENT_REGISTER_DECLARE (ntmosaic);

G_END_DECLS
