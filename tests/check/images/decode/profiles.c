/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Colours that a profile of curves describes become sRGB, in every format;
 * those of a broken profile are taken for sRGB, and the image is damaged. lcms2
 * does that; without it, the test is skipped. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "../icc.h"

#define WIDTH 64
#define HEIGHT 48
#define N_PIXELS (WIDTH * HEIGHT)

/* What meson takes for a test that is skipped. */
#define SKIPPED 77

static const WebpSpec webp_spec = { WIDTH, HEIGHT,.lossless = true };

static Blob
new_image (unsigned kind)
{
  const JpegSpec jpeg = { WIDTH, HEIGHT };
  const JpegSpec gray = { WIDTH, HEIGHT, 'G' };
  const PngSpec png = { WIDTH, HEIGHT, PNG_COLOR_TYPE_RGB_ALPHA, 8 };
  const PngSpec palette = { WIDTH, HEIGHT, PNG_COLOR_TYPE_PALETTE, 8 };
  const PngSpec gray_png = { WIDTH, HEIGHT, PNG_COLOR_TYPE_GRAY_ALPHA, 8 };

  switch (kind) {
    case 0:
      return jpeg_new (&jpeg);
    case 1:
      return png_new (&png);
    case 2:
      return webp_new (&webp_spec);
    case 3:
      return png_new (&palette);
    case 4:
      return jpeg_new (&gray);
    default:
      return png_new (&gray_png);
  }
}

#define N_KINDS 6
#define FIRST_GRAY 4

static void
add_profile (Blob * image, unsigned kind, const Blob * profile)
{
  if (kind == 0 || kind == 4)
    jpeg_add_profile (image, profile);
  else if (kind == 2)
    webp_add_profile (image, &webp_spec, profile);
  else
    png_add_profile (image, profile);
}

/* Returns whether the image is damaged. */
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

/* ---- The model ---- */

typedef double (*Curve) (double x);

static double
from_srgb (double x)
{
  return x <= 0.04045 ? x / 12.92 : pow ((x + 0.055) / 1.055, 2.4);
}

static double
to_srgb (double light)
{
  light = light < 0 ? 0 : light > 1 ? 1 : light;

  return light <= 0.0031308 ? light * 12.92
      : 1.055 * pow (light, 1 / 2.4) - 0.055;
}

/* Cramer's rule: which amounts of sRGB's colorants make @xyz? */
static double
get_determinant (const double *a, const double *b, const double *c)
{
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2]
      - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0]);
}

static void
model (const uint8_t * from, Curve curve, const double colorants[3][3],
    double *to)
{
  const double all = get_determinant (icc_srgb[0], icc_srgb[1], icc_srgb[2]);
  double xyz[3] = { 0 };

  for (unsigned c = 0; c < 3; c++)
    for (unsigned i = 0; i < 3; i++)
      xyz[i] += curve (from[c] / 255.0) * colorants[c][i];
  to[0] = to_srgb (get_determinant (xyz, icc_srgb[1], icc_srgb[2]) / all) * 255;
  to[1] = to_srgb (get_determinant (icc_srgb[0], xyz, icc_srgb[2]) / all) * 255;
  to[2] = to_srgb (get_determinant (icc_srgb[0], icc_srgb[1], xyz) / all) * 255;
}

/* Frees the profile. */
static void
assert_converts (unsigned kind, Blob profile, Curve curve,
    const double colorants[3][3])
{
  Blob image = new_image (kind);
  uint8_t plain[N_PIXELS * 4];
  uint8_t pixels[N_PIXELS * 4];
  double expected[3];

  fail_if (decode (&image, plain));
  add_profile (&image, kind, &profile);
  fail_if (decode (&image, pixels));
  for (size_t i = 0; i < sizeof pixels; i += 4) {
    model (plain + i, curve, colorants, expected);
    for (unsigned c = 0; c < 3; c++)
      if (fabs (pixels[i + c] - expected[c]) > 1.2)
        fail ("pixel %zu: %u becomes %u, not %g", i / 4, plain[i + c],
            pixels[i + c], expected[c]);
    assert_equals_int (pixels[i + 3], plain[i + 3]);
  }
  blob_free (&profile);
  blob_free (&image);
}

