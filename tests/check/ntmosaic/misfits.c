/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One bad input never hurts the others: while the element makes strips, frames
 * that it can't show and caps that don't fit make one tile background, and one
 * warning. Before the first strip, and for an only input, they are errors:
 * errors.c. */

#include "../memory/mappings.h"
#include "rig/rig.h"

#define WIDTH 8
#define HEIGHT 6

/* ---- Inputs ---- */

/* A frame of @size in strip @n: the tile that it makes. */
static TestTile
send_frame (TestRig * rig, guint i, guint width, guint height, guint n)
{
  const TestTile tile = { width, height, 100 * i + n + 1 };

  test_input_push_nth (test_rig_input (rig, i), test_frame_new
      (GST_VIDEO_FORMAT_RGBA, width, height, 0, 0, tile.seed), n);

  return tile;
}

/* Two or three pads of RGBA, and a strip of them. */
static TestRig *
rig_with_strip (guint n_inputs)
{
  TestTile tiles[3];
  const TestStrip strip = { tiles, n_inputs, HEIGHT, "top", BLACK };
  TestRig *rig = test_rig_new (n_inputs);
  guint i;

  for (i = 0; i < n_inputs; i++)
    test_input_set_caps_with (test_rig_input (rig, i), WIDTH, HEIGHT,
        "format=RGBA");
  for (i = 0; i < n_inputs; i++)
    tiles[i] = send_frame (rig, i, WIDTH, HEIGHT, 0);
  test_rig_expect (rig, &strip);

  return rig;
}

/* Strip @n of two pads of the usual size: sink_1 shows a frame or nothing. */
static void
check_pair (TestRig * rig, guint n, gboolean shows)
{
  TestTile tiles[2];
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };

  tiles[0] = send_frame (rig, 0, WIDTH, HEIGHT, n);
  tiles[1] = send_frame (rig, 1, WIDTH, HEIGHT, n);
  if (!shows)
    tiles[1].height = 0;
  test_rig_expect (rig, &strip);
}

/* ---- Frames ---- */

static GstBuffer *
make_bad_frame (guint kind)
{
  static const struct
  {
    gsize bytes;
    GstVideoFormat format;      /* of a GstVideoMeta */
    guint width;
    gint stride;
  } kinds[] = {
    {191, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0},
    {192, GST_VIDEO_FORMAT_RGBA, 7, 32}, {192, GST_VIDEO_FORMAT_BGRA, 8, 32},
    {192, GST_VIDEO_FORMAT_RGBA, 8, 33}, {192, GST_VIDEO_FORMAT_RGBA, 8, -32},
    {192, GST_VIDEO_FORMAT_RGBA, 8, G_MAXINT},
  };
  GstBuffer *frame = gst_buffer_new_allocate (NULL, kinds[kind].bytes, NULL);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, };
  gint strides[GST_VIDEO_MAX_PLANES] = { kinds[kind].stride, };

  if (kinds[kind].width > 0)
    gst_buffer_add_video_meta_full (frame, GST_VIDEO_FRAME_FLAG_NONE,
        kinds[kind].format, kinds[kind].width, HEIGHT, 1, offsets, strides);

  return frame;
}

#define N_BAD_FRAMES 8

static void
send_bad_frame (TestRig * rig, guint i, guint kind, guint n)
{
  test_input_push_nth (test_rig_input (rig, i), make_bad_frame (kind), n);
}

/* Every third frame of sink_1 is bad: one warning, and the element counts
 * each. */
