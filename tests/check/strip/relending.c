/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that were written to strips of an older configuration, and threads
 * that do all at once. */

#include "lending_support.h"

#include <string.h>

/* Frames that were lent before are copied, whatever came in between: another
 * layout of the same size, or of another one and back; and their strips come
 * home. */
GST_START_TEST (test_layout_of_old_frames)
{
  GstNtComposeReport report;
  GstNtLayout *layout;
  GstBuffer *old[N_TILES];
  GstBuffer *frames[N_TILES];
  guint8 *bytes;
  Fixture f;
  guint i;

  setup (&f, 2);
  for (i = 0; i < N_TILES; i++)
    old[i] = lend_painted (&f, i);
  bytes = strip_of (old[0], 0);
  gst_clear_buffer (&old[2]);

  if (__i__ > 0) {
    layout = new_layout (TILE_WIDTH, TILE_HEIGHT + 1);
    set_layout (&f, layout, NULL);
    gst_nt_layout_unref (layout);
  }
  if (__i__ > 1)
    gst_nt_strip_pool_clear (f.strips);
  layout = new_layout (TILE_WIDTH, TILE_HEIGHT);
  set_layout (&f, layout, NULL);
  gst_nt_layout_unref (layout);

  for (i = 0; i < N_TILES; i++) {
    frames[i] = lend_painted (&f, i);
    fail_unless (strip_of (frames[i], i) != bytes);
  }
  show_and_drop (&f, old, &report);
  fail_unless_equals_int (report.tiles_copied, 2);
  paint (&f, old[1]);
  drop (old);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 2);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* The same layout, but other demands on its memory. */
GST_START_TEST (test_params_of_old_frames)
{
  const GstAllocationParams params = {.align = 4095,.padding = 4096 };
  GstNtComposeReport report;
  GstBuffer *frames[N_TILES] = { NULL, };
  GstBuffer *strip;
  gsize maxsize;
  Fixture f;

  setup (&f, 2);
  frames[1] = lend_painted (&f, 1);
  set_layout (&f, f.layout, &params);
  strip = show (&f, frames, &report);
  gst_buffer_get_sizes (strip, NULL, &maxsize);
  fail_unless (maxsize >= gst_buffer_get_size (strip) + params.padding);
  fail_unless_equals_int ((gsize) data_of (strip) & params.align, 0);
  fail_unless_equals_int (report.tiles_copied, 1);
  gst_buffer_unref (strip);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* While a strip with frames in place is out. */
GST_START_TEST (test_reconfigured_while_out)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstNtLayout *layout;
  GstBuffer *strip;
  Fixture f;

  setup (&f, 2);
  frames[0] = lend_painted (&f, 0);
  frames[1] = lend_painted (&f, 1);
  strip = show (&f, frames, &report);
  layout = new_layout (TILE_WIDTH, TILE_HEIGHT + __i__);
  set_layout (&f, layout, NULL);
  gst_nt_layout_unref (layout);
  if (__i__ == 2)
    gst_nt_strip_pool_clear (f.strips);

  gst_clear_buffer (&frames[0]);
  fail_unless_equals_int (data_of (strip)[ROW_BYTES], f.next - 1);
  gst_buffer_unref (strip);
  paint (&f, frames[1]);
  gst_clear_buffer (&frames[1]);
  teardown (&f);
}

GST_END_TEST;

/* ---- Threads ---- */

#define N_TURNS 3000

typedef struct
{
  Fixture f;
  GAsyncQueue *queues[N_TILES]; /* of GstBuffer: to be shown */
  GAsyncQueue *shown;           /* of GstBuffer: strips; an empty one ends it */
  gint n_writers;               /* atomic: that are not through */
} Race;

typedef struct
{
  Race *race;
  guint tile;
} Writer;

