/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which of the strips to come a frame is written to, how many there are of
 * these, and who is lent no tile for a while. */

#include "lending_support.h"

/* As the pool has them. */
#define STRIPS_AHEAD 7
#define EXTRA_STRIPS 5
#define MIN_PAUSE 8

/* The n-th frame of each is in the same strip, and no two are. */
GST_START_TEST (test_frames_ahead)
{
  GstBuffer *frames[STRIPS_AHEAD + 1][N_TILES];
  GstNtComposeReport report;
  GstBuffer *last;
  Fixture f;
  guint n;
  guint m;
  guint i;

  setup (&f, 3);
  for (i = 0; i < N_TILES; i++)
    for (n = 0; n < STRIPS_AHEAD; n++)
      frames[n][i] = lend_painted (&f, i);
  for (n = 0; n < STRIPS_AHEAD; n++)
    for (i = 0; i < N_TILES; i++) {
      fail_unless (strip_of (frames[n][i], i) == strip_of (frames[n][0], 0));
      for (m = 0; m < n; m++)
        fail_if (strip_of (frames[n][i], i) == strip_of (frames[m][i], i));
    }

  last = lend_painted (&f, 0);
  fail_unless_equals_int (where_is (last), TIGHT);
  gst_buffer_unref (last);

  for (n = 0; n < STRIPS_AHEAD; n++) {
    show_and_drop (&f, frames[n], &report);
    fail_unless_equals_int (report.tiles_in_place, N_TILES);
    drop (frames[n]);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), 0);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips),
      STRIPS_AHEAD);
  teardown (&f);
}

GST_END_TEST;

/* One is several frames ahead, another is not. */
GST_START_TEST (test_some_are_further_ahead)
{
  GstBuffer *ahead[3];
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < G_N_ELEMENTS (ahead); n++)
    ahead[n] = lend_painted (&f, 0);
  for (n = 0; n < 30; n++) {
    GstBuffer *frames[N_TILES] = {
      ahead[n % G_N_ELEMENTS (ahead)], NULL, lend_painted (&f, 2)
    };

    show_and_drop (&f, frames, &report);
    fail_unless_equals_int (report.tiles_in_place, 2);
    drop (frames);
    ahead[n % G_N_ELEMENTS (ahead)] = lend_painted (&f, 0);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), 0);
  for (n = 0; n < G_N_ELEMENTS (ahead); n++)
    gst_buffer_unref (ahead[n]);
  teardown (&f);
}

GST_END_TEST;

/* A frame that is dropped makes room for the next one. */
GST_START_TEST (test_dropped_frames)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *first;
  GstBuffer *next;
  guint8 *due;
  Fixture f;

  setup (&f, 2);
  frames[2] = lend_painted (&f, 2);
  due = strip_of (frames[2], 2);
  first = lend_painted (&f, 1);
  fail_unless (strip_of (first, 1) == due);
  next = lend_painted (&f, 1);
  gst_buffer_unref (first);

  /* Of the strip that is due, the first tile is free; but there is one
   * ahead. */
  frames[1] = lend_painted (&f, 1);
  fail_unless_equals_int (where_is (frames[1]), TIGHT);
  gst_buffer_unref (next);
  gst_clear_buffer (&frames[1]);
  frames[1] = lend_painted (&f, 1);
  fail_unless (strip_of (frames[1], 1) == due);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 2);
  drop (frames);
  teardown (&f);
}

GST_END_TEST;

/* What was shown is not ahead any more, even if upstream keeps it. */
GST_START_TEST (test_frames_kept_are_not_ahead)
{
  GstBuffer *kept[3];
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 3);
  for (n = 0; n < G_N_ELEMENTS (kept); n++) {
    GstBuffer *frames[N_TILES] = {
      new_frame (&f), lend_painted (&f, 1), lend_painted (&f, 2)
    };

    fail_unless (strip_of (frames[1], 1) == strip_of (frames[2], 2));
    kept[n] = gst_buffer_ref (frames[1]);
    show_and_drop (&f, frames, &report);
    fail_unless_equals_int (report.tiles_in_place, 2);
    drop (frames);
  }
  for (n = 0; n < G_N_ELEMENTS (kept); n++)
    gst_buffer_unref (kept[n]);
  teardown (&f);
}

GST_END_TEST;

/* The strip that is due has nothing of what is shown, but another has all. */
GST_START_TEST (test_strip_is_due_in_vain)
{
  GstBuffer *none[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *strip;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 10; n++) {
    strip = show (&f, none, &report);
    show_and_drop (&f, none, &report);
    gst_buffer_unref (strip);

    gst_buffer_unref (lend_painted (&f, 1));
    show_and_drop (&f, none, &report);
    fail_unless_equals_int (report.tiles_kept, N_TILES);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips), 2);
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), 0);
  teardown (&f);
}

GST_END_TEST;

/* Somebody writes a frame for later to the strip that is due: another is
 * taken, and whose frame that is gets none for a while, each time longer. */
GST_START_TEST (test_rebuild_and_pause)
{
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 9; n++) {
    GstBuffer *frames[N_TILES] = { NULL, lend_painted (&f, 1), NULL };
    GstBuffer *late = lend_painted (&f, 2);
    GstBuffer *strip;

    fail_unless (strip_of (late, 2) == strip_of (frames[1], 1));
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips), n);
    strip = show (&f, frames, &report);
    fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_rebuilds (f.strips),
        n + 1);
    fail_unless (data_of (strip) != strip_of (late, 2));
    fail_unless_equals_int (report.tiles_copied, 1);
    gst_buffer_unref (strip);
    drop (frames);
    gst_buffer_unref (late);
    fail_unless_equals_int (count_pause (&f, 1), 0);
    fail_unless_equals_int (count_pause (&f, 2), MIN (MIN_PAUSE << n, 512));
  }
  teardown (&f);
}

