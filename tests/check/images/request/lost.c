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

static Suite *
lost_suite (void)
{
  Suite *suite = suite_create ("images-request-lost");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, tried_again);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, lost_suite (), __FILE__);
}
