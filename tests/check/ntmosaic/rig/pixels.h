/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How pixels stand in memory: a table of its own, bit by bit, which shares
 * nothing with GStreamer's. */

#pragma once

#include <gst/video/video.h>

/* The most bytes that test_pixels_paint() writes. */
#define TEST_MOST_PIXEL_BYTES 16

/* Whether the table has @format. A newer GStreamer may have more. */
gboolean test_pixels_know (GstVideoFormat format);

/* The bytes of one pixel of @format, which the table has. */
guint test_pixel_bytes (GstVideoFormat format);

/* How many pixels belong together: 1 or 2. */
guint test_pixel_unit (GstVideoFormat format);

/* Writes so many pixels of the colour @argb (0xAARRGGBB), with the matrix and
 * the range of @info's colorimetry. Returns the number of bytes. */
guint test_pixels_paint (const GstVideoInfo * info, guint32 argb,
    guint8 * bytes);
