/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Flushing: seeks from downstream, flushes from upstream. None may block or
 * crash, and no strip from before the flush may come after it. */

#include "rig/pipelines.h"

#define STEP TEST_STEP

#define NONE TEST_NO_FRAME

#define N_SEEKS 100

/* ---- Sources that can seek ---- */

/* Frame n is at n times STEP and has the seed @first_seed + n. */
typedef struct
{
  guint32 first_seed;
  gint next;                    /* atomic */
} Film;

static void
need_data (GstAppSrc * source, guint size, gpointer data)
{
  Film *film = data;
  const gint n = g_atomic_int_add (&film->next, 1);

  gst_app_src_push_buffer (source, test_frame_new_small (film->first_seed + n,
          n * STEP, STEP));
}

static gboolean
seek_data (GstAppSrc * source, guint64 offset, gpointer data)
{
  Film *film = data;

  g_atomic_int_set (&film->next, offset / STEP);

  return TRUE;
}

static TestPipeline *
film_pipeline_new (Film * films, guint n_films)
{
  GstAppSrcCallbacks callbacks = {.need_data = need_data,
    .seek_data = seek_data
  };
  TestPipeline *p = test_pipeline_new (n_films);
  guint i;

  g_object_set (p->sink, "max-buffers", 2, NULL);
  for (i = 0; i < n_films; i++) {
    gst_app_src_set_stream_type (p->sources->pdata[i],
        GST_APP_STREAM_TYPE_SEEKABLE);
    gst_app_src_set_callbacks (p->sources->pdata[i], &callbacks, &films[i],
        NULL);
  }

  return p;
}

static void
seek_at_once (TestPipeline * p, GstSeekFlags flags, GstClockTime start,
    GstClockTime stop)
{
  fail_unless (gst_element_seek (p->pipeline, 1.0, GST_FORMAT_TIME, flags,
          GST_SEEK_TYPE_SET, start, GST_CLOCK_TIME_IS_VALID (stop)
          ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE, stop));
}

/* If a flush meets a state change of the pipeline, a sink of GStreamer 1.22 can
 * stay in PAUSED until the next flush, whatever is in front of it. */
static void
seek (TestPipeline * p, GstSeekFlags flags, GstClockTime start,
    GstClockTime stop)
{
  test_pipeline_wait_state (p);
  seek_at_once (p, flags, start, stop);
}

/* The next strips belong to the new position. */
GST_START_TEST (strips_after_a_seek)
{
  Film films[] = { {1000, 0}, {2000, 0}, {3000, 0} };
  TestPipeline *p = film_pipeline_new (films, 3);
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_expect (p, 0, 1000, 2000, 3000);
  for (i = 0; i < N_SEEKS; i++) {
    const guint n = (i * 37) % 100;

    seek (p, GST_SEEK_FLAG_FLUSH, n * STEP, GST_CLOCK_TIME_NONE);
    test_pipeline_expect (p, n * STEP, 1000 + n, 2000 + n, 3000 + n);
    if (i % 3 == 0)
      test_pipeline_expect (p, (n + 1) * STEP, 1001 + n, 2001 + n, 3001 + n);
  }
  fail_unless (test_get_stat (p->mosaic, "tiles-on-arrival") > 0);
  test_pipeline_assert_no_error (p);
  test_pipeline_free (p);
}

GST_END_TEST;

static gboolean
next_is_discont (TestPipeline * p)
{
  GstSample *sample = test_pipeline_pull (p);
  const gboolean is_discont =
      GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample),
      GST_BUFFER_FLAG_DISCONT);

  gst_sample_unref (sample);

  return is_discont;
}

/* The first strip, and the first one after a seek or a stop, is a discontinuity
 * of the stream; buffers that the pool hands out again don't keep the flag. In
 * READY, appsink would keep strips from before the stop. */
