/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips, byte for byte: every number and size of tiles, every kind of store,
 * every order of pads, and strips in memory that held another strip before. */

#include "rig/rig.h"

static void
set_properties (TestRig * rig, const TestStrip * strip)
{
  test_rig_set (rig, "align", strip->align);
  g_object_set (rig->element, "background-color", strip->background, NULL);
}

static void
check_strip (const TestStrip * strip, const gchar * stores, guint n_strips)
{
  TestRig *rig = test_rig_new (strip->n_tiles);
  guint i;

  test_rig_set (rig, "nt-stores", stores);
  set_properties (rig, strip);
  test_rig_set_caps (rig, strip, "RGBA");
  for (i = 0; i < n_strips; i++)
    test_rig_check (rig, strip);
  test_rig_free (rig);
}

/* With each kind of store. */
static void
check_stores (const TestStrip * strip)
{
  check_strip (strip, "auto", 1);
  check_strip (strip, "always", 1);
  check_strip (strip, "never", 1);
}

GST_START_TEST (number_of_tiles)
{
  static const guint counts[] = { 1, 2, 3, 10, 11, 100 };
  TestTile tiles[100];
  guint i;
  guint n;

  for (i = 0; i < G_N_ELEMENTS (tiles); i++)
    tiles[i] = (TestTile) { 5 + i % 3, 4, i };

  for (n = 0; n < G_N_ELEMENTS (counts); n++) {
    const TestStrip strip = { tiles, counts[n], 4, "top", BLACK };

    check_strip (&strip, "auto", 2);
  }
}

GST_END_TEST;

GST_START_TEST (widths)
{
  static const guint widths[] = { 1, 2, 3, 15, 16, 17, 31, 33, 1021 };
  TestTile all[G_N_ELEMENTS (widths)];
  const TestStrip side_by_side = { all, G_N_ELEMENTS (all), 3, "top", BLACK };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (widths); i++) {
    const TestTile three[] = {
      {widths[i], 3, 1}, {widths[i], 3, 2}, {widths[i], 3, 3},
    };
    const TestStrip strip = { three, 3, 3, "top", BLACK };

    check_strip (&strip, "always", 1);
    all[i] = (TestTile) { widths[i], 3, i };
  }
  check_stores (&side_by_side);
}

GST_END_TEST;

GST_START_TEST (heights)
{
  static const gchar *aligns[] = { "top", "center", "bottom" };
  static const guint32 colours[] = { BLACK, 0, 0xffffffff, 0x80112233 };
  static const TestTile tiles[] = {
    {7, 1, 1}, {16, 31, 2}, {3, 30, 3}, {17, 16, 4}, {1, 7, 5},
  };
  guint a;
  guint c;

  for (a = 0; a < G_N_ELEMENTS (aligns); a++)
    for (c = 0; c < G_N_ELEMENTS (colours); c++) {
      const TestStrip strip = {
        tiles, G_N_ELEMENTS (tiles), 31, aligns[a], colours[c]
      };

      check_stores (&strip);
    }
}

GST_END_TEST;

GST_START_TEST (one_row)
{
  static const TestTile tiles[] = { {64, 1, 1}, {1, 1, 2}, {63, 1, 3} };
  const TestStrip strip = { tiles, 3, 1, "center", BLACK };

  check_stores (&strip);
}

GST_END_TEST;

/* 10 MiB: more than a quarter of most last-level caches, so that the automatic
 * choice streams as well. */
GST_START_TEST (large)
{
  static const TestTile tiles[] = {
    {1280, 1024, 1}, {639, 1000, 2}, {641, 1024, 3},
  };
  const TestStrip strip = { tiles, 3, 1024, "bottom", 0x40506070 };

  check_strip (&strip, "auto", 1);
}

GST_END_TEST;

/* ---- Order ---- */

/* Tiles with seeds and widths of their pads' numbers, from left to right. */
static void
check_order (TestRig * rig, const guint * numbers, guint n_numbers)
{
  TestTile *tiles = g_new (TestTile, n_numbers);
  const TestStrip strip = { tiles, n_numbers, 2, "top", BLACK };
  guint i;

  for (i = 0; i < n_numbers; i++)
    tiles[i] = (TestTile) { numbers[i] % 50 + 1, 2, numbers[i] };
  test_rig_expect (rig, &strip);
  g_free (tiles);
}

static void
send_numbers (TestRig * rig)
{
  guint i;

  for (i = 0; i < rig->inputs->len; i++) {
    GstHarness *input = test_rig_input (rig, i);
    GstPad *pad = gst_pad_get_peer (input->srcpad);
    guint number = g_ascii_strtoull (GST_OBJECT_NAME (pad) + 5, NULL, 10);

    if (rig->n_sent == 0)
      test_input_set_caps (input, "RGBA", number % 50 + 1, 2);
    test_input_send (input, number, rig->n_sent);
    gst_object_unref (pad);
  }
  rig->n_sent++;
}

