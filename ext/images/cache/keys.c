/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "cache/keys.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_N_BUCKETS 1024

/* ---- Names ---- */

/* FNV-1a. Names and sizes are what differs; versions share a bucket. */
static uint64_t
hash (const NtmKeyName * name)
{
  const uint64_t prime = UINT64_C (0x100000001b3);
  uint64_t h = UINT64_C (0xcbf29ce484222325);

  for (const char *at = name->name; *at; at++)
    h = (h ^ (uint8_t) * at) * prime;
  h = (h ^ name->spec.width) * prime;
  h = (h ^ name->spec.height) * prime;

  return h ^ h >> 32;
}

static bool
is_same (const NtmKeyName * a, const NtmKeyName * b)
{
  return a->is_put == b->is_put
      && a->spec.width == b->spec.width && a->spec.height == b->spec.height
      && a->spec.pixels == b->spec.pixels
      && (a->is_put || (a->spec.fit == b->spec.fit
              && memcmp (a->spec.background, b->spec.background, 4) == 0))
      && ntm_file_is_version (&a->version, &b->version)
      && strcmp (a->name, b->name) == 0;
}

/* ---- The table ---- */

bool
ntm_keys_init (NtmKeyTable * table)
{
  *table = (NtmKeyTable) {.n_buckets = FIRST_N_BUCKETS };
  table->buckets = calloc (table->n_buckets, sizeof *table->buckets);

  return table->buckets != NULL;
}

void
ntm_keys_clear (NtmKeyTable * table)
{
  for (size_t i = 0; i < table->n_buckets; i++)
    while (table->buckets[i]) {
      NtmKey *key = table->buckets[i];

      table->buckets[i] = key->next;
      ntm_key_free (key);
    }
  free (table->buckets);
}

static NtmKey **
get_bucket (const NtmKeyTable * table, uint64_t h)
{
  return &table->buckets[h & (table->n_buckets - 1)];
}

NtmKey *
ntm_keys_find (const NtmKeyTable * table, const NtmKeyName * name)
{
  const uint64_t h = hash (name);

  for (NtmKey * key = *get_bucket (table, h); key; key = key->next)
    if (key->hash == h && is_same (&key->id, name))
      return key;

  return NULL;
}

/* Without memory, the buckets become longer. */
static void
grow (NtmKeyTable * table)
{
  NtmKeyTable larger = {.n_buckets = table->n_buckets * 2 };

  larger.buckets = calloc (larger.n_buckets, sizeof *larger.buckets);
  if (larger.buckets == NULL)
    return;
  for (size_t i = 0; i < table->n_buckets; i++)
    while (table->buckets[i]) {
      NtmKey *key = table->buckets[i];

      table->buckets[i] = key->next;
      ntm_keys_hook (&larger, key);
    }
  free (table->buckets);
  *table = larger;
}

void
ntm_keys_hook (NtmKeyTable * table, NtmKey * key)
{
  NtmKey **bucket;

  if (table->n_keys >= table->n_buckets)
    grow (table);
  bucket = get_bucket (table, key->hash);
  key->next = *bucket;
  *bucket = key;
  key->is_hooked = true;
  table->n_keys++;
}

void
ntm_keys_unhook (NtmKeyTable * table, NtmKey * key)
{
  NtmKey **link = get_bucket (table, key->hash);

  if (!key->is_hooked)
    return;
  while (*link != key)
    link = &(*link)->next;
  *link = key->next;
  key->is_hooked = false;
  table->n_keys--;
}

/* ---- Keys ---- */

NtmKey *
ntm_key_new (const NtmKeyName * name)
{
  const size_t name_bytes = strlen (name->name) + 1;
  NtmKey *key = calloc (1, sizeof *key);
  char *copy = malloc (name_bytes);

  if (key == NULL || copy == NULL) {
    free (key);
    free (copy);
    return NULL;
  }
  memcpy (copy, name->name, name_bytes);
  key->rank.next_use = NTM_NEVER;
  key->hash = hash (name);
  key->id = *name;
  key->id.name = copy;
  key->content = ntm_content_new ();
  key->bytes = (size_t) name->spec.width * name->spec.height * 4;
  atomic_init (&key->n_wants, 0);

  return key;
}

void
ntm_key_free (NtmKey * key)
{
  free ((char *) key->id.name);
  free (key);
}

void
ntm_keys_change_version (NtmKeyTable * table, NtmKey * key,
    const NtmFileVersion * version)
{
  const bool was_hooked = key->is_hooked;

  ntm_keys_unhook (table, key);
  key->id.version = *version;
  key->content = ntm_content_new ();
  key->work_bytes = 0;
  if (was_hooked)
    ntm_keys_hook (table, key);
}
