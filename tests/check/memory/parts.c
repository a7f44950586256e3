/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Parts and copies of the memory of a strip, and of a frame in a strip. Joining
 * parts again copies nothing. A copy of a frame takes memory for its rows, and
 * not for the whole strip that they are spread over. */

#include <gst/check/gstcheck.h>

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gstntmemory.h"

#define TILE_WIDTH 16
#define TILE_HEIGHT 8

/* 32 MiB a strip: rows are far apart. */
#define N_TILES 65536

#ifdef MADV_NOHUGEPAGE

static gpointer kept_small;
static gsize kept_small_bytes;

/* Stands in for the C library's, also for the library under test. */
__attribute__ ((visibility ("default")))
int madvise (void *data, size_t bytes, int advice);

int
madvise (void *data, size_t bytes, int advice)
{
  if (advice == MADV_NOHUGEPAGE) {
    kept_small = data;
    kept_small_bytes = bytes;
  }

  return syscall (SYS_madvise, data, bytes, advice);
}

#endif

typedef struct
{
  NtmLayout *layout;
  GstNtStripPool *pool;
  GstNtArrivals *arrivals;
  NtmComposer *composer;
} Fixture;

static GstBuffer *
acquire (Fixture * f)
{
  GstBuffer *strip = gst_nt_strip_pool_acquire (f->pool, NULL, NULL, NULL,
      NULL);

  fail_unless (strip != NULL);

  return strip;
}

static void
setup (Fixture * f, guint n_tiles)
{
  const NtmLayoutRules rules = {.pixel_bytes = 4,.align_y = NTM_ALIGN_START };
  NtmTile *tiles = g_new0 (NtmTile, n_tiles);
  guint i;

  for (i = 0; i < n_tiles; i++)
    tiles[i] = (NtmTile) {.width = TILE_WIDTH,.height = TILE_HEIGHT };
  f->layout = gst_nt_layout_new (tiles, n_tiles, &rules, NULL);
  g_free (tiles);
  fail_unless (f->layout != NULL);
  f->pool = gst_nt_strip_pool_new ();
  fail_unless (gst_nt_strip_pool_configure (f->pool, f->layout, 2, NULL,
          NULL));

  /* From a strip that comes back unchanged, the pool learns that downstream
   * only reads. */
  gst_buffer_unref (acquire (f));
  f->arrivals = gst_nt_arrivals_new (f->pool);
  gst_nt_arrivals_set_tile (f->arrivals, f->layout, 1);
  f->composer = ntm_composer_new ();
}

static void
teardown (Fixture * f)
{
  ntm_composer_free (f->composer);
  gst_nt_arrivals_unref (f->arrivals);
  gst_nt_strip_pool_unref (f->pool);
  ntm_layout_unref (f->layout);
}

/* A frame in a strip; all its bytes are @value. */
static GstMemory *
place_frame (Fixture * f, guint8 value)
{
  const gsize bytes = TILE_WIDTH * TILE_HEIGHT * 4;
  GstBuffer *frame = gst_buffer_new_allocate (NULL, bytes, NULL);
  GstMemory *place;
  guint8 *data = g_malloc (bytes);

  memset (data, value, bytes);
  place = gst_nt_arrivals_place (f->arrivals, frame, TILE_WIDTH, TILE_HEIGHT,
      4);
  fail_unless (place != NULL);
  gst_nt_arrivals_copy (place, f->composer, data, TILE_WIDTH * 4);
  gst_buffer_unref (frame);
  g_free (data);

  return place;
}

static const guint8 *
data_of (GstMemory * memory)
{
  const guint8 *data;
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  data = map.data;
  gst_memory_unmap (memory, &map);

  return data;
}

/* The memory of a strip, or of a frame in a strip. */
static GstMemory *
get_memory (Fixture * f, gboolean of_frame)
{
  GstBuffer *strip;
  GstMemory *memory;

  if (of_frame)
    return place_frame (f, 7);

  strip = acquire (f);
  memory = gst_buffer_get_memory (strip, 0);
  gst_buffer_unref (strip);

  return memory;
}

