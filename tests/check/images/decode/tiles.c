/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where an image goes in its tile: upright, scaled, cut, with background. The
 * model says where an image's first row and first column are, as EXIF does, and
 * weighs pixels in floating point. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "../pictures.h"
#include "decode/canvas.h"

static const uint8_t background[4] = { 9, 80, 170, 255 };

/* Pixels that nothing may write to. */
#define GUARD 5
#define GUARD_BYTE 0x5a

/* ---- The model ---- */

typedef struct
{
  uint32_t width;
  uint32_t height;
  uint8_t *pixels;
} Picture;

/* Where a line goes that is the @n th of @of from the given side. */
static uint32_t
count_from (char side, uint32_t n, uint32_t of)
{
  return side == 'T' || side == 'L' ? n : of - 1 - n;
}

/* EXIF: where the first row and the first column are. */
static Picture
set_upright (const uint8_t * stored, uint32_t width, uint32_t height,
    unsigned orientation)
{
  static const char sides[][3] = {
    "TL", "TR", "BR", "BL", "LT", "RT", "RB", "LB"
  };
  const char *side = sides[orientation - 1];
  const bool rows_stay = side[0] == 'T' || side[0] == 'B';
  Picture upright = {
    rows_stay ? width : height, rows_stay ? height : width,
    malloc ((size_t) width * height * 4),
  };

  for (uint32_t row = 0; row < height; row++)
    for (uint32_t column = 0; column < width; column++) {
      const uint32_t a = count_from (side[0], row, height);
      const uint32_t b = count_from (side[1], column, width);
      const uint32_t y = rows_stay ? a : b;
      const uint32_t x = rows_stay ? b : a;

      memcpy (upright.pixels + (y * upright.width + x) * 4,
          stored + (row * width + column) * 4, 4);
    }

  return upright;
}

/* How much a pixel weighs at a distance from the middle of what is made: what
 * of it is covered, if that is larger than a pixel. */
static double
weigh (double distance, double ratio)
{
  if (ratio > 1)
    return fmax (0, fmin (1, (ratio + 1) / 2 - fabs (distance)));

  return fmax (0, 1 - fabs (distance));
}

/* The pixel of a picture at @x, @y, with @ratio_x x @ratio_y pixels. */
static void
sample (const Picture * picture, double x, double y, double ratio_x,
    double ratio_y, double *rgba)
{
  double sums[5] = { 0 };

  for (uint32_t v = 0; v < picture->height; v++) {
    const double weight_y = weigh (v + 0.5 - y, ratio_y);

    for (uint32_t u = 0; weight_y > 0 && u < picture->width; u++) {
      const uint8_t *pixel = picture->pixels + (v * picture->width + u) * 4;
      const double weight = weight_y * weigh (u + 0.5 - x, ratio_x);

      for (unsigned c = 0; c < 3; c++)
        sums[c] += weight * pixel[c] * pixel[3];
      sums[3] += weight * pixel[3];
      sums[4] += weight;
    }
  }
  for (unsigned c = 0; c < 3; c++)
    rgba[c] = sums[3] > 0 ? sums[c] / sums[3] : 0;
  rgba[3] = sums[3] / sums[4];
}

/* Colours of few bits of alpha are known less exactly. */
static void
assert_near (const uint8_t * pixel, const double *rgba, uint32_t x, uint32_t y)
{
  const double room = 1 + (rgba[3] < 255 ? 255 / fmax (rgba[3], 1) / 64 : 0);

  for (unsigned c = 0; c < 4; c++)
    if (fabs (pixel[c] - rgba[c]) > room && (c == 3 || rgba[3] >= 1))
      fail ("component %u of %u,%u is %u, not %f", c, x, y, pixel[c], rgba[c]);
}

static void
assert_background (const uint8_t * pixel, uint32_t x, uint32_t y)
{
  if (memcmp (pixel, background, 4) != 0)
    fail ("no background at %u,%u", x, y);
}

/* @length * @to / @from, rounded half up, at least 1. In whole numbers: halves
 * are exact on each CPU. */
static uint32_t
scale (uint64_t length, uint64_t to, uint64_t from)
{
  const uint64_t scaled = (2 * length * to + from) / (2 * from);

  return scaled > 0 ? scaled : 1;
}

static void
assert_contained (const Picture * picture, const uint8_t * tile,
    uint32_t width, uint32_t height)
{
  const bool is_wide = (uint64_t) picture->width * height
      > (uint64_t) picture->height * width;
  const uint32_t w =
      is_wide ? width : scale (picture->width, height, picture->height);
  const uint32_t h =
      is_wide ? scale (picture->height, width, picture->width) : height;
  const uint32_t left = (width - w) / 2;
  const uint32_t top = (height - h) / 2;
  const double ratio_x = (double) picture->width / w;
  const double ratio_y = (double) picture->height / h;

  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++) {
      const uint8_t *pixel = tile + (y * width + x) * 4;
      double rgba[4];

      if (x < left || x >= left + w || y < top || y >= top + h) {
        assert_background (pixel, x, y);
        continue;
      }
      sample (picture, (x - left + 0.5) * ratio_x, (y - top + 0.5) * ratio_y,
          ratio_x, ratio_y, rgba);
      assert_near (pixel, rgba, x, y);
    }
}

