/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A job has two parts of the budget: the tile, which stays if all is well, and
 * the rest, for the file and the decoder's own memory. How much the decoder
 * takes is in the file's header. If there is no room for it then, the job gives
 * all back, and is done again when there is room for both: so jobs never wait
 * for each other with a part each. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* pthread_setname_np() */
#endif

#include "cache/decoding.h"

#include <signal.h>
#include <stdlib.h>

#include "cache/queue.h"
#include "clock.h"
#include "decode/decode.h"

/* A file that changes more often while it is read is a failure. */
#define MOST_CHANGES 3

typedef struct
{
  NtmImages *images;
  NtmKey *key;
  NtmFileVersion version;       /* of the file, as the key knows it */
  uint64_t order;               /* of the request */
  size_t rest_bytes;            /* of the budget, beside the tile */
  NtmBlock *left;               /* images that left for it */
  uint8_t *pixels;
  NtmImageInfo info;
  uint64_t nanoseconds;
  bool again;                   /* there was no room for the decoder */
  bool was_loading;             /* the lock was not held all the time */
} Job;

/* ---- Without the lock ---- */

static bool
is_unwanted (void *data)
{
  NtmKey *key = data;

  return atomic_load (&key->n_wants) == 0;
}

/* The decoder's own memory, which the first reservation did not have. */
static bool
reserve_work (Job * job, uint64_t bytes)
{
  NtmImages *images = job->images;
  NtmKey *key = job->key;
  bool there = true;

  pthread_mutex_lock (&images->lock);
  if (bytes > key->work_bytes) {
    const uint64_t more = bytes - key->work_bytes;

    /* Nothing leaves for what has no room in any case. */
    there = ntm_store_could_hold (images, job->rest_bytes + key->bytes + more)
        && ntm_store_reserve (images, more, job->order, &job->left);
    if (there)
      job->rest_bytes += more;
    key->work_bytes = bytes;
  }
  pthread_mutex_unlock (&images->lock);
  job->again = !there;
  ntm_blocks_free (&job->left);

  return there;
}

static NtmImageStatus
decode (Job * job, const NtmFile * file)
{
  const NtmTileSpec *spec = &job->key->id.spec;
  const NtmDecoder *decoder;
  NtmImageHeader header;
  NtmImageStatus status;
  NtmDecodeJob decoding;

  ntm_decode_job_init (&decoding, file->bytes, file->n_bytes,
      &job->images->config.limits);
  decoding.is_cancelled = is_unwanted;
  decoding.data = job->key;
  status = ntm_decode_open (&decoding, &decoder, &header, &job->info);
  if (status != NTM_IMAGE_OK)
    return status;
  if (!reserve_work (job, header.work_bytes))
    return NTM_IMAGE_NO_ROOM;

  return ntm_decode_paint (&decoding, decoder, &header, spec, job->pixels,
      (ptrdiff_t) spec->width * 4, &job->info);
}

/* If the file is another one than the key knows, that is what counts, whatever
 * else went wrong. */
static NtmImageStatus
read_and_decode (Job * job)
{
  const char *path = job->key->id.name;
  const uint64_t limit = job->images->config.limits.max_file_bytes;
  const uint64_t known = job->version.n_bytes;
  NtmFileVersion version;
  NtmFile file;
  NtmImageStatus status;

  if (known == 0)
    return NTM_IMAGE_EMPTY;
  if (known > limit)
    return NTM_IMAGE_FILE_TOO_LARGE;
  status = ntm_file_read (path, known, is_unwanted, job->key, &file);
  if (status == NTM_IMAGE_OK) {
    version = file.version;
    if (ntm_file_is_version (&version, &job->version))
      status = decode (job, &file);
    else
      status = NTM_IMAGE_FILE_CHANGED;
    ntm_file_free (&file);
  } else {
    const NtmImageStatus now = ntm_file_get_version (path, &version);

    /* It may have vanished while it was read. */
    if (now != NTM_IMAGE_OK)
      status = now;
    else if (!ntm_file_is_version (&version, &job->version))
      status = NTM_IMAGE_FILE_CHANGED;
  }
  if (status == NTM_IMAGE_FILE_CHANGED)
    job->version = version;

  return status;
}

