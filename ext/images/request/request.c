/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Requests: what they want, and how they are given up. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cache/decoding.h"
#include "cache/queue.h"
#include "clock.h"
#include "decode/decode.h"

/* A row has less than 2^31 bytes. */
#define MOST_WIDTH (UINT32_C (1) << 29)

/* ---- Names to keys ---- */

/* Without the lock: the versions of all files. A name whose file has none has a
 * status instead. */
static void
look_at_files (const NtmImages * images, const char *const *names,
    NtmRequest * request, NtmFileVersion * versions)
{
  for (size_t i = 0; i < request->n_items; i++) {
    versions[i] = (NtmFileVersion) {.n_bytes = 0 };
    request->items[i].status = images->config.load ? NTM_IMAGE_OK
        : ntm_file_get_version (names[i], &versions[i]);
  }
}

static NtmKey *
find_or_make (NtmImages * images, const NtmKeyName * id)
{
  NtmKey *key = ntm_keys_find (&images->keys, id);

  if (key == NULL) {
    key = ntm_key_new (id);
    if (key)
      ntm_keys_hook (&images->keys, key);
  }

  return key;
}

/* With the lock held. What was put in comes first. NULL: no memory. */
static NtmKey *
get_key (NtmImages * images, const char *name, const NtmTileSpec * spec,
    const NtmFileVersion * version, NtmImageStatus status)
{
  const uint64_t now = ntm_clock_get_nanoseconds ();
  NtmKeyName id = {.name = name,.spec = *spec,.is_put = true };
  NtmKey *key = ntm_keys_find (&images->keys, &id);

  if (key)
    return key;
  id.is_put = false;
  id.version = *version;
  key = find_or_make (images, &id);
  if (key == NULL)
    return NULL;
  if (status != NTM_IMAGE_OK)
    ntm_store_fail (images, key, status, now);
  else if (key->state == NTM_KEY_FAILED && now >= key->retry_at)
    ntm_store_retry (key);

  return key;
}

/* With the lock held. Returns false if there is no memory: some items have keys
 * then. */
static bool
get_keys (NtmImages * images, const char *const *names, NtmRequest * request,
    const NtmFileVersion * versions)
{
  for (size_t i = 0; i < request->n_items; i++) {
    NtmItem *item = &request->items[i];
    NtmKey *key = get_key (images, names[i], &request->spec, &versions[i],
        item->status);

    if (key == NULL) {
      request->n_items = i;
      return false;
    }
    key->n_refs++;
    item->key = key;
    item->request = request;
    item->index = i;
  }

  return true;
}

/* ---- Making requests ---- */

/* Returns whether some image is to be decoded. */
static bool
count (NtmImages * images, NtmRequest * request)
{
  NtmRequestReport *report = &request->report;
  bool any = false;

  for (size_t i = 0; i < request->n_items; i++) {
    const NtmKey *key = request->items[i].key;

    if (key->state == NTM_KEY_READY)
      report->hits++;
    else if (key->state == NTM_KEY_DECODING || key->wants)
      report->joined++;
    else
      report->misses++;
    any = any || key->state == NTM_KEY_ABSENT;
  }
  if (request->is_prefetch)
    return any;
  images->stats.requests++;
  images->stats.hits += report->hits;
  images->stats.joined += report->joined;
  images->stats.misses += report->misses;

  return any;
}

/* With the lock held: what is there needs no prefetching. The request may be
 * gone afterwards. */
static void
skip_what_is_there (NtmImages * images, NtmRequest * request)
{
  request->n_to_come = request->n_items;
  for (size_t i = 0; i < request->n_items; i++) {
    NtmItem *item = &request->items[i];

    item->has_come = item->key->state == NTM_KEY_READY
        || item->key->state == NTM_KEY_FAILED;
    request->n_to_come -= item->has_come;
  }
  if (request->n_to_come == 0)
    ntm_queue_end_prefetching (images, request);
}

static void
queue (NtmImages * images, NtmRequest * request, unsigned level)
{
  if (count (images, request))
    ntm_decoding_start (images);
  ntm_queue_add (images, request, level);
  pthread_cond_broadcast (&images->work);
  if (request->is_prefetch)
    skip_what_is_there (images, request);
}

static size_t
get_budget (NtmImages * images)
{
  size_t budget;

  pthread_mutex_lock (&images->lock);
  budget = images->budget;
  pthread_mutex_unlock (&images->lock);

  return budget;
}

/* Otherwise the images of a request would push out each other. */
static bool
could_hold_all (NtmImages * images, size_t n_names, const NtmTileSpec * spec)
{
  return n_names <= get_budget (images) / 4 / spec->width / spec->height;
}

