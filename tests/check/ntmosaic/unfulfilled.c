/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Settings that can't be fulfilled, set while strips are made, are one warning
 * with the numbers, and the last good ones stay in use: no strip is lost. */

#include "../memory/mappings.h"
#include "walls_site.h"

#define N_TILES 4
#define WIDTH 10
#define HEIGHT 8

static void
begin (Site * site, guint n_tiles)
{
  guint i;

  site_init (site, 1);
  for (i = 0; i < n_tiles; i++) {
    site_add_pad (site, i);
    site_resize (site, i, WIDTH, HEIGHT);
  }
}

static void
check (Site * site)
{
  fail_unless (wall_place (&site->wall));
  site_run (site, site_push_new, 2);
}

static void
set (Site * site, const gchar * property, guint value)
{
  GValue number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_UINT);
  g_value_set_uint (&number, value);
  g_object_set_property (G_OBJECT (site->rig->element), property, &number);
  g_value_unset (&number);
}

/* ---- One number ---- */

/* With columns=2 and max-width=30, in a strip of at most 40x40. */
static const struct
{
  const gchar *property;
  guint value;
  guint good;
  const gchar *words[3];
} numbers[] = {
  {"max-width", 9, 30, {"20 pixels wide", "9 are the most",
          "goes on with max-width=30 until then"}},
  {"columns", 4, 2, {"40 pixels wide", "30 are the most",
          "goes on with columns=2 until then"}},
  {"gap", 11, 0, {"31 pixels wide", "30 are the most",
          "goes on with gap=0 until then"}},
  {"gap", G_MAXINT, 0, {"pixels wide", "30 are the most", "gap=0"}},
  {"rows", 6, 0, {"48 pixels high", "downstream takes 40 at most",
          "goes on with rows=0 until then"}},
  {"rows", G_MAXINT, 0, {"pixels high", "are the most", "rows=0"}},
};

GST_START_TEST (one_number)
{
  const gchar *const *words = numbers[__i__].words;
  Site site;

  begin (&site, N_TILES);
  gst_harness_set_sink_caps_str (site.rig->out,
      "video/x-raw,width=[1,40],height=[1,40]");
  site.wall.columns = 2;
  site.wall.max_width = 30;
  site_set_wall (&site);
  check (&site);

  set (&site, numbers[__i__].property, numbers[__i__].value);
  check (&site);
  test_rig_expect_warning (site.rig, words[0], words[1], words[2]);

  set (&site, numbers[__i__].property, numbers[__i__].good);
  check (&site);
  site_clear (&site);
}

GST_END_TEST;

/* A size of tiles holds from the next negotiation on. */
GST_START_TEST (tile_size)
{
  static const gchar *const names[] = { "tile-width", "tile-height" };
  static const gchar *const good[] = {
    "goes on with gap=0 and tile-width=0", "gap=0 and tile-height=0"
  };
  guint i;

  for (i = 0; i < 2; i++) {
    Site site;

    begin (&site, 2);
    site_set_wall (&site);
    check (&site);
    set (&site, names[i], 3);
    site.wall.gap = 1;
    site_set_wall (&site);
    site.wall.gap = 0;
    check (&site);
    test_rig_expect_warning (site.rig, i == 0 ? "10 pixels wide"
        : "8 pixels high", good[i]);
    set (&site, names[i], 0);
    site.wall.gap = 1;
    site_set_wall (&site);
    check (&site);
    site_clear (&site);
  }
}

GST_END_TEST;

/* The only pad stays, too. */
GST_START_TEST (only_pad)
{
  Site site;

  begin (&site, 1);
  check (&site);
  set (&site, "max-width", 9);
  check (&site);
  test_rig_expect_warning (site.rig, "10 pixels wide", "9 are the most",
      "max-width=0");
  site_clear (&site);
}

GST_END_TEST;

/* Downstream wants a strip of this width. */
GST_START_TEST (less_than_downstream_asks_for)
{
  Site site;

  begin (&site, 2);
  gst_harness_set_sink_caps_str (site.rig->out, "video/x-raw,width=64");
  site.wall.min_width = 64;
  check (&site);
  set (&site, "max-width", 40);
  check (&site);
  test_rig_expect_warning (site.rig, "64 pixels wide", "max-width is 40",
      "max-width=0 until then");
  site_clear (&site);
}

GST_END_TEST;

