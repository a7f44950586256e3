/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Times requests of libntimages, and what they are made of, on command: all of
 * one strip of the images that are named, each of SIZE x SIZE pixels. Answers
 * each line of its input with a line, mostly milliseconds. T is a number of
 * threads.
 *
 * copy T       the composer copies ready arrays
 * memcpy       the same row by row, in one thread: what a loop in NumPy does
 * decode T     decodes all images, each to a tile that is in the CPU's cache
 * hits T       a request whose images are in the cache, each at another place
 *              than the last time, so that all are copied
 * again T      the request before, once more
 * requests T H a request with H images in the cache; others are decoded
 * verify T     "right", if the strips of all of them are right
 *
 * Names are absolute.
 *
 * usage: bench-requests SIZE NAME...; without arguments, prints which formats
 * it can decode */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* clock_gettime(), usleep() */
#endif

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ntimages.h"

#define MOST_THREADS 64

/* For decoders and files, beside the tiles: 16 MiB a thread are enough for
 * images of 1024x1024 of all formats. */
#define WORK_BYTES ((size_t) 16 << 20)

static const uint8_t black[4] = { 0, 0, 0, 255 };

static NtmTileSpec spec;
static size_t n_images;
static const char **names;
static const char **other_names;        /* of the same files */
static const char **turned;     /* the same from another one on */
static size_t turn;
static NtmSource *arrays;
static NtmComposer *composer;
static NtmStrip *strip;
static NtmImages *full[MOST_THREADS + 1];       /* caches with all images */

static void
check (bool good, const char *what)
{
  if (good)
    return;
  fprintf (stderr, "bench-requests: %s\n", what);
  exit (EXIT_FAILURE);
}

/* "//a" is the file "/a", and another image to the cache. */
static void
make_other_names (void)
{
  other_names = calloc (n_images, sizeof *other_names);
  check (other_names != NULL, "no memory");
  for (size_t i = 0; i < n_images; i++) {
    const size_t n = strlen (names[i]) + 2;
    char *name = malloc (n);

    check (name != NULL, "no memory");
    snprintf (name, n, "/%s", names[i]);
    other_names[i] = name;
  }
}

static double
get_milliseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

/* ---- Arrays and strip ---- */

static size_t
get_tile_bytes (void)
{
  return (size_t) spec.width * spec.height * 4;
}

static void
make_arrays (void)
{
  arrays = calloc (n_images, sizeof *arrays);
  check (arrays != NULL, "no memory");
  for (size_t i = 0; i < n_images; i++) {
    uint8_t *pixels = aligned_alloc (64, get_tile_bytes ());

    check (pixels != NULL, "no memory");
    check (ntm_image_load (names[i], &spec, NULL, pixels, spec.width * 4, NULL)
        == NTM_IMAGE_OK, names[i]);
    arrays[i] = (NtmSource) {.pixels = pixels,.stride = spec.width * 4 };
  }
}

static void
make_strip (void)
{
  NtmTile *tiles = calloc (n_images, sizeof *tiles);
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmLayout *layout;

  check (tiles != NULL, "no memory");
  for (size_t i = 0; i < n_images; i++)
    tiles[i] = (NtmTile) {.width = spec.width,.height = spec.height};
  check (ntm_layout_new (&layout, tiles, n_images, &rules) == NTM_OK
      && ntm_strip_new (&strip, layout, NULL) == NTM_OK, "no memory");
  ntm_strip_touch (strip);
  ntm_layout_unref (layout);
  free (tiles);
}

/* Whether the strip has the arrays, the first one at first % n_images. */
static bool
is_right (size_t first)
{
  const size_t row_bytes = (size_t) spec.width * 4;
  const uint8_t *data = ntm_strip_get_data (strip);

  for (size_t i = 0; i < n_images; i++) {
    const uint8_t *pixels = arrays[(first + i) % n_images].pixels;

    for (uint32_t y = 0; y < spec.height; y++)
      if (memcmp (data + y * ntm_strip_get_stride (strip) + i * row_bytes,
              pixels + y * row_bytes, row_bytes) != 0)
        return false;
  }

  return true;
}

