/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whose memory a strip is in: downstream's if downstream has memory of its own,
 * otherwise the element's; and what downstream may ask of the element's. */

#include <string.h>

#include "rig/rig.h"

/* ---- A pool like a display's: padded rows, the first one not at 0 ---- */

#define POOL_OFFSET 20
#define POOL_PADDING 36

typedef struct
{
  GstBufferPool parent;
  GstVideoInfo info;
  gint padding;                 /* bytes behind each row */
  gsize plain_bytes;            /* buffers of these bytes, without a meta */
} TestPool;

typedef struct
{
  GstBufferPoolClass parent_class;
} TestPoolClass;

GType test_pool_get_type (void);

G_DEFINE_TYPE (TestPool, test_pool, GST_TYPE_BUFFER_POOL);

static const gchar **
test_pool_get_options (GstBufferPool * pool)
{
  static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };

  return options;
}

static gboolean
test_pool_set_config (GstBufferPool * pool, GstStructure * config)
{
  GstCaps *caps;

  if (!gst_buffer_pool_config_get_params (config, &caps, NULL, NULL, NULL)
      || !gst_video_info_from_caps (&((TestPool *) pool)->info, caps))
    return FALSE;

  return GST_BUFFER_POOL_CLASS (test_pool_parent_class)->set_config (pool,
      config);
}

static GstFlowReturn
test_pool_alloc_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  const GstVideoInfo *info = &((TestPool *) pool)->info;
  const gint pixel_bytes = GST_VIDEO_INFO_COMP_PSTRIDE (info, 0);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { POOL_OFFSET, };
  gint strides[GST_VIDEO_MAX_PLANES] = {
    GST_VIDEO_INFO_WIDTH (info) * pixel_bytes + ((TestPool *) pool)->padding,
  };

  if (((TestPool *) pool)->plain_bytes > 0) {
    *buffer = gst_buffer_new_allocate (NULL, ((TestPool *) pool)->plain_bytes,
        NULL);
    return GST_FLOW_OK;
  }
  *buffer = gst_buffer_new_allocate (NULL, POOL_OFFSET
      + (gsize) strides[0] * GST_VIDEO_INFO_HEIGHT (info), NULL);
  gst_buffer_memset (*buffer, 0, 0xee, -1);
  gst_buffer_add_video_meta_full (*buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), 1, offsets, strides);

  return GST_FLOW_OK;
}

static void
test_pool_class_init (TestPoolClass * klass)
{
  GstBufferPoolClass *pool_class = GST_BUFFER_POOL_CLASS (klass);

  pool_class->get_options = test_pool_get_options;
  pool_class->set_config = test_pool_set_config;
  pool_class->alloc_buffer = test_pool_alloc_buffer;
}

static void
test_pool_init (TestPool * pool)
{
  pool->padding = POOL_PADDING;
}

/* ---- What downstream answers ---- */

typedef struct
{
  GstBufferPool *pool;
  guint max_buffers;
  gboolean meta;
  const GstAllocationParams *params;
  guint n_asked;
} Answer;

static GstPadProbeReturn
answer_query (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  Answer *answer = user_data;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;

  answer->n_asked++;
  if (answer->pool)
    gst_query_add_allocation_pool (query, answer->pool, 0, 0,
        answer->max_buffers);
  if (answer->meta)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  if (answer->params)
    gst_query_add_allocation_param (query, NULL, answer->params);

  return GST_PAD_PROBE_HANDLED;
}

static const TestTile tiles[] = { {5, 9, 1}, {8, 4, 2}, {3, 5, 3} };
static const TestStrip strip = { tiles, 3, 9, "top", BLACK };

static TestRig *
rig_new (Answer * answer)
{
  TestRig *rig = test_rig_new (3);
  GstPad *pad = gst_element_get_static_pad (rig->element, "src");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer_query,
      answer, NULL);
  gst_object_unref (pad);
  test_rig_set_caps (rig, &strip, "RGBA");

  return rig;
}

/* The next strip, which is right. */
static GstBuffer *
next_strip (TestRig * rig)
{
  GstBuffer *buffer;
  GstCaps *caps;

  test_rig_send (rig, &strip);
  buffer = test_rig_pull (rig, &caps);
  test_assert_strip (buffer, caps, &strip);
  gst_caps_unref (caps);

  return buffer;
}

