/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "frames.h"

#include <gst/base/gstpushsrc.h>

#define FRAMES_PER_SECOND 30

/* Real frames come page-aligned from most allocators; so do these. */
#define FRAME_ALIGN 4095

G_DECLARE_FINAL_TYPE (FrameSrc, frame_src, BENCH, FRAME_SRC, GstPushSrc);

struct _FrameSrc
{
  GstPushSrc parent;

  const FrameRing *ring;
  guint pad;
  guint n_frames;
  guint next;
};

G_DEFINE_TYPE (FrameSrc, frame_src, GST_TYPE_PUSH_SRC);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("RGBA")));

/* Opaque: blended or not, it looks the same. */
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
    pixels[i] = GUINT32_TO_LE ((seed + 0x9e3779b1u * (guint32) i) | 0xff000000u);
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

GstClockTime
frame_src_time (guint n)
{
  return gst_util_uint64_scale (n, GST_SECOND, FRAMES_PER_SECOND);
}

static GstCaps *
frame_src_get_caps (GstBaseSrc * base, GstCaps * filter)
{
  GstCaps *caps = gst_video_info_to_caps (&BENCH_FRAME_SRC (base)->ring->info);
  GstCaps *filtered;

  if (filter == NULL)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

/* The frames live elsewhere: a pool that is offered stays unused, and must not
 * cost a preallocation either. */
static gboolean
frame_src_decide_allocation (GstBaseSrc * base, GstQuery * query)
{
  while (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);
  return TRUE;
}

static gboolean
frame_src_start (GstBaseSrc * base)
{
  BENCH_FRAME_SRC (base)->next = 0;
  return TRUE;
}

static GstFlowReturn
frame_src_create (GstPushSrc * push, GstBuffer ** buffer)
{
  FrameSrc *self = BENCH_FRAME_SRC (push);
  guint n = self->next;

  if (n == self->n_frames)
    return GST_FLOW_EOS;
  self->next++;

  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer,
      gst_memory_ref (frame_ring_peek (self->ring, self->pad, n)));
  GST_BUFFER_PTS (*buffer) = frame_src_time (n);
  GST_BUFFER_DURATION (*buffer) = frame_src_time (n + 1) - frame_src_time (n);
  GST_BUFFER_OFFSET (*buffer) = n;

  return GST_FLOW_OK;
}

static void
frame_src_init (FrameSrc * self)
{
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static void
frame_src_class_init (FrameSrcClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Frame source",
      "Source/Video", "Hands out ready-made frames", "The ntmosaic authors");
  base_class->get_caps = frame_src_get_caps;
  base_class->decide_allocation = frame_src_decide_allocation;
  base_class->start = frame_src_start;
  GST_PUSH_SRC_CLASS (klass)->create = frame_src_create;
}

GstElement *
frame_src_new (const FrameRing * ring, guint pad, guint n_frames)
{
  FrameSrc *self = g_object_new (frame_src_get_type (), NULL);

  self->ring = ring;
  self->pad = pad;
  self->n_frames = n_frames;
  return GST_ELEMENT (self);
}
