/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstreams that write beside the rows of the frame that they are lent: they are
 * found out before they get between others, and the user is told once. */

#include "lending.h"

/* The pad that has such an upstream; its tile is of 8x4 in a strip of 53x9. */
#define OFFENDER 1

/* One more than frames from one test to the next. */
#define SPOT_CHECK_INTERVAL 257

/* A byte beside row @y, @x bytes from its begin. */
typedef struct
{
  gint x;
  gint y;
} Place;

static const Place places[] = {
  {-1, 0}, {-1, 2}, {-1, 3}, {32, 0}, {32, 1}, {32, 3},
  {0, -1}, {31, -1}, {0, 4}, {31, 4}, {-32, 1}, {64, 2}, {100, -2},
};

/* Not in memory that has nothing beside its rows. */
static void
offend (GstBuffer * frame, const GstVideoInfo * info, Place place)
{
  GstVideoFrame mapped;
  guint8 *data;
  gssize stride;

  fail_unless (gst_video_frame_map (&mapped, info, frame, GST_MAP_WRITE));
  data = GST_VIDEO_FRAME_PLANE_DATA (&mapped, 0);
  stride = GST_VIDEO_FRAME_PLANE_STRIDE (&mapped, 0);
  if (stride > GST_VIDEO_INFO_WIDTH (info) * 4)
    data[place.y * stride + place.x] ^= 0x10;
  gst_video_frame_unmap (&mapped);
}

/* All pads draw, pad @i and beside it. */
static void
push_and_offend (Lending * l, guint i, Place place)
{
  guint k;

  for (k = 0; k < l->strip.n_tiles; k++) {
    const guint32 seed = ++l->last_seed;
    GstBuffer *frame = test_upstream_draw (&l->ups[k], seed);

    if (k == i)
      offend (frame, &l->ups[k].info, place);
    lending_push_frame (l, k, frame, seed);
  }
}

static guint64
get_n_refused (Lending * l)
{
  return test_get_stat (l->rig->element, "pads-refused-in-place");
}

/* From its first frame on. */
GST_START_TEST (at_once)
{
  guint64 before;
  guint i;
  Lending l;

  lending_init (&l, 3, "auto");
  fail_unless_equals_uint64 (get_n_refused (&l), 0);
  for (i = 0; i < 5; i++) {
    push_and_offend (&l, OFFENDER, places[__i__]);
    lending_expect (&l);
  }
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL), 1);
  before = lending_count_in_place (&l);
  for (i = 0; i < 300; i++) {
    push_and_offend (&l, OFFENDER, places[__i__]);
    lending_expect (&l);
  }
  fail_unless_equals_uint64 (get_n_refused (&l), 1);
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 2 * 299);
  lending_clear (&l);
}

GST_END_TEST;

/* Only the third frame that it writes. */
GST_START_TEST (once)
{
  Lending l;

  lending_init (&l, 3, "auto");
  lending_run (&l, 2);
  push_and_offend (&l, OFFENDER, places[0]);
  lending_expect (&l);
  lending_run (&l, 20);
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL), 1);
  fail_unless_equals_uint64 (get_n_refused (&l), 1);
  lending_clear (&l);
}

GST_END_TEST;

/* The frame beside which it writes is never shown. */
GST_START_TEST (in_a_dropped_frame)
{
  GstBuffer *frame;
  Lending l;

  lending_init (&l, 3, "auto");
  frame = test_upstream_draw (&l.ups[OFFENDER], 1);
  offend (frame, &l.ups[OFFENDER].info, places[0]);
  gst_buffer_unref (frame);
  lending_run (&l, 20);
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL), 1);
  fail_unless_equals_uint64 (get_n_refused (&l), 1);
  lending_clear (&l);
}

GST_END_TEST;

/* Once it is trusted it does harm, but not for long. */
GST_START_TEST (later)
{
  guint i;
  Lending l;

  lending_init_trusted (&l, 3);
  for (i = 0; i < SPOT_CHECK_INTERVAL; i++) {
    push_and_offend (&l, OFFENDER, places[0]);
    gst_buffer_unref (test_rig_pull (l.rig, NULL));
  }
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL), 1);
  for (i = 0; i < 20; i++) {
    push_and_offend (&l, OFFENDER, places[0]);
    lending_expect (&l);
  }
  fail_unless_equals_uint64 (get_n_refused (&l), 1);
  lending_clear (&l);
}