static void
assert_covered (const Picture * picture, const uint8_t * tile, uint32_t width,
    uint32_t height)
{
  const double ratio = fmin ((double) picture->width / width,
      (double) picture->height / height);
  double left = (picture->width - width * ratio) / 2;
  double top = (picture->height - height * ratio) / 2;

  if (ratio == 1) {
    left = floor (left);
    top = floor (top);
  }
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++) {
      double rgba[4];

      sample (picture, left + (x + 0.5) * ratio, top + (y + 0.5) * ratio,
          ratio, ratio, rgba);
      assert_near (tile + (y * width + x) * 4, rgba, x, y);
    }
}

/* ---- Tiles ---- */

static Blob
new_png (uint32_t width, uint32_t height, bool alpha, unsigned orientation)
{
  const PngSpec spec = {
    width, height, alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, 8,
  };
  Blob png = png_new (&spec);
  Blob exif = exif_new (orientation, orientation % 2);

  png_insert_chunk (&png, "IDAT", "eXIf", exif.bytes, exif.n_bytes);
  blob_free (&exif);

  return png;
}

/* Decodes to a tile whose rows have pixels of others between them. */
static uint8_t *
new_tile (const Blob * blob, const NtmTileSpec * spec, bool upside_down)
{
  const size_t row_bytes = (size_t) spec->width * 4;
  const ptrdiff_t stride = row_bytes + GUARD * 4;
  const ptrdiff_t n_rows = spec->height;
  uint8_t *area = malloc (stride * (spec->height + 2));
  uint8_t *tile = malloc (row_bytes * spec->height);
  uint8_t *begin = area + stride + (upside_down ?
      stride * (spec->height - 1) : 0);
  NtmImageInfo info;

  memset (area, GUARD_BYTE, stride * (spec->height + 2));
  assert_equals_int (ntm_image_decode (blob->bytes, blob->n_bytes, spec, NULL,
          begin, upside_down ? -stride : stride, &info), NTM_IMAGE_OK);
  fail_if (info.damaged);
  for (ptrdiff_t i = 0; i < stride * (n_rows + 2); i++) {
    const ptrdiff_t row = i / stride;
    const ptrdiff_t y = upside_down ? n_rows - row : row - 1;

    if (row == 0 || row > n_rows || i % stride >= (ptrdiff_t) row_bytes) {
      assert_equals_int (area[i], GUARD_BYTE);
    } else {
      tile[y * row_bytes + i % stride] = area[i];
    }
  }
  free (area);

  return tile;
}

static NtmTileSpec
get_spec (uint32_t width, uint32_t height, NtmFit fit)
{
  NtmTileSpec spec = {.width = width,.height = height,.fit = fit };

  memcpy (spec.background, background, 4);

  return spec;
}

/* Where nothing is scaled, every byte is known. */
GST_START_TEST (upright)
{
  const unsigned orientation = __i__;
  Blob png = new_png (31, 17, true, orientation);
  uint8_t *stored = png_decode (&png);
  const Picture picture = set_upright (stored, 31, 17, orientation);
  NtmTileSpec spec = get_spec (picture.width, picture.height, NTM_FIT_EXACT);

  for (unsigned i = 0; i < 4; i++) {
    uint8_t *tile;

    spec.pixels = i & 1 ? NTM_PIXELS_BGRA : NTM_PIXELS_RGBA;
    tile = new_tile (&png, &spec, i & 2);
    for (size_t at = 0; at < 31 * 17 * 4; at += 4)
      for (unsigned c = 0; c < 4; c++)
        assert_equals_int (tile[at + c],
            picture.pixels[at + (i & 1 && c < 3 ? 2 - c : c)]);
    free (tile);
  }
  free (picture.pixels);
  free (stored);
  blob_free (&png);
}

GST_END_TEST;

GST_START_TEST (upright_jpeg_and_webp)
{
  const unsigned orientation = __i__;
  const JpegSpec jpeg_spec = {.width = 40,.height = 24,
    .orientation = orientation
  };
  const WebpSpec webp_spec = { 40, 24,.lossless = true,.opaque = true };
  Blob blobs[2] = { jpeg_new (&jpeg_spec), webp_new (&webp_spec) };
  uint8_t *stored[2] = { jpeg_decode (&blobs[0], 1), webp_decode (&blobs[1]) };

  webp_add_exif (&blobs[1], &webp_spec, orientation);
  for (unsigned i = 0; i < 2; i++) {
    const Picture picture = set_upright (stored[i], 40, 24, orientation);

    assert_decodes_to (&blobs[i], picture.width, picture.height,
        picture.pixels);
    free (picture.pixels);
    free (stored[i]);
    blob_free (&blobs[i]);
  }
}

GST_END_TEST;

