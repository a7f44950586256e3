/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstream's memory: two frames are the same only if they are the same bytes. */

/* For memfd_create(). */
#define _GNU_SOURCE

#include "stills.h"

#include <gst/allocators/gstdmabuf.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A memory of @n frames of 4x2, one behind the other, with seeds from @seed. */
#define VIEW_BYTES (4 * 2 * 4)

static GstMemory *
new_views (guint n, guint32 seed)
{
  GstBuffer *all = test_frame_new (GST_VIDEO_FORMAT_RGBA, 4, 2 * n, 0, 0, 0);
  GstMemory *memory = gst_buffer_get_memory (all, 0);
  GstMapInfo map;
  guint i;

  gst_buffer_unref (all);
  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  for (i = 0; i < n * VIEW_BYTES; i++)
    map.data[i] = test_byte (seed + i / VIEW_BYTES, i / 16 % 2, i % 16);
  gst_memory_unmap (memory, &map);

  return memory;
}

static const TestTile view_tile[] = { {4, 2, 0} };

static TestRig *
view_rig_new (void)
{
  const TestStrip strip = { view_tile, 1, 2, "top", BLACK };
  TestRig *rig = test_rig_new (1);

  g_object_set (rig->element, "strips", 1, NULL);
  test_rig_set_caps (rig, &strip, "RGBA");

  return rig;
}

/* Pushes @memory, which shows the frame of @seed. */
static void
check_view (TestRig * rig, GstMemory * memory, guint32 seed)
{
  const TestTile tile[] = { {4, 2, seed} };
  const TestStrip strip = { tile, 1, 2, "top", BLACK };
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_ref (memory));
  push_copy (test_rig_input (rig, 0), buffer, rig->n_sent++);
  gst_buffer_unref (buffer);
  test_rig_expect (rig, &strip);
}

static void
wait_for (GstMemory * memory)
{
  while (GST_MINI_OBJECT_REFCOUNT_VALUE (memory) > 1)
    g_usleep (10);
}

/* While it is shown, nobody may do this. */
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
  fail_unless_equals_uint64 (test_get_stat (rig->element, "tiles-kept"), 9);
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
    const TestTile tile[] = { {4, 2, 7 + n / 2 % 2} };
    const TestStrip strip = { tile, 1, 2, "top", BLACK };
    GstBuffer *buffer = gst_buffer_new ();

    gst_buffer_append_memory (buffer, gst_memory_ref (memory));
    gst_buffer_add_video_meta_full (buffer, 0, GST_VIDEO_FORMAT_RGBA, 4, 2, 1,
        offsets, strides);
    push_copy (input, buffer, n);
    gst_buffer_unref (buffer);
    test_rig_expect (rig, &strip);
  }
  fail_unless_equals_uint64 (test_get_stat (rig->element, "tiles-kept"), 4);
  gst_memory_unref (memory);
  test_rig_free (rig);
}

GST_END_TEST;

/* A device's memory: the same GstMemory comes again, written by nobody that
 * GStreamer knows of, but only after it was given back. */
GST_START_TEST (dmabuf)
{
  GstAllocator *allocator = gst_dmabuf_allocator_new ();
  GstMemory *other = new_views (1, 1000);
  TestRig *rig = view_rig_new ();
  const int fd = memfd_create ("frame", 0);
  guint8 *device;
  GstMemory *memory;
  guint n;
  guint i;

  fail_unless_equals_int (ftruncate (fd, VIEW_BYTES), 0);
  device = mmap (NULL, VIEW_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  fail_unless (device != MAP_FAILED);
  memory = gst_dmabuf_allocator_alloc (allocator, fd, VIEW_BYTES);
  for (n = 0; n < 5; n++) {
    for (i = 0; i < VIEW_BYTES; i++)
      device[i] = test_byte (n, i / 16, i % 16);
    check_view (rig, memory, n);
    check_view (rig, memory, n);
    check_view (rig, other, 1000);
    wait_for (memory);
  }
  fail_unless_equals_uint64 (test_get_stat (rig->element, "tiles-kept"), 5);
  gst_memory_unref (other);
  gst_memory_unref (memory);
  gst_object_unref (allocator);
  munmap (device, VIEW_BYTES);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- A live pad that falls silent ---- */

#define LIVE_CAPS "video/x-raw,format=RGBA,width=4,height=2,framerate=50/1"

static void
push_live (Pipeline * p, GstMemory * memory)
{
  GstElement *source = gst_bin_get_by_name (GST_BIN (p->pipeline), "s");
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_append_memory (buffer, gst_memory_ref (memory));
  GST_BUFFER_DURATION (buffer) = GST_SECOND / 50;
  fail_unless_equals_int (gst_app_src_push_buffer (GST_APP_SRC (source),
          buffer), GST_FLOW_OK);
  gst_object_unref (source);
}

/* Whether the second tile shows the frame of @seed, or else background. */
static gboolean
shows (Pipeline * p, guint32 seed)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (p->pipeline), "a");
  GstSample *sample = gst_app_sink_pull_sample (GST_APP_SINK (sink));
  GstMapInfo map;
  gboolean shown;
  guint x;
  guint y;

  fail_unless (sample != NULL);
  fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map,
          GST_MAP_READ));
  shown = map.data[16] == test_byte (seed, 0, 0);
  for (y = 0; y < 2; y++)
    for (x = 0; x < 16; x++)
      fail_unless_equals_int (map.data[y * 32 + 16 + x], shown ?
          test_byte (seed, y, x) : 0);
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
  gst_sample_unref (sample);
  gst_object_unref (sink);

  return shown;
}

/* Its frame is over after max-last-buffer-repeat, and comes home; then the same
 * memory comes with other bytes. */
GST_START_TEST (silent_pad)
{
  GstMemory *memory = new_views (1, 1);
  Pipeline p;
  guint32 seed;

  start (&p, "ntmosaic name=m background-color=0 "
      "sink_1::max-last-buffer-repeat=60000000 ! appsink name=a sync=false "
      "videotestsrc is-live=true ! " LIVE_CAPS " ! queue ! m.sink_0 "
      "appsrc name=s is-live=true format=time do-timestamp=true "
      "caps=" LIVE_CAPS " ! queue ! m.sink_1");
  for (seed = 1; seed < 4; seed++) {
    GstMapInfo map;
    guint i;

    fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
    for (i = 0; i < VIEW_BYTES; i++)
      map.data[i] = test_byte (seed, i / 16, i % 16);
    gst_memory_unmap (memory, &map);

    push_live (&p, memory);
    while (!shows (&p, seed));
    /* As applications do when they are told that it has changed. */
    gst_bin_recalculate_latency (GST_BIN (p.pipeline));
    while (shows (&p, seed));
    wait_for (memory);
    fail_if (shows (&p, seed));
  }
  stop (&p);
  gst_memory_unref (memory);
}

GST_END_TEST;

static Suite *
upstream_suite (void)
{
  Suite *s = suite_create ("upstream");
  TCase *tc = tcase_create ("upstream");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, memory_of_other_offset);
  tcase_add_test (tc, parts_of_a_memory);
  tcase_add_test (tc, other_meta);
  tcase_add_test (tc, dmabuf);
  tcase_add_test (tc, silent_pad);

  return s;
}

NTMOSAIC_CHECK_MAIN (upstream)
