/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pool that the element offers upstream: what the ALLOCATION query says,
 * and that all pads draw their frames into the same memory. */

#include "rig/rig.h"

#define WIDTH 13
#define HEIGHT 9
#define FRAME_BYTES (WIDTH * HEIGHT * 4)

/* The pool that the pad offers upstream of @input, configured as most elements
 * do it. */
static GstBufferPool *
ask (GstHarness * input)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool;
  GstStructure *config;
  guint size;
  guint min;
  guint max;

  fail_unless (gst_pad_peer_query (input->srcpad, query));
  fail_unless (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
          NULL));
  fail_unless_equals_int (gst_query_get_n_allocation_pools (query), 1);
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
  fail_unless_equals_int (size, FRAME_BYTES);
  fail_unless_equals_int (min, 0);
  fail_unless_equals_int (max, 0);
  gst_query_unref (query);

  fail_unless (gst_buffer_pool_has_option (pool,
          GST_BUFFER_POOL_OPTION_VIDEO_META));
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, size, 2, 0);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_META);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  gst_caps_unref (caps);

  return pool;
}

static void
free_pool (GstBufferPool * pool)
{
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
}

/* A frame, in tight rows. */
static GstBuffer *
draw (GstBufferPool * pool, guint32 seed, const guint8 ** data)
{
  GstVideoMeta *meta;
  GstBuffer *frame;
  GstMapInfo map;
  guint i;

  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &frame, NULL),
      GST_FLOW_OK);
  meta = gst_buffer_get_video_meta (frame);
  fail_unless (meta != NULL);
  fail_unless_equals_int (meta->stride[0], WIDTH * 4);
  fail_unless_equals_uint64 (meta->offset[0], 0);
  fail_unless (gst_buffer_map (frame, &map, GST_MAP_WRITE));
  fail_unless_equals_uint64 (map.size, FRAME_BYTES);
  for (i = 0; i < FRAME_BYTES; i++)
    map.data[i] = test_byte (seed, i / (WIDTH * 4), i % (WIDTH * 4));
  *data = map.data;
  gst_buffer_unmap (frame, &map);

  return frame;
}

/* Frames arrive one after the other, so upstream draws all into one block.
 * Without copying on arrival (@__i__), each pad has the frame that it shows,
 * and upstream draws another. */
GST_START_TEST (one_block)
{
  TestTile tiles[3] = {
    {WIDTH, HEIGHT, 0}, {WIDTH, HEIGHT, 0}, {WIDTH, HEIGHT, 0},
  };
  const TestStrip strip = { tiles, 3, HEIGHT, "top", BLACK };
  TestRig *rig = test_rig_new_of_size (3, WIDTH, HEIGHT, 25);
  GHashTable *blocks = g_hash_table_new (NULL, NULL);
  GstBufferPool *pools[3];
  const guint8 *data;
  guint i;
  guint n;

  g_object_set (rig->element, "copy-on-arrival", !__i__, NULL);
  for (i = 0; i < 3; i++)
    pools[i] = ask (test_rig_input (rig, i));
  for (n = 0; n < 30; n++) {
    if (n == 5)
      g_hash_table_remove_all (blocks);
    for (i = 0; i < 3; i++) {
      tiles[i].seed = 3 * n + i;
      test_input_push_nth (test_rig_input (rig, i), draw (pools[i],
              tiles[i].seed, &data), n);
      g_hash_table_add (blocks, (gpointer) data);
    }
    test_rig_expect (rig, &strip);
  }
  fail_unless_equals_int (g_hash_table_size (blocks), __i__ ? 2 * 3 : 1);
  for (i = 0; i < 3; i++)
    free_pool (pools[i]);
  g_hash_table_unref (blocks);
  test_rig_free (rig);
}

GST_END_TEST;

/* The pad answers at once, also behind a frame that waits for its strip.
 * Without caps, or if the query doesn't ask for a pool, it offers none. */
GST_START_TEST (queries)
{
  TestRig *rig = test_rig_new_of_size (2, WIDTH, HEIGHT, 25);
  GstHarness *input = test_rig_input (rig, 0);
  guint i;

  test_input_send (input, 1, 0);
  free_pool (ask (input));
  for (i = 0; i < 3; i++) {
    GstCaps *caps = i < 2 ? NULL : gst_pad_get_current_caps (input->srcpad);
    GstQuery *query = gst_query_new_allocation (caps, i == 1);

    fail_unless (gst_pad_peer_query (input->srcpad, query));
    fail_unless_equals_int (gst_query_get_n_allocation_pools (query), 0);
    fail_unless (gst_query_find_allocation_meta (query,
            GST_VIDEO_META_API_TYPE, NULL));
    gst_query_unref (query);
    gst_clear_caps (&caps);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (framepool)
{
  tcase_add_loop_test (tc, one_block, 0, 2);
  tcase_add_test (tc, queries);
}
