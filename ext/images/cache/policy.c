/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "cache/policy.h"

/* How much a new measurement of the cost counts, beside the old ones. */
#define NEW_COST_WEIGHT 0.25

/* Two uses count as one if fewer keys than this part of the cache have left in
 * between. */
#define CLOSE_USES_PART 16

/* ---- A pairing heap: a tree in which no child is less than its parent ---- */

/* @a and @b have no siblings; either may be NULL. */
static NtmRank *
meld (NtmRank * a, NtmRank * b)
{
  if (a == NULL || b == NULL)
    return a ? a : b;
  if (b->h < a->h) {
    NtmRank *swapped = a;

    a = b;
    b = swapped;
  }
  b->next = a->child;
  b->previous = a;
  if (a->child)
    a->child->previous = b;
  a->child = b;

  return a;
}

static NtmRank *
detach (NtmRank * rank)
{
  if (rank)
    rank->next = rank->previous = NULL;

  return rank;
}

/* Makes one heap of siblings: in pairs, and then of the pairs, from the last to
 * the first. */
static NtmRank *
meld_siblings (NtmRank * first)
{
  NtmRank *pairs = NULL;
  NtmRank *heap = NULL;

  while (first) {
    NtmRank *second = first->next;
    NtmRank *rest = second ? second->next : NULL;
    NtmRank *pair = meld (detach (first), detach (second));

    pair->next = pairs;
    pairs = pair;
    first = rest;
  }
  while (pairs) {
    NtmRank *rest = pairs->next;

    heap = meld (heap, detach (pairs));
    pairs = rest;
  }

  return heap;
}

static void
heap_remove (NtmRank ** heap, NtmRank * rank)
{
  NtmRank *below = meld_siblings (rank->child);

  rank->child = NULL;
  if (*heap == rank) {
    *heap = below;
    return;
  }
  if (rank->previous->child == rank)
    rank->previous->child = rank->next;
  else
    rank->previous->next = rank->next;
  if (rank->next)
    rank->next->previous = rank->previous;
  detach (rank);
  *heap = meld (*heap, below);
}

/* ---- Lists ---- */

static void
list_add (NtmRankList * list, NtmRank * rank)
{
  rank->previous = list->last;
  rank->next = NULL;
  if (list->last)
    list->last->next = rank;
  else
    list->first = rank;
  list->last = rank;
  list->n++;
}

static void
list_remove (NtmRankList * list, NtmRank * rank)
{
  if (rank->previous)
    rank->previous->next = rank->next;
  else
    list->first = rank->next;
  if (rank->next)
    rank->next->previous = rank->previous;
  else
    list->last = rank->previous;
  detach (rank);
  list->n--;
}

/* ---- In and out of them ---- */

static void
take_out (NtmPolicy * policy, NtmRank * rank)
{
  switch (rank->state) {
    case NTM_RANK_RESIDENT:
      if (rank->next_use == NTM_NEVER)
        heap_remove (&policy->heap, rank);
      else
        list_remove (&policy->wanted, rank);
      break;
    case NTM_RANK_GHOST:
      list_remove (&policy->ghosts, rank);
      break;
    default:
      break;
  }
}

static void
put_in (NtmPolicy * policy, NtmRank * rank)
{
  switch (rank->state) {
    case NTM_RANK_RESIDENT:
      if (rank->next_use == NTM_NEVER)
        policy->heap = meld (policy->heap, rank);
      else
        list_add (&policy->wanted, rank);
      break;
    case NTM_RANK_GHOST:
      list_add (&policy->ghosts, rank);
      break;
    default:
      break;
  }
}

static bool
is_here (const NtmRank * rank)
{
  return rank->state == NTM_RANK_RESIDENT || rank->state == NTM_RANK_PINNED;
}

static void
set_state (NtmPolicy * policy, NtmRank * rank, NtmRankState state)
{
  take_out (policy, rank);
  policy->n_here -= is_here (rank);
  rank->state = state;
  policy->n_here += is_here (rank);
  put_in (policy, rank);
}

