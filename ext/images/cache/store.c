/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "cache/store.h"

/* Of small caches, the policy remembers more than twice their size. */
#define LEAST_GHOSTS 128

/* The first request of all; NTM_NEVER: there is none. */
static uint64_t
get_now (const NtmImages * images)
{
  return images->queue ? images->queue->order : NTM_NEVER;
}

/* ---- The life of a key ---- */

/* A key is there as long as it is in the cache, remembered, or referenced. */
static void
settle (NtmImages * images, NtmKey * key)
{
  if (key->n_refs > 0 || key->rank.state != NTM_RANK_UNKNOWN)
    return;
  ntm_keys_unhook (&images->keys, key);
  ntm_key_free (key);
}

void
ntm_store_unref_key (NtmImages * images, NtmKey * key)
{
  key->n_refs--;
  settle (images, key);
}

static void
forget_ghosts (NtmImages * images)
{
  const size_t most = images->stats.images * 2 + LEAST_GHOSTS;
  NtmRank *rank;

  while ((rank = ntm_policy_forget (&images->policy, most)))
    settle (images, (NtmKey *) rank);
}

/* Has queues look at the key again. */
void
ntm_store_retry (NtmKey * key)
{
  key->state = NTM_KEY_ABSENT;
  for (NtmItem * item = key->wants; item; item = item->next_want)
    if (item->index < item->request->cursor)
      item->request->cursor = item->index;
}

/* ---- The budget ---- */

bool
ntm_store_could_hold (const NtmImages * images, uint64_t bytes)
{
  return images->put_bytes <= images->budget
      && bytes <= images->budget - images->put_bytes;
}

bool
ntm_store_reserve (NtmImages * images, size_t bytes, uint64_t before,
    NtmBlock ** left)
{
  NtmImagesStats *stats = &images->stats;

  while (stats->bytes > images->budget
      || bytes > images->budget - stats->bytes) {
    NtmRank *rank = ntm_policy_choose (&images->policy,
        get_now (images), before);

    if (rank == NULL)
      return false;
    ntm_store_evict (images, (NtmKey *) rank, left);
  }
  stats->bytes += bytes;
  if (stats->bytes > stats->bytes_max)
    stats->bytes_max = stats->bytes;

  return true;
}

void
ntm_store_release (NtmImages * images, size_t bytes)
{
  images->stats.bytes -= bytes;
  pthread_cond_broadcast (&images->work);
  pthread_cond_broadcast (&images->changed);
}

/* ---- Images in the cache ---- */

/* So a request that is being composed need not look for what came. */
static void
tell_requests (NtmImages * images, NtmKey * key)
{
  for (NtmItem * item = key->wants; item; item = item->next_want) {
    if (item->has_arrived)
      continue;
    item->has_arrived = true;
    item->next_arrived = item->request->arrived;
    item->request->arrived = item;
  }
  pthread_cond_broadcast (&images->changed);
}

void
ntm_store_enter (NtmImages * images, NtmKey * key, uint8_t * pixels,
    double cost)
{
  key->state = NTM_KEY_READY;
  key->pixels = pixels;
  images->stats.images++;
  ntm_policy_enter (&images->policy, &key->rank, cost, key->bytes);
  if (!key->is_hooked)
    ntm_policy_devalue (&images->policy, &key->rank);
  ntm_policy_unpin (&images->policy, &key->rank);
  tell_requests (images, key);
  pthread_cond_broadcast (&images->work);
}

void
ntm_store_evict (NtmImages * images, NtmKey * key, NtmBlock ** left)
{
  ntm_blocks_add (left, key->pixels, key->bytes);
  key->pixels = NULL;
  ntm_store_retry (key);
  images->stats.images--;
  images->stats.bytes -= key->bytes;
  images->stats.evictions++;
  ntm_policy_evict (&images->policy, &key->rank);
  if (!key->is_hooked)
    ntm_policy_remove (&images->policy, &key->rank);
  settle (images, key);
  forget_ghosts (images);
}

