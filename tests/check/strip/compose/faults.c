/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips are right even on a system without memory, or threads. A composer that
 * has made one strip asks for no more memory. */

#include <stdio.h>
#include <string.h>

#include "../faults.h"
#include "../support.h"
#include "ntstrip.h"

/* More pieces of work than a new plan has room for, again and again. */
#define N_TILES 1500
#define SIDE 4

static const uint8_t background[4] = { 0x11, 0x22, 0x33, 0x44 };

/* Each tile shows its number. Each second one is lower, and has a margin. */
static uint32_t pixels[N_TILES][SIDE * SIDE];
static NtmSource sources[N_TILES];

static NtmStrip *
new_strip (void)
{
  const NtmLayoutRules rules = {.pixel_bytes = 4,.columns = 40 };
  NtmTile tiles[N_TILES];
  NtmLayout *layout;
  NtmStrip *strip;

  for (size_t i = 0; i < N_TILES; i++) {
    tiles[i] = (NtmTile) { SIDE, SIDE - i % 2 };
    for (size_t k = 0; k < SIDE * SIDE; k++)
      pixels[i][k] = i;
    sources[i] = (NtmSource) { pixels[i], SIDE * 4 };
  }
  fail_unless_equals_int (ntm_layout_new (&layout, tiles, N_TILES, &rules),
      NTM_OK);
  fail_unless_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  ntm_layout_unref (layout);

  return strip;
}

static const uint8_t *
get_pixel (const NtmStrip * strip, uint32_t x, uint32_t y)
{
  return (uint8_t *) ntm_strip_get_data (strip)
      + y * ntm_strip_get_stride (strip) + x * 4;
}

static void
check_strip (const NtmStrip * strip)
{
  const NtmLayout *layout = ntm_strip_get_layout (strip);

  for (size_t i = 0; i < layout->n_cells; i++) {
    const NtmRect *cell = &layout->cells[i].cell;
    const uint32_t number = i;

    for (uint32_t y = 0; y < cell->height; y++)
      for (uint32_t x = 0; x < cell->width; x++)
        if (memcmp (get_pixel (strip, cell->x + x, cell->y + y),
                i < N_TILES && y < SIDE - i % 2 ? (const void *) &number
                : background, 4) != 0)
          fail ("cell %zu, pixel %u,%u", i, x, y);
  }
}

static void
compose_and_check (NtmComposer * composer, NtmStrip * strip)
{
  NtmReport report;

  memset (ntm_strip_get_data (strip), 0xee,
      ntm_strip_get_layout (strip)->bytes);
  ntm_strip_invalidate (strip);
  ntm_composer_compose (composer, strip, sources, background, &report);
  assert_equals_uint64 (report.tiles_copied, N_TILES);
  check_strip (strip);
}

/* ---- Memory ---- */

GST_START_TEST (no_composer)
{
  NtmComposer *composer;
  unsigned nth = 0;
  bool failed;

  do {
    faults_begin (++nth, __i__);
    composer = ntm_composer_new ();
    failed = faults_end ();
    fail_unless (failed == (composer == NULL));
    if (failed)
      assert_equals_uint64 (faults_count_blocks (), 0);
  } while (failed);
  fail_unless (nth > 3);
  ntm_composer_free (composer);
  ntm_composer_free (NULL);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

/* Each request in turn, alone and with all after it. */
GST_START_TEST (no_larger_plan)
{
  NtmStrip *strip = new_strip ();
  unsigned nth = 0;
  bool failed;

  do {
    NtmComposer *composer = ntm_composer_new ();

    faults_begin (++nth, __i__);
    compose_and_check (composer, strip);
    failed = faults_end ();

    /* There is memory again. */
    compose_and_check (composer, strip);
    ntm_composer_free (composer);
  } while (failed);
  fail_unless (nth > 4);
  ntm_strip_free (strip);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

GST_START_TEST (nothing_in_the_steady_state)
{
  NtmComposer *composer = ntm_composer_new ();
  NtmStrip *strip = new_strip ();

  compose_and_check (composer, strip);
  faults_begin (0, false);
  for (unsigned i = 0; i < 5; i++)
    compose_and_check (composer, strip);
  assert_equals_uint64 (faults_count_requests (), 0);
  ntm_composer_free (composer);
  ntm_strip_free (strip);
}

GST_END_TEST;

/* ---- Threads ---- */

/* A strip that is large enough for several threads. */
static void
compose_large (void)
{
  const NtmTile tile = { 1024, 2048 };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmComposer *composer = ntm_composer_new ();
  NtmSource source = { 0 };
  NtmLayout *layout;
  NtmStrip *strip;
  uint8_t *data;

  fail_unless_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_OK);
  fail_unless_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  ntm_strip_touch (strip);
  ntm_composer_set_max_threads (composer, 8);
  ntm_composer_compose (composer, strip, &source, background, NULL);
  data = ntm_strip_get_data (strip);
  for (size_t i = 0; i < layout->bytes; i += 4)
    if (memcmp (data + i, background, 4) != 0)
      fail ("byte %zu of the strip", i);
  ntm_composer_free (composer);
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
}

GST_START_TEST (no_threads)
{
  for (int n = 0; n < 4; n++) {
    faults_set_threads (n);
    compose_large ();
    assert_equals_uint64 (faults_count_blocks (), 0);
  }
}

GST_END_TEST;

static Suite *
faults_suite (void)
{
  Suite *suite = suite_create ("strip-compose-faults");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, no_composer, 0, 2);
  tcase_add_loop_test (tc, no_larger_plan, 0, 2);
  tcase_add_test (tc, nothing_in_the_steady_state);
  tcase_add_test (tc, no_threads);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, faults_suite (), __FILE__);
}