/* ---- Ready arrays ---- */

static double
copy_arrays (void)
{
  const double start = get_milliseconds ();

  ntm_composer_compose (composer, strip, arrays, black, NULL);

  return get_milliseconds () - start;
}

static double
copy_rows (void)
{
  const double start = get_milliseconds ();
  const size_t row_bytes = (size_t) spec.width * 4;
  uint8_t *data = ntm_strip_get_data (strip);

  for (size_t i = 0; i < n_images; i++)
    for (uint32_t y = 0; y < spec.height; y++)
      memcpy (data + y * ntm_strip_get_stride (strip) + i * row_bytes,
          (const uint8_t *) arrays[i].pixels + y * row_bytes, row_bytes);
  ntm_strip_invalidate (strip);

  return get_milliseconds () - start;
}

/* ---- Decoding alone ---- */

static atomic_size_t next_image;

static void *
decode_some (void *pixels)
{
  size_t i;

  while ((i = atomic_fetch_add (&next_image, 1)) < n_images)
    check (ntm_image_load (names[i], &spec, NULL, pixels, spec.width * 4, NULL)
        == NTM_IMAGE_OK, names[i]);

  return NULL;
}

static double
decode_all (unsigned n_threads)
{
  pthread_t threads[MOST_THREADS];
  uint8_t *tiles = calloc (n_threads, get_tile_bytes ());
  double start;

  check (tiles != NULL, "no memory");
  memset (tiles, 1, n_threads * get_tile_bytes ());
  atomic_store (&next_image, 0);
  start = get_milliseconds ();
  for (unsigned i = 0; i < n_threads; i++)
    check (pthread_create (&threads[i], NULL, decode_some,
            tiles + i * get_tile_bytes ()) == 0, "no thread");
  for (unsigned i = 0; i < n_threads; i++)
    pthread_join (threads[i], NULL);
  start = get_milliseconds () - start;
  free (tiles);

  return start;
}

/* ---- Requests ---- */

static NtmImages *
new_images (unsigned n_threads)
{
  const NtmImagesConfig config = {
    .cache_bytes = n_images * get_tile_bytes () + n_threads * WORK_BYTES,
    .max_threads = n_threads,
  };
  NtmImages *images;

  check (ntm_images_new (&images, &config) == NTM_IMAGE_OK, "no memory");

  return images;
}

/* The time includes looking at the files. */
static double
compose (NtmImages * images, const char **wanted, NtmRequestReport * report)
{
  const double start = get_milliseconds ();
  NtmRequest *request;

  check (ntm_images_request (images, &request, wanted, n_images, &spec, 0)
      == NTM_IMAGE_OK && ntm_request_compose (request, composer, strip, black,
          report) == NTM_IMAGE_OK, "no strip");
  check (report->failures == 0, "an image failed");
  ntm_request_free (request);

  return get_milliseconds () - start;
}

static NtmImages *
get_full (unsigned n_threads)
{
  NtmRequestReport report;

  if (full[n_threads])
    return full[n_threads];
  for (unsigned i = 1; i <= MOST_THREADS; i++) {
    ntm_images_unref (full[i]);
    full[i] = NULL;
  }
  full[n_threads] = new_images (n_threads);
  (void) compose (full[n_threads], turned, &report);

  return full[n_threads];
}

static double
request_hits (unsigned n_threads)
{
  NtmImages *images = get_full (n_threads);
  NtmRequestReport report;
  double milliseconds;

  turn = (turn + 1) % n_images;
  for (size_t i = 0; i < n_images; i++)
    turned[i] = names[(turn + i) % n_images];
  milliseconds = compose (images, turned, &report);
  check (report.hits == n_images, "not all images were hits");
  check (n_images == 1 || report.tiles_copied == n_images,
      "the strip held images already");

  return milliseconds;
}

