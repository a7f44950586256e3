/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames and gaps without a running time, as a pad with a negative offset has
 * them. Strips show the part of a frame that has a running time; the rest has
 * no effect. */

#include "rig/rig.h"

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
  {"gaps backwards", -1.0, 0, 16, 0, 6, 3, 4, FALSE, TRUE,
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
  test_input_push_event (input, gst_event_new_segment (&segment));
}

static void
push_frame (GstHarness * input, const Case * c, guint n)
{
  const GstClockTime duration = c->lasting ? GST_CLOCK_TIME_NONE : STEP;

  if (c->gaps)
    test_input_push_event (input, gst_event_new_gap (n * STEP, duration));
  else
    test_input_push (input, test_frame_new_small (100 + n, n * STEP, duration));
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
  test_input_end (input);

  return NULL;
}

static gpointer
play_other (gpointer data)
{
  GstHarness *input = data;
  guint i;

  for (i = 0; i < N_STRIPS; i++)
    test_input_send (input, OTHER_SEED + i, i);
  test_input_end (input);

  return NULL;
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

/* Pulls all strips until EOS; more than @n are a failure. */
static void
expect_strips (TestRig * rig, const gint * shown, guint n)
{
  gboolean is_eos = FALSE;
  guint i;

  for (i = 0; i < n; i++) {
    if (shown)
      test_rig_expect_small (rig, 2, shown[i] == NONE ? TEST_NO_FRAME
          : 100 + shown[i], OTHER_SEED + i);
    else
      test_rig_skip (rig);
  }
  test_wait_until ((is_eos |= is_at_eos (rig)));
  test_rig_expect_none (rig);
}

/* The film of @c is played at the first pad, the other at the second. */
static void
check_case (TestRig * rig, const Case * c, const gint * shown)
{
  Film film = { rig, c };
  GThread *first = g_thread_new (c->name, play_case, &film);
  GThread *other = g_thread_new ("other", play_other, test_rig_input (rig, 1));

  expect_strips (rig, shown, N_STRIPS);
  g_thread_join (first);
  g_thread_join (other);
  test_rig_free (rig);
}

GST_START_TEST (frames_before_and_behind)
{
  GST_INFO ("%s", cases[__i__].name);
  check_case (test_rig_new_small (2), &cases[__i__], cases[__i__].shown);
}

GST_END_TEST;

/* In spite of rounding, a cut frame has a running time. */
GST_START_TEST (odd_rates_and_offsets)
{
  static const gdouble rates[] = { 0.3, 0.7, 1.3, 1.7, 3.0, 7.1, -0.3, -1.7 };
  guint i;
  guint k;

  for (i = 0; i < G_N_ELEMENTS (rates); i++) {
    TestRig *rig = test_rig_new_small (2);
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
      test_input_push_event (input, gst_event_new_segment (&segment));
      test_input_push (input, test_frame_new_timed (TEST_TILE_WIDTH,
              TEST_TILE_HEIGHT, 100, 0, k % 4 ? 4 * STEP
              : GST_CLOCK_TIME_NONE));
    }
    test_input_end (input);
    g_thread_join (other);
    test_wait_until (is_at_eos (rig));
    test_rig_free (rig);
  }
}

GST_END_TEST;

/* With gst_pad_set_offset(), as applications use it. */
GST_START_TEST (offset_of_the_pad)
{
  static const gint shown[N_STRIPS] = { 2, 3, 4, 5 };
  const Case c = {.name = "offset",.rate = 1.0,.stop = NONE,.n_frames = 6 };
  TestRig *rig = test_rig_new_small (2);
  GstPad *pad = gst_element_get_static_pad (rig->element, "sink_0");

  gst_pad_set_offset (pad, -(gint64) (10 * QUARTER));
  gst_object_unref (pad);
  check_case (rig, &c, shown);
}

GST_END_TEST;