GST_END_TEST;

/* Until a frame of it is in place. */
GST_START_TEST (test_pause_is_forgotten)
{
  GstBuffer *frames[N_TILES] = { NULL, };
  GstNtComposeReport report;
  GstBuffer *late;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 3; n++) {
    late = lend_painted (&f, 0);
    show_and_drop (&f, frames, &report);
    gst_buffer_unref (late);
    fail_unless_equals_int (count_pause (&f, 0), MIN_PAUSE << n);
  }
  frames[0] = lend_painted (&f, 0);
  frames[1] = new_frame (&f);
  frames[2] = new_frame (&f);
  show_and_drop (&f, frames, &report);
  fail_unless_equals_int (report.tiles_in_place, 1);
  drop (frames);
  late = lend_painted (&f, 0);
  show_and_drop (&f, frames, &report);
  gst_buffer_unref (late);
  fail_unless_equals_int (count_pause (&f, 0), MIN_PAUSE);
  teardown (&f);
}

GST_END_TEST;

/* ---- How many ---- */

/* Strips are made to be lent, but not without end. */
GST_START_TEST (test_strips_made_to_lend)
{
  GstBuffer *frames[STRIPS_AHEAD];
  Fixture f;
  guint n;

  setup (&f, 1);
  for (n = 0; n < G_N_ELEMENTS (frames); n++) {
    frames[n] = lend_painted (&f, 0);
    fail_unless_equals_int (where_is (frames[n]), n < 1 + EXTRA_STRIPS ? TILE
        : TIGHT);
  }
  fail_unless_equals_uint64 (gst_nt_strip_pool_get_n_allocated (f.strips),
      1 + EXTRA_STRIPS);
  for (n = 0; n < G_N_ELEMENTS (frames); n++)
    gst_buffer_unref (frames[n]);
  teardown (&f);
}

GST_END_TEST;

/* An upstream that keeps its frames after they were shown, as a decoder
 * does, must not keep all strips from being used again. */
GST_START_TEST (test_frames_that_are_kept)
{
  GstBuffer *kept[50] = { NULL, };
  GstNtComposeReport report;
  Fixture f;
  guint n;

  setup (&f, 2);
  for (n = 0; n < 20 * G_N_ELEMENTS (kept); n++) {
    GstBuffer **frame = &kept[n % G_N_ELEMENTS (kept)];
    GstBuffer *frames[N_TILES] = { NULL, };

    gst_clear_buffer (frame);
    *frame = frames[1] = lend_painted (&f, 1);
    show_and_drop (&f, frames, &report);
  }
  fail_unless (gst_nt_strip_pool_get_n_allocated (f.strips)
      <= 2 + EXTRA_STRIPS + 1);
  for (n = 0; n < G_N_ELEMENTS (kept); n++)
    gst_clear_buffer (&kept[n]);
  teardown (&f);
}

GST_END_TEST;

/* The same, and downstream holds strips. */
GST_START_TEST (test_frames_and_strips_that_are_kept)
{
  GstBuffer *kept[50] = { NULL, };
  GstBuffer *held[20] = { NULL, };
  GstNtComposeReport report;
  Fixture f;
  guint n;
  guint i;

  setup (&f, 2);
  for (n = 0; n < 20 * G_N_ELEMENTS (kept); n++) {
    GstBuffer **frame = &kept[n % G_N_ELEMENTS (kept)];
    GstBuffer *frames[N_TILES] = { NULL, };

    gst_clear_buffer (frame);
    *frame = frames[1] = lend_painted (&f, 1);
    held[n % G_N_ELEMENTS (held)] = show (&f, frames, &report);

    /* All at once. */
    for (i = 0; n % G_N_ELEMENTS (held) == G_N_ELEMENTS (held) - 1
        && i < G_N_ELEMENTS (held); i++)
      gst_clear_buffer (&held[i]);
  }

  /* Those that are held may have been lent and kept, as may have those that
   * come in their place. */
  fail_unless (gst_nt_strip_pool_get_n_allocated (f.strips)
      <= 2 + EXTRA_STRIPS + 2 * G_N_ELEMENTS (held) + 1);
  for (n = 0; n < G_N_ELEMENTS (kept); n++)
    gst_clear_buffer (&kept[n]);
  teardown (&f);
}

GST_END_TEST;

static Suite *
ahead_suite (void)
{
  Suite *suite = suite_create ("ahead");
  TCase *tcase = tcase_create ("ahead");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_frames_ahead);
  tcase_add_test (tcase, test_some_are_further_ahead);
  tcase_add_test (tcase, test_dropped_frames);
  tcase_add_test (tcase, test_frames_kept_are_not_ahead);
  tcase_add_test (tcase, test_strip_is_due_in_vain);
  tcase_add_test (tcase, test_rebuild_and_pause);
  tcase_add_test (tcase, test_pause_is_forgotten);
  tcase_add_test (tcase, test_strips_made_to_lend);
  tcase_add_test (tcase, test_frames_that_are_kept);
  tcase_add_test (tcase, test_frames_and_strips_that_are_kept);

  return suite;
}

GST_CHECK_MAIN (ahead);
