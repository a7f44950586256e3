/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* eos-policy=first: the stream ends with the pad that ends first. The last
 * strip is the last one in which that pad still shows its frame. */

#include "rig/pipelines.h"

#define STEP TEST_STEP
#define HALF (STEP / 2)

#define NONE TEST_NO_FRAME

static TestPipeline *
pipeline_new (guint n_sources)
{
  TestPipeline *p = test_pipeline_new (n_sources);

  gst_util_set_object_arg (G_OBJECT (p->mosaic), "eos-policy", "first");

  return p;
}

static TestRig *
rig_new (guint n_inputs)
{
  TestRig *rig = test_rig_new_small (n_inputs);

  test_rig_set (rig, "eos-policy", "first");

  return rig;
}

static void
repeat_after_eos (GstElement * mosaic, const gchar * name)
{
  GstPad *pad = gst_element_get_static_pad (mosaic, name);

  g_object_set (pad, "repeat-after-eos", TRUE, NULL);
  gst_object_unref (pad);
}

/* ---- Which strip is the last ---- */

static const struct
{
  guint n_frames[2];
  GstClockTime last;            /* duration of the last frame of pad 1 */
  guint n_strips;
} lengths[] = {
  {{5, 3}, STEP, 3},
  {{3, 5}, STEP, 3},
  {{4, 4}, STEP, 4},
  {{1, 4}, STEP, 1},
  {{6, 1}, 4 * STEP, 4},
  {{6, 2}, STEP + 1, 3},
  {{6, 2}, STEP - 1, 2},
  {{6, 3}, HALF, 3},
  /* A frame without a duration lasts for one strip. */
  {{6, 3}, GST_CLOCK_TIME_NONE, 3},
};

GST_START_TEST (shortest_ends)
{
  const guint *n = lengths[__i__].n_frames;
  TestPipeline *p = pipeline_new (2);
  guint i;

  test_pipeline_push_many (p, 0, n[0], 100, 0, STEP);
  test_pipeline_push_many (p, 1, n[1] - 1, 200, 0, STEP);
  test_pipeline_push (p, 1, 199 + n[1], (n[1] - 1) * STEP,
      lengths[__i__].last);
  test_pipeline_play (p);

  for (i = 0; i < lengths[__i__].n_strips; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + MIN (i, n[1] - 1));
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- The same at random ---- */

#define MAX_PADS 5
#define MAX_FRAMES 8

/* The stream of one pad. Frame i ends at @ends[i], in halves of a strip. */
typedef struct
{
  guint n_frames;
  guint ends[MAX_FRAMES];
  gboolean repeats;
} Stream;

static void
make_stream (Stream * stream, GRand * rand)
{
  guint end = 0;
  guint i;

  stream->n_frames = g_rand_int_range (rand, 1, MAX_FRAMES + 1);
  for (i = 0; i < stream->n_frames; i++) {
    end += 2 * g_rand_int_range (rand, 1, 4);
    stream->ends[i] = end;
  }
  stream->ends[i - 1] -= g_rand_int_range (rand, 0, 2);
}

static void
push_stream (TestPipeline * p, guint source, const Stream * stream)
{
  guint begin = 0;
  guint i;

  for (i = 0; i < stream->n_frames; i++) {
    test_pipeline_push (p, source, 100 * (source + 1) + i, begin * HALF,
        (stream->ends[i] - begin) * HALF);
    begin = stream->ends[i];
  }
}

/* The frame that a pad shows in strip @n. */
static guint32
find_seed (guint source, const Stream * stream, guint n)
{
  guint i = 0;

  while (i < stream->n_frames - 1 && stream->ends[i] <= 2 * n)
    i++;

  return 100 * (source + 1) + i;
}

static guint
count_strips (const Stream * streams, guint n_streams)
{
  guint end = G_MAXUINT;
  guint i;

  for (i = 0; i < n_streams; i++)
    if (!streams[i].repeats)
      end = MIN (end, streams[i].ends[streams[i].n_frames - 1]);

  return (end + 1) / 2;
}

static void
expect_strip (TestPipeline * p, const Stream * streams, guint n)
{
  GstSample *sample = test_pipeline_pull (p);
  guint32 seeds[MAX_PADS];
  guint i;

  for (i = 0; i < p->sources->len; i++)
    seeds[i] = find_seed (i, &streams[i], n);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (gst_sample_get_buffer (sample)),
      n * STEP);
  test_assert_tiles (sample, seeds, p->sources->len);
  gst_sample_unref (sample);
}

