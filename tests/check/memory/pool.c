/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strip pool: reuse, alignment, touched pages, growth, reconfiguration, and
 * strips that outlive their pool. */

#include <gst/check/gstcheck.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gstntmemory.h"

#define HUGE_PAGE_BYTES ((gsize) 2 << 20)

static NtmLayout *
new_layout (guint n_tiles, guint width, guint height)
{
  NtmLayoutRules rules = {.pixel_bytes = 4,.align_y = NTM_ALIGN_START };
  NtmTile *tiles = g_new0 (NtmTile, n_tiles);
  NtmLayout *layout;
  guint i;

  for (i = 0; i < n_tiles; i++) {
    tiles[i].width = width;
    tiles[i].height = height;
  }
  layout = gst_nt_layout_new (tiles, n_tiles, &rules, NULL);
  g_free (tiles);
  fail_unless (layout != NULL);

  return layout;
}

static GstNtStripPool *
new_pool (NtmLayout * layout, guint n_strips)
{
  GstNtStripPool *pool = gst_nt_strip_pool_new ();

  fail_unless (gst_nt_strip_pool_configure (pool, layout, n_strips, NULL,
          NULL));
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool),
      n_strips);

  return pool;
}

static GstBuffer *
acquire (GstNtStripPool * pool)
{
  GError *error = NULL;
  GstBuffer *strip = gst_nt_strip_pool_acquire (pool, NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  fail_unless (strip != NULL);
  fail_unless_equals_int (gst_buffer_n_memory (strip), 1);

  return strip;
}

static guint8 *
data_of (GstBuffer * strip)
{
  GstMapInfo map;
  guint8 *data;

  fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
  data = map.data;
  gst_buffer_unmap (strip, &map);

  return data;
}

GST_START_TEST (test_strips_are_used_again)
{
  NtmLayout *layout = new_layout (2, 100, 50);
  GstNtStripPool *pool = new_pool (layout, 2);
  guint i;

  for (i = 0; i < 20; i++) {
    GstBuffer *a = acquire (pool);
    GstBuffer *b = acquire (pool);

    fail_unless_equals_int (gst_buffer_get_size (a), 2 * 100 * 50 * 4);
    fail_unless (data_of (a) != data_of (b));
    gst_buffer_unref (a);
    gst_buffer_unref (b);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 2);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (test_more_strips_than_there_are)
{
  NtmLayout *layout = new_layout (1, 64, 64);
  GstNtStripPool *pool = new_pool (layout, 1);
  GstBuffer *strips[5];
  guint round;
  guint i;

  for (round = 0; round < 3; round++) {
    for (i = 0; i < G_N_ELEMENTS (strips); i++)
      strips[i] = acquire (pool);
    for (i = 0; i < G_N_ELEMENTS (strips); i++)
      gst_buffer_unref (strips[i]);
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool),
        G_N_ELEMENTS (strips));
  }

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (test_alignment)
{
  const gsize masks[] = { 0, 15, 63, 255, 4095, 0x1400 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (masks); i++) {
    GstAllocationParams params = { .align = masks[i],.padding = i * 7 };
    NtmLayout *layout = new_layout (3, 33, 7);
    GstNtStripPool *pool = gst_nt_strip_pool_new ();
    GstBuffer *strip;
    GstBuffer *copy;
    gsize offset;
    gsize maxsize;
    gsize align;

    fail_unless (gst_nt_strip_pool_configure (pool, layout, 1, &params, NULL));
    strip = acquire (pool);
    fail_unless_equals_int (((gsize) data_of (strip)) & (masks[i] | 63), 0);
    fail_unless_equals_int (gst_buffer_get_sizes (strip, &offset, &maxsize),
        3 * 33 * 7 * 4);
    fail_unless_equals_int (offset, 0);
    fail_unless (maxsize >= 3 * 33 * 7 * 4 + params.padding);

    /* Its memory says so, and a writer's copy is aligned as well. The last mask
     * is none: it is made one. */
    align = gst_buffer_peek_memory (strip, 0)->align;
    fail_unless_equals_uint64 (align & (masks[i] | 63), masks[i] | 63);
    fail_unless_equals_uint64 (align & (align + 1), 0);
    copy = gst_buffer_copy_deep (strip);
    fail_unless_equals_int (((gsize) data_of (copy)) & (masks[i] | 63), 0);

    gst_buffer_unref (copy);
    gst_buffer_unref (strip);
    gst_nt_strip_pool_unref (pool);
    ntm_layout_unref (layout);
  }
}

GST_END_TEST;

/* A large strip starts at a huge page, and all its pages are there. */
GST_START_TEST (test_pages_are_touched)
{
  NtmLayout *layout = new_layout (4, 512, 512);
  GstNtStripPool *pool = new_pool (layout, 1);
  GstBuffer *strip = acquire (pool);
  guint8 *data = data_of (strip);
  const gsize page_bytes = sysconf (_SC_PAGESIZE);
  const gsize n_pages = layout->bytes / page_bytes;
  guint8 *resident = g_malloc0 (n_pages);
  gsize i;

  fail_unless_equals_int ((gsize) data & (HUGE_PAGE_BYTES - 1), 0);
  fail_unless_equals_int (mincore (data, layout->bytes, resident), 0);
  for (i = 0; i < n_pages; i++)
    fail_unless (resident[i] & 1, "page %" G_GSIZE_FORMAT, i);

  g_free (resident);
  gst_buffer_unref (strip);
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

GST_START_TEST (test_same_size_keeps_strips)
{
  NtmLayout *a = new_layout (2, 64, 32);
  NtmLayout *b = new_layout (4, 32, 32);
  NtmLayout *c = new_layout (4, 32, 33);
  GstNtStripPool *pool = new_pool (a, 3);

  fail_unless (gst_nt_strip_pool_configure (pool, b, 3, NULL, NULL));
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 3);
  fail_unless (gst_nt_strip_pool_configure (pool, b, 4, NULL, NULL));
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 4);
  fail_unless (gst_nt_strip_pool_configure (pool, c, 3, NULL, NULL));
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 7);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (a);
  ntm_layout_unref (b);
  ntm_layout_unref (c);
}