static void
push_width (GstHarness * input, guint width, GstClockTime time)
{
  test_input_set_caps (input, "RGBA", width, HEIGHT);
  gst_harness_push (input, test_frame_new_timed (width, HEIGHT, 1, time,
          TEST_FRAME_TIME));
}

/* All pads leave, and with them the strip. A new one makes a strip neither by
 * the settings nor by the last good ones, and no other pad is left to try. */
GST_START_TEST (all_pads_leave)
{
  TestRig *rig = test_rig_new (1);

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,width=[1,20]");
  push_width (test_rig_input (rig, 0), WIDTH, 0);
  test_rig_skip (rig);
  test_rig_set (rig, "max-width", "19");
  test_rig_remove (rig, test_rig_input (rig, 0));
  push_width (test_rig_add (rig, "sink_1"), 30, TEST_FRAME_TIME);
  test_rig_expect_error (rig, "30 pixels wide");
  test_rig_free (rig);
}

GST_END_TEST;

/* Before the first strip of the next start, it is an error. */
GST_START_TEST (restarted)
{
  Site site;
  guint i;

  begin (&site, 2);
  check (&site);
  set (&site, "max-width", 9);
  check (&site);
  test_rig_expect_warning (site.rig, "9 are the most");
  site_restart (&site);
  for (i = 0; i < 2; i++)
    gst_harness_push (site.inputs[i], test_frame_new_timed (WIDTH, HEIGHT, 1,
            0, TEST_FRAME_TIME));
  test_rig_expect_error (site.rig, "10 pixels wide", "9 are the most");
  site_clear (&site);
}

GST_END_TEST;

/* ---- Several ---- */

/* The other settings hold at once, and so do those that come later. */
GST_START_TEST (others_hold)
{
  Site site;

  begin (&site, N_TILES);
  site.wall.columns = 2;
  site_set_wall (&site);
  check (&site);

  set (&site, "max-width", 9);
  site.wall.background = 0xff123456;
  site.wall.align = 2;
  g_object_set (site.rig->element, "background-color", site.wall.background,
      NULL);
  test_rig_set (site.rig, "align", "bottom");
  site_resize (&site, 0, 7, 5);
  check (&site);
  test_rig_expect_warning (site.rig, "20 pixels wide");

  site.wall.columns = 1;
  site.wall.max_width = 10;
  site_set_wall (&site);
  check (&site);
  site_clear (&site);
}

GST_END_TEST;

/* One warning, also if the strip is negotiated again and again; another for
 * other numbers. */
GST_START_TEST (warned_once)
{
  Site site;
  guint i;

  begin (&site, 3);
  check (&site);
  set (&site, "max-width", 9);
  for (i = 0; i < 3; i++) {
    site_resize (&site, i, WIDTH + 1, HEIGHT);
    check (&site);
    if (i == 0)
      test_rig_expect_warning (site.rig, "9 are the most");
  }
  site_add_pad (&site, 7);
  check (&site);
  test_rig_expect_no_warning (site.rig);

  set (&site, "max-width", 8);
  check (&site);
  test_rig_expect_warning (site.rig, "8 are the most");
  set (&site, "max-width", 0);
  check (&site);
  set (&site, "max-width", 8);
  check (&site);
  test_rig_expect_warning (site.rig, "8 are the most");
  site_clear (&site);
}

GST_END_TEST;

/* They are tried again when the tiles change. */
GST_START_TEST (fulfilled_later)
{
  Site site;
  guint i;

  begin (&site, 2);
  check (&site);
  set (&site, "max-width", 9);
  check (&site);
  test_rig_expect_warning (site.rig, "9 are the most");
  for (i = 0; i < 2; i++)
    site_resize (&site, i, 4, HEIGHT);
  site.wall.max_width = 9;
  check (&site);
  fail_unless_equals_int (site.wall.width, 8);
  site_clear (&site);
}

GST_END_TEST;

/* A pad that does not fit in any case is no fault of the settings, and they are
 * no fault of its. */
GST_START_TEST (beside_a_misfit)
{
  Site site;

  begin (&site, 2);
  g_object_set (site.rig->element, "tile-meta", FALSE, NULL);
  fail_unless (wall_place (&site.wall));
  site_push_new (&site, 0);
  site_push_new (&site, 1);
  test_rig_skip (site.rig);
  site.n_sent++;

  set (&site, "max-width", 9);
  test_input_set_caps (site.inputs[1], "BGRA", WIDTH, HEIGHT);
  site_push_new (&site, 0);
  site_push_new (&site, 1);
  test_rig_skip (site.rig);
  test_rig_expect_warning (site.rig, "sink_1 shows background", "BGRA");
  test_rig_expect_warning (site.rig, "10 pixels wide", "max-width=0");
  site_clear (&site);
}

