/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pool that upstream is offered: what it may be configured for, and that it
 * never refuses, never waits, and never ends. */

#include "lending.h"

/* More than anybody will ever want at a time. */
#define MANY 100

/* What is asked of a pool. */
typedef struct
{
  const gchar *caps;            /* NULL: none */
  guint size;                   /* 0: that of the caps */
  guint min;
  guint max;
  gboolean meta;
  GstAllocationParams params;
  gboolean tile;                /* its frames are in a strip in the end */
} Wish;

#define CAPS(format, width, height) "video/x-raw,format=" format ",width="     \
    width ",height=" height ",framerate=25/1"

/* The second tile is of 8x4, 5 pixels from the left in a strip of 53x9. */
static const Wish wishes[] = {
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {0,}, TRUE},
  {CAPS ("RGBA", "8", "4"), 0, 2, 2, TRUE, {0,}, TRUE},
  {CAPS ("RGBA", "8", "4"), 0, 0, 1, TRUE, {0,}, TRUE},
  {CAPS ("RGBA", "8", "4"), 0, 32, 64, TRUE, {0,}, TRUE},
  {CAPS ("RGBA", "8", "4"), 1, 0, 0, TRUE, {0,}, TRUE},
  {CAPS ("RGBA", "8", "4"), 1000, 0, 0, TRUE, {0,}, FALSE},
  {CAPS ("RGBA", "8", "4"), 0, 2, 4, FALSE, {0,}, FALSE},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.align = 3}, TRUE},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.align = 15}, FALSE},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.align = 255}, FALSE},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.padding = 64}, FALSE},
  {CAPS ("RGBA", "8", "4"), 0, 0, 0, TRUE, {.prefix = 64}, FALSE},
  {CAPS ("RGBA", "9", "4"), 0, 0, 0, TRUE, {0,}, FALSE},
  {CAPS ("RGBA", "8", "5"), 0, 0, 0, TRUE, {0,}, FALSE},
  {CAPS ("I420", "8", "4"), 0, 0, 0, TRUE, {0,}, FALSE},
  {CAPS ("I420", "8", "4"), 0, 4, 0, FALSE, {0,}, FALSE},
  {CAPS ("RGB", "8", "4"), 0, 0, 0, TRUE, {0,}, FALSE},
  {CAPS ("RGBA64_LE", "8", "4"), 0, 0, 0, TRUE, {0,}, FALSE},
  {"video/x-bayer,width=8,height=4", 77, 0, 0, TRUE, {0,}, FALSE},
  {NULL, 77, 1, 5, TRUE, {0,}, FALSE},
  {NULL, 77, 0, 0, FALSE, {0,}, FALSE},
};

static GstBufferPool *
ask (Lending * l)
{
  GstBufferPool *pool = test_ask_for_pool (l->ups[1].input);

  fail_unless (pool != NULL);

  return pool;
}

static gboolean
configure (GstBufferPool * pool, const Wish * wish)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = wish->caps ? gst_caps_from_string (wish->caps) : NULL;
  GstVideoInfo info;
  guint size = wish->size;
  gboolean ret;

  if (size == 0) {
    fail_unless (gst_video_info_from_caps (&info, caps));
    size = GST_VIDEO_INFO_SIZE (&info);
  }
  gst_buffer_pool_config_set_params (config, caps, size, wish->min, wish->max);
  gst_buffer_pool_config_set_allocator (config, NULL, &wish->params);
  gst_structure_remove_field (config, "options");
  if (wish->meta)
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
  ret = gst_buffer_pool_set_config (pool, config);
  gst_clear_caps (&caps);

  return ret;
}

static GstBuffer *
acquire (GstBufferPool * pool)
{
  GstBuffer *buffer;

  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_OK);
  fail_unless (gst_buffer_is_all_memory_writable (buffer));

  return buffer;
}

