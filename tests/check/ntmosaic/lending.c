/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstreams that write in place; see the header. */

#include "lending.h"

#include <string.h>

/* More than it takes to be trusted. */
#define TRUST_FRAMES 8

GstBufferPool *
test_ask_for_pool (GstHarness * input)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool = NULL;

  fail_unless (gst_pad_peer_query (input->srcpad, query));
  fail_unless (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE,
          NULL));
  if (gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &pool, NULL, NULL, NULL);
  gst_query_unref (query);
  gst_caps_unref (caps);

  return pool;
}

gboolean
test_configure_pool (GstBufferPool * pool, const GstVideoInfo * info)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps = gst_video_info_to_caps (info);

  gst_buffer_pool_config_set_params (config, caps, GST_VIDEO_INFO_SIZE (info),
      0, 0);
  gst_buffer_pool_config_add_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_META);
  gst_caps_unref (caps);

  return gst_buffer_pool_set_config (pool, config);
}

void
test_upstream_init (TestUpstream * up, GstHarness * input)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);

  *up = (TestUpstream) {.input = input };
  fail_unless (gst_video_info_from_caps (&up->info, caps));
  gst_caps_unref (caps);

  up->pool = test_ask_for_pool (input);
  if (up->pool) {
    fail_unless (test_configure_pool (up->pool, &up->info));
    fail_unless (gst_buffer_pool_set_active (up->pool, TRUE));
  }
}

void
test_upstream_clear (TestUpstream * up)
{
  if (up->pool)
    fail_unless (gst_buffer_pool_set_active (up->pool, FALSE));
  gst_clear_object (&up->pool);
}

GstBuffer *
test_upstream_acquire (TestUpstream * up)
{
  GstBuffer *frame;

  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (up->pool, &frame,
          NULL), GST_FLOW_OK);
  fail_unless (gst_buffer_is_writable (frame));

  return frame;
}

void
test_draw (GstBuffer * frame, const GstVideoInfo * info, guint32 seed)
{
  const gint row_bytes = GST_VIDEO_INFO_WIDTH (info) * 4;
  GstVideoFrame mapped;
  gint x;
  gint y;

  fail_unless (gst_video_frame_map (&mapped, info, frame, GST_MAP_WRITE));
  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&mapped, 0)
        + (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&mapped, 0);

    for (x = 0; x < row_bytes; x++)
      row[x] = test_byte (seed, y, x);
  }
  gst_video_frame_unmap (&mapped);
}

void
test_assert_drawn (GstBuffer * frame, const GstVideoInfo * info, guint32 seed)
{
  const gint row_bytes = GST_VIDEO_INFO_WIDTH (info) * 4;
  GstVideoFrame mapped;
  gint x;
  gint y;

  fail_unless (gst_video_frame_map (&mapped, info, frame, GST_MAP_READ));
  for (y = 0; y < GST_VIDEO_INFO_HEIGHT (info); y++) {
    const guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&mapped, 0)
        + (gssize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&mapped, 0);

    for (x = 0; x < row_bytes; x++)
      if (row[x] != test_byte (seed, y, x))
        fail ("row %d, byte %d: 0x%02x, expected 0x%02x", y, x, row[x],
            test_byte (seed, y, x));
  }
  gst_video_frame_unmap (&mapped);
}

GstBuffer *
test_upstream_draw (TestUpstream * up, guint32 seed)
{
  GstBuffer *frame = test_upstream_acquire (up);

  test_draw (frame, &up->info, seed);

  return frame;
}

void
test_upstream_push_and_keep (TestUpstream * up, GstBuffer * frame)
{
  fail_unless (gst_buffer_is_writable (frame));
  GST_BUFFER_PTS (frame) = up->n * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  up->n++;
  fail_unless_equals_int (gst_harness_push (up->input, gst_buffer_ref (frame)),
      GST_FLOW_OK);
}

void
test_upstream_push (TestUpstream * up, GstBuffer * frame)
{
  frame = gst_buffer_make_writable (frame);
  test_upstream_push_and_keep (up, frame);
  gst_buffer_unref (frame);
}

/* ---- Rigs ---- */

