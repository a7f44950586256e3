/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Many threads request, give up, prefetch, put in and remove at random. Every
 * strip is right, byte for byte, and the budget is never exceeded: another
 * thread looks all the time. */

#include "../album.h"

#define N_NUMBERS 60
#define N_TILES 10
#define ROOM 16
#define N_THREADS 4

typedef struct
{
  Album *album;
  atomic_bool is_over;
  size_t most_bytes;            /* the sampler saw */
} Test;

static void *
sample (void *data)
{
  Test *test = data;

  while (!atomic_load (&test->is_over)) {
    const NtmImagesStats stats = album_get_stats (test->album);

    test->most_bytes = MAX (test->most_bytes, stats.bytes);
    fail_unless (stats.images * ALBUM_BYTES <= stats.bytes);
    g_usleep (50);
  }

  return NULL;
}

/* Random numbers of a thread's own. */
static unsigned
draw (uint64_t * state, unsigned n)
{
  *state = *state * UINT64_C (6364136223846793005) + 1442695040888963407;

  return (*state >> 33) % n;
}

static void
prefetch (Album * album, uint64_t * state)
{
  const char *names[5];

  for (unsigned i = 0; i < 5; i++)
    names[i] = album->names[draw (state, N_NUMBERS)];
  fail_unless (ntm_images_prefetch (album->images, names, 5, &album->spec)
      == NTM_IMAGE_OK);
}

typedef struct
{
  Test *test;
  uint64_t state;
} Thread;

static void
request (Thread * thread, Target * target)
{
  Album *album = thread->test->album;
  unsigned numbers[3][N_TILES];
  NtmRequest *requests[3];
  size_t n[3];

  for (unsigned r = 0; r < 3; r++) {
    n[r] = draw (&thread->state, N_TILES + 1);
    for (size_t i = 0; i < n[r]; i++)
      numbers[r][i] = draw (&thread->state, N_NUMBERS);
    requests[r] = album_request (album, numbers[r], n[r],
        (int) draw (&thread->state, 5) - 2);
  }
  for (unsigned r = 0; r < 3; r++) {
    if (draw (&thread->state, 8) == 0)
      ntm_request_free (requests[r]);
    else
      album_check (album, target, requests[r], numbers[r], n[r], NULL);
    if (draw (&thread->state, 30) == 0)
      ntm_strip_invalidate (target->strip);
  }
}

static void *
run (void *data)
{
  Thread *thread = data;
  Album *album = thread->test->album;
  Target target = target_new (N_TILES);

  for (unsigned i = random_cases (400); i > 0; i--) {
    request (thread, &target);
    if (draw (&thread->state, 4) == 0)
      prefetch (album, &thread->state);
    if (draw (&thread->state, 10) == 0)
      (void) ntm_images_remove (album->images,
          album->names[draw (&thread->state, N_NUMBERS)]);
    if (draw (&thread->state, 50) == 0)
      ntm_images_set_cache_bytes (album->images, ALBUM_BYTES
          * (N_TILES + draw (&thread->state, ROOM - N_TILES + 1)));
  }
  target_free (&target);

  return NULL;
}

GST_START_TEST (all_at_once)
{
  Test test = {.album = album_new (ROOM, 1 + __i__) };
  Thread threads[N_THREADS];
  pthread_t ids[N_THREADS];
  pthread_t sampler;

  for (unsigned i = 0; i < N_NUMBERS; i += 9)
    test.album->statuses[i] = NTM_IMAGE_DAMAGED;
  fail_unless (pthread_create (&sampler, NULL, sample, &test) == 0);
  for (unsigned i = 0; i < N_THREADS; i++) {
    threads[i] = (Thread) {.test = &test,.state = i + 1 };
    fail_unless (pthread_create (&ids[i], NULL, run, &threads[i]) == 0);
  }
  for (unsigned i = 0; i < N_THREADS; i++)
    pthread_join (ids[i], NULL);
  atomic_store (&test.is_over, true);
  pthread_join (sampler, NULL);
  fail_unless (test.most_bytes <= ROOM * ALBUM_BYTES);
  fail_unless (album_get_stats (test.album).bytes_max <= ROOM * ALBUM_BYTES);
  fail_unless (album_get_stats (test.album).evictions > 0);
  album_free (test.album);
}

GST_END_TEST;

static Suite *
random_suite (void)
{
  Suite *suite = suite_create ("images-request-random");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, all_at_once, 0, 3);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, random_suite (), __FILE__);
}