void
ntm_store_pin (NtmImages * images, NtmKey * key)
{
  key->n_refs++;
  if (key->n_pins++ == 0)
    ntm_policy_pin (&images->policy, &key->rank);
}

void
ntm_store_unpin (NtmImages * images, NtmKey * key)
{
  if (--key->n_pins == 0) {
    ntm_policy_unpin (&images->policy, &key->rank);
    pthread_cond_broadcast (&images->work);
    pthread_cond_broadcast (&images->changed);
  }
  ntm_store_unref_key (images, key);
}

void
ntm_store_use (NtmImages * images, NtmKey * key)
{
  if (key->state == NTM_KEY_READY && key->is_hooked)
    ntm_policy_use (&images->policy, &key->rank);
}

void
ntm_store_drop (NtmImages * images, NtmKey * key, NtmBlock ** left)
{
  ntm_keys_unhook (&images->keys, key);
  if (key->state == NTM_KEY_READY && key->n_refs == 1)
    ntm_store_evict (images, key, left);
  else if (key->state == NTM_KEY_READY)
    ntm_policy_devalue (&images->policy, &key->rank);
  else if (key->rank.state == NTM_RANK_GHOST)
    ntm_policy_remove (&images->policy, &key->rank);
  pthread_cond_broadcast (&images->work);
  pthread_cond_broadcast (&images->changed);
}

/* ---- Failures ---- */

/* Remembered as long as an image that left. */
void
ntm_store_fail (NtmImages * images, NtmKey * key, NtmImageStatus failure,
    uint64_t retry_at)
{
  key->state = NTM_KEY_FAILED;
  key->failure = failure;
  key->retry_at = retry_at;
  images->stats.failures++;
  if (key->is_hooked)
    ntm_policy_evict (&images->policy, &key->rank);
  forget_ghosts (images);
  tell_requests (images, key);
}

/* ---- Who wants what ---- */

static void
update_next_use (NtmImages * images, NtmKey * key)
{
  ntm_policy_want (&images->policy, &key->rank,
      key->wants ? key->wants->request->order : NTM_NEVER);
}

/* The item of a wanted key that a new one stands behind; NULL: it is the first.
 * A new request is mostly the last; one that is composed comes before all that
 * are not. So a request for one image in many tiles does not walk along its own
 * items. */
static NtmItem *
find_place (const NtmKey * key, uint64_t order)
{
  NtmItem *place = NULL;

  if (key->last_want->request->order <= order)
    return key->last_want;
  for (NtmItem * item = key->wants; item->request->order < order;
      item = item->next_want)
    place = item;

  return place;
}

void
ntm_store_want (NtmImages * images, NtmItem * item)
{
  NtmKey *key = item->key;
  NtmItem *previous = key->wants
      ? find_place (key, item->request->order) : NULL;

  item->previous_want = previous;
  item->next_want = previous ? previous->next_want : key->wants;
  *(previous ? &previous->next_want : &key->wants) = item;
  *(item->next_want ? &item->next_want->previous_want : &key->last_want) =
      item;
  atomic_fetch_add (&key->n_wants, 1);
  update_next_use (images, key);
}

void
ntm_store_unwant (NtmImages * images, NtmItem * item)
{
  NtmKey *key = item->key;
  NtmItem *previous = item->previous_want;
  NtmItem *next = item->next_want;

  *(previous ? &previous->next_want : &key->wants) = next;
  *(next ? &next->previous_want : &key->last_want) = previous;
  atomic_fetch_sub (&key->n_wants, 1);
  update_next_use (images, key);
}

void
ntm_store_finish (NtmImages * images, NtmItem * item, NtmImageStatus status)
{
  if (item->is_done)
    return;
  ntm_store_unwant (images, item);
  item->is_done = true;
  item->status = status;
  item->info = item->key->info;
  pthread_cond_broadcast (&images->work);
}