static NtmImageStatus
load (Job * job)
{
  const NtmImagesConfig *config = &job->images->config;
  const NtmKeyName *id = &job->key->id;
  const uint64_t start = ntm_clock_get_nanoseconds ();
  NtmImageStatus status = NTM_IMAGE_NO_MEMORY;

  job->pixels = ntm_blocks_take (&job->left, job->key->bytes);
  ntm_blocks_free (&job->left);
  if (job->pixels)
    status = config->load ? config->load (config->load_data, id->name,
        &id->spec, job->pixels, (ptrdiff_t) id->spec.width * 4)
        : read_and_decode (job);
  job->nanoseconds = ntm_clock_get_nanoseconds () - start;

  return status;
}

/* ---- With the lock ---- */

/* Missing memory is no failure of the image: the next request tries again. */
static uint64_t
get_retry_time (const NtmImages * images, NtmImageStatus failure)
{
  const uint64_t now = ntm_clock_get_nanoseconds ();
  const uint64_t after = images->config.retry_nanoseconds;

  if (failure == NTM_IMAGE_NO_MEMORY)
    return now;

  return after < UINT64_MAX - now ? now + after : UINT64_MAX;
}

/* Returns whether the key is to be decoded once more. */
static bool
is_to_be_repeated (Job * job, NtmImageStatus status)
{
  NtmKey *key = job->key;

  if (job->again)
    return true;
  if (status == NTM_IMAGE_FILE_CHANGED && key->n_changes++ < MOST_CHANGES) {
    ntm_keys_change_version (&job->images->keys, key, &job->version);
    return true;
  }

  /* A loader that says so has its own reason. */
  return status == NTM_IMAGE_CANCELLED
      && (!job->images->config.load || is_unwanted (key));
}

static void
finish (Job * job, NtmImageStatus status)
{
  NtmImages *images = job->images;
  NtmKey *key = job->key;

  images->stats.decode_nanoseconds += job->nanoseconds;
  ntm_store_release (images, job->rest_bytes);
  if (status == NTM_IMAGE_OK) {
    images->stats.decoded++;
    key->info = job->info;
    key->n_changes = 0;
    ntm_store_enter (images, key, job->pixels, job->nanoseconds);
    ntm_queue_finish_prefetching (images, key);
    return;
  }

  ntm_blocks_add (&job->left, job->pixels, key->bytes);
  ntm_store_release (images, key->bytes);
  if (is_to_be_repeated (job, status)) {
    ntm_store_retry (key);
    return;
  }
  key->info = job->info;
  key->n_changes = 0;
  ntm_store_fail (images, key, status, get_retry_time (images, status));
  ntm_queue_finish_prefetching (images, key);
}

static void
fail_at_once (NtmImages * images, NtmKey * key, NtmImageStatus failure)
{
  key->work_bytes = 0;
  ntm_store_fail (images, key, failure, get_retry_time (images, failure));
  ntm_queue_finish_prefetching (images, key);
}

/* Reserves the tile and the rest. */
static bool
begin (Job * job)
{
  NtmImages *images = job->images;
  NtmKey *key = job->key;
  const uint64_t file_bytes = job->version.n_bytes;
  uint64_t rest_bytes = 0;

  /* It was put in, removed and has left: no file has its pixels. */
  if (key->id.is_put) {
    fail_at_once (images, key, NTM_IMAGE_NOT_FOUND);
    return false;
  }
  /* A file that is too large is not read. */
  if (file_bytes <= images->config.limits.max_file_bytes)
    rest_bytes = file_bytes + key->work_bytes;
  if (!ntm_store_could_hold (images, rest_bytes + key->bytes)) {
    fail_at_once (images, key, NTM_IMAGE_NO_ROOM);
    return false;
  }
  job->rest_bytes = rest_bytes;
  if (!ntm_store_reserve (images, job->rest_bytes + key->bytes, job->order,
          &job->left))
    return false;
  key->state = NTM_KEY_DECODING;

  return true;
}

