/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Images that the caller puts in. */

#include <string.h>

#include "../album.h"

/* Pixels of one byte, upside down in memory. */
static NtmImageStatus
put (Album * album, const char *name, uint8_t byte)
{
  static uint8_t pixels[ALBUM_BYTES];

  memset (pixels, byte, sizeof pixels);

  return ntm_images_put (album->images, name, &album->spec,
      pixels + ALBUM_BYTES - ALBUM_WIDTH * 4, -ALBUM_WIDTH * 4);
}

/* Expects tile @i to have pixels of one byte. */
static void
check_tile (const Target * target, size_t i, uint8_t byte)
{
  const NtmLayout *layout = ntm_strip_get_layout (target->strip);
  const NtmRect *frame = &layout->cells[i].frame;
  const uint8_t *data = ntm_strip_get_data (target->strip);

  for (uint32_t y = 0; y < frame->height; y++)
    for (uint32_t x = 0; x < frame->width * 4; x++)
      assert_equals_int (data[(frame->y + y) * layout->stride + frame->x * 4
              + x], byte);
}

static NtmRequestReport
compose (Album * album, Target * target, const char *const *names, size_t n)
{
  const uint8_t black[4] = { 0, 0, 0, 255 };
  NtmRequestReport report;
  NtmRequest *request;

  assert_equals_int (ntm_images_request (album->images, &request, names, n,
          &album->spec, 0), NTM_IMAGE_OK);
  assert_equals_int (ntm_request_compose (request, target->composer,
          target->strip, black, &report), NTM_IMAGE_OK);
  ntm_request_free (request);

  return report;
}

