/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Requests in their order. Every function is called with the lock held. */

#pragma once

#include "cache/store.h"

/* Requests being composed come first, then those of each priority, from the
 * highest to the lowest, and prefetching last. */
#define NTM_LEVEL_COMPOSED 0
#define NTM_LEVEL_HIGHEST 1
#define NTM_LEVEL_NORMAL 8
#define NTM_LEVEL_LOWEST 15
#define NTM_LEVEL_PREFETCH 16

/* Puts a request behind those of its level. Its items want their keys, those
 * that are not done. */
void ntm_queue_add (NtmImages * images, NtmRequest * request, unsigned level);

/* Takes it out. Its items want nothing any more: what is not done gets
 * @status. */
void ntm_queue_remove (NtmImages * images, NtmRequest * request,
    NtmImageStatus status);

/* Puts a queued request before all that are not composed. */
void ntm_queue_move_to_front (NtmImages * images, NtmRequest * request);

/* Returns the first image that is to be decoded, or NULL. */
NtmItem *ntm_queue_find (NtmImages * images);

/* An image came or failed, which is all that prefetching needs. It is wanted
 * until all of its request have: so they don't push out each other. */
void ntm_queue_finish_prefetching (NtmImages * images, NtmKey * key);

/* There is no room for more: the request is freed. */
void ntm_queue_end_prefetching (NtmImages * images, NtmRequest * request);

/* Frees a request that is not queued. */
void ntm_queue_free_request (NtmImages * images, NtmRequest * request);
