/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames and gaps without a running time, as a pad with a negative offset has
 * them. What of a frame has a running time is shown, and the rest is as if it
 * had not come. */

#include "pipelines.h"

#define STEP TEST_STEP

/* Times in the tables are in quarters of a strip. */
#define QUARTER (STEP / 4)

#define NONE (-1)

/* The other input has so many frames, all with a running time. */
#define N_STRIPS 4

#define OTHER_SEED 900

typedef struct
{
  const gchar *name;
  gdouble rate;
  gint start;
  gint stop;                    /* NONE: none */
  gint base;
  gint offset;
  gint first;                   /* the frame that comes first */
  guint n_frames;
  gboolean lasting;             /* frames have no duration */
  gboolean gaps;                /* GAP events instead of frames */
  gint shown[N_STRIPS];         /* the frame in each strip; NONE: background */
} Case;

static const Case cases[] = {
  {"whole frames before the beginning", 1.0, 0, NONE, 0, 8, 0, 6, FALSE,
      FALSE, {2, 3, 4, 5}},
  {"half a frame before the beginning", 1.0, 0, NONE, 0, 10, 0, 6, FALSE,
      FALSE, {2, 3, 4, 5}},
  {"all before the beginning", 1.0, 0, NONE, 0, 80, 0, 6, FALSE, FALSE,
      {NONE, NONE, NONE, NONE}},
  {"beginning behind the stop", 1.0, 0, 8, 0, 80, 0, 6, FALSE, FALSE,
      {NONE, NONE, NONE, NONE}},
  {"base", 1.0, 0, NONE, 4, 8, 0, 5, FALSE, FALSE, {1, 2, 3, 4}},
  {"double rate", 2.0, 0, NONE, 0, 10, 0, 10, FALSE, FALSE, {2, 4, 6, 8}},
  {"backwards", -1.0, 0, 16, 0, 6, 3, 4, FALSE, FALSE, {2, 1, 0, NONE}},
  {"backwards over the start", -1.0, 2, 8, 0, 5, 1, 2, FALSE, FALSE,
      {0, NONE, NONE, NONE}},
  {"still before the beginning", 1.0, 0, NONE, 0, 2, 0, 1, TRUE, FALSE,
      {0, NONE, NONE, NONE}},
  {"still behind the stop", 1.0, 0, 4, 0, 0, 5, 1, TRUE, FALSE,
      {NONE, NONE, NONE, NONE}},
  {"still, beginning behind the stop", 1.0, 0, 4, 0, 8, 0, 1, TRUE, FALSE,
      {NONE, NONE, NONE, NONE}},
  {"still backwards", -1.0, 0, 16, 0, 6, 3, 1, TRUE, FALSE,
      {3, NONE, NONE, NONE}},
  {"still backwards at the stop", -1.0, 0, 16, 0, 0, 4, 1, TRUE, FALSE,
      {4, NONE, NONE, NONE}},
  {"gaps", 1.0, 0, NONE, 0, 10, 0, 6, FALSE, TRUE,
      {NONE, NONE, NONE, NONE}},
};

typedef struct
{
  TestRig *rig;
  const Case *c;
} Film;

static GstClockTime
get_time (gint quarters)
{
  return quarters == NONE ? GST_CLOCK_TIME_NONE : (guint) quarters * QUARTER;
}

static void
push_segment (GstHarness * input, const Case * c)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = c->rate;
  segment.start = get_time (c->start);
  segment.stop = get_time (c->stop);
  segment.base = get_time (c->base);
  segment.offset = get_time (c->offset);
  fail_unless (gst_harness_push_event (input,
          gst_event_new_segment (&segment)));
}

static void
push_frame (GstHarness * input, const Case * c, guint n)
{
  const GstClockTime duration = c->lasting ? GST_CLOCK_TIME_NONE : STEP;

  if (c->gaps)
    fail_unless (gst_harness_push_event (input, gst_event_new_gap (n * STEP,
                duration)));
  else
    fail_unless_equals_int (gst_harness_push (input,
            test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 100 + n,
                n * STEP, duration)), GST_FLOW_OK);
}