static double
request_again (unsigned n_threads)
{
  NtmImages *images = get_full (n_threads);
  NtmRequestReport report;
  double milliseconds;

  (void) compose (images, turned, &report);
  milliseconds = compose (images, turned, &report);
  check (report.tiles_kept == n_images, "an image was copied again");

  return milliseconds;
}

/* Has the cache decode images before they are requested. */
static void
fill (NtmImages * images, const char **wanted, size_t n)
{
  NtmImagesStats stats;
  uint64_t before;

  ntm_images_get_stats (images, &stats);
  before = stats.decoded;
  check (ntm_images_prefetch (images, wanted, n, &spec) == NTM_IMAGE_OK,
      "no memory");
  do {
    usleep (1000);
    ntm_images_get_stats (images, &stats);
  } while (stats.decoded - before < n);
}

/* The cache is full, of the same files by other names, which leave it. Images
 * to be hits are decoded before. */
static double
request_some (unsigned n_threads, size_t n_hits)
{
  NtmImages *images = new_images (n_threads);
  NtmRequestReport report = { 0 };
  double milliseconds;

  fill (images, other_names, n_images);
  fill (images, names, n_hits);
  ntm_strip_invalidate (strip);
  milliseconds = compose (images, names, &report);
  check (report.hits == n_hits && report.misses == n_images - n_hits,
      "other images were in the cache than there should be");
  ntm_images_unref (images);

  return milliseconds;
}

static bool
verify (unsigned n_threads)
{
  ntm_strip_invalidate (strip);
  (void) copy_arrays ();
  if (!is_right (0))
    return false;
  (void) copy_rows ();
  if (!is_right (0))
    return false;
  (void) request_hits (n_threads);
  if (!is_right (turn))
    return false;
  (void) request_again (n_threads);
  if (!is_right (turn))
    return false;
  (void) request_some (n_threads, n_images / 2);

  return is_right (0);
}

/* ---- Commands ---- */

static void
answer (const char *line)
{
  char what[16] = "";
  unsigned n_threads = 1;
  size_t n_hits = 0;

  check (sscanf (line, "%15s %u %zu", what, &n_threads, &n_hits) >= 1
      && n_threads >= 1 && n_threads <= MOST_THREADS && n_hits <= n_images,
      "usage: see the top of images/requests.c");
  ntm_composer_set_max_threads (composer, n_threads);
  if (strcmp (what, "verify") == 0)
    puts (verify (n_threads) ? "right" : "wrong");
  else if (strcmp (what, "copy") == 0)
    printf ("%.4f\n", copy_arrays ());
  else if (strcmp (what, "memcpy") == 0)
    printf ("%.4f\n", copy_rows ());
  else if (strcmp (what, "decode") == 0)
    printf ("%.4f\n", decode_all (n_threads));
  else if (strcmp (what, "hits") == 0)
    printf ("%.4f\n", request_hits (n_threads));
  else if (strcmp (what, "again") == 0)
    printf ("%.4f\n", request_again (n_threads));
  else if (strcmp (what, "requests") == 0)
    printf ("%.4f\n", request_some (n_threads, n_hits));
  else
    check (false, "no such command");
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  char line[128];

  if (argc == 1)
    return printf ("formats %s\n", ntm_image_get_formats ()) < 0;
  check (argc >= 3, "usage: bench-requests SIZE NAME...");
  spec = (NtmTileSpec) {.width = strtoul (argv[1], NULL, 10) };
  spec.height = spec.width;
  n_images = argc - 2;
  names = (const char **) argv + 2;
  turned = calloc (n_images, sizeof *turned);
  composer = ntm_composer_new ();
  check (turned && composer, "no memory");
  memcpy (turned, names, n_images * sizeof *turned);

  make_other_names ();
  make_arrays ();
  make_strip ();
  while (fgets (line, sizeof line, stdin))
    answer (line);

  return EXIT_SUCCESS;
}
