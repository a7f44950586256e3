/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The workers: every item is done once, however many threads call at the same
 * time, and no thread is left when the last user has gone. */

#include <gst/check/gstcheck.h>

#include "gstntworkers-private.h"

#define N_ITEMS 10000

typedef struct
{
  gint done[N_ITEMS];           /* atomic: how often */
  gint n_threads;               /* atomic: that said they were done */
  gint at_work;                 /* atomic: threads in an item right now */
  gint most_at_work;            /* atomic */
} Record;

static void
do_item (gpointer data, guint item)
{
  Record *record = data;
  gint at_work = g_atomic_int_add (&record->at_work, 1) + 1;
  gint most;

  do {
    most = g_atomic_int_get (&record->most_at_work);
  } while (at_work > most && !g_atomic_int_compare_and_exchange
      (&record->most_at_work, most, at_work));

  g_atomic_int_inc (&record->done[item]);
  g_atomic_int_add (&record->at_work, -1);
}

static void
note_done (gpointer data)
{
  Record *record = data;

  g_atomic_int_inc (&record->n_threads);
}

static void
run_and_check (guint n_items, guint max_threads)
{
  Record *record = g_new0 (Record, 1);
  guint i;

  gst_nt_workers_run (do_item, note_done, record, n_items, max_threads);

  for (i = 0; i < N_ITEMS; i++)
    if (record->done[i] != (i < n_items ? 1 : 0))
      fail ("item %u of %u was done %d times", i, n_items, record->done[i]);
  fail_unless (record->n_threads <= (gint) MAX (max_threads, 1));
  fail_unless (record->most_at_work <= (gint) MAX (max_threads, 1));
  fail_unless_equals_int (record->n_threads > 0, n_items > 0);
  g_free (record);
}

GST_START_TEST (test_every_item_once)
{
  const guint counts[] = { 0, 1, 2, 3, 100, N_ITEMS };
  guint threads;
  guint i;

  gst_nt_workers_ref ();
  for (i = 0; i < G_N_ELEMENTS (counts); i++)
    for (threads = 0; threads < 10; threads++)
      run_and_check (counts[i], threads);
  gst_nt_workers_unref ();
}

GST_END_TEST;

static gpointer
run_often (gpointer unused)
{
  guint i;

  for (i = 0; i < 50; i++)
    run_and_check (N_ITEMS, 1 + i % 5);

  return NULL;
}

GST_START_TEST (test_many_callers)
{
  GThread *threads[6];
  guint i;

  gst_nt_workers_ref ();
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("caller", run_often, NULL);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  gst_nt_workers_unref ();
}

GST_END_TEST;

static guint
count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint count = 0;

  fail_unless (dir != NULL);
  while (g_dir_read_name (dir))
    count++;
  g_dir_close (dir);

  return count;
}

/* A thread is in /proc for a moment longer than until it is joined. */
static void
expect_threads (guint expected)
{
  const gint64 end = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (count_threads () != expected && g_get_monotonic_time () < end)
    g_usleep (G_TIME_SPAN_MILLISECOND);
  fail_unless_equals_int (count_threads (), expected);
}

GST_START_TEST (test_no_thread_is_left)
{
  const guint before = count_threads ();
  guint i;

  for (i = 0; i < 20; i++) {
    gst_nt_workers_ref ();
    gst_nt_workers_ref ();
    run_and_check (100, 4);
    expect_threads (before + gst_nt_workers_get_n_cpus () - 1);
    gst_nt_workers_unref ();
    run_and_check (100, 4);
    gst_nt_workers_unref ();
    expect_threads (before);
  }
}

GST_END_TEST;

static gpointer
come_and_go (gpointer unused)
{
  guint i;

  for (i = 0; i < 200; i++) {
    gst_nt_workers_ref ();
    run_and_check (20, 3);
    gst_nt_workers_unref ();
  }

  return NULL;
}

/* Users that come while the last one's workers are being ended. */
GST_START_TEST (test_users_come_and_go)
{
  GThread *threads[3];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("user", come_and_go, NULL);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

GST_END_TEST;

static Suite *
workers_suite (void)
{
  Suite *suite = suite_create ("workers");
  TCase *tcase = tcase_create ("workers");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_every_item_once);
  tcase_add_test (tcase, test_many_callers);
  tcase_add_test (tcase, test_no_thread_is_left);
  tcase_add_test (tcase, test_users_come_and_go);

  return suite;
}

GST_CHECK_MAIN (workers);
