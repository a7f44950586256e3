/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "cache/queue.h"

#include <stdlib.h>

/* An order is a level, and a number that grows. */
#define SEQUENCE_MASK ((UINT64_C (1) << NTM_CLASS_SHIFT) - 1)

static void
link_request (NtmImages * images, NtmRequest * request)
{
  NtmRequest **link = &images->queue;

  while (*link && (*link)->order <= request->order)
    link = &(*link)->next;
  request->next = *link;
  *link = request;
  request->is_queued = true;
}

static void
unlink_request (NtmImages * images, NtmRequest * request)
{
  NtmRequest **link = &images->queue;

  if (!request->is_queued)
    return;
  while (*link != request)
    link = &(*link)->next;
  *link = request->next;
  request->is_queued = false;
}

void
ntm_queue_add (NtmImages * images, NtmRequest * request, unsigned level)
{
  request->order = (uint64_t) level << NTM_CLASS_SHIFT
      | ++images->last_sequence;
  link_request (images, request);
  for (size_t i = 0; i < request->n_items; i++)
    ntm_store_want (images, &request->items[i]);
}

/* No item is done yet. Decoders look at n_wants without the lock, and give up
 * what nothing wants: so each item counts meanwhile as well. */
void
ntm_queue_move_to_front (NtmImages * images, NtmRequest * request)
{
  unlink_request (images, request);
  for (size_t i = 0; i < request->n_items; i++) {
    atomic_fetch_add (&request->items[i].key->n_wants, 1);
    ntm_store_unwant (images, &request->items[i]);
  }
  request->order &= SEQUENCE_MASK;
  request->cursor = 0;
  link_request (images, request);
  for (size_t i = 0; i < request->n_items; i++) {
    ntm_store_want (images, &request->items[i]);
    atomic_fetch_sub (&request->items[i].key->n_wants, 1);
  }
  pthread_cond_broadcast (&images->work);
}

void
ntm_queue_remove (NtmImages * images, NtmRequest * request,
    NtmImageStatus status)
{
  unlink_request (images, request);
  for (size_t i = 0; i < request->n_items; i++)
    ntm_store_finish (images, &request->items[i], status);
  pthread_cond_broadcast (&images->work);
  pthread_cond_broadcast (&images->changed);
}

NtmItem *
ntm_queue_find (NtmImages * images)
{
  for (NtmRequest * request = images->queue; request; request = request->next)
    for (; request->cursor < request->n_items; request->cursor++) {
      NtmItem *item = &request->items[request->cursor];

      if (!item->is_done && !item->has_come
          && item->key->state == NTM_KEY_ABSENT)
        return item;
    }

  return NULL;
}

void
ntm_queue_end_prefetching (NtmImages * images, NtmRequest * request)
{
  for (size_t i = 0; i < request->n_items; i++)
    if (request->items[i].has_come)
      ntm_store_use (images, request->items[i].key);
  ntm_queue_remove (images, request, NTM_IMAGE_OK);
  ntm_queue_free_request (images, request);
}

static void
note_arrival (NtmItem * item)
{
  if (item->has_come)
    return;
  item->has_come = true;
  item->request->n_to_come--;
}

/* All items are noted before any request is freed: a request may want an image
 * twice. */
void
ntm_queue_finish_prefetching (NtmImages * images, NtmKey * key)
{
  NtmItem *item = key->wants;

  for (NtmItem * one = key->wants; one; one = one->next_want)
    if (one->request->is_prefetch)
      note_arrival (one);
  while (item) {
    NtmRequest *request = item->request;

    while (item && item->request == request)
      item = item->next_want;
    if (request->is_prefetch && request->n_to_come == 0)
      ntm_queue_end_prefetching (images, request);
  }
}

void
ntm_queue_free_request (NtmImages * images, NtmRequest * request)
{
  for (size_t i = 0; i < request->n_items; i++)
    ntm_store_unref_key (images, request->items[i].key);
  free (request);
}
