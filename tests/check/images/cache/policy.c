/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The policy chooses as its definition says, which the model looks up among all
 * keys, after any course of events. */

#include "../../strip/support.h"
#include "cache/policy.h"

#define N_KEYS 60
#define MOST_GHOSTS 12

/* What the model knows of a key. */
typedef struct
{
  NtmRankState state;
  uint64_t next_use;
  double frequency;
  unsigned counted_at;          /* n_left at the last use that counted */
  double cost;
  double bytes;
  double h;
  unsigned left_as;             /* of all that left, the how many-th */
} Key;

typedef struct
{
  NtmPolicy policy;
  NtmRank ranks[N_KEYS];
  Key keys[N_KEYS];
  double l;
  unsigned n_left;
} Test;

static Test *
new_test (void)
{
  Test *test = g_new0 (Test, 1);

  for (unsigned i = 0; i < N_KEYS; i++)
    test->ranks[i].next_use = test->keys[i].next_use = NTM_NEVER;

  return test;
}

/* ---- Events ---- */

static void
set_h (Test * test, Key * key)
{
  key->h = test->l + key->frequency * key->frequency * key->cost / key->bytes;
}

static bool
is_here (const Key * key)
{
  return key->state == NTM_RANK_RESIDENT || key->state == NTM_RANK_PINNED;
}

static unsigned
count_here (const Test * test)
{
  unsigned n = 0;

  for (unsigned i = 0; i < N_KEYS; i++)
    n += is_here (&test->keys[i]);

  return n;
}

static void
enter (Test * test, unsigned i)
{
  Key *key = &test->keys[i];
  const double cost = 1 + random_below (1000);
  const size_t bytes = 1 + random_below (4);

  if (is_here (key))
    return;
  key->cost = key->cost > 0 ? key->cost * 0.75 + cost * 0.25 : cost;
  key->bytes = bytes;
  key->state = NTM_RANK_PINNED;
  set_h (test, key);
  ntm_policy_enter (&test->policy, &test->ranks[i], cost, bytes);
}

static void
use (Test * test, unsigned i)
{
  Key *key = &test->keys[i];

  if (!is_here (key))
    return;
  if (key->frequency < 1
      || test->n_left - key->counted_at >= count_here (test) / 16) {
    key->frequency++;
    key->counted_at = test->n_left;
  }
  set_h (test, key);
  ntm_policy_use (&test->policy, &test->ranks[i]);
}

static void
want (Test * test, unsigned i)
{
  test->keys[i].next_use = random_below (2) ? NTM_NEVER
      : 100 + random_below (20);
  ntm_policy_want (&test->policy, &test->ranks[i], test->keys[i].next_use);
}

static void
turn (Test * test, unsigned i)
{
  Key *key = &test->keys[i];

  if (key->state == NTM_RANK_PINNED) {
    key->state = NTM_RANK_RESIDENT;
    ntm_policy_unpin (&test->policy, &test->ranks[i]);
  } else if (key->state == NTM_RANK_RESIDENT) {
    key->state = NTM_RANK_PINNED;
    ntm_policy_pin (&test->policy, &test->ranks[i]);
  }
}

static void
remove_key (Test * test, unsigned i)
{
  test->keys[i].state = NTM_RANK_UNKNOWN;
  ntm_policy_remove (&test->policy, &test->ranks[i]);
}

/* ---- What leaves ---- */

/* Least first. What is wanted comes after all that is not. */
static double
get_worth (const Key * key, uint64_t now)
{
  if (key->next_use == NTM_NEVER)
    return key->h;

  return 1e9 - (key->next_use - now) * key->bytes / key->cost;
}

static bool
may_leave (const Key * key, uint64_t before)
{
  return key->state == NTM_RANK_RESIDENT
      && (key->next_use == NTM_NEVER || key->next_use > before);
}

static void
evict (Test * test)
{
  const uint64_t now = random_below (101);
  const uint64_t before = now + random_below (30);
  NtmRank *chosen = ntm_policy_choose (&test->policy, now, before);
  double least = G_MAXDOUBLE;
  Key *key;

  for (unsigned i = 0; i < N_KEYS; i++)
    if (may_leave (&test->keys[i], before))
      least = MIN (least, get_worth (&test->keys[i], now));
  assert_equals_int (chosen != NULL, least < G_MAXDOUBLE);
  if (chosen == NULL)
    return;

  key = &test->keys[chosen - test->ranks];
  fail_unless (may_leave (key, before));
  assert_equals_float (get_worth (key, now), least);
  key->state = NTM_RANK_GHOST;
  key->left_as = ++test->n_left;
  key->frequency /= 2;
  if (key->next_use == NTM_NEVER)
    test->l = MAX (test->l, key->h);
  ntm_policy_evict (&test->policy, chosen);
}

static void
forget (Test * test)
{
  NtmRank *forgotten = ntm_policy_forget (&test->policy, MOST_GHOSTS);
  unsigned n_ghosts = 0;
  Key *oldest = NULL;

  for (Key * key = test->keys; key < test->keys + N_KEYS; key++)
    if (key->state == NTM_RANK_GHOST) {
      n_ghosts++;
      if (oldest == NULL || key->left_as < oldest->left_as)
        oldest = key;
    }
  assert_equals_int (forgotten != NULL, n_ghosts > MOST_GHOSTS);
  if (forgotten == NULL)
    return;
  fail_unless (oldest == &test->keys[forgotten - test->ranks]);
  oldest->state = NTM_RANK_UNKNOWN;
}

/* ---- Tests ---- */

