/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The frames that go in: made once, before anything is timed, and shared by all
 * runs. A ring holds some different frames for each pad; a frame source hands
 * them out in turn, so that no frame is the same memory as the one before it
 * (unless the ring holds only one), and does nothing else. */

#pragma once

#include <gst/video/video.h>

typedef struct
{
  GstVideoInfo info;            /* of one frame */
  guint n_pads;
  guint n_slots;
  GstMemory **memories;         /* n_slots for pad 0, n_slots for pad 1, … */
} FrameRing;

/* Every pixel of a frame differs from its neighbours and from the pixel at the
 * same place in every other frame. A frame must be one that GStreamer can
 * describe. */
FrameRing *frame_ring_new (guint n_pads, guint n_slots, guint width,
    guint height);

void frame_ring_free (FrameRing * ring);

/* What pad @pad gets as its frame number @n, counted from 0. No ref. */
GstMemory *frame_ring_peek (const FrameRing * ring, guint pad, guint n);

/* A source of @n_frames frames for pad @pad at 30 frames a second, not live.
 * @ring must outlive it. Floating. */
GstElement *frame_src_new (const FrameRing * ring, guint pad, guint n_frames);

/* When frame @n is shown. */
GstClockTime frame_src_time (guint n);
