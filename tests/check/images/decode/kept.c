/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What profiles need is kept for the next image, and leaves when others come.
 * Without lcms2, the test is skipped. */

#include <stdio.h>
#include <string.h>

#include "../icc.h"
#include "decode/colours.h"

/* What meson takes for a test that is skipped. */
#define SKIPPED 77

/* Gray with an exponent of its own. */
static NtmColours *
take (unsigned i)
{
  const double exponent[] = { 1.25 + i / 16. };
  IccSpec spec = {.space = "GRAY",.pcs = "XYZ " };
  NtmColours *colours = NULL;
  Blob profile;

  icc_add_formula (&spec, "kTRC", 0, exponent, 1);
  profile = icc_new (&spec);
  assert_equals_int (ntm_colours_take (&colours, profile.bytes,
          profile.n_bytes, NTM_INKS_GRAY), NTM_IMAGE_OK);
  fail_unless (colours != NULL);
  blob_free (&profile);

  return colours;
}

/* References are held, so that no other colours get the same address. */
GST_START_TEST (last_used)
{
  NtmColours *held[NTM_COLOURS_KEPT + 1];
  NtmColours *again;
  NtmColours *gone;
  uint8_t expected[4] = { 100, 100, 100, 255 };
  uint8_t pixel[4] = { 100, 100, 100, 255 };

  for (unsigned i = 0; i < NTM_COLOURS_KEPT; i++)
    held[i] = take (i);
  again = take (0);
  fail_unless (again == held[0]);
  ntm_colours_release (again);

  /* The second is now the one that was not used for longest. */
  held[NTM_COLOURS_KEPT] = take (NTM_COLOURS_KEPT);
  again = take (0);
  fail_unless (again == held[0]);
  ntm_colours_release (again);
  gone = take (1);
  fail_if (gone == held[1]);

  /* What left the cache serves until it is released. */
  ntm_colours_convert (gone, expected, expected, 1);
  ntm_colours_convert (held[1], pixel, pixel, 1);
  fail_unless (memcmp (pixel, expected, sizeof pixel) == 0);
  ntm_colours_release (gone);
  for (unsigned i = 0; i <= NTM_COLOURS_KEPT; i++)
    ntm_colours_release (held[i]);
}

GST_END_TEST;

/* Inks are a part of the key. */
GST_START_TEST (of_one_kind)
{
  Blob profile = icc_new_p3 ();
  NtmColours *rgb;
  NtmColours *gray;
  NtmColours *cmyk;

  assert_equals_int (ntm_colours_take (&rgb, profile.bytes, profile.n_bytes,
          NTM_INKS_RGB), NTM_IMAGE_OK);
  assert_equals_int (ntm_colours_take (&cmyk, profile.bytes, profile.n_bytes,
          NTM_INKS_CMYK), NTM_IMAGE_DAMAGED);
  fail_unless (cmyk == NULL);

  /* Grays of Display P3 are those of sRGB. */
  assert_equals_int (ntm_colours_take (&gray, profile.bytes, profile.n_bytes,
          NTM_INKS_GRAY), NTM_IMAGE_OK);
  fail_unless (gray == NULL);
  ntm_colours_release (rgb);
  blob_free (&profile);
}

GST_END_TEST;

static Suite *
kept_suite (void)
{
  Suite *suite = suite_create ("images-decode-kept");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, last_used);
  tcase_add_test (tc, of_one_kind);

  return suite;
}

int
main (int argc, char **argv)
{
#ifndef HAVE_LCMS2
  printf ("skipped: this build has no lcms2\n");
  return SKIPPED;
#endif

  return run_suite (argc, argv, kept_suite (), __FILE__);
}
