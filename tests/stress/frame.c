/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames, and what they say; see the header. */

#include "frame.h"

#include "../check/ntmosaic/rig/frames.h"
#include "../check/ntmosaic/rig/pixels.h"
#include "report.h"

/* A code is less than a million. The smallest frame has four bytes. */
#define CODE_BYTES 3

guint
frame_code (guint source, guint content)
{
  return source % FRAME_MOST_SOURCES * FRAME_MOST_CONTENTS
      + content % FRAME_MOST_CONTENTS;
}

guint
frame_get_code (GstClockTime pts)
{
  return pts % GST_MSECOND;
}

guint
frame_get_source (guint code)
{
  return code / FRAME_MOST_CONTENTS;
}

/* For test_byte(). */
static guint32
get_seed (const FrameLook * look)
{
  const guint numbers[] = {
    look->code, look->format, look->width, look->height
  };
  guint32 seed = look->key;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (numbers); i++) {
    seed = (seed ^ numbers[i]) * 0x9e3779b1u;
    seed ^= seed >> 15;
  }

  return seed;
}

/* Where byte @i of the code is, from the frame's first byte. */
static gssize
find_code (const FrameLook * look, gssize stride, guint i)
{
  const guint row_bytes = look->width * test_pixel_bytes (look->format);

  return i / row_bytes * stride + i % row_bytes;
}

guint
frame_read_code (const FrameLook * look, const guint8 * bytes, gssize stride)
{
  guint code = 0;
  guint i;

  for (i = 0; i < CODE_BYTES; i++)
    code |= (guint) bytes[find_code (look, stride, i)] << 8 * i;

  return code;
}

static void
write_code (const FrameLook * look, guint8 * bytes, gssize stride)
{
  guint i;

  for (i = 0; i < CODE_BYTES; i++)
    bytes[find_code (look, stride, i)] = look->code >> 8 * i;
}

void
frame_write (const FrameLook * look, guint8 * bytes, gssize stride)
{
  const guint row_bytes = look->width * test_pixel_bytes (look->format);
  const guint32 seed = get_seed (look);
  guint x;
  guint y;

  for (y = 0; y < look->height; y++)
    for (x = 0; x < row_bytes; x++)
      bytes[y * stride + x] = test_byte (seed, y, x);
  write_code (look, bytes, stride);
}

/* Only the code is missing in the frame of the rig. */
static void
complete (GstBuffer * frame, const FrameLook * look)
{
  const GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
  const gint row_bytes = look->width * test_pixel_bytes (look->format);
  GstMapInfo map;

  if (!gst_buffer_map (frame, &map, GST_MAP_WRITE))
    report_fail ("a new frame can't be written");
  write_code (look, map.data + (meta ? meta->offset[0] : 0),
      meta ? meta->stride[0] : GST_ROUND_UP_4 (row_bytes));
  gst_buffer_unmap (frame, &map);
}

GstBuffer *
frame_new (GRand * rand, const FrameLook * look)
{
  const guint row = look->width * test_pixel_bytes (look->format);
  const guint dice = g_rand_int_range (rand, 0, 12);
  const guint32 seed = get_seed (look);
  GstBuffer *frame;

  if (dice == 0)
    frame = test_frame_new_upside_down (look->format, look->width, look->height,
        row + dice, seed);
  else if (dice < 3)
    frame = test_frame_new (look->format, look->width, look->height,
        row + g_rand_int_range (rand, 0, 40), g_rand_int_range (rand, 0, 40),
        seed);
  else
    frame = test_frame_new (look->format, look->width, look->height, 0, 0,
        seed);
  complete (frame, look);
  if (g_rand_int_range (rand, 0, 12) == 0)
    frame = test_frame_split (frame, gst_buffer_get_size (frame) / 3 + 1);

  return frame;
}

void
frame_fill (GstBuffer * buffer, const GstVideoInfo * info,
    const FrameLook * look)
{
  GstVideoFrame frame;

  if (!gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE))
    report_fail ("a frame of a pool can't be written");
  frame_write (look, GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
      GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0));
  gst_video_frame_unmap (&frame);
}

GstBuffer *
frame_new_bad (GRand * rand, GstVideoFormat format, guint width, guint height)
{
  GstBuffer *frame;

  if (g_rand_boolean (rand))
    return gst_buffer_new_allocate (NULL, 1, NULL);

  frame = test_frame_new (format, width, height, 0, 0, 1);
  gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE, format,
      width / 2, height);

  return frame;
}
