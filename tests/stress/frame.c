/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames, and what their timestamps say; see the header. */

#include "frame.h"

#include "../check/ntmosaic/rig/frames.h"
#include "../check/ntmosaic/rig/pixels.h"

guint
frame_code (guint source, guint content)
{
  return source % FRAME_MOST_SOURCES * FRAME_MOST_CONTENTS
      + content % FRAME_MOST_CONTENTS;
}

static guint
get_code (GstClockTime pts)
{
  return pts % GST_MSECOND;
}

guint
frame_code_source (GstClockTime pts)
{
  return get_code (pts) / FRAME_MOST_CONTENTS;
}

guint32
frame_seed (guint32 key, GstClockTime pts, GstVideoFormat format, guint width,
    guint height)
{
  const guint numbers[] = { get_code (pts), format, width, height };
  guint32 seed = key;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (numbers); i++) {
    seed = (seed ^ numbers[i]) * 0x9e3779b1u;
    seed ^= seed >> 15;
  }

  return seed;
}

GstBuffer *
frame_new (GRand * rand, GstVideoFormat format, guint width, guint height,
    guint32 seed)
{
  const guint row = width * test_pixel_bytes (format);
  const guint dice = g_rand_int_range (rand, 0, 12);
  GstBuffer *frame;

  if (dice == 0)
    frame = test_frame_new_upside_down (format, width, height, row + dice,
        seed);
  else if (dice < 3)
    frame = test_frame_new (format, width, height,
        row + g_rand_int_range (rand, 0, 40), g_rand_int_range (rand, 0, 40),
        seed);
  else
    frame = test_frame_new (format, width, height, 0, 0, seed);
  if (g_rand_int_range (rand, 0, 12) == 0)
    frame = test_frame_split (frame, gst_buffer_get_size (frame) / 3 + 1);

  return frame;
}

gboolean
frame_fill (GstBuffer * buffer, const GstVideoInfo * info, guint32 seed)
{
  const guint row_bytes = GST_VIDEO_INFO_WIDTH (info)
      * test_pixel_bytes (GST_VIDEO_INFO_FORMAT (info));
  GstVideoFrame frame;
  guint x;
  gint y;

  if (!gst_video_frame_map (&frame, info, buffer, GST_MAP_WRITE))
    return FALSE;
  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (x = 0; x < row_bytes; x++)
      row[x] = test_byte (seed, y, x);
  }
  gst_video_frame_unmap (&frame);

  return TRUE;
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