static gpointer
play_case (gpointer data)
{
  const Film *film = data;
  const Case *c = film->c;
  GstHarness *input = test_rig_input (film->rig, 0);
  guint i;

  push_segment (input, c);
  for (i = 0; i < c->n_frames; i++)
    push_frame (input, c, c->rate > 0 ? c->first + i : c->first - i);
  fail_unless (gst_harness_push_event (input, gst_event_new_eos ()));

  return NULL;
}

static gpointer
play_other (gpointer data)
{
  GstHarness *input = data;
  guint i;

  for (i = 0; i < N_STRIPS; i++)
    fail_unless_equals_int (gst_harness_push (input,
            test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
                OTHER_SEED + i, i * STEP, STEP)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (input, gst_event_new_eos ()));

  return NULL;
}

static TestRig *
rig_new (gint fps_n)
{
  TestRig *rig = test_rig_new (2);
  guint i;

  for (i = 0; i < 2; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA",
        TEST_TILE_WIDTH, TEST_TILE_HEIGHT, fps_n, 1);

  return rig;
}

static gboolean
is_at_eos (TestRig * rig)
{
  gboolean is_eos = FALSE;
  GstEvent *event;

  while ((event = gst_harness_try_pull_event (rig->out))) {
    is_eos |= GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }

  return is_eos;
}

static void
expect_tile (TestRig * rig, GstBuffer * strip, gint shown)
{
  GstCaps *caps = gst_pad_get_current_caps (rig->out->sinkpad);
  const TestTile tiles[] = {
    {TEST_TILE_WIDTH, shown == NONE ? 0 : TEST_TILE_HEIGHT, 100 + shown},
  };
  const TestStrip expected = { tiles, 1, TEST_TILE_HEIGHT, "top", 0xff000000 };
  const guint row_bytes = TEST_TILE_WIDTH * 4;
  GstBuffer *tile = gst_buffer_new_allocate (NULL,
      row_bytes * TEST_TILE_HEIGHT, NULL);
  guint8 row[TEST_TILE_WIDTH * 4];
  guint y;

  for (y = 0; y < TEST_TILE_HEIGHT; y++) {
    gst_buffer_extract (strip, 2 * y * row_bytes, row, row_bytes);
    gst_buffer_fill (tile, y * row_bytes, row, row_bytes);
  }
  caps = gst_caps_make_writable (caps);
  gst_caps_set_simple (caps, "width", G_TYPE_INT, TEST_TILE_WIDTH, NULL);
  test_assert_strip (tile, caps, &expected);
  gst_caps_unref (caps);
  gst_buffer_unref (tile);
}

/* Pulls all strips until EOS; more than @n are a failure. */
static void
expect_strips (TestRig * rig, const gint * shown, guint n)
{
  const gint64 end = g_get_monotonic_time () + TEST_PATIENCE / GST_USECOND;
  gboolean is_eos = FALSE;
  guint i = 0;

  for (;;) {
    GstBuffer *strip = gst_harness_try_pull (rig->out);

    if (strip) {
      fail_unless (i < n, "more than %u strips", n);
      if (shown)
        expect_tile (rig, strip, shown[i]);
      i++;
      gst_buffer_unref (strip);
    } else if (is_eos) {
      break;
    } else {
      is_eos = is_at_eos (rig);
      fail_unless (g_get_monotonic_time () < end, "no EOS");
      g_usleep (200);
    }
  }
  fail_unless_equals_int (i, n);
}

GST_START_TEST (frames_before_and_behind)
{
  const Case *c = &cases[__i__];
  TestRig *rig = rig_new (TEST_FPS);
  Film film = { rig, c };
  GThread *first = g_thread_new (c->name, play_case, &film);
  GThread *other = g_thread_new ("other", play_other, test_rig_input (rig, 1));

  GST_INFO ("%s", c->name);
  expect_strips (rig, c->shown, N_STRIPS);
  g_thread_join (first);
  g_thread_join (other);
  test_rig_free (rig);
}

GST_END_TEST;