void
lending_init (Lending * l, guint n_pads, const gchar * in_place)
{
  static const TestTile tiles[LENDING_MAX] = {
    {5, 9, 0}, {8, 4, 0}, {40, 9, 0}, {1, 1, 0}, {16, 7, 0}, {3, 9, 0}, {33, 2, 0},
    {7, 8, 0},
  };
  guint i;

  memset (l, 0, sizeof (*l));
  memcpy (l->tiles, tiles, sizeof (tiles));
  l->strip = (TestStrip) { l->tiles, n_pads, 9, "center", 0xff112233 };
  l->last_seed = 1000;
  l->rig = test_rig_new (n_pads);
  g_object_set (l->rig->element, "background-color", l->strip.background, NULL);
  gst_util_set_object_arg (G_OBJECT (l->rig->element), "align",
      l->strip.align);
  gst_util_set_object_arg (G_OBJECT (l->rig->element), "in-place", in_place);
  test_rig_set_caps (l->rig, &l->strip, "RGBA");
  for (i = 0; i < n_pads; i++)
    test_upstream_init (&l->ups[i], test_rig_input (l->rig, i));
}

void
lending_init_trusted (Lending * l, guint n_pads)
{
  lending_init (l, n_pads, "auto");
  lending_run (l, TRUST_FRAMES);
}

void
lending_clear (Lending * l)
{
  guint i;

  fail_unless_equals_int (test_count_warnings (l->rig->bus, NULL), 0);
  test_rig_free (l->rig);
  for (i = 0; i < LENDING_MAX; i++)
    test_upstream_clear (&l->ups[i]);
}

void
lending_push_frame (Lending * l, guint i, GstBuffer * frame, guint32 seed)
{
  test_upstream_push (&l->ups[i], frame);
  l->tiles[i].seed = seed;
}

void
lending_push_and_keep (Lending * l, guint i, GstBuffer * frame, guint32 seed)
{
  test_upstream_push_and_keep (&l->ups[i], frame);
  l->tiles[i].seed = seed;
}

void
lending_push_one (Lending * l, guint i)
{
  const guint32 seed = ++l->last_seed;

  lending_push_frame (l, i, test_upstream_draw (&l->ups[i], seed), seed);
}

void
lending_push (Lending * l)
{
  guint i;

  for (i = 0; i < l->strip.n_tiles; i++)
    lending_push_one (l, i);
}

void
lending_assert_strip (Lending * l, GstBuffer * strip, const TestTile * tiles)
{
  GstCaps *caps = gst_pad_get_current_caps (l->rig->out->sinkpad);
  TestStrip expected = l->strip;

  expected.tiles = tiles;
  test_assert_strip (strip, caps, &expected);
  gst_caps_unref (caps);
}

GstBuffer *
lending_pull (Lending * l)
{
  GstBuffer *strip = test_rig_pull (l->rig, NULL);

  lending_assert_strip (l, strip, l->tiles);

  return strip;
}

void
lending_expect (Lending * l)
{
  gst_buffer_unref (lending_pull (l));
}

void
lending_run (Lending * l, guint n)
{
  while (n-- > 0) {
    lending_push (l);
    lending_expect (l);
  }
}

guint64
lending_count_in_place (Lending * l)
{
  return test_get_stat (l->rig->element, "tiles-in-place");
}

/* ---- What is said of it ---- */

guint
test_count_state (GstBuffer * strip, const gchar * state)
{
  gpointer walk = NULL;
  guint n = 0;
  GstMeta *meta;

  while ((meta = gst_buffer_iterate_meta_filtered (strip, &walk,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    GstStructure *param = gst_video_region_of_interest_meta_get_param
        ((GstVideoRegionOfInterestMeta *) meta, "application/x-ntmosaic-tile");

    fail_unless (param != NULL);
    n += g_strcmp0 (gst_structure_get_string (param, "state"), state) == 0;
  }

  return n;
}

guint
test_count_warnings (GstBus * bus, ...)
{
  GstMessage *message;
  guint n = 0;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING))) {
    const gchar *word;
    GError *error;
    va_list words;

    gst_message_parse_warning (message, &error, NULL);
    va_start (words, bus);
    while ((word = va_arg (words, const gchar *)))
      if (strstr (error->message, word) == NULL)
        fail ("the warning \"%s\" does not say \"%s\"", error->message, word);
    va_end (words);
    g_error_free (error);
    gst_message_unref (message);
    n++;
  }

  return n;
}
