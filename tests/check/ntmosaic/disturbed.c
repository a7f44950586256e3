/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Copying on arrival while upstream, downstream and the application do all that
 * they may: every strip is right, and afterwards the element copies all frames
 * on arrival again. */

#include "rig/pipelines.h"
#include "rig/shows.h"

/* ---- Upstream and the application ---- */

/* Does what belongs before strip @i of an episode, and checks the strip. */
typedef void (*Step) (Show * s, guint i, guint variant);

/* Each frame of pad 0 is in @k strips: early in some, and repeated. */
static void
slow_pad (Show * s, guint i, guint k)
{
  const guint n = i == 0 ? 0 : i / k + 1;

  /* One frame is always on its way: the element needs it before it goes on. */
  if ((i == 0 || i % k == 1) && n <= 10)
    show_push_timed (s, 0, show_new_frame (s, 0, 900 + n),
        s->rig->n_sent - i + n * k, n == 10 ? 1 : k);
  s->tiles[0].seed = 900 + i / k;
  show_push_rest (s, 1);
  show_expect (s);
}

/* The time of every second frame of pad 0 is over: the base class drops the
 * frame, and shows the frame before it again. */
static void
late_frame (Show * s, guint i, guint unused)
{
  if (i % 2)
    show_push_timed (s, 0, show_new_frame (s, 0, 1), s->rig->n_sent - 3, 1);
  else
    show_push_new (s, 0);
  show_push_rest (s, 1);
  show_expect (s);
}

/* The base class drops these, too. */
static void
frame_outside_of_segment (Show * s, guint i, guint unused)
{
  guint k;

  for (k = 0; k < SHOW_PADS; k++) {
    if (i == 0)
      test_input_push_segment (test_rig_input (s->rig, k),
          s->rig->n_sent * TEST_FRAME_TIME);
    if (i % 3 == 0)
      show_push_timed (s, k, show_new_frame (s, k, 1), 0, 1);
  }
  show_run (s, 1);
}

/* An event or an empty buffer, which is no frame. */
static void
gap (Show * s, guint i, guint is_buffer)
{
  s->tiles[0].height = i % 3 == 1 ? 0 : SHOW_HEIGHT;
  if (i % 3 != 1) {
    show_push_new (s, 0);
  } else if (is_buffer) {
    GstBuffer *empty = gst_buffer_new ();

    GST_BUFFER_FLAG_SET (empty, GST_BUFFER_FLAG_GAP);
    show_push (s, 0, empty, 0);
  } else {
    test_input_push_gap (test_rig_input (s->rig, 0), s->rig->n_sent);
  }
  show_push_rest (s, 1);
  show_expect (s);
}

/* A flush of pad 0, or of all pads one after the other, with frames of pads 0
 * and 1 on their way. */
static void
flush (Show * s, guint i, guint n_pads)
{
  guint k;

  show_run (s, i % 3);
  show_push_new (s, 0);
  show_push_new (s, 1);
  for (k = 0; k < n_pads; k++)
    test_input_begin_flush (test_rig_input (s->rig, k),
        gst_util_seqnum_next ());
  for (k = 0; k < n_pads; k++)
    test_input_end_flush (test_rig_input (s->rig, k), gst_util_seqnum_next ());
  for (k = 0; k < n_pads; k++)
    test_input_push_segment (test_rig_input (s->rig, k), 0);
  show_push_new (s, 0);
  show_push_rest (s, n_pads > 1 ? 1 : 2);
  show_expect (s);
}

static void
pad_goes_and_comes (Show * s, guint i, guint unused)
{
  GstHarness *input;

  show_push_new (s, 0);
  show_push_new (s, 2);
  test_rig_remove (s->rig, test_rig_input (s->rig, 2));
  input = test_rig_add (s->rig, "sink_2");
  test_input_set_caps (input, "RGBA", s->tiles[2].width, s->tiles[2].height);
  show_push_rest (s, 1);
  show_expect (s);
  show_run (s, i % 3);
}

/* Of @pad, for the frame after the one that is on its way. */
static void
other_caps (Show * s, guint i, guint pad)
{
  const guint width = s->tiles[pad].width + (i % 2 ? -1 : 1);

  show_push_new (s, pad);
  test_input_set_caps (test_rig_input (s->rig, pad), "RGBA", width,
      s->tiles[pad].height);
  show_push_new (s, (pad + 1) % SHOW_PADS);
  show_push_new (s, (pad + 2) % SHOW_PADS);
  show_expect (s);
  s->tiles[pad].width = width;
  show_run (s, 12 * (i % 3));
}

static void
other_settings (Show * s, guint i, guint unused)
{
  static const gchar *aligns[] = { "top", "top", "bottom", "center" };

  show_push_new (s, 0);
  show_push_new (s, 1);
  s->strip.align = aligns[i % G_N_ELEMENTS (aligns)];
  s->strip.background = 0xff000000 + i;
  test_rig_set (s->rig, "align", s->strip.align);
  g_object_set (s->rig->element, "background-color", s->strip.background,
      NULL);
  show_push_new (s, 2);
  show_expect (s);
  show_run (s, 12 * (i % 3));
}