/* Images leave that could not when the budget became smaller: they were being
 * decoded or copied. Those of the first request of all stay until it is done.
 * Returns whether any left. */
static bool
keep_budget (NtmImages * images)
{
  const uint64_t first = images->queue ? images->queue->order : NTM_NEVER;
  NtmBlock *left = NULL;

  (void) ntm_store_reserve (images, 0, first, &left);
  if (left == NULL)
    return false;
  pthread_mutex_unlock (&images->lock);
  ntm_blocks_free (&left);
  pthread_mutex_lock (&images->lock);

  return true;
}

bool
ntm_decoding_do_one (NtmImages * images)
{
  NtmItem *item;
  NtmRequest *request;
  bool did_something;
  bool ended = false;
  Job job;

  if (keep_budget (images))
    return true;
  item = ntm_queue_find (images);
  if (item == NULL)
    return false;
  job = (Job) {
    .images = images,.key = item->key,.version = item->key->id.version,
    .order = item->request->order,
  };
  job.key->n_refs++;
  request = item->request;
  if (begin (&job)) {
    NtmImageStatus status;

    job.was_loading = true;
    pthread_mutex_unlock (&images->lock);
    status = load (&job);
    pthread_mutex_lock (&images->lock);
    finish (&job, status);
  } else if (job.key->state == NTM_KEY_ABSENT && request->is_prefetch) {
    ntm_queue_end_prefetching (images, request);
    ended = true;
  }
  did_something = job.was_loading || job.left || ended
      || job.key->state != NTM_KEY_ABSENT;
  ntm_store_unref_key (images, job.key);

  /* Where nothing is to be freed, the lock is held all the time: the caller, if
   * it waits now, misses no change. */
  if (job.left) {
    pthread_mutex_unlock (&images->lock);
    ntm_blocks_free (&job.left);
    pthread_mutex_lock (&images->lock);
  }

  return did_something;
}

/* ---- Threads ---- */

static void *
decode_all (void *data)
{
  NtmImages *images = data;

  pthread_mutex_lock (&images->lock);
  while (!images->ending)
    if (!ntm_decoding_do_one (images))
      pthread_cond_wait (&images->work, &images->lock);
  pthread_mutex_unlock (&images->lock);

  return NULL;
}

/* The application's signal handlers run in its own threads. */
static void
block_signals (sigset_t * before)
{
  static const int faults[] = {
    SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP
  };
  sigset_t blocked;

  sigfillset (&blocked);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
    sigdelset (&blocked, faults[i]);
  pthread_sigmask (SIG_SETMASK, &blocked, before);
}

void
ntm_decoding_start (NtmImages * images)
{
  sigset_t before;

  if (images->started)
    return;
  images->started = true;
  images->threads = calloc (images->config.max_threads,
      sizeof *images->threads);
  if (images->threads == NULL)
    return;

  block_signals (&before);
  while (images->n_threads < images->config.max_threads
      && pthread_create (&images->threads[images->n_threads], NULL,
          decode_all, images) == 0) {
#ifdef __linux__
    (void) pthread_setname_np (images->threads[images->n_threads],
        "ntimages");
#endif
    images->n_threads++;
  }
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  images->stats.threads = images->n_threads;
}

void
ntm_decoding_end (NtmImages * images)
{
  pthread_mutex_lock (&images->lock);
  images->ending = true;
  pthread_cond_broadcast (&images->work);
  pthread_mutex_unlock (&images->lock);

  for (unsigned i = 0; i < images->n_threads; i++)
    pthread_join (images->threads[i], NULL);
  free (images->threads);
}
