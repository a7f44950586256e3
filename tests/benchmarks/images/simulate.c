/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many milliseconds of decoding a request costs, with policies for what
 * leaves the cache: the policy of libntimages itself, and others to compare it
 * with. Nothing is decoded: half of the images cost 3.2 ms, three tenths 24 ms,
 * two tenths 17 ms. A tenth of the images fits.
 *
 * usage: simulate-policies */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/policy.h"
#include "traces.h"

#define CAPACITY 1000
#define N_REQUESTS 1500
#define N_WARM_UP 300           /* not counted */

typedef struct
{
  double milliseconds;
  unsigned hits;
} Result;

static Request requests[N_REQUESTS];

/* The request that wants the image next, after a request that wants it. */
static unsigned next_uses[N_REQUESTS][N_WANTED];
static double costs[N_IMAGES];

#define NO_REQUEST N_REQUESTS

static void
make_costs (void)
{
  for (unsigned i = 0; i < N_IMAGES; i++) {
    const unsigned part = trace_random_below (10);

    costs[i] = part < 5 ? 3.2 : part < 8 ? 24 : 17;
  }
}

static void
find_next_uses (void)
{
  static unsigned next[N_IMAGES];

  for (unsigned i = 0; i < N_IMAGES; i++)
    next[i] = NO_REQUEST;
  for (unsigned r = N_REQUESTS; r-- > 0;)
    for (unsigned i = 0; i < N_WANTED; i++) {
      next_uses[r][i] = next[requests[r][i]];
      next[requests[r][i]] = r;
    }
}

static void
count (Result * result, unsigned request, unsigned image, bool hit)
{
  if (request < N_WARM_UP)
    return;
  if (hit)
    result->hits++;
  else
    result->milliseconds += costs[image];
}

/* ---- Least recently used; Belady: used again last ---- */

typedef struct
{
  bool is_there;
  unsigned last_use;
  unsigned next_use;
} Seen;

static Seen seen[N_IMAGES];

/* The images of the request that is served stay. */
static unsigned
choose (unsigned request, bool belady)
{
  unsigned best = N_IMAGES;

  for (unsigned i = 0; i < N_IMAGES; i++) {
    if (!seen[i].is_there || seen[i].last_use == request + 1)
      continue;
    if (best == N_IMAGES || (belady ? seen[i].next_use > seen[best].next_use
            : seen[i].last_use < seen[best].last_use))
      best = i;
  }

  return best;
}

static Result
simulate_simply (bool belady)
{
  Result result = { 0 };
  unsigned n = 0;

  memset (seen, 0, sizeof seen);
  for (unsigned r = 0; r < N_REQUESTS; r++) {
    for (unsigned i = 0; i < N_WANTED; i++) {
      seen[requests[r][i]].last_use = r + 1;
      seen[requests[r][i]].next_use = next_uses[r][i];
    }
    for (unsigned i = 0; i < N_WANTED; i++) {
      Seen *image = &seen[requests[r][i]];

      count (&result, r, requests[r][i], image->is_there);
      if (image->is_there)
        continue;
      if (n == CAPACITY)
        seen[choose (r, belady)].is_there = false;
      else
        n++;
      image->is_there = true;
    }
  }

  return result;
}

static Result
simulate_lru (void)
{
  return simulate_simply (false);
}

static Result
simulate_belady (void)
{
  return simulate_simply (true);
}

/* ---- S3-FIFO: a small queue, a main one, and ghosts ---- */

#define SMALL (CAPACITY / 10)
#define GHOSTS (CAPACITY * 9 / 10)
#define THRESHOLD 2

typedef struct
{
  unsigned images[N_REQUESTS * N_WANTED * 4];
  unsigned begin;
  unsigned end;
} Fifo;

enum { NOWHERE, IN_SMALL, IN_MAIN, IN_GHOSTS };

static Fifo small_queue;
static Fifo main_queue;
static Fifo ghost_queue;
static struct
{
  int where;
  int uses;
} fifo[N_IMAGES];

static void
fifo_push (Fifo * queue, unsigned image, int where)
{
  queue->images[queue->end++] = image;
  fifo[image].where = where;
}

static void
leave_main (void)
{
  for (;;) {
    const unsigned image = main_queue.images[main_queue.begin++];

    if (fifo[image].uses == 0) {
      fifo[image].where = NOWHERE;
      return;
    }
    fifo[image].uses--;
    fifo_push (&main_queue, image, IN_MAIN);
  }
}

/* A ghost that came back is still in its queue, but no ghost any more. */
static void
leave_small (void)
{
  const unsigned image = small_queue.images[small_queue.begin++];

  if (fifo[image].uses >= THRESHOLD) {
    fifo[image].uses = 0;
    fifo_push (&main_queue, image, IN_MAIN);
    return;
  }
  fifo_push (&ghost_queue, image, IN_GHOSTS);
  while (ghost_queue.end - ghost_queue.begin > GHOSTS) {
    const unsigned oldest = ghost_queue.images[ghost_queue.begin++];

    if (fifo[oldest].where == IN_GHOSTS)
      fifo[oldest].where = NOWHERE;
  }
}

static void
make_room (void)
{
  while (small_queue.end - small_queue.begin + main_queue.end
      - main_queue.begin >= CAPACITY) {
    if (small_queue.end - small_queue.begin >= SMALL)
      leave_small ();
    else
      leave_main ();
  }
}

