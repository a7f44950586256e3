/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The model of a strip; see the header. */

#include "model.h"

/* The four bytes of a background pixel, by the letters of the format's name. */
static void
background_bytes (GstVideoFormat format, guint32 argb, guint8 * bytes)
{
  const gchar *name = gst_video_format_to_string (format);
  guint i;

  for (i = 0; i < TEST_PIXEL_BYTES; i++)
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
    return background[offset % TEST_PIXEL_BYTES];

  return test_byte (tile->seed, y - top, offset);
}

/* Row @y of tile @i. */
static void
assert_row (const TestStrip * strip, guint i, guint y, const guint8 * row,
    const guint8 * background)
{
  const TestTile *tile = &strip->tiles[i];
  guint offset;

  for (offset = 0; offset < tile->width * TEST_PIXEL_BYTES; offset++) {
    const guint8 expected = expected_byte (strip, tile, y, offset, background);

    if (row[offset] != expected)
      fail ("tile %u, row %u, byte %u: 0x%02x, expected 0x%02x", i, y, offset,
          row[offset], expected);
  }
}

void
test_assert_strip (GstBuffer * buffer, GstCaps * caps, const TestStrip * strip)
{
  guint8 background[TEST_PIXEL_BYTES];
  GstVideoFrame frame;
  GstVideoInfo info;
  guint width = 0;
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
      assert_row (strip, i, y, row + (gsize) x * TEST_PIXEL_BYTES, background);
  }
  gst_video_frame_unmap (&frame);
}

void
test_assert_small (GstBuffer * buffer, GstCaps * caps, const guint32 * seeds,
    guint n_seeds)
{
  TestTile *tiles = g_new (TestTile, n_seeds);
  const TestStrip strip = { tiles, n_seeds, TEST_TILE_HEIGHT, "top",
    BLACK
  };
  guint i;

  for (i = 0; i < n_seeds; i++)
    tiles[i] = (TestTile) { TEST_TILE_WIDTH,
      seeds[i] == TEST_NO_FRAME ? 0 : TEST_TILE_HEIGHT, seeds[i]
    };
  test_assert_strip (buffer, caps, &strip);
  g_free (tiles);
}
