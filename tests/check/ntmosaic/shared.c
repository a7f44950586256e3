/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Two mosaics that get the same buffers, as behind a tee: each copies them when
 * it likes, keeps what it has, and stops when it likes. */

#include "rig/rig.h"

#define N_PADS 2
#define N_STRIPS 60

typedef struct
{
  TestRig *rigs[2];
  GstBufferPool *pools[N_PADS]; /* that the first mosaic proposes */
  GRand *random;
  GstBuffer *frames[N_PADS];    /* that came last, and what is in them */
  guint32 seeds[N_PADS];
} Tee;

static GstBufferPool *
take_pool (GstHarness * input)
{
  GstCaps *caps = gst_pad_get_current_caps (input->srcpad);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstBufferPool *pool;
  GstStructure *config;
  guint size;

  fail_unless (gst_pad_peer_query (input->srcpad, query));
  gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, NULL, NULL);
  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  gst_query_unref (query);
  gst_caps_unref (caps);

  return pool;
}

static void
tee_init (Tee * tee, guint32 seed)
{
  guint i;

  *tee = (Tee) {.random = g_rand_new_with_seed (seed) };
  for (i = 0; i < 2; i++)
    tee->rigs[i] = test_rig_new_small (N_PADS);
  for (i = 0; i < N_PADS; i++)
    tee->pools[i] = take_pool (test_rig_input (tee->rigs[0], i));
}

static void
tee_clear (Tee * tee)
{
  guint i;

  for (i = 0; i < N_PADS; i++) {
    gst_buffer_unref (tee->frames[i]);
    gst_buffer_pool_set_active (tee->pools[i], FALSE);
    gst_object_unref (tee->pools[i]);
  }
  for (i = 0; i < 2; i++)
    test_rig_free (tee->rigs[i]);
  g_rand_free (tee->random);
}

/* @frame's pixels in memory of @pool. Takes @frame. */
static GstBuffer *
move_to_pool (GstBuffer * frame, GstBufferPool * pool)
{
  GstVideoFrame from;
  GstVideoFrame to;
  GstVideoInfo info;
  GstBuffer *buffer;

  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGBA, TEST_TILE_WIDTH,
      TEST_TILE_HEIGHT);
  fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL),
      GST_FLOW_OK);
  fail_unless (gst_video_frame_map (&from, &info, frame, GST_MAP_READ));
  fail_unless (gst_video_frame_map (&to, &info, buffer, GST_MAP_WRITE));
  fail_unless (gst_video_frame_copy (&to, &from));
  gst_video_frame_unmap (&to);
  gst_video_frame_unmap (&from);
  gst_buffer_unref (frame);

  return buffer;
}

/* A new picture, or the memory of the frame before. */
static GstBuffer *
make_frame (Tee * tee, guint i, guint n)
{
  GstBuffer *frame;

  if (n > 0 && g_rand_int_range (tee->random, 0, 3) == 0) {
    frame = gst_buffer_copy (tee->frames[i]);
  } else {
    tee->seeds[i] = 100 + N_PADS * n + i;
    frame = test_frame_new_small (tee->seeds[i], 0, 0);
    if (g_rand_boolean (tee->random))
      frame = move_to_pool (frame, tee->pools[i]);
  }
  GST_BUFFER_PTS (frame) = n * TEST_STEP;
  GST_BUFFER_DURATION (frame) = TEST_STEP;

  return frame;
}

static void
push (Tee * tee, guint i, guint n)
{
  GstBuffer *frame = make_frame (tee, i, n);
  const guint first = g_rand_int_range (tee->random, 0, 2);

  gst_clear_buffer (&tee->frames[i]);
  tee->frames[i] = frame;
  test_input_push (test_rig_input (tee->rigs[first], i),
      gst_buffer_ref (frame));
  test_input_push (test_rig_input (tee->rigs[!first], i),
      gst_buffer_ref (frame));
}

/* One of them stops; its strips begin with frame @n. */
static void
restart (TestRig * rig, guint n)
{
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = n * TEST_STEP;
  test_rig_restart (rig, GST_STATE_READY);
  for (i = 0; i < N_PADS; i++) {
    test_input_set_small_caps (test_rig_input (rig, i));
    test_input_push_event (test_rig_input (rig, i),
        gst_event_new_segment (&segment));
  }
}

static void
check (guint32 seed)
{
  guint n;
  guint i;
  Tee tee;

  tee_init (&tee, seed);
  for (n = 0; n < N_STRIPS; n++) {
    if (n > 0 && g_rand_int_range (tee.random, 0, 12) == 0)
      restart (tee.rigs[g_rand_int_range (tee.random, 0, 2)], n);
    for (i = 0; i < N_PADS; i++)
      push (&tee, i, n);
    for (i = 0; i < 2; i++)
      test_rig_expect_small (tee.rigs[i], N_PADS, tee.seeds[0], tee.seeds[1]);
  }
  tee_clear (&tee);
}

GST_START_TEST (at_random)
{
  test_at_random (check, 20);
}

GST_END_TEST;

TEST_CASES (shared)
{
  tcase_add_test (tc, at_random);
}