GST_START_TEST (discontinuities_are_marked)
{
  Film films[] = { {1000, 0}, {2000, 0} };
  TestPipeline *p = film_pipeline_new (films, 2);
  guint i;

  for (i = 0; i < 3; i++) {
    guint j;

    test_pipeline_set_state (p, GST_STATE_PLAYING);
    fail_unless (next_is_discont (p));
    for (j = 0; j < 10; j++)
      fail_if (next_is_discont (p));
    seek (p, GST_SEEK_FLAG_FLUSH, 5 * STEP, GST_CLOCK_TIME_NONE);
    fail_unless (next_is_discont (p));
    fail_if (next_is_discont (p));
    test_pipeline_assert_no_error (p);
    test_pipeline_set_state (p, GST_STATE_NULL);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

/* appsink goes on using a sample that it has returned, which is not safe during
 * a flush: the test keeps another sample with the same buffer. */
static GstSample *
pull_to_keep (TestPipeline * p)
{
  GstSample *sample = test_pipeline_pull (p);
  GstSample *copy = gst_sample_new (gst_sample_get_buffer (sample),
      gst_sample_get_caps (sample), gst_sample_get_segment (sample), NULL);

  gst_sample_unref (sample);

  return copy;
}

/* The application keeps every strip that it gets. */
GST_START_TEST (seeks_with_all_strips_held)
{
  Film films[] = { {1000, 0}, {2000, 0} };
  TestPipeline *p = film_pipeline_new (films, 2);
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_sample_unref);
  guint i;

  g_object_set (p->mosaic, "strips", 1, NULL);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (i = 0; i < 20; i++) {
    g_ptr_array_add (held, pull_to_keep (p));
    g_ptr_array_add (held, pull_to_keep (p));
    seek (p, GST_SEEK_FLAG_FLUSH, 10 * i * STEP, GST_CLOCK_TIME_NONE);
  }

  /* The element wrote nothing into the application's strips. */
  for (i = 2; i < held->len; i++) {
    const guint n = 10 * (i / 2 - 1) + i % 2;
    const guint32 seeds[] = { 1000 + n, 2000 + n };

    test_assert_tiles (held->pdata[i], seeds, 2);
  }
  g_ptr_array_unref (held);
  test_pipeline_free (p);
}

GST_END_TEST;

static TestPipeline *
test_pictures_new (void)
{
  return test_pipeline_new_from_string ("ntmosaic name=m ! "
      "appsink name=s sync=false max-buffers=2 "
      "videotestsrc ! video/x-raw,width=24,height=16,framerate=10/1 ! m. "
      "videotestsrc ! video/x-raw,width=24,height=16,framerate=10/1 ! m. "
      "videotestsrc ! queue ! video/x-raw,width=24,height=16,framerate=10/1 "
      "! m.");
}

GST_START_TEST (seeks_while_paused)
{
  TestPipeline *p = test_pictures_new ();
  guint i;

  test_pipeline_set_state (p, GST_STATE_PAUSED);
  for (i = 0; i < N_SEEKS; i++) {
    const GstClockTime time = (i * 37) % 100 * STEP;
    GstSample *sample;

    seek (p, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, time,
        GST_CLOCK_TIME_NONE);
    test_pipeline_wait_state (p);
    sample = gst_app_sink_try_pull_preroll (GST_APP_SINK (p->sink),
        TEST_PATIENCE);
    fail_unless (sample != NULL);
    fail_unless_equals_uint64 (GST_BUFFER_PTS (gst_sample_get_buffer (sample)),
        time);
    gst_sample_unref (sample);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

/* Seeks one after the other, without waiting for strips. */
GST_START_TEST (seeks_while_playing)
{
  TestPipeline *p = test_pictures_new ();
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_wait_state (p);
  for (i = 0; i < N_SEEKS; i++)
    seek_at_once (p, GST_SEEK_FLAG_FLUSH, (i * 37) % 100 * STEP,
        GST_CLOCK_TIME_NONE);
  seek (p, GST_SEEK_FLAG_FLUSH, 0, GST_CLOCK_TIME_NONE);
  test_pipeline_skip (p);
  test_pipeline_assert_no_error (p);
  test_pipeline_free (p);
}

GST_END_TEST;

GST_START_TEST (seek_with_stop)
{
  TestPipeline *p = test_pictures_new ();

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_wait_state (p);
  seek (p, GST_SEEK_FLAG_FLUSH, 5 * STEP, 12 * STEP);
  fail_unless_equals_int (test_pipeline_drain (p), 7);
  test_pipeline_free (p);
}

GST_END_TEST;

static void
expect_segment_done (TestPipeline * p, guint n_strips)
{
  GstBus *bus = gst_element_get_bus (p->pipeline);
  GstMessage *message;
  guint i;

  for (i = 0; i < n_strips; i++)
    test_pipeline_skip (p);
  message = test_pop_message (bus,
      GST_MESSAGE_SEGMENT_DONE | GST_MESSAGE_ERROR, TEST_PATIENCE);
  fail_unless (message != NULL);
  fail_unless_equals_int (GST_MESSAGE_TYPE (message),
      GST_MESSAGE_SEGMENT_DONE);
  gst_message_unref (message);
  gst_object_unref (bus);
}

/* A player's loop: no EOS in between. */
GST_START_TEST (segment_seeks)
{
  TestPipeline *p = test_pictures_new ();
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_wait_state (p);
  for (i = 0; i < 3; i++) {
    seek (p, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_SEGMENT, 0, 7 * STEP);
    expect_segment_done (p, 7);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

typedef struct
{
  TestPipeline *p;
  gint done;                    /* atomic */
} SeekOn;

static gpointer
seek_on (gpointer data)
{
  SeekOn *s = data;

  seek (s->p, GST_SEEK_FLAG_NONE, 20 * STEP, GST_CLOCK_TIME_NONE);
  g_atomic_int_set (&s->done, TRUE);

  return NULL;
}

/* The seek waits for strips on their way, which the sink must take
 * meanwhile. */
GST_START_TEST (seek_without_flush)
{
  TestPipeline *p = test_pictures_new ();
  SeekOn s = { p, FALSE };
  GThread *thread;
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_skip (p);
  thread = g_thread_new ("seek", seek_on, &s);
  for (i = 0; i < 50 || !g_atomic_int_get (&s.done); i++) {
    GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (p->sink),
        TEST_PATIENCE);

    if (sample == NULL)
      break;
    gst_sample_unref (sample);
  }
  fail_unless (i >= 50 || gst_app_sink_is_eos (GST_APP_SINK (p->sink)));
  g_thread_join (thread);
  test_pipeline_assert_no_error (p);
  test_pipeline_free (p);
}

GST_END_TEST;

GST_START_TEST (seek_at_double_rate)
{
  TestPipeline *p = test_pictures_new ();

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_wait_state (p);
  fail_unless (gst_element_seek (p->pipeline, 2.0, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_SET,
          20 * STEP));
  fail_unless (test_pipeline_drain (p) > 0);
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Flushes from upstream ---- */

GST_START_TEST (flush_of_all_pads)
{
  TestRig *rig = test_rig_new_small (2);
  guint i;
  guint round;

  for (round = 0; round < 20; round++) {
    const guint32 seqnum = gst_util_seqnum_next ();

    test_rig_push (rig, 0, 100 + round, 0);
    test_rig_push (rig, 1, 200 + round, 0);
    test_rig_expect_small (rig, 2, 100 + round, 200 + round);

    /* In the queue when upstream flushes it: no strip shows it. */
    test_rig_push (rig, round % 2, 999, 1);
    for (i = 0; i < 2; i++)
      test_input_begin_flush (test_rig_input (rig, i), seqnum);
    for (i = 0; i < 2; i++) {
      test_input_end_flush (test_rig_input (rig, i), seqnum);
      test_input_push_segment (test_rig_input (rig, i), 0);
    }
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* Other pads go on; the strip does not start again. */
GST_START_TEST (flush_of_one_pad)
{
  TestRig *rig = test_rig_new_small (2);
  guint i;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  for (i = 1; i < 20; i++) {
    test_rig_push (rig, 1, 999, i);
    test_input_flush (test_rig_input (rig, 1), gst_util_seqnum_next ());
    test_rig_push (rig, 1, 200 + i, i);
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, 200 + i);
  }
  test_rig_free (rig);
}

GST_END_TEST;

static gpointer
push_until_eos (gpointer data)
{
  TestRig *rig = data;
  guint i;

  for (i = 0; i < 200; i++)
    test_rig_push (rig, 0, 1000 + i, i);
  test_input_end (test_rig_input (rig, 0));

  return NULL;
}

/* While the other pad's frames flow. */
GST_START_TEST (flush_of_one_pad_in_full_flow)
{
  TestRig *rig = test_rig_new_small (2);
  GThread *thread = g_thread_new ("source", push_until_eos, rig);
  guint i;

  for (i = 0; i < N_SEEKS; i++) {
    test_rig_push (rig, 1, 500, i);
    test_input_flush (test_rig_input (rig, 1), gst_util_seqnum_next ());
  }
  test_input_end (test_rig_input (rig, 1));
  g_thread_join (thread);

  for (i = 0; i < 200; i++) {
    GstCaps *caps;
    GstBuffer *strip = test_rig_pull (rig, &caps);
    guint8 first[4];
    guint32 seeds[] = { 1000 + i, NONE };

    gst_buffer_extract (strip, TEST_TILE_WIDTH * 4, first, sizeof (first));
    if (first[0] == test_byte (500, 0, 0) && first[1] == test_byte (500, 0, 1))
      seeds[1] = 500;
    fail_unless_equals_uint64 (GST_BUFFER_PTS (strip), i * STEP);
    test_assert_small (strip, caps, seeds, 2);
    gst_buffer_unref (strip);
    gst_caps_unref (caps);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (flushing)
{
  tcase_add_test (tc, strips_after_a_seek);
  tcase_add_test (tc, discontinuities_are_marked);
  tcase_add_test (tc, seeks_with_all_strips_held);
  tcase_add_test (tc, seeks_while_paused);
  tcase_add_test (tc, seeks_while_playing);
  tcase_add_test (tc, seek_with_stop);
  tcase_add_test (tc, segment_seeks);
  tcase_add_test (tc, seek_without_flush);
  tcase_add_test (tc, seek_at_double_rate);
  tcase_add_test (tc, flush_of_all_pads);
  tcase_add_test (tc, flush_of_one_pad);
  tcase_add_test (tc, flush_of_one_pad_in_full_flow);
}
