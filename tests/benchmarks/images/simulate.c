/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many milliseconds of decoding a request costs, with policies for what
 * leaves the cache: the policy of libntimages itself, and others to compare it
 * with. Nothing is decoded: half of the images cost 3.2 ms, three tenths 24 ms,
 * two tenths 17 ms. A tenth of the images fits. A seed draws new costs and new
 * requests.
 *
 * usage: simulate-policies [SEEDS] */

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
static unsigned there[CAPACITY];

/* Returns the place in @there. The images of the request that is served
 * stay. */
static unsigned
choose (unsigned request, bool belady)
{
  unsigned best = CAPACITY;

  for (unsigned i = 0; i < CAPACITY; i++) {
    const Seen *image = &seen[there[i]];
    const Seen *other = &seen[there[best % CAPACITY]];

    if (image->last_use == request + 1)
      continue;
    if (best == CAPACITY || (belady ? image->next_use > other->next_use
            : image->last_use < other->last_use))
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
      unsigned place = n;

      count (&result, r, requests[r][i], image->is_there);
      if (image->is_there)
        continue;
      if (n == CAPACITY) {
        place = choose (r, belady);
        seen[there[place]].is_there = false;
      } else {
        n++;
      }
      there[place] = requests[r][i];
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
  NtmRank *rank;

  while (*n >= CAPACITY) {
    ntm_policy_evict (policy, ntm_policy_choose (policy, r, r));
    --*n;
  }
  while ((rank = ntm_policy_forget (policy, 2 * CAPACITY)))
    *rank = (NtmRank) {.next_use = rank->next_use };
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
#define LRU 0                   /* of policies */
#define MOST_SEEDS 99

static Result results[N_POLICIES][N_TRACES][MOST_SEEDS];

static void
simulate_all (unsigned seed)
{
  trace_set_seed (seed);
  make_costs ();
  for (unsigned t = 0; t < N_TRACES; t++) {
    traces[t].make (requests, N_REQUESTS);
    find_next_uses ();
    for (size_t p = 0; p < N_POLICIES; p++)
      results[p][t][seed] = policies[p].simulate ();
  }
}

/* ---- Tables ---- */

/* A figure of policy @p with trace @t and a seed. */
typedef double (*Figure) (size_t p, unsigned t, unsigned seed);

static double
get_milliseconds (size_t p, unsigned t, unsigned seed)
{
  return results[p][t][seed].milliseconds / (N_REQUESTS - N_WARM_UP);
}

static double
get_hits (size_t p, unsigned t, unsigned seed)
{
  return results[p][t][seed].hits * 100.0
      / ((N_REQUESTS - N_WARM_UP) * N_WANTED);
}

static double
get_share (size_t p, unsigned t, unsigned seed)
{
  return results[p][t][seed].milliseconds * 100
      / results[LRU][t][seed].milliseconds;
}

static int
compare (const void *a, const void *b)
{
  const double x = *(const double *) a;
  const double y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
print_cell (Figure figure, size_t p, unsigned t, unsigned n_seeds)
{
  double values[MOST_SEEDS];
  char text[64];

  for (unsigned seed = 0; seed < n_seeds; seed++)
    values[seed] = figure (p, t, seed);
  qsort (values, n_seeds, sizeof values[0], compare);
  snprintf (text, sizeof text, "%.0f (%.0f-%.0f)", values[n_seeds / 2],
      values[0], values[n_seeds - 1]);
  printf (" %-16s|", text);
}

static void
print_table (const char *what, Figure figure, unsigned n_seeds)
{
  printf ("\n| %-26s |", what);
  for (unsigned t = 0; t < N_TRACES; t++)
    printf (" %-16s|", traces[t].name);
  printf ("\n|---|");
  for (unsigned t = 0; t < N_TRACES; t++)
    printf ("---|");
  printf ("\n");
  for (size_t p = 0; p < N_POLICIES; p++) {
    printf ("| %-26s |", policies[p].name);
    for (unsigned t = 0; t < N_TRACES; t++)
      print_cell (figure, p, t, n_seeds);
    printf ("\n");
  }
}

int
main (int argc, char **argv)
{
  const unsigned long n_seeds = argc > 1 ? strtoul (argv[1], NULL, 10) : 5;

  if (argc > 2 || n_seeds == 0 || n_seeds > MOST_SEEDS) {
    fprintf (stderr, "usage: simulate-policies [SEEDS], 1 to %d\n",
        MOST_SEEDS);
    return EXIT_FAILURE;
  }
  for (unsigned seed = 0; seed < n_seeds; seed++)
    simulate_all (seed);
  printf ("%lu seeds: median (least-most)\n", n_seeds);
  print_table ("ms of decoding a request", get_milliseconds, n_seeds);
  print_table ("the same, in % of LRU's", get_share, n_seeds);
  print_table ("hits, in %", get_hits, n_seeds);

  return EXIT_SUCCESS;
}
