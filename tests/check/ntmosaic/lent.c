/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One memory, two views of it: a strip that was sent out never changes, and
 * neither does a frame that upstream pushed, whoever writes to the other. */

#include "lending.h"

#include <stdio.h>
#include <string.h>

#define SCRIBBLE 0x77

/* ---- Upstream ---- */

/* Strips that somebody holds, and what they showed. */
typedef struct
{
  GstBuffer *strip;
  TestTile tiles[LENDING_MAX];
} Held;

static Held *
hold (Lending * l)
{
  Held *held = g_new0 (Held, 1);

  memcpy (held->tiles, l->tiles, sizeof (held->tiles));
  held->strip = lending_pull (l);

  return held;
}

static void
check_held (gpointer data, gpointer user_data)
{
  const Held *held = data;

  lending_assert_strip (user_data, held->strip, held->tiles);
}

static void
let_go (gpointer data)
{
  Held *held = data;

  gst_buffer_unref (held->strip);
  g_free (held);
}

/* A decoder reads the last frames that it made again, until it doesn't need them.
 * It takes another tile each time, but not ever more strips. */
GST_START_TEST (upstream_reads_later)
{
  const guint n_kept = 1 << __i__;
  GQueue frames = G_QUEUE_INIT;
  guint32 first = 1;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 1; i <= 150; i++) {
    GstBuffer *frame = test_upstream_draw (&l.ups[0], i);
    GList *link;
    guint32 seed;

    g_queue_push_tail (&frames, frame);
    lending_push_and_keep (&l, 0, frame, i);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
    for (link = frames.head, seed = first; link; link = link->next)
      test_assert_drawn (link->data, &l.ups[0].info, seed++);
    if (frames.length > n_kept) {
      gst_buffer_unref (g_queue_pop_head (&frames));
      first++;
    }
  }
  g_queue_clear_full (&frames, (GDestroyNotify) gst_buffer_unref);
  fail_unless (test_get_stat (l.rig->element, "strips-allocated") <= 9,
      "%u strips", (guint) test_get_stat (l.rig->element, "strips-allocated"));
  lending_clear (&l);
}

GST_END_TEST;

/* Upstream has its frame for itself again and writes to it; after that it throws
 * it away (0), or pushes it (1). Not as long as a strip shows it. */
GST_START_TEST (upstream_writes_later)
{
  GQueue strips = G_QUEUE_INIT;
  GstBuffer *frame = NULL;
  guint32 seed = 0;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 100; i++) {
    if (frame && gst_buffer_is_writable (frame)) {
      test_draw (frame, &l.ups[0].info, ++seed);
      if (__i__ == 0)
        gst_clear_buffer (&frame);
    }
    if (frame == NULL)
      frame = test_upstream_draw (&l.ups[0], ++seed);
    if (gst_buffer_is_writable (frame))
      lending_push_and_keep (&l, 0, frame, seed);
    else
      lending_push_one (&l, 0);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);

    g_queue_push_tail (&strips, hold (&l));
    g_queue_foreach (&strips, check_held, &l);
    if (strips.length > i % 5)
      let_go (g_queue_pop_head (&strips));
    if (strips.length > i % 5)
      let_go (g_queue_pop_head (&strips));
  }
  g_queue_clear_full (&strips, let_go);
  gst_clear_buffer (&frame);
  lending_clear (&l);
}

GST_END_TEST;

/* As long as a strip that shows it is out. */
GST_START_TEST (shown_is_not_writable)
{
  GstBuffer *frame;
  GstBuffer *strip;
  guint i;
  Lending l;

  lending_init_trusted (&l, 2);
  frame = test_upstream_draw (&l.ups[0], 1);
  lending_push_and_keep (&l, 0, frame, 1);
  lending_push_one (&l, 1);
  strip = lending_pull (&l);
  for (i = 0; i < 5; i++) {
    lending_run (&l, 1);
    fail_if (gst_buffer_is_writable (frame));
  }
  gst_buffer_unref (strip);
  lending_run (&l, 1);
  fail_unless (gst_buffer_is_writable (frame));
  test_draw (frame, &l.ups[0].info, 2);
  lending_run (&l, 5);
  test_assert_drawn (frame, &l.ups[0].info, 2);
  gst_buffer_unref (frame);
  lending_clear (&l);
}

GST_END_TEST;

/* Another branch of a tee works in place: before the frame is shown, while it is,
 * and afterwards. */
