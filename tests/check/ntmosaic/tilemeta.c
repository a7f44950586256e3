/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The tile metas of a strip: which frame of which pad is where, and how it came
 * there. */

#include "rig/rig.h"

/* The expected meta of one tile. */
typedef struct
{
  guint pad;
  guint x;
  guint y;
  guint width;
  guint height;
  const gchar *state;           /* NULL: any */
  GstClockTime pts;             /* NONE: none */
} Word;

static guint
count_metas (GstBuffer * strip)
{
  return gst_buffer_get_n_meta (strip,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE);
}

static void
check_word (GstBuffer * strip, const Word * word)
{
  GstVideoRegionOfInterestMeta *meta =
      gst_buffer_get_video_region_of_interest_meta_id (strip, word->pad);
  const GstStructure *param;
  guint64 pts;
  guint pad;

  fail_unless (meta != NULL, "no meta of pad %u", word->pad);
  fail_unless_equals_string (g_quark_to_string (meta->roi_type), "tile");
  fail_unless_equals_int (meta->parent_id, 0);
  fail_unless_equals_int (meta->x, word->x);
  fail_unless_equals_int (meta->y, word->y);
  fail_unless_equals_int (meta->w, word->width);
  fail_unless_equals_int (meta->h, word->height);

  param = gst_video_region_of_interest_meta_get_param (meta,
      "application/x-ntmosaic-tile");
  fail_unless (param != NULL);
  fail_unless (gst_structure_get_uint (param, "pad", &pad));
  fail_unless_equals_int (pad, word->pad);
  if (word->state)
    fail_unless_equals_string (gst_structure_get_string (param, "state"),
        word->state);
  fail_unless_equals_int (gst_structure_get_uint64 (param, "pts", &pts),
      GST_CLOCK_TIME_IS_VALID (word->pts));
  if (GST_CLOCK_TIME_IS_VALID (word->pts))
    fail_unless_equals_uint64 (pts, word->pts);
}

static void
check_words (GstBuffer * strip, const Word * words, guint n_words)
{
  guint i;

  fail_unless_equals_int (count_metas (strip), n_words);
  for (i = 0; i < n_words; i++)
    check_word (strip, &words[i]);
}

static void
set_on (GstElement * element, gboolean on)
{
  g_object_set (element, "tile-meta", on, NULL);
}

static const TestTile still_tiles[] = {
  {5, 9, 0}, {8, 4, 1}, {40, 9, 0}, {1, 1, 0},
};

GST_START_TEST (off_by_default)
{
  const TestStrip strip = { still_tiles, 3, 9, "top", BLACK };
  TestRig *rig = test_rig_new (3);
  gboolean on;
  guint i;

  g_object_get (rig->element, "tile-meta", &on, NULL);
  fail_if (on);
  test_rig_set_caps (rig, &strip, "RGBA");
  for (i = 0; i < 10; i++) {
    GstBuffer *buffer;

    set_on (rig->element, i % 3 == 2);
    test_rig_send (rig, &strip);
    buffer = test_rig_pull (rig, NULL);
    fail_unless_equals_int (count_metas (buffer), i % 3 == 2 ? 3 : 0);
    gst_buffer_unref (buffer);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The element copies frames of pad 0 on arrival, and those of pad 2, which the
 * test holds, with the strip: the word is the same. Pad 1 has a still and pad 3
 * has gaps; each strip gets them once. */
GST_START_TEST (every_state)
{
  const TestStrip strip = { still_tiles, 4, 9, "center", BLACK };
  GstBuffer *still = test_frame_new (GST_VIDEO_FORMAT_RGBA, 8, 4, 0, 0, 1);
  TestRig *rig = test_rig_new (4);
  guint i;

  test_rig_set (rig, "align", "center");
  set_on (rig->element, TRUE);
  test_rig_set_caps (rig, &strip, "RGBA");
  for (i = 0; i < 20; i++) {
    const GstClockTime pts = i * TEST_FRAME_TIME;
    const gboolean first = i == 0;
    const gboolean later = i >= 10;
    const Word words[] = {
      {0, 0, 0, 5, 9, "copied", pts},
      {1, 5, 2, 8, 4, first ? "copied" : later ? "kept" : NULL, pts},
      {2, 13, 0, 40, 9, "copied", pts},
      {3, 53, 0, 1, 9, first ? "background" : later ? "kept" : NULL,
            GST_CLOCK_TIME_NONE},
    };
    GstBuffer *held = test_frame_new (GST_VIDEO_FORMAT_RGBA, 40, 9, 0, 0, i);
    GstBuffer *buffer;

    test_rig_push (rig, 0, i, i);
    test_input_push_nth (test_rig_input (rig, 1), gst_buffer_ref (still), i);
    test_input_push_nth (test_rig_input (rig, 2), gst_buffer_ref (held), i);
    test_input_push_gap (test_rig_input (rig, 3), i);
    buffer = test_rig_pull (rig, NULL);
    check_words (buffer, words, 4);
    gst_buffer_unref (buffer);
    gst_buffer_unref (held);
  }
  test_expect_stat (rig, "tiles-on-arrival", 19);
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

/* The frame of the slower pad has an earlier time. The element copies it to the
 * strips in turn. */
GST_START_TEST (slow_pad)
{
  TestRig *rig = test_rig_new (2);
  guint n;

  set_on (rig->element, TRUE);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", 5, 9);
  test_input_set_caps (test_rig_input (rig, 1), "RGBA", 8, 9);
  for (n = 0; n < 30; n++) {
    const Word words[] = {
      {0, 0, 0, 5, 9, n % 10 == 0 ? "copied" : n % 10 >= 3 ? "kept" : NULL,
            n / 10 * 10 * TEST_FRAME_TIME},
      {1, 5, 0, 8, 9, "copied", n * TEST_FRAME_TIME},
    };
    GstBuffer *strip;

    /* One frame is always in the queue. */
    if (n % 10 == 1 || n == 0)
      gst_harness_push (test_rig_input (rig, 0), test_frame_new_timed (5, 9, n,
              (n + 9) / 10 * 10 * TEST_FRAME_TIME, 10 * TEST_FRAME_TIME));
    test_rig_push (rig, 1, n, n);
    strip = test_rig_pull (rig, NULL);
    check_words (strip, words, 2);
    gst_buffer_unref (strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The number of a pad is the number in its name. A pad without caps has no
 * frame for a rectangle, but has a tile. */
GST_START_TEST (numbers)
{
  static const gchar *names[] = { "sink_10", "sink_0", "sink_9" };
  const Word words[] = {
    {0, 0, 1, 16, 3, "copied", 0},
    {9, 16, 0, 16, 5, "background", GST_CLOCK_TIME_NONE},
    {10, 32, 0, 16, 5, "copied", 0},
  };
  TestRig *rig = test_rig_new (0);
  GstBuffer *strip;
  guint i;

  g_object_set (rig->element, "tile-width", 16, "tile-meta", TRUE, NULL);
  test_rig_set (rig, "align", "center");
  for (i = 0; i < 3; i++)
    test_rig_add (rig, names[i]);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", 16, 5);
  test_input_set_caps (test_rig_input (rig, 1), "RGBA", 16, 3);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 2, 0);
  test_input_end (test_rig_input (rig, 2));
  strip = test_rig_pull (rig, NULL);
  check_words (strip, words, 3);
  gst_buffer_unref (strip);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (tilemeta)
{
  tcase_add_test (tc, off_by_default);
  tcase_add_test (tc, every_state);
  tcase_add_test (tc, slow_pad);
  tcase_add_test (tc, numbers);
}
