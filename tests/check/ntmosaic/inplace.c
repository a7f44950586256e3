/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which tiles are in place: frames that upstream wrote to what it was lent. Each
 * strip is compared byte by byte with what was drawn. */

#include "lending.h"

/* What a strip pool allocates more than asked for in order to lend tiles. */
#define MAX_EXTRA_STRIPS 5

/* Frames that are put to the test before a tile is lent. */
#define PROBATION_FRAMES 3

/* Frames ahead of the strip that is due up to which tiles are lent. */
#define STRIPS_AHEAD 7

static void
assert_few_strips (Lending * l, guint n_strips)
{
  const guint64 n_allocated =
      test_get_stat (l->rig->element, "strips-allocated");

  fail_unless (n_allocated <= n_strips + MAX_EXTRA_STRIPS, "%"
      G_GUINT64_FORMAT " strips", n_allocated);
}

static void
set_n_strips (Lending * l, guint n_strips)
{
  g_object_set (l->rig->element, "strips", n_strips, NULL);
}

/* ---- In step ---- */

GST_START_TEST (in_step)
{
  Lending l;

  lending_init (&l, 3 + __i__, "auto");
  set_n_strips (&l, 1 + __i__);
  lending_run (&l, PROBATION_FRAMES);
  fail_unless_equals_uint64 (lending_count_in_place (&l), 0);
  lending_run (&l, 40);
  fail_unless_equals_uint64 (lending_count_in_place (&l), 40 * (3 + __i__));
  fail_unless_equals_uint64 (test_get_stat (l.rig->element,
          "strip-rebuilds"), 0);
  assert_few_strips (&l, 1 + __i__);
  lending_clear (&l);
}

GST_END_TEST;

/* Only the first strip has to be made before it is known what a strip is. */
GST_START_TEST (always)
{
  Lending l;

  lending_init (&l, 3, "always");
  lending_run (&l, 1);
  fail_unless_equals_uint64 (lending_count_in_place (&l), 0);
  lending_run (&l, 300);
  fail_unless_equals_uint64 (lending_count_in_place (&l), 300 * 3);
  lending_clear (&l);
}

GST_END_TEST;

GST_START_TEST (never)
{
  GstBufferPool *pool;
  Lending l;

  lending_init (&l, 1, "never");
  fail_unless (l.ups[0].pool == NULL);
  test_rig_send (l.rig, &l.strip);
  l.tiles[0].seed = 0;
  lending_expect (&l);
  pool = test_ask_for_pool (l.ups[0].input);
  fail_unless (pool == NULL);
  fail_unless_equals_uint64 (lending_count_in_place (&l), 0);
  lending_clear (&l);
}

GST_END_TEST;

/* One frame in 256 is put to the test again. */
GST_START_TEST (spot_checks)
{
  Lending l;

  lending_init_trusted (&l, 2);
  lending_run (&l, 1024);
  fail_unless_equals_uint64 (test_get_stat (l.rig->element, "tiles-copied"),
      2 * (PROBATION_FRAMES + 4));
  lending_clear (&l);
}

GST_END_TEST;

/* Pad @i is lent so many frames before the first is pushed. */
GST_START_TEST (ahead)
{
  const guint n_ahead = __i__ + 1;
  GQueue frames = G_QUEUE_INIT;
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 2);
  before = lending_count_in_place (&l);
  for (i = 0; i < 60; i++) {
    while (frames.length < n_ahead)
      g_queue_push_tail (&frames, test_upstream_draw (&l.ups[0],
              2000 + i + frames.length));
    lending_push_frame (&l, 0, g_queue_pop_head (&frames), 2000 + i);
    lending_push_one (&l, 1);
    lending_expect (&l);
  }
  fail_unless (lending_count_in_place (&l) - before >=
      (guint64) (n_ahead <= STRIPS_AHEAD ? 2 * 60 : 60));
  assert_few_strips (&l, 3);
  g_queue_clear_full (&frames, (GDestroyNotify) gst_buffer_unref);
  lending_clear (&l);
}

GST_END_TEST;

/* Most pads have stills. The strip that was there first holds them all, but is not
 * taken for ever: each strip gets them once, and then nothing is copied any more. */
