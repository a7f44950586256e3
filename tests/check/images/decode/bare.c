/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A build without any decoder knows what a file is, and says what is
 * missing. */

#include "../pictures.h"

GST_START_TEST (no_decoder)
{
  const NtmTileSpec tile = {.width = 8,.height = 8 };
  const JpegSpec jpeg_spec = { 8, 8 };
  const PngSpec png_spec = { 8, 8,.color_type = 2,.bit_depth = 8 };
  const WebpSpec webp_spec = { 8, 8 };
  const char *const names[] = { "jpeg", "png", "webp" };
  Blob blobs[] = {
    jpeg_new (&jpeg_spec), png_new (&png_spec), webp_new (&webp_spec),
  };
  uint8_t pixels[8 * 8 * 4];

  assert_equals_string (ntm_image_get_formats (), "");
  for (size_t i = 0; i < N_ELEMENTS (blobs); i++) {
    NtmImageInfo info;

    assert_equals_int (ntm_image_decode (blobs[i].bytes, blobs[i].n_bytes,
            &tile, NULL, pixels, 8 * 4, &info), NTM_IMAGE_NOT_BUILT_IN);
    assert_equals_string (info.format, names[i]);
    blob_free (&blobs[i]);
  }
}

GST_END_TEST;

static Suite *
bare_suite (void)
{
  Suite *suite = suite_create ("images-decode-bare");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, no_decoder);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, bare_suite (), __FILE__);
}
