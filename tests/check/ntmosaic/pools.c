/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element never starves upstream's pools of two buffers each: a buffer
 * comes home as soon as no strip can show it any more. */

#include "rig/rig.h"

#define FRAME_BYTES (4 * 2 * 4)

typedef struct
{
  guint strips_per_frame;
  gboolean gaps;                /* every third frame is a gap */
  gboolean late;                /* every fifth frame comes again, too late */
  gboolean wraps;               /* frames have a buffer of their own, whose
                                 * parent is the pool's */
  gboolean waits;               /* the third frame waits for downstream's first
                                 * complaint */
  GstHarness *input;
  GstBufferPool *pool;
  guint n_frames;
  GThread *thread;
} Feeder;

static gint n_complaints;       /* atomic */

static GstBufferPool *
new_pool (void)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, FRAME_BYTES, 2, 2);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));

  return pool;
}

static guint
count_home (GstBufferPool * pool)
{
  GstBufferPoolAcquireParams params = {
    .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT,
  };
  GstBuffer *buffers[2];
  guint n = 0;
  guint i;

  while (n < 2 && gst_buffer_pool_acquire_buffer (pool, &buffers[n], &params)
      == GST_FLOW_OK)
    n++;
  for (i = 0; i < n; i++)
    gst_buffer_unref (buffers[i]);

  return n;
}

static void
expect_home (GstBufferPool * pool, guint n)
{
  test_wait_until (count_home (pool) >= n);
}

static void
free_pool (GstBufferPool * pool)
{
  expect_home (pool, 2);
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}

static GstBuffer *
wrap (GstBuffer * buffer)
{
  GstBuffer *wrapper = gst_buffer_copy (buffer);

  gst_buffer_add_parent_buffer_meta (wrapper, buffer);
  gst_buffer_unref (buffer);

  return wrapper;
}

/* Frame @n of a pad: all its bytes are @n. NULL if the pool is flushing. */
static GstBuffer *
acquire (const Feeder * f, guint n)
{
  GstBuffer *buffer;

  if (gst_buffer_pool_acquire_buffer (f->pool, &buffer, NULL) != GST_FLOW_OK)
    return NULL;
  fail_unless_equals_int (gst_buffer_memset (buffer, 0, n, -1), FRAME_BYTES);
  GST_BUFFER_PTS (buffer) = n * f->strips_per_frame * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (buffer) = f->strips_per_frame * TEST_FRAME_TIME;

  return f->wraps ? wrap (buffer) : buffer;
}

static gboolean
feed_gap (const Feeder * f, guint n)
{
  return gst_harness_push_event (f->input,
      gst_event_new_gap (n * f->strips_per_frame * TEST_FRAME_TIME,
          f->strips_per_frame * TEST_FRAME_TIME));
}

static gboolean
feed_frame (const Feeder * f, guint n)
{
  GstBuffer *buffer = acquire (f, n);

  return buffer && gst_harness_push (f->input, buffer) == GST_FLOW_OK;
}

static gpointer
feed (gpointer data)
{
  const Feeder *f = data;
  guint n;

  for (n = 0; n < f->n_frames; n++) {
    if (f->waits && n == 2)
      test_wait_until (g_atomic_int_get (&n_complaints) > 0);
    if (f->late && n % 5 == 4 && !feed_frame (f, n - 1))
      break;
    if (!(f->gaps && n % 3 == 2 ? feed_gap (f, n) : feed_frame (f, n)))
      break;
  }
  if (n == f->n_frames)
    gst_harness_push_event (f->input, gst_event_new_eos ());

  return NULL;
}

static void
start_feeder (Feeder * f, TestRig * rig, guint i)
{
  f->input = test_rig_input (rig, i);
  f->pool = new_pool ();
  test_input_set_caps (f->input, "RGBA", 4, 2);
}

static void
run_feeder (Feeder * f)
{
  f->thread = g_thread_new ("feeder", feed, f);
}

static void
stop_feeder (Feeder * f)
{
  g_thread_join (f->thread);
  free_pool (f->pool);
}

