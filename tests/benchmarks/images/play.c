/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Plays the traces through libntimages itself, with no request queued ahead and
 * with eight: the figures should be those of simulate-policies. The images come
 * from a loader that takes a hundredth of the time that they are said to cost,
 * and are as small as can be; the sums are of what they are said to cost.
 *
 * usage: play-traces */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* clock_gettime() */
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ntimages.h"
#include "traces.h"

#define CAPACITY 1000
#define N_REQUESTS 600
#define N_WARM_UP 200           /* not counted */
#define AHEAD 8
#define TILE_BYTES 4

static Request requests[N_REQUESTS];
static double costs[N_IMAGES];
static char names[N_IMAGES][8];
static double milliseconds;     /* loaded so far; one thread loads */

static const NtmTileSpec spec = {.width = 1,.height = 1 };
static const uint8_t black[4] = { 0, 0, 0, 255 };

static uint64_t
get_nanoseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}

static NtmImageStatus
load (void *unused, const char *name, const NtmTileSpec * unused_spec,
    void *pixels, ptrdiff_t stride)
{
  const unsigned image = strtoul (name, NULL, 10);
  const uint64_t end = get_nanoseconds () + (uint64_t) (costs[image] * 1e4);

  memcpy (pixels, &image, TILE_BYTES);
  milliseconds += costs[image];
  while (get_nanoseconds () < end);

  return NTM_IMAGE_OK;
}

static void
check (bool good, const char *what)
{
  if (good)
    return;
  fprintf (stderr, "play-traces: %s\n", what);
  exit (EXIT_FAILURE);
}

static NtmRequest *
make_request (NtmImages * images, unsigned r)
{
  const char *wanted[N_WANTED];
  NtmRequest *request;

  for (unsigned i = 0; i < N_WANTED; i++)
    wanted[i] = names[requests[r][i]];
  check (ntm_images_request (images, &request, wanted, N_WANTED, &spec, 0)
      == NTM_IMAGE_OK, "no request");

  return request;
}

static void
compose (NtmRequest * request, NtmComposer * composer, NtmStrip * strip,
    unsigned r)
{
  const uint32_t *pixels = ntm_strip_get_data (strip);

  ntm_strip_invalidate (strip);
  check (ntm_request_compose (request, composer, strip, black, NULL)
      == NTM_IMAGE_OK, "no strip");
  for (unsigned i = 0; i < N_WANTED; i++)
    check (pixels[i] == requests[r][i], "a tile is wrong");
  ntm_request_free (request);
}

static NtmStrip *
new_strip (void)
{
  NtmTile tiles[N_WANTED] = { 0 };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmLayout *layout;
  NtmStrip *strip;

  for (unsigned i = 0; i < N_WANTED; i++)
    tiles[i].width = tiles[i].height = 1;
  check (ntm_layout_new (&layout, tiles, N_WANTED, &rules) == NTM_OK
      && ntm_strip_new (&strip, layout, NULL) == NTM_OK, "no strip");
  ntm_layout_unref (layout);

  return strip;
}

/* Returns the milliseconds of a request. */
static double
play (unsigned ahead)
{
  const NtmImagesConfig config = {
    .cache_bytes = CAPACITY * TILE_BYTES,.max_threads = 1,.load = load,
  };
  NtmComposer *composer = ntm_composer_new ();
  NtmStrip *strip = new_strip ();
  NtmRequest *queue[AHEAD + 1];
  double before = 0;
  NtmImages *images;
  NtmImagesStats stats;

  check (composer && ntm_images_new (&images, &config) == NTM_IMAGE_OK,
      "no cache");
  milliseconds = 0;
  for (unsigned r = 0; r < ahead; r++)
    queue[r] = make_request (images, r);
  for (unsigned r = 0; r < N_REQUESTS; r++) {
    if (r == N_WARM_UP)
      before = milliseconds;
    if (r + ahead < N_REQUESTS)
      queue[(r + ahead) % (AHEAD + 1)] = make_request (images, r + ahead);
    compose (queue[r % (AHEAD + 1)], composer, strip, r);
  }
  ntm_images_get_stats (images, &stats);
  check (stats.bytes_max <= config.cache_bytes, "the budget was exceeded");
  ntm_images_unref (images);
  ntm_strip_free (strip);
  ntm_composer_free (composer);

  return (milliseconds - before) / (N_REQUESTS - N_WARM_UP);
}

int
main (void)
{
  for (unsigned i = 0; i < N_IMAGES; i++) {
    const unsigned part = trace_random_below (10);

    costs[i] = part < 5 ? 3.2 : part < 8 ? 24 : 17;
    snprintf (names[i], sizeof names[i], "%u", i);
  }
  printf ("%-12s%16s%16s\n", "ms a request", "nothing known", "8 known");
  for (unsigned t = 0; t < N_TRACES; t++) {
    traces[t].make (requests, N_REQUESTS);
    printf ("%-12s", traces[t].name);
    printf ("%16.0f", play (0));
    printf ("%16.0f\n", play (AHEAD));
    fflush (stdout);
  }

  return EXIT_SUCCESS;
}
