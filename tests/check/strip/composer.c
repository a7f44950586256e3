/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The composer: what it writes, what it leaves alone, and what it says of it.
 * Strips are compared with a model that goes byte by byte. */

#include <gst/check/gstcheck.h>

#include <string.h>

#include "ntstrip.h"

#define BACKGROUND 0x44332211
#define N_TILES 4

/* Four tiles of different widths and heights; the third has no width. */
static const NtmTile asked_for[N_TILES] = {
  {.width = 17,.frame_height = 9},
  {.width = 1,.frame_height = 20},
  {.width = 0,.frame_height = 5},
  {.width = 40,.frame_height = 20},
};

typedef struct
{
  GstNtLayout *layout;
  GstNtStripPool *pool;
  GstNtComposer *composer;
  guint8 *frames[N_TILES];
  GstNtTileSource sources[N_TILES];
} Fixture;

static void
setup (Fixture * f, NtmAlign align, guint n_strips)
{
  const NtmLayoutRules rules = {.align = align };
  guint i;

  f->layout = gst_nt_layout_new (asked_for, N_TILES, &rules, NULL);
  f->pool = gst_nt_strip_pool_new ();
  f->composer = gst_nt_composer_new ();
  fail_unless (gst_nt_strip_pool_configure (f->pool, f->layout, n_strips, NULL,
          NULL));

  for (i = 0; i < N_TILES; i++) {
    const gsize row_bytes = asked_for[i].width * NTM_BYTES_PER_PIXEL;
    const gsize bytes = row_bytes * asked_for[i].frame_height;
    gsize b;

    f->frames[i] = g_malloc (bytes);
    for (b = 0; b < bytes; b++)
      f->frames[i][b] = g_random_int ();
    f->sources[i] = (GstNtTileSource) {
      .data = f->frames[i], .stride = row_bytes
    };
  }
}

static void
teardown (Fixture * f)
{
  guint i;

  for (i = 0; i < N_TILES; i++)
    g_free (f->frames[i]);
  gst_nt_composer_free (f->composer);
  gst_nt_strip_pool_unref (f->pool);
  gst_nt_layout_unref (f->layout);
}

static guint8
expected_byte (const Fixture * f, guint tile, guint y, guint b,
    guint32 background)
{
  const NtmTile *t = &f->layout->tiles[tile];
  const GstNtTileSource *source = &f->sources[tile];
  const guint8 *pixel = (const guint8 *) &background;

  if (source->data && y >= t->frame_y && y < t->frame_y + t->frame_height)
    return source->data[(gssize) (y - t->frame_y) * source->stride + b];

  return pixel[b % NTM_BYTES_PER_PIXEL];
}

static void
assert_strip (const Fixture * f, const guint8 * data, gssize stride,
    guint32 background)
{
  guint i;
  guint y;
  guint b;

  for (i = 0; i < N_TILES; i++)
    for (y = 0; y < f->layout->geometry.height; y++)
      for (b = 0; b < f->layout->tiles[i].width * NTM_BYTES_PER_PIXEL; b++) {
        const guint8 found = data[(gssize) y * stride
            + f->layout->tiles[i].x * NTM_BYTES_PER_PIXEL + b];

        if (found != expected_byte (f, i, y, b, background))
          fail ("tile %u, row %u, byte %u", i, y, b);
      }
}

/* Composes one strip, checks it and gives it back. */
static void
make_strip (Fixture * f, guint32 background, GstNtComposeReport * report)
{
  GstBuffer *strip = gst_nt_strip_pool_acquire (f->pool, f->sources, background,
      NULL);
  GstMapInfo map;

  gst_nt_composer_compose (f->composer, f->layout, strip, f->sources,
      background, report);
  fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
  assert_strip (f, map.data, f->layout->geometry.stride, background);
  gst_buffer_unmap (strip, &map);
  gst_buffer_unref (strip);

  fail_unless_equals_int (report->tiles_copied + report->tiles_kept
      + report->tiles_background, N_TILES);
}

