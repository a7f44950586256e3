/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames in memory of every kind: whatever strides, offsets, metas and memories
 * a buffer has, its tile holds the same bytes. */

#include <string.h>

#include "rig/rig.h"

#define WIDTH 13
#define HEIGHT 9
#define ROW_BYTES (WIDTH * 4)
#define SEED 77

/* Between two others, whose bytes must not change. Takes @frame. */
static void
check_frame (GstBuffer * frame)
{
  static const TestTile tiles[] = {
    {5, HEIGHT, 1}, {WIDTH, HEIGHT, SEED}, {7, HEIGHT, 2},
  };
  const TestStrip strip = { tiles, 3, HEIGHT, "top", BLACK };
  TestRig *rig = test_rig_new (3);

  GST_BUFFER_PTS (frame) = 0;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_push (rig, 0, tiles[0].seed, 0);
  test_rig_push (rig, 2, tiles[2].seed, 0);
  test_input_push (test_rig_input (rig, 1), frame);
  test_rig_expect (rig, &strip);
  test_rig_free (rig);
}

static GstBuffer *
new_frame (gsize stride, gsize offset)
{
  return test_frame_new (GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT, stride, offset,
      SEED);
}

GST_START_TEST (strides)
{
  static const gsize strides[] = {
    ROW_BYTES + 1, ROW_BYTES + 3, ROW_BYTES + 4, 64, 255, 4096, 4099
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (strides); i++)
    check_frame (new_frame (strides[i], 0));
}

GST_END_TEST;

GST_START_TEST (offsets)
{
  static const gsize offsets[] = { 1, 2, 3, 4, 15, 16, 63, 64, 4097 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (offsets); i++) {
    check_frame (new_frame (0, offsets[i]));
    check_frame (new_frame (ROW_BYTES + 13, offsets[i]));
  }
}

GST_END_TEST;

GST_START_TEST (upside_down)
{
  check_frame (test_frame_new_upside_down (GST_VIDEO_FORMAT_RGBA, WIDTH,
          HEIGHT, ROW_BYTES, SEED));
  check_frame (test_frame_new_upside_down (GST_VIDEO_FORMAT_RGBA, WIDTH,
          HEIGHT, ROW_BYTES + 17, SEED));
  check_frame (test_frame_split (test_frame_new_upside_down
          (GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT, ROW_BYTES + 17, SEED), 100));
}

GST_END_TEST;

GST_START_TEST (several_memories)
{
  static const gsize parts[] = { ROW_BYTES, ROW_BYTES * 4, 101, 7 * ROW_BYTES
        + 1
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (parts); i++) {
    check_frame (test_frame_split (new_frame (0, 0), parts[i]));
    check_frame (test_frame_split (new_frame (ROW_BYTES + 5, 0), parts[i]));
    check_frame (test_frame_split (new_frame (ROW_BYTES + 5, 19), parts[i]));
  }
}

GST_END_TEST;

/* All of the frame is in the second memory. */
GST_START_TEST (in_second_memory)
{
  GstBuffer *frame = new_frame (ROW_BYTES + 4, 500);

  check_frame (test_frame_split (frame, 450));
}

GST_END_TEST;

/* A memory that is a part of another one. */
GST_START_TEST (part_of_memory)
{
  GstBuffer *frame = new_frame (0, 0);
  GstMemory *whole = gst_allocator_alloc (NULL, 2000, NULL);
  GstMapInfo from;
  GstMapInfo to;

  fail_unless (gst_buffer_map (frame, &from, GST_MAP_READ));
  fail_unless (gst_memory_map (whole, &to, GST_MAP_WRITE));
  memset (to.data, 0x33, to.size);
  memcpy (to.data + 101, from.data, from.size);
  gst_memory_unmap (whole, &to);
  gst_buffer_replace_all_memory (frame, gst_memory_share (whole, 101,
          from.size));
  gst_buffer_unmap (frame, &from);
  gst_memory_unref (whole);
  check_frame (frame);
}

GST_END_TEST;

/* More bytes than the frame has. */
GST_START_TEST (too_long)
{
  GstBuffer *frame = new_frame (0, 0);

  gst_buffer_append_memory (frame, gst_allocator_alloc (NULL, 333, NULL));
  check_frame (frame);
}

GST_END_TEST;

/* The meta may describe more pixels than the caps: those of the caps are at the
 * top on the left. */
GST_START_TEST (meta_larger_than_caps)
{
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 4, };
  gint strides[GST_VIDEO_MAX_PLANES] = { (WIDTH + 20) * 4, };
  GstBuffer *frame = new_frame (strides[0], offsets[0]);

  gst_buffer_remove_meta (frame, &gst_buffer_get_video_meta (frame)->meta);
  gst_buffer_append_memory (frame, gst_allocator_alloc (NULL,
          strides[0] * 4, NULL));
  gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, WIDTH + 20, HEIGHT + 3, 1, offsets, strides);
  check_frame (frame);
}

GST_END_TEST;

/* A meta that says the same as the caps. */
GST_START_TEST (meta_of_tight_frame)
{
  GstBuffer *frame = new_frame (0, 0);

  gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT);
  check_frame (frame);
}

GST_END_TEST;

/* Memory without write access: the element only reads. */
GST_START_TEST (read_only_memory)
{
  GstBuffer *frame = new_frame (0, 0);

  GST_MINI_OBJECT_FLAG_SET (gst_buffer_peek_memory (frame, 0),
      GST_MEMORY_FLAG_READONLY);
  check_frame (frame);
}

GST_END_TEST;

/* One buffer for all pads, and for several strips. */
GST_START_TEST (one_buffer_everywhere)
{
  static const TestTile tiles[] = {
    {WIDTH, HEIGHT, SEED}, {WIDTH, HEIGHT, SEED}, {WIDTH, HEIGHT, SEED},
  };
  const TestStrip strip = { tiles, 3, HEIGHT, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  GstBuffer *frame = new_frame (ROW_BYTES + 1, 7);
  guint i;
  guint n;

  for (n = 0; n < 5; n++) {
    for (i = 0; i < 3; i++) {
      GstBuffer *copy = gst_buffer_copy (frame);

      fail_unless (gst_buffer_peek_memory (copy, 0)
          == gst_buffer_peek_memory (frame, 0));
      GST_BUFFER_PTS (copy) = n * TEST_FRAME_TIME;
      GST_BUFFER_DURATION (copy) = TEST_FRAME_TIME;
      test_input_push (test_rig_input (rig, i), copy);
    }
    test_rig_expect (rig, &strip);
  }
  gst_buffer_unref (frame);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (frames)
{
  tcase_add_test (tc, strides);
  tcase_add_test (tc, offsets);
  tcase_add_test (tc, upside_down);
  tcase_add_test (tc, several_memories);
  tcase_add_test (tc, in_second_memory);
  tcase_add_test (tc, part_of_memory);
  tcase_add_test (tc, too_long);
  tcase_add_test (tc, meta_larger_than_caps);
  tcase_add_test (tc, meta_of_tight_frame);
  tcase_add_test (tc, read_only_memory);
  tcase_add_test (tc, one_buffer_everywhere);
}