static void
check_random (guint32 seed)
{
  GRand *rand = g_rand_new_with_seed (seed);
  const guint n_pads = g_rand_int_range (rand, 1, MAX_PADS + 1);
  TestPipeline *p = pipeline_new (n_pads);
  Stream streams[MAX_PADS] = { {0}, };
  guint n_strips;
  guint i;

  for (i = 0; i < n_pads; i++) {
    make_stream (&streams[i], rand);
    push_stream (p, i, &streams[i]);
  }
  for (i = 1; i < n_pads; i++)
    if (g_rand_int_range (rand, 0, 4) == 0) {
      gchar *name = g_strdup_printf ("sink_%u", i);

      streams[i].repeats = TRUE;
      repeat_after_eos (p->mosaic, name);
      g_free (name);
    }
  g_object_set (p->mosaic, "frames-ahead", g_rand_int_range (rand, -1, 9),
      NULL);
  test_pipeline_play (p);

  n_strips = count_strips (streams, n_pads);
  for (i = 0; i < n_strips; i++)
    expect_strip (p, streams, i);
  test_pipeline_finish (p);
  g_rand_free (rand);
}

GST_START_TEST (at_random)
{
  const gchar *given = g_getenv ("NTM_TEST_SEED");
  guint32 seed = given ? g_ascii_strtoull (given, NULL, 10) : g_random_int ();
  guint i;

  g_print ("NTM_TEST_SEED=%u\n", seed);
  for (i = 0; i < 30; i++)
    check_random (seed + i);
}

GST_END_TEST;

/* ---- Streams that are not frame after frame ---- */

