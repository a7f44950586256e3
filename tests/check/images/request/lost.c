/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Images that fail, or are removed, while requests want them. */

#include "../album.h"

/* An image that failed is tried again for an earlier request too, even if the
 * later one, which has it tried again, is given up. */
GST_START_TEST (tried_again)
{
  const unsigned numbers[] = { 1, 2, 3 };
  Album *album = album_new_retrying (20, 1);
  Target target = target_new (1);
  NtmRequest *requests[3];

  album->statuses[1] = NTM_IMAGE_UNREADABLE;
  requests[0] = album_request (album, &numbers[0], 1, 0);
  while (album_get_stats (album).failures == 0)
    g_usleep (1000);
  album_hold (album, true);
  requests[1] = album_request (album, &numbers[1], 1, 0);
  album_wait_for_loads (album, 1);

  album->statuses[1] = NTM_IMAGE_OK;
  ntm_request_free (album_request (album, &numbers[0], 1, 0));
  requests[2] = album_request (album, &numbers[2], 1, 0);
  album_hold (album, false);
  while (album->loads[3] == 0)
    g_usleep (1000);
  assert_equals_int (album->loads[1], 2);
  for (unsigned i = 0; i < 3; i++)
    album_check (album, &target, requests[i], &numbers[i], 1, NULL);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* Image 0 is removed while it is decoded, or while a request that has it is
 * not composed yet. It cost much and was used, but is of no use any more: it
 * leaves before images that are in the cache. */
GST_START_TEST (removed_while_wanted)
{
  const bool is_decoded = __i__;
  const unsigned numbers[] = { 0, 1, 2, 3 };
  Album *album = album_new (3, 1);
  Target target = target_new (2);
  NtmRequestReport report;
  NtmRequest *request;

  album_hold (album, true);
  request = album_request (album, &numbers[0], 1, 0);
  album_wait_for_loads (album, 1);
  if (!is_decoded)
    (void) ntm_images_remove (album->images, "0");
  album_hold (album, false);
  album_wait_until_decoded (album, 1);
  if (is_decoded)
    fail_unless (ntm_images_remove (album->images, "0"));
  album_check (album, &target, request, &numbers[0], 1, NULL);

  album_check (album, &target, album_request (album, &numbers[1], 2, 0),
      &numbers[1], 2, NULL);
  album_check (album, &target, album_request (album, &numbers[3], 1, 0),
      &numbers[3], 1, NULL);
  album_check (album, &target, album_request (album, &numbers[1], 2, 0),
      &numbers[1], 2, &report);
  assert_equals_uint64 (report.hits, 2);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* Of an image that is removed while it is decoded, a failure is not remembered
 * either. */
GST_START_TEST (removed_before_it_fails)
{
  const unsigned numbers[] = { 5 };
  Album *album = album_new (3, 1);
  Target target = target_new (1);
  NtmRequest *request;

  album->statuses[5] = NTM_IMAGE_UNREADABLE;
  album_hold (album, true);
  request = album_request (album, numbers, 1, 0);
  album_wait_for_loads (album, 1);
  fail_if (ntm_images_remove (album->images, "5"));
  album_hold (album, false);
  album_check (album, &target, request, numbers, 1, NULL);

  album->statuses[5] = NTM_IMAGE_OK;
  album_check (album, &target, album_request (album, numbers, 1, 0), numbers,
      1, NULL);
  assert_equals_int (album->loads[5], 2);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* A loader gives up: because nothing wants the image any more, and then it is
 * loaded again when it is wanted again; or for a reason of its own, which is a
 * failure. */
GST_START_TEST (loader_gives_up)
{
  const bool is_wanted = __i__;
  const unsigned numbers[] = { 5, 6 };
  Album *album = album_new (3, 1);
  Target target = target_new (2);
  NtmRequest *request;

  album->statuses[5] = NTM_IMAGE_CANCELLED;
  album_hold (album, true);
  request = album_request (album, numbers, 1, 0);
  album_wait_for_loads (album, 1);
  if (!is_wanted)
    ntm_request_free (request);
  album_hold (album, false);
  if (is_wanted)
    album_check (album, &target, request, numbers, 1, NULL);

  /* One thread: it is done with image 5 before it loads image 6. */
  album_check (album, &target, album_request (album, &numbers[1], 1, 0),
      &numbers[1], 1, NULL);
  assert_equals_uint64 (album_get_stats (album).failures, is_wanted);
  assert_equals_int (album->loads[5], 1);
  if (!is_wanted) {
    album->statuses[5] = NTM_IMAGE_OK;
    album_check (album, &target, album_request (album, numbers, 2, 0), numbers,
        2, NULL);
    assert_equals_int (album->loads[5], 2);
  }
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

static Suite *
lost_suite (void)
{
  Suite *suite = suite_create ("images-request-lost");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, tried_again);
  tcase_add_loop_test (tc, removed_while_wanted, 0, 2);
  tcase_add_test (tc, removed_before_it_fails);
  tcase_add_loop_test (tc, loader_gives_up, 0, 2);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, lost_suite (), __FILE__);
}
