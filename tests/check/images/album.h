/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A cache with images whose every byte is known, made by a loader: their names
 * are numbers. The loader can be held, so that no test depends on time. */

#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "../strip/support.h"
#include "ntimages.h"

#define ALBUM_MOST 4096

/* Of a tile. */
#define ALBUM_WIDTH 24
#define ALBUM_HEIGHT 10
#define ALBUM_BYTES ((size_t) ALBUM_WIDTH * ALBUM_HEIGHT * 4)

typedef struct
{
  NtmImages *images;
  NtmTileSpec spec;
  char names[ALBUM_MOST][8];
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool is_held;                 /* loads wait */
  unsigned n_waiting;           /* loads that do */
  unsigned n_loads;             /* that began */
  unsigned log[ALBUM_MOST];     /* the first loads, in their order */
  atomic_uint loads[ALBUM_MOST];        /* of each image */
  atomic_int statuses[ALBUM_MOST];      /* what the loader answers */
  atomic_uint versions[ALBUM_MOST];     /* other versions have other pixels */
} Album;

/* The cache has room for @n_tiles tiles, and at most @n_threads threads. An
 * image that failed is not tried again. */
Album *album_new (unsigned n_tiles, unsigned n_threads);

/* The same, but an image that failed is tried again by the next request. */
Album *album_new_retrying (unsigned n_tiles, unsigned n_threads);

/* Drops the cache. No decoding thread may be left. */
void album_free (Album * album);

/* Loads wait from now on, or don't. */
void album_hold (Album * album, bool is_held);

/* Waits until @n loads wait. */
void album_wait_for_loads (Album * album, unsigned n);

/* Requests the images with these numbers. */
NtmRequest *album_request (Album * album, const unsigned *numbers, size_t n,
    int priority);

/* A strip for @n images, and what makes it. */
typedef struct
{
  NtmComposer *composer;
  NtmStrip *strip;
  size_t n;
} Target;

Target target_new (size_t n);
void target_free (Target * target);

/* Expects tile @i to be image @number, or background for -1. */
void album_check_tile (Album * album, const Target * target, size_t i,
    int number);

/* Makes the strip of a request, frees it, and compares each byte. */
void album_check (Album * album, Target * target, NtmRequest * request,
    const unsigned *numbers, size_t n, NtmRequestReport * report);

/* Waits until the cache has decoded @n images. */
void album_wait_until_decoded (Album * album, uint64_t n);

NtmImagesStats album_get_stats (Album * album);
