/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The model of a strip; see the header. */

#include "model.h"

#include "pixels.h"

/* Of a strip. */
typedef struct
{
  guint8 background[TEST_MOST_PIXEL_BYTES];
  guint background_bytes;
  guint pixel_bytes;
} Pixels;

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
    guint offset, const Pixels * pixels)
{
  const guint top = frame_top (strip, tile);

  if (y < top || y >= top + tile->height)
    return pixels->background[offset % pixels->background_bytes];

  return test_byte (tile->seed, y - top, offset);
}

/* Row @y of tile @i. */
static void
assert_row (const TestStrip * strip, guint i, guint y, const guint8 * row,
    const Pixels * pixels)
{
  const TestTile *tile = &strip->tiles[i];
  guint offset;

  for (offset = 0; offset < tile->width * pixels->pixel_bytes; offset++) {
    const guint8 expected = expected_byte (strip, tile, y, offset, pixels);

    if (row[offset] != expected)
      fail ("tile %u, row %u, byte %u: 0x%02x, expected 0x%02x", i, y, offset,
          row[offset], expected);
  }
}

void
test_assert_strip (GstBuffer * buffer, GstCaps * caps, const TestStrip * strip)
{
  Pixels pixels;
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
  pixels.pixel_bytes = test_pixel_bytes (GST_VIDEO_INFO_FORMAT (&info));
  pixels.background_bytes =
      test_pixels_paint (&info, strip->background, pixels.background);

  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ));
  for (y = 0; y < strip->height; y++) {
    const guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);

    for (i = 0, x = 0; i < strip->n_tiles; x += strip->tiles[i++].width)
      assert_row (strip, i, y, row + (gsize) x * pixels.pixel_bytes, &pixels);
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
