/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Every kind of JPEG, PNG and WebP becomes the pixels that its own library
 * makes of it, byte for byte. */

#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "../pictures.h"

static const uint32_t sizes[][2] = {
  {1, 1}, {7, 5}, {64, 48}, {129, 33}, {200, 150},
};

GST_START_TEST (jpeg)
{
  const JpegSpec kinds[] = {
    {.colours = 0}, {.progressive = true}, {.colours = 'G'},
    {.colours = 'G',.progressive = true}, {.restart_rows = 1},
  };
  JpegSpec spec = kinds[__i__];

  for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
    Blob jpeg;
    uint8_t *expected;

    spec.width = sizes[i][0];
    spec.height = sizes[i][1];
    jpeg = jpeg_new (&spec);
    expected = jpeg_decode (&jpeg, 1);
    assert_decodes_to (&jpeg, spec.width, spec.height, expected);
    free (expected);
    blob_free (&jpeg);
  }
}

GST_END_TEST;

/* The colours of printers. Adobe's files are inverted. */
GST_START_TEST (cmyk)
{
  const JpegSpec kinds[] = {
    {100, 60, 'C'}, {100, 60, 'Y'}, {100, 60, 'C',.no_adobe_marker = true},
  };
  const JpegSpec *spec = &kinds[__i__];
  Blob jpeg = jpeg_new (spec);
  uint8_t *expected = jpeg_decode (&jpeg, 1);

  for (size_t i = 0; i < (size_t) spec->width * spec->height * 4; i += 4) {
    for (unsigned c = 0; c < 4; c++)
      if (spec->no_adobe_marker)
        expected[i + c] = 255 - expected[i + c];
    for (unsigned c = 0; c < 3; c++)
      expected[i + c] = (expected[i + c] * expected[i + 3] + 127) / 255;
    expected[i + 3] = 255;
  }
  assert_decodes_to (&jpeg, spec->width, spec->height, expected);
  free (expected);
  blob_free (&jpeg);
}

GST_END_TEST;

/* libjpeg itself makes an image 2, 4 or 8 times smaller. */
GST_START_TEST (divided)
{
  const JpegSpec spec = {.width = 512,.height = 384 };
  Blob jpeg = jpeg_new (&spec);

  for (unsigned divisor = 2; divisor <= 8; divisor *= 2) {
    const NtmTileSpec tile = {
      .width = spec.width / divisor,.height = spec.height / divisor,
    };
    const size_t n_bytes = (size_t) tile.width * tile.height * 4;
    uint8_t *expected = jpeg_decode (&jpeg, divisor);
    uint8_t *pixels = malloc (n_bytes);

    assert_equals_int (ntm_image_decode (jpeg.bytes, jpeg.n_bytes, &tile, NULL,
            pixels, tile.width * 4, NULL), NTM_IMAGE_OK);
    fail_unless (memcmp (pixels, expected, n_bytes) == 0);
    free (pixels);
    free (expected);
  }
  blob_free (&jpeg);
}

GST_END_TEST;

GST_START_TEST (png)
{
  const int kinds[][2] = {
    {PNG_COLOR_TYPE_GRAY, 1}, {PNG_COLOR_TYPE_GRAY, 2},
    {PNG_COLOR_TYPE_GRAY, 4}, {PNG_COLOR_TYPE_GRAY, 8},
    {PNG_COLOR_TYPE_GRAY, 16}, {PNG_COLOR_TYPE_RGB, 8},
    {PNG_COLOR_TYPE_RGB, 16}, {PNG_COLOR_TYPE_PALETTE, 1},
    {PNG_COLOR_TYPE_PALETTE, 2}, {PNG_COLOR_TYPE_PALETTE, 4},
    {PNG_COLOR_TYPE_PALETTE, 8}, {PNG_COLOR_TYPE_GRAY_ALPHA, 8},
    {PNG_COLOR_TYPE_GRAY_ALPHA, 16}, {PNG_COLOR_TYPE_RGB_ALPHA, 8},
    {PNG_COLOR_TYPE_RGB_ALPHA, 16},
  };

  for (size_t kind = 0; kind < N_ELEMENTS (kinds); kind++)
    for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
      const bool transparency = __i__ & 1;
      const PngSpec spec = {
        sizes[i][0], sizes[i][1], kinds[kind][0], kinds[kind][1],
        .interlaced = __i__ & 2,
        .transparency = transparency
            && !(kinds[kind][0] & PNG_COLOR_MASK_ALPHA),
      };
      Blob blob = png_new (&spec);
      uint8_t *expected = png_decode (&blob);

      assert_decodes_to (&blob, spec.width, spec.height, expected);
      free (expected);
      blob_free (&blob);
    }
}

