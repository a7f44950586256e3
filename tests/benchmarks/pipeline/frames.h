/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that the program makes once, before the timing. A ring holds several
 * different frames for each pad, and hands them out in turn: no frame is in the
 * same memory as the frame before it, unless the ring holds only one. */

#pragma once

#include <gst/video/video.h>

/* The format of the frames, and of the strips made of them. */
#define FRAMES_PER_SECOND 30

typedef struct
{
  GstVideoInfo info;            /* of one frame */
  guint n_pads;
  guint n_slots;
  GstMemory **memories;         /* n_slots for pad 0, then for pad 1, … */
} FrameRing;

/* Every pixel of a frame differs from its neighbours and from the pixel at the
 * same place in every other frame. */
FrameRing *frame_ring_new (guint n_pads, guint n_slots, guint width,
    guint height);
void frame_ring_free (FrameRing * ring);

/* Frame number @n of pad @pad, both counted from 0. No reference. */
GstMemory *frame_ring_peek (const FrameRing * ring, guint pad, guint n);