/* ---- Colours ---- */

GST_START_TEST (wide)
{
  uint8_t plain[N_PIXELS * 4];
  uint8_t pixels[N_PIXELS * 4];
  Blob image = new_image (1);
  Blob profile = icc_new_p3 ();

  assert_converts (__i__, icc_new_p3 (), from_srgb, icc_p3);

  /* Something happens. */
  (void) decode (&image, plain);
  png_add_profile (&image, &profile);
  (void) decode (&image, pixels);
  fail_if (memcmp (plain, pixels, sizeof plain) == 0);
  blob_free (&profile);
  blob_free (&image);
}

GST_END_TEST;

static double
same (double x)
{
  return x;
}

static double
power (double x)
{
  return pow (x, 1.75);
}

static double
from_a (double x)
{
  return x >= 0.1 ? pow ((x - 0.1) / 0.9, 2.25) : 0;
}

static double
less_c (double x)
{
  return pow (0.7807764 * x + 0.25, 2) - 0.0625;
}

static double
in_two_parts (double x)
{
  return x >= 0.25 ? pow (0.9576611 * x + 0.0105847, 2) + 0.0625 : x / 2;
}

static double
bent (double x)
{
  return x < 0.5 ? x / 2 : 0.25 + (x - 0.5) * 1.5;
}

/* All have black and white: lcms2 would make the darkest colour black, and gray
 * at its lightest white. */
static void
add_curve (IccSpec * spec, const char *name, unsigned kind)
{
  const double one[] = { 1.75 };
  const double three[] = { 2.25, 1 / 0.9, -0.1 / 0.9 };
  const double four[] = { 2, 0.7807764, 0.25, -0.0625 };
  const double five[] = { 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045 };
  const double seven[] = { 2, 0.9576611, 0.0105847, 0.5, 0.25, 0.0625, 0 };
  const uint16_t exponent = 0x01c0;
  const uint16_t table[] = { 0, 0x4000, 0xffff };

  if (kind == 0)
    icc_add_table (spec, name, NULL, 0);
  else if (kind == 1)
    icc_add_table (spec, name, &exponent, 1);
  else if (kind == 2)
    icc_add_table (spec, name, table, 3);
  else if (kind == 3)
    icc_add_formula (spec, name, 0, one, 1);
  else if (kind == 4)
    icc_add_formula (spec, name, 1, three, 3);
  else if (kind == 5)
    icc_add_formula (spec, name, 2, four, 4);
  else if (kind == 6)
    icc_add_formula (spec, name, 3, five, 5);
  else
    icc_add_formula (spec, name, 4, seven, 7);
}

static const Curve curves[] = {
  same, power, bent, power, from_a, less_c, from_srgb, in_two_parts,
};

GST_START_TEST (kinds_of_curves)
{
  IccSpec spec = {.space = "RGB ",.pcs = "XYZ " };

  icc_add_xyz (&spec, "rXYZ", icc_p3[0]);
  icc_add_xyz (&spec, "gXYZ", icc_p3[1]);
  icc_add_xyz (&spec, "bXYZ", icc_p3[2]);
  add_curve (&spec, "rTRC", __i__);
  add_curve (&spec, "gTRC", __i__);
  add_curve (&spec, "bTRC", __i__);
  assert_converts (1, icc_new (&spec), curves[__i__], icc_p3);
}

GST_END_TEST;

/* Gray is as much of each of sRGB's colorants. */
GST_START_TEST (gray)
{
  for (unsigned kind = FIRST_GRAY; kind < N_KINDS; kind++) {
    IccSpec spec = {.space = "GRAY",.pcs = "XYZ " };

    add_curve (&spec, "kTRC", __i__);
    assert_converts (kind, icc_new (&spec), curves[__i__], icc_srgb);
  }
}

GST_END_TEST;

/* After scaling, in each order of bytes, upright: rows are converted as they
 * are painted. */
