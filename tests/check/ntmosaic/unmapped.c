/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A frame whose memory can't be mapped: the element names the pad and the
 * bytes, and says what to do. The other pads' tiles are right. Nor can a strip
 * be made in such memory of downstream's. */

#include <string.h>

#include "rig/shows.h"

#define WIDTH 8
#define HEIGHT 6
#define FRAME_BYTES (WIDTH * HEIGHT * TEST_PIXEL_BYTES)
#define REMEDY "put an element before the pad that downloads to system memory"

/* ---- Memory that refuses to be mapped ---- */

typedef struct
{
  GstMemory memory;
  guint8 bytes[];
} Memory;

/* Whether the memory of all frames can be mapped now; atomic. */
static gint is_mappable = FALSE;

typedef GstAllocator RefusingAllocator;
typedef GstAllocatorClass RefusingAllocatorClass;

static GType refusing_allocator_get_type (void);
G_DEFINE_TYPE (RefusingAllocator, refusing_allocator, GST_TYPE_ALLOCATOR);

static gpointer
refusing_memory_map (GstMemory * memory, gsize maxsize, GstMapFlags flags)
{
  Memory *self = (Memory *) memory;

  return g_atomic_int_get (&is_mappable) ? self->bytes : NULL;
}

static void
refusing_memory_unmap (GstMemory * memory)
{
}

static void
refusing_memory_free (GstAllocator * allocator, GstMemory * memory)
{
  g_free (memory);
}

static void
refusing_allocator_class_init (RefusingAllocatorClass * klass)
{
  klass->free = refusing_memory_free;
}