GST_START_TEST (upstream_has_a_tee)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 2);
  for (i = 0; i < 20; i++) {
    GstBuffer *frame = test_upstream_draw (&l.ups[0], i);
    GstBuffer *before = gst_buffer_make_writable (gst_buffer_ref (frame));
    GstBuffer *meanwhile = gst_buffer_ref (frame);
    GstBuffer *after = gst_buffer_copy (frame);
    GstBuffer *strip;

    test_draw (before, &l.ups[0].info, 500);
    lending_push_frame (&l, 0, frame, i);
    lending_push_one (&l, 1);
    strip = lending_pull (&l);
    meanwhile = gst_buffer_make_writable (meanwhile);
    test_draw (meanwhile, &l.ups[0].info, 501);
    lending_assert_strip (&l, strip, l.tiles);
    gst_buffer_unref (strip);
    lending_run (&l, 1);
    test_draw (after, &l.ups[0].info, 502);
    lending_run (&l, 1);
    gst_buffer_unref (before);
    gst_buffer_unref (meanwhile);
    gst_buffer_unref (after);
  }
  lending_clear (&l);
}

GST_END_TEST;

/* ---- Downstream ---- */

static void
scribble (GstBuffer * buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  memset (map.data, SCRIBBLE, map.size);
  gst_buffer_unmap (buffer, &map);
}

static void
map_it (GstBuffer * strip)
{
  scribble (strip);
}

static void
map_as_frame (GstBuffer * strip)
{
  GstVideoFrame frame;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGBA, 13, 9);
  fail_unless (gst_video_frame_map (&frame, &info, strip, GST_MAP_READWRITE));
  memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0), SCRIBBLE, 13 * 4 * 9);
  gst_video_frame_unmap (&frame);
}

static void
fill_it (GstBuffer * strip)
{
  fail_unless_equals_int (gst_buffer_memset (strip, 0, SCRIBBLE, -1), 13 * 9 * 4);
}

/* Its memory in another buffer. */
static void
map_elsewhere (GstBuffer * strip)
{
  GstBuffer *other = gst_buffer_new ();

  gst_buffer_append_memory (other, gst_buffer_get_memory (strip, 0));
  gst_buffer_remove_all_memory (strip);
  scribble (other);
  gst_buffer_unref (other);
}

static void
map_memory (GstBuffer * strip)
{
  GstMapInfo map;

  fail_if (gst_memory_map (gst_buffer_peek_memory (strip, 0), &map,
          GST_MAP_WRITE));
}

static void
copy_and_map (GstBuffer * strip)
{
  GstBuffer *copy = gst_buffer_copy (strip);

  scribble (copy);
  gst_buffer_unref (copy);
}

static void
copy_deep (GstBuffer * strip)
{
  GstBuffer *copy = gst_buffer_copy_deep (strip);

  scribble (copy);
  gst_buffer_unref (copy);
}

static void
copy_part (GstBuffer * strip)
{
  GstBuffer *part = gst_buffer_copy_region (strip, GST_BUFFER_COPY_ALL, 4, 100);

  scribble (part);
  gst_buffer_unref (part);
}

static const struct
{
  void (*func) (GstBuffer * strip);
  gboolean is_alone;            /* it writes, and nobody else has the strip */
} uses[] = {
  {map_it, TRUE},
  {map_as_frame, TRUE},
  {fill_it, TRUE},
  {map_elsewhere, TRUE},
  {map_memory, FALSE},
  {copy_and_map, FALSE},
  {copy_deep, FALSE},
  {copy_part, FALSE},
};

/* The frames are repeated, and upstream looks at them again. */
GST_START_TEST (downstream_writes)
{
  guint64 before;
  guint i;
  guint k;
  Lending l;

  lending_init_trusted (&l, 2);
  for (i = 0; i < 10; i++) {
    GstBuffer *frames[2];
    GstBuffer *strip;

    for (k = 0; k < 2; k++) {
      frames[k] = test_upstream_draw (&l.ups[k], 10 * i + k);
      lending_push_and_keep (&l, k, frames[k], 10 * i + k);
    }
    strip = lending_pull (&l);
    fail_unless (gst_buffer_is_writable (strip));
    uses[__i__].func (strip);
    gst_buffer_unref (strip);
    for (k = 0; k < 2; k++) {
      test_assert_drawn (frames[k], &l.ups[k].info, 10 * i + k);
      lending_push_frame (&l, k, frames[k], 10 * i + k);
    }
    lending_expect (&l);
  }

  before = lending_count_in_place (&l);
  lending_run (&l, 20);
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before,
      uses[__i__].is_alone ? 0 : 40);

  /* Until the caps are negotiated anew. */
  l.strip.align = "bottom";
  gst_util_set_object_arg (G_OBJECT (l.rig->element), "align", "bottom");
  lending_run (&l, 2);
  before = lending_count_in_place (&l);
  lending_run (&l, 5);
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 10);
  lending_clear (&l);
}

