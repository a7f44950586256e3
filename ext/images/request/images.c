/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The cache as its users see it. */

#include <stdlib.h>
#include <string.h>

#include "cache/cpus.h"
#include "cache/decoding.h"
#include "cache/queue.h"
#include "decode/decode.h"

#define DEFAULT_CACHE_BYTES ((size_t) 1 << 30)
#define DEFAULT_RETRY_NANOSECONDS UINT64_C (2000000000)
#define MOST_THREADS 256

/* ---- Beginning and end ---- */

static void
set_config (NtmImages * images, const NtmImagesConfig * config)
{
  NtmImagesConfig *own = &images->config;

  if (config)
    *own = *config;
  own->limits = ntm_decode_get_limits (&own->limits);
  if (own->cache_bytes == 0)
    own->cache_bytes = DEFAULT_CACHE_BYTES;
  if (own->retry_nanoseconds == 0)
    own->retry_nanoseconds = DEFAULT_RETRY_NANOSECONDS;
  if (own->max_threads == 0)
    own->max_threads = ntm_images_count_cpus ();
  if (own->max_threads > MOST_THREADS)
    own->max_threads = MOST_THREADS;
  images->budget = own->cache_bytes;
}

NtmImageStatus
ntm_images_new (NtmImages ** images, const NtmImagesConfig * config)
{
  NtmImages *made = calloc (1, sizeof *made);

  *images = NULL;
  if (made == NULL || !ntm_keys_init (&made->keys)) {
    free (made);
    return NTM_IMAGE_NO_MEMORY;
  }
  pthread_mutex_init (&made->lock, NULL);
  pthread_cond_init (&made->work, NULL);
  pthread_cond_init (&made->changed, NULL);
  atomic_init (&made->n_refs, 1);
  set_config (made, config);
  *images = made;

  return NTM_IMAGE_OK;
}

NtmImages *
ntm_images_ref (NtmImages * images)
{
  atomic_fetch_add (&images->n_refs, 1);

  return images;
}

/* Of the requests, only prefetching is left: no reference is its. */
static void
end_prefetching (NtmImages * images)
{
  pthread_mutex_lock (&images->lock);
  while (images->queue) {
    NtmRequest *request = images->queue;

    ntm_queue_remove (images, request, NTM_IMAGE_CANCELLED);
    ntm_queue_free_request (images, request);
  }
  pthread_mutex_unlock (&images->lock);
}

/* All that is left in the cache, and can't be found any more, too. */
static void
free_pixels (NtmImages * images)
{
  NtmPolicy *policy = &images->policy;
  NtmBlock *left = NULL;
  NtmRank *rank;

  for (size_t i = 0; i < images->keys.n_buckets; i++)
    for (NtmKey * key = images->keys.buckets[i]; key; key = key->next)
      if (key->id.is_put && key->n_pins > 0) {
        key->n_pins = 0;
        key->n_refs--;
        ntm_policy_unpin (policy, &key->rank);
      }
  while ((rank = ntm_policy_choose (policy, 0, 0)))
    ntm_store_evict (images, (NtmKey *) rank, &left);
  ntm_blocks_free (&left);
}

void
ntm_images_unref (NtmImages * images)
{
  if (images == NULL || atomic_fetch_sub (&images->n_refs, 1) > 1)
    return;

  end_prefetching (images);
  ntm_decoding_end (images);
  free_pixels (images);
  ntm_keys_clear (&images->keys);
  pthread_cond_destroy (&images->changed);
  pthread_cond_destroy (&images->work);
  pthread_mutex_destroy (&images->lock);
  free (images);
}

/* ---- Budget and statistics ---- */

/* With the lock held: there may be more room than before. Images that had none
 * are tried again at once. */
static void
retry_without_room (NtmImages * images)
{
  for (size_t i = 0; i < images->keys.n_buckets; i++)
    for (NtmKey * key = images->keys.buckets[i]; key; key = key->next)
      if (key->state == NTM_KEY_FAILED && key->failure == NTM_IMAGE_NO_ROOM)
        key->retry_at = 0;
}

void
ntm_images_set_cache_bytes (NtmImages * images, size_t cache_bytes)
{
  NtmBlock *left = NULL;

  pthread_mutex_lock (&images->lock);
  images->budget = cache_bytes > 0 ? cache_bytes : DEFAULT_CACHE_BYTES;
  (void) ntm_store_reserve (images, 0, 0, &left);
  retry_without_room (images);
  pthread_cond_broadcast (&images->work);
  pthread_cond_broadcast (&images->changed);
  pthread_mutex_unlock (&images->lock);
  ntm_blocks_free (&left);
}