GST_START_TEST (bad_frames)
{
  TestRig *rig = rig_with_strip (2);
  guint n;

  for (n = 1; n < 10; n++) {
    TestTile tiles[] = { {WIDTH, HEIGHT, 0}, {WIDTH, 0, 0} };
    const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };

    if (n % 3 > 0) {
      check_pair (rig, n, TRUE);
      continue;
    }
    tiles[0] = send_frame (rig, 0, WIDTH, HEIGHT, n);
    send_bad_frame (rig, 1, __i__, n);
    test_rig_expect (rig, &strip);
    if (n == 3)
      test_rig_expect_warning (rig, "sink_1", "background", "frames-refused",
          __i__ < 3 || __i__ > 4 ? "192" : "GstVideoMeta");
  }
  test_rig_expect_no_warning (rig);
  test_expect_stat (rig, "frames-refused", 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* A bad frame in three strips counts once. */
GST_START_TEST (bad_frame_repeated)
{
  TestRig *rig = rig_with_strip (2);
  TestTile tiles[] = { {WIDTH, HEIGHT, 0}, {WIDTH, 0, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  GstBuffer *frame = make_bad_frame (0);
  guint n;

  GST_BUFFER_PTS (frame) = TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = 3 * TEST_FRAME_TIME;
  test_input_push (test_rig_input (rig, 1), frame);
  test_input_end (test_rig_input (rig, 1));
  for (n = 1; n < 4; n++) {
    tiles[0] = send_frame (rig, 0, WIDTH, HEIGHT, n);
    test_rig_expect (rig, &strip);
  }
  test_rig_expect_warning (rig, "sink_1", "191");
  test_expect_stat (rig, "frames-refused", 1);
  test_rig_free (rig);
}

GST_END_TEST;

/* Both pads send a bad frame at the same time: the strip is all background. */
GST_START_TEST (bad_frames_everywhere)
{
  TestRig *rig = rig_with_strip (2);
  const TestTile tiles[] = { {WIDTH, 0, 0}, {WIDTH, 0, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };

  send_bad_frame (rig, 0, 0, 1);
  send_bad_frame (rig, 1, 1, 1);
  test_rig_expect (rig, &strip);
  test_rig_expect_warning (rig, "sink_0", "191");
  test_rig_expect_warning (rig, "sink_1", "0 bytes");
  check_pair (rig, 2, TRUE);
  test_rig_free (rig);
}

GST_END_TEST;

/* Stills: the time of a strip without a frame does not go back. */
GST_START_TEST (bad_stills_keep_time)
{
  TestRig *rig = test_rig_new_of_size (2, WIDTH, HEIGHT, 0);
  GstClockTime last = 0;
  guint n;
  guint i;

  for (n = 0; n < 3; n++) {
    GstBuffer *strip;

    for (i = 0; i < 2; i++) {
      GstBuffer *frame = n == 1 ? make_bad_frame (0)
          : test_frame_new (GST_VIDEO_FORMAT_RGBA, WIDTH, HEIGHT, 0, 0, n);

      GST_BUFFER_PTS (frame) = (n + 5) * GST_SECOND;
      test_input_push (test_rig_input (rig, i), frame);
    }
    strip = test_rig_pull (rig, NULL);
    fail_unless (GST_BUFFER_PTS (strip) >= last);
    last = GST_BUFFER_PTS (strip);
    gst_buffer_unref (strip);
  }
  test_rig_expect_warning (rig, "sink_0", "191");
  test_rig_expect_warning (rig, "sink_1", "191");
  test_rig_free (rig);
}

GST_END_TEST;

/* An only input has nothing else to show: that is an error, as before the first
 * strip. */
GST_START_TEST (bad_frame_of_the_only_input)
{
  TestRig *rig = rig_with_strip (1);
  GstBuffer *frame = make_bad_frame (0);

  GST_BUFFER_PTS (frame) = TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  gst_harness_push (test_rig_input (rig, 0), frame);
  test_rig_expect_error (rig, "sink_0", "191", "192");
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Caps ---- */

static const struct
{
  guint width;
  guint height;
  const gchar *rest;
  const gchar *words[3];
} misfits[] = {
  {WIDTH, HEIGHT, "format=BGRA", {"format", "RGBA", "BGRA"}},
  {WIDTH, HEIGHT, "format=RGBA,pixel-aspect-ratio=12/11",
      {"pixel-aspect-ratio", "1/1", "12/11"}},
  {WIDTH, HEIGHT, "format=RGBA,interlace-mode=interleaved",
      {"interlace-mode", "progressive", "interleaved"}},
  {WIDTH, HEIGHT, "format=RGBA,colorimetry=1:1:5:1",
      {"colorimetry", "sRGB", "1:1:5:1"}},
  {60000, 60000, "format=RGBA", {"can't take", "60000", "60000"}},
  {32768, 32700, "format=RGBA", {"strip", "x32700", TEST_MOST_BYTES}},
  {1 << 28, 1, "format=RGBA", {"strip", "2684354", TEST_MOST_BYTES}},
};

/* sink_1 changes to caps that don't fit, and back. Its frames have the usual
 * size: the element must not show them. */
GST_START_TEST (changes)
{
  TestRig *rig = rig_with_strip (2);
  guint n;

  for (n = 1; n < 4; n++) {
    if (n == 1)
      test_input_set_caps_with (test_rig_input (rig, 1), misfits[__i__].width,
          misfits[__i__].height, misfits[__i__].rest);
    check_pair (rig, n, FALSE);
    if (n == 1)
      test_rig_expect_warning (rig, "sink_1 shows background",
          misfits[__i__].words[0], misfits[__i__].words[1],
          misfits[__i__].words[2]);
  }
  test_input_set_caps_with (test_rig_input (rig, 1), WIDTH, HEIGHT,
      "format=RGBA");
  for (; n < 7; n++)
    check_pair (rig, n, TRUE);
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* sink_2 joins with caps that don't fit: the strip stays as it is, until other
 * caps come. */
GST_START_TEST (joins)
{
  TestRig *rig = rig_with_strip (2);
  TestTile tiles[3];
  TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  guint n;

  test_rig_add (rig, "sink_2");
  test_input_set_caps_with (test_rig_input (rig, 2), misfits[__i__].width,
      misfits[__i__].height, misfits[__i__].rest);
  for (n = 1; n < 6; n++) {
    if (n == 3) {
      test_input_set_caps_with (test_rig_input (rig, 2), WIDTH, HEIGHT,
          "format=RGBA");
      strip.n_tiles = 3;
    }
    tiles[0] = send_frame (rig, 0, WIDTH, HEIGHT, n);
    tiles[1] = send_frame (rig, 1, WIDTH, HEIGHT, n);
    tiles[2] = send_frame (rig, 2, WIDTH, HEIGHT, n);
    test_rig_expect (rig, &strip);
    if (n == 1)
      test_rig_expect_warning (rig, "sink_2 shows background",
          misfits[__i__].words[1]);
  }
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* All pads change in the same way, but not in the same strip: each is
 * background until the last one has changed. */
GST_START_TEST (all_change)
{
  TestRig *rig = rig_with_strip (2);

  test_input_set_caps_with (test_rig_input (rig, 1), misfits[__i__].width,
      misfits[__i__].height, misfits[__i__].rest);
  check_pair (rig, 1, FALSE);
  test_rig_expect_warning (rig, "sink_1");
  test_input_set_caps_with (test_rig_input (rig, 0), misfits[__i__].width,
      misfits[__i__].height, misfits[__i__].rest);
  check_pair (rig, 2, TRUE);
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* A pad at EOS keeps no other pad out. */
GST_START_TEST (others_end)
{
  TestRig *rig = rig_with_strip (2);
  TestTile tiles[] = { {WIDTH, 0, 0}, {WIDTH, HEIGHT, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };

  test_input_set_caps_with (test_rig_input (rig, 1), WIDTH, HEIGHT,
      "format=BGRA");
  check_pair (rig, 1, FALSE);
  test_rig_expect_warning (rig, "sink_1");
  test_input_end (test_rig_input (rig, 0));
  tiles[1] = send_frame (rig, 1, WIDTH, HEIGHT, 2);
  test_rig_expect (rig, &strip);
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* No pad fits any more, but each has a tile: the strip goes on, as background.
 * Without a tile, there can be no strip, and the error says why. */
GST_START_TEST (none_fits)
{
  const gboolean have_tiles = __i__ == 0;
  TestTile tiles[] = { {WIDTH, 0, 0}, {WIDTH, 0, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  TestRig *rig = rig_with_strip (have_tiles ? 2 : 1);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,format=RGBA");
  for (i = have_tiles ? 0 : 1; i < (have_tiles ? 2 : 3); i++) {
    if (!have_tiles)
      test_rig_add (rig, i == 1 ? "sink_1" : "sink_2");
    test_input_set_caps_with (test_rig_input (rig, i), WIDTH, HEIGHT,
        "format=BGRA");
  }
  for (i = 0; i < rig->inputs->len; i++)
    send_frame (rig, i, WIDTH, HEIGHT, 1);
  if (have_tiles) {
    test_rig_expect (rig, &strip);
    test_rig_expect_warning (rig, "sink_0 shows background", "format BGRA");
    test_rig_expect_warning (rig, "sink_1 shows background", "format BGRA");
  } else {
    test_rig_skip (rig);
    test_rig_expect_warning (rig, "sink_1 shows background");
    test_rig_expect_warning (rig, "sink_2 shows background");
    test_rig_remove (rig, test_rig_input (rig, 0));
    for (i = 0; i < 2; i++)
      send_frame (rig, i, WIDTH, HEIGHT, 2);
    test_rig_expect_error (rig, "format BGRA", "downstream takes only RGBA");
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* With a pad of LARGE x LARGE, a strip takes more than LARGE_BYTES. */
#define LARGE 512
#define LARGE_BYTES (1 << 20)

/* There is no memory for a strip with a pad that joins or grows. */
GST_START_TEST (more_than_memory)
{
  const gboolean grows = __i__ > 0;
  TestTile tiles[] = { {WIDTH, 0, 0}, {WIDTH, 0, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  TestRig *rig = rig_with_strip (2);
  GstHarness *large = grows ? test_rig_input (rig, 1)
      : test_rig_add (rig, "sink_2");
  guint n;

  test_limit_mappings (0, LARGE_BYTES);
  test_input_set_caps_with (large, LARGE, LARGE, "format=RGBA");
  for (n = 1; n < 4; n++) {
    tiles[0] = send_frame (rig, 0, WIDTH, HEIGHT, n);
    if (!grows)
      tiles[1] = send_frame (rig, 1, WIDTH, HEIGHT, n);
    send_frame (rig, grows ? 1 : 2, LARGE, LARGE, n);
    test_rig_expect (rig, &strip);
    if (n == 1)
      test_rig_expect_warning (rig, grows ? "sink_1 shows background"
          : "sink_2 shows background", "no memory for a strip of ");

    /* A setting that changes as well is no fault. */
    g_object_set (rig->element, "max-width", n % 2 ? 10000 : 0, NULL);
  }
  test_rig_expect_no_warning (rig);

  test_unlimit_mappings ();
  test_rig_set (rig, "align", "bottom");
  send_frame (rig, 0, WIDTH, HEIGHT, 4);
  if (!grows)
    send_frame (rig, 1, WIDTH, HEIGHT, 4);
  send_frame (rig, grows ? 1 : 2, LARGE, LARGE, 4);
  test_rig_expect_size (rig, grows ? WIDTH + LARGE : 2 * WIDTH + LARGE, LARGE);
  test_rig_free (rig);
}

GST_END_TEST;

/* Frames that tile-width and tile-height don't allow; also on all pads at
 * once. */
GST_START_TEST (tile_size)
{
  TestRig *rig = test_rig_new (2);
  TestTile tiles[] = { {WIDTH, HEIGHT, 0}, {WIDTH, HEIGHT, 0} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  const gboolean both = __i__ > 1;
  const guint width = __i__ % 2 ? WIDTH : 2;
  const guint height = __i__ % 2 ? 17 : HEIGHT;
  guint n;
  guint i;

  g_object_set (rig->element, "tile-width", WIDTH, "tile-height", HEIGHT, NULL);
  for (n = 0; n < 3; n++) {
    for (i = 0; i < 2; i++) {
      const gboolean bad = n == 1 && (both || i == 1);
      const guint w = bad ? width : WIDTH;
      const guint h = bad ? height : HEIGHT;

      test_input_set_caps_with (test_rig_input (rig, i), w, h, "format=RGBA");
      tiles[i] = send_frame (rig, i, w, h, n);
      tiles[i].width = WIDTH;
      if (bad)
        tiles[i].height = 0;
    }
    test_rig_expect (rig, &strip);
    if (n == 1 && both)
      test_rig_expect_warning (rig, "sink_0", __i__ % 2 ? "17" : "tile-width");
    if (n == 1)
      test_rig_expect_warning (rig, "sink_1", __i__ % 2 ? "17" : "tile-width");
  }
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* The only input: an error, as before the first strip. */
GST_START_TEST (tile_size_of_the_only_input)
{
  TestRig *rig = test_rig_new (1);

  g_object_set (rig->element, "tile-width", WIDTH, NULL);
  test_input_set_caps_with (test_rig_input (rig, 0), WIDTH, HEIGHT,
      "format=RGBA");
  send_frame (rig, 0, WIDTH, HEIGHT, 0);
  test_rig_skip (rig);
  test_input_set_caps_with (test_rig_input (rig, 0), 2, HEIGHT, "format=RGBA");
  gst_harness_push (test_rig_input (rig, 0), test_frame_new_timed (2, HEIGHT,
          1, TEST_FRAME_TIME, TEST_FRAME_TIME));
  test_rig_expect_error (rig, "sink_0", "tile-width");
  test_rig_free (rig);
}

GST_END_TEST;

/* Downstream can't take a strip that has grown: the pad that grew is left
 * out. */
GST_START_TEST (downstream_refuses)
{
  const TestTile tiles[] = { {WIDTH, HEIGHT, 2}, {WIDTH, 0, TEST_NO_FRAME} };
  const TestStrip strip = { tiles, 2, HEIGHT, "top", BLACK };
  TestRig *rig = rig_with_strip (2);

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=16");
  test_input_set_caps_with (test_rig_input (rig, 1), 2 * WIDTH, HEIGHT,
      "format=RGBA");
  send_frame (rig, 0, WIDTH, HEIGHT, 1);
  test_input_push (test_rig_input (rig, 1), test_frame_new_timed (2 * WIDTH,
          HEIGHT, 1, TEST_FRAME_TIME, TEST_FRAME_TIME));
  test_rig_expect (rig, &strip);
  test_rig_expect_warning (rig, "sink_1 shows background", "24 pixels wide",
      "downstream takes only 16");
  test_rig_free (rig);
}

GST_END_TEST;

/* Where downstream takes less than before, no pad is at fault: that stays an
 * error. */
GST_START_TEST (downstream_changes)
{
  TestRig *rig = rig_with_strip (2);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=15");
  for (i = 0; i < 2; i++)
    gst_harness_push (test_rig_input (rig, i), test_frame_new_timed (WIDTH,
            HEIGHT, 1, TEST_FRAME_TIME, TEST_FRAME_TIME));
  test_rig_expect_error (rig, "16 pixels wide", "downstream takes only 15");
  test_rig_free (rig);
}

GST_END_TEST;

/* One pad becomes a misfit in the strip in which another is none any more. The
 * strip keeps its format, whichever has the lower number. */
GST_START_TEST (misfits_take_turns)
{
  const guint first = __i__;
  TestRig *rig = rig_with_strip (2);
  GstCaps *caps;

  test_input_set_caps_with (test_rig_input (rig, first), WIDTH, HEIGHT,
      "format=BGRA");
  send_frame (rig, 0, WIDTH, HEIGHT, 1);
  send_frame (rig, 1, WIDTH, HEIGHT, 1);
  test_rig_skip (rig);
  test_rig_expect_warning (rig, first == 0 ? "sink_0" : "sink_1", "BGRA");

  test_input_set_caps_with (test_rig_input (rig, first), WIDTH, HEIGHT,
      "format=RGBA");
  test_input_set_caps_with (test_rig_input (rig, 1 - first), WIDTH, HEIGHT,
      "format=BGRA");
  send_frame (rig, 0, WIDTH, HEIGHT, 2);
  send_frame (rig, 1, WIDTH, HEIGHT, 2);
  gst_buffer_unref (test_rig_pull (rig, &caps));
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure
          (caps, 0), "format"), "RGBA");
  gst_caps_unref (caps);
  test_rig_expect_warning (rig, first == 0 ? "sink_1" : "sink_0", "BGRA");
  test_rig_free (rig);
}

GST_END_TEST;

/* A third pad doesn't ask its converter for the caps of the misfit. */
GST_START_TEST (misfit_is_no_example)
{
  TestRig *rig = rig_with_strip (2);
  GstCaps *filter = gst_caps_from_string ("video/x-raw,format={BGRA,RGBA}");
  GstHarness *input;
  GstCaps *caps;

  test_input_set_caps_with (test_rig_input (rig, 0), WIDTH, HEIGHT,
      "format=BGRA");
  send_frame (rig, 0, WIDTH, HEIGHT, 1);
  send_frame (rig, 1, WIDTH, HEIGHT, 1);
  test_rig_skip (rig);
  test_rig_expect_warning (rig, "sink_0");

  input = test_rig_add (rig, "sink_2");
  caps = gst_pad_peer_query_caps (input->srcpad, filter);
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure
          (caps, 0), "format"), "RGBA");
  gst_caps_unref (caps);
  gst_caps_unref (filter);
  test_rig_free (rig);
}

GST_END_TEST;

/* An only input may change its interlacing: it needs to agree with no other. */
GST_START_TEST (only_input_changes_interlacing)
{
  TestRig *rig = rig_with_strip (1);
  GstStructure *s;
  GstCaps *caps;

  test_input_set_caps_with (test_rig_input (rig, 0), WIDTH, HEIGHT,
      "format=RGBA,interlace-mode=interleaved");
  send_frame (rig, 0, WIDTH, HEIGHT, 1);
  gst_buffer_unref (test_rig_pull (rig, &caps));
  s = gst_caps_get_structure (caps, 0);
  fail_unless_equals_string (gst_structure_get_string (s, "interlace-mode"),
      "interleaved");
  gst_caps_unref (caps);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (misfits)
{
  tcase_add_loop_test (tc, bad_frames, 0, N_BAD_FRAMES);
  tcase_add_test (tc, bad_frame_repeated);
  tcase_add_test (tc, bad_frames_everywhere);
  tcase_add_test (tc, bad_stills_keep_time);
  tcase_add_test (tc, bad_frame_of_the_only_input);
  tcase_add_loop_test (tc, changes, 0, G_N_ELEMENTS (misfits));
  tcase_add_loop_test (tc, joins, 0, G_N_ELEMENTS (misfits));
  tcase_add_loop_test (tc, all_change, 0, 4);
  tcase_add_test (tc, others_end);
  tcase_add_loop_test (tc, none_fits, 0, 2);
  tcase_add_loop_test (tc, more_than_memory, 0, 2);
  tcase_add_loop_test (tc, tile_size, 0, 4);
  tcase_add_test (tc, tile_size_of_the_only_input);
  tcase_add_test (tc, downstream_refuses);
  tcase_add_test (tc, downstream_changes);
  tcase_add_loop_test (tc, misfits_take_turns, 0, 2);
  tcase_add_test (tc, misfit_is_no_example);
  tcase_add_test (tc, only_input_changes_interlacing);
}