GST_END_TEST;

/* An application that keeps a minute of strips; when it lets go, it does so in
 * any order. */
GST_START_TEST (downstream_holds)
{
  Held *held[40];
  guint64 before;
  guint i;
  guint k;
  Lending l;

  lending_init_trusted (&l, 3);
  for (k = 0; k < 3; k++) {
    before = lending_count_in_place (&l);
    for (i = 0; i < G_N_ELEMENTS (held); i++) {
      lending_push (&l);
      held[i] = hold (&l);
    }
    for (i = 0; i < G_N_ELEMENTS (held); i++)
      check_held (held[i], &l);
    for (i = 0; i < G_N_ELEMENTS (held); i++)
      let_go (held[i * 7 % G_N_ELEMENTS (held)]);
    fail_unless (test_get_stat (l.rig->element, "strips-allocated") <= 47);
  }

  lending_run (&l, 2);
  before = lending_count_in_place (&l);
  lending_run (&l, 40);
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 120);
  lending_clear (&l);
}

GST_END_TEST;

/* ---- Copies and parts of a lent frame ---- */

static gsize
get_resident_bytes (void)
{
  gchar *text;
  gulong pages;

  fail_unless (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  fail_unless_equals_int (sscanf (text, "%*u %lu", &pages), 1);
  g_free (text);

  return (gsize) pages * 4096;
}

#define WIDE 16384
#define HIGH 512

/* A tile of 4 pixels in a strip of 32 MiB: 512 pages, one for each row. */
GST_START_TEST (copy_takes_its_rows)
{
  GstBuffer *copies[16];
  GstBuffer *frame;
  gsize before;
  gsize taken;
  guint i;
  Lending l;

  memset (&l, 0, sizeof (l));
  l.strip = (TestStrip) { l.tiles, 2, HIGH, "top", 0xff000000 };
  l.tiles[0] = (TestTile) { 4, HIGH, 0 };
  l.tiles[1] = (TestTile) { WIDE - 4, HIGH, 0 };
  l.rig = test_rig_new (2);
  gst_util_set_object_arg (G_OBJECT (l.rig->element), "in-place", "always");
  test_rig_set_caps (l.rig, &l.strip, "RGBA");
  test_upstream_init (&l.ups[0], test_rig_input (l.rig, 0));
  test_upstream_init (&l.ups[1], test_rig_input (l.rig, 1));
  for (i = 0; i < 2; i++)
    test_upstream_push (&l.ups[i], test_upstream_acquire (&l.ups[i]));
  gst_buffer_unref (test_rig_pull (l.rig, NULL));

  frame = test_upstream_draw (&l.ups[0], 1);
  fail_unless (gst_buffer_get_size (frame) > (HIGH - 1) * WIDE * 4);
  before = get_resident_bytes ();
  for (i = 0; i < G_N_ELEMENTS (copies); i++) {
    copies[i] = gst_buffer_copy_deep (frame);
    test_assert_drawn (copies[i], &l.ups[0].info, 1);
    test_draw (copies[i], &l.ups[0].info, 2 + i);
  }
  taken = get_resident_bytes () - before;
  fail_unless (taken < G_N_ELEMENTS (copies) * 8 * HIGH * 1024, "%"
      G_GSIZE_FORMAT " bytes", taken);

  test_assert_drawn (frame, &l.ups[0].info, 1);
  gst_buffer_unref (frame);
  for (i = 0; i < G_N_ELEMENTS (copies); i++) {
    test_assert_drawn (copies[i], &l.ups[0].info, 2 + i);
    gst_buffer_unref (copies[i]);
  }
  lending_clear (&l);
}

GST_END_TEST;

/* Bytes of a frame, from @first on, at their places in a strip of 53 pixels. */
static void
assert_bytes (GstMemory * memory, gsize first, gsize bytes, gsize row_bytes,
    guint32 seed)
{
  const gsize stride = 53 * 4;
  GstMapInfo map;
  gsize i;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, bytes);
  for (i = 0; i < bytes; i++) {
    const gsize place = first + i;

    if (place % stride < row_bytes)
      fail_unless_equals_int (map.data[i], test_byte (seed, place / stride,
              place % stride));
  }
  gst_memory_unmap (memory, &map);
}