GST_END_TEST;

/* The rows of one have room where the other has padding. */
GST_START_TEST (test_rows_instead_of_padding)
{
  static const GstAllocationParams padding = {.padding = 2 * 32 * 4 };
  NtmLayout *layouts[] = { new_layout (1, 64, 32), new_layout (1, 66, 32) };
  GstNtStripPool *pool = gst_nt_strip_pool_new ();
  guint n;

  for (n = 0; n < 4; n++) {
    NtmLayout *layout = layouts[n % 2];
    GstBuffer *strips[3];
    gsize maxsize;
    guint i;

    fail_unless (gst_nt_strip_pool_configure (pool, layout, 2, n % 2 ? NULL
            : &padding, NULL));
    for (i = 0; i < 3; i++) {
      strips[i] = acquire (pool);
      fail_unless_equals_uint64 (gst_buffer_get_sizes (strips[i], NULL,
              &maxsize), layout->bytes);
      fail_unless (maxsize >= layout->bytes + (n % 2 ? 0 : padding.padding));
    }
    for (i = 0; i < 3; i++)
      gst_buffer_unref (strips[i]);
  }

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layouts[0]);
  ntm_layout_unref (layouts[1]);
}

GST_END_TEST;

/* The pool never hands out a strip of the old size for the new one, whenever it
 * comes home. */
GST_START_TEST (test_reconfigured_while_out)
{
  NtmLayout *small = new_layout (1, 16, 16);
  NtmLayout *large = new_layout (1, 256, 256);
  GstNtStripPool *pool = new_pool (small, 2);
  GstBuffer *old = acquire (pool);
  guint i;

  fail_unless (gst_nt_strip_pool_configure (pool, large, 1, NULL, NULL));
  gst_buffer_unref (old);
  for (i = 0; i < 4; i++) {
    GstBuffer *strip = acquire (pool);

    fail_unless_equals_int (gst_buffer_get_size (strip), 256 * 256 * 4);
    gst_buffer_memset (strip, 0, 0x55, -1);
    gst_buffer_unref (strip);
  }

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (small);
  ntm_layout_unref (large);
}

