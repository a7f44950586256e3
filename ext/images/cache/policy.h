/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which image leaves the cache. What an image costs is the time to decode it
 * again, so the policy is GreedyDual-Size with frequencies: an image is worth
 *
 *   H = L + frequency^2 * cost / bytes
 *
 * where L is the H of the image that left last; so an image grows old as others
 * leave. Without the square, an image that is often used grows old too fast:
 * that costs 4 % of decoding where some images are popular. Uses close to each
 * other count once: a window that scrolls uses an image in several requests,
 * and not again. The frequencies of images that left are remembered, halved.
 * Before all that comes what is known: an image that a queued request wants
 * leaves after those that no request wants: the highest class first, and in it
 * the latest one, but also the cheapest one.
 *
 * Pure: no clock, no threads, no memory. A rank is part of the cache's own
 * record of a key, and in one list at most. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct NtmRank NtmRank;

/* A request has a number. Less is sooner. The upper bits are its class, such as
 * a priority: distances in time are those of the lower bits. */
#define NTM_CLASS_SHIFT 56

/* No request wants it. */
#define NTM_NEVER UINT64_MAX

/* Where a key is. */
typedef enum
{
  NTM_RANK_UNKNOWN,             /* in no list */
  NTM_RANK_RESIDENT,            /* in the cache */
  NTM_RANK_PINNED,              /* in the cache, and can't leave now */
  NTM_RANK_GHOST,               /* was in the cache; its frequency is known */
} NtmRankState;

/* Zeros but for next_use, which is NTM_NEVER: a new key. */
struct NtmRank
{
  NtmRankState state;
  uint64_t next_use;            /* the first request that wants it */
  double frequency;
  uint64_t counted_at;          /* n_evicted when the frequency last grew */
  double cost;                  /* any unit */
  double bytes;
  double h;
  NtmRank *child;               /* in the heap */
  NtmRank *next;                /* in the heap or a list */
  NtmRank *previous;            /* the same; in the heap, the parent of a first
                                 * child */
};

typedef struct
{
  NtmRank *first;
  NtmRank *last;
  size_t n;
} NtmRankList;

typedef struct
{
  double l;
  size_t n_here;                /* keys in the cache */
  uint64_t n_evicted;           /* keys that have left it */
  NtmRank *heap;                /* what no request wants: least H first */
  NtmRankList wanted;
  NtmRankList ghosts;           /* the oldest first */
} NtmPolicy;

/* The key enters the cache, pinned. It was decoded at this cost. */
void ntm_policy_enter (NtmPolicy * policy, NtmRank * rank, double cost,
    size_t bytes);

/* A request has used the key, which is in the cache. */
void ntm_policy_use (NtmPolicy * policy, NtmRank * rank);

/* The first request that wants the key now is @next_use. In any state. */
void ntm_policy_want (NtmPolicy * policy, NtmRank * rank, uint64_t next_use);

/* The key can't leave the cache until ntm_policy_unpin(). */
void ntm_policy_pin (NtmPolicy * policy, NtmRank * rank);
void ntm_policy_unpin (NtmPolicy * policy, NtmRank * rank);

/* The key, which is in the cache, is worth nothing from now on. */
void ntm_policy_devalue (NtmPolicy * policy, NtmRank * rank);

/* Returns what should leave the cache for an image that the request @before
 * wants, where @now is the first request of all; NULL: all that could leave is
 * wanted as soon as that, or sooner. */
NtmRank *ntm_policy_choose (const NtmPolicy * policy, uint64_t now,
    uint64_t before);

/* The key, which is not pinned, leaves the cache. It becomes a ghost. */
void ntm_policy_evict (NtmPolicy * policy, NtmRank * rank);

/* Returns the oldest ghost, which is now unknown, if there are more than
 * @most; NULL if not. */
NtmRank *ntm_policy_forget (NtmPolicy * policy, size_t most);

/* Takes the key out of its list, whatever its state: it is unknown then. */
void ntm_policy_remove (NtmPolicy * policy, NtmRank * rank);