static NtmImageStatus
make_request (NtmImages * images, NtmRequest ** request,
    const char *const *names, size_t n_names, const NtmTileSpec * spec,
    unsigned level)
{
  NtmRequest *made;
  NtmFileVersion *versions;
  bool there;

  *request = NULL;
  if (spec->width >= MOST_WIDTH || ntm_decode_check_tile (spec,
          (ptrdiff_t) spec->width * 4) != NTM_IMAGE_OK)
    return NTM_IMAGE_BAD_TILE;
  if (level != NTM_LEVEL_PREFETCH && !could_hold_all (images, n_names, spec))
    return NTM_IMAGE_NO_ROOM;
  if (n_names > (PTRDIFF_MAX - sizeof *made) / sizeof made->items[0])
    return NTM_IMAGE_NO_MEMORY;
  made = calloc (1, sizeof *made + n_names * sizeof made->items[0]);
  versions = calloc (n_names + 1, sizeof *versions);
  if (made == NULL || versions == NULL) {
    free (made);
    free (versions);
    return NTM_IMAGE_NO_MEMORY;
  }
  made->images = images;
  made->spec = *spec;
  made->n_items = n_names;
  made->is_prefetch = level == NTM_LEVEL_PREFETCH;
  look_at_files (images, names, made, versions);

  pthread_mutex_lock (&images->lock);
  there = get_keys (images, names, made, versions);
  if (there)
    queue (images, made, level);
  else
    ntm_queue_free_request (images, made);
  pthread_mutex_unlock (&images->lock);
  free (versions);
  *request = there ? made : NULL;

  return there ? NTM_IMAGE_OK : NTM_IMAGE_NO_MEMORY;
}

NtmImageStatus
ntm_images_request (NtmImages * images, NtmRequest ** request,
    const char *const *names, size_t n_names, const NtmTileSpec * spec,
    int priority)
{
  const int level = NTM_LEVEL_NORMAL - priority;
  const NtmImageStatus status = make_request (images, request, names, n_names,
      spec, level < NTM_LEVEL_HIGHEST ? NTM_LEVEL_HIGHEST
      : level > NTM_LEVEL_LOWEST ? NTM_LEVEL_LOWEST : level);

  if (status == NTM_IMAGE_OK)
    ntm_images_ref (images);

  return status;
}

void
ntm_images_explain (NtmImages * images, NtmImageStatus status,
    size_t n_names, const NtmTileSpec * spec, char *text, size_t text_bytes)
{
  uint64_t bytes = (uint64_t) spec->width * 4 * spec->height;

  if (status != NTM_IMAGE_NO_ROOM) {
    snprintf (text, text_bytes, "%s", ntm_image_status_get_text (status));
    return;
  }
  if (__builtin_mul_overflow (bytes, n_names, &bytes))
    bytes = UINT64_MAX;
  snprintf (text, text_bytes, "%zu tiles of %" PRIu32 "x%" PRIu32 " have %"
      PRIu64 " bytes, and the budget of the cache is %zu", n_names,
      spec->width, spec->height, bytes, get_budget (images));
}

NtmImageStatus
ntm_images_prefetch (NtmImages * images, const char *const *names,
    size_t n_names, const NtmTileSpec * spec)
{
  NtmRequest *unused;

  return make_request (images, &unused, names, n_names, spec,
      NTM_LEVEL_PREFETCH);
}

/* ---- What is known of an image ---- */

uint64_t
ntm_request_get_content (const NtmRequest * request, size_t i)
{
  NtmImages *images = request->images;
  uint64_t content;
  const NtmKey *key;

  pthread_mutex_lock (&images->lock);
  key = request->items[i].key;
  content = key->state == NTM_KEY_FAILED ? NTM_CONTENT_UNKNOWN : key->content;
  pthread_mutex_unlock (&images->lock);

  return content;
}

NtmImageStatus
ntm_request_get_result (const NtmRequest * request, size_t i,
    NtmImageInfo * info)
{
  if (info)
    *info = request->items[i].info;

  return request->items[i].status;
}

/* ---- The end of requests ---- */

void
ntm_request_cancel (NtmRequest * request)
{
  NtmImages *images = request->images;

  pthread_mutex_lock (&images->lock);
  request->is_cancelled = true;
  ntm_queue_remove (images, request, NTM_IMAGE_CANCELLED);
  pthread_mutex_unlock (&images->lock);
}

void
ntm_request_free (NtmRequest * request)
{
  NtmImages *images;

  if (request == NULL)
    return;
  images = request->images;
  ntm_request_cancel (request);
  pthread_mutex_lock (&images->lock);
  ntm_queue_free_request (images, request);
  pthread_mutex_unlock (&images->lock);
  ntm_images_unref (images);
}
