/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pipelines in which an element of the registry makes video: descriptions in
 * the syntax of gst-launch. */

#pragma once

#include <gst/gst.h>

/* The size of the frames: an unusual length of rows, seldom aligned. */
#define FRAME_WIDTH 52
#define FRAME_HEIGHT 38

/* The same as text, 100 frames a second. */
#define FRAME_CAPS "width=52,height=38,framerate=100/1,pixel-aspect-ratio=1/1"

/* The same pictures in each run, and each picture other than the one before.
 * New caps restart the moving patterns of videotestsrc, but not its noise: some
 * elements make it negotiate again after the first frame, in a mosaic and not
 * alone. */
#define NOISE "videotestsrc pattern=snow "
#define PICTURES(n) NOISE "num-buffers=" n \
    " ! video/x-raw,format=RGBA," FRAME_CAPS " ! "

/* Enough pictures. */
#define MANY "40"

/* The caps that strips can have. */
#define STRIP_CAPS "video/x-raw,format=(string){RGBA,BGRA,ARGB,ABGR,RGBx," \
    "BGRx,xRGB,xBGR}"

/* Elements that can make raw video in a format of strips, sorted by name. A
 * reference to each. */
GList *test_list_elements (void);

/* Why the test can't run an element at all; NULL if it can. */
const gchar *test_explain_skip (GstElementFactory * element);

/* Descriptions that may work, likely ones first. Each ends with a capsfilter
 * for STRIP_CAPS. */
GPtrArray *test_list_lines (GstElementFactory * element);