/* Whatever is rounded on the way: a frame that is cut has a running time. */
GST_START_TEST (odd_rates_and_offsets)
{
  static const gdouble rates[] = { 0.3, 0.7, 1.3, 1.7, 3.0, 7.1, -0.3, -1.7 };
  guint i;
  guint k;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    TestRig *rig = rig_new (TEST_FPS);
    GstHarness *input = test_rig_input (rig, 0);
    GThread *other =
        g_thread_new ("other", play_other, test_rig_input (rig, 1));

    for (k = 1; k < 40; k++) {
      GstSegment segment;

      gst_segment_init (&segment, GST_FORMAT_TIME);
      segment.rate = rates[i];
      segment.stop = 4 * STEP;
      segment.offset = k * 7777777 + k % 3;
      segment.base = k % 2 ? 0 : 1234567;
      fail_unless (gst_harness_push_event (input,
              gst_event_new_segment (&segment)));
      fail_unless_equals_int (gst_harness_push (input,
              test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 100,
                  0, k % 4 ? 4 * STEP : GST_CLOCK_TIME_NONE)), GST_FLOW_OK);
    }
    fail_unless (gst_harness_push_event (input, gst_event_new_eos ()));
    g_thread_join (other);
    while (!is_at_eos (rig))
      g_usleep (200);
    test_rig_free (rig);
  }
}

GST_END_TEST;

/* With gst_pad_set_offset(), as applications do it. */
GST_START_TEST (offset_of_the_pad)
{
  static const gint shown[N_STRIPS] = { 2, 3, 4, 5 };
  const Case c = {.name = "offset",.rate = 1.0,.stop = NONE,.n_frames = 6 };
  TestRig *rig = rig_new (TEST_FPS);
  GstPad *pad = gst_element_get_static_pad (rig->element, "sink_0");
  Film film = { rig, &c };
  GThread *first;
  GThread *other;

  gst_pad_set_offset (pad, -(gint64) (10 * QUARTER));
  first = g_thread_new ("first", play_case, &film);
  other = g_thread_new ("other", play_other, test_rig_input (rig, 1));
  expect_strips (rig, shown, N_STRIPS);
  g_thread_join (first);
  g_thread_join (other);
  gst_object_unref (pad);
  test_rig_free (rig);
}

GST_END_TEST;

/* Without a rate, each would be a strip of its own, for ever. */
GST_START_TEST (stills_before_the_beginning)
{
  const Case c = {.name = "stills",.rate = 1.0,.stop = NONE,.offset = 2,
    .n_frames = 1,.lasting = TRUE
  };
  TestRig *rig = rig_new (0);
  Film film = { rig, &c };
  GThread *first = g_thread_new ("first", play_case, &film);
  GstHarness *other = test_rig_input (rig, 1);

  fail_unless_equals_int (gst_harness_push (other,
          test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT, OTHER_SEED,
              0, GST_CLOCK_TIME_NONE)), GST_FLOW_OK);
  fail_unless (gst_harness_push_event (other, gst_event_new_eos ()));
  expect_strips (rig, NULL, 1);
  g_thread_join (first);
  test_rig_free (rig);
}

GST_END_TEST;

/* GStreamer itself can't reckon with such a segment. */
GST_START_TEST (offset_behind_the_stop)
{
  TestRig *rig = rig_new (TEST_FPS);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1.0;
  segment.stop = STEP;
  segment.offset = 2 * STEP;
  gst_harness_push_event (test_rig_input (rig, 0),
      gst_event_new_segment (&segment));
  test_expect_error (rig->bus, rig->element, "sink_0", "backwards", "offset",
      NULL);
  test_rig_free_failed (rig);
}

GST_END_TEST;

/* ---- Gaps that a flush overtakes ---- */

static gint stops;

static gpointer
play_on (gpointer data)
{
  GstHarness *input = data;
  guint i;

  for (i = 0; !g_atomic_int_get (&stops); i++)
    if (gst_harness_push (input, test_frame_new_timed (TEST_TILE_WIDTH,
                TEST_TILE_HEIGHT, OTHER_SEED, i * STEP, STEP)) != GST_FLOW_OK)
      break;

  return NULL;
}

/* The gap becomes a frame in the streaming thread, and the flush has taken
 * away the segment by then. */
