/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Changes while the element makes strips: sizes, formats and rates of the
 * inputs, and the inputs themselves. The element loses no frame, and shows none
 * with the caps of another. */

#include "rig/rig.h"

/* ---- Caps ---- */

GST_START_TEST (size_of_one_pad)
{
  TestTile tiles[] = { {5, 6, 0}, {8, 6, 10}, {3, 4, 20} };
  TestStrip strip = { tiles, 3, 6, "center", BLACK };
  static const guint widths[] = { 8, 9, 1, 100, 8 };
  static const guint heights[] = { 6, 6, 9, 2, 6 };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  guint i;
  guint n;

  for (n = 0; n < G_N_ELEMENTS (widths); n++) {
    tiles[1].width = widths[n];
    tiles[1].height = heights[n];
    strip.height = MAX (heights[n], 6);
    if (n > 0)
      test_input_set_caps (test_rig_input (rig, 1), "RGBA", widths[n],
          heights[n]);
    for (i = 0; i < 3; i++)
      tiles[i].seed++;
    test_rig_check (rig, &strip);
    test_rig_check (rig, &strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (size_of_all_pads)
{
  TestTile tiles[] = { {5, 6, 0}, {8, 6, 10}, {3, 4, 20} };
  TestStrip strip = { tiles, 3, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  guint i;
  guint n;

  test_rig_check (rig, &strip);
  for (n = 1; n < 6; n++) {
    for (i = 0; i < 3; i++)
      tiles[i] = (TestTile) { n + i, n + 1, n * 3 + i };
    strip.height = n + 1;
    test_rig_set_caps (rig, &strip, "RGBA");
    test_rig_check (rig, &strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (format_of_all_pads)
{
  static const gchar *formats[] = { "RGBA", "BGRA", "xRGB", "RGBA" };
  TestTile tiles[] = { {5, 6, 0}, {8, 3, 10} };
  TestStrip strip = { tiles, 2, 6, "top", 0x11223344 };
  TestRig *rig = test_rig_new (2);
  guint n;

  g_object_set (rig->element, "background-color", strip.background, NULL);
  for (n = 0; n < G_N_ELEMENTS (formats); n++) {
    tiles[0].seed++;
    test_rig_set_caps (rig, &strip, formats[n]);
    test_rig_check (rig, &strip);
    test_rig_check (rig, &strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The same caps again are no change. */
GST_START_TEST (same_caps_again)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 3, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);
  guint n;

  for (n = 0; n < 5; n++) {
    test_rig_set_caps (rig, &strip, "RGBA");
    test_rig_check (rig, &strip);
  }
  test_expect_stat (rig, "strips-allocated", 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* Another layout of the same size needs no other memory. */
GST_START_TEST (layout_of_same_size)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 6, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);
  guint n;

  for (n = 0; n < 5; n++) {
    tiles[0].width = 5 + n;
    tiles[1].width = 8 - n;
    test_rig_set_caps (rig, &strip, "RGBA");
    test_rig_check (rig, &strip);
  }
  test_expect_stat (rig, "strips-allocated", 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Stills ---- */

static void
set_still_caps (TestRig * rig, const TestStrip * strip)
{
  guint i;

  for (i = 0; i < strip->n_tiles; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA",
        strip->tiles[i].width, strip->tiles[i].height, 0, 1);
}

/* Pictures of another size each time: each is in a strip, the last ones too,
 * although nothing comes after them. */
GST_START_TEST (stills_of_other_sizes)
{
  TestTile tiles[3];
  TestStrip strip = { tiles, 3, 0, "top", BLACK };
  TestRig *rig = test_rig_new (3);
  guint i;
  guint n;

  for (n = 0; n < 6; n++) {
    for (i = 0; i < 3; i++)
      tiles[i] = (TestTile) { 3 + (n + i) % 4, n + 1, n * 3 + i };
    strip.height = n + 1;
    set_still_caps (rig, &strip);
    test_rig_check (rig, &strip);
  }
  test_rig_end (rig);
  test_rig_expect_none (rig);
  test_expect_stat (rig, "strips", 6);
  test_rig_free (rig);
}

GST_END_TEST;

/* New caps, and no frame of them: the frame that the pad showed before is
 * over. */
GST_START_TEST (still_with_new_caps_and_eos)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 3, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);

  set_still_caps (rig, &strip);
  test_rig_check (rig, &strip);
  test_input_set_caps_full (test_rig_input (rig, 1), "RGBA", 100, 5, 0, 1);
  test_input_end (test_rig_input (rig, 1));
  test_rig_push (rig, 0, 2, 1);
  tiles[0].seed = 2;
  tiles[1] = (TestTile) { 100, 0, 0 };
  test_rig_expect (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* One pad ends before the other. From then on its tile is background, or its
 * last still with repeat-after-eos (@__i__). */
GST_START_TEST (still_at_eos)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 3, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);
  guint n;

  gst_child_proxy_set (GST_CHILD_PROXY (rig->element),
      "sink_1::repeat-after-eos", __i__, NULL);
  set_still_caps (rig, &strip);
  test_rig_check (rig, &strip);
  test_input_end (test_rig_input (rig, 1));
  if (!__i__)
    tiles[1].height = 0;
  for (n = 1; n < 4; n++) {
    tiles[0].seed = 1 + n;
    test_rig_push (rig, 0, 1 + n, n);
    test_rig_expect (rig, &strip);
  }
  test_input_end (test_rig_input (rig, 0));
  test_rig_expect_none (rig);
  test_rig_free (rig);
}

GST_END_TEST;

static void
expect_rate (TestRig * rig, gint fps_n)
{
  GstVideoInfo info;
  GstBuffer *buffer;
  GstCaps *caps;

  buffer = test_rig_pull (rig, &caps);
  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_N (&info), fps_n);
  gst_buffer_unref (buffer);
  gst_caps_unref (caps);
}

/* Each frame is as long as a strip of its rate. */
GST_START_TEST (rates)
{
  static const gint rates[] = { 25, 50, 25, 10 };
  TestRig *rig = test_rig_new (1);
  GstHarness *input = test_rig_input (rig, 0);
  GstClockTime pts = 0;
  guint n;

  for (n = 0; n < G_N_ELEMENTS (rates); n++) {
    const GstClockTime duration = GST_SECOND / rates[n];

    test_input_set_caps_full (input, "RGBA", 4, 4, rates[n], 1);
    test_input_push (input, test_frame_new_timed (4, 4, n, pts, duration));
    expect_rate (rig, rates[n]);
    pts += duration;
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* From a camera to stills and back: the element tells downstream of each. */
GST_START_TEST (camera_stills_camera)
{
  TestRig *rig = test_rig_new (1);
  GstHarness *input = test_rig_input (rig, 0);

  gst_harness_set_live (input, TRUE);

  test_input_set_caps (input, "RGBA", 4, 4);
  test_input_send (input, 1, 0);
  expect_rate (rig, 25);
  fail_unless_equals_uint64 (gst_harness_query_latency (rig->out),
      TEST_FRAME_TIME);
  test_input_set_caps_full (input, "RGBA", 4, 4, 0, 1);
  test_input_send (input, 1, 1);
  expect_rate (rig, 0);
  fail_unless_equals_uint64 (gst_harness_query_latency (rig->out), 0);
  test_input_set_caps (input, "RGBA", 4, 4);
  test_input_send (input, 1, 2);
  expect_rate (rig, 25);
  fail_unless_equals_uint64 (gst_harness_query_latency (rig->out),
      TEST_FRAME_TIME);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Pads ---- */

GST_START_TEST (pad_comes)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 3, 2}, {4, 9, 3} };
  const TestStrip before = { tiles, 2, 6, "bottom", BLACK };
  const TestStrip after = { tiles, 3, 9, "bottom", BLACK };
  TestRig *rig = test_rig_new_for (&before, "RGBA");

  test_rig_check (rig, &before);
  test_rig_add (rig, "sink_2");
  test_rig_set_caps (rig, &after, "RGBA");
  test_rig_check (rig, &after);
  test_rig_check (rig, &after);
  test_rig_free (rig);
}

GST_END_TEST;

/* Between two others. */
GST_START_TEST (pad_comes_into_the_middle)
{
  static const TestTile two[] = { {5, 6, 1}, {8, 3, 2} };
  static const TestTile three[] = { {5, 6, 1}, {4, 2, 3}, {8, 3, 2} };
  const TestStrip before = { two, 2, 6, "top", BLACK };
  const TestStrip after = { three, 3, 6, "top", BLACK };
  TestRig *rig = test_rig_new (0);
  guint n;

  test_rig_add (rig, "sink_3");
  test_rig_add (rig, "sink_7");
  test_rig_set_caps (rig, &before, "RGBA");
  test_rig_check (rig, &before);
  test_rig_add (rig, "sink_5");
  test_input_set_caps (test_rig_input (rig, 2), "RGBA", 4, 2);
  for (n = 1; n < 4; n++) {
    test_rig_push (rig, 0, 1, n);
    test_rig_push (rig, 1, 2, n);
    test_rig_push (rig, 2, 3, n);
    test_rig_expect (rig, &after);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* Releases pad @__i__ of three. */
GST_START_TEST (pad_goes)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 6, 2}, {4, 6, 3} };
  const TestStrip before = { tiles, 3, 6, "top", BLACK };
  TestTile rest[] = { tiles[__i__ > 0 ? 0 : 1], tiles[__i__ > 1 ? 1 : 2] };
  const TestStrip after = { rest, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&before, "RGBA");

  test_rig_check (rig, &before);
  test_rig_check (rig, &before);
  test_rig_remove (rig, test_rig_input (rig, __i__));
  test_rig_check (rig, &after);
  test_rig_check (rig, &after);
  test_rig_free (rig);
}

GST_END_TEST;

/* The others have frames already and wait for the one that goes. */
GST_START_TEST (pad_goes_that_was_waited_for)
{
  static const TestTile tiles[] = { {5, 6, 1}, {4, 6, 3} };
  const TestStrip after = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (3);
  guint i;

  for (i = 0; i < 3; i++)
    test_input_set_caps (test_rig_input (rig, i), "RGBA", 5 - i % 3 / 2, 6);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 2, 3, 0);
  test_rig_expect_none (rig);
  test_rig_remove (rig, test_rig_input (rig, 1));
  test_rig_expect (rig, &after);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (pads_come_and_go)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 6, 2}, {0, 0, 0} };
  const TestStrip two = { tiles, 2, 6, "top", BLACK };
  const TestStrip three = { tiles, 3, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&two, "RGBA");
  guint n;

  for (n = 0; n < 10; n++) {
    test_rig_check (rig, &two);
    tiles[2] = (TestTile) { 1 + n, 6, n };
    test_rig_add (rig, "sink_%u");
    test_input_set_caps (test_rig_input (rig, 2), "RGBA", tiles[2].width, 6);
    test_rig_check (rig, &three);
    test_rig_remove (rig, test_rig_input (rig, 2));
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* All pads go, others come. The pads have stills, and the base class begins
 * anew at a time of its own choice. */
GST_START_TEST (all_pads_anew)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 6, 2} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (0);
  guint n;

  for (n = 0; n < 4; n++) {
    test_rig_add (rig, "sink_%u");
    test_rig_add (rig, "sink_%u");
    tiles[1].width++;
    set_still_caps (rig, &strip);
    test_rig_check (rig, &strip);
    test_rig_remove (rig, test_rig_input (rig, 0));
    test_rig_remove (rig, test_rig_input (rig, 0));
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- READY and back ---- */

GST_START_TEST (stopped_and_started)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 2} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);
  guint n;

  for (n = 0; n < 4; n++) {
    tiles[0].width++;
    test_rig_set_caps (rig, &strip, n % 2 ? "BGRA" : "RGBA");
    test_rig_check (rig, &strip);
    test_expect_stat (rig, "strips", 1);
    test_rig_restart (rig, n % 2 ? GST_STATE_READY : GST_STATE_NULL);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (changes)
{
  tcase_add_test (tc, size_of_one_pad);
  tcase_add_test (tc, size_of_all_pads);
  tcase_add_test (tc, format_of_all_pads);
  tcase_add_test (tc, same_caps_again);
  tcase_add_test (tc, layout_of_same_size);
  tcase_add_test (tc, stills_of_other_sizes);
  tcase_add_test (tc, still_with_new_caps_and_eos);
  tcase_add_loop_test (tc, still_at_eos, 0, 2);
  tcase_add_test (tc, rates);
  tcase_add_test (tc, camera_stills_camera);
  tcase_add_test (tc, pad_comes);
  tcase_add_test (tc, pad_comes_into_the_middle);
  tcase_add_loop_test (tc, pad_goes, 0, 3);
  tcase_add_test (tc, pad_goes_that_was_waited_for);
  tcase_add_test (tc, pads_come_and_go);
  tcase_add_test (tc, all_pads_anew);
  tcase_add_test (tc, stopped_and_started);
}