static void
refusing_allocator_init (RefusingAllocator * self)
{
  self->mem_type = "RefusingMemory";
  self->mem_map = refusing_memory_map;
  self->mem_unmap = refusing_memory_unmap;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

/* Moves the bytes in the last memory of @frame to one that refuses. Takes
 * @frame. */
static GstBuffer *
refuse (GstBuffer * frame)
{
  const guint last = gst_buffer_n_memory (frame) - 1;
  GstAllocator *allocator =
      gst_object_ref_sink (g_object_new (refusing_allocator_get_type (),
          NULL));
  GstMemory *whole = gst_buffer_get_memory (frame, last);
  const gsize n_bytes = gst_memory_get_sizes (whole, NULL, NULL);
  Memory *self = g_malloc0 (sizeof (*self) + n_bytes);
  GstMapInfo map;

  gst_memory_init (GST_MEMORY_CAST (self), GST_MEMORY_FLAG_NO_SHARE, allocator,
      NULL, n_bytes, 0, 0, n_bytes);
  fail_unless (gst_memory_map (whole, &map, GST_MAP_READ));
  memcpy (self->bytes, map.data, n_bytes);
  gst_memory_unmap (whole, &map);
  gst_memory_unref (whole);
  gst_buffer_replace_memory (frame, last, GST_MEMORY_CAST (self));
  gst_object_unref (allocator);

  return frame;
}

/* ---- Frames ---- */

/* A tight frame, one with a GstVideoMeta, and two in two memories, of which one
 * begins behind other bytes. */
#define N_KINDS 4
#define OFFSET 8

static GstBuffer *
make_frame (guint kind)
{
  GstBuffer *frame = test_frame_new (GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT, 0,
      kind == 3 ? OFFSET : 0, 1);

  if (kind == 1)
    gst_buffer_add_video_meta (frame, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT);
  if (kind >= 2)
    frame = test_frame_split (frame, FRAME_BYTES - 10);

  return refuse (frame);
}

static void
expect_words (TestRig * rig, GstMessageType type, guint kind)
{
  gchar *words = g_strdup_printf ("of %d bytes can't be mapped for reading",
      kind == 3 ? FRAME_BYTES + OFFSET : FRAME_BYTES);

  test_expect_message (rig->bus, rig->element, type, "sink_1", words, REMEDY,
      NULL);
  g_free (words);
}

/* Before the first strip, that is an error, and the element works when it is
 * started again. */
GST_START_TEST (first_frame)
{
  static const TestTile tiles[] = { {WIDTH, HEIGHT, 3}, {WIDTH, HEIGHT, 4} };
  static const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  TestRig *rig = test_rig_new_of_size (2, WIDTH, HEIGHT, 25);
  GstBuffer *frame = make_frame (__i__);

  GST_BUFFER_PTS (frame) = 0;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  test_rig_push (rig, 0, 1, 0);
  gst_harness_push (test_rig_input (rig, 1), frame);
  expect_words (rig, GST_MESSAGE_ERROR, __i__);

  test_rig_restart (rig, GST_STATE_READY);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* After it, the tile is background: one warning, and each frame counts. */
GST_START_TEST (later_frames)
{
  TestRig *rig = test_rig_new_of_size (2, WIDTH, HEIGHT, 25);
  TestTile tiles[] = { {WIDTH, HEIGHT, 0}, {WIDTH, HEIGHT, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  guint n;

  for (n = 0; n < 9; n++) {
    const gboolean is_bad = n % 3 == 1;

    tiles[0].seed = 10 + n;
    tiles[1].seed = 50 + n;
    tiles[1].height = is_bad ? 0 : HEIGHT;
    test_rig_push (rig, 0, tiles[0].seed, n);
    if (is_bad)
      test_input_push_nth (test_rig_input (rig, 1), make_frame (__i__), n);
    else
      test_rig_push (rig, 1, tiles[1].seed, n);
    test_rig_expect (rig, &strip);
    if (n == 1)
      expect_words (rig, GST_MESSAGE_WARNING, __i__);
  }
  test_rig_expect_no_warning (rig);
  test_expect_stat (rig, "frames-refused", 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Where frames are copied on arrival ---- */

/* The frame can't be copied there, nor later. */
GST_START_TEST (arriving_frame)
{
  Show s;

  show_begin (&s);
  show_push_new (&s, 0);
  show_push (&s, 1, refuse (show_new_frame (&s, 1, 900)), 900);
  show_push_new (&s, 2);
  s.tiles[1].height = 0;
  show_expect (&s);
  fail_unless_equals_int (show_count (&s), SHOW_PADS - 1);
  test_rig_expect_warning (s.rig, "sink_1", "can't be mapped for reading",
      REMEDY);
  s.tiles[1].height = 4;
  show_run (&s, SHOW_MAX_PAUSE);
  show_check_all_arrive (&s);
  test_expect_stat (s.rig, "frames-refused", 1);
  show_end (&s);
}

GST_END_TEST;

/* When it arrives, the frame can't be mapped; for its strip, it can. */
GST_START_TEST (mapped_later)
{
  Show s;

  show_begin (&s);
  show_push_new (&s, 0);
  show_push (&s, 1, refuse (show_new_frame (&s, 1, 900)), 900);
  g_atomic_int_set (&is_mappable, TRUE);
  show_push_new (&s, 2);
  show_expect (&s);
  fail_unless_equals_int (show_count (&s), SHOW_PADS - 1);
  test_rig_expect_no_warning (s.rig);
  test_expect_stat (s.rig, "frames-refused", 0);
  g_atomic_int_set (&is_mappable, FALSE);
  show_end (&s);
}

GST_END_TEST;

/* ---- Strips in memory of downstream's ---- */

/* The memory refuses, or is two, or is too short for what its meta says. */
#define N_POOLS 3

typedef struct
{
  GstBufferPool parent;
  guint kind;
} TestPool;

typedef GstBufferPoolClass TestPoolClass;

static GType test_pool_get_type (void);
G_DEFINE_TYPE (TestPool, test_pool, GST_TYPE_BUFFER_POOL);

static const gchar **
test_pool_get_options (GstBufferPool * pool)
{
  static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };

  return options;
}

/* For a strip of two tiles, which begins behind other bytes. */
static GstFlowReturn
test_pool_alloc_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  GstBuffer *whole = test_frame_new (GST_VIDEO_FORMAT_RGBA, 2 * WIDTH, HEIGHT,
      0, OFFSET, 1);

  switch (((TestPool *) pool)->kind) {
    case 0:
      *buffer = refuse (whole);
      break;
    case 1:
      *buffer = test_frame_split (whole, FRAME_BYTES);
      break;
    default:
      gst_buffer_get_video_meta (whole)->stride[0] = 1000;
      *buffer = whole;
  }

  return GST_FLOW_OK;
}

static void
test_pool_class_init (TestPoolClass * klass)
{
  klass->get_options = test_pool_get_options;
  klass->alloc_buffer = test_pool_alloc_buffer;
}

static void
test_pool_init (TestPool * self)
{
}

static GstPadProbeReturn
offer_pool (GstPad * pad, GstPadProbeInfo * info, gpointer pool)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;

  gst_query_add_allocation_pool (query, pool, 0, 0, 0);
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  return GST_PAD_PROBE_HANDLED;
}

GST_START_TEST (strip_of_downstreams_pool)
{
  TestRig *rig = test_rig_new_of_size (2, WIDTH, HEIGHT, 25);
  GstBufferPool *pool =
      gst_object_ref_sink (g_object_new (test_pool_get_type (), NULL));
  GstPad *src = gst_element_get_static_pad (rig->element, "src");

  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, offer_pool,
      pool, NULL);
  ((TestPool *) pool)->kind = __i__;
  gst_object_unref (src);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 2, 0);
  test_rig_expect_error (rig, "downstream's pool", "of 392 bytes that "
      "can't be mapped for writing a strip of 16x6", "drop-allocation=true");
  test_rig_free (rig);
  gst_object_unref (pool);
}

GST_END_TEST;

TEST_CASES (unmapped)
{
  tcase_add_loop_test (tc, first_frame, 0, N_KINDS);
  tcase_add_loop_test (tc, later_frames, 0, N_KINDS);
  tcase_add_test (tc, arriving_frame);
  tcase_add_test (tc, mapped_later);
  tcase_add_loop_test (tc, strip_of_downstreams_pool, 0, N_POOLS);
}
