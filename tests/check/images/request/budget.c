/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The budget, and what another thread sees of the cache while it works. */

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../album.h"
#include "cache/queue.h"

#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define HAVE_OWN_MEMORY false   /* a sanitizer's memory is resident, too */
#else
#define HAVE_OWN_MEMORY true
#endif

/* ---- The budget becomes smaller ---- */

static void
wait_for_bytes (Album * album, size_t most)
{
  while (album_get_stats (album).bytes > most)
    sched_yield ();
}

/* All memory was in use when the budget became smaller. */
GST_START_TEST (smaller_while_images_load)
{
  const unsigned numbers[] = { 0, 1, 2, 3, 4, 5, 6, 7 };
  Album *album = album_new (8, 8);
  Target target = target_new (8);
  NtmRequest *request;

  album_hold (album, true);
  request = album_request (album, numbers, 8, 0);
  album_wait_for_loads (album, 8);
  ntm_images_set_cache_bytes (album->images, 2 * ALBUM_BYTES);
  assert_equals_uint64 (album_get_stats (album).bytes, 8 * ALBUM_BYTES);
  album_hold (album, false);
  if (__i__) {
    album_check (album, &target, request, numbers, 8, NULL);
  } else {
    album_wait_until_decoded (album, 8);
    ntm_request_free (request);
  }
  wait_for_bytes (album, 2 * ALBUM_BYTES);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* ---- The budget is never exceeded ---- */

/* Tiles are mappings of their own. */
#define TILE_BYTES ((size_t) 1 << 20)
#define N_ROOM 8
#define N_TILES 4
#define N_STRIPS 300

/* What the test and the threads themselves touch. */
#define OTHER_BYTES ((size_t) 4 << 20)

static const NtmTileSpec large = {.width = 512,.height = 512 };

typedef struct
{
  NtmImages *images;
  size_t resident_before;
  size_t resident_most;
  size_t bytes_most;
  atomic_bool is_over;
} Sampler;

/* 0: not known. Memcheck's own memory is resident, and an emulator's, too. */
static size_t
get_resident_bytes (void)
{
  const bool is_own = HAVE_OWN_MEMORY && !getenv ("NTM_TEST_UNDER_VALGRIND")
      && !getenv ("NTM_TEST_EMULATED");
  FILE *file = is_own ? fopen ("/proc/self/statm", "r") : NULL;
  size_t pages = 0;

  if (file == NULL)
    return 0;
  fail_unless (fscanf (file, "%*u %zu", &pages) == 1);
  fclose (file);

  return pages * sysconf (_SC_PAGESIZE);
}

static void *
sample (void *data)
{
  Sampler *sampler = data;

  while (!sampler->is_over) {
    const size_t resident = get_resident_bytes ();
    NtmImagesStats stats;

    ntm_images_get_stats (sampler->images, &stats);
    if (resident > sampler->resident_most)
      sampler->resident_most = resident;
    if (stats.bytes > sampler->bytes_most)
      sampler->bytes_most = stats.bytes;
  }

  return NULL;
}

static NtmImageStatus
load_large (void *data, const char *name, const NtmTileSpec * spec,
    void *pixels, ptrdiff_t stride)
{
  memset (pixels, name[0], stride * spec->height);

  return NTM_IMAGE_OK;
}

static void
make_strips (NtmImages * images)
{
  static const uint8_t black[4] = { 0, 0, 0, 255 };
  const NtmTile tiles[N_TILES] = {
    {512, 512}, {512, 512}, {512, 512}, {512, 512}
  };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmComposer *composer = ntm_composer_new ();
  NtmLayout *layout;
  NtmStrip *strip;

  assert_equals_int (ntm_layout_new (&layout, tiles, N_TILES, &rules), NTM_OK);
  assert_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  for (unsigned i = 0; i < N_STRIPS; i++) {
    const char *names[N_TILES];
    char texts[N_TILES][2] = { "" };
    NtmRequest *request;

    for (unsigned j = 0; j < N_TILES; j++) {
      texts[j][0] = '0' + (i * 5 + j * 7) % 64;
      names[j] = texts[j];
    }
    assert_equals_int (ntm_images_request (images, &request, names, N_TILES,
            &large, 0), NTM_IMAGE_OK);
    (void) ntm_images_prefetch (images, names + i % N_TILES, 1, &large);
    assert_equals_int (ntm_request_compose (request, composer, strip, black,
            NULL), NTM_IMAGE_OK);
    for (unsigned j = 0; j < N_TILES; j++)
      assert_equals_int (((uint8_t *) ntm_strip_get_data (strip))
          [layout->cells[j].frame.x * 4], texts[j][0]);
    ntm_request_free (request);
  }
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  ntm_composer_free (composer);
}

GST_START_TEST (never_exceeded_as_another_thread_sees_it)
{
  const NtmImagesConfig config = {
    .cache_bytes = N_ROOM * TILE_BYTES,.max_threads = 4,.load = load_large,
  };
  Sampler sampler = { 0 };
  pthread_t thread;

  assert_equals_int (ntm_images_new (&sampler.images, &config), NTM_IMAGE_OK);
  sampler.resident_before = get_resident_bytes ();
  fail_unless (pthread_create (&thread, NULL, sample, &sampler) == 0);
  make_strips (sampler.images);
  sampler.is_over = true;
  pthread_join (thread, NULL);
  ntm_images_unref (sampler.images);
  fail_unless (sampler.bytes_most <= config.cache_bytes, "%zu",
      sampler.bytes_most);
  fail_unless (sampler.resident_most <= sampler.resident_before
      + config.cache_bytes + N_TILES * TILE_BYTES + OTHER_BYTES,
      "%zu bytes more are resident", sampler.resident_most
      - sampler.resident_before);
}

GST_END_TEST;

/* ---- What is known of images that left ---- */

/* The oldest ones are forgotten: the cache does not grow with the images that
 * it has ever had. Of each image that is in it two more are known, and 128. */
GST_START_TEST (ghosts)
{
  const unsigned n_tiles = 3;
  Album *album = album_new (n_tiles, 1);
  Target target = target_new (1);

  for (unsigned i = 0; i < 400; i++) {
    album_check (album, &target, album_request (album, &i, 1, 0), &i, 1, NULL);
    pthread_mutex_lock (&album->images->lock);
    assert_equals_uint64 (album->images->keys.n_keys,
        MIN (i + 1, n_tiles + (n_tiles - 1) * 2 + 128));
    pthread_mutex_unlock (&album->images->lock);
  }
  assert_equals_uint64 (album_get_stats (album).images, n_tiles);
  target_free (&target);
  album_free (album);
}

GST_END_TEST;

/* ---- A decoder that looks whether its image is wanted ---- */

typedef struct
{
  atomic_uint *n_wants;
  atomic_bool is_over;
  atomic_bool has_begun;
  bool was_unwanted;
} Decoder;

static void *
look (void *data)
{
  Decoder *decoder = data;

  while (!decoder->is_over) {
    if (*decoder->n_wants == 0)
      decoder->was_unwanted = true;
    decoder->has_begun = true;
  }

  return NULL;
}

/* It would give up its work, and begin anew. */
GST_START_TEST (wanted_while_its_request_moves)
{
  static unsigned numbers[ALBUM_MOST];
  Album *album = album_new (ALBUM_MOST, 1);
  Decoder decoder = { 0 };
  NtmRequest *request;
  pthread_t thread;

  for (unsigned i = 0; i < ALBUM_MOST; i++)
    numbers[i] = i;
  album_hold (album, true);
  request = album_request (album, numbers, ALBUM_MOST, 0);
  decoder.n_wants = &request->items[0].key->n_wants;
  fail_unless (pthread_create (&thread, NULL, look, &decoder) == 0);
  while (!decoder.has_begun)
    sched_yield ();
  for (unsigned i = 0; i < 100; i++) {
    pthread_mutex_lock (&album->images->lock);
    ntm_queue_move_to_front (album->images, request);
    assert_equals_int (request->items[0].key->n_wants, 1);
    pthread_mutex_unlock (&album->images->lock);
  }
  decoder.is_over = true;
  pthread_join (thread, NULL);
  fail_if (decoder.was_unwanted);
  album_hold (album, false);
  ntm_request_free (request);
  album_free (album);
}

GST_END_TEST;

static Suite *
budget_suite (void)
{
  Suite *suite = suite_create ("images-request-budget");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, smaller_while_images_load, 0, 2);
  tcase_add_test (tc, never_exceeded_as_another_thread_sees_it);
  tcase_add_test (tc, ghosts);
  tcase_add_test (tc, wanted_while_its_request_moves);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, budget_suite (), __FILE__);
}