GST_START_TEST (in_a_tile)
{
  const NtmTileSpec spec = {
    .width = 30,.height = 40,.pixels = __i__ % 2 ? NTM_PIXELS_BGRA : 0,
    .background = {9, 8, 7, 6},
  };
  const JpegSpec jpeg = { WIDTH, HEIGHT,.orientation = 1 + __i__ };
  Blob image = jpeg_new (&jpeg);
  Blob profile = icc_new_p3 ();
  uint8_t plain[30 * 40 * 4];
  uint8_t pixels[30 * 40 * 4];
  const unsigned red = __i__ % 2 ? 2 : 0;

  (void) ntm_image_decode (image.bytes, image.n_bytes, &spec, NULL, plain,
      30 * 4, NULL);
  jpeg_add_profile (&image, &profile);
  assert_equals_int (ntm_image_decode (image.bytes, image.n_bytes, &spec, NULL,
          pixels, 30 * 4, NULL), NTM_IMAGE_OK);
  for (size_t i = 0; i < sizeof pixels; i += 4) {
    const uint8_t from[3] = { plain[i + red], plain[i + 1],
      plain[i + 2 - red]
    };
    double expected[3];

    if (memcmp (plain + i, spec.background, 4) == 0) {
      fail_unless (memcmp (pixels + i, spec.background, 4) == 0);
      continue;
    }
    model (from, from_srgb, icc_p3, expected);
    fail_unless (fabs (pixels[i + red] - expected[0]) <= 1.2);
    fail_unless (fabs (pixels[i + 1] - expected[1]) <= 1.2);
    fail_unless (fabs (pixels[i + 2 - red] - expected[2]) <= 1.2);
  }
  blob_free (&profile);
  blob_free (&image);
}

GST_END_TEST;

/* ---- What changes nothing ---- */

/* Frees the profile. */
static void
assert_stays (unsigned kind, Blob profile, bool damaged)
{
  Blob image = new_image (kind);
  uint8_t plain[N_PIXELS * 4];
  uint8_t pixels[N_PIXELS * 4];

  fail_if (decode (&image, plain));
  add_profile (&image, kind, &profile);
  fail_unless (decode (&image, pixels) == damaged);
  fail_unless (memcmp (plain, pixels, sizeof plain) == 0);
  blob_free (&profile);
  blob_free (&image);
}

/* sRGB, as a formula and as a table of 8 bits that was rounded. */
GST_START_TEST (srgb)
{
  IccSpec spec = {.space = "RGB ",.pcs = "XYZ " };
  uint16_t table[1024];

  for (unsigned i = 0; i < 1024; i++)
    table[i] = lround (from_srgb (i / 1023.0) * 65535);
  icc_add_xyz (&spec, "rXYZ", icc_srgb[0]);
  icc_add_xyz (&spec, "gXYZ", icc_srgb[1]);
  icc_add_xyz (&spec, "bXYZ", icc_srgb[2]);
  icc_add_table (&spec, "rTRC", table, 1024);
  icc_add_table (&spec, "gTRC", table, 1024);
  icc_add_table (&spec, "bTRC", table, 1024);
  assert_stays (__i__, icc_new (&spec), false);
  assert_stays (__i__, icc_new_srgb (), false);
}

GST_END_TEST;

GST_START_TEST (of_other_pixels)
{
  IccSpec inks = {.space = "CMYK",.pcs = "Lab " };
  IccSpec lab = {.space = "Lab ",.pcs = "XYZ " };
  IccSpec gray = {.space = "GRAY",.pcs = "XYZ " };

  add_curve (&gray, "kTRC", 1);
  assert_stays (__i__, icc_new (&inks), true);
  assert_stays (__i__, icc_new (&lab), true);
  if (__i__ < FIRST_GRAY)
    assert_stays (__i__, icc_new (&gray), true);
  else
    blob_free (&gray.tags[0]);
}

GST_END_TEST;

/* Each length; the profile says how long it is. */
GST_START_TEST (cut_off)
{
  Blob whole = icc_new_p3 ();

  for (size_t n = 1; n < whole.n_bytes; n += 1 + n / 16) {
    Blob part = { 0 };

    blob_add (&part, whole.bytes, n);
    assert_stays (__i__, part, true);
  }
  blob_free (&whole);
}

GST_END_TEST;