/* Without a rate, each still would be a strip of its own, without end. */
GST_START_TEST (stills_before_the_beginning)
{
  const Case c = {.name = "stills",.rate = 1.0,.stop = NONE,.offset = 2,
    .n_frames = 1,.lasting = TRUE
  };
  TestRig *rig = test_rig_new_of_size (2, TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 0);
  Film film = { rig, &c };
  GThread *first = g_thread_new ("first", play_case, &film);
  GstHarness *other = test_rig_input (rig, 1);

  test_input_push (other, test_frame_new_timed (TEST_TILE_WIDTH,
          TEST_TILE_HEIGHT, OTHER_SEED, 0, GST_CLOCK_TIME_NONE));
  test_input_end (other);
  expect_strips (rig, NULL, 1);
  g_thread_join (first);
  test_rig_free (rig);
}

GST_END_TEST;

/* GStreamer itself can't calculate with such a segment. */
GST_START_TEST (offset_behind_the_stop)
{
  TestRig *rig = test_rig_new_small (2);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.rate = -1.0;
  segment.stop = STEP;
  segment.offset = 2 * STEP;
  gst_harness_push_event (test_rig_input (rig, 0),
      gst_event_new_segment (&segment));
  test_rig_expect_error (rig, "sink_0", "backwards", "offset");
  test_rig_free (rig);
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

/* The streaming thread turns the gap into a frame; the flush has taken away the
 * segment by then. The moment of the flush varies. */
GST_START_TEST (flushes_behind_gaps)
{
  TestRig *rig = test_rig_new_small (2);
  GstHarness *input = test_rig_input (rig, 0);
  GThread *other;
  guint i;

  g_atomic_int_set (&stops, FALSE);
  gst_harness_set_drop_buffers (rig->out, TRUE);
  other = g_thread_new ("other", play_on, test_rig_input (rig, 1));
  for (i = 0; i < 3000; i++) {
    guint spin = g_random_int_range (0, 6000);

    test_input_push_segment (input, 0);
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

/* The flush comes when the base class has taken the gap out of the queue, as
 * its log says. Without that log, the flush comes at any time. */
typedef struct
{
  GstHarness *input;
  gint is_taken;                /* atomic */
  gint is_flushed;              /* atomic */
} Overtaking;

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
  test_wait_until (g_atomic_int_get (&o->is_flushed));
}

static gpointer
flush_when_taken (gpointer data)
{
  Overtaking *o = data;

  test_wait_until (g_atomic_int_get (&o->is_taken));
  gst_harness_push_event (o->input, gst_event_new_flush_start ());
  gst_harness_push_event (o->input, gst_event_new_flush_stop (FALSE));
  g_atomic_int_set (&o->is_flushed, TRUE);

  return NULL;
}

GST_START_TEST (flush_that_overtakes_a_gap)
{
  static const gint shown[N_STRIPS] = { 0, 1, 2, 3 };
  TestRig *rig = test_rig_new_small (2);
  Overtaking o = { test_rig_input (rig, 0), FALSE, FALSE };
  const Case c = {.name = "after",.rate = 1.0,.stop = NONE,.n_frames = 4 };
  GThread *flusher;

  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (on_log, &o, NULL);
  gst_debug_set_threshold_for_name ("aggregator", GST_LEVEL_LOG);
  flusher = g_thread_new ("flusher", flush_when_taken, &o);
  push_segment (o.input, &c);
  gst_harness_push_event (o.input, gst_event_new_gap (0, STEP));
  if (!gst_debug_is_active ())
    g_atomic_int_set (&o.is_taken, TRUE);
  g_thread_join (flusher);

  check_case (rig, &c, shown);
  gst_debug_set_threshold_for_name ("aggregator", GST_LEVEL_NONE);
}

GST_END_TEST;

TEST_CASES (running_time)
{
  tcase_add_loop_test (tc, frames_before_and_behind, 0, G_N_ELEMENTS (cases));
  tcase_add_test (tc, odd_rates_and_offsets);
  tcase_add_test (tc, offset_of_the_pad);
  tcase_add_test (tc, stills_before_the_beginning);
  tcase_add_test (tc, offset_behind_the_stop);
  tcase_add_test (tc, flushes_behind_gaps);
  tcase_add_test (tc, flush_that_overtakes_a_gap);
}