static void
set_worth (const NtmPolicy * policy, NtmRank * rank)
{
  rank->h = policy->l
      + rank->frequency * rank->frequency * rank->cost / rank->bytes;
}

/* ---- What happens to a key ---- */

void
ntm_policy_enter (NtmPolicy * policy, NtmRank * rank, double cost,
    size_t bytes)
{
  const double weight = rank->cost > 0 ? NEW_COST_WEIGHT : 1;

  set_state (policy, rank, NTM_RANK_PINNED);
  rank->cost += weight * (cost - rank->cost);
  rank->bytes = bytes;
  set_worth (policy, rank);
}

void
ntm_policy_use (NtmPolicy * policy, NtmRank * rank)
{
  take_out (policy, rank);
  if (rank->frequency < 1 || policy->n_evicted - rank->counted_at
      >= policy->n_here / CLOSE_USES_PART) {
    rank->frequency++;
    rank->counted_at = policy->n_evicted;
  }
  set_worth (policy, rank);
  put_in (policy, rank);
}

void
ntm_policy_devalue (NtmPolicy * policy, NtmRank * rank)
{
  take_out (policy, rank);
  rank->frequency = 0;
  rank->h = 0;
  put_in (policy, rank);
}

void
ntm_policy_want (NtmPolicy * policy, NtmRank * rank, uint64_t next_use)
{
  /* A ghost stays as old as it is. */
  if (rank->state != NTM_RANK_RESIDENT) {
    rank->next_use = next_use;
    return;
  }
  take_out (policy, rank);
  rank->next_use = next_use;
  put_in (policy, rank);
}

void
ntm_policy_pin (NtmPolicy * policy, NtmRank * rank)
{
  set_state (policy, rank, NTM_RANK_PINNED);
}

void
ntm_policy_unpin (NtmPolicy * policy, NtmRank * rank)
{
  set_state (policy, rank, NTM_RANK_RESIDENT);
}

/* How little is lost if the key leaves: far off, large, cheap. */
static double
get_uselessness (const NtmRank * rank, uint64_t now)
{
  const uint64_t time = (UINT64_C (1) << NTM_CLASS_SHIFT) - 1;
  const uint64_t use = rank->next_use & time;
  const double distance = use > (now & time) ? use - (now & time) : 0;

  return distance * rank->bytes / (rank->cost > 0 ? rank->cost : 1);
}

static bool
is_less_useful (const NtmRank * rank, const NtmRank * other, uint64_t now)
{
  const uint64_t class = rank->next_use >> NTM_CLASS_SHIFT;
  const uint64_t other_class = other->next_use >> NTM_CLASS_SHIFT;

  return class != other_class ? class > other_class
      : get_uselessness (rank, now) > get_uselessness (other, now);
}

/* The queue is short: a few hundred images, and mostly none of them leaves. */
NtmRank *
ntm_policy_choose (const NtmPolicy * policy, uint64_t now, uint64_t before)
{
  NtmRank *best = NULL;

  if (policy->heap)
    return policy->heap;
  for (NtmRank * rank = policy->wanted.first; rank; rank = rank->next)
    if (rank->next_use > before && (best == NULL
            || is_less_useful (rank, best, now)))
      best = rank;

  return best;
}

void
ntm_policy_evict (NtmPolicy * policy, NtmRank * rank)
{
  if (rank->next_use == NTM_NEVER && rank->h > policy->l)
    policy->l = rank->h;
  policy->n_evicted += is_here (rank);
  set_state (policy, rank, NTM_RANK_GHOST);
  rank->frequency /= 2;
}

NtmRank *
ntm_policy_forget (NtmPolicy * policy, size_t most)
{
  NtmRank *oldest = policy->ghosts.first;

  if (policy->ghosts.n <= most)
    return NULL;
  ntm_policy_remove (policy, oldest);

  return oldest;
}

void
ntm_policy_remove (NtmPolicy * policy, NtmRank * rank)
{
  set_state (policy, rank, NTM_RANK_UNKNOWN);
}
