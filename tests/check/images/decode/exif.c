/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The orientation of an EXIF block; a block that makes no sense has none. Each
 * block ends where its allocation does, for the address sanitizer. */

#include <stdlib.h>
#include <string.h>

#include "../pictures.h"
#include "decode/exif.h"

static unsigned
get_orientation (const Blob * exif, size_t n_bytes)
{
  uint8_t *copy = malloc (n_bytes > 0 ? n_bytes : 1);
  unsigned orientation;

  memcpy (copy, exif->bytes, n_bytes);
  orientation = ntm_exif_get_orientation (copy, n_bytes);
  free (copy);

  return orientation;
}

GST_START_TEST (all)
{
  for (unsigned orientation = 0; orientation < 12; orientation++)
    for (unsigned i = 0; i < 4; i++) {
      Blob exif = exif_new (orientation, i & 1);
      const unsigned expected = orientation >= 1 && orientation <= 8 ?
          orientation : 1;

      if (i & 2)
        blob_insert (&exif, 0, "Exif\0\0", 6);
      assert_equals_int (get_orientation (&exif, exif.n_bytes), expected);
      blob_free (&exif);
    }
}

GST_END_TEST;

/* The entry is the last twelve bytes, but four that no reader needs. */
GST_START_TEST (cut_off)
{
  Blob exif = exif_new (6, __i__);

  for (size_t n = 0; n < exif.n_bytes; n++)
    assert_equals_int (get_orientation (&exif, n),
        n >= exif.n_bytes - 4 ? 6 : 1);
  blob_free (&exif);
}

GST_END_TEST;

GST_START_TEST (nonsense)
{
  /* Byte order, 42, the folder's place, the entry's type and count. */
  const size_t places[] = { 0, 2, 7, 25, 27 };

  for (size_t i = 0; i < N_ELEMENTS (places); i++) {
    Blob exif = exif_new (6, true);

    exif.bytes[places[i]] ^= 0xff;
    assert_equals_int (get_orientation (&exif, exif.n_bytes), 1);
    blob_free (&exif);
  }
}

GST_END_TEST;

GST_START_TEST (random_bytes)
{
  random_begin ();
  for (unsigned i = random_cases (20000); i > 0; i--) {
    Blob exif = exif_new (8, i % 2);
    unsigned orientation;

    for (unsigned n = 1 + random_below (3); n > 0; n--)
      exif.bytes[random_below (exif.n_bytes)] = random_below (256);
    orientation = get_orientation (&exif, random_below (exif.n_bytes + 1));
    fail_unless (orientation >= 1 && orientation <= 8);
    blob_free (&exif);
  }
}

GST_END_TEST;

static Suite *
exif_suite (void)
{
  Suite *suite = suite_create ("images-decode-exif");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, all);
  tcase_add_loop_test (tc, cut_off, 0, 2);
  tcase_add_test (tc, nonsense);
  tcase_add_test (tc, random_bytes);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, exif_suite (), __FILE__);
}
