/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which tiles the element keeps, and that a change of layout or pads ends it.
 * ../memory/choice.c tests which strip is taken. */

#include "rig/pipelines.h"
#include "rig/stills.h"

/* ---- What is kept ---- */

/* With @__i__ + 1 strips, which are all in turn. */
GST_START_TEST (stills)
{
  Stills s;
  GstBuffer *last = NULL;
  guint round;

  stills_init (&s, __i__ + 1);
  for (round = 0; round < 20; round++) {
    GstBuffer *strip;

    /* Downstream has one while the next is made. */
    strip = next_strip (&s);
    if (last)
      gst_buffer_unref (last);
    last = strip;
    if (round < 2)
      check_stats (s.rig->element, &s.stats, N_STILLS, 0, 0);
    else
      check_stats (s.rig->element, &s.stats, 0, N_STILLS, 0);
  }
  gst_buffer_unref (last);
  fail_unless_equals_uint64 (s.stats.bytes, 2 * 4 * (5 * 9 + 8 * 4 + 40 * 9));
  stills_clear (&s);
}

GST_END_TEST;

GST_START_TEST (one_changes)
{
  Stills s;
  guint round;

  stills_init (&s, 3);
  check_next (&s, 3, 0, 0);
  for (round = 0; round < 10; round++) {
    set_frame (&s, round % N_STILLS, 100 + round);
    check_next (&s, 1, 2, 0);
    check_next (&s, 0, 3, 0);
  }
  stills_clear (&s);
}

GST_END_TEST;

static void
push_slow (GstHarness * input, guint n)
{
  test_input_push (input, test_frame_new_timed (5, 9, n, n * TEST_FRAME_TIME, 10
          * TEST_FRAME_TIME));
}

/* A tenth of the other's rate. With copying on arrival (1), strips come in
 * turn, and each gets the slow frame once. */
GST_START_TEST (slow_and_fast)
{
  static const TestTile tiles[] = { {5, 9, 1}, {8, 9, 0} };
  TestTile now[] = { tiles[0], tiles[1] };
  const TestStrip strip = { now, 2, 9, "top", BLACK };
  const guint n_first = __i__ ? 3 : 1;
  TestRig *rig = test_rig_new (2);
  Stats stats = { 0, };
  guint n;

  g_object_set (rig->element, "copy-on-arrival", __i__, NULL);
  test_rig_set_caps (rig, &strip, "RGBA");
  for (n = 0; n < 50; n++) {
    /* One frame is always in the queue. */
    if (n == 0)
      push_slow (test_rig_input (rig, 0), 0);
    if (n % 10 == 1)
      push_slow (test_rig_input (rig, 0), n + 9);
    test_rig_push (rig, 1, n, n);
    now[0].seed = n / 10 * 10;
    now[1].seed = n;
    test_rig_expect (rig, &strip);
    if (n % 10 == 0)
      check_stats (rig->element, &stats, 2, 0, 0);
    else if (n % 10 >= n_first)
      check_stats (rig->element, &stats, 1, 1, 0);
    else
      stats = get_stats (rig->element);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Layouts and pads ---- */

GST_START_TEST (other_layout)
{
  static const gchar *aligns[] = { "center", "bottom", "top", "center" };
  Stills s;
  guint i;

  stills_init (&s, 1);
  check_next (&s, 3, 0, 0);
  for (i = 0; i < G_N_ELEMENTS (aligns); i++) {
    s.strip.align = aligns[i];
    test_rig_set (s.rig, "align", aligns[i]);
    check_next (&s, 3, 0, 0);
    check_next (&s, 0, 3, 0);
  }
  test_expect_stat (s.rig, "strips-allocated", 1);
  stills_clear (&s);
}

GST_END_TEST;

/* 4x6 or 6x4 pixels of the same memory. */
GST_START_TEST (other_caps_same_memory)
{
  GstBuffer *frame = test_frame_new (GST_VIDEO_FORMAT_RGBA, 24, 1, 0, 0, 1);
  TestRig *rig = test_rig_new (1);
  GstHarness *input = test_rig_input (rig, 0);
  guint n;

  for (n = 0; n < 6; n++) {
    const guint width = n / 2 % 2 ? 6 : 4;
    GstBuffer *strip;
    GstMapInfo map;

    if (n % 2 == 0)
      test_input_set_caps (input, "RGBA", width, 24 / width);
    test_input_push_nth (input, gst_buffer_copy (frame), n);
    strip = test_rig_pull (rig, NULL);
    fail_unless (gst_buffer_map (frame, &map, GST_MAP_READ));
    fail_unless_equals_int (gst_buffer_get_size (strip), map.size);
    fail_unless (gst_buffer_memcmp (strip, 0, map.data, map.size) == 0);
    gst_buffer_unmap (frame, &map);
    gst_buffer_unref (strip);
  }
  test_expect_stat (rig, "tiles-copied", 3);
  gst_buffer_unref (frame);
  test_rig_free (rig);
}

GST_END_TEST;

/* Its tile is at the same place and its memory the same, but it is another
 * pad. */
GST_START_TEST (pad_anew)
{
  Stills s;
  guint round;

  stills_init (&s, 1);
  check_next (&s, 3, 0, 0);
  for (round = 0; round < 3; round++) {
    GstHarness *input;

    test_rig_remove (s.rig, test_rig_input (s.rig, 2));
    input = test_rig_add (s.rig, "sink_2");
    test_input_set_caps (input, "RGBA", s.tiles[2].width, s.tiles[2].height);
    if (round == 1)
      set_frame (&s, 2, 50);
    gst_buffer_unref (next_strip (&s));
    s.stats = get_stats (s.rig->element);
    check_next (&s, 0, 3, 0);
  }
  stills_clear (&s);
}

GST_END_TEST;

/* ---- With other elements ---- */

GST_START_TEST (imagefreeze)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "appsink name=s max-buffers=1 sync=false "
      TEST_FROZEN ("ball") " ! m. " TEST_FROZEN ("smpte") " ! m.");
  GBytes *bytes;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pull_same (p->sink, &bytes), 40);
  g_bytes_unref (bytes);
  fail_unless (test_get_stat (p->mosaic, "tiles-copied")
      <= 2 * test_get_stat (p->mosaic, "strips-allocated"));
  fail_unless_equals_uint64 (test_get_stat (p->mosaic, "bytes-copied"),
      test_get_stat (p->mosaic, "tiles-copied") * 16 * 16 * 4);
  test_pipeline_free (p);
}

GST_END_TEST;

TEST_CASES (kept)
{
  tcase_add_loop_test (tc, stills, 0, 5);
  tcase_add_test (tc, one_changes);
  tcase_add_loop_test (tc, slow_and_fast, 0, 2);
  tcase_add_test (tc, other_layout);
  tcase_add_test (tc, other_caps_same_memory);
  tcase_add_test (tc, pad_anew);
  tcase_add_test (tc, imagefreeze);
}
