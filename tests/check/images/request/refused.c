/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip that the budget can't hold is refused, with both numbers. */

#include <string.h>

#include "../album.h"

static NtmImageStatus
request (Album * album, size_t n, NtmRequest ** made)
{
  const char *names[8];

  for (size_t i = 0; i < n; i++)
    names[i] = album->names[i];

  return ntm_images_request (album->images, made, names, n, &album->spec, 0);
}

GST_START_TEST (too_many_tiles)
{
  Album *album = album_new (5, 2);
  NtmRequest *made;
  char text[200];

  assert_equals_int (request (album, 5, &made), NTM_IMAGE_OK);
  ntm_request_free (made);
  assert_equals_int (request (album, 6, &made), NTM_IMAGE_NO_ROOM);
  fail_unless (made == NULL);
  ntm_images_explain (album->images, NTM_IMAGE_NO_ROOM, 6, &album->spec, text,
      sizeof text);
  assert_equals_string (text, "6 tiles of 24x10 have 5760 bytes, and the "
      "budget of the cache is 4800");
  ntm_images_explain (album->images, NTM_IMAGE_NO_ROOM, 6, &album->spec, text,
      8);
  assert_equals_string (text, "6 tiles");

  /* Nothing of it is left. */
  assert_equals_uint64 (album_get_stats (album).requests, 1);
  album_free (album);
}

GST_END_TEST;

/* The budget is that of now. */
GST_START_TEST (another_budget)
{
  Album *album = album_new (5, 2);
  NtmRequest *made;

  ntm_images_set_cache_bytes (album->images, 6 * ALBUM_BYTES - 1);
  assert_equals_int (request (album, 6, &made), NTM_IMAGE_NO_ROOM);
  ntm_images_set_cache_bytes (album->images, 6 * ALBUM_BYTES);
  assert_equals_uint64 (album_get_stats (album).budget, 6 * ALBUM_BYTES);
  assert_equals_int (request (album, 6, &made), NTM_IMAGE_OK);
  ntm_request_free (made);
  album_free (album);
}

GST_END_TEST;

/* Sizes whose product can't be counted. */
GST_START_TEST (beyond_counting)
{
  const char *name = "1";
  Album *album = album_new (5, 2);
  NtmTileSpec spec = {.width = 1 << 28,.height = UINT32_MAX };
  NtmRequest *made;
  char text[200];

  assert_equals_int (ntm_images_request (album->images, &made, &name, 1,
          &spec, 0), sizeof (size_t) > 4 ? NTM_IMAGE_NO_ROOM
      : NTM_IMAGE_BAD_TILE);
  ntm_images_explain (album->images, NTM_IMAGE_NO_ROOM, SIZE_MAX, &spec, text,
      sizeof text);
  fail_unless (strstr (text, " 18446744073709551615 bytes") != NULL, "%s",
      text);
  ntm_images_explain (album->images, NTM_IMAGE_BAD_TILE, 1, &spec, text,
      sizeof text);
  assert_equals_string (text,
      ntm_image_status_get_text (NTM_IMAGE_BAD_TILE));
  album_free (album);
}

GST_END_TEST;

/* More names than an array can have, in a budget that has room for them. */
GST_START_TEST (too_many_names)
{
  const char *name = "1";
  const NtmTileSpec pixel = {.width = 1,.height = 1 };
  Album *album = album_new (5, 2);
  NtmRequest *made;

  ntm_images_set_cache_bytes (album->images, SIZE_MAX);
  assert_equals_int (ntm_images_request (album->images, &made, &name,
          SIZE_MAX / 8, &pixel, 0), NTM_IMAGE_NO_MEMORY);
  fail_unless (made == NULL);
  album_free (album);
}

GST_END_TEST;

/* Prefetching takes what fits. */
GST_START_TEST (not_prefetching)
{
  const char *names[] = { "0", "1", "2", "3" };
  Album *album = album_new (2, 1);

  assert_equals_int (ntm_images_prefetch (album->images, names, 4,
          &album->spec), NTM_IMAGE_OK);
  album_wait_until_decoded (album, 2);
  album_free (album);
}

GST_END_TEST;

static Suite *
refused_suite (void)
{
  Suite *suite = suite_create ("images-request-refused");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, too_many_tiles);
  tcase_add_test (tc, another_budget);
  tcase_add_test (tc, beyond_counting);
  tcase_add_test (tc, too_many_names);
  tcase_add_test (tc, not_prefetching);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, refused_suite (), __FILE__);
}