/* @buffer is as large and as aligned as was wished for. */
static void
check_buffer (GstBuffer * buffer, const Wish * wish)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);
  GstVideoInfo info;
  GstCaps *caps;
  GstMapInfo map;

  gst_video_info_init (&info);
  if (wish->caps) {
    caps = gst_caps_from_string (wish->caps);
    if (!gst_video_info_from_caps (&info, caps))
      gst_video_info_init (&info);
    gst_caps_unref (caps);
  }

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
  fail_unless_equals_uint64 (((guintptr) map.data) & wish->params.align, 0);
  fail_unless (map.size >= wish->size);
  fail_unless (map.size >= GST_VIDEO_INFO_SIZE (&info));
  if (!wish->meta)
    fail_unless (meta == NULL && map.size == MAX (wish->size,
            GST_VIDEO_INFO_SIZE (&info)));
  if (meta) {
    fail_unless_equals_int (meta->width, GST_VIDEO_INFO_WIDTH (&info));
    fail_unless_equals_int (meta->height, GST_VIDEO_INFO_HEIGHT (&info));
    fail_unless (meta->format == GST_VIDEO_INFO_FORMAT (&info));
    fail_unless_equals_uint64 (meta->offset[0], 0);
    fail_unless (meta->stride[0] >= (gint) meta->width * 4);
    fail_unless (map.size >= (gsize) meta->stride[0] * (meta->height - 1)
        + meta->width * 4);
  }
  gst_buffer_unmap (buffer, &map);
}

static gboolean
is_tile (GstBuffer * buffer)
{
  GstVideoMeta *meta = gst_buffer_get_video_meta (buffer);

  return meta && meta->stride[0] == 53 * 4;
}

/* A hundred of them, which nobody gives back. */
static guint
check_many (GstBufferPool * pool, const Wish * wish)
{
  GstBuffer *buffers[MANY];
  guint n_tiles = 0;
  guint i;

  for (i = 0; i < MANY; i++) {
    buffers[i] = acquire (pool);
    check_buffer (buffers[i], wish);
    n_tiles += is_tile (buffers[i]);
  }
  for (i = 0; i < MANY; i++)
    gst_buffer_unref (buffers[i]);

  return n_tiles;
}

/* Before anybody knows what a strip is, and after. */
GST_START_TEST (any_wish)
{
  const Wish *wish = &wishes[__i__ / 2];
  GstBufferPool *pool;
  Lending l;

  lending_init (&l, 3, __i__ % 2 ? "auto" : "always");
  pool = ask (&l);
  fail_unless (configure (pool, wish));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (check_many (pool, wish), 0);
  lending_run (&l, 2);
  fail_unless_equals_int (check_many (pool, wish) > 0, wish->tile);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
  lending_run (&l, 2);
  lending_clear (&l);
}

GST_END_TEST;

/* One after the other with the same pool, also twice, as videoconvert does. */
GST_START_TEST (one_wish_after_the_other)
{
  GstBufferPool *pool;
  guint i;
  Lending l;

  lending_init (&l, 3, "always");
  lending_run (&l, 2);
  pool = ask (&l);
  for (i = 0; i < G_N_ELEMENTS (wishes); i++) {
    fail_unless (configure (pool, &wishes[i]));
    fail_unless (configure (pool, &wishes[(i + 5) % G_N_ELEMENTS (wishes)]));
    fail_unless (configure (pool, &wishes[i]));
    fail_unless (gst_buffer_pool_set_active (pool, TRUE));
    fail_unless_equals_int (check_many (pool, &wishes[i]) > 0, wishes[i].tile);
    fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  }
  gst_object_unref (pool);
  lending_clear (&l);
}

GST_END_TEST;