GST_START_TEST (flushes_behind_gaps)
{
  TestRig *rig = rig_new (TEST_FPS);
  GstHarness *input = test_rig_input (rig, 0);
  GThread *other;
  guint i;

  g_atomic_int_set (&stops, FALSE);
  gst_harness_set_drop_buffers (rig->out, TRUE);
  other = g_thread_new ("other", play_on, test_rig_input (rig, 1));
  for (i = 0; i < 3000; i++) {
    GstSegment segment;
    guint spin = g_random_int_range (0, 6000);

    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_harness_push_event (input, gst_event_new_segment (&segment));
    push_frame (input, &cases[0], i);
    if (i % 3 == 0)
      gst_harness_push_event (input, gst_event_new_gap ((i + 1) * STEP, STEP));
    while (spin-- > 0)
      g_atomic_int_get (&stops);
    gst_harness_push_event (input, gst_event_new_flush_start ());
    gst_harness_push_event (input, gst_event_new_flush_stop (FALSE));
  }
  g_atomic_int_set (&stops, TRUE);
  gst_element_set_state (rig->element, GST_STATE_NULL);
  g_thread_join (other);
  test_rig_free (rig);
}

GST_END_TEST;

/* The flush comes when the base class has taken the gap out of the queue,
 * which its log says. Without that log there is no flush. */
typedef struct
{
  GstHarness *input;
  gint is_taken;                /* atomic */
  gint is_flushed;              /* atomic */
} Overtaking;

static void
wait_for (gint * flag)
{
  const gint64 end = g_get_monotonic_time () + TEST_PATIENCE / GST_USECOND;

  while (!g_atomic_int_get (flag) && g_get_monotonic_time () < end)
    g_usleep (100);
}

static void
on_log (GstDebugCategory * category, GstDebugLevel level, const gchar * file,
    const gchar * function, gint line, GObject * object,
    GstDebugMessage * message, gpointer data)
{
  Overtaking *o = data;
  const gchar *text;

  if (g_strcmp0 (function, "gst_aggregator_do_events_and_queries") != 0)
    return;
  text = gst_debug_message_get (message);
  if (!g_str_has_prefix (text, "Processing gap"))
    return;

  g_atomic_int_set (&o->is_taken, TRUE);
  wait_for (&o->is_flushed);
}

static gpointer
flush_when_taken (gpointer data)
{
  Overtaking *o = data;

  wait_for (&o->is_taken);
  gst_harness_push_event (o->input, gst_event_new_flush_start ());
  gst_harness_push_event (o->input, gst_event_new_flush_stop (FALSE));
  g_atomic_int_set (&o->is_flushed, TRUE);

  return NULL;
}

GST_START_TEST (flush_that_overtakes_a_gap)
{
  static const gint shown[N_STRIPS] = { 0, 1, 2, 3 };
  TestRig *rig = rig_new (TEST_FPS);
  Overtaking o = { test_rig_input (rig, 0), FALSE, FALSE };
  const Case c = {.name = "after",.rate = 1.0,.stop = NONE,.n_frames = 4 };
  Film film = { rig, &c };
  GThread *flusher;
  GThread *first;
  GThread *other;

  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (on_log, &o, NULL);
  gst_debug_set_threshold_for_name ("aggregator", GST_LEVEL_LOG);
  flusher = g_thread_new ("flusher", flush_when_taken, &o);
  push_segment (o.input, &c);
  gst_harness_push_event (o.input, gst_event_new_gap (0, STEP));
  if (!gst_debug_is_active ())
    g_atomic_int_set (&o.is_taken, TRUE);
  g_thread_join (flusher);

  first = g_thread_new ("first", play_case, &film);
  other = g_thread_new ("other", play_other, test_rig_input (rig, 1));
  expect_strips (rig, shown, N_STRIPS);
  g_thread_join (first);
  g_thread_join (other);
  gst_debug_set_threshold_for_name ("aggregator", GST_LEVEL_NONE);
  test_rig_free (rig);
}

GST_END_TEST;

static Suite *
running_time_suite (void)
{
  Suite *suite = suite_create ("running_time");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, frames_before_and_behind, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, odd_rates_and_offsets);
  tcase_add_test (tc, offset_of_the_pad);
  tcase_add_test (tc, stills_before_the_beginning);
  tcase_add_test (tc, offset_behind_the_stop);
  tcase_add_test (tc, flushes_behind_gaps);
  tcase_add_test (tc, flush_that_overtakes_a_gap);

  return suite;
}

NTMOSAIC_CHECK_MAIN (running_time);
