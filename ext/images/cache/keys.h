/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the cache knows of images, and how it finds it. */

#pragma once

#include <stdatomic.h>

#include "cache/policy.h"
#include "decode/file.h"
#include "ntimages.h"

typedef struct NtmKey NtmKey;
typedef struct NtmItem NtmItem;

/* What an image is known by. */
typedef struct
{
  const char *name;
  NtmTileSpec spec;
  NtmFileVersion version;       /* zeros: no file */
  bool is_put;                  /* fit and background don't matter */
} NtmKeyName;

typedef enum
{
  NTM_KEY_ABSENT,
  NTM_KEY_DECODING,
  NTM_KEY_READY,                /* its pixels are in the cache */
  NTM_KEY_FAILED,
} NtmKeyState;

/* All but @n_wants is guarded by the lock of the cache. Pixels don't change
 * while the key is ready. */
struct NtmKey
{
  NtmRank rank;                 /* the first field */
  NtmKey *next;                 /* in its bucket */
  uint64_t hash;
  bool is_hooked;               /* can be found */
  NtmKeyName id;                /* its own copy of the name */
  uint64_t content;             /* of the pixels */

  NtmKeyState state;
  uint8_t *pixels;              /* rows without gaps; if ready */
  size_t bytes;                 /* of them */
  NtmImageInfo info;
  NtmImageStatus failure;       /* if failed; not tried again before: */
  uint64_t retry_at;
  uint64_t work_bytes;          /* that decoding takes, as far as is known */
  unsigned n_changes;           /* of the file, while it was read */

  unsigned n_pins;              /* users of the pixels */
  unsigned n_refs;              /* items, pins, decoders */
  NtmItem *wants;               /* items of queued requests, in their order;
                                 * those of one request stand together */
  NtmItem *last_want;
  atomic_uint n_wants;          /* how many; decoders read it */
};

typedef struct
{
  NtmKey **buckets;
  size_t n_buckets;             /* a power of two */
  size_t n_keys;
} NtmKeyTable;

/* Returns false: no memory. */
bool ntm_keys_init (NtmKeyTable * table);

/* Frees the table, and all keys in it, but not their pixels. */
void ntm_keys_clear (NtmKeyTable * table);

/* Returns the key of that name, or NULL. */
NtmKey *ntm_keys_find (const NtmKeyTable * table, const NtmKeyName * name);

/* Makes a key that is not in the table. NULL: no memory. */
NtmKey *ntm_key_new (const NtmKeyName * name);

void ntm_key_free (NtmKey * key);

/* Puts a key in the table, or takes it out. */
void ntm_keys_hook (NtmKeyTable * table, NtmKey * key);
void ntm_keys_unhook (NtmKeyTable * table, NtmKey * key);

/* The file has another version: the key is another one, with other content. */
void ntm_keys_change_version (NtmKeyTable * table, NtmKey * key,
    const NtmFileVersion * version);
