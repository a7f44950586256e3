/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* eos-policy=first: the last strip is the last one in which the pad that ends
 * first still shows its frame. */

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
      gchar *name = g_strdup_printf ("sink_%u::repeat-after-eos", i);

      streams[i].repeats = TRUE;
      gst_child_proxy_set (GST_CHILD_PROXY (p->mosaic), name, TRUE, NULL);
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
  test_at_random (check_random, 10);
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
    gst_child_proxy_set (GST_CHILD_PROXY (p->mosaic),
        "sink_1::repeat-after-eos", TRUE, NULL);
  test_pipeline_play (p);

  for (k = 0; k < (__i__ ? 4 : 1); k++)
    test_pipeline_expect (p, k * STEP, 100 + k, 200);
  test_pipeline_finish (p);
}

GST_END_TEST;

TEST_CASES (eos_policy)
{
  tcase_add_loop_test (tc, shortest_ends, 0, G_N_ELEMENTS (lengths));
  tcase_add_loop_test (tc, at_random, 0, 3);
  tcase_add_loop_test (tc, gap_at_the_end, 0, 2);
  tcase_add_test (tc, stop_of_a_segment);
  tcase_add_test (tc, new_segment_before_the_end);
  tcase_add_loop_test (tc, stop_of_a_seek, 0, 2);
  tcase_add_test (tc, backwards);
  tcase_add_loop_test (tc, fewest_stills, 0, 2);
  tcase_add_loop_test (tc, still_beside_a_video, 0, 2);
}