/* Each tile has bytes of the frame that is due, or background in a gap. */
static void
check_fed (GstBuffer * strip, const Feeder * feeders, guint n_feeders)
{
  const guint k = GST_BUFFER_PTS (strip) / TEST_FRAME_TIME;
  GstMapInfo map;
  guint i;

  fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
  for (i = 0; i < n_feeders; i++) {
    const guint n = k / feeders[i].strips_per_frame;

    if (n < feeders[i].n_frames)
      fail_unless_equals_int (map.data[i * 16], feeders[i].gaps && n % 3 == 2 ?
          0 : n & 0xff);
  }
  gst_buffer_unmap (strip, &map);
}

/* Now and then, but not at the end: the test waits for the last strip. */
static void
complain (TestRig * rig, GstBuffer * strip, guint n, guint n_strips)
{
  if (GST_BUFFER_PTS (strip) > (n_strips - 50) * TEST_FRAME_TIME)
    return;

  if (n % 7 == 0)
    gst_harness_push_upstream_event (rig->out,
        gst_event_new_qos (GST_QOS_TYPE_UNDERFLOW, 2.0, 3 * TEST_FRAME_TIME,
            GST_BUFFER_PTS (strip)));
  else if (n % 7 == 3)
    gst_harness_push_upstream_event (rig->out,
        gst_event_new_qos (GST_QOS_TYPE_OVERFLOW, 0.5, 0, 0));
  g_atomic_int_inc (&n_complaints);
}

/* Pulls strips until the time of @n_strips is over; with @qos, downstream
 * complains again and again that it is late. Returns how many strips there
 * were. */
static guint
pull_fed (TestRig * rig, const Feeder * feeders, guint n_feeders,
    guint n_strips, gboolean qos)
{
  GstClockTime end = 0;
  guint n;

  for (n = 0; end < n_strips * TEST_FRAME_TIME; n++) {
    GstBuffer *strip = gst_harness_pull (rig->out);

    fail_unless (strip != NULL, "upstream is starved");
    check_fed (strip, feeders, n_feeders);
    end = GST_BUFFER_PTS (strip) + GST_BUFFER_DURATION (strip);
    if (qos)
      complain (rig, strip, n, n_strips);
    gst_buffer_unref (strip);
  }

  return n;
}

/* In all feeds. */
#define N_STRIPS 240

static const struct
{
  gboolean qos;
  Feeder feeders[3];
} feeds[] = {
  {FALSE, {{.strips_per_frame = 1}, {.strips_per_frame = 1},
          {.strips_per_frame = 1}}},
  {FALSE, {{.strips_per_frame = 1}, {.strips_per_frame = 2},
          {.strips_per_frame = 10}}},
  {FALSE, {{.strips_per_frame = 1,.gaps = TRUE}, {.strips_per_frame = 1},
          {.strips_per_frame = 3,.gaps = TRUE}}},
  {FALSE, {{.strips_per_frame = 1,.late = TRUE},
          {.strips_per_frame = 1,.late = TRUE},
          {.strips_per_frame = 2,.late = TRUE}}},
  {TRUE, {{.strips_per_frame = 1,.waits = TRUE},
          {.strips_per_frame = 1,.gaps = TRUE},
          {.strips_per_frame = 10}}},
  {FALSE, {{.strips_per_frame = 1,.wraps = TRUE},
          {.strips_per_frame = 3,.wraps = TRUE},
          {.strips_per_frame = 1,.gaps = TRUE,.wraps = TRUE}}},
};

/* At full speed, and when all is over, at rest in PLAYING. The first complaint
 * comes before the element can have made the third strip: some strips are
 * dropped, however late the test's own thread is. */