GST_END_TEST;

GST_START_TEST (webp)
{
  for (size_t i = 0; i < N_ELEMENTS (sizes); i++) {
    const WebpSpec spec = {
      sizes[i][0], sizes[i][1],.lossless = __i__ & 1,.opaque = __i__ & 2,
    };
    Blob blob = webp_new (&spec);
    uint8_t *expected = webp_decode (&blob);

    assert_decodes_to (&blob, spec.width, spec.height, expected);
    free (expected);
    blob_free (&blob);
  }
}

GST_END_TEST;

/* Of an animation, the first picture, on a transparent canvas. */
GST_START_TEST (animated_webp)
{
  const WebpSpec spec = { 20, 10,.lossless = true };
  const NtmTileSpec tile = {.width = 28,.height = 18,.fit = NTM_FIT_EXACT };
  Blob still = webp_new (&spec);
  Blob animation = webp_new_animation (&spec, 4);
  uint8_t *expected = webp_decode (&still);
  uint8_t pixels[28 * 18 * 4];
  NtmImageInfo info;

  assert_equals_int (ntm_image_decode (animation.bytes, animation.n_bytes,
          &tile, NULL, pixels, 28 * 4, &info), NTM_IMAGE_OK);
  fail_unless (info.animated && !info.damaged);
  for (uint32_t y = 0; y < 18; y++)
    for (uint32_t x = 0; x < 28; x++) {
      const uint8_t *pixel = pixels + (y * 28 + x) * 4;
      const bool inside = x >= 4 && x < 24 && y >= 4 && y < 14;
      const uint8_t *from = expected + ((y - 4) * 20 + x - 4) * 4;

      if (!inside || from[3] == 0) {
        assert_equals_int (pixel[3], 0);
      } else {
        fail_unless (memcmp (pixel, from, 4) == 0);
      }
    }
  free (expected);
  blob_free (&still);
  blob_free (&animation);
}

GST_END_TEST;

/* An animated PNG has a picture that every PNG reader shows. */
GST_START_TEST (animated_png)
{
  const PngSpec spec = { 30, 20, PNG_COLOR_TYPE_RGB, 8 };
  const NtmTileSpec tile = {.width = 30,.height = 20 };
  const uint8_t control[8] = { 0, 0, 0, 1, 0, 0, 0, 0 };
  Blob png = png_new (&spec);
  uint8_t *expected = png_decode (&png);
  uint8_t pixels[30 * 20 * 4];
  NtmImageInfo info;

  png_insert_chunk (&png, "IDAT", "acTL", control, sizeof control);
  assert_equals_int (ntm_image_decode (png.bytes, png.n_bytes, &tile, NULL,
          pixels, 30 * 4, &info), NTM_IMAGE_OK);
  fail_unless (info.animated);
  assert_equals_string (info.format, "png");
  fail_unless (memcmp (pixels, expected, sizeof pixels) == 0);
  free (expected);
  blob_free (&png);
}

GST_END_TEST;

GST_START_TEST (names)
{
  assert_equals_string (ntm_image_get_formats (), "jpeg, png, webp");
  for (int i = NTM_IMAGE_OK; i <= NTM_IMAGE_NO_ROOM; i++)
    fail_if (strcmp (ntm_image_status_get_text (i), "unknown error") == 0);
  assert_equals_string (ntm_image_status_get_text (NTM_IMAGE_NO_ROOM + 1),
      "unknown error");
}

GST_END_TEST;

static Suite *
formats_suite (void)
{
  Suite *suite = suite_create ("images-decode-formats");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, jpeg, 0, 5);
  tcase_add_loop_test (tc, cmyk, 0, 3);
  tcase_add_test (tc, divided);
  tcase_add_loop_test (tc, png, 0, 4);
  tcase_add_loop_test (tc, webp, 0, 4);
  tcase_add_test (tc, animated_webp);
  tcase_add_test (tc, animated_png);
  tcase_add_test (tc, names);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, formats_suite (), __FILE__);
}
