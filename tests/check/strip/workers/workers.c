/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The workers do every item once, however many threads call at the same time.
 * No worker is left after the last user. */

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>

#include "../support.h"
#include "workers/cpus.h"
#include "workers/workers.h"

#define N_ITEMS 10000

typedef struct
{
  atomic_int done[N_ITEMS];     /* how often */
  atomic_int n_threads;         /* that called note_done() */
  atomic_int at_work;           /* threads in an item right now */
  atomic_int most_at_work;
} Record;

static void
do_item (void *data, size_t item)
{
  Record *record = data;
  const int at_work = atomic_fetch_add (&record->at_work, 1) + 1;
  int most = atomic_load (&record->most_at_work);

  while (at_work > most
      && !atomic_compare_exchange_weak (&record->most_at_work, &most, at_work));

  atomic_fetch_add (&record->done[item], 1);
  atomic_fetch_sub (&record->at_work, 1);
}

static void
note_done (void *data)
{
  Record *record = data;

  atomic_fetch_add (&record->n_threads, 1);
}

static void
run_and_check (size_t n_items, unsigned max_threads)
{
  const int most_threads = max_threads > 1 ? max_threads : 1;
  Record *record = g_new0 (Record, 1);

  ntm_workers_run (do_item, note_done, record, n_items, max_threads);

  for (size_t i = 0; i < N_ITEMS; i++)
    if (record->done[i] != (i < n_items))
      fail ("item %zu of %zu was done %d times", i, n_items, record->done[i]);
  fail_unless (record->n_threads <= most_threads);
  fail_unless (record->most_at_work <= most_threads);
  assert_equals_int (record->n_threads > 0, n_items > 0);
  g_free (record);
}

GST_START_TEST (every_item_once)
{
  const size_t counts[] = { 0, 1, 2, 3, 100, N_ITEMS };

  ntm_workers_ref ();
  for (size_t i = 0; i < N_ELEMENTS (counts); i++)
    for (unsigned threads = 0; threads < 10; threads++)
      run_and_check (counts[i], threads);
  ntm_workers_unref ();
}

GST_END_TEST;

/* The caller waits for all workers, also without a function for the end. */
GST_START_TEST (nothing_to_say)
{
  ntm_workers_ref ();
  for (unsigned i = 0; i < 100; i++) {
    Record *record = g_new0 (Record, 1);

    ntm_workers_run (do_item, NULL, record, 50, 4);
    assert_equals_int (record->at_work, 0);
    g_free (record);
  }
  ntm_workers_unref ();
}

GST_END_TEST;

static void *
run_often (void *unused)
{
  for (unsigned i = 0; i < 50; i++)
    run_and_check (N_ITEMS, 1 + i % 5);

  return NULL;
}

static void
run_threads (pthread_t * threads, size_t n_threads, void *(*run) (void *))
{
  for (size_t i = 0; i < n_threads; i++)
    fail_unless (pthread_create (&threads[i], NULL, run, NULL) == 0);
  for (size_t i = 0; i < n_threads; i++)
    pthread_join (threads[i], NULL);
}

GST_START_TEST (many_callers)
{
  pthread_t threads[6];

  ntm_workers_ref ();
  run_threads (threads, N_ELEMENTS (threads), run_often);
  ntm_workers_unref ();
}

GST_END_TEST;

static unsigned
count_threads (void)
{
  DIR *dir = opendir ("/proc/self/task");
  unsigned count = 0;

  fail_unless (dir != NULL);
  for (struct dirent *entry; (entry = readdir (dir));)
    count += entry->d_name[0] != '.';
  closedir (dir);

  return count;
}

/* A thread that was joined stays in /proc for a moment. */
static void
expect_threads (unsigned expected)
{
  const int64_t end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (count_threads () != expected && g_get_monotonic_time () < end)
    g_usleep (G_TIME_SPAN_MILLISECOND);
  assert_equals_int (count_threads (), expected);
}

GST_START_TEST (no_thread_is_left)
{
  const unsigned before = count_threads ();

  for (unsigned i = 0; i < 20; i++) {
    ntm_workers_ref ();
    ntm_workers_ref ();
    assert_equals_int (count_threads (), before);
    run_and_check (100, 1);
    assert_equals_int (count_threads (), before);
    run_and_check (100, 4);
    expect_threads (before + ntm_cpus_count () - 1);
    ntm_workers_unref ();
    run_and_check (100, 4);
    ntm_workers_unref ();
    expect_threads (before);
  }
}

GST_END_TEST;

static void *
come_and_go (void *unused)
{
  for (unsigned i = 0; i < 200; i++) {
    ntm_workers_ref ();
    run_and_check (20, 3);
    ntm_workers_unref ();
  }

  return NULL;
}

/* Users come while the workers of the last one are ending. */
GST_START_TEST (users_come_and_go)
{
  pthread_t threads[3];

  run_threads (threads, N_ELEMENTS (threads), come_and_go);
}

GST_END_TEST;

static Suite *
workers_suite (void)
{
  Suite *suite = suite_create ("strip-workers-workers");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, every_item_once);
  tcase_add_test (tcase, nothing_to_say);
  tcase_add_test (tcase, many_callers);
  tcase_add_test (tcase, no_thread_is_left);
  tcase_add_test (tcase, users_come_and_go);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, workers_suite (), __FILE__);
}