/* As it comes. */
GST_START_TEST (no_wish)
{
  static const Wish wish = { CAPS ("RGBA", "8", "4"), 0, 0, 0, FALSE, {0,},
    FALSE
  };
  GstStructure *config;
  GstBufferPool *pool;
  GstCaps *caps;
  guint size;
  guint min;
  guint max;
  Lending l;

  lending_init (&l, 3, "always");
  lending_run (&l, 2);
  pool = ask (&l);
  fail_unless (gst_buffer_pool_has_option (pool,
          GST_BUFFER_POOL_OPTION_VIDEO_META));
  config = gst_buffer_pool_get_config (pool);
  fail_unless (gst_buffer_pool_config_get_params (config, &caps, &size, &min,
          &max));
  fail_unless (caps != NULL);
  fail_unless_equals_int (size, 8 * 4 * 4);
  fail_unless_equals_int (min, 0);
  fail_unless_equals_int (max, 0);
  gst_structure_free (config);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  fail_unless_equals_int (check_many (pool, &wish), 0);
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  gst_object_unref (pool);
  lending_clear (&l);
}

GST_END_TEST;

GST_START_TEST (not_active)
{
  GstBufferPool *pool;
  GstBuffer *buffer;
  Lending l;

  lending_init (&l, 3, "always");
  lending_run (&l, 2);
  pool = l.ups[0].pool;
  gst_buffer_pool_set_flushing (pool, TRUE);
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_FLUSHING);
  gst_buffer_pool_set_flushing (pool, FALSE);
  gst_buffer_unref (acquire (pool));
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_FLUSHING);
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  lending_run (&l, 3);
  lending_clear (&l);
}

GST_END_TEST;

/* Queries that ask for less. */
GST_START_TEST (no_pool_needed)
{
  GstCaps *caps = gst_caps_from_string (wishes[0].caps);
  GstQuery *queries[] = {
    gst_query_new_allocation (caps, FALSE),
    gst_query_new_allocation (NULL, FALSE),
    gst_query_new_allocation (NULL, TRUE),
  };
  guint i;
  Lending l;

  lending_init (&l, 3, "auto");
  for (i = 0; i < G_N_ELEMENTS (queries); i++) {
    fail_unless (gst_pad_peer_query (l.ups[1].input->srcpad, queries[i]));
    fail_unless_equals_int (gst_query_get_n_allocation_pools (queries[i]), 0);
    fail_unless (gst_query_find_allocation_meta (queries[i],
            GST_VIDEO_META_API_TYPE, NULL));
    gst_query_unref (queries[i]);
  }
  gst_caps_unref (caps);
  lending_clear (&l);
}

GST_END_TEST;

/* A buffer may go back with other memory, with more, or with none. */
GST_START_TEST (comes_back_changed)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 20; i++) {
    GstBuffer *frame = test_upstream_draw (&l.ups[1], i);
    GstMemory *memory = gst_buffer_get_memory (frame, 0);

    if (i % 4 == 0)
      gst_buffer_replace_all_memory (frame, gst_allocator_alloc (NULL, 5, NULL));
    else if (i % 4 == 1)
      gst_buffer_append_memory (frame, gst_allocator_alloc (NULL, 5, NULL));
    else if (i % 4 == 2)
      gst_buffer_remove_all_memory (frame);
    else
      gst_buffer_resize (frame, 4, 8);
    gst_buffer_unref (frame);
    lending_run (&l, 2);
    gst_memory_unref (memory);
    lending_run (&l, 1);
  }
  lending_clear (&l);
}

GST_END_TEST;

static Suite *
tilepool_suite (void)
{
  Suite *s = suite_create ("tilepool");
  TCase *tc = tcase_create ("tilepool");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, any_wish, 0, 2 * G_N_ELEMENTS (wishes));
  tcase_add_test (tc, one_wish_after_the_other);
  tcase_add_test (tc, no_wish);
  tcase_add_test (tc, not_active);
  tcase_add_test (tc, no_pool_needed);
  tcase_add_test (tc, comes_back_changed);

  return s;
}

NTMOSAIC_CHECK_MAIN (tilepool)