GST_END_TEST;

/* ---- Memory ---- */

/* Of a gap with which a strip is more than LARGE. */
#define LARGE_GAP 100000
#define LARGE (1 << 20)

/* There is no memory for the strip, which is found out only after downstream
 * has taken its caps. */
GST_START_TEST (more_than_memory)
{
  Site site;

  begin (&site, 2);
  check (&site);
  test_limit_mappings (0, LARGE);
  set (&site, "gap", LARGE_GAP);
  check (&site);
  test_rig_expect_warning (site.rig, "no memory for a strip of 3200640 bytes",
      "give the process more memory", "goes on with gap=0 until then");
  site_resize (&site, 0, WIDTH + 1, HEIGHT);
  check (&site);
  test_rig_expect_no_warning (site.rig);

  site.wall.gap = 3;
  site_set_wall (&site);
  check (&site);
  set (&site, "gap", LARGE_GAP);
  check (&site);
  test_rig_expect_warning (site.rig, "no memory for", "gap=3 until then");

  test_unlimit_mappings ();
  site_resize (&site, 0, WIDTH, HEIGHT);
  site.wall.gap = LARGE_GAP;
  check (&site);
  site_clear (&site);
}

GST_END_TEST;

/* Nor is there memory for a strip like the one before, which was freed for the
 * other: the error says for which. */
GST_START_TEST (no_memory_at_all)
{
  Site site;
  guint i;

  begin (&site, 2);
  for (i = 0; i < 2; i++)
    site_resize (&site, i, 512, 512);
  check (&site);
  test_limit_mappings (0, LARGE);
  set (&site, "gap", 2);
  for (i = 0; i < 2; i++)
    site_push_new (&site, i);
  test_rig_expect_error (site.rig, "no memory for a strip of 2097152 bytes");
  test_unlimit_mappings ();
  site_clear (&site);
}

GST_END_TEST;

/* ---- Tiles that move to other columns ---- */

/* A pad leaves, and the columns become wider than the strip may be: by
 * max-width, or as downstream says. */
GST_START_TEST (pad_leaves)
{
  const gboolean by_downstream = __i__ > 0;
  Site site;
  guint i;

  begin (&site, 6);
  for (i = 0; i < 6; i++)
    site_resize (&site, i, i % 3 == 2 ? 20 : 10, HEIGHT);
  site.wall.columns = 3;
  if (by_downstream)
    gst_harness_set_sink_caps_str (site.rig->out, "video/x-raw,width=[1,40]");
  else
    site.wall.max_width = 40;
  site_set_wall (&site);
  check (&site);

  site_remove_pad (&site, 3);
  site.wall.columns = 2;
  check (&site);
  test_rig_expect_warning (site.rig, "50 pixels wide", by_downstream
      ? "downstream takes 40 at most" : "40 are the most",
      "goes on with columns=2 until then");
  site_resize (&site, 0, 9, HEIGHT);
  check (&site);

  site_remove_pad (&site, 4);
  site_remove_pad (&site, 3);
  site.wall.columns = 3;
  check (&site);
  site_clear (&site);
}

GST_END_TEST;

/* The frames of a pad grow. */
GST_START_TEST (pad_grows)
{
  Site site;
  guint i;

  begin (&site, 3);
  site.wall.columns = 3;
  site.wall.max_width = 40;
  site_set_wall (&site);
  check (&site);

  site_resize (&site, 1, 21, HEIGHT);
  site.wall.columns = 2;
  check (&site);
  test_rig_expect_warning (site.rig, "41 pixels wide", "40 are the most",
      "goes on with columns=2 until then");
  site_resize (&site, 1, 20, HEIGHT);
  site.wall.columns = 3;
  check (&site);

  /* Too wide for a single column, too. */
  test_input_set_caps (site.inputs[1], "RGBA", 41, HEIGHT);
  for (i = 0; i < 3; i++)
    site_push_new (&site, i);
  test_rig_expect_size (site.rig, 40, HEIGHT);
  test_rig_expect_warning (site.rig, "sink_1 shows background",
      "are the most");
  site_clear (&site);
}

GST_END_TEST;

/* A pad comes that is alone in its column. With its width, all is as narrow as
 * it must be. */
