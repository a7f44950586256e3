/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that stay when new caps have come, and caps without a frame. */

#include "rig/rig.h"

/* ---- A frame that stays ---- */

/* Sends a gap, the @n-th frame, that tells the pad to keep its frame. */
static void
send_missing (GstHarness * input, guint n)
{
  GstEvent *gap = gst_event_new_gap (n * TEST_FRAME_TIME, TEST_FRAME_TIME);

  gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  test_input_push_event (input, gap);
}

/* A frame for the first pad, a gap for the second. */
static void
check_missing (TestRig * rig, const TestStrip * strip, guint n)
{
  test_rig_push (rig, 0, strip->tiles[0].seed, n);
  send_missing (test_rig_input (rig, 1), n);
  test_rig_expect (rig, strip);
}

static const struct
{
  guint width;
  guint height;
} new_sizes[] = {
  {100, 50}, {9, 4}, {8, 5}, {2, 1}, {4, 8}, {32, 1}
};

/* A frame of 8x4 can't be shown in a tile of another size. */
GST_START_TEST (new_size_and_missing_data)
{
  const guint width = new_sizes[__i__].width;
  const guint height = new_sizes[__i__].height;
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 10} };
  TestStrip strip = { tiles, 2, 6, "center", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");

  test_rig_check (rig, &strip);
  check_missing (rig, &strip, 1);

  test_input_set_caps (test_rig_input (rig, 1), "RGBA", width, height);
  tiles[1] = (TestTile) { width, 0, 0 };
  strip.height = MAX (height, 6);
  check_missing (rig, &strip, 2);
  check_missing (rig, &strip, 3);

  rig->n_sent = 4;
  tiles[1] = (TestTile) { width, height, 11 };
  test_rig_check (rig, &strip);
  check_missing (rig, &strip, 5);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (new_format_and_missing_data)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");

  test_rig_check (rig, &strip);
  test_rig_set_caps (rig, &strip, "BGRA");
  tiles[1].height = 0;
  check_missing (rig, &strip, 1);
  test_rig_free (rig);
}

GST_END_TEST;

/* The frame fits as before. */
GST_START_TEST (new_rate_and_missing_data)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 4, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");

  test_rig_check (rig, &strip);
  test_input_set_caps_full (test_rig_input (rig, 1), "RGBA", 8, 4, 5, 1);
  check_missing (rig, &strip, 1);
  test_rig_free (rig);
}

GST_END_TEST;

/* And again under the old caps. */
GST_START_TEST (old_size_and_missing_data)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  GstHarness *input = test_rig_input (rig, 1);

  test_rig_check (rig, &strip);
  test_input_set_caps (input, "RGBA", 9, 4);
  tiles[1] = (TestTile) { 9, 0, 0 };
  check_missing (rig, &strip, 1);
  test_input_set_caps (input, "RGBA", 7, 4);
  tiles[1] = (TestTile) { 7, 0, 0 };
  check_missing (rig, &strip, 2);
  test_input_set_caps (input, "RGBA", 8, 4);
  tiles[1] = (TestTile) { 8, 4, 10 };
  check_missing (rig, &strip, 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* The frame that stays was late: no strip has shown it. */
GST_START_TEST (late_frame_new_size_and_missing_data)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  GstHarness *input = test_rig_input (rig, 1);

  test_rig_check (rig, &strip);
  test_input_send (input, 11, 0);
  test_input_set_caps (input, "RGBA", 2, 2);
  tiles[1] = (TestTile) { 2, 0, 0 };
  test_rig_push (rig, 0, 1, 1);
  send_missing (input, 1);

  /* After a late frame, the element waits for more data. */
  test_rig_push (rig, 0, 2, 2);
  test_rig_expect (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* One buffer under two caps: the second time, the second caps describe it. */
GST_START_TEST (same_buffer_new_size_and_missing_data)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 1, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  GstHarness *input = test_rig_input (rig, 1);
  GstBuffer *buffer = test_frame_new_timed (8, 1, 10, 0, 3 * TEST_FRAME_TIME);

  test_rig_push (rig, 0, 1, 0);
  gst_harness_push (input, gst_buffer_ref (buffer));
  test_rig_expect (rig, &strip);

  test_input_set_caps (input, "RGBA", 4, 1);
  tiles[1].width = 4;
  test_rig_push (rig, 0, 1, 1);
  gst_harness_push (input, gst_buffer_ref (buffer));
  test_rig_expect (rig, &strip);
  check_missing (rig, &strip, 3);
  gst_buffer_unref (buffer);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Caps without a frame ---- */

/* Waits until the element has looked at all that the test sent to @input. */
static void
wait_for_events (GstHarness * input)
{
  GstQuery *query = gst_query_new_allocation (NULL, FALSE);

  gst_pad_peer_query (input->srcpad, query);
  gst_query_unref (query);
}

/* The pad forgets caps for which no frame came before EOS. */
GST_START_TEST (stopped_after_new_caps)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 2} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  GstHarness *input = test_rig_input (rig, 1);

  test_rig_check (rig, &strip);
  test_input_set_caps (input, "RGBA", 100, 50);
  wait_for_events (input);
  test_rig_restart (rig, GST_STATE_READY);
  tiles[1].width = 7;
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* The tile stays as it was: background after the end, or with repeat-after-eos
 * (@__i__) the last frame. */
GST_START_TEST (eos_after_new_caps)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 4, 10} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);
  GstHarness *input = test_rig_input (rig, 1);
  guint n;

  gst_child_proxy_set (GST_CHILD_PROXY (rig->element),
      "sink_1::repeat-after-eos", __i__, NULL);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  test_input_set_caps (input, "RGBA", 100, 50);
  test_input_end (input);
  if (!__i__)
    tiles[1].height = 0;
  for (n = 1; n < 4; n++) {
    test_rig_push (rig, 0, 1, n);
    test_rig_expect (rig, &strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (outdated)
{
  tcase_add_loop_test (tc, new_size_and_missing_data, 0,
      G_N_ELEMENTS (new_sizes));
  tcase_add_test (tc, new_format_and_missing_data);
  tcase_add_test (tc, new_rate_and_missing_data);
  tcase_add_test (tc, old_size_and_missing_data);
  tcase_add_test (tc, late_frame_new_size_and_missing_data);
  tcase_add_test (tc, same_buffer_new_size_and_missing_data);
  tcase_add_test (tc, stopped_after_new_caps);
  tcase_add_loop_test (tc, eos_after_new_caps, 0, 2);
}