static void
check_pool (GstBufferPool * pool, gboolean is_used)
{
  Answer answer = { pool, 0, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  guint n;

  for (n = 0; n < 5; n++) {
    GstBuffer *buffer = next_strip (rig);

    fail_unless_equals_int (buffer->pool == pool, is_used);
    gst_buffer_unref (buffer);
  }
  fail_unless_equals_int (answer.n_asked, 1);
  test_expect_stat (rig, "strips-allocated", is_used ? 0 : 3);
  test_rig_free (rig);
  ASSERT_OBJECT_REFCOUNT (pool, "pool", 1);
  gst_object_unref (pool);
}

static GstBufferPool *
test_pool_new (void)
{
  return g_object_ref_sink (g_object_new (test_pool_get_type (), NULL));
}

GST_START_TEST (pool_with_own_memory)
{
  check_pool (test_pool_new (), TRUE);
}

GST_END_TEST;

/* Rows of RGB that are closer than those of the element's own strips. */
GST_START_TEST (pool_with_tight_rows)
{
  static const TestTile odd_tiles[] = { {5, 9, 1}, {8, 4, 2}, {2, 5, 3} };
  const TestStrip odd = { odd_tiles, 3, 9, "top", BLACK };
  Answer answer = { test_pool_new (), 0, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  guint n;

  ((TestPool *) answer.pool)->padding = 0;
  test_rig_set_caps (rig, &odd, "RGB");
  for (n = 0; n < 3; n++) {
    GstBuffer *buffer;

    test_rig_send (rig, &odd);
    buffer = test_rig_take (rig, &odd);
    fail_unless (buffer->pool == answer.pool);
    fail_unless_equals_int (gst_buffer_get_video_meta (buffer)->stride[0], 45);
    gst_buffer_unref (buffer);
  }
  test_rig_free (rig);
  gst_object_unref (answer.pool);
}

GST_END_TEST;

/* Buffers that can't have a strip: the first of all, or a later one. */
static void
check_bad_pool (guint n_good, gint padding, gsize plain_bytes,
    const gchar * word, const gchar * other_word)
{
  Answer answer = { test_pool_new (), 0, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  GstBuffer *held[2];
  guint n;

  for (n = 0; n < n_good; n++)
    held[n] = next_strip (rig);
  ((TestPool *) answer.pool)->padding = padding;
  ((TestPool *) answer.pool)->plain_bytes = plain_bytes;
  test_rig_send (rig, &strip);
  test_rig_expect_error (rig, word, other_word, "drop-allocation=true");
  while (n > 0)
    gst_buffer_unref (held[--n]);
  test_rig_free (rig);
  gst_object_unref (answer.pool);
}

GST_START_TEST (pool_with_short_rows)
{
  check_bad_pool (__i__, -4, 0, "rows of 60 bytes", "needs 64");
}

GST_END_TEST;

GST_START_TEST (pool_with_small_buffers)
{
  check_bad_pool (__i__, 0, 64 * 9 - 1, "575 bytes", "16x9");
}

GST_END_TEST;

GST_START_TEST (pools_of_system_memory)
{
  check_pool (gst_video_buffer_pool_new (), FALSE);
  check_pool (gst_buffer_pool_new (), FALSE);
}

GST_END_TEST;

/* Downstream holds all buffers of its pool: the element must not wait. */
GST_START_TEST (pool_runs_dry)
{
  Answer answer = { test_pool_new (), 2, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  GstBuffer *held[5];
  guint n;

  for (n = 0; n < G_N_ELEMENTS (held); n++) {
    held[n] = next_strip (rig);
    fail_unless_equals_int (held[n]->pool == answer.pool, n < 2);
  }
  for (n = 0; n < G_N_ELEMENTS (held); n++)
    gst_buffer_unref (held[n]);
  for (n = 0; n < 3; n++) {
    held[n] = next_strip (rig);
    fail_unless_equals_int (held[n]->pool == answer.pool, n < 2);
  }
  for (n = 0; n < 3; n++)
    gst_buffer_unref (held[n]);
  test_rig_free (rig);
  gst_object_unref (answer.pool);
}

GST_END_TEST;

/* When the element asks again, downstream offers the pool that is in use. */
GST_START_TEST (same_pool_again)
{
  Answer answer = { test_pool_new (), 0, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  guint n;

  for (n = 0; n < 4; n++) {
    GstBuffer *buffer = next_strip (rig);

    fail_unless (buffer->pool == answer.pool);
    gst_buffer_unref (buffer);
    gst_harness_push_upstream_event (rig->out, gst_event_new_reconfigure ());
  }
  fail_unless_equals_int (answer.n_asked, 4);
  test_rig_free (rig);
  gst_object_unref (answer.pool);
}

GST_END_TEST;

/* One tile is shown alone in buffers of downstream's pool, then all are. */
GST_START_TEST (one_tile_in_pool)
{
  Answer answer = { test_pool_new (), 0, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  guint i;

  for (i = 0; i < 12; i++) {
    const TestTile *alone = &tiles[i % 3];
    const TestTile shown[] = { *alone, {16 - alone->width, 0, TEST_NO_FRAME} };
    const TestStrip expected = { shown, 2, 9, "top", BLACK };
    GstBuffer *buffer;

    g_object_set (rig->element, "show-source", (gint) i % 3, NULL);
    test_rig_send (rig, &strip);
    buffer = test_rig_take (rig, &expected);
    fail_unless (buffer->pool == answer.pool);
    gst_buffer_unref (buffer);
    g_object_set (rig->element, "show-source", -1, NULL);
    gst_buffer_unref (next_strip (rig));
  }
  test_rig_free (rig);
  gst_object_unref (answer.pool);
}

GST_END_TEST;

/* Another pool, then none. */
GST_START_TEST (pool_changes)
{
  GstBufferPool *first = test_pool_new ();
  GstBufferPool *second = test_pool_new ();
  GstBufferPool *pools[] = { first, second, NULL, first };
  Answer answer = { NULL, 0, TRUE, NULL, 0 };
  TestRig *rig;
  guint n;

  answer.pool = pools[0];
  rig = rig_new (&answer);
  for (n = 0; n < G_N_ELEMENTS (pools); n++) {
    GstBuffer *buffer;

    answer.pool = pools[n];
    gst_harness_push_upstream_event (rig->out, gst_event_new_reconfigure ());
    buffer = next_strip (rig);
    fail_unless (buffer->pool == pools[n]);
    gst_buffer_unref (buffer);
  }
  test_rig_free (rig);
  ASSERT_OBJECT_REFCOUNT (first, "first", 1);
  ASSERT_OBJECT_REFCOUNT (second, "second", 1);
  gst_object_unref (first);
  gst_object_unref (second);
}

GST_END_TEST;

GST_START_TEST (video_meta)
{
  Answer answer = { NULL, 0, FALSE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  guint n;

  for (n = 0; n < 8; n++) {
    GstBuffer *buffer = next_strip (rig);
    GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

    fail_unless_equals_int (meta != NULL, answer.meta);
    if (meta) {
      fail_unless_equals_int (meta->width, 16);
      fail_unless_equals_int (meta->height, 9);
      fail_unless_equals_int (meta->stride[0], 64);
      fail_unless_equals_uint64 (meta->offset[0], 0);
    }
    gst_buffer_unref (buffer);

    answer.meta = n < 4;
    gst_harness_push_upstream_event (rig->out, gst_event_new_reconfigure ());
  }
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (alignment_and_padding)
{
  const GstAllocationParams params = {.align = 255,.padding = 64 };
  Answer answer = { NULL, 0, FALSE, &params, 0 };
  TestRig *rig = rig_new (&answer);
  guint n;

  for (n = 0; n < 4; n++) {
    GstBuffer *buffer = next_strip (rig);
    gsize maxsize;
    GstMapInfo map;
    gsize offset;

    fail_unless_equals_int (gst_buffer_get_sizes (buffer, &offset, &maxsize),
        16 * 4 * 9);
    fail_unless_equals_int (offset, 0);
    fail_unless_equals_int (gst_buffer_n_memory (buffer), 1);
    fail_unless (maxsize >= 16 * 4 * 9 + 64);
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    fail_unless_equals_int (GPOINTER_TO_SIZE (map.data) % 256, 0);
    gst_buffer_unmap (buffer, &map);
    gst_buffer_unref (buffer);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The element uses its strips again after it has asked downstream again. */
GST_START_TEST (strips_survive_reconfiguration)
{
  Answer answer = { NULL, 0, TRUE, NULL, 0 };
  TestRig *rig = rig_new (&answer);
  guint n;

  for (n = 0; n < 5; n++) {
    gst_buffer_unref (next_strip (rig));
    gst_harness_push_upstream_event (rig->out, gst_event_new_reconfigure ());
  }
  test_expect_stat (rig, "strips-allocated", 3);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (number_of_strips)
{
  TestRig *rig = test_rig_new (3);
  GstBuffer *buffer;

  g_object_set (rig->element, "strips", 7, NULL);
  test_rig_set_caps (rig, &strip, "RGBA");
  buffer = next_strip (rig);
  test_expect_stat (rig, "strips-allocated", 7);
  gst_buffer_unref (buffer);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (allocation)
{
  tcase_add_test (tc, pool_with_own_memory);
  tcase_add_test (tc, pool_with_tight_rows);
  tcase_add_loop_test (tc, pool_with_short_rows, 0, 3);
  tcase_add_loop_test (tc, pool_with_small_buffers, 0, 3);
  tcase_add_test (tc, pools_of_system_memory);
  tcase_add_test (tc, pool_runs_dry);
  tcase_add_test (tc, same_pool_again);
  tcase_add_test (tc, one_tile_in_pool);
  tcase_add_test (tc, pool_changes);
  tcase_add_test (tc, video_meta);
  tcase_add_test (tc, alignment_and_padding);
  tcase_add_test (tc, strips_survive_reconfiguration);
  tcase_add_test (tc, number_of_strips);
}
