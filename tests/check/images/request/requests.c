/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Requests become the right strips: what is decoded, when, how often, and what
 * becomes of requests that fail or are given up. */

#include <string.h>

#include "../album.h"

/* The images @from, @from + 1, ... */
static void
count_up (unsigned *numbers, size_t n, unsigned from)
{
  for (size_t i = 0; i < n; i++)
    numbers[i] = from + i;
}

/* ---- What is decoded ---- */

GST_START_TEST (hits)
{
  Album *album = album_new (50, 2);
  Target target = target_new (12);
  Target other = target_new (12);
  unsigned numbers[12];
  NtmRequestReport report;

  count_up (numbers, 12, 5);
  album_check (album, &target, album_request (album, numbers, 12, 0), numbers,
      12, &report);
  assert_equals_uint64 (report.misses, 12);
  assert_equals_uint64 (report.tiles_copied, 12);

  /* Another strip: all hits, all copied. The same one: nothing is written. */
  album_check (album, &other, album_request (album, numbers, 12, 0), numbers,
      12, &report);
  assert_equals_uint64 (report.hits, 12);
  assert_equals_uint64 (report.tiles_copied, 12);
  album_check (album, &target, album_request (album, numbers, 12, 0), numbers,
      12, &report);
  assert_equals_uint64 (report.tiles_kept, 12);

  numbers[3] = 100;
  numbers[8] = 6;
  album_check (album, &target, album_request (album, numbers, 12, 0), numbers,
      12, &report);
  assert_equals_uint64 (report.hits, 11);
  assert_equals_uint64 (report.tiles_kept, 10);
  assert_equals_uint64 (report.tiles_copied, 2);
  assert_equals_uint64 (album_get_stats (album).decoded, 13);
  assert_equals_uint64 (album_get_stats (album).requests, 4);
  target_free (&other);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* The ids are known before the images are, and a strip that holds them says
 * so. */
GST_START_TEST (contents)
{
  Album *album = album_new (50, 2);
  Target target = target_new (4);
  Target other = target_new (4);
  unsigned numbers[4];
  NtmRequest *request;

  count_up (numbers, 4, 0);
  album->statuses[2] = NTM_IMAGE_DAMAGED;
  album_hold (album, true);
  request = album_request (album, numbers, 4, 0);
  for (unsigned i = 0; i < 4; i++)
    fail_unless (ntm_request_get_content (request, i) != NTM_CONTENT_UNKNOWN);
  album_hold (album, false);
  ntm_request_compose (request, target.composer, target.strip, "rgba", NULL);
  for (unsigned i = 0; i < 4; i++) {
    const NtmSource source = {
      .pixels = "",.content = ntm_request_get_content (request, i),
    };

    assert_equals_uint64 (source.content == NTM_CONTENT_UNKNOWN, i == 2);
    assert_equals_uint64 (ntm_strip_ask (target.strip, i, &source, "rgba"),
        i == 2 ? NTM_MISSES_FRAME : 0);
    fail_unless (ntm_strip_ask (other.strip, i, &source, "rgba")
        & NTM_MISSES_FRAME);
  }
  ntm_request_free (request);
  target_free (&other);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* Strips hold more images than the cache: these need no decoding. */
GST_START_TEST (kept_by_the_strip)
{
  Album *album = album_new (12, 2);
  Target targets[3];
  unsigned numbers[3][12];
  NtmRequestReport report;

  for (unsigned i = 0; i < 3; i++) {
    targets[i] = target_new (12);
    count_up (numbers[i], 12, 20 * i);
    album_check (album, &targets[i], album_request (album, numbers[i], 12, 0),
        numbers[i], 12, &report);
    assert_equals_uint64 (report.tiles_copied, 12);
  }
  for (unsigned i = 0; i < 9; i++) {
    album_check (album, &targets[i % 3], album_request (album,
            numbers[i % 3], 12, 0), numbers[i % 3], 12, &report);
    assert_equals_uint64 (report.tiles_kept, 12);
  }
  for (unsigned i = 0; i < 3; i++)
    target_free (&targets[i]);
  album_free (album);
}

GST_END_TEST;

/* 64 requests for one image, while it is being decoded. */
GST_START_TEST (decoded_once)
{
  Album *album = album_new (4, 2);
  Target target = target_new (1);
  NtmRequest *requests[64];
  const unsigned number = 7;

  album_hold (album, true);
  for (unsigned i = 0; i < 64; i++) {
    requests[i] = album_request (album, &number, 1, 0);
    album_wait_for_loads (album, 1);
  }
  album_hold (album, false);
  for (unsigned i = 0; i < 64; i++)
    album_check (album, &target, requests[i], &number, 1, NULL);
  assert_equals_int (album->loads[7], 1);
  assert_equals_uint64 (album_get_stats (album).joined, 63);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* One image in many tiles. */
GST_START_TEST (twice_in_a_strip)
{
  Album *album = album_new (30, 2);
  Target target = target_new (30);
  unsigned numbers[30];

  for (unsigned i = 0; i < 30; i++)
    numbers[i] = i % 3;
  for (unsigned i = 0; i < 3; i++) {
    album_check (album, &target, album_request (album, numbers, 30, 0),
        numbers, 30, NULL);
    ntm_strip_invalidate (target.strip);
  }
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

GST_START_TEST (no_images)
{
  Album *album = album_new (2, 2);
  Target target = target_new (3);

  album_check (album, &target, album_request (album, NULL, 0, 0), NULL, 0,
      NULL);
  assert_equals_uint64 (album_get_stats (album).threads, 0);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* ---- Order ---- */

/* One thread decodes the requests in their order, those of a higher priority
 * first, and prefetching last; one that is composed goes before all. */
GST_START_TEST (order)
{
  const unsigned numbers[] = { 0, 10, 20, 30, 40, 50 };
  const char *prefetched[] = { "60", "61" };
  Album *album = album_new (50, 1);
  Target target = target_new (1);
  NtmRequest *requests[6];
  const int priorities[6] = { 0, 0, -3, 2, 2, 100 };
  const unsigned expected[] = { 0, 50, 30, 40, 10, 20, 60, 61 };

  album_hold (album, true);
  for (unsigned i = 0; i < 6; i++) {
    requests[i] = album_request (album, &numbers[i], 1, priorities[i]);
    if (i == 0)
      album_wait_for_loads (album, 1);
    if (i == 1)
      assert_equals_int (ntm_images_prefetch (album->images, prefetched, 2,
              &album->spec), NTM_IMAGE_OK);
  }
  album_hold (album, false);
  album_wait_until_decoded (album, 8);
  for (unsigned i = 0; i < N_ELEMENTS (expected); i++)
    assert_equals_int (album->log[i], expected[i]);
  for (unsigned i = 0; i < 6; i++)
    album_check (album, &target, requests[i], &numbers[i], 1, NULL);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

typedef struct
{
  Album *album;
  Target *target;
  NtmRequest *request;
  NtmImageStatus status;
} Composing;

static const uint8_t black[4] = { 0, 0, 0, 255 };

static void *
compose (void *data)
{
  Composing *composing = data;

  composing->status = ntm_request_compose (composing->request,
      composing->target->composer, composing->target->strip, black, NULL);

  return NULL;
}

/* Queued requests fill the cache, and are not composed: a later one that is
 * composed does not wait for them. */
GST_START_TEST (composed_first)
{
  Album *album = album_new (4, 1);
  Target target = target_new (3);
  unsigned numbers[8];
  const unsigned wanted[3] = { 20, 21, 22 };
  NtmRequest *idle[2];

  count_up (numbers, 8, 0);
  idle[0] = album_request (album, numbers, 4, 3);
  idle[1] = album_request (album, &numbers[4], 4, 3);
  album_wait_until_decoded (album, 4);
  album_check (album, &target, album_request (album, wanted, 3, -3), wanted, 3,
      NULL);
  ntm_request_free (idle[0]);
  ntm_request_free (idle[1]);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* Images of later requests never push out those of earlier ones. */
GST_START_TEST (known_ahead)
{
  Album *album = album_new (6, 1);
  Target target = target_new (4);
  unsigned sooner[4];
  unsigned later[4];
  NtmRequest *requests[2];
  NtmRequestReport report;

  count_up (sooner, 4, 0);
  count_up (later, 4, 10);
  requests[0] = album_request (album, sooner, 4, 0);
  requests[1] = album_request (album, later, 4, 0);
  album_wait_until_decoded (album, 6);
  assert_equals_uint64 (album_get_stats (album).evictions, 0);
  album_check (album, &target, requests[0], sooner, 4, &report);
  album_check (album, &target, requests[1], later, 4, &report);
  for (unsigned i = 0; i < 4; i++) {
    assert_equals_int (album->loads[sooner[i]], 1);
    assert_equals_int (album->loads[later[i]], 1);
  }
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

GST_START_TEST (prefetched)
{
  const char *names[] = { "1", "2", "3", "2" };
  const unsigned numbers[] = { 1, 2, 3 };
  Album *album = album_new (8, 2);
  Target target = target_new (3);
  NtmRequestReport report;

  for (unsigned i = 0; i < 2; i++)
    assert_equals_int (ntm_images_prefetch (album->images, names, 4,
            &album->spec), NTM_IMAGE_OK);
  album_wait_until_decoded (album, 3);
  album_check (album, &target, album_request (album, numbers, 3, 0), numbers,
      3, &report);
  assert_equals_uint64 (report.hits, 3);
  assert_equals_uint64 (album_get_stats (album).decoded, 3);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* More than fits: what came first stays, and what has no room is not decoded,
 * now or later. */
GST_START_TEST (prefetched_too_much)
{
  const char *names[40];
  const unsigned numbers[] = { 50, 51, 52 };
  Album *album = album_new (8, 1);
  Target target = target_new (3);
  NtmRequestReport report;

  for (unsigned i = 0; i < 40; i++)
    names[i] = album->names[i];
  assert_equals_int (ntm_images_prefetch (album->images, names, 40,
          &album->spec), NTM_IMAGE_OK);
  album_wait_until_decoded (album, 8);
  for (unsigned i = 0; i < 4; i++) {
    album_check (album, &target, album_request (album, numbers, 3, 0),
        numbers, 3, &report);
    ntm_strip_invalidate (target.strip);
    assert_equals_uint64 (report.hits, i ? 3 : 0);
  }
  for (unsigned i = 0; i < 40; i++)
    assert_equals_int (album->loads[i], i < 8);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* ---- Failures ---- */

GST_START_TEST (failures)
{
  Album *album = album_new (20, 2);
  Target target = target_new (9);
  unsigned numbers[9];
  NtmRequestReport report;

  count_up (numbers, 9, 0);
  album->statuses[2] = NTM_IMAGE_NOT_FOUND;
  album->statuses[5] = NTM_IMAGE_CANCELLED;
  for (unsigned i = 0; i < 3; i++) {
    album_check (album, &target, album_request (album, numbers, 9, 0),
        numbers, 9, &report);
    assert_equals_uint64 (report.failures, 2);
  }
  assert_equals_int (album->loads[2], 1);
  assert_equals_uint64 (album_get_stats (album).failures, 2);

  /* Forgotten: it is tried again. */
  album->statuses[2] = NTM_IMAGE_OK;
  fail_if (ntm_images_remove (album->images, "2"));
  album_check (album, &target, album_request (album, numbers, 9, 0),
      numbers, 9, &report);
  assert_equals_uint64 (report.failures, 1);
  assert_equals_int (album->loads[2], 2);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* Composes a request for two images, of which the second has no such tile. */
static void
refuse_tile (Album * album, NtmComposer * composer, uint32_t width,
    uint32_t height)
{
  const NtmTile tiles[] = { {ALBUM_WIDTH, ALBUM_HEIGHT}, {width, height} };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  const unsigned numbers[] = { 0, 1 };
  NtmRequest *request = album_request (album, numbers, 2, 0);
  NtmLayout *layout;
  NtmStrip *strip;

  assert_equals_int (ntm_layout_new (&layout, tiles, 2, &rules), NTM_OK);
  assert_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  assert_equals_int (ntm_request_compose (request, composer, strip, black,
          NULL), NTM_IMAGE_BAD_TILE);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  ntm_request_free (request);
}

/* The strip must have such tiles. */
GST_START_TEST (other_tiles)
{
  Album *album = album_new (8, 2);
  Target target = target_new (2);
  unsigned numbers[3];
  NtmRequest *request;

  count_up (numbers, 3, 0);
  request = album_request (album, numbers, 3, 0);
  assert_equals_int (ntm_request_compose (request, target.composer,
          target.strip, black, NULL), NTM_IMAGE_BAD_TILE);
  ntm_request_free (request);

  refuse_tile (album, target.composer, ALBUM_WIDTH + 1, ALBUM_HEIGHT);
  refuse_tile (album, target.composer, ALBUM_WIDTH, ALBUM_HEIGHT - 1);
  album->spec.width = 0;
  assert_equals_int (ntm_images_request (album->images, &request, NULL, 0,
          &album->spec, 0), NTM_IMAGE_BAD_TILE);
  fail_unless (request == NULL);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* Pixels that share samples are no pixels of images. */
GST_START_TEST (paired_pixels)
{
  const NtmTile tile = { ALBUM_WIDTH, ALBUM_HEIGHT };
  const NtmLayoutRules rules = {.pixel_bytes = 4,.x_granularity = 2 };
  const unsigned number = 1;
  Album *album = album_new (8, 2);
  Target target = target_new (1);
  NtmLayout *layout;
  NtmRequest *request;

  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_OK);
  assert_equals_int (ntm_strip_set_layout (target.strip, layout), NTM_OK);
  ntm_layout_unref (layout);
  request = album_request (album, &number, 1, 0);
  assert_equals_int (ntm_request_compose (request, target.composer,
          target.strip, black, NULL), NTM_IMAGE_BAD_TILE);
  ntm_request_free (request);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* ---- Requests that are given up ---- */

/* In the middle of a strip. The strip is a good one afterwards. */
GST_START_TEST (cancelled)
{
  Album *album = album_new (20, 2);
  Target target = target_new (6);
  unsigned numbers[6];
  Composing composing = {.album = album,.target = &target };
  pthread_t thread;

  count_up (numbers, 6, 0);
  album_check (album, &target, album_request (album, numbers, 3, 0), numbers,
      3, NULL);
  album_hold (album, true);
  composing.request = album_request (album, numbers, 6, 0);
  fail_unless (pthread_create (&thread, NULL, compose, &composing) == 0);
  album_wait_for_loads (album, 2);
  ntm_request_cancel (composing.request);
  pthread_join (thread, NULL);
  assert_equals_int (composing.status, NTM_IMAGE_CANCELLED);
  assert_equals_int (ntm_request_compose (composing.request, target.composer,
          target.strip, black, NULL), NTM_IMAGE_CANCELLED);
  ntm_request_free (composing.request);
  album_hold (album, false);

  album_check (album, &target, album_request (album, numbers, 6, 0), numbers,
      6, NULL);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* What nobody wants any more is not decoded. */
GST_START_TEST (freed)
{
  Album *album = album_new (20, 1);
  Target target = target_new (1);
  unsigned numbers[6];
  NtmRequest *requests[2];

  count_up (numbers, 6, 0);
  album_hold (album, true);
  requests[0] = album_request (album, numbers, 6, 0);
  album_wait_for_loads (album, 1);
  requests[1] = album_request (album, &numbers[4], 1, 0);
  ntm_request_free (requests[0]);
  album_hold (album, false);
  album_check (album, &target, requests[1], &numbers[4], 1, NULL);
  for (unsigned i = 1; i < 6; i++)
    assert_equals_int (album->loads[i], i == 4);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* The cache ends while it prefetches. */
GST_START_TEST (ended)
{
  const char *names[] = { "1", "2", "3", "4" };
  Album *album = album_new (20, 1);

  assert_equals_int (ntm_images_prefetch (album->images, names, 4,
          &album->spec), NTM_IMAGE_OK);
  album_free (album);
}

GST_END_TEST;

static Suite *
requests_suite (void)
{
  Suite *suite = suite_create ("images-request-requests");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, hits);
  tcase_add_test (tc, contents);
  tcase_add_test (tc, kept_by_the_strip);
  tcase_add_test (tc, decoded_once);
  tcase_add_test (tc, twice_in_a_strip);
  tcase_add_test (tc, no_images);
  tcase_add_test (tc, order);
  tcase_add_test (tc, composed_first);
  tcase_add_test (tc, known_ahead);
  tcase_add_test (tc, prefetched);
  tcase_add_test (tc, prefetched_too_much);
  tcase_add_test (tc, failures);
  tcase_add_test (tc, other_tiles);
  tcase_add_test (tc, paired_pixels);
  tcase_add_test (tc, cancelled);
  tcase_add_test (tc, freed);
  tcase_add_test (tc, ended);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, requests_suite (), __FILE__);
}