static void
check_joined (GstMemory * whole, GstMemory * left, GstMemory * right,
    gsize offset)
{
  GstBuffer *buffer = gst_buffer_new ();
  GstMapInfo map;
  gsize found;

  fail_unless (gst_memory_is_span (left, right, &found));
  fail_unless_equals_uint64 (found, offset);
  fail_unless (gst_memory_is_span (left, right, NULL));

  gst_buffer_append_memory (buffer, gst_memory_ref (left));
  gst_buffer_append_memory (buffer, gst_memory_ref (right));
  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  fail_unless (map.data == data_of (whole) + offset, "it was copied");
  fail_unless_equals_uint64 (map.size, left->size + right->size);
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
}

GST_START_TEST (halves_that_are_joined)
{
  GstMemory *whole;
  GstMemory *halves[2];
  GstMemory *quarters[2];
  Fixture f;
  gsize half;

  setup (&f, 3);
  whole = get_memory (&f, __i__);
  half = whole->size / 2;
  halves[0] = gst_memory_share (whole, 0, half);
  halves[1] = gst_memory_share (whole, half, -1);
  quarters[0] = gst_memory_share (halves[1], 0, 16);
  quarters[1] = gst_memory_share (halves[1], 16, -1);

  check_joined (whole, halves[0], halves[1], 0);
  check_joined (whole, halves[0], quarters[0], 0);
  check_joined (whole, quarters[0], quarters[1], half);

  /* Parts don't join in the wrong order, or with a hole between them. Nor does
   * the whole with its half. */
  fail_if (gst_memory_is_span (halves[1], halves[0], NULL));
  fail_if (gst_memory_is_span (halves[0], quarters[1], NULL));
  fail_if (gst_memory_is_span (whole, halves[1], NULL));

  gst_memory_unref (quarters[0]);
  gst_memory_unref (quarters[1]);
  gst_memory_unref (halves[0]);
  gst_memory_unref (halves[1]);
  gst_memory_unref (whole);
  teardown (&f);
}

GST_END_TEST;

/* Parts of two strips don't join. */
GST_START_TEST (parts_of_others)
{
  GstMemory *wholes[2];
  GstMemory *parts[2];
  Fixture f;
  guint i;

  setup (&f, 3);
  for (i = 0; i < 2; i++) {
    wholes[i] = get_memory (&f, i == 0 && __i__);
    parts[i] = gst_memory_share (wholes[i], i * 16, 16);
  }
  fail_if (gst_memory_is_span (parts[0], parts[1], NULL));
  for (i = 0; i < 2; i++) {
    gst_memory_unref (parts[i]);
    gst_memory_unref (wholes[i]);
  }
  teardown (&f);
}

GST_END_TEST;

GST_START_TEST (copy_of_a_frame)
{
  const guint8 *data;
  GstMemory *frame;
  GstMemory *copy;
  Fixture f;
  guint x;
  guint y;

  setup (&f, N_TILES);
  frame = place_frame (&f, 9);
#ifdef MADV_NOHUGEPAGE
  kept_small = NULL;
#endif
  copy = gst_memory_copy (frame, 0, -1);
  fail_unless (copy != NULL);
  fail_unless_equals_uint64 (copy->size, frame->size);

  data = data_of (copy);
  for (y = 0; y < TILE_HEIGHT; y++)
    for (x = 0; x < TILE_WIDTH * 4; x++)
      fail_unless_equals_int (data[y * f.layout->stride + x], 9);

  /* Where the system makes all pages huge, each row would take 2 MiB. */
#ifdef MADV_NOHUGEPAGE
  fail_unless (kept_small == data);
  fail_unless (kept_small_bytes >= copy->size);
#endif
  gst_memory_unref (frame);
  gst_memory_unref (copy);
  teardown (&f);
}

GST_END_TEST;

static Suite *
parts_suite (void)
{
  Suite *suite = suite_create ("parts");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, halves_that_are_joined, 0, 2);
  tcase_add_loop_test (tc, parts_of_others, 0, 2);
  tcase_add_test (tc, copy_of_a_frame);

  return suite;
}

GST_CHECK_MAIN (parts);