/* Some bytes more than are read; as many are. */
GST_START_TEST (too_large)
{
  Blob profile = icc_new_p3 ();
  uint8_t *zeros = calloc (1, 4 << 20);

  blob_add (&profile, zeros, (4 << 20) - profile.n_bytes);
  profile.bytes[1] = 64;        /* 4 MiB */
  profile.bytes[2] = profile.bytes[3] = 0;
  if (__i__ == 0) {
    assert_converts (__i__, profile, from_srgb, icc_p3);
  } else {
    blob_add (&profile, zeros, 1);
    profile.bytes[3] = 1;
    assert_stays (__i__, profile, true);
  }
  free (zeros);
}

GST_END_TEST;

/* ---- The segments of a JPEG ---- */

typedef struct
{
  unsigned number;
  unsigned n;
} Part;

/* The profile is cut in three. The last part that is named stands first. */
static void
assert_parts (const Part * parts, unsigned n_parts, bool damaged)
{
  Blob image = new_image (0);
  Blob whole = new_image (0);
  Blob profile = icc_new_p3 ();
  uint8_t expected[N_PIXELS * 4];
  uint8_t pixels[N_PIXELS * 4];

  if (!damaged)
    jpeg_add_profile (&whole, &profile);
  fail_if (decode (&whole, expected));
  for (unsigned i = 0; i < n_parts; i++) {
    const size_t third = profile.n_bytes / 3;
    const unsigned number = parts[i].number;
    const size_t at = number ? (number - 1) % 3 * third : 0;

    jpeg_add_profile_part (&image, number, parts[i].n, profile.bytes + at,
        number == 3 ? profile.n_bytes - at : third);
  }
  fail_unless (decode (&image, pixels) == damaged);
  fail_unless (memcmp (pixels, expected, sizeof pixels) == 0);
  blob_free (&profile);
  blob_free (&whole);
  blob_free (&image);
}

GST_START_TEST (segments)
{
  assert_parts ((Part[]) {{3, 3}, {2, 3}, {1, 3}}, 3, false);
  assert_parts ((Part[]) {{2, 3}, {1, 3}, {3, 3}}, 3, false);
  assert_parts ((Part[]) {{1, 3}, {2, 3}, {3, 3}}, 3, false);
  assert_parts ((Part[]) {{3, 3}, {1, 3}}, 2, true);
  assert_parts ((Part[]) {{2, 3}, {1, 3}}, 2, true);
  assert_parts ((Part[]) {{3, 3}, {2, 3}, {2, 3}, {1, 3}}, 4, true);
  assert_parts ((Part[]) {{3, 3}, {2, 4}, {1, 3}}, 3, true);
  assert_parts ((Part[]) {{0, 3}, {2, 3}, {1, 3}}, 3, true);
  assert_parts ((Part[]) {{1, 0}}, 1, true);
  assert_parts ((Part[]) {{4, 3}, {3, 3}, {2, 3}, {1, 3}}, 4, true);
}

GST_END_TEST;

/* A segment that ends in its own head. */
GST_START_TEST (short_segment)
{
  Blob image = new_image (0);
  uint8_t pixels[N_PIXELS * 4];

  blob_insert (&image, 2, "\xff\xe2\0\x0f" "ICC_PROFILE\0\1", 17);
  fail_unless (decode (&image, pixels));
  blob_free (&image);
}

GST_END_TEST;

static Suite *
profiles_suite (void)
{
  Suite *suite = suite_create ("images-decode-profiles");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, wide, 0, N_KINDS);
  tcase_add_loop_test (tc, kinds_of_curves, 0, N_ELEMENTS (curves));
  tcase_add_loop_test (tc, gray, 0, N_ELEMENTS (curves));
  tcase_add_loop_test (tc, in_a_tile, 0, 8);
  tcase_add_loop_test (tc, srgb, 0, FIRST_GRAY);
  tcase_add_loop_test (tc, of_other_pixels, 0, N_KINDS);
  tcase_add_loop_test (tc, cut_off, 0, N_KINDS);
  tcase_add_loop_test (tc, too_large, 0, 3);
  tcase_add_test (tc, segments);
  tcase_add_test (tc, short_segment);

  return suite;
}

int
main (int argc, char **argv)
{
#ifndef HAVE_LCMS2
  printf ("skipped: this build has no lcms2\n");
  return SKIPPED;
#endif

  return run_suite (argc, argv, profiles_suite (), __FILE__);
}