GST_START_TEST (narrow_pad_comes)
{
  Site site;

  begin (&site, 1);
  site_add_pad (&site, 5);
  site_resize (&site, 0, 60, HEIGHT);
  site_resize (&site, 1, 10, HEIGHT);
  site.wall.columns = site.wall.rows = 2;
  site.wall.max_width = 100;
  site_set_wall (&site);
  check (&site);

  /* 40 pixels wide at most. */
  site_add_pad (&site, 3);
  check (&site);
  test_rig_expect_no_warning (site.rig);
  site_clear (&site);
}

GST_END_TEST;

/* A pad leaves at the moment at which a setting is changed. With 17 pixels of
 * gap there could be one column only, so that is a fault of its own; with 5
 * there are two columns, as without. */
GST_START_TEST (pad_leaves_beside)
{
  const gboolean is_bad = __i__ > 0;
  Site site;
  guint i;

  begin (&site, 6);
  for (i = 0; i < 6; i++)
    site_resize (&site, i, i % 3 == 2 ? 20 : 10, HEIGHT);
  site.wall.columns = 3;
  site.wall.max_width = 40;
  site_set_wall (&site);
  check (&site);

  site_remove_pad (&site, 3);
  set (&site, "gap", is_bad ? 17 : 5);
  site.wall.columns = 2;
  site.wall.gap = is_bad ? 0 : 5;
  check (&site);
  test_rig_expect_warning (site.rig, is_bad ? "50 pixels wide"
      : "60 pixels wide", "goes on with columns=2 until then");
  if (is_bad)
    test_rig_expect_warning (site.rig, "84 pixels wide", "goes on with gap=0");
  check (&site);
  site_clear (&site);
}

GST_END_TEST;

/* ---- At random ---- */

static gboolean
are_alike (const Wall * a, const Wall * b)
{
  return a->columns == b->columns && a->rows == b->rows
      && a->max_width == b->max_width && a->square == b->square
      && a->gap == b->gap;
}

static void
check_random_settings (guint32 seed)
{
  guint n_changes;
  gboolean is_bad = FALSE;
  Wall asked;
  Wall bad = { 0 };
  Site site;
  guint i;

  site_init (&site, seed);
  for (i = 0; i < 6; i++)
    site_add_pad_at_random (&site);
  site_choose_wall (&site);
  site_make_possible (&site);
  site_run (&site, site_push_at_random, 1);
  for (n_changes = 40; n_changes > 0; n_changes--) {
    const Wall good = site.wall;

    do {
      site_choose_wall (&site);
      if (site_dice (&site, 2) == 0)
        site.wall.max_width = 1 + site_dice (&site, 60);
      asked = site.wall;
    } while (asked.columns * asked.rows > 0 && asked.columns * asked.rows < 6);
    site_set_wall (&site);
    if (wall_place (&site.wall)) {
      is_bad = FALSE;
      site_run (&site, site_push_at_random, 2);
      continue;
    }

    site.wall = good;
    site.wall.align = asked.align;
    site.wall.align_x = asked.align_x;
    fail_unless (wall_place (&site.wall));
    site_run (&site, site_push_at_random, 2);
    if (!is_bad || !are_alike (&asked, &bad))
      test_rig_expect_warning (site.rig, "are the most", "goes on with");
    is_bad = TRUE;
    bad = asked;
  }
  site_clear (&site);
}

GST_START_TEST (at_random)
{
  test_at_random (check_random_settings, 5);
}

GST_END_TEST;

TEST_CASES (unfulfilled)
{
  tcase_add_loop_test (tc, one_number, 0, G_N_ELEMENTS (numbers));
  tcase_add_test (tc, tile_size);
  tcase_add_test (tc, only_pad);
  tcase_add_test (tc, less_than_downstream_asks_for);
  tcase_add_test (tc, all_pads_leave);
  tcase_add_test (tc, restarted);
  tcase_add_test (tc, others_hold);
  tcase_add_test (tc, warned_once);
  tcase_add_test (tc, fulfilled_later);
  tcase_add_test (tc, beside_a_misfit);
  tcase_add_test (tc, more_than_memory);
  tcase_add_test (tc, no_memory_at_all);
  tcase_add_loop_test (tc, pad_leaves, 0, 2);
  tcase_add_test (tc, pad_grows);
  tcase_add_test (tc, narrow_pad_comes);
  tcase_add_loop_test (tc, pad_leaves_beside, 0, 2);
  tcase_add_loop_test (tc, at_random, 0, 4);
}