GST_START_TEST (test_all_alignments_and_stores)
{
  guint align;
  guint stores;

  for (align = NTM_ALIGN_TOP; align <= NTM_ALIGN_BOTTOM; align++)
    for (stores = GST_NT_STORES_AUTO; stores <= GST_NT_STORES_NEVER; stores++) {
      GstNtComposeReport report;
      Fixture f;

      setup (&f, align, 1);
      gst_nt_composer_set_stores (f.composer, stores);
      make_strip (&f, BACKGROUND, &report);
      fail_unless_equals_int (report.tiles_copied, 3);
      fail_unless_equals_int (report.tiles_kept, 1);
      fail_unless_equals_uint64 (report.bytes_copied,
          (17 * 9 + 1 * 20 + 40 * 20) * NTM_BYTES_PER_PIXEL);
      teardown (&f);
    }
}

GST_END_TEST;

/* Rows that stand on their head. */
GST_START_TEST (test_negative_stride)
{
  GstNtComposeReport report;
  Fixture f;

  setup (&f, NTM_ALIGN_CENTER, 1);
  f.sources[3].data += 19 * f.sources[3].stride;
  f.sources[3].stride = -f.sources[3].stride;
  make_strip (&f, BACKGROUND, &report);
  teardown (&f);
}

GST_END_TEST;

GST_START_TEST (test_background_is_kept)
{
  GstNtComposeReport report;
  Fixture f;

  setup (&f, NTM_ALIGN_BOTTOM, 1);
  f.sources[3].data = NULL;
  make_strip (&f, BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_copied, 2);
  fail_unless_equals_int (report.tiles_background, 1);

  /* The strip comes back and still holds it. */
  make_strip (&f, BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_copied, 2);
  fail_unless_equals_int (report.tiles_background, 0);
  fail_unless_equals_int (report.tiles_kept, 2);

  /* Another colour is other content. */
  make_strip (&f, ~BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_background, 1);

  /* A frame in its place, and gone again. */
  f.sources[3].data = f.frames[3];
  make_strip (&f, ~BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_copied, 3);
  f.sources[3].data = NULL;
  make_strip (&f, ~BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_background, 1);

  teardown (&f);
}

GST_END_TEST;

/* Downstream wrote to the strip: nothing is known of what it holds. */
GST_START_TEST (test_written_strip_is_not_trusted)
{
  GstNtComposeReport report;
  GstBuffer *strip;
  Fixture f;
  guint i;

  setup (&f, NTM_ALIGN_TOP, 1);
  for (i = 0; i < N_TILES; i++)
    f.sources[i].data = NULL;
  make_strip (&f, BACKGROUND, &report);
  make_strip (&f, BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_kept, N_TILES);

  strip = gst_nt_strip_pool_acquire (f.pool, f.sources, BACKGROUND, NULL);
  gst_nt_composer_compose (f.composer, f.layout, strip, f.sources, BACKGROUND,
      &report);
  gst_buffer_memset (strip, 0, 0x77, -1);
  gst_buffer_unref (strip);

  make_strip (&f, BACKGROUND, &report);
  fail_unless_equals_int (report.tiles_kept, 1);
  fail_unless_equals_int (report.tiles_background, 3);

  teardown (&f);
}

GST_END_TEST;

/* A strip that was made for another layout of the same size. */
GST_START_TEST (test_other_layout_is_not_trusted)
{
  const NtmLayoutRules rules = {.align = NTM_ALIGN_TOP };
  GstNtComposeReport report;
  Fixture f;

  setup (&f, NTM_ALIGN_BOTTOM, 1);
  make_strip (&f, BACKGROUND, &report);

  gst_nt_layout_unref (f.layout);
  f.layout = gst_nt_layout_new (asked_for, N_TILES, &rules, NULL);
  fail_unless (gst_nt_strip_pool_configure (f.pool, f.layout, 1, NULL, NULL));
  make_strip (&f, BACKGROUND, &report);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.pool), 1);

  teardown (&f);
}

GST_END_TEST;

/* Memory that no strip pool made, with bytes between its rows that stay as they
 * were. */
