/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element "testframes": frames that say which they are, and whose every other
 * byte follows from that. What was written to such a frame by another is found,
 * whichever frame it is. For any packed format of four bytes, and interlaced if
 * the caps say so. Properties:
 *
 * - num-buffers: as every source
 * - seed: frames of another seed have other bytes
 * - memory: "pool" as downstream offers it, "own", "padded": own, with bytes
 *   between the rows, or "still": the same frame again and again */

#pragma once

#include <gst/video/video.h>

void test_frames_register (void);

/* Whether the @height rows at @data are one frame of a "testframes" with @seed;
 * and which, from 0 on. */
gboolean test_frames_check (const guint8 * data, gsize stride, guint width,
    guint height, guint seed, guint * n);
