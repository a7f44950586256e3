/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "traces.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static uint64_t state;

void
trace_set_seed (uint64_t seed)
{
  state = seed;
}

/* SplitMix64. */
static uint64_t
next_random (void)
{
  uint64_t z = state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);

  return z ^ z >> 31;
}

uint32_t
trace_random_below (uint32_t n)
{
  return next_random () % n;
}

/* ---- Zipf: the i-th most popular one is wanted 1 / i^s times as often ---- */

typedef struct
{
  unsigned n;
  double sums[N_IMAGES];
} Zipf;

static void
zipf_init (Zipf * zipf, unsigned n, double s)
{
  double sum = 0;

  zipf->n = n;
  for (unsigned i = 0; i < n; i++)
    zipf->sums[i] = sum += pow (i + 1, -s);
}

static unsigned
zipf_draw (const Zipf * zipf)
{
  const double at = (next_random () >> 11) * 0x1p-53 * zipf->sums[zipf->n - 1];
  unsigned low = 0;
  unsigned high = zipf->n - 1;

  while (low < high) {
    const unsigned middle = (low + high) / 2;

    if (zipf->sums[middle] > at)
      high = middle;
    else
      low = middle + 1;
  }

  return low;
}

static void
draw_request (const Zipf * zipf, Request request)
{
  static bool taken[N_IMAGES];

  for (unsigned i = 0; i < N_WANTED; i++) {
    do
      request[i] = zipf_draw (zipf);
    while (taken[request[i]]);
    taken[request[i]] = true;
  }
  for (unsigned i = 0; i < N_WANTED; i++)
    taken[request[i]] = false;
}

/* N_WANTED images in their order, from @begin on. */
static void
run_request (Request request, unsigned begin, unsigned n_images)
{
  for (unsigned i = 0; i < N_WANTED; i++)
    request[i] = (begin + i) % n_images;
}

/* ---- Traces ---- */

static Zipf zipf;

static void
make_zipf (Request * requests, unsigned n, double s)
{
  zipf_init (&zipf, N_IMAGES, s);
  for (unsigned i = 0; i < n; i++)
    draw_request (&zipf, requests[i]);
}

/* Some images are popular. */
static void
make_zipf_08 (Request * requests, unsigned n)
{
  make_zipf (requests, n, 0.8);
}

/* They are very popular. */
static void
make_zipf_10 (Request * requests, unsigned n)
{
  make_zipf (requests, n, 1);
}

/* After 200 requests, 100 that go through all images once. */
static void
make_sweeps (Request * requests, unsigned n)
{
  make_zipf (requests, n, 1);
  for (unsigned i = 0; i < n; i++)
    if (i % 300 >= 200)
      run_request (requests[i], (i % 300 - 200) * N_WANTED, N_IMAGES);
}

/* Each fourth request is one of a scan that goes on and on. */
static void
make_scan (Request * requests, unsigned n)
{
  make_zipf (requests, n, 1);
  for (unsigned i = 0; i < n; i += 4)
    run_request (requests[i], i / 4 * N_WANTED % N_IMAGES, N_IMAGES);
}

/* Round and round, a tenth more than fits. */
static void
make_loop (Request * requests, unsigned n)
{
  for (unsigned i = 0; i < n; i++)
    run_request (requests[i], i * N_WANTED % 1100, 1100);
}

/* A window moves by up to 40 images at a time, and turns now and then. */
static void
make_scrolling (Request * requests, unsigned n)
{
  unsigned at = N_IMAGES / 2;
  bool forward = true;

  for (unsigned i = 0; i < n; i++) {
    const unsigned step = trace_random_below (41);

    if (trace_random_below (400) == 0)
      forward = !forward;
    at = (at + (forward ? step : N_IMAGES - step)) % N_IMAGES;
    run_request (requests[i], at, N_IMAGES);
  }
}

/* Albums of 100 images, each wanted as a whole. */
static void
make_albums (Request * requests, unsigned n)
{
  zipf_init (&zipf, N_IMAGES / N_WANTED, 1);
  for (unsigned i = 0; i < n; i++)
    run_request (requests[i], zipf_draw (&zipf) * N_WANTED, N_IMAGES);
}

const Trace traces[N_TRACES] = {
  {"zipf .8", make_zipf_08},
  {"zipf 1", make_zipf_10},
  {"z1 + sweep", make_sweeps},
  {"1/4 scan", make_scan},
  {"loop 1100", make_loop},
  {"scroll", make_scrolling},
  {"albums", make_albums},
};