GST_START_TEST (with_stills)
{
  GstBuffer *stills[LENDING_MAX];
  guint64 copied = 0;
  guint i;
  guint k;
  Lending l;

  lending_init (&l, LENDING_MAX, "auto");
  for (k = 0; k < LENDING_MAX; k++)
    stills[k] = test_frame_new (GST_VIDEO_FORMAT_RGBA, l.tiles[k].width,
        l.tiles[k].height, 0, 0, k);
  for (i = 0; i < 60; i++) {
    for (k = 0; k < LENDING_MAX; k++)
      if (k % 3 == 1)
        lending_push_one (&l, k);
      else
        lending_push_frame (&l, k, gst_buffer_copy (stills[k]), k);
    lending_expect (&l);
    if (i == 30)
      copied = test_get_stat (l.rig->element, "tiles-copied");
  }
  fail_unless_equals_uint64 (test_get_stat (l.rig->element, "tiles-copied"),
      copied);
  for (k = 0; k < LENDING_MAX; k++)
    gst_buffer_unref (stills[k]);
  lending_clear (&l);
}

GST_END_TEST;

/* ---- Out of step ---- */

/* One frame in three is never pushed. */
GST_START_TEST (dropped)
{
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  before = lending_count_in_place (&l);
  for (i = 0; i < 60; i++) {
    if (i % 3 == 0)
      gst_buffer_unref (test_upstream_draw (&l.ups[0], i));
    lending_run (&l, 1);
  }
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 3 * 60);
  lending_clear (&l);
}

GST_END_TEST;

/* One frame in two is drawn upon a frame ago, and thrown away after another one
 * was acquired: that one is for a strip later than it comes. */
GST_START_TEST (dropped_late)
{
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  before = lending_count_in_place (&l);
  for (i = 0; i < 60; i++) {
    GstBuffer *dropped = test_upstream_draw (&l.ups[0], i);
    GstBuffer *pushed = test_upstream_draw (&l.ups[0], 5000 + i);

    gst_buffer_unref (dropped);
    lending_push_frame (&l, 0, pushed, 5000 + i);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
  }
  fail_unless (lending_count_in_place (&l) - before >= 60);
  assert_few_strips (&l, 3);
  lending_clear (&l);
}

GST_END_TEST;

/* Each frame is pushed twice, the second time as a copy of the buffer (odd) or
 * the same buffer (even). */
GST_START_TEST (repeated)
{
  GstBuffer *again = NULL;
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  before = lending_count_in_place (&l);
  for (i = 0; i < 60; i++) {
    if (again == NULL) {
      const guint32 seed = ++l.last_seed;

      again = test_upstream_draw (&l.ups[0], seed);
      lending_push_frame (&l, 0, gst_buffer_ref (again), seed);
    } else {
      lending_push_frame (&l, 0, g_steal_pointer (&again), l.tiles[0].seed);
    }
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
  }
  gst_clear_buffer (&again);
  fail_unless (lending_count_in_place (&l) - before >= 60 * 2);
  assert_few_strips (&l, 3);
  lending_clear (&l);
}

GST_END_TEST;

/* Frames are pushed in another order than they were lent. */
GST_START_TEST (reordered)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 60; i += 2) {
    GstBuffer *second = test_upstream_draw (&l.ups[0], 5000 + i);
    GstBuffer *first = test_upstream_draw (&l.ups[0], 5001 + i);

    lending_push_frame (&l, 0, first, 5001 + i);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
    lending_push_frame (&l, 0, second, 5000 + i);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
  }
  assert_few_strips (&l, 3);
  lending_clear (&l);
}

GST_END_TEST;

/* However many strips downstream has, others are made for upstream. */
GST_START_TEST (all_are_kept)
{
  GQueue kept = G_QUEUE_INIT;
  const guint n_strips = 30;
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  before = lending_count_in_place (&l);
  for (i = 0; i < n_strips; i++) {
    lending_push (&l);
    g_queue_push_tail (&kept, lending_pull (&l));
  }
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before,
      3 * n_strips);
  assert_few_strips (&l, 3 + n_strips);
  g_queue_clear_full (&kept, (GDestroyNotify) gst_buffer_unref);
  lending_clear (&l);
}

GST_END_TEST;

