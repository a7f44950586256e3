/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that are made once, before anything is timed. A ring holds some
 * different frames for each pad, to be handed out in turn: no frame is the same
 * memory as the one before it, unless the ring holds only one. */

#pragma once

#include <gst/video/video.h>

/* Of the frames, and of the strips that are made of them. */
#define FRAMES_PER_SECOND 30

typedef struct
{
  GstVideoInfo info;            /* of one frame */
  guint n_pads;
  guint n_slots;
  GstMemory **memories;         /* n_slots for pad 0, n_slots for pad 1, … */
} FrameRing;

/* Every pixel of a frame differs from its neighbours and from the pixel at the
 * same place in every other frame. */
FrameRing *frame_ring_new (guint n_pads, guint n_slots, guint width,
    guint height);
void frame_ring_free (FrameRing * ring);

/* What pad @pad gets as its frame number @n, counted from 0. No ref. */
GstMemory *frame_ring_peek (const FrameRing * ring, guint pad, guint n);