/* Up to @n strips, which stay as they are. */
static void
hold_strips (Show * s, guint i, guint n)
{
  static GQueue strips = G_QUEUE_INIT;
  static GQueue copies = G_QUEUE_INIT;

  show_push_rest (s, 0);
  g_queue_push_tail (&strips, show_pull (s));
  g_queue_push_tail (&copies, gst_buffer_copy_deep (strips.tail->data));
  while (strips.length > n - i % (n + 1)) {
    const guint k = i % strips.length;
    GstBuffer *strip = g_queue_pop_nth (&strips, k);
    GstBuffer *copy = g_queue_pop_nth (&copies, k);
    GstMapInfo map;

    fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
    fail_unless (gst_buffer_memcmp (copy, 0, map.data, map.size) == 0);
    gst_buffer_unmap (strip, &map);
    gst_buffer_unref (strip);
    gst_buffer_unref (copy);
  }
}

static const struct
{
  Step step;
  guint variant;
  guint n_steps;
  guint n_min;                  /* frames still copied on arrival */
} episodes[] = {
  {slow_pad, 2, 21, 2 * 10},
  {slow_pad, 3, 31, 2 * 15},
  {slow_pad, 5, 51, 2 * 25},
  {late_frame, 0, 30, 2 * 20},
  {frame_outside_of_segment, 0, 30, 0},
  {gap, FALSE, 30, 2 * 30 + 20},
  {gap, TRUE, 30, 2 * 30 + 20},
  {flush, 1, 12, 0},
  {flush, SHOW_PADS, 12, 0},
  {pad_goes_and_comes, 0, 10, 0},
  {other_caps, 0, 6, 0},
  {other_caps, 1, 6, 0},
  {other_caps, 2, 6, 0},
  {other_settings, 0, 12, 0},
  {hold_strips, 1, 40, 40 * SHOW_PADS - 2},
  {hold_strips, 9, 40, 40 * SHOW_PADS - 10},
};

GST_START_TEST (episode)
{
  guint n;
  guint i;
  Show s;

  show_begin (&s);
  for (i = 0; i < episodes[__i__].n_steps; i++)
    episodes[__i__].step (&s, i, episodes[__i__].variant);
  n = show_count (&s);
  fail_unless (n >= episodes[__i__].n_min, "%u frames", n);
  show_run (&s, SHOW_MAX_PAUSE);
  show_check_all_arrive (&s);
  show_end (&s);
}

GST_END_TEST;

/* If the caps of a pad say that it is slower, the element copies its frames
 * later; if that pad is most of the strip (pad 2), all frames. */
GST_START_TEST (slower_caps)
{
  const guint slow = __i__;
  guint i;
  guint n;
  Show s;

  show_init (&s, "progressive");
  test_input_set_caps_full (test_rig_input (s.rig, slow), "RGBA",
      s.tiles[slow].width, s.tiles[slow].height, 5, 1);
  for (n = 0; n < 20; n++) {
    if (n == 0 || n % 5 == 1) {
      const guint k = n == 0 ? 0 : n / 5 + 1;

      show_push_timed (&s, slow, show_new_frame (&s, slow, 900 + k), k * 5, 5);
    }
    s.tiles[slow].seed = 900 + n / 5;
    for (i = 0; i < SHOW_PADS; i++)
      if (i != slow)
        show_push_new (&s, i);
    show_expect (&s);
  }
  fail_unless_equals_int (show_count (&s), slow == 2 ? 0 : 19 * 2);
  show_end (&s);
}

GST_END_TEST;

/* READY and PLAYING again, with a frame on its way. */
GST_START_TEST (restarted)
{
  TestPipeline *p = test_pipeline_new (2);
  guint i;
  guint n;

  for (i = 0; i < 5; i++) {
    test_pipeline_set_state (p, GST_STATE_PLAYING);
    for (n = 0; n < 5; n++) {
      test_pipeline_push (p, 0, 100 + n, n * TEST_STEP, TEST_STEP);
      test_pipeline_push (p, 1, 200 + n, n * TEST_STEP, TEST_STEP);
      test_pipeline_expect (p, n * TEST_STEP, 100 + n, 200 + n);
    }
    fail_unless (test_get_stat (p->mosaic, "tiles-on-arrival") >= 2 * 3);
    test_pipeline_push (p, i % 2, 100 + n, n * TEST_STEP, TEST_STEP);
    test_pipeline_set_state (p, GST_STATE_READY);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

TEST_CASES (disturbed)
{
  tcase_add_loop_test (tc, episode, 0, G_N_ELEMENTS (episodes));
  tcase_add_loop_test (tc, slower_caps, 0, SHOW_PADS);
  tcase_add_test (tc, restarted);
}