void
ntm_images_get_stats (NtmImages * images, NtmImagesStats * stats)
{
  pthread_mutex_lock (&images->lock);
  *stats = images->stats;
  stats->budget = images->budget;
  pthread_mutex_unlock (&images->lock);
}

/* ---- Images of the caller's ---- */

static NtmKeyName
get_put_name (const char *name, const NtmTileSpec * spec)
{
  return (NtmKeyName) {
    .name = name,.is_put = true,
    .spec = {
      .width = spec->width,.height = spec->height,.pixels = spec->pixels,
    },
  };
}

/* With the lock held: the key leaves. */
static void
take_away (NtmImages * images, NtmKey * key, NtmBlock ** left)
{
  key->n_refs++;
  if (key->id.is_put && key->is_hooked) {
    images->put_bytes -= key->bytes;
    ntm_store_unpin (images, key);
  }
  ntm_store_drop (images, key, left);
  ntm_store_unref_key (images, key);
}

/* With the lock held: waits for room, as long as there may be some. What left
 * meanwhile is no part of the budget any more, and so it is freed before the
 * wait; then there may be room. */
static bool
reserve (NtmImages * images, size_t bytes, NtmBlock ** left)
{
  while (ntm_store_could_hold (images, bytes)) {
    if (ntm_store_reserve (images, bytes, 0, left))
      return true;
    if (*left == NULL) {
      pthread_cond_wait (&images->changed, &images->lock);
      continue;
    }
    pthread_mutex_unlock (&images->lock);
    ntm_blocks_free (left);
    pthread_mutex_lock (&images->lock);
  }

  return false;
}

static void
copy_rows (uint8_t * to, const NtmTileSpec * spec, const uint8_t * from,
    ptrdiff_t stride)
{
  const size_t row_bytes = (size_t) spec->width * 4;

  for (uint32_t y = 0; y < spec->height; y++)
    memcpy (to + y * row_bytes, from + (ptrdiff_t) y * stride, row_bytes);
}

/* With the lock held. */
static void
enter_put (NtmImages * images, NtmKey * key, uint8_t * pixels,
    NtmBlock ** left)
{
  NtmKey *old = ntm_keys_find (&images->keys, &key->id);

  if (old)
    take_away (images, old, left);
  ntm_keys_hook (&images->keys, key);
  ntm_store_enter (images, key, pixels, 0);
  ntm_store_pin (images, key);
}

NtmImageStatus
ntm_images_put (NtmImages * images, const char *name,
    const NtmTileSpec * spec, const void *pixels, ptrdiff_t stride)
{
  const NtmKeyName id = get_put_name (name, spec);
  NtmImageStatus status = ntm_decode_check_tile (spec, stride);
  NtmBlock *left = NULL;
  uint8_t *copy = NULL;
  NtmKey *key;
  bool there;

  if (status != NTM_IMAGE_OK)
    return status;
  key = ntm_key_new (&id);
  if (key == NULL)
    return NTM_IMAGE_NO_MEMORY;

  pthread_mutex_lock (&images->lock);
  there = reserve (images, key->bytes, &left);
  images->put_bytes += there ? key->bytes : 0;
  pthread_mutex_unlock (&images->lock);

  if (there)
    copy = ntm_blocks_take (&left, key->bytes);
  ntm_blocks_free (&left);
  if (copy)
    copy_rows (copy, spec, pixels, stride);

  pthread_mutex_lock (&images->lock);
  if (copy) {
    enter_put (images, key, copy, &left);
  } else if (there) {
    images->put_bytes -= key->bytes;
    ntm_store_release (images, key->bytes);
  }
  pthread_mutex_unlock (&images->lock);
  ntm_blocks_free (&left);
  if (copy == NULL)
    ntm_key_free (key);

  return copy ? NTM_IMAGE_OK : there ? NTM_IMAGE_NO_MEMORY : NTM_IMAGE_NO_ROOM;
}

/* With the lock held. */
static NtmKey *
find_by_name (NtmImages * images, size_t bucket, const char *name)
{
  for (NtmKey * key = images->keys.buckets[bucket]; key; key = key->next)
    if (strcmp (key->id.name, name) == 0)
      return key;

  return NULL;
}

/* When a key is taken away, others of its bucket may go as well. */
bool
ntm_images_remove (NtmImages * images, const char *name)
{
  NtmBlock *left = NULL;
  bool any = false;

  pthread_mutex_lock (&images->lock);
  for (size_t i = 0; i < images->keys.n_buckets; i++) {
    NtmKey *key;

    while ((key = find_by_name (images, i, name))) {
      any = any || key->state == NTM_KEY_READY;
      take_away (images, key, &left);
    }
  }
  if (any)
    retry_without_room (images);
  pthread_mutex_unlock (&images->lock);
  ntm_blocks_free (&left);

  return any;
}
