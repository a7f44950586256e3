/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How much memory a strip pool has. It gives a peak back, keeps the strips that
 * are in turn, and makes do with the strips that there is memory for. */

#include <gst/check/gstcheck.h>

#include "mappings.h"
#include "gstntmemory.h"

/* As gstntstrippool.h says. */
#define IDLE_STRIPS 128
#define N_AHEAD 3

#define WIDTH 64
#define HEIGHT 64
#define STRIP_BYTES ((gsize) 4 * WIDTH * HEIGHT)

static NtmLayout *
new_layout (guint width, guint height)
{
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  const NtmTile tile = {.width = width,.height = height };
  NtmLayout *layout = gst_nt_layout_new (&tile, 1, &rules, NULL);

  fail_unless (layout != NULL);

  return layout;
}

static GstNtStripPool *
new_pool (NtmLayout * layout, guint n_strips)
{
  GstNtStripPool *pool = gst_nt_strip_pool_new ();

  fail_unless (gst_nt_strip_pool_configure (pool, layout, n_strips, NULL,
          NULL));
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), n_strips);

  return pool;
}

static GstBuffer *
acquire (GstNtStripPool * pool)
{
  GstBuffer *strip = gst_nt_strip_pool_acquire (pool, NULL, NULL, NULL, NULL);

  fail_unless (strip != NULL);

  return strip;
}

static void
make_peak (GstNtStripPool * pool, guint n_strips)
{
  GstBuffer **strips = g_new (GstBuffer *, n_strips);
  guint i;

  for (i = 0; i < n_strips; i++)
    strips[i] = acquire (pool);
  for (i = 0; i < n_strips; i++)
    gst_buffer_unref (strips[i]);
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), n_strips);
  g_free (strips);
}

/* Makes @n strips. Downstream has one at a time. */
static void
make_strips (GstNtStripPool * pool, guint n)
{
  for (; n > 0; n--) {
    gst_buffer_unref (acquire (pool));
    gst_nt_strip_pool_age (pool);
  }
}

/* A pool in a hurry allocates nothing, and makes a strip when one is wanted. */
GST_START_TEST (hurried_pool)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();

  gst_nt_strip_pool_set_hurry (pool, TRUE);
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 3, NULL, NULL));
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 0);
  gst_buffer_unref (acquire (pool));
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 1);
  gst_nt_strip_pool_set_hurry (pool, FALSE);
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 3, NULL, NULL));
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 3);
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (peak_is_given_back)
{
  const guint configured = __i__;
  const guint stay = MAX (configured, N_AHEAD);
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = new_pool (layout, configured);
  guint i;

  make_peak (pool, 20);
  make_strips (pool, IDLE_STRIPS - 1);
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 20);
  for (i = 1; i <= 20 - stay; i++) {
    make_strips (pool, 1);
    fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 20 - i);
  }
  make_strips (pool, 3 * IDLE_STRIPS);
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), stay);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 20);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Downstream has six at a time: all are in turn, none is idle. */
GST_START_TEST (what_is_in_turn_stays)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = new_pool (layout, 2);
  GstBuffer *held[6] = { NULL, };
  guint i;

  for (i = 0; i < 5 * IDLE_STRIPS; i++) {
    gst_clear_buffer (&held[i % 6]);
    held[i % 6] = acquire (pool);
    gst_nt_strip_pool_age (pool);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 6);
  for (i = 0; i < 6; i++)
    gst_clear_buffer (&held[i]);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* A peak every few strips: the pool allocates nothing after the first one. */
GST_START_TEST (peaks_that_come_back)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = new_pool (layout, 2);
  guint i;

  for (i = 0; i < 10; i++) {
    make_peak (pool, 12);
    make_strips (pool, IDLE_STRIPS - 1);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 12);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (configured_for_fewer)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = new_pool (layout, 9);

  make_strips (pool, 3 * IDLE_STRIPS);
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 9);
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 4, NULL, NULL));
  make_strips (pool, 3 * IDLE_STRIPS);
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 4);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* ---- From many threads ---- */

#define N_TAKERS 3
#define N_TURNS 1000

static gpointer
make_peaks (gpointer pool)
{
  guint turn;
  guint i;

  for (turn = 0; turn < N_TURNS; turn++) {
    GstBuffer *strips[5];

    for (i = 0; i < 1 + turn % 5; i++)
      strips[i] = acquire (pool);
    for (i = 0; i < 1 + turn % 5; i++) {
      gst_buffer_memset (strips[i], 0, turn, 64);
      gst_buffer_unref (strips[i]);
    }
  }

  return NULL;
}

GST_START_TEST (many_threads)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = new_pool (layout, 2);
  GThread *threads[N_TAKERS];
  guint i;

  for (i = 0; i < N_TAKERS; i++)
    threads[i] = g_thread_new ("taker", make_peaks, pool);
  for (i = 0; i < 20000; i++)
    gst_nt_strip_pool_age (pool);
  for (i = 0; i < N_TAKERS; i++)
    g_thread_join (threads[i]);
  make_strips (pool, 3 * IDLE_STRIPS);
  fail_unless (gst_nt_strip_pool_get_n_strips (pool) <= N_AHEAD);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* ---- Little memory ---- */

/* Memory for @__i__ of eight strips: two are enough to go on. */
GST_START_TEST (memory_for_some)
{
  const guint fit = __i__;
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();
  GError *error = NULL;
  gboolean done;

  test_limit_mappings (fit, STRIP_BYTES);
  done = gst_nt_strip_pool_configure (pool, layout, 8, NULL, &error);
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), fit);
  fail_unless_equals_int (done, fit >= 2);
  if (done)
    make_strips (pool, 10);
  else
    g_assert_error (error, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  g_clear_error (&error);

  test_unlimit_mappings ();
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 8, NULL, NULL));
  fail_unless_equals_int (gst_nt_strip_pool_get_n_strips (pool), 8);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Of one strip, one is enough. */
GST_START_TEST (memory_for_one_of_one)
{
  NtmLayout *layout = new_layout (WIDTH, HEIGHT);
  GstNtStripPool *pool = gst_nt_strip_pool_new ();

  test_limit_mappings (1, STRIP_BYTES);
  fail_unless (gst_nt_strip_pool_configure (pool, layout, 1, NULL, NULL));
  test_unlimit_mappings ();

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

static Suite *
poolmemory_suite (void)
{
  Suite *suite = suite_create ("poolmemory");
  TCase *tcase = tcase_create ("poolmemory");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, hurried_pool);
  tcase_add_loop_test (tcase, peak_is_given_back, 1, 6);
  tcase_add_test (tcase, what_is_in_turn_stays);
  tcase_add_test (tcase, peaks_that_come_back);
  tcase_add_test (tcase, configured_for_fewer);
  tcase_add_test (tcase, many_threads);
  tcase_add_loop_test (tcase, memory_for_some, 0, 4);
  tcase_add_test (tcase, memory_for_one_of_one);

  return suite;
}

GST_CHECK_MAIN (poolmemory);
