/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system without memory: each request for memory fails in turn, and every
 * function says so, and keeps nothing. A system without threads: the thread
 * that composes decodes. */

#include <string.h>

#include "../../ntmosaic/rig/waiting.h"
#include "../../strip/faults.h"
#include "../album.h"

static const uint8_t black[4] = { 0, 0, 0, 255 };

/* Pixels by name, without any memory. */
static NtmImageStatus
load (void *unused, const char *name, const NtmTileSpec * spec, void *pixels,
    ptrdiff_t stride)
{
  for (uint32_t y = 0; y < spec->height; y++)
    memset ((uint8_t *) pixels + (ptrdiff_t) y * stride, name[0],
        spec->width * 4);

  return NTM_IMAGE_OK;
}

static const char *const names[] = { "1", "2", "put", "3", "1" };

static const NtmTileSpec spec = {
  .width = ALBUM_WIDTH,.height = ALBUM_HEIGHT,
};

static bool
is_possible (NtmImageStatus status)
{
  return status == NTM_IMAGE_OK || status == NTM_IMAGE_NO_MEMORY;
}

/* Returns how many tiles have their image. */
static unsigned
check_results (const NtmRequest * request, const Target * target)
{
  const NtmLayout *layout = ntm_strip_get_layout (target->strip);
  const uint8_t *data = ntm_strip_get_data (target->strip);
  unsigned n = 0;

  for (size_t i = 0; i < N_ELEMENTS (names); i++) {
    const NtmImageStatus status = ntm_request_get_result (request, i, NULL);
    const NtmRect *frame = &layout->cells[i].frame;

    fail_unless (is_possible (status));
    assert_equals_int (data[frame->y * layout->stride + frame->x * 4],
        status == NTM_IMAGE_OK ? names[i][0] : 0);
    n += status == NTM_IMAGE_OK;
  }

  return n;
}

/* Returns how many tiles there are in the end. */
static unsigned
use (NtmImages * images, const Target * target)
{
  static uint8_t pixels[ALBUM_BYTES];
  NtmRequest *request;
  NtmImageStatus status;
  unsigned n = 0;

  memset (pixels, 'p', sizeof pixels);
  status = ntm_images_put (images, "put", &spec, pixels, ALBUM_WIDTH * 4);
  fail_unless (is_possible (status));
  fail_unless (is_possible (ntm_images_prefetch (images, names, 2, &spec)));
  status = ntm_images_request (images, &request, names, N_ELEMENTS (names),
      &spec, 0);
  fail_unless (is_possible (status));
  if (status != NTM_IMAGE_OK) {
    fail_unless (request == NULL);
    return 0;
  }
  status = ntm_request_compose (request, target->composer, target->strip,
      black, NULL);
  fail_unless (is_possible (status));
  if (status == NTM_IMAGE_OK)
    n = check_results (request, target);
  ntm_request_free (request);

  return n;
}

GST_START_TEST (no_memory)
{
  const NtmImagesConfig config = {.max_threads = 2,.load = load };
  const bool all_after = __i__;
  unsigned nth = 0;
  unsigned n_tiles;
  bool failed;

  faults_set_threads (0);
  do {
    const size_t blocks = faults_count_blocks ();
    Target target = target_new (N_ELEMENTS (names));
    NtmImages *images;
    NtmImageStatus status;

    n_tiles = 0;
    faults_begin (++nth, all_after);
    status = ntm_images_new (&images, &config);
    if (status == NTM_IMAGE_OK)
      n_tiles = use (images, &target);
    else
      assert_equals_int (status, NTM_IMAGE_NO_MEMORY);
    ntm_images_unref (images);
    failed = faults_end ();
    target_free (&target);
    assert_equals_uint64 (faults_count_blocks (), blocks);
  } while (failed);
  assert_equals_int (n_tiles, N_ELEMENTS (names));
  fail_unless (nth > 10);
  faults_set_threads (-1);
}

GST_END_TEST;

typedef struct
{
  Album *album;
  NtmTileSpec spec;
  NtmImageStatus status;
} Putting;

static void *
put (void *data)
{
  static uint8_t pixels[2 * ALBUM_BYTES];
  Putting *putting = data;

  putting->status = ntm_images_put (putting->album->images, "wide",
      &putting->spec, pixels, putting->spec.width * 4);

  return NULL;
}

/* An image twice as large as the others is put in a cache for three tiles, of
 * which two are being decoded. The third leaves, but that is not enough. Its
 * memory is not kept during the wait: the budget has it for others. */
GST_START_TEST (put_waits_without_memory)
{
  const unsigned numbers[] = { 1, 2, 3 };
  Album *album = album_new (3, 2);
  Target target = target_new (2);
  Putting putting = {.album = album,.spec = album->spec };
  NtmRequest *request;
  pthread_t thread;
  size_t blocks;

  putting.spec.width *= 2;
  album_check (album, &target, album_request (album, numbers, 1, 0), numbers,
      1, NULL);
  album_hold (album, true);
  request = album_request (album, &numbers[1], 2, 0);
  album_wait_for_loads (album, 2);
  blocks = faults_count_blocks ();
  fail_unless (pthread_create (&thread, NULL, put, &putting) == 0);

  /* A key and its name are new, and a tile is gone. */
  test_wait_until (album_get_stats (album).images == 0
      && faults_count_blocks () == blocks + 2 - 1);
  album_hold (album, false);
  album_check (album, &target, request, &numbers[1], 2, NULL);
  pthread_join (thread, NULL);
  assert_equals_int (putting.status, NTM_IMAGE_OK);
  fail_unless (album_get_stats (album).bytes_max <= 3 * ALBUM_BYTES);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* None, or fewer than wanted. */
GST_START_TEST (no_threads)
{
  Album *album;
  Target target = target_new (9);
  unsigned numbers[9];

  faults_set_threads (__i__);
  album = album_new (9, 4);
  for (unsigned i = 0; i < 20; i++) {
    for (unsigned n = 0; n < 9; n++)
      numbers[n] = i + n;
    album_check (album, &target, album_request (album, numbers, 9, 0),
        numbers, 9, NULL);
    assert_equals_int (album_get_stats (album).threads, __i__);
  }
  album_free (album);
  target_free (&target);
  faults_set_threads (-1);
}

GST_END_TEST;

/* Any number of threads may be asked for. */
GST_START_TEST (very_many_threads)
{
  const unsigned numbers[] = { 1 };
  Target target = target_new (1);
  Album *album;

  faults_set_threads (3);
  album = album_new (2, UINT_MAX);
  album_check (album, &target, album_request (album, numbers, 1, 0), numbers,
      1, NULL);
  assert_equals_int (album_get_stats (album).threads, 3);
  album_free (album);
  target_free (&target);
  faults_set_threads (-1);
}

GST_END_TEST;

static Suite *
faults_suite (void)
{
  Suite *suite = suite_create ("images-request-faults");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, no_memory, 0, 2);
  tcase_add_test (tc, put_waits_without_memory);
  tcase_add_loop_test (tc, no_threads, 0, 3);
  tcase_add_test (tc, very_many_threads);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, faults_suite (), __FILE__);
}