GST_START_TEST (pool_of_two)
{
  TestRig *rig = test_rig_new (3);
  Feeder feeders[3];
  guint i;

  g_atomic_int_set (&n_complaints, 0);
  g_object_set (rig->element, "background-color", 0, NULL);
  for (i = 0; i < 3; i++) {
    feeders[i] = feeds[__i__].feeders[i];
    feeders[i].n_frames = N_STRIPS / feeders[i].strips_per_frame;
    start_feeder (&feeders[i], rig, i);
  }
  for (i = 0; i < 3; i++)
    run_feeder (&feeders[i]);
  i = pull_fed (rig, feeders, 3, N_STRIPS, feeds[__i__].qos);
  fail_unless (feeds[__i__].qos ? i < N_STRIPS : i == N_STRIPS);
  for (i = 0; i < 3; i++)
    stop_feeder (&feeders[i]);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- What is held at rest ---- */

/* A pad under test and a pad that drives, each with a pool. Without copying on
 * arrival: the pads have upstream's buffers. */
typedef struct
{
  TestRig *rig;
  Feeder feeders[2];
  gulong block;
} Rest;

static void
rest_init (Rest * r)
{
  guint i;

  r->rig = test_rig_new (2);
  g_object_set (r->rig->element, "copy-on-arrival", FALSE, NULL);
  r->block = 0;
  for (i = 0; i < 2; i++) {
    r->feeders[i] = (Feeder) {.strips_per_frame = 1 };
    start_feeder (&r->feeders[i], r->rig, i);
  }
}

static void
rest_clear (Rest * r)
{
  guint i;

  test_rig_free (r->rig);
  for (i = 0; i < 2; i++)
    free_pool (r->feeders[i].pool);
}

static void
show (Rest * r, guint n)
{
  guint i;

  for (i = 0; i < 2; i++)
    fail_unless (feed_frame (&r->feeders[i], n));
  test_rig_skip (r->rig);
}

static GstPadProbeReturn
hold (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  return GST_PAD_PROBE_OK;
}

/* Downstream takes nothing from now on, like a paused sink. */
static void
block (Rest * r)
{
  GstPad *pad = gst_element_get_static_pad (r->rig->element, "src");

  r->block = gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BLOCK
      | GST_PAD_PROBE_TYPE_BUFFER, hold, NULL, NULL);
  gst_object_unref (pad);
}

static void
unblock (Rest * r)
{
  GstPad *pad = gst_element_get_static_pad (r->rig->element, "src");

  gst_pad_remove_probe (pad, r->block);
  gst_object_unref (pad);
}

static void
expect_blocked (Rest * r)
{
  GstPad *pad = gst_element_get_static_pad (r->rig->element, "src");

  test_wait_until (gst_pad_is_blocking (pad));
  gst_object_unref (pad);
}

/* The element holds the frame that it shows, and no other. */
GST_START_TEST (shown_frame)
{
  Rest r;
  guint n;

  rest_init (&r);
  for (n = 0; n < 10; n++) {
    show (&r, n);
    expect_home (r.feeders[0].pool, 1);
    expect_home (r.feeders[1].pool, 1);
  }
  rest_clear (&r);
}

GST_END_TEST;

/* A frame that a gap ends is over, even while downstream waits. */
GST_START_TEST (gap_while_blocked)
{
  Rest r;

  rest_init (&r);
  show (&r, 0);
  block (&r);
  fail_unless (feed_gap (&r.feeders[0], 1));
  fail_unless (feed_frame (&r.feeders[1], 1));
  expect_blocked (&r);
  expect_home (r.feeders[0].pool, 2);
  expect_home (r.feeders[1].pool, 1);
  unblock (&r);
  test_rig_skip (r.rig);
  rest_clear (&r);
}

GST_END_TEST;

static void
flush (Rest * r, guint n_inputs)
{
  const guint32 seqnum = gst_util_seqnum_next ();
  guint i;

  for (i = 0; i < n_inputs; i++)
    test_input_begin_flush (r->feeders[i].input, seqnum);
  for (i = 0; i < n_inputs; i++)
    test_input_end_flush (r->feeders[i].input, seqnum);
}

/* Of one pad or both, with downstream blocked or not. */
GST_START_TEST (flushed)
{
  const gboolean blocked = __i__ / 2;
  const guint n_inputs = __i__ % 2 + 1;
  Rest r;
  guint i;

  rest_init (&r);
  show (&r, 0);
  if (blocked) {
    block (&r);
    for (i = 0; i < 2; i++)
      fail_unless (feed_frame (&r.feeders[i], 1));
    expect_blocked (&r);
    expect_home (r.feeders[0].pool, 1);
    fail_unless (feed_frame (&r.feeders[0], 2));
    fail_unless_equals_int (count_home (r.feeders[0].pool), 0);
  }
  flush (&r, n_inputs);
  for (i = 0; i < n_inputs; i++)
    expect_home (r.feeders[i].pool, 2);
  if (blocked)
    unblock (&r);
  rest_clear (&r);
}