/* Every part of a small frame, shared or copied, and copied from a part. */
GST_START_TEST (parts_of_a_frame)
{
  GstBuffer *frame;
  GstMemory *memory;
  gsize offset;
  gsize bytes;
  Lending l;

  lending_init_trusted (&l, 3);
  frame = test_upstream_draw (&l.ups[1], 1);
  memory = gst_buffer_peek_memory (frame, 0);
  fail_unless_equals_uint64 (memory->size, 3 * 53 * 4 + 8 * 4);
  for (offset = 0; offset <= memory->size; offset += 41)
    for (bytes = 0; offset + bytes <= memory->size; bytes += 37) {
      GstMemory *part = gst_memory_share (memory, offset, bytes);
      GstMemory *copy = gst_memory_copy (memory, offset, bytes);
      GstMemory *part_of_part = gst_memory_share (part, bytes / 3, -1);
      GstMemory *copy_of_part = gst_memory_copy (part, bytes / 3, -1);
      GstMapInfo map;

      fail_if (gst_memory_map (part, &map, GST_MAP_WRITE));
      assert_bytes (part, offset, bytes, 32, 1);
      assert_bytes (copy, offset, bytes, 32, 1);
      assert_bytes (part_of_part, offset + bytes / 3, bytes - bytes / 3, 32, 1);
      assert_bytes (copy_of_part, offset + bytes / 3, bytes - bytes / 3, 32, 1);
      gst_memory_unref (part);
      gst_memory_unref (part_of_part);
      fail_unless (gst_memory_map (copy, &map, GST_MAP_WRITE));
      memset (map.data, SCRIBBLE, map.size);
      gst_memory_unmap (copy, &map);
      gst_memory_unref (copy);
      gst_memory_unref (copy_of_part);
    }
  lending_push_frame (&l, 1, frame, 1);
  lending_push_one (&l, 0);
  lending_push_one (&l, 2);
  lending_expect (&l);
  lending_clear (&l);
}

GST_END_TEST;

/* A part outlives its frame: the tile is not lent again, and the strip not
 * shown, as long as it is there. */
GST_START_TEST (part_stays)
{
  GstMemory *part;
  GstBuffer *frame;
  Lending l;

  lending_init_trusted (&l, 3);
  frame = test_upstream_draw (&l.ups[1], 1);
  part = gst_memory_share (gst_buffer_peek_memory (frame, 0), 0, -1);
  lending_push_frame (&l, 1, frame, 1);
  lending_push_one (&l, 0);
  lending_push_one (&l, 2);
  lending_expect (&l);
  lending_run (&l, 20);
  assert_bytes (part, 0, 3 * 53 * 4 + 8 * 4, 32, 1);
  gst_memory_unref (part);
  lending_run (&l, 20);
  lending_clear (&l);
}

GST_END_TEST;

/* The frame that is pushed is only a part of one that was lent. */
GST_START_TEST (part_is_pushed)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 10; i++) {
    GstBuffer *frame = test_upstream_draw (&l.ups[1], i);
    GstBuffer *part = gst_buffer_copy_region (frame, GST_BUFFER_COPY_ALL
        | (i % 2 ? GST_BUFFER_COPY_DEEP : 0), 0, gst_buffer_get_size (frame));

    gst_buffer_unref (frame);
    lending_push_frame (&l, 1, part, i);
    lending_push_one (&l, 0);
    lending_push_one (&l, 2);
    lending_expect (&l);
  }
  lending_run (&l, 5);
  lending_clear (&l);
}

GST_END_TEST;

static Suite *
lent_suite (void)
{
  Suite *s = suite_create ("lent");
  TCase *tc = tcase_create ("lent");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, upstream_reads_later, 0, 6);
  tcase_add_loop_test (tc, upstream_writes_later, 0, 2);
  tcase_add_test (tc, shown_is_not_writable);
  tcase_add_test (tc, upstream_has_a_tee);
  tcase_add_loop_test (tc, downstream_writes, 0, G_N_ELEMENTS (uses));
  tcase_add_test (tc, downstream_holds);
  tcase_add_test (tc, copy_takes_its_rows);
  tcase_add_test (tc, parts_of_a_frame);
  tcase_add_test (tc, part_stays);
  tcase_add_test (tc, part_is_pushed);

  return s;
}

NTMOSAIC_CHECK_MAIN (lent)