static Result
simulate_s3_fifo (void)
{
  Result result = { 0 };

  memset (fifo, 0, sizeof fifo);
  small_queue.begin = small_queue.end = 0;
  main_queue.begin = main_queue.end = 0;
  ghost_queue.begin = ghost_queue.end = 0;
  for (unsigned r = 0; r < N_REQUESTS; r++)
    for (unsigned i = 0; i < N_WANTED; i++) {
      const unsigned image = requests[r][i];
      const bool hit = fifo[image].where == IN_SMALL
          || fifo[image].where == IN_MAIN;

      count (&result, r, image, hit);
      if (hit) {
        fifo[image].uses += fifo[image].uses < 3;
        continue;
      }
      make_room ();
      fifo[image].uses = 0;
      if (fifo[image].where == IN_GHOSTS)
        fifo_push (&main_queue, image, IN_MAIN);
      else
        fifo_push (&small_queue, image, IN_SMALL);
    }

  return result;
}

/* ---- Ours ---- */

static NtmRank ranks[N_IMAGES];

static void
make_room_ours (NtmPolicy * policy, unsigned r, unsigned *n)
{
  while (*n >= CAPACITY) {
    ntm_policy_evict (policy, ntm_policy_choose (policy, r, r));
    --*n;
  }
  while (ntm_policy_forget (policy, 2 * CAPACITY));
}

/* The request @r is known from now on. */
static void
announce (NtmPolicy * policy, unsigned r)
{
  for (unsigned i = 0; r < N_REQUESTS && i < N_WANTED; i++)
    if (ranks[requests[r][i]].next_use == NTM_NEVER)
      ntm_policy_want (policy, &ranks[requests[r][i]], r);
}

/* The image @i of request @r goes to its strip. From then on, the next request
 * that is known to want it counts. */
static void
serve_image (NtmPolicy * policy, unsigned r, unsigned i, unsigned known)
{
  NtmRank *rank = &ranks[requests[r][i]];
  const unsigned next = next_uses[r][i];

  ntm_policy_use (policy, rank);
  ntm_policy_want (policy, rank, next < N_REQUESTS && next <= r + known ? next
      : NTM_NEVER);
}

/* Hits go first. */
static void
serve (NtmPolicy * policy, unsigned r, unsigned known, unsigned *n,
    Result * result)
{
  bool hits[N_WANTED];

  for (unsigned i = 0; i < N_WANTED; i++) {
    hits[i] = ranks[requests[r][i]].state == NTM_RANK_RESIDENT;
    count (result, r, requests[r][i], hits[i]);
  }
  for (unsigned i = 0; i < N_WANTED; i++)
    if (hits[i])
      serve_image (policy, r, i, known);
  for (unsigned i = 0; i < N_WANTED; i++) {
    NtmRank *rank = &ranks[requests[r][i]];

    if (hits[i])
      continue;
    make_room_ours (policy, r, n);
    ntm_policy_enter (policy, rank, costs[requests[r][i]], 1);
    ++*n;
    ntm_policy_unpin (policy, rank);
    serve_image (policy, r, i, known);
  }
}

static Result
simulate_ours (unsigned known)
{
  NtmPolicy policy = { 0 };
  Result result = { 0 };
  unsigned n = 0;

  memset (ranks, 0, sizeof ranks);
  for (unsigned i = 0; i < N_IMAGES; i++)
    ranks[i].next_use = NTM_NEVER;
  for (unsigned r = 0; r < known; r++)
    announce (&policy, r);
  for (unsigned r = 0; r < N_REQUESTS; r++) {
    announce (&policy, r + known);
    serve (&policy, r, known, &n, &result);
  }

  return result;
}

static Result
simulate_blind (void)
{
  return simulate_ours (0);
}

static Result
simulate_known (void)
{
  return simulate_ours (8);
}

/* ---- All ---- */

static const struct
{
  const char *name;
  Result (*simulate) (void);
} policies[] = {
  {"LRU", simulate_lru},
  {"S3-FIFO", simulate_s3_fifo},
  {"ntimages, nothing known", simulate_blind},
  {"ntimages, 8 requests known", simulate_known},
  {"Belady", simulate_belady},
};

#define N_POLICIES (sizeof policies / sizeof policies[0])

int
main (void)
{
  static Result results[N_POLICIES][N_TRACES];
  const unsigned n = N_REQUESTS - N_WARM_UP;

  make_costs ();
  for (unsigned t = 0; t < N_TRACES; t++) {
    traces[t].make (requests, N_REQUESTS);
    find_next_uses ();
    for (size_t p = 0; p < N_POLICIES; p++)
      results[p][t] = policies[p].simulate ();
  }

  printf ("%-28s", "ms a request (hits in %)");
  for (unsigned t = 0; t < N_TRACES; t++)
    printf ("%12s", traces[t].name);
  for (size_t p = 0; p < N_POLICIES; p++) {
    printf ("\n%-28s", policies[p].name);
    for (unsigned t = 0; t < N_TRACES; t++)
      printf ("%7.0f (%2u)", results[p][t].milliseconds / n,
          (results[p][t].hits * 100 + n * N_WANTED / 2) / (n * N_WANTED));
  }
  printf ("\n");

  return 0;
}