/* Images and tiles of many sizes; every second image has alpha. */
GST_START_TEST (scaled)
{
  random_begin ();
  for (unsigned i = random_cases (60); i > 0; i--) {
    const unsigned orientation = 1 + random_below (8);
    const uint32_t width = 1 + random_below (90);
    const uint32_t height = 1 + random_below (70);
    const NtmTileSpec spec = get_spec (1 + random_below (60),
        1 + random_below (60), __i__ ? NTM_FIT_COVER : NTM_FIT_CONTAIN);
    Blob png = new_png (width, height, i % 2, orientation);
    uint8_t *stored = png_decode (&png);
    const Picture picture = set_upright (stored, width, height, orientation);
    uint8_t *tile = new_tile (&png, &spec, i % 3 == 0);

    if (__i__)
      assert_covered (&picture, tile, spec.width, spec.height);
    else
      assert_contained (&picture, tile, spec.width, spec.height);
    free (tile);
    free (picture.pixels);
    free (stored);
    blob_free (&png);
  }
}

GST_END_TEST;

/* An image that is larger than the tile in one direction only is cut at whole
 * pixels, and not blurred. */
GST_START_TEST (cut)
{
  Blob png = new_png (21, 10, false, 1);
  const NtmTileSpec spec = get_spec (10, 10, NTM_FIT_COVER);
  uint8_t *expected = png_decode (&png);
  uint8_t *tile = new_tile (&png, &spec, false);

  for (uint32_t y = 0; y < 10; y++)
    fail_unless (memcmp (tile + y * 40, expected + (y * 21 + 5) * 4, 40) == 0);
  free (tile);
  free (expected);
  blob_free (&png);
}

GST_END_TEST;

/* One colour stays that colour, whatever the sizes. */
GST_START_TEST (one_colour)
{
  const uint8_t colour[4] = { 200, 3, 77, __i__ ? 255 : 91 };

  for (uint32_t size = 1; size < 40; size++) {
    const NtmTileSpec spec = get_spec (size, size, NTM_FIT_COVER);
    NtmCanvas canvas;
    uint8_t *row = malloc (23 * 4);
    uint8_t *tile = malloc (size * size * 4);

    for (uint32_t x = 0; x < 23; x++)
      memcpy (row + x * 4, colour, 4);
    assert_equals_int (ntm_canvas_init (&canvas, &spec, tile, size * 4, 23, 19,
            1), NTM_IMAGE_OK);
    assert_equals_int (ntm_canvas_begin (&canvas, 23, 19, !__i__),
        NTM_IMAGE_OK);
    for (uint32_t y = 0; y < 19 && ntm_canvas_push (&canvas, row); y++);
    assert_equals_int (ntm_canvas_finish (&canvas), NTM_CANVAS_WHOLE);
    for (uint32_t i = 0; i < size * size; i++)
      fail_unless (memcmp (tile + i * 4, colour, 4) == 0);
    ntm_canvas_clear (&canvas);
    free (tile);
    free (row);
  }
}

GST_END_TEST;

GST_START_TEST (exact)
{
  Blob png = new_png (21, 10, false, 6);
  const NtmTileSpec wrong = get_spec (21, 10, NTM_FIT_EXACT);
  uint8_t pixels[21 * 10 * 4];
  NtmImageInfo info;

  assert_equals_int (ntm_image_decode (png.bytes, png.n_bytes, &wrong, NULL,
          pixels, 21 * 4, &info), NTM_IMAGE_WRONG_SIZE);
  assert_equals_int (info.width, 10);
  assert_equals_int (info.height, 21);
  blob_free (&png);
}

GST_END_TEST;

GST_START_TEST (bad_tiles)
{
  Blob png = new_png (8, 8, false, 1);
  const uint32_t sizes[][2] = {
    {0, 8}, {8, 0}, {8, 8}, {UINT32_MAX, UINT32_MAX}
  };
  uint8_t pixels[8 * 8 * 4];

  for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
    const NtmTileSpec spec = get_spec (sizes[i][0], sizes[i][1],
        NTM_FIT_CONTAIN);

    assert_equals_int (ntm_image_decode (png.bytes, png.n_bytes, &spec, NULL,
            pixels, 31, NULL), NTM_IMAGE_BAD_TILE);
    assert_equals_int (ntm_image_decode (png.bytes, png.n_bytes, &spec, NULL,
            pixels, i < 3 ? -31 : PTRDIFF_MIN, NULL), NTM_IMAGE_BAD_TILE);
  }
  blob_free (&png);
}

GST_END_TEST;

static Suite *
tiles_suite (void)
{
  Suite *suite = suite_create ("images-decode-tiles");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, upright, 1, 9);
  tcase_add_loop_test (tc, upright_jpeg_and_webp, 1, 9);
  tcase_add_loop_test (tc, scaled, 0, 2);
  tcase_add_test (tc, cut);
  tcase_add_loop_test (tc, one_colour, 0, 2);
  tcase_add_test (tc, exact);
  tcase_add_test (tc, bad_tiles);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, tiles_suite (), __FILE__);
}
