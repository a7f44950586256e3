/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whose memory the strips are made of, read from downstream's answer to the
 * ALLOCATION query. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* Takes every pool out of @query. If one of them brings memory of its own, as a
 * display's does, it is configured for @info and answered; NULL: downstream
 * takes any memory. */
GstBufferPool *gst_nt_mosaic_take_pool (GstQuery * query,
    const GstVideoInfo * info);

/* The alignment and padding that downstream asks for. */
void gst_nt_mosaic_get_params (GstQuery * query, GstAllocationParams * params);

G_END_DECLS