GST_START_TEST (test_foreign_memory)
{
  const gsize padding = 13 * NTM_BYTES_PER_PIXEL;
  GstNtComposeReport report;
  gssize stride;
  guint8 *data;
  Fixture f;
  guint y;
  guint b;

  setup (&f, NTM_ALIGN_CENTER, 0);
  stride = f.layout->geometry.stride + padding;
  data = g_malloc (stride * f.layout->geometry.height);
  memset (data, 0xee, stride * f.layout->geometry.height);
  f.sources[0].data = NULL;

  gst_nt_composer_compose_into (f.composer, f.layout, data, stride, f.sources,
      BACKGROUND, &report);
  assert_strip (&f, data, stride, BACKGROUND);
  fail_unless_equals_int (report.tiles_copied, 2);
  fail_unless_equals_int (report.tiles_background, 1);
  for (y = 0; y < f.layout->geometry.height; y++)
    for (b = 0; b < padding; b++)
      fail_unless_equals_int (data[y * stride + f.layout->geometry.stride + b],
          0xee);

  g_free (data);
  teardown (&f);
}

GST_END_TEST;

/* Large enough that several threads write, each with blocks of every tile. */
#define LARGE_TILES 5
#define LARGE_WIDTH 613
#define LARGE_HEIGHT 997

static GstNtLayout *
new_large_layout (void)
{
  const NtmLayoutRules rules = {.align = NTM_ALIGN_TOP };
  NtmTile tiles[LARGE_TILES];
  guint i;

  for (i = 0; i < LARGE_TILES; i++)
    tiles[i] = (NtmTile) {.width = LARGE_WIDTH,.frame_height = LARGE_HEIGHT };

  return gst_nt_layout_new (tiles, LARGE_TILES, &rules, NULL);
}

static gpointer
make_large_strips (gpointer data)
{
  GstNtLayout *layout = new_large_layout ();
  GstNtComposer *composer = gst_nt_composer_new ();
  const gsize row_bytes = LARGE_WIDTH * NTM_BYTES_PER_PIXEL;
  const gsize stride = layout->geometry.stride;
  guint8 *frame = g_malloc (row_bytes * LARGE_HEIGHT);
  guint8 *strip = g_malloc (layout->geometry.size);
  GstNtTileSource sources[LARGE_TILES];
  GstNtComposeReport report;
  guint threads;
  guint i;
  guint y;

  for (threads = 0; threads < 6; threads++) {
    for (i = 0; i < row_bytes * LARGE_HEIGHT; i++)
      frame[i] = (i * 2654435761u + threads) >> 13;
    for (i = 0; i < LARGE_TILES; i++)
      sources[i] = (GstNtTileSource) {
        .data = i == 2 ? NULL : frame, .stride = row_bytes
      };

    gst_nt_composer_set_max_threads (composer, threads);
    gst_nt_composer_set_stores (composer, threads % 3);
    gst_nt_composer_compose_into (composer, layout, strip, stride, sources,
        BACKGROUND, &report);
    for (i = 0; i < LARGE_TILES; i++)
      for (y = 0; y < LARGE_HEIGHT; y++) {
        const guint8 *row = strip + y * stride + i * row_bytes;

        if (sources[i].data)
          fail_unless (memcmp (row, frame + y * row_bytes, row_bytes) == 0);
        else
          fail_unless (row[0] == 0x11 && row[row_bytes - 1] == 0x44);
      }
  }

  g_free (frame);
  g_free (strip);
  gst_nt_composer_free (composer);
  gst_nt_layout_unref (layout);

  return NULL;
}

GST_START_TEST (test_many_threads)
{
  GThread *threads[3];
  guint i;

  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("maker", make_large_strips, NULL);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

GST_END_TEST;

static Suite *
composer_suite (void)
{
  Suite *suite = suite_create ("composer");
  TCase *tcase = tcase_create ("composer");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_all_alignments_and_stores);
  tcase_add_test (tcase, test_negative_stride);
  tcase_add_test (tcase, test_background_is_kept);
  tcase_add_test (tcase, test_written_strip_is_not_trusted);
  tcase_add_test (tcase, test_other_layout_is_not_trusted);
  tcase_add_test (tcase, test_foreign_memory);
  tcase_add_test (tcase, test_many_threads);

  return suite;
}

GST_CHECK_MAIN (composer);