GST_END_TEST;

GST_START_TEST (test_strips_outlive_pool)
{
  NtmLayout *layout = new_layout (1, 64, 64);
  GstNtStripPool *pool = new_pool (layout, 3);
  GstBuffer *a = acquire (pool);
  GstBuffer *b = acquire (pool);

  gst_nt_strip_pool_clear (pool);
  gst_buffer_memset (a, 0, 1, -1);
  gst_buffer_unref (a);
  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
  gst_buffer_memset (b, 0, 2, -1);
  gst_buffer_unref (b);
}

GST_END_TEST;

/* The memory of a strip may be in another buffer, or shared in part. Until it
 * is gone, the strip is not home. */
GST_START_TEST (test_strip_comes_home_with_its_last_memory)
{
  NtmLayout *layout = new_layout (1, 64, 64);
  GstNtStripPool *pool = new_pool (layout, 1);
  GstBuffer *strip = acquire (pool);
  guint8 *data = data_of (strip);
  GstMemory *memory = gst_buffer_get_memory (strip, 0);
  GstMemory *part = gst_memory_share (memory, 256, 256);
  GstBuffer *other;

  gst_buffer_unref (strip);
  other = acquire (pool);
  fail_unless (data_of (other) != data);
  gst_memory_unref (memory);
  gst_buffer_unref (other);

  other = acquire (pool);
  fail_unless (data_of (other) != data);
  gst_memory_unref (part);
  gst_buffer_unref (other);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (pool), 2);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layout);
}

GST_END_TEST;

/* Four threads take strips and give them back while a fifth reconfigures the
 * pool. */
#define N_TAKERS 4
#define N_TURNS 2000

static gpointer
take_and_give_back (gpointer pool)
{
  guint i;

  for (i = 0; i < N_TURNS; i++) {
    GstBuffer *a = acquire (pool);
    GstBuffer *b = acquire (pool);

    gst_buffer_unref (a);
    gst_buffer_memset (b, 0, i, 64);
    gst_buffer_unref (b);
  }

  return NULL;
}

GST_START_TEST (test_many_threads)
{
  NtmLayout *layouts[] = { new_layout (1, 64, 16), new_layout (2, 64, 16) };
  GstNtStripPool *pool = new_pool (layouts[0], 2);
  GThread *threads[N_TAKERS];
  guint i;

  for (i = 0; i < N_TAKERS; i++)
    threads[i] = g_thread_new ("taker", take_and_give_back, pool);
  for (i = 0; i < 200; i++)
    fail_unless (gst_nt_strip_pool_configure (pool, layouts[i % 2], 2, NULL,
            NULL));
  for (i = 0; i < N_TAKERS; i++)
    g_thread_join (threads[i]);

  gst_nt_strip_pool_unref (pool);
  ntm_layout_unref (layouts[0]);
  ntm_layout_unref (layouts[1]);
}

GST_END_TEST;

static Suite *
pool_suite (void)
{
  Suite *suite = suite_create ("pool");
  TCase *tcase = tcase_create ("pool");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_strips_are_used_again);
  tcase_add_test (tcase, test_more_strips_than_there_are);
  tcase_add_test (tcase, test_alignment);
  tcase_add_test (tcase, test_pages_are_touched);
  tcase_add_test (tcase, test_same_size_keeps_strips);
  tcase_add_test (tcase, test_rows_instead_of_padding);
  tcase_add_test (tcase, test_reconfigured_while_out);
  tcase_add_test (tcase, test_strips_outlive_pool);
  tcase_add_test (tcase, test_strip_comes_home_with_its_last_memory);
  tcase_add_test (tcase, test_many_threads);

  return suite;
}

GST_CHECK_MAIN (pool);