GST_START_TEST (arrays)
{
  const char *names[] = { "red", "3", "green" };
  Album *album = album_new (4, 1);
  Target target = target_new (3);
  NtmRequestReport report;

  assert_equals_int (put (album, "red", 100), NTM_IMAGE_OK);
  assert_equals_int (put (album, "green", 200), NTM_IMAGE_OK);
  for (unsigned i = 0; i < 3; i++) {
    report = compose (album, &target, names, 3);
    check_tile (&target, 0, 100);
    album_check_tile (album, &target, 1, 3);
    check_tile (&target, 2, 200);
    assert_equals_uint64 (report.hits, i ? 3 : 2);
    assert_equals_uint64 (report.tiles_kept, i ? 3 : 0);
  }

  /* Other pixels are another image. */
  assert_equals_int (put (album, "red", 101), NTM_IMAGE_OK);
  report = compose (album, &target, names, 3);
  check_tile (&target, 0, 101);
  assert_equals_uint64 (report.tiles_kept, 2);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* They stay, whatever else is wanted. */
GST_START_TEST (they_stay)
{
  Album *album = album_new (4, 2);
  Target target = target_new (6);
  const unsigned numbers[] = { 0, 1, 2, 3, 4, 5 };
  const char *names[] = { "a", "b", "c" };

  for (unsigned i = 0; i < 3; i++)
    assert_equals_int (put (album, names[i], i), NTM_IMAGE_OK);
  for (unsigned i = 0; i < 6; i += 3)
    album_check (album, &target, album_request (album, &numbers[i], 3, 0),
        &numbers[i], 3, NULL);
  (void) compose (album, &target, names, 3);
  for (unsigned i = 0; i < 3; i++)
    check_tile (&target, i, i);

  /* There is room for four. */
  assert_equals_int (put (album, "d", 4), NTM_IMAGE_OK);
  assert_equals_int (put (album, "e", 5), NTM_IMAGE_NO_ROOM);
  fail_unless (ntm_images_remove (album->images, "b"));
  fail_if (ntm_images_remove (album->images, "b"));
  assert_equals_uint64 (album_get_stats (album).images, 3);
  assert_equals_int (put (album, "e", 5), NTM_IMAGE_OK);
  assert_equals_uint64 (album_get_stats (album).bytes, 4 * ALBUM_BYTES);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* What was put in leaves no room for a strip, which is a failure of each of its
 * images, until there is room again. */
GST_START_TEST (they_fill_the_cache)
{
  const char *names[] = { "1", "2" };
  Album *album = album_new (2, 2);
  Target target = target_new (2);

  assert_equals_int (put (album, "a", 1), NTM_IMAGE_OK);
  assert_equals_int (put (album, "b", 2), NTM_IMAGE_OK);
  assert_equals_uint64 (compose (album, &target, names, 2).failures, 2);
  assert_equals_uint64 (album_get_stats (album).bytes_max, 2 * ALBUM_BYTES);
  fail_unless (ntm_images_remove (album->images, "a"));
  assert_equals_uint64 (compose (album, &target, names, 2).failures, 0);
  album_check_tile (album, &target, 0, 1);
  album_check_tile (album, &target, 1, 2);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* What was put in may need more than a budget that became smaller: then nothing
 * has room, until the budget is larger again. */
GST_START_TEST (more_than_the_budget)
{
  const char *names[] = { "1" };
  Album *album = album_new (2, 1);
  Target target = target_new (1);

  assert_equals_int (put (album, "a", 1), NTM_IMAGE_OK);
  assert_equals_int (put (album, "b", 2), NTM_IMAGE_OK);
  ntm_images_set_cache_bytes (album->images, ALBUM_BYTES);
  assert_equals_uint64 (compose (album, &target, names, 1).failures, 1);
  ntm_images_set_cache_bytes (album->images, 3 * ALBUM_BYTES);
  assert_equals_uint64 (compose (album, &target, names, 1).failures, 0);
  album_check_tile (album, &target, 0, 1);
  assert_equals_int (album->loads[1], 1);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* What was put in, and removed, leaves the cache for a request that comes first
 * even if a later one wants it: no file and no loader has its pixels. */
GST_START_TEST (removed_and_gone)
{
  const uint8_t black[4] = { 0, 0, 0, 255 };
  const char *names[] = { "a" };
  const unsigned numbers[] = { 1, 2 };
  Album *album = album_new (2, 1);
  Target one = target_new (1);
  Target two = target_new (2);
  NtmRequestReport report;
  NtmRequest *request;

  assert_equals_int (put (album, "a", 9), NTM_IMAGE_OK);
  assert_equals_int (ntm_images_request (album->images, &request, names, 1,
          &album->spec, 0), NTM_IMAGE_OK);
  fail_unless (ntm_images_remove (album->images, "a"));
  album_check (album, &two, album_request (album, numbers, 2, 1), numbers, 2,
      NULL);
  assert_equals_int (ntm_request_compose (request, one.composer, one.strip,
          black, &report), NTM_IMAGE_OK);
  assert_equals_uint64 (report.failures, 1);
  assert_equals_int (ntm_request_get_result (request, 0, NULL),
      NTM_IMAGE_NOT_FOUND);
  ntm_request_free (request);
  target_free (&two);
  target_free (&one);
  album_free (album);
}

GST_END_TEST;

/* A name that is put in comes before a file, or the loader. */
GST_START_TEST (instead_of_the_loader)
{
  const char *names[] = { "7" };
  Album *album = album_new (4, 1);
  Target target = target_new (1);

  (void) compose (album, &target, names, 1);
  album_check_tile (album, &target, 0, 7);
  assert_equals_int (put (album, "7", 1), NTM_IMAGE_OK);
  (void) compose (album, &target, names, 1);
  check_tile (&target, 0, 1);
  fail_unless (ntm_images_remove (album->images, "7"));
  album->versions[7] = 1;
  (void) compose (album, &target, names, 1);
  album_check_tile (album, &target, 0, 7);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* A request that was made before gets the old pixels, and no harm. */
GST_START_TEST (while_requested)
{
  const char *names[] = { "a", "b" };
  const uint8_t black[4] = { 0, 0, 0, 255 };
  Album *album = album_new (4, 1);
  Target target = target_new (2);
  NtmRequest *request;

  assert_equals_int (put (album, "a", 1), NTM_IMAGE_OK);
  assert_equals_int (put (album, "b", 2), NTM_IMAGE_OK);
  assert_equals_int (ntm_images_request (album->images, &request, names, 2,
          &album->spec, 0), NTM_IMAGE_OK);
  assert_equals_int (put (album, "a", 9), NTM_IMAGE_OK);
  assert_equals_int (ntm_request_compose (request, target.composer,
          target.strip, black, NULL), NTM_IMAGE_OK);
  check_tile (&target, 0, 1);
  check_tile (&target, 1, 2);
  ntm_request_free (request);
  (void) compose (album, &target, names, 2);
  check_tile (&target, 0, 9);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

GST_START_TEST (bad_tiles)
{
  Album *album = album_new (4, 1);
  NtmTileSpec spec = album->spec;
  uint8_t pixels[ALBUM_BYTES];

  assert_equals_int (ntm_images_put (album->images, "a", &spec, pixels,
          ALBUM_WIDTH * 4 - 1), NTM_IMAGE_BAD_TILE);
  spec.height = 0;
  assert_equals_int (ntm_images_put (album->images, "a", &spec, pixels,
          ALBUM_WIDTH * 4), NTM_IMAGE_BAD_TILE);
  album_free (album);
}

GST_END_TEST;

static Suite *
puts_suite (void)
{
  Suite *suite = suite_create ("images-request-puts");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, arrays);
  tcase_add_test (tc, they_stay);
  tcase_add_test (tc, they_fill_the_cache);
  tcase_add_test (tc, more_than_the_budget);
  tcase_add_test (tc, removed_and_gone);
  tcase_add_test (tc, instead_of_the_loader);
  tcase_add_test (tc, while_requested);
  tcase_add_test (tc, bad_tiles);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, puts_suite (), __FILE__);
}