GST_END_TEST;

static Rest *flushed_while_mapped;

static gpointer
flush_first (gpointer rest)
{
  flush (rest, 1);

  return NULL;
}

/* A GstVideoMeta's map function, called when a strip is begun. */
static gboolean
flush_and_map (GstVideoMeta * meta, guint plane, GstMapInfo * info,
    gpointer * data, gint * stride, GstMapFlags flags)
{
  g_thread_join (g_thread_new ("flush", flush_first, flushed_while_mapped));
  fail_unless (gst_buffer_map (meta->buffer, info, flags));
  *data = info->data;
  *stride = meta->stride[plane];

  return TRUE;
}

static gboolean
unmap (GstVideoMeta * meta, guint plane, GstMapInfo * info)
{
  gst_buffer_unmap (meta->buffer, info);

  return TRUE;
}

/* The frame is in the strip, but the pad doesn't have it any more. */
GST_START_TEST (flushed_while_begun)
{
  GstVideoMeta *meta;
  GstBuffer *buffer;
  Rest r;

  rest_init (&r);
  show (&r, 0);
  block (&r);
  flushed_while_mapped = &r;
  buffer = acquire (&r.feeders[0], 1);
  meta = gst_buffer_add_video_meta (buffer, 0, GST_VIDEO_FORMAT_RGBA, 4, 2);
  meta->map = flush_and_map;
  meta->unmap = unmap;
  test_input_push (r.feeders[0].input, buffer);
  fail_unless (feed_frame (&r.feeders[1], 1));
  expect_blocked (&r);
  expect_home (r.feeders[0].pool, 2);
  unblock (&r);
  rest_clear (&r);
}

GST_END_TEST;

/* The application still holds the pad. */
GST_START_TEST (pad_released)
{
  GstPad *pad;
  Rest r;

  rest_init (&r);
  show (&r, 0);
  if (__i__) {
    block (&r);
    fail_unless (feed_frame (&r.feeders[0], 1));
    fail_unless (feed_frame (&r.feeders[1], 1));
    expect_blocked (&r);
  }
  pad = gst_pad_get_peer (r.feeders[0].input->srcpad);
  test_rig_remove (r.rig, r.feeders[0].input);
  expect_home (r.feeders[0].pool, 2);
  gst_object_unref (pad);
  if (__i__)
    unblock (&r);
  rest_clear (&r);
}

GST_END_TEST;

static void
check_stopped (Rest * r, GstState state)
{
  fail_unless_equals_int (gst_element_set_state (r->rig->element, state),
      GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int (count_home (r->feeders[0].pool), 2);
  fail_unless_equals_int (count_home (r->feeders[1].pool), 2);
}

GST_START_TEST (stopped)
{
  Rest r;

  rest_init (&r);
  show (&r, 0);
  check_stopped (&r, __i__ ? GST_STATE_READY : GST_STATE_NULL);
  rest_clear (&r);
}

GST_END_TEST;

/* With @__i__, both pads would repeat their last frame, which no strip shows
 * any more. */
GST_START_TEST (ended)
{
  Rest r;
  guint i;

  rest_init (&r);
  for (i = 0; i < 2; i++)
    g_object_set (GST_PAD_PEER (r.feeders[i].input->srcpad),
        "repeat-after-eos", __i__, NULL);
  show (&r, 0);
  for (i = 0; i < 2; i++)
    test_input_end (r.feeders[i].input);
  for (i = 0; i < 2; i++)
    expect_home (r.feeders[i].pool, 2);
  rest_clear (&r);
}

GST_END_TEST;

TEST_CASES (pools)
{
  tcase_add_loop_test (tc, pool_of_two, 0, G_N_ELEMENTS (feeds));
  tcase_add_test (tc, shown_frame);
  tcase_add_test (tc, gap_while_blocked);
  tcase_add_loop_test (tc, flushed, 0, 4);
  tcase_add_test (tc, flushed_while_begun);
  tcase_add_loop_test (tc, pad_released, 0, 2);
  tcase_add_loop_test (tc, stopped, 0, 2);
  tcase_add_loop_test (tc, ended, 0, 2);
}
