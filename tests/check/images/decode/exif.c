/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The orientation of an EXIF block, and where a JPEG file has it; a block that
 * makes no sense has none. Each block ends where its allocation does, for the
 * address sanitizer. */

#include <stdlib.h>
#include <string.h>

#include "../pictures.h"
#include "decode/exif.h"
#include "decode/segments.h"

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

/* ---- Where it is in a JPEG file ---- */

/* An orientation, a comment in front of it, and the pixels. */
static const uint8_t segments[] = {
  0xff, 0xd8,
  0xff, 0xfe, 0, 4, 'h', 'i',
  0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
  'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
  0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
  0xff, 0xda, 0, 2, 0,
};

#define COMMENT 2
#define EXIF 8

/* In front of the marker at @place there are @n_fill bytes more, and the first
 * @n_bytes are the file. */
static unsigned
find_orientation (size_t place, size_t n_fill, size_t n_bytes)
{
  uint8_t *file = malloc (sizeof segments + n_fill);
  uint8_t *cut = malloc (n_bytes);
  unsigned orientation;

  memcpy (file, segments, place);
  memset (file + place, 0xff, n_fill);
  memcpy (file + place + n_fill, segments + place, sizeof segments - place);
  memcpy (cut, file, n_bytes);
  orientation = ntm_segments_get_orientation (cut, n_bytes);
  free (cut);
  free (file);

  return orientation;
}

/* Any number of bytes 0xff may be in front of a marker. */
GST_START_TEST (fill_bytes)
{
  for (size_t n = 0; n < 9; n++) {
    const size_t n_bytes = sizeof segments + n;

    assert_equals_int (find_orientation (COMMENT, n, n_bytes), 6);
    assert_equals_int (find_orientation (EXIF, n, n_bytes), 6);
  }
}

GST_END_TEST;

/* It is found as soon as its segment is there, and nothing behind it is. */
GST_START_TEST (cut_off_segments)
{
  for (size_t n = 2; n <= sizeof segments; n++)
    assert_equals_int (find_orientation (COMMENT, 0, n),
        n >= sizeof segments - 5 ? 6 : 1);
}

GST_END_TEST;

/* A segment has at least the two bytes of its length. Behind the header of the
 * pixels there are pixels only. */
GST_START_TEST (no_segments)
{
  static const struct
  {
    size_t place;
    uint8_t byte;
  } bad[] = {
    {COMMENT, 0xfe}, {COMMENT + 1, 0xda}, {COMMENT + 3, 0}, {COMMENT + 3, 1},
    {COMMENT + 2, 0xff}, {EXIF, 0}, {EXIF + 1, 0xe2}, {EXIF + 4, 'e'},
    {EXIF + 3, 5},
  };

  for (size_t i = 0; i < N_ELEMENTS (bad); i++) {
    uint8_t file[sizeof segments];

    memcpy (file, segments, sizeof segments);
    file[bad[i].place] = bad[i].byte;
    fail_unless (ntm_segments_get_orientation (file, sizeof file) == 1,
        "byte %zu is 0x%02x", bad[i].place, bad[i].byte);
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
  tcase_add_test (tc, fill_bytes);
  tcase_add_test (tc, cut_off_segments);
  tcase_add_test (tc, no_segments);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, exif_suite (), __FILE__);
}
