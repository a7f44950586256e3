/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames whose every byte is known. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

/* Of frames of RGBA, which most tests have. */
#define TEST_PIXEL_BYTES 4

/* Small frames: rows of an odd number of pixels, so that tiles start
 * unaligned. */
#define TEST_TILE_WIDTH 13
#define TEST_TILE_HEIGHT 6

/* The rate of small frames, and how long each is. */
#define TEST_FPS 10
#define TEST_STEP (GST_SECOND / TEST_FPS)

/* How long frames of other sizes are, at 25/1. */
#define TEST_FRAME_TIME (GST_SECOND / 25)

/* The byte at @offset into row @y of the frame with @seed. */
guint8 test_byte (guint32 seed, guint y, guint offset);

/* A frame. Rows are @stride bytes apart (0: as GstVideoInfo says, tight but for
 * a multiple of 4). The first row is @offset bytes into the memory; a
 * GstVideoMeta says so if either is unusual. No timestamps. */
GstBuffer *test_frame_new (GstVideoFormat format, guint width, guint height,
    gsize stride, gsize offset, guint32 seed);

/* The same, tight, RGBA, with timestamps. */
GstBuffer *test_frame_new_timed (guint width, guint height, guint32 seed,
    GstClockTime pts, GstClockTime duration);

/* A small frame with timestamps. */
GstBuffer *test_frame_new_small (guint32 seed, GstClockTime pts,
    GstClockTime duration);

/* A frame whose rows are in memory from the last to the first. */
GstBuffer *test_frame_new_upside_down (GstVideoFormat format, guint width,
    guint height, gsize stride, guint32 seed);

/* The same bytes and GstVideoMeta, in memories of @part_bytes bytes. Takes
 * @frame. */
GstBuffer *test_frame_split (GstBuffer * frame, gsize part_bytes);

/* "video/x-raw" caps with square pixels, progressive. */
GstCaps *test_caps_new (const gchar * format, guint width, guint height,
    gint fps_n, gint fps_d);
