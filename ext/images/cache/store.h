/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The cache itself: its lock, its budget, the images in it, and what is wanted.
 * Every function is called with the lock held. */

#pragma once

#include <pthread.h>

#include "cache/blocks.h"
#include "cache/keys.h"
#include "ntimages.h"

/* One image of a request. */
struct NtmItem
{
  NtmKey *key;
  NtmRequest *request;
  size_t index;                 /* in the request */
  NtmItem *next_want;           /* of the key */
  NtmItem *previous_want;
  NtmItem *next_arrived;        /* of the request */
  bool has_arrived;             /* it is in that list */
  bool has_come;                /* if prefetched */
  bool is_done;                 /* it is not wanted any more */
  NtmImageStatus status;        /* if it is done */
  NtmImageInfo info;
};

struct NtmRequest
{
  NtmImages *images;
  NtmRequest *next;             /* in the queue */
  bool is_queued;
  bool is_prefetch;             /* frees itself */
  bool is_cancelled;
  bool is_composed;
  uint64_t order;               /* in the queue; less is sooner */
  NtmTileSpec spec;
  size_t cursor;                /* items before it are not absent */
  size_t n_to_come;             /* if it prefetches */
  NtmItem *arrived;             /* their images came or failed: the last first;
                                 * some may have left again */
  NtmRequestReport report;
  size_t n_items;
  NtmItem items[];
};

struct NtmImages
{
  pthread_mutex_t lock;
  pthread_cond_t work;          /* there may be something to decode */
  pthread_cond_t changed;       /* an image came or failed; room was made */
  atomic_uint n_refs;
  NtmImagesConfig config;       /* without zeros */

  size_t budget;
  size_t put_bytes;             /* of it: images that were put in */
  NtmImagesStats stats;         /* bytes: used, of the budget */
  NtmPolicy policy;
  NtmKeyTable keys;
  NtmRequest *queue;
  uint64_t last_sequence;

  pthread_t *threads;
  unsigned n_threads;
  bool started;                 /* or tried to */
  bool ending;
};

/* Reserves @bytes bytes of the budget for an image of a request with the order
 * @before: images leave that may. Their memory is added to @left. Returns
 * false if that is not possible now: then none was reserved, but images may
 * have left. */
bool ntm_store_reserve (NtmImages * images, size_t bytes, uint64_t before,
    NtmBlock ** left);

/* Gives back what was reserved. */
void ntm_store_release (NtmImages * images, size_t bytes);

/* Returns whether @bytes bytes could be reserved if the cache were empty, but
 * for what was put in. */
bool ntm_store_could_hold (const NtmImages * images, uint64_t bytes);

/* The key gets its pixels, whose bytes are reserved. */
void ntm_store_enter (NtmImages * images, NtmKey * key, uint8_t * pixels,
    double cost);

/* The image leaves the cache. It is not pinned. */
void ntm_store_evict (NtmImages * images, NtmKey * key, NtmBlock ** left);

/* The pixels can't leave until ntm_store_unpin(), which many may do. */
void ntm_store_pin (NtmImages * images, NtmKey * key);
void ntm_store_unpin (NtmImages * images, NtmKey * key);

/* The item wants its key, until it is done, or does not. */
void ntm_store_want (NtmImages * images, NtmItem * item);
void ntm_store_unwant (NtmImages * images, NtmItem * item);

/* It does not want it any more, and keeps what is known of it. */
void ntm_store_finish (NtmImages * images, NtmItem * item,
    NtmImageStatus status);

/* The key was used by a strip. */
void ntm_store_use (NtmImages * images, NtmKey * key);

/* The key failed, and is remembered for a while. */
void ntm_store_fail (NtmImages * images, NtmKey * key, NtmImageStatus failure,
    uint64_t retry_at);

/* The key is to be decoded once more. */
void ntm_store_retry (NtmKey * key);

/* Drops a reference on a key, which may be freed by it. */
void ntm_store_unref_key (NtmImages * images, NtmKey * key);

/* The key can't be found any more. It leaves at once, if only the caller has a
 * reference; otherwise before all others when room is needed, even if it is
 * being decoded now or is used until then. */
void ntm_store_drop (NtmImages * images, NtmKey * key, NtmBlock ** left);