/* A frame of pad 0 is shown in @__i__ + 2 strips, those of others in one. */
GST_START_TEST (slow_and_fast)
{
  const guint n_strips = __i__ + 2;
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  before = lending_count_in_place (&l);
  for (i = 0; i < 120; i++) {
    TestUpstream *slow = &l.ups[0];

    /* One is always on its way: the element asks for it before it goes on. */
    if (i == 0 || i % n_strips == 1) {
      const guint k = i == 0 ? 0 : i / n_strips + 1;
      GstBuffer *frame = test_upstream_draw (slow, 9000 + k);

      GST_BUFFER_PTS (frame) = slow->n * TEST_FRAME_TIME;
      GST_BUFFER_DURATION (frame) = n_strips * TEST_FRAME_TIME;
      slow->n += n_strips;
      fail_unless_equals_int (gst_harness_push (slow->input, frame),
          GST_FLOW_OK);
    }
    l.tiles[0].seed = 9000 + i / n_strips;
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
  }
  /* Each of its frames costs the others their place in one strip at most. */
  fail_unless (lending_count_in_place (&l) - before >= 120, "%u",
      (guint) (lending_count_in_place (&l) - before));
  assert_few_strips (&l, 3);
  lending_clear (&l);
}

GST_END_TEST;

/* Rows that stand somewhere else than they were lent: the tile is not the frame. */
GST_START_TEST (described_anew)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 6; i++) {
    GstBuffer *frame = test_upstream_draw (&l.ups[2], 70 + i);
    GstVideoMeta *meta = gst_buffer_get_video_meta (frame);
    GstBuffer *strip;
    GstVideoFrame mapped;
    GstVideoInfo info;
    gint x;
    gint y;

    /* Its first row over and over. */
    meta->stride[0] = 0;
    lending_push_one (&l, 0);
    lending_push_one (&l, 1);
    test_upstream_push (&l.ups[2], frame);
    strip = test_rig_pull (l.rig, NULL);
    gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGBA, 53, 9);
    fail_unless (gst_video_frame_map (&mapped, &info, strip, GST_MAP_READ));
    for (y = 0; y < 9; y++)
      for (x = 0; x < 160; x++)
        fail_unless_equals_int (((guint8 *) GST_VIDEO_FRAME_PLANE_DATA
                (&mapped, 0))[y * 53 * 4 + 13 * 4 + x],
            test_byte (70 + i, 0, x));
    gst_video_frame_unmap (&mapped);
    gst_buffer_unref (strip);
  }
  lending_run (&l, 5);
  lending_clear (&l);
}

GST_END_TEST;

/* ---- Pads and caps ---- */

/* One that never takes the pool, one that takes it without GstVideoMeta. */
GST_START_TEST (others)
{
  GstStructure *config;
  GstBufferPool *pool;
  guint64 before;
  guint i;
  Lending l;

  lending_init (&l, 4, "auto");
  pool = l.ups[1].pool;
  fail_unless (gst_buffer_pool_set_active (pool, FALSE));
  config = gst_buffer_pool_get_config (pool);
  gst_structure_remove_field (config, "options");
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  lending_run (&l, 8);
  before = lending_count_in_place (&l);

  for (i = 0; i < 40; i++) {
    lending_push_frame (&l, 0, test_frame_new (GST_VIDEO_FORMAT_RGBA, 5, 9, 0,
            0, i), i);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_push_one (&l, 3);
    lending_expect (&l);
  }
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 2 * 40);
  lending_clear (&l);
}

GST_END_TEST;

/* Pad @i has another size from now on; its old pool is still there. */
static void
resize (Lending * l, guint i, guint width, guint height)
{
  l->tiles[i].width = width;
  l->tiles[i].height = height;
  test_input_set_caps (l->ups[i].input, "RGBA", width, height);
}

static void
renew (Lending * l, guint i)
{
  const guint n = l->ups[i].n;
  GstHarness *input = l->ups[i].input;

  test_upstream_clear (&l->ups[i]);
  test_upstream_init (&l->ups[i], input);
  l->ups[i].n = n;
}

/* Frames that were lent before are pushed after. */
GST_START_TEST (new_sizes)
{
  static const guint sizes[][2] = { {5, 9}, {12, 3}, {12, 9}, {2, 1}, {5, 9} };
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < G_N_ELEMENTS (sizes); i++) {
    GstBuffer *held[2];

    resize (&l, 0, sizes[i][0], sizes[i][1]);
    renew (&l, 0);
    held[0] = test_upstream_draw (&l.ups[1], 800 + i);
    held[1] = test_upstream_draw (&l.ups[2], 900 + i);
    lending_run (&l, 2);
    lending_push_one (&l, 0);
    lending_push_frame (&l, 1, held[0], 800 + i);
    lending_push_frame (&l, 2, held[1], 900 + i);
    lending_expect (&l);
    lending_run (&l, 5);
    before = lending_count_in_place (&l);
    lending_run (&l, 10);
    fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 30);
  }
  lending_clear (&l);
}

GST_END_TEST;

