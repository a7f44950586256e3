/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The memory of lent frames: how long it lives, copies and parts of it. */

#include "lending_support.h"

#include <string.h>

/* Whatever goes first. */
GST_START_TEST (test_frames_outlive_all)
{
  GstBuffer *frames[3];
  GstBuffer *deep;
  GstMemory *part;
  Fixture f;
  guint n;

  setup (&f, 2);
  distrust (&f, 1);
  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    frames[n] = lend_painted (&f, n);
  fail_unless_equals_int (where_is (frames[0]), TILE);
  fail_unless_equals_int (where_is (frames[1]), GUARDED);
  if (__i__ & 1)
    gst_nt_strip_pool_clear (f.strips);
  teardown (&f);

  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    paint (&f, frames[n]);
  part = gst_memory_share (gst_buffer_peek_memory (frames[2], 0), 4, 16);
  deep = gst_buffer_copy_deep (frames[0]);
  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    gst_buffer_unref (frames[__i__ & 2 ? G_N_ELEMENTS (frames) - 1 - n : n]);
  fail_unless_equals_int (*data_of (deep), f.next - 3);
  gst_buffer_unref (deep);
  gst_memory_unref (part);
}

GST_END_TEST;

static void
check_rows (GstBuffer * frame, guint8 wanted)
{
  const guint8 *data = data_of (frame);
  guint x;
  guint y;

  for (y = 0; y < TILE_HEIGHT; y++)
    for (x = 0; x < ROW_BYTES; x++)
      fail_unless_equals_int (data[y * stride_of (frame) + x], wanted);
}

/* Of a view, a guarded frame and a block. */
GST_START_TEST (test_copies_of_frames)
{
  GstBuffer *frame;
  GstBuffer *deep;
  GstBuffer *copy;
  GstBuffer *part;
  GstMapInfo map;
  Fixture f;
  guint8 old;

  setup (&f, 2);
  if (__i__ == GUARDED)
    distrust (&f, 1);
  else if (__i__ == TIGHT)
    gst_nt_lender_set_tile (f.lenders[1], NULL, 0);

  old = f.next;
  frame = lend_painted (&f, 1);
  fail_unless_equals_int (where_is (frame), __i__);
  deep = gst_buffer_copy_deep (frame);
  copy = gst_buffer_copy (frame);
  part = gst_buffer_copy_region (frame, GST_BUFFER_COPY_MEMORY,
      2 * stride_of (frame) + 4, ROW_BYTES - 8);

  check_rows (deep, old);
  fail_unless_equals_int (gst_buffer_get_size (deep),
      gst_buffer_get_size (frame));
  fail_unless (data_of (copy) == data_of (frame));
  fail_unless (data_of (part) == data_of (frame) + 2 * stride_of (frame) + 4);

  /* Each has its own once it is written to. */
  gst_buffer_memset (part, 0, 0xf1, -1);
  fail_unless (gst_buffer_map (copy, &map, GST_MAP_WRITE));
  memset (map.data + stride_of (frame), 0xf2, ROW_BYTES);
  gst_buffer_unmap (copy, &map);
  check_rows (frame, old);
  fail_unless_equals_int (*data_of (part), 0xf1);
  fail_unless_equals_int (data_of (copy)[0], old);
  fail_unless_equals_int (data_of (copy)[stride_of (frame)], 0xf2);
  gst_buffer_unref (copy);
  gst_buffer_unref (part);

  paint (&f, deep);
  check_rows (frame, old);
  gst_buffer_unref (frame);
  check_rows (deep, old + 1);
  gst_buffer_unref (deep);
  teardown (&f);
}

GST_END_TEST;

/* Part of a part, and copies of these. */
GST_START_TEST (test_copies_of_parts)
{
  GstMemory *half;
  GstMemory *part;
  GstMemory *copy;
  GstBuffer *frame;
  GstMapInfo map;
  Fixture f;
  guint y;

  setup (&f, 2);
  frame = lend_painted (&f, 1);
  for (y = 0; y < TILE_HEIGHT; y++)
    data_of (frame)[y * STRIP_STRIDE] = y;
  half = gst_memory_share (gst_buffer_peek_memory (frame, 0), STRIP_STRIDE, -1);
  part = gst_memory_share (half, STRIP_STRIDE, 2 * STRIP_STRIDE + 4);
  copy = gst_memory_copy (part, STRIP_STRIDE, -1);
  gst_memory_unref (half);

  fail_if (gst_memory_map (part, &map, GST_MAP_WRITE));
  fail_unless (gst_memory_map (part, &map, GST_MAP_READ));
  fail_unless_equals_int (map.size, 2 * STRIP_STRIDE + 4);
  fail_unless_equals_int (map.data[0], 2);
  gst_memory_unmap (part, &map);
  fail_unless (gst_memory_map (copy, &map, GST_MAP_READWRITE));
  fail_unless_equals_int (map.size, STRIP_STRIDE + 4);
  fail_unless_equals_int (map.data[0], 3);
  fail_unless_equals_int (map.data[STRIP_STRIDE], 4);
  map.data[0] = 0xff;
  gst_memory_unmap (copy, &map);
  fail_unless_equals_int (data_of (frame)[3 * STRIP_STRIDE], 3);

  gst_buffer_unref (frame);
  gst_memory_unref (part);
  gst_memory_unref (copy);
  teardown (&f);
}

GST_END_TEST;

static Suite *
memory_suite (void)
{
  Suite *suite = suite_create ("memory");
  TCase *tcase = tcase_create ("memory");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, test_frames_outlive_all, 0, 4);
  tcase_add_loop_test (tcase, test_copies_of_frames, TIGHT, TILE + 1);
  tcase_add_test (tcase, test_copies_of_parts);

  return suite;
}

GST_CHECK_MAIN (memory);