GST_END_TEST;

/* It stays refused, whatever it asks for. */
GST_START_TEST (asks_again)
{
  GstHarness *input;
  guint i;
  Lending l;

  lending_init (&l, 3, "auto");
  push_and_offend (&l, OFFENDER, places[0]);
  lending_expect (&l);
  input = l.ups[OFFENDER].input;
  for (i = 0; i < 10; i++) {
    const guint n = l.ups[OFFENDER].n;

    test_upstream_clear (&l.ups[OFFENDER]);
    test_upstream_init (&l.ups[OFFENDER], input);
    l.ups[OFFENDER].n = n;
    push_and_offend (&l, OFFENDER, places[0]);
    lending_expect (&l);
  }
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL), 1);
  fail_unless_equals_uint64 (get_n_refused (&l), 1);
  lending_clear (&l);
}

GST_END_TEST;

/* As if another element were linked to the pad instead. */
static void
replace_upstream (TestUpstream * up)
{
  GstHarness *input = up->input;
  GstPad *pad = gst_pad_get_peer (input->srcpad);
  const guint n = up->n;

  test_upstream_clear (up);
  fail_unless (gst_pad_unlink (input->srcpad, pad));
  fail_unless_equals_int (gst_pad_link (input->srcpad, pad), GST_PAD_LINK_OK);
  test_upstream_init (up, input);
  up->n = n;
  gst_object_unref (pad);
}

/* What is linked next has done nothing, whatever becomes of the frames that the one
 * before it still has. */
GST_START_TEST (is_replaced)
{
  TestUpstream *up;
  GstBuffer *old;
  guint64 before;
  guint i;
  Lending l;

  lending_init (&l, 3, "auto");
  up = &l.ups[OFFENDER];
  old = test_upstream_draw (up, 1);
  for (i = 1; i <= 3; i++) {
    push_and_offend (&l, OFFENDER, places[0]);
    lending_expect (&l);
    fail_unless_equals_uint64 (get_n_refused (&l), 1);
    fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL),
        1);
    replace_upstream (up);
    fail_unless_equals_uint64 (get_n_refused (&l), 0);
  }

  offend (old, &up->info, places[0]);
  gst_buffer_unref (old);
  lending_run (&l, 10);
  before = lending_count_in_place (&l);
  lending_run (&l, 10);
  fail_unless_equals_uint64 (lending_count_in_place (&l) - before, 3 * 10);
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_1", NULL), 0);
  lending_clear (&l);
}

GST_END_TEST;

GST_START_TEST (two_of_them)
{
  guint i;
  Lending l;

  lending_init (&l, 3, "auto");
  for (i = 0; i < 20; i++) {
    push_and_offend (&l, i % 2 ? 2 : 0, places[__i__ % 2 ? 0 : 6]);
    lending_expect (&l);
  }
  fail_unless_equals_int (test_count_warnings (l.rig->bus, "sink_", NULL), 2);
  fail_unless_equals_uint64 (get_n_refused (&l), 2);
  lending_clear (&l);
}

GST_END_TEST;

/* Who says that he knows is believed. */
GST_START_TEST (always)
{
  guint i;
  Lending l;

  lending_init (&l, 3, "always");
  for (i = 0; i < 20; i++) {
    push_and_offend (&l, OFFENDER, places[0]);
    gst_buffer_unref (test_rig_pull (l.rig, NULL));
  }
  fail_unless_equals_uint64 (get_n_refused (&l), 0);
  lending_clear (&l);
}

GST_END_TEST;

static Suite *
guards_suite (void)
{
  Suite *s = suite_create ("guards");
  TCase *tc = tcase_create ("guards");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, at_once, 0, G_N_ELEMENTS (places));
  tcase_add_test (tc, once);
  tcase_add_test (tc, in_a_dropped_frame);
  tcase_add_test (tc, later);
  tcase_add_test (tc, asks_again);
  tcase_add_test (tc, is_replaced);
  tcase_add_loop_test (tc, two_of_them, 0, 2);
  tcase_add_test (tc, always);

  return s;
}

NTMOSAIC_CHECK_MAIN (guards)
