/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What makes two images one, and that each is found among thousands: also
 * without memory for a larger table. */

#include <stdio.h>

#include "../../strip/faults.h"
#include "../../strip/support.h"
#include "cache/keys.h"

/* More than the first table has room for. */
#define N_KEYS 5000

static const NtmKeyName base = {
  .name = "base",
  .spec = {.width = 24,.height = 10,.background = {1, 2, 3, 4}},
  .version = {.n_bytes = 100,.changed_seconds = 5,.changed_nanoseconds = 6},
};

/* ---- What is the same ---- */

/* Returns whether the key of @b is found as @a. Both have one hash, as if by
 * chance. */
static bool
is_found (const NtmKeyName * a, const NtmKeyName * b)
{
  NtmKey *wanted = ntm_key_new (a);
  NtmKey *key = ntm_key_new (b);
  NtmKeyTable table;
  bool found;

  fail_unless (ntm_keys_init (&table));
  key->hash = wanted->hash;
  ntm_keys_hook (&table, key);
  found = ntm_keys_find (&table, a) == key;
  ntm_keys_clear (&table);
  ntm_key_free (wanted);

  return found;
}

static void
check_others (const NtmKeyName * others, size_t n, bool are_same)
{
  for (size_t i = 0; i < n; i++) {
    fail_unless (is_found (&others[i], &others[i]));
    fail_unless (is_found (&base, &others[i]) == are_same, "other %zu", i);
    fail_unless (is_found (&others[i], &base) == are_same, "other %zu", i);
  }
}

GST_START_TEST (what_differs)
{
  NtmKeyName others[11];

  for (size_t i = 0; i < N_ELEMENTS (others); i++)
    others[i] = base;
  others[0].name = "bass";
  others[1].spec.width++;
  others[2].spec.height++;
  others[3].spec.fit = NTM_FIT_COVER;
  others[4].spec.pixels = NTM_PIXELS_BGRA;
  others[5].spec.background[0]++;
  others[6].spec.background[3]++;
  others[7].version.n_bytes++;
  others[8].version.changed_seconds++;
  others[9].version.changed_nanoseconds++;
  others[10].is_put = true;
  check_others (others, N_ELEMENTS (others), false);
}

GST_END_TEST;

/* An image that was put in has its pixels: nothing is scaled, and there is no
 * background. */
GST_START_TEST (what_does_not_matter)
{
  NtmKeyName put = base;
  NtmKeyName other = base;

  put.is_put = other.is_put = true;
  other.spec.fit = NTM_FIT_EXACT;
  other.spec.background[1]++;
  fail_unless (is_found (&put, &other));
  other.spec.width++;
  fail_if (is_found (&put, &other));
}

GST_END_TEST;

/* A file that changed is another image, with other content. */
GST_START_TEST (other_versions)
{
  const NtmFileVersion version = {.n_bytes = 7 };
  NtmKeyName other = base;
  NtmKeyTable table;
  NtmKey *key = ntm_key_new (&base);
  uint64_t content;

  other.version = version;
  fail_unless (ntm_keys_init (&table));
  ntm_keys_hook (&table, key);
  content = key->content;
  key->work_bytes = 5;
  ntm_keys_change_version (&table, key, &version);
  fail_unless (ntm_keys_find (&table, &base) == NULL);
  fail_unless (ntm_keys_find (&table, &other) == key);
  fail_if (key->content == content);
  assert_equals_uint64 (key->work_bytes, 0);

  /* Removed: it is not found, whatever happens to its file. */
  ntm_keys_unhook (&table, key);
  content = key->content;
  ntm_keys_change_version (&table, key, &base.version);
  fail_unless (ntm_keys_find (&table, &base) == NULL);
  fail_unless (ntm_keys_find (&table, &other) == NULL);
  fail_if (key->content == content);
  ntm_keys_unhook (&table, key);
  assert_equals_uint64 (table.n_keys, 0);
  ntm_key_free (key);
  ntm_keys_clear (&table);
}

GST_END_TEST;

/* ---- Many ---- */

static void
check_found (const NtmKeyTable * table, NtmKey ** keys, size_t n)
{
  for (size_t i = 0; i < n; i++)
    fail_unless (ntm_keys_find (table, &keys[i]->id) ==
        (keys[i]->is_hooked ? keys[i] : NULL), "key %zu", i);
}

/* Without memory for a larger table the first is used, and becomes larger as
 * soon as there is memory. */
GST_START_TEST (thousands)
{
  static NtmKey *keys[N_KEYS];
  const bool no_memory = __i__;
  NtmKeyTable table;
  size_t first_room;

  fail_unless (ntm_keys_init (&table));
  first_room = table.n_buckets;
  for (size_t i = 0; i < N_KEYS; i++) {
    NtmKeyName name = base;
    char text[16];

    snprintf (text, sizeof text, "%zu", i / 2);
    name.name = text;
    name.spec.width += i % 2;
    keys[i] = ntm_key_new (&name);
    faults_begin (no_memory && i < N_KEYS - 1, true);
    ntm_keys_hook (&table, keys[i]);
    fail_unless (faults_end () == (no_memory && i >= first_room
            && i < N_KEYS - 1));
  }
  fail_unless (table.n_buckets > first_room);
  assert_equals_uint64 (table.n_keys, N_KEYS);
  check_found (&table, keys, N_KEYS);

  for (size_t i = 0; i < N_KEYS; i += 3)
    ntm_keys_unhook (&table, keys[i]);
  check_found (&table, keys, N_KEYS);
  for (size_t i = 0; i < N_KEYS; i += 3)
    ntm_key_free (keys[i]);
  ntm_keys_clear (&table);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

GST_START_TEST (no_memory)
{
  NtmKeyTable table;

  for (unsigned nth = 1; nth <= 2; nth++) {
    faults_begin (nth, __i__);
    fail_unless (ntm_key_new (&base) == NULL);
    fail_unless (faults_end ());
  }
  faults_begin (1, true);
  fail_if (ntm_keys_init (&table));
  faults_end ();
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

static Suite *
keys_suite (void)
{
  Suite *suite = suite_create ("images-cache-keys");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, what_differs);
  tcase_add_test (tc, what_does_not_matter);
  tcase_add_test (tc, other_versions);
  tcase_add_loop_test (tc, thousands, 0, 2);
  tcase_add_loop_test (tc, no_memory, 0, 2);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, keys_suite (), __FILE__);
}