/* With the pool of the other size. */
GST_START_TEST (new_size_old_pool)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  resize (&l, 0, 12, 3);
  for (i = 0; i < 10; i++) {
    gst_buffer_unref (test_upstream_draw (&l.ups[0], i));
    lending_push_frame (&l, 0, test_frame_new (GST_VIDEO_FORMAT_RGBA, 12, 3, 0,
            0, i), i);
    lending_push_one (&l, 1);
    lending_push_one (&l, 2);
    lending_expect (&l);
  }
  lending_clear (&l);
}

GST_END_TEST;

GST_START_TEST (new_format)
{
  static const gchar *formats[] = { "BGRA", "xRGB", "RGBA" };
  guint64 before;
  guint i;
  guint k;
  Lending l;

  lending_init_trusted (&l, 3);
  for (k = 0; k < G_N_ELEMENTS (formats); k++) {
    GstBuffer *old = test_upstream_draw (&l.ups[0], k);

    test_rig_set_caps (l.rig, &l.strip, formats[k]);
    for (i = 0; i < 3; i++)
      renew (&l, i);
    lending_run (&l, 5);
    gst_buffer_unref (old);
    lending_run (&l, 1);
    before = lending_count_in_place (&l);
    lending_run (&l, 10);
    fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 30);
  }
  lending_clear (&l);
}

GST_END_TEST;

/* The last pad goes, while upstream has a tile of it, and comes again. */
GST_START_TEST (pad_goes_and_comes)
{
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 4);
  for (i = 0; i < 5; i++) {
    GstBuffer *held = test_upstream_draw (&l.ups[3], i);
    TestUpstream old = l.ups[3];

    test_rig_remove (l.rig, old.input);
    l.strip.n_tiles = 3;
    lending_run (&l, 4);
    before = lending_count_in_place (&l);
    lending_run (&l, 4);
    fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 3 * 4);

    /* The pool lives on, but no pad will show its frames. */
    test_draw (held, &old.info, i + 1);
    gst_buffer_unref (held);
    gst_buffer_unref (test_upstream_draw (&old, i + 2));
    test_upstream_clear (&old);

    test_rig_add (l.rig, "sink_3");
    test_input_set_caps (test_rig_input (l.rig, 3), "RGBA", 1, 1);
    test_upstream_init (&l.ups[3], test_rig_input (l.rig, 3));
    l.ups[3].n = l.ups[0].n;
    l.strip.n_tiles = 4;
    lending_run (&l, 5);
    before = lending_count_in_place (&l);
    lending_run (&l, 4);
    fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 4 * 4);
  }
  lending_clear (&l);
}

GST_END_TEST;

/* All tiles are moved by each change. */
GST_START_TEST (other_align)
{
  static const gchar *aligns[] = { "bottom", "top", "center" };
  guint64 before;
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < 9; i++) {
    GstBuffer *held = test_upstream_draw (&l.ups[1], 800 + i);

    l.strip.align = aligns[i % 3];
    gst_util_set_object_arg (G_OBJECT (l.rig->element), "align",
        l.strip.align);
    lending_push_one (&l, 0);
    lending_push_frame (&l, 1, held, 800 + i);
    lending_push_one (&l, 2);
    lending_expect (&l);
    before = lending_count_in_place (&l);
    lending_run (&l, 5);
    fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 15);
  }
  assert_few_strips (&l, 3);
  lending_clear (&l);
}

GST_END_TEST;

static Suite *
inplace_suite (void)
{
  Suite *s = suite_create ("inplace");
  TCase *tc = tcase_create ("inplace");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, in_step, 0, 4);
  tcase_add_test (tc, always);
  tcase_add_test (tc, never);
  tcase_add_test (tc, spot_checks);
  tcase_add_loop_test (tc, ahead, 0, STRIPS_AHEAD + 2);
  tcase_add_test (tc, with_stills);
  tcase_add_test (tc, dropped);
  tcase_add_test (tc, dropped_late);
  tcase_add_test (tc, repeated);
  tcase_add_test (tc, reordered);
  tcase_add_test (tc, all_are_kept);
  tcase_add_loop_test (tc, slow_and_fast, 0, 3);
  tcase_add_test (tc, described_anew);
  tcase_add_test (tc, others);
  tcase_add_test (tc, new_sizes);
  tcase_add_test (tc, new_size_old_pool);
  tcase_add_test (tc, new_format);
  tcase_add_test (tc, pad_goes_and_comes);
  tcase_add_test (tc, other_align);

  return s;
}

NTMOSAIC_CHECK_MAIN (inplace)
