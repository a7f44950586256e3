/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A system without memory: each request fails in turn, and every function says
 * so, changes nothing, and keeps nothing. */

#include "../faults.h"
#include "../support.h"
#include "ntstrip.h"

static const NtmTile tiles[] = { {40, 30}, {24, 18} };
static const NtmLayoutRules rules = {.pixel_bytes = 4 };
static const uint8_t black[4] = { 0, 0, 0, 255 };

static uint8_t memory[64 * 30 * 4];

static NtmLayout *
new_layout (void)
{
  NtmLayout *layout;

  assert_equals_int (ntm_layout_new (&layout, tiles, 2, &rules), NTM_OK);

  return layout;
}

/* Makes one thing, for the caller to free, or fails. */
typedef NtmStatus Try (NtmLayout * layout, void **made);

static NtmStatus
try_layout (NtmLayout * unused, void **made)
{
  return ntm_layout_new ((NtmLayout **) made, tiles, 2, &rules);
}

static NtmStatus
try_new (NtmLayout * layout, void **made)
{
  return ntm_strip_new ((NtmStrip **) made, layout, NULL);
}

static NtmStatus
try_wrap (NtmLayout * layout, void **made)
{
  return ntm_strip_wrap ((NtmStrip **) made, layout, memory, layout->stride);
}

/* Returns which attempt succeeded, 1 being the first. */
static unsigned
fail_in_turn (Try * try, void **made, bool all_after)
{
  NtmLayout *layout = new_layout ();
  const size_t blocks = faults_count_blocks ();
  unsigned nth = 0;
  NtmStatus status;
  bool failed;

  do {
    *made = layout;
    faults_begin (++nth, all_after);
    status = try (layout, made);
    failed = faults_end ();
    if (failed) {
      assert_equals_int (status, NTM_NO_MEMORY);
      fail_unless (*made == NULL);
      assert_equals_uint64 (faults_count_blocks (), blocks);
    }
  } while (failed);
  assert_equals_int (status, NTM_OK);
  ntm_layout_unref (layout);

  return nth;
}

GST_START_TEST (making)
{
  const bool all_after = __i__;
  void *made;

  assert_equals_int (fail_in_turn (try_layout, &made, all_after), 2);
  ntm_layout_unref (made);
  fail_unless (fail_in_turn (try_new, &made, all_after) > 3);
  ntm_strip_free (made);
  fail_unless (fail_in_turn (try_wrap, &made, all_after) > 2);
  ntm_strip_free (made);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

/* A strip that gets no other layout is what it was, with all that it holds. */
GST_START_TEST (other_layout)
{
  const NtmSource sources[2] = { 0 };
  NtmLayout *layout = new_layout ();
  NtmLayout *other = new_layout ();
  NtmStrip *strip;
  unsigned nth = 0;
  bool failed;

  assert_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  do {
    NtmComposer *composer = ntm_composer_new ();

    ntm_composer_compose (composer, strip, sources, black, NULL);
    faults_begin (++nth, __i__);
    assert_equals_int (ntm_strip_set_layout (strip, other),
        nth == 1 ? NTM_NO_MEMORY : NTM_OK);
    failed = faults_end ();
    assert_equals_int (failed, nth == 1);
    if (failed) {
      fail_unless (ntm_strip_get_layout (strip) == layout);
      assert_equals_int (ntm_strip_ask (strip, 0, NULL, black), 0);
      assert_equals_int (ntm_strip_ask (strip, 1, NULL, black), 0);
    }
    ntm_composer_free (composer);
  } while (failed);
  fail_unless (ntm_strip_get_layout (strip) == other);
  ntm_strip_free (strip);
  ntm_layout_unref (other);
  ntm_layout_unref (layout);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

/* Touching needs no memory; without threads it takes longer. Other data and the
 * same layout need none either. */
GST_START_TEST (needs_none)
{
  const NtmTile large = { 1024, 2048 };
  NtmLayout *layout;
  NtmStrip *strip;

  assert_equals_int (ntm_layout_new (&layout, &large, 1, &rules), NTM_OK);
  assert_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  faults_begin (1, true);
  ntm_strip_touch (strip);
  faults_end ();
  ntm_strip_free (strip);
  ntm_layout_unref (layout);

  layout = new_layout ();
  assert_equals_int (ntm_strip_wrap (&strip, layout, memory, layout->stride),
      NTM_OK);
  faults_begin (1, true);
  assert_equals_int (ntm_strip_set_data (strip, memory, layout->stride),
      NTM_OK);
  assert_equals_int (ntm_strip_set_layout (strip, layout), NTM_OK);
  fail_if (faults_end ());
  ntm_strip_free (strip);
  ntm_layout_unref (layout);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

static Suite *
faults_suite (void)
{
  Suite *suite = suite_create ("strip-memory-faults");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, making, 0, 2);
  tcase_add_loop_test (tc, other_layout, 0, 2);
  tcase_add_test (tc, needs_none);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, faults_suite (), __FILE__);
}
