/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "frames.h"

/* Most allocators align real frames to pages. */
#define FRAME_ALIGN 4095

/* Opaque: a blended frame is the same as a copied one. */
static GstMemory *
make_frame (gsize bytes, guint32 seed)
{
  GstAllocationParams params;
  GstMemory *memory;
  GstMapInfo map;
  guint32 *pixels;

  gst_allocation_params_init (&params);
  params.align = FRAME_ALIGN;
  memory = gst_allocator_alloc (NULL, bytes, &params);
  if (!gst_memory_map (memory, &map, GST_MAP_WRITE))
    g_error ("can't map a frame");
  pixels = (guint32 *) map.data;
  for (gsize i = 0; i < bytes / sizeof (*pixels); i++)
    pixels[i] = GUINT32_TO_LE ((seed + 0x9e3779b1u * (guint32) i)
        | 0xff000000u);
  gst_memory_unmap (memory, &map);

  return memory;
}

FrameRing *
frame_ring_new (guint n_pads, guint n_slots, guint width, guint height)
{
  FrameRing *ring = g_new0 (FrameRing, 1);

  gst_video_info_set_format (&ring->info, GST_VIDEO_FORMAT_RGBA, width, height);
  ring->info.fps_n = FRAMES_PER_SECOND;
  ring->info.fps_d = 1;
  ring->n_pads = n_pads;
  ring->n_slots = n_slots;
  ring->memories = g_new (GstMemory *, (gsize) n_pads * n_slots);
  for (guint i = 0; i < n_pads * n_slots; i++)
    ring->memories[i] = make_frame (ring->info.size, i * 0x85ebca6bu);

  return ring;
}

void
frame_ring_free (FrameRing * ring)
{
  for (guint i = 0; i < ring->n_pads * ring->n_slots; i++)
    gst_memory_unref (ring->memories[i]);
  g_free (ring->memories);
  g_free (ring);
}

GstMemory *
frame_ring_peek (const FrameRing * ring, guint pad, guint n)
{
  return ring->memories[pad * ring->n_slots + n % ring->n_slots];
}
