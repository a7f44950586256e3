/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames whose every byte is known; see the header. */

#include "frames.h"

#include <string.h>

#include "pixels.h"

guint8
test_byte (guint32 seed, guint y, guint offset)
{
  guint32 h = seed * 0x9e3779b1u + y * 0x85ebca6bu + offset * 0xc2b2ae35u;

  h ^= h >> 15;
  h *= 0x2c1b3c6du;
  h ^= h >> 12;

  return h & 0xff;
}

GstBuffer *
test_frame_new (GstVideoFormat format, guint width, guint height, gsize stride,
    gsize offset, guint32 seed)
{
  const gsize row_bytes = (gsize) width * test_pixel_bytes (format);
  const gsize usual = GST_ROUND_UP_4 (row_bytes);
  const gboolean unusual = (stride != 0 && stride != usual) || offset != 0;
  GstBuffer *buffer;
  GstMapInfo map;
  guint x;
  guint y;

  if (stride == 0)
    stride = usual;

  buffer = gst_buffer_new_allocate (NULL,
      offset + stride * (height - 1) + (unusual ? row_bytes : stride), NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, 0xa5, map.size);
  for (y = 0; y < height; y++)
    for (x = 0; x < row_bytes; x++)
      map.data[offset + y * stride + x] = test_byte (seed, y, x);
  gst_buffer_unmap (buffer, &map);

  if (unusual) {
    gsize offsets[GST_VIDEO_MAX_PLANES] = { offset, };
    gint strides[GST_VIDEO_MAX_PLANES] = { (gint) stride, };

    gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format,
        width, height, 1, offsets, strides);
  }

  return buffer;
}

GstBuffer *
test_frame_new_timed (guint width, guint height, guint32 seed, GstClockTime pts,
    GstClockTime duration)
{
  GstBuffer *buffer =
      test_frame_new (GST_VIDEO_FORMAT_RGBA, width, height, 0, 0, seed);

  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;

  return buffer;
}

GstBuffer *
test_frame_new_small (guint32 seed, GstClockTime pts, GstClockTime duration)
{
  return test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT, seed, pts,
      duration);
}

GstBuffer *
test_frame_new_upside_down (GstVideoFormat format, guint width, guint height,
    gsize stride, guint32 seed)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { stride * (height - 1), };
  gint strides[GST_VIDEO_MAX_PLANES] = { -(gint) stride, };
  const gsize row_bytes = (gsize) width * test_pixel_bytes (format);
  GstBuffer *buffer;
  GstMapInfo map;
  guint x;
  guint y;

  buffer = gst_buffer_new_allocate (NULL, stride * height, NULL);
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, 0x5a, map.size);
  for (y = 0; y < height; y++)
    for (x = 0; x < row_bytes; x++)
      map.data[offsets[0] - y * stride + x] = test_byte (seed, y, x);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE, format,
      width, height, 1, offsets, strides);

  return buffer;
}

GstBuffer *
test_frame_split (GstBuffer * frame, gsize part_bytes)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  GstBuffer *split = gst_buffer_new ();
  gsize offset = 0;
  GstMapInfo map;

  if (meta)
    gst_buffer_add_video_meta_full (split, meta->flags, meta->format,
        meta->width, meta->height, meta->n_planes, meta->offset, meta->stride);
  fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
  while (offset < map.size) {
    const gsize bytes = MIN (part_bytes, map.size - offset);
    GstMemory *memory = gst_allocator_alloc (NULL, bytes, NULL);
    GstMapInfo part;

    fail_unless (gst_memory_map (memory, &part, GST_MAP_WRITE));
    memcpy (part.data, map.data + offset, bytes);
    gst_memory_unmap (memory, &part);
    gst_buffer_append_memory (split, memory);
    offset += bytes;
  }
  gst_buffer_unmap (frame, &map);
  gst_buffer_unref (frame);

  return split;
}

GstCaps *
test_caps_new (const gchar * format, guint width, guint height, gint fps_n,
    gint fps_d)
{
  return gst_caps_new_simple ("video/x-raw", "format", G_TYPE_STRING, format,
      "width", G_TYPE_INT, width, "height", G_TYPE_INT, height,
      "framerate", GST_TYPE_FRACTION, fps_n, fps_d,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1,
      "interlace-mode", G_TYPE_STRING, "progressive", NULL);
}