/* A gap is a part of the stream, as background or as a frame that stays. */
GST_START_TEST (gap_at_the_end)
{
  const guint32 shown = __i__ ? 200 : NONE;
  GstEvent *gap = gst_event_new_gap (STEP, 2 * STEP);
  TestPipeline *p = pipeline_new (2);

  if (__i__)
    gst_event_set_gap_flags (gap, GST_GAP_FLAG_MISSING_DATA);
  test_pipeline_push_many (p, 0, 6, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, STEP);
  fail_unless (gst_element_send_event (p->sources->pdata[1], gap));
  test_pipeline_play (p);

  test_pipeline_expect (p, 0, 100, 200);
  test_pipeline_expect (p, STEP, 101, shown);
  test_pipeline_expect (p, 2 * STEP, 102, shown);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* The stop of a pad's segment cuts the last frame. */
GST_START_TEST (stop_of_a_segment)
{
  TestPipeline *p = pipeline_new (2);
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.stop = 2 * STEP + HALF;
  test_pipeline_push_many (p, 0, 6, 100, 0, STEP);
  for (i = 0; i < 5; i++)
    test_pipeline_push_in_segment (p, 1, &segment, 200 + i, i * STEP);
  test_pipeline_play (p);

  for (i = 0; i < 3; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + i);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* A segment without frames does not move the end of the frame before it. */
GST_START_TEST (new_segment_before_the_end)
{
  TestPipeline *p = pipeline_new (2);
  GstSegment segment;
  guint i;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.base = 2 * STEP;
  test_pipeline_push_many (p, 0, 6, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, 2 * STEP);
  fail_unless (gst_element_send_event (p->sources->pdata[1],
          gst_event_new_segment (&segment)));
  test_pipeline_play (p);

  for (i = 0; i < 2; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* A seek's stop ends the strips before any pad ends, or a pad before it. */
GST_START_TEST (stop_of_a_seek)
{
  const guint n_strips = __i__ ? 2 : 3;
  TestPipeline *p = pipeline_new (2);
  guint i;

  gst_element_send_event (p->mosaic, gst_event_new_seek (1.0,
          GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_SET, 3 * STEP));
  test_pipeline_push_many (p, 0, 6, 100, 0, STEP);
  test_pipeline_push_many (p, 1, __i__ ? 2 : 6, 200, 0, STEP);
  test_pipeline_play (p);

  for (i = 0; i < n_strips; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + i);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* From the stop to the start: the frame with the latest timestamp comes
 * first. */
GST_START_TEST (backwards)
{
  TestPipeline *p = pipeline_new (2);
  GstSegment segment;
  guint i;

  gst_element_send_event (p->mosaic, gst_event_new_seek (-1.0,
          GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
          GST_SEEK_TYPE_SET, 5 * STEP));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1.0;
  segment.stop = 5 * STEP;
  for (i = 0; i < 5; i++)
    test_pipeline_push_in_segment (p, 0, &segment, 100 + i, (4 - i) * STEP);
  for (i = 0; i < 3; i++)
    test_pipeline_push_in_segment (p, 1, &segment, 200 + i, (4 - i) * STEP);
  test_pipeline_play (p);

  for (i = 0; i < 3; i++)
    test_pipeline_expect (p, (4 - i) * STEP, 100 + i, 200 + i);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- Stills ---- */

/* The k-th stills make the k-th strip, with timestamps or without. */
GST_START_TEST (fewest_stills)
{
  TestPipeline *p = pipeline_new (2);
  guint i;
  guint k;

  for (i = 0; i < 2; i++) {
    test_pipeline_set_rate (p, i, 0, 1);
    for (k = 0; k < 5 - 2 * i; k++)
      test_pipeline_push (p, i, 100 * (i + 1) + k, __i__ ? k * STEP
          : GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE);
  }
  test_pipeline_play (p);

  for (k = 0; k < 3; k++)
    test_pipeline_expect (p, GST_CLOCK_TIME_NONE, 100 + k, 200 + k);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* A still beside a video is one strip long, or does not count. */
GST_START_TEST (still_beside_a_video)
{
  TestPipeline *p = pipeline_new (2);
  guint k;

  test_pipeline_set_rate (p, 1, 0, 1);
  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push (p, 1, 200, 0, GST_CLOCK_TIME_NONE);
  if (__i__)
    repeat_after_eos (p->mosaic, "sink_1");
  test_pipeline_play (p);

  for (k = 0; k < (__i__ ? 4 : 1); k++)
    test_pipeline_expect (p, k * STEP, 100 + k, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* ---- Pads that count, and pads that don't ---- */

/* If all pads repeat their last frames, the longest stream ends. */
GST_START_TEST (all_pads_repeat)
{
  TestPipeline *p = pipeline_new (2);
  guint i;

  repeat_after_eos (p->mosaic, "sink_0");
  repeat_after_eos (p->mosaic, "sink_1");
  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 2, 200, 0, STEP);
  test_pipeline_play (p);

  for (i = 0; i < 4; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + MIN (i, 1));
  test_pipeline_finish (p);
}

GST_END_TEST;

/* There is no strip, and a warning says why: with caps or without. */
GST_START_TEST (empty_stream)
{
  TestPipeline *p = pipeline_new (__i__ ? 1 : 2);
  GstBus *bus = gst_element_get_bus (p->pipeline);

  if (__i__)
    test_pipeline_add_source (p, NULL);
  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_play (p);

  test_expect_message (bus, p->mosaic, GST_MESSAGE_WARNING, "sink_1",
      "no strip", "eos-policy", NULL);
  gst_object_unref (bus);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* Then eos-policy makes no difference. */
GST_START_TEST (all_streams_are_empty)
{
  TestRig *rig = rig_new (2);

  test_rig_end (rig);
  test_rig_expect_eos (rig);
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (pad_that_joins)
{
  TestRig *rig = rig_new (2);
  GstHarness *joined;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);

  joined = test_rig_add (rig, "sink_%u");
  test_input_set_small_caps (joined);
  test_rig_push (rig, 0, 101, 1);
  test_rig_push (rig, 1, 201, 1);
  test_rig_push (rig, 2, 301, 1);
  test_rig_expect_small (rig, 3, 101, 201, 301);

  test_input_end (joined);
  test_rig_push (rig, 0, 102, 2);
  test_rig_push (rig, 1, 202, 2);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* Whether it has ended before or not. */
GST_START_TEST (pad_that_leaves)
{
  TestRig *rig = test_rig_new_small (3);
  guint i;

  for (i = 0; i < 3; i++)
    test_rig_push (rig, i, 100 * (i + 1), 0);
  test_rig_expect_small (rig, 3, 100, 200, 300);

  if (__i__)
    test_input_end (test_rig_input (rig, 2));
  test_rig_remove (rig, test_rig_input (rig, 2));
  test_rig_set (rig, "eos-policy", "first");
  for (i = 1; i < 4; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_push (rig, 1, 200 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, 200 + i);
  }

  test_input_end (test_rig_input (rig, 0));
  test_rig_push (rig, 1, 204, 4);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Changed while strips are made ---- */

GST_START_TEST (becomes_first)
{
  TestRig *rig = test_rig_new_small (2);
  guint i;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));
  for (i = 1; i < 3; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, NONE);
  }

  test_rig_set (rig, "eos-policy", "first");
  test_rig_push (rig, 0, 103, 3);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (becomes_all)
{
  TestRig *rig = rig_new (2);
  guint i;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));

  test_rig_set (rig, "eos-policy", "all");
  for (i = 1; i < 3; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, NONE);
  }
  test_input_end (test_rig_input (rig, 0));
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Live ---- */

static TestRig *
live_new (gboolean force_live)
{
  TestRig *rig = test_rig_new_live (force_live);
  guint i;

  test_rig_set (rig, "eos-policy", "first");
  for (i = 0; i < 2; i++) {
    test_rig_add (rig, "sink_%u");
    test_input_set_small_caps (test_rig_input (rig, i));
  }

  return rig;
}

/* The last frame stays until EOS comes, so that no strip shows background. */
GST_START_TEST (eos_that_comes_late)
{
  TestRig *rig = live_new (FALSE);

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_rig_push (rig, 0, 101, 1);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 2, 101, 200);

  test_input_end (test_rig_input (rig, 1));
  test_rig_push (rig, 0, 102, 2);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* With force-live too, where the clock goes on without any stream. */
GST_START_TEST (forced_to_be_live)
{
  TestRig *rig = live_new (TRUE);

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));
  if (__i__)
    test_input_end (test_rig_input (rig, 0));
  else
    test_rig_push (rig, 0, 101, 1);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (eos_policy)
{
  tcase_add_loop_test (tc, shortest_ends, 0, G_N_ELEMENTS (lengths));
  tcase_add_test (tc, at_random);
  tcase_add_loop_test (tc, gap_at_the_end, 0, 2);
  tcase_add_test (tc, stop_of_a_segment);
  tcase_add_test (tc, new_segment_before_the_end);
  tcase_add_loop_test (tc, stop_of_a_seek, 0, 2);
  tcase_add_test (tc, backwards);
  tcase_add_loop_test (tc, fewest_stills, 0, 2);
  tcase_add_loop_test (tc, still_beside_a_video, 0, 2);
  tcase_add_test (tc, all_pads_repeat);
  tcase_add_loop_test (tc, empty_stream, 0, 2);
  tcase_add_test (tc, all_streams_are_empty);
  tcase_add_test (tc, pad_that_joins);
  tcase_add_loop_test (tc, pad_that_leaves, 0, 2);
  tcase_add_test (tc, becomes_first);
  tcase_add_test (tc, becomes_all);
  tcase_add_test (tc, eos_that_comes_late);
  tcase_add_loop_test (tc, forced_to_be_live, 0, 2);
}
