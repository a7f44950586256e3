/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstream's memory: two frames are the same only if their bytes are the
 * same. */

/* For memfd_create(). */
#define _GNU_SOURCE

#include "rig/rig.h"

#include <gst/allocators/gstdmabuf.h>
#include <sys/mman.h>
#include <unistd.h>

/* A memory of @n frames of 4x2, one behind the other, with seeds from @seed. */
#define VIEW_BYTES (4 * 2 * 4)

static void
draw (guint8 * data, guint n, guint32 seed)
{
  guint i;

  for (i = 0; i < n * VIEW_BYTES; i++)
    data[i] = test_byte (seed + i / VIEW_BYTES, i / 16 % 2, i % 16);
}

static void
draw_in_memory (GstMemory * memory, guint n, guint32 seed)
{
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  draw (map.data, n, seed);
  gst_memory_unmap (memory, &map);
}

static GstMemory *
new_views (guint n, guint32 seed)
{
  GstMemory *memory = gst_allocator_alloc (NULL, n * VIEW_BYTES, NULL);

  draw_in_memory (memory, n, seed);

  return memory;
}

static TestRig *
view_rig_new (void)
{
  TestRig *rig = test_rig_new_of_size (1, 4, 2, 25);

  g_object_set (rig->element, "strips", 1, NULL);

  return rig;
}

static GstBuffer *
wrap (GstMemory * memory)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_ref (memory));

  return buffer;
}

static void
expect_view (TestRig * rig, guint32 seed)
{
  const TestTile tile[] = { {4, 2, seed} };

  test_rig_expect (rig, &(TestStrip) { tile, 1, 2, "top", BLACK });
}

/* Pushes @memory, which shows the frame of @seed. */
static void
check_view (TestRig * rig, GstMemory * memory, guint32 seed)
{
  test_input_push_nth (test_rig_input (rig, 0), wrap (memory), rig->n_sent++);
  expect_view (rig, seed);
}

static void
wait_for (GstMemory * memory)
{
  test_wait_until (GST_MINI_OBJECT_REFCOUNT_VALUE (memory) == 1);
}

/* While it is shown, this is not allowed. */
GST_START_TEST (memory_of_other_offset)
{
  GstMemory *memory = new_views (3, 7);
  GstMemory *other = new_views (1, 1000);
  TestRig *rig = view_rig_new ();
  guint n;

  for (n = 0; n < 9; n++) {
    gst_memory_resize (memory, (gssize) (n % 3 * VIEW_BYTES)
        - (gssize) memory->offset, VIEW_BYTES);
    check_view (rig, memory, 7 + n % 3);
    check_view (rig, memory, 7 + n % 3);
    fail_if (gst_memory_is_writable (memory));
    check_view (rig, other, 1000);
    wait_for (memory);
  }
  test_expect_stat (rig, "tiles-kept", 9);
  gst_memory_unref (other);
  gst_memory_unref (memory);
  test_rig_free (rig);
}

GST_END_TEST;

/* Parts of one memory, each a GstMemory of its own. */
GST_START_TEST (parts_of_a_memory)
{
  GstMemory *memory = new_views (3, 7);
  TestRig *rig = view_rig_new ();
  guint n;

  for (n = 0; n < 9; n++) {
    GstMemory *part = gst_memory_share (memory, n % 3 * VIEW_BYTES, VIEW_BYTES);

    check_view (rig, part, 7 + n % 3);
    gst_memory_unref (part);
  }
  gst_memory_unref (memory);
  test_rig_free (rig);
}

GST_END_TEST;

/* The same buffer for two frames, one behind the other in it. */
GST_START_TEST (other_meta)
{
  GstMemory *memory = new_views (2, 7);
  TestRig *rig = view_rig_new ();
  GstHarness *input = test_rig_input (rig, 0);
  guint n;

  for (n = 0; n < 8; n++) {
    gsize offsets[GST_VIDEO_MAX_PLANES] = { n / 2 % 2 * VIEW_BYTES, };
    gint strides[GST_VIDEO_MAX_PLANES] = { 16, };
    GstBuffer *buffer = wrap (memory);

    gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_RGBA, 4, 2, 1,
        offsets, strides);
    test_input_push_nth (input, buffer, n);
    expect_view (rig, 7 + n / 2 % 2);
  }
  test_expect_stat (rig, "tiles-kept", 4);
  gst_memory_unref (memory);
  test_rig_free (rig);
}

GST_END_TEST;

/* A device's memory: the same GstMemory comes again. The device writes to it
 * without GStreamer's knowledge, but only after the element has given it
 * back. */
GST_START_TEST (dmabuf)
{
  GstAllocator *allocator = gst_dmabuf_allocator_new ();
  GstMemory *other = new_views (1, 1000);
  TestRig *rig = view_rig_new ();
  const int fd = memfd_create ("frame", 0);
  guint8 *device;
  GstMemory *memory;
  guint n;

  fail_unless_equals_int (ftruncate (fd, VIEW_BYTES), 0);
  device = mmap (NULL, VIEW_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  fail_unless (device != MAP_FAILED);
  memory = gst_dmabuf_allocator_alloc (allocator, fd, VIEW_BYTES);
  for (n = 0; n < 5; n++) {
    draw (device, 1, n);
    check_view (rig, memory, n);
    check_view (rig, memory, n);
    check_view (rig, other, 1000);
    wait_for (memory);
  }
  test_expect_stat (rig, "tiles-kept", 5);
  gst_memory_unref (other);
  gst_memory_unref (memory);
  gst_object_unref (allocator);
  munmap (device, VIEW_BYTES);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- A live pad that falls silent ---- */

/* Its frame is over after max-last-buffer-repeat, and comes home. Then the same
 * memory comes with other bytes, and a free strip shows the frame before. */
GST_START_TEST (silent_pad)
{
  GstMemory *memory = new_views (1, 1);
  TestRig *rig = test_rig_new_live (FALSE);
  guint32 seed;
  guint n = 0;
  guint i;

  g_object_set (rig->element, "copy-on-arrival", FALSE, NULL);
  for (i = 0; i < 2; i++)
    test_input_set_caps (test_rig_add (rig, "sink_%u"), "RGBA", 4, 2);
  gst_child_proxy_set (GST_CHILD_PROXY (rig->element),
      "sink_1::max-last-buffer-repeat", 2 * TEST_FRAME_TIME, NULL);
  for (seed = 1; seed < 4; seed++) {
    GstBuffer *held = NULL;

    draw_in_memory (memory, 1, seed);
    test_input_push_nth (test_rig_input (rig, 1), wrap (memory), n);
    for (i = 0; i < 6; i++, n++) {
      const TestTile tiles[] = { {4, 2, n}, {4, i < 4 ? 2 : 0, seed} };
      const TestStrip strip = { tiles, 2, 2, "top", BLACK };

      test_rig_push (rig, 0, n, n);
      if (i > 0)
        test_rig_pass (rig);
      if (i == 0)
        held = test_rig_take (rig, &strip);
      else
        test_rig_expect (rig, &strip);
    }
    wait_for (memory);
    gst_buffer_unref (held);
  }
  gst_memory_unref (memory);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (upstream)
{
  tcase_add_test (tc, memory_of_other_offset);
  tcase_add_test (tc, parts_of_a_memory);
  tcase_add_test (tc, other_meta);
  tcase_add_test (tc, dmabuf);
  tcase_add_test (tc, silent_pad);
}