/* Writes frames, keeps some, drops some. */
static gpointer
write_frames (gpointer data)
{
  Writer *writer = data;
  Fixture *f = &writer->race->f;
  GRand *rand = g_rand_new ();
  GstBuffer *kept[4] = { NULL, };
  guint n;

  for (n = 0; n < N_TURNS; n++) {
    GstBuffer **place = &kept[n % G_N_ELEMENTS (kept)];
    GstBuffer *frame = lend (f, writer->tile);
    GstMapInfo map;
    guint y;

    gst_clear_buffer (place);
    fail_unless (gst_buffer_map (frame, &map, GST_MAP_WRITE));
    for (y = 0; y < TILE_HEIGHT; y++)
      memset (map.data + y * stride_of (frame), n, ROW_BYTES);
    gst_buffer_unmap (frame, &map);
    if (g_rand_int_range (rand, 0, 10) == 0) {
      gst_buffer_unref (frame);
      continue;
    }
    if (g_rand_int_range (rand, 0, 4) == 0)
      *place = gst_buffer_ref (frame);
    g_async_queue_push (writer->race->queues[writer->tile], frame);
    while (g_async_queue_length (writer->race->queues[writer->tile]) > 5)
      g_thread_yield ();
  }
  for (n = 0; n < G_N_ELEMENTS (kept); n++)
    gst_clear_buffer (&kept[n]);
  g_rand_free (rand);
  g_atomic_int_add (&writer->race->n_writers, -1);

  return NULL;
}

/* Reads strips some time after they were made. */
static gpointer
read_strips (gpointer data)
{
  Race *race = data;
  GstBuffer *strip;

  while (gst_buffer_get_size (strip = g_async_queue_pop (race->shown)) > 0) {
    GstMapInfo map;
    guint i;
    guint y;

    fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
    for (i = 0; i < N_TILES; i++)
      for (y = 0; y < TILE_HEIGHT; y++) {
        const guint8 *row = map.data + y * STRIP_STRIDE + i * ROW_BYTES;

        fail_unless (row[0] == map.data[i * ROW_BYTES]);
        fail_unless (memcmp (row, row + 4, ROW_BYTES - 4) == 0);
      }
    gst_buffer_unmap (strip, &map);
    gst_buffer_unref (strip);
  }
  gst_buffer_unref (strip);

  return NULL;
}

/* Takes what is there; changes the layout now and then. */
static void
make_strips (Race * race)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  guint n;
  guint i;

  for (n = 0; g_atomic_int_get (&race->n_writers) > 0; n++) {
    GstNtComposeReport report;

    for (i = 0; i < N_TILES; i++) {
      GstBuffer *frame = g_async_queue_try_pop (race->queues[i]);

      if (frame) {
        gst_clear_buffer (&frames[i]);
        frames[i] = frame;
        fail_if (gst_nt_lender_inspect (race->f.lenders[i], frame));
      }
    }
    g_async_queue_push (race->shown, show (&race->f, frames, &report));
    while (g_async_queue_length (race->shown) > 3)
      g_thread_yield ();
    if (n % 500 == 499) {
      GstNtLayout *layout = new_layout (TILE_WIDTH, TILE_HEIGHT);

      set_layout (&race->f, layout, NULL);
      gst_nt_layout_unref (layout);
    } else if (n % 100 == 99) {
      gst_nt_lender_set_trusting (race->f.lenders[n % N_TILES], n & 1);
    }
  }
  drop (frames);
  g_async_queue_push (race->shown, gst_buffer_new ());
}

GST_START_TEST (test_many_threads)
{
  GThread *threads[N_TILES + 1];
  Writer writers[N_TILES];
  Race race;
  guint i;

  setup (&race.f, 2);
  race.shown = g_async_queue_new_full ((GDestroyNotify) gst_buffer_unref);
  race.n_writers = N_TILES;
  for (i = 0; i < N_TILES; i++) {
    writers[i] = (Writer) {&race, i };
    race.queues[i] =
        g_async_queue_new_full ((GDestroyNotify) gst_buffer_unref);
  }
  for (i = 0; i < N_TILES; i++)
    threads[i] = g_thread_new ("writer", write_frames, &writers[i]);
  threads[i] = g_thread_new ("reader", read_strips, &race);
  make_strips (&race);
  for (i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  for (i = 0; i < N_TILES; i++)
    g_async_queue_unref (race.queues[i]);
  g_async_queue_unref (race.shown);
  teardown (&race.f);
}

GST_END_TEST;

static Suite *
relending_suite (void)
{
  Suite *suite = suite_create ("relending");
  TCase *tcase = tcase_create ("relending");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_layout_of_old_frames, 0, 3);
  tcase_add_test (tcase, test_params_of_old_frames);
  tcase_add_loop_test (tcase, test_reconfigured_while_out, 0, 3);
  tcase_add_test (tcase, test_many_threads);

  return suite;
}

GST_CHECK_MAIN (relending);
