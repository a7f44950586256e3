/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames with known bytes, and the model of a strip; see the header. */

#include "support.h"

#include <string.h>

#define PIXEL_BYTES 4

/* What Meson takes for "skipped". */
#define EXIT_SKIPPED 77

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
  const gsize row_bytes = (gsize) width * PIXEL_BYTES;
  const gboolean unusual = (stride != 0 && stride != row_bytes) || offset != 0;
  GstBuffer *buffer;
  GstMapInfo map;
  guint x;
  guint y;

  if (stride == 0)
    stride = row_bytes;

  buffer = gst_buffer_new_allocate (NULL,
      offset + stride * (height - 1) + row_bytes, NULL);
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

/* The four bytes of a background pixel, by the letters of the format's name. */
static void
background_bytes (GstVideoFormat format, guint32 argb, guint8 * bytes)
{
  const gchar *name = gst_video_format_to_string (format);
  guint i;

  for (i = 0; i < PIXEL_BYTES; i++)
    switch (name[i]) {
      case 'R':
        bytes[i] = argb >> 16;
        break;
      case 'G':
        bytes[i] = argb >> 8;
        break;
      case 'B':
        bytes[i] = argb;
        break;
      default:
        bytes[i] = argb >> 24;
        break;
    }
}

static guint
frame_top (const TestStrip * strip, const TestTile * tile)
{
  if (g_strcmp0 (strip->align, "center") == 0)
    return (strip->height - tile->height) / 2;
  if (g_strcmp0 (strip->align, "bottom") == 0)
    return strip->height - tile->height;

  return 0;
}

static guint8
expected_byte (const TestStrip * strip, const TestTile * tile, guint y,
    guint offset, const guint8 * background)
{
  const guint top = frame_top (strip, tile);

  if (y < top || y >= top + tile->height)
    return background[offset % PIXEL_BYTES];

  return test_byte (tile->seed, y - top, offset);
}

void
test_assert_strip (GstBuffer * buffer, GstCaps * caps, const TestStrip * strip)
{
  guint8 background[PIXEL_BYTES];
  GstVideoFrame frame;
  GstVideoInfo info;
  guint width = 0;
  guint offset;
  guint i;
  guint x;
  guint y;

  for (i = 0; i < strip->n_tiles; i++)
    width += strip->tiles[i].width;

  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), strip->height);
  background_bytes (GST_VIDEO_INFO_FORMAT (&info), strip->background,
      background);

  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (y = 0; y < strip->height; y++) {
    const guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (i = 0, x = 0; i < strip->n_tiles; x += strip->tiles[i++].width)
      for (offset = 0; offset < strip->tiles[i].width * PIXEL_BYTES; offset++) {
        guint8 expected = expected_byte (strip, &strip->tiles[i], y, offset,
            background);
        guint8 found = row[(gsize) x * PIXEL_BYTES + offset];

        if (found != expected)
          fail ("tile %u, row %u, byte %u: 0x%02x, expected 0x%02x", i, y,
              offset, found, expected);
      }
  }
  gst_video_frame_unmap (&frame);
}

void
test_init (int *argc, char ***argv)
{
  const gchar *forced = g_getenv ("NTMOSAIC_CPU");
  GstElement *element;
  gchar *kernel;

  gst_check_init (argc, argv);
  element = gst_element_factory_make ("ntmosaic", NULL);
  if (element == NULL) {
    g_printerr ("there is no element ntmosaic in GST_PLUGIN_PATH_1_0\n");
    exit (EXIT_FAILURE);
  }

  g_object_get (element, "kernel", &kernel, NULL);
  gst_object_unref (element);
  if (forced && g_strcmp0 (forced, kernel) != 0) {
    g_print ("skipped: this CPU has no kernel %s\n", forced);
    exit (EXIT_SKIPPED);
  }
  g_free (kernel);
}