GST_START_TEST (order_by_number)
{
  static const guint requested[] = { 10, 9, 100, 0, 11, 2, 1 };
  static const guint expected[] = { 0, 1, 2, 9, 10, 11, 100 };
  TestRig *rig = test_rig_new (0);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (requested); i++) {
    gchar *name = g_strdup_printf ("sink_%u", requested[i]);

    test_rig_add (rig, name);
    g_free (name);
  }
  send_numbers (rig);
  check_order (rig, expected, G_N_ELEMENTS (expected));
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (order_of_unnamed_pads)
{
  static const guint first[] = { 0, 1, 7, 8 };
  TestRig *rig = test_rig_new (0);

  test_rig_add (rig, "sink_%u");
  test_rig_add (rig, "sink_7");
  test_rig_add (rig, "sink_%u");
  test_rig_add (rig, "sink_1");
  send_numbers (rig);
  check_order (rig, first, G_N_ELEMENTS (first));
  test_rig_free (rig);
}

GST_END_TEST;

/* zorder says which tile is in front; side by side, none is. */
GST_START_TEST (zorder_changes_nothing)
{
  static const guint expected[] = { 0, 1, 2 };
  TestRig *rig = test_rig_new (3);
  guint i;

  send_numbers (rig);
  check_order (rig, expected, 3);
  for (i = 0; i < 3; i++) {
    GstPad *pad = gst_pad_get_peer (test_rig_input (rig, i)->srcpad);

    g_object_set (pad, "zorder", 10 - i, NULL);
    gst_object_unref (pad);
    send_numbers (rig);
    check_order (rig, expected, 3);
  }

  /* The order stays for the next layout. */
  test_rig_set (rig, "align", "bottom");
  send_numbers (rig);
  check_order (rig, expected, 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- One strip after another in the same memory ---- */

GST_START_TEST (strips_again)
{
  TestTile tiles[] = { {5, 9, 1}, {8, 4, 2}, {3, 5, 3} };
  TestStrip strip = { tiles, 3, 9, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  guint i;
  guint n;

  for (n = 0; n < 12; n++) {
    for (i = 0; i < G_N_ELEMENTS (tiles); i++)
      tiles[i].seed = n * 3 + i;
    if (n % 4 == 3)
      strip.background = 0xff000000 + n * 0x010203;
    if (n == 5 || n == 9)
      strip.align = n == 5 ? "center" : "bottom";
    set_properties (rig, &strip);
    test_rig_check (rig, &strip);
  }
  test_expect_stat (rig, "strips", 12);
  test_expect_stat (rig, "strips-allocated", 3);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (gaps)
{
  TestTile tiles[] = { {5, 6, 1}, {8, 6, 2}, {3, 4, 3} };
  const TestStrip strip = { tiles, 3, 6, "center", 0x20304050 };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  guint n;

  /* Bit i of n: tile i has a gap. */
  for (n = 0; n < 8; n++) {
    tiles[0].height = n & 1 ? 0 : 6;
    tiles[1].height = n & 2 ? 0 : 6;
    tiles[2].height = n & 4 ? 0 : 4;
    test_rig_check (rig, &strip);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- At random ---- */

static void
check_random_strip (GRand * rand)
{
  static const gchar *aligns[] = { "top", "center", "bottom" };
  static const gchar *stores[] = { "auto", "always", "never" };
  TestTile tiles[9];
  TestStrip strip = { tiles, 0, 0, NULL, 0 };
  guint i;

  strip.n_tiles = g_rand_int_range (rand, 1, G_N_ELEMENTS (tiles) + 1);
  strip.align = aligns[g_rand_int_range (rand, 0, 3)];
  strip.background = g_rand_int (rand);
  for (i = 0; i < strip.n_tiles; i++) {
    tiles[i].width = g_rand_int_range (rand, 1, 80);
    tiles[i].height = g_rand_int_range (rand, 1, 20);
    tiles[i].seed = g_rand_int (rand);
    strip.height = MAX (strip.height, tiles[i].height);
  }
  check_strip (&strip, stores[g_rand_int_range (rand, 0, 3)],
      g_rand_int_range (rand, 1, 4));
}

GST_START_TEST (at_random)
{
  const gchar *given = g_getenv ("NTM_TEST_SEED");
  const guint32 seed =
      given ? g_ascii_strtoull (given, NULL, 10) : g_random_int ();
  GRand *rand = g_rand_new_with_seed (seed);
  guint n;

  g_print ("seed: NTM_TEST_SEED=%u\n", seed);
  for (n = 0; n < 25; n++)
    check_random_strip (rand);
  g_rand_free (rand);
}

GST_END_TEST;

TEST_CASES (strips)
{
  tcase_add_test (tc, number_of_tiles);
  tcase_add_test (tc, widths);
  tcase_add_test (tc, heights);
  tcase_add_test (tc, one_row);
  tcase_add_test (tc, large);
  tcase_add_test (tc, order_by_number);
  tcase_add_test (tc, order_of_unnamed_pads);
  tcase_add_test (tc, zorder_changes_nothing);
  tcase_add_test (tc, strips_again);
  tcase_add_test (tc, gaps);
  tcase_add_test (tc, at_random);
}