GST_START_TEST (any_course)
{
  Test *test = new_test ();
  void (*const events[]) (Test *, unsigned) = {
    enter, enter, use, use, want, turn, turn, remove_key,
  };

  random_begin ();
  for (unsigned i = random_cases (200000); i > 0; i--) {
    const unsigned event = random_below (100);

    if (event < 85)
      events[event % (event < 84 ? 7 : 8)] (test, random_below (N_KEYS));
    else if (event < 95)
      evict (test);
    else
      forget (test);
    assert_equals_float (test->policy.l, test->l);
  }
  g_free (test);
}

GST_END_TEST;

static void
fill (Test * test, unsigned i, double cost, size_t bytes, unsigned uses)
{
  ntm_policy_enter (&test->policy, &test->ranks[i], cost, bytes);
  ntm_policy_unpin (&test->policy, &test->ranks[i]);
  while (uses-- > 0)
    ntm_policy_use (&test->policy, &test->ranks[i]);
}

static void
assert_leaves (Test * test, unsigned i, uint64_t before)
{
  NtmRank *rank = ntm_policy_choose (&test->policy, 0, before);

  fail_unless (rank == &test->ranks[i]);
  ntm_policy_evict (&test->policy, rank);
}

/* Cheap, large and rarely used ones leave first; three uses count for more than
 * twice the cost. */
GST_START_TEST (worth)
{
  Test *test = new_test ();

  fill (test, 0, 10, 1, 3);
  fill (test, 1, 10, 1, 1);
  fill (test, 2, 10, 2, 1);
  fill (test, 3, 20, 1, 2);
  assert_leaves (test, 2, 0);
  assert_leaves (test, 1, 0);
  assert_leaves (test, 3, 0);
  assert_leaves (test, 0, 0);
  fail_unless (ntm_policy_choose (&test->policy, 0, 0) == NULL);
  g_free (test);
}

GST_END_TEST;

/* Uses between which fewer than a sixteenth of the images leave are one. */
GST_START_TEST (close_uses)
{
  Test *test = new_test ();

  for (unsigned i = 5; i < 40; i++)
    fill (test, i, 1000, 1, 1);
  fill (test, 0, 1, 1, 1);
  fill (test, 1, 2, 1, 1);
  fill (test, 2, 12, 1, 1);
  fill (test, 3, 10, 1, 9);
  fill (test, 4, 20, 1, 1);
  assert_leaves (test, 0, 0);
  assert_leaves (test, 1, 0);
  ntm_policy_use (&test->policy, &test->ranks[2]);
  ntm_policy_use (&test->policy, &test->ranks[2]);
  assert_leaves (test, 3, 0);
  assert_leaves (test, 4, 0);
  assert_leaves (test, 2, 0);
  g_free (test);
}

GST_END_TEST;

/* What requests want leaves after all else, the latest one first, and never for
 * a request that is not before its own. */
GST_START_TEST (wanted)
{
  Test *test = new_test ();

  for (unsigned i = 0; i < 4; i++)
    fill (test, i, 10, 1, 1 + i);
  ntm_policy_want (&test->policy, &test->ranks[0], 5);
  ntm_policy_want (&test->policy, &test->ranks[1], 7);
  ntm_policy_want (&test->policy, &test->ranks[2], 6);
  assert_leaves (test, 3, 9);
  assert_leaves (test, 1, 5);
  assert_leaves (test, 2, 5);
  fail_unless (ntm_policy_choose (&test->policy, 0, 5) == NULL);
  assert_leaves (test, 0, 4);
  g_free (test);
}

GST_END_TEST;

/* Images that were put in cost nothing. If they are wanted after they were
 * removed, time and size decide. */
GST_START_TEST (no_cost)
{
  Test *test = new_test ();

  for (unsigned i = 0; i < 3; i++) {
    fill (test, i, 0, 1 + i % 2, 1);
    ntm_policy_want (&test->policy, &test->ranks[i], 10 + i);
  }
  assert_leaves (test, 1, 0);
  assert_leaves (test, 2, 0);
  assert_leaves (test, 0, 0);
  g_free (test);
}

GST_END_TEST;

/* An image of a higher class leaves first, however soon it is wanted. */
GST_START_TEST (classes)
{
  const uint64_t low = UINT64_C (9) << NTM_CLASS_SHIFT;
  const uint64_t high = UINT64_C (2) << NTM_CLASS_SHIFT;
  Test *test = new_test ();

  for (unsigned i = 0; i < 4; i++)
    fill (test, i, 10, 1, 1);
  ntm_policy_want (&test->policy, &test->ranks[0], high | 8);
  ntm_policy_want (&test->policy, &test->ranks[1], high | 9);
  ntm_policy_want (&test->policy, &test->ranks[2], low | 3);
  ntm_policy_want (&test->policy, &test->ranks[3], low | 2);
  assert_leaves (test, 2, 1);
  assert_leaves (test, 3, 1);
  assert_leaves (test, 1, 1);
  fail_unless (ntm_policy_choose (&test->policy, 0, low) == NULL);
  assert_leaves (test, 0, 1);
  g_free (test);
}

GST_END_TEST;

/* Frequencies count no more. */
GST_START_TEST (devalued)
{
  Test *test = new_test ();

  fill (test, 0, 1000, 1, 100);
  fill (test, 1, 1, 1, 1);
  ntm_policy_devalue (&test->policy, &test->ranks[0]);
  assert_leaves (test, 0, 0);
  g_free (test);
}

GST_END_TEST;

static Suite *
policy_suite (void)
{
  Suite *suite = suite_create ("images-cache-policy");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, any_course);
  tcase_add_test (tc, worth);
  tcase_add_test (tc, close_uses);
  tcase_add_test (tc, wanted);
  tcase_add_test (tc, no_cost);
  tcase_add_test (tc, classes);
  tcase_add_test (tc, devalued);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, policy_suite (), __FILE__);
}
