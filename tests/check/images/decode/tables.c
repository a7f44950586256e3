/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Colours that a profile describes by tables become sRGB: of CMYK, as printers
 * have it, and of RGB. lcms2 does that; without it, the test is skipped. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "../icc.h"

#define WIDTH 40
#define HEIGHT 30
#define N_BYTES (WIDTH * HEIGHT * 4)

/* lcms2 makes a table of 17 steps of the profile and sRGB: near black, where
 * sRGB bends most, it is as wrong as this. */
#define MOST_DIFFERENCE 4

/* What meson takes for a test that is skipped. */
#define SKIPPED 77

/* ---- Profiles ---- */

/* The darkest colour is black, L, a, b = 0: lcms2 compensates for another black
 * point. 2.18 to 2.19.1 keep a and b of that point, other versions drop them.
 * All colours are sRGB's or nearly: between them and clipped ones, the table
 * of 17 steps is more wrong. */
static const IccInks cmyk = {
  {-27, -18, -18}, {-27, 22, -6}, {-6, -4, 24}, {-40, 0, 0}, {100, 0, 0},
};

static const IccInks rgb = {
  {35, 35, 20}, {45, -35, 20}, {20, 0, -40}, {0, 0, 0}, {0, 0, 0},
};

/* ---- The model ---- */

static double
from_lab (double f)
{
  return f > 6 / 29. ? f * f * f : (f - 4 / 29.) * 108 / 841;
}

static double
to_srgb (double light)
{
  light = light < 0 ? 0 : light > 1 ? 1 : light;

  return 255 * (light <= 0.0031308 ? light * 12.92
      : 1.055 * pow (light, 1 / 2.4) - 0.055);
}

static void
model (const IccInks inks, const double *components, double *pixel)
{
  double lab[3];
  double x;
  double y;
  double z;

  icc_get_lab (inks, components, lab);
  y = (lab[0] + 16) / 116;
  x = 0.9642 * from_lab (y + lab[1] / 500);
  z = 0.8249 * from_lab (y - lab[2] / 200);
  y = from_lab (y);
  pixel[0] = to_srgb (3.1338561 * x - 1.6168667 * y - 0.4906146 * z);
  pixel[1] = to_srgb (-0.9787684 * x + 1.9161415 * y + 0.0334540 * z);
  pixel[2] = to_srgb (0.0719453 * x - 0.2289914 * y + 1.4052427 * z);
}

static bool
decode (const Blob * image, uint8_t * pixels)
{
  const NtmTileSpec spec = {
    .width = WIDTH,.height = HEIGHT,.fit = NTM_FIT_EXACT,
  };
  NtmImageInfo info;

  assert_equals_int (ntm_image_decode (image->bytes, image->n_bytes, &spec,
          NULL, pixels, WIDTH * 4, &info), NTM_IMAGE_OK);

  return info.damaged;
}

static void
assert_pixel (const uint8_t * pixel, const IccInks inks,
    const double *components)
{
  double expected[3];

  model (inks, components, expected);
  for (unsigned c = 0; c < 3; c++)
    if (fabs (pixel[c] - expected[c]) > MOST_DIFFERENCE)
      fail ("%g %g %g %g becomes %u %u %u, not %g %g %g", components[0],
          components[1], components[2], components[3], pixel[0], pixel[1],
          pixel[2], expected[0], expected[1], expected[2]);
}

/* ---- Images ---- */

GST_START_TEST (printers)
{
  const JpegSpec spec = { WIDTH, HEIGHT, __i__ % 2 ? 'C' : 'Y',
    .no_adobe_marker = __i__ == 1
  };
  Blob image = jpeg_new (&spec);
  Blob profile = icc_new_tables (cmyk, 4);
  uint8_t *stored = jpeg_decode (&image, 1);
  uint8_t pixels[N_BYTES];

  jpeg_add_profile (&image, &profile);
  fail_if (decode (&image, pixels));
  for (size_t i = 0; i < N_BYTES; i += 4) {
    double components[4];

    for (unsigned c = 0; c < 4; c++)
      components[c] = (spec.no_adobe_marker ? stored[i + c]
          : 255 - stored[i + c]) / 255.0;
    assert_pixel (pixels + i, cmyk, components);
    assert_equals_int (pixels[i + 3], 255);
  }
  free (stored);
  blob_free (&profile);
  blob_free (&image);
}

GST_END_TEST;

static void
assert_png_converts (Blob profile, const IccInks inks)
{
  const PngSpec spec = { WIDTH, HEIGHT, PNG_COLOR_TYPE_RGB_ALPHA, 8 };
  Blob image = png_new (&spec);
  uint8_t plain[N_BYTES];
  uint8_t pixels[N_BYTES];

  fail_if (decode (&image, plain));
  png_add_profile (&image, &profile);
  fail_if (decode (&image, pixels));
  for (size_t i = 0; i < N_BYTES; i += 4) {
    const double components[4] = { plain[i] / 255.0, plain[i + 1] / 255.0,
      plain[i + 2] / 255.0
    };

    assert_pixel (pixels + i, inks, components);
    assert_equals_int (pixels[i + 3], plain[i + 3]);
  }
  blob_free (&profile);
  blob_free (&image);
}

GST_START_TEST (screens)
{
  assert_png_converts (icc_new_tables (rgb, 3), rgb);
}

GST_END_TEST;

/* ---- Broken ones ---- */

/* If the image is damaged, it is as if there were no profile. Returns
 * whether. */
static bool
assert_is_picture (const Blob * profile)
{
  const JpegSpec spec = { WIDTH, HEIGHT, 'C' };
  Blob image = jpeg_new (&spec);
  uint8_t plain[N_BYTES];
  uint8_t pixels[N_BYTES];
  bool damaged;

  fail_if (decode (&image, plain));
  jpeg_add_profile (&image, profile);
  damaged = decode (&image, pixels);
  fail_if (damaged && memcmp (plain, pixels, N_BYTES) != 0);
  blob_free (&image);

  return damaged;
}

GST_START_TEST (cut_off)
{
  Blob whole = icc_new_tables (cmyk, 4);

  for (size_t n = 1; n < whole.n_bytes; n += 29) {
    Blob part = { 0 };

    blob_add (&part, whole.bytes, n);
    fail_unless (assert_is_picture (&part));
    blob_free (&part);
  }
  blob_free (&whole);
}

GST_END_TEST;

GST_START_TEST (flipped)
{
  Blob whole = icc_new_tables (cmyk, 4);

  random_begin ();
  for (unsigned i = random_cases (20); i > 0; i--) {
    Blob copy = { 0 };

    blob_add (&copy, whole.bytes, whole.n_bytes);
    for (unsigned n = 1 + random_below (8); n > 0; n--)
      copy.bytes[random_below (copy.n_bytes)] ^= 1 << random_below (8);
    assert_is_picture (&copy);
    blob_free (&copy);
  }
  blob_free (&whole);
}

GST_END_TEST;

static Suite *
tables_suite (void)
{
  Suite *suite = suite_create ("images-decode-tables");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, printers, 0, 3);
  tcase_add_test (tc, screens);
  tcase_add_test (tc, cut_off);
  tcase_add_test (tc, flipped);

  return suite;
}

int
main (int argc, char **argv)
{
#ifndef HAVE_LCMS2
  printf ("skipped: this build has no lcms2\n");
  return SKIPPED;
#endif

  return run_suite (argc, argv, tables_suite (), __FILE__);
}
