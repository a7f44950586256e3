/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The one question: does a cell already hold what it should? */

#include <pthread.h>
#include <string.h>

#include "../support.h"
#include "ledger/ledger.h"

#define N_LINES 3
#define ALL (NTM_MISSES_FRAME | NTM_MISSES_MARGIN)

static const uint8_t black[4] = { 0, 0, 0, 255 };
static const uint8_t white[4] = { 255, 255, 255, 255 };
static const uint8_t clear[4] = { 0 };

static const NtmWanted background = { NTM_CONTENT_UNKNOWN, true, false };
static const NtmWanted unknown = { NTM_CONTENT_UNKNOWN, false, false };
static const NtmWanted unknown_here = { NTM_CONTENT_UNKNOWN, false, true };
static const NtmWanted seven = { 7, false, false };
static const NtmWanted seven_here = { 7, false, true };
static const NtmWanted eight = { 8, false, false };

static NtmLedger ledger;

static void
setup (void)
{
  fail_unless (ntm_ledger_init (&ledger, N_LINES, sizeof black));
}

static void
teardown (void)
{
  ntm_ledger_clear (&ledger);
}

static void
expect (const NtmWanted * wanted, const uint8_t * pixel, unsigned answer)
{
  assert_equals_int (ntm_ledger_ask (&ledger, 1, wanted, pixel), answer);
}

/* A new strip may hold anything, and black that is all zeros, too. */
GST_START_TEST (nothing_is_known_at_first)
{
  expect (&background, clear, ALL);
  expect (&background, black, ALL);
  expect (&seven, black, ALL);
  expect (&unknown, black, ALL);
  expect (&seven_here, black, NTM_FRAME_CAME | NTM_MISSES_MARGIN);
  ntm_ledger_begin (&ledger, clear);
  expect (&background, clear, ALL);
}

GST_END_TEST;

GST_START_TEST (content)
{
  ntm_ledger_begin (&ledger, black);
  ntm_ledger_hold (&ledger, 1, &seven);
  expect (&seven, black, 0);
  expect (&seven_here, black, 0);
  expect (&eight, black, NTM_MISSES_FRAME);
  expect (&unknown, black, NTM_MISSES_FRAME);
  expect (&unknown_here, black, NTM_FRAME_CAME);
  expect (&background, black, NTM_MISSES_FRAME);

  /* The neighbours know nothing of it. */
  assert_equals_int (ntm_ledger_ask (&ledger, 0, &seven, black), ALL);
  assert_equals_int (ntm_ledger_ask (&ledger, 2, &seven, black), ALL);
}

GST_END_TEST;

/* Two frames of which nothing is known are not the same. */
GST_START_TEST (unknown_is_never_held)
{
  ntm_ledger_begin (&ledger, black);
  ntm_ledger_hold (&ledger, 1, &unknown);
  expect (&unknown, black, NTM_MISSES_FRAME);
  expect (&seven, black, NTM_MISSES_FRAME);
  expect (&background, black, NTM_MISSES_FRAME);
  ntm_ledger_hold (&ledger, 1, &unknown_here);
  expect (&unknown_here, black, NTM_FRAME_CAME);
}

GST_END_TEST;

GST_START_TEST (background_is_held)
{
  ntm_ledger_begin (&ledger, black);
  ntm_ledger_hold (&ledger, 1, &background);
  expect (&background, black, 0);
  expect (&seven, black, NTM_MISSES_FRAME);
  expect (&unknown, black, NTM_MISSES_FRAME);
  ntm_ledger_hold (&ledger, 1, &seven);
  expect (&background, black, NTM_MISSES_FRAME);
}

GST_END_TEST;

/* Frames outlive another colour of the background; background doesn't. */
GST_START_TEST (another_colour)
{
  ntm_ledger_begin (&ledger, black);
  ntm_ledger_hold (&ledger, 1, &seven);
  ntm_ledger_hold (&ledger, 2, &background);

  expect (&seven, white, NTM_MISSES_MARGIN);
  expect (&seven, black, 0);
  ntm_ledger_begin (&ledger, white);
  expect (&seven, white, NTM_MISSES_MARGIN);
  assert_equals_int (ntm_ledger_ask (&ledger, 2, &background, white), ALL);

  /* Back to black: the pixels that were black before have not come back. */
  ntm_ledger_begin (&ledger, black);
  expect (&seven, black, NTM_MISSES_MARGIN);
  assert_equals_int (ntm_ledger_ask (&ledger, 2, &background, black), ALL);

  ntm_ledger_hold (&ledger, 1, &seven);
  expect (&seven, black, 0);
}

GST_END_TEST;

/* Only the bytes of a pixel are compared. */
GST_START_TEST (colours_of_any_size)
{
  for (size_t pixel_bytes = 1; pixel_bytes <= NTM_MAX_PIXEL_BYTES;
      pixel_bytes++) {
    uint8_t colour[NTM_MAX_PIXEL_BYTES + 1] = { 0 };

    ntm_ledger_clear (&ledger);
    fail_unless (ntm_ledger_init (&ledger, N_LINES, pixel_bytes));
    ntm_ledger_begin (&ledger, colour);
    ntm_ledger_hold (&ledger, 1, &background);
    colour[pixel_bytes]++;
    expect (&background, colour, 0);
    colour[pixel_bytes - 1]++;
    expect (&background, colour, ALL);
  }
}

GST_END_TEST;

GST_START_TEST (forgotten_frame)
{
  ntm_ledger_begin (&ledger, black);
  ntm_ledger_hold (&ledger, 1, &seven);
  ntm_ledger_forget_frame (&ledger, 1);
  expect (&seven, black, NTM_MISSES_FRAME);
  expect (&seven_here, black, NTM_FRAME_CAME);
  ntm_ledger_hold (&ledger, 1, &background);
  ntm_ledger_forget_frame (&ledger, 1);
  expect (&background, black, NTM_MISSES_FRAME);
}

GST_END_TEST;

static void *
void_it (void *data)
{
  atomic_store_explicit (&ledger.is_void, true, memory_order_release);

  return data;
}

/* Another thread says that something else wrote: from then on nothing is held,
 * asked before the next strip or in it. */
GST_START_TEST (void_from_another_thread)
{
  pthread_t thread;

  ntm_ledger_begin (&ledger, black);
  ntm_ledger_hold (&ledger, 1, &seven);
  ntm_ledger_hold (&ledger, 2, &background);
  fail_unless (pthread_create (&thread, NULL, void_it, NULL) == 0);
  while (!atomic_load_explicit (&ledger.is_void, memory_order_acquire));
  expect (&seven, black, ALL);
  expect (&seven_here, black, NTM_FRAME_CAME | NTM_MISSES_MARGIN);
  assert_equals_int (ntm_ledger_ask (&ledger, 2, &background, black), ALL);
  pthread_join (thread, NULL);

  /* What a strip is given while it is void is not held after. */
  ntm_ledger_hold (&ledger, 1, &seven);
  expect (&seven, black, ALL);
  ntm_ledger_begin (&ledger, black);
  expect (&seven, black, ALL);
  ntm_ledger_hold (&ledger, 1, &seven);
  expect (&seven, black, 0);
}

GST_END_TEST;

static Suite *
ledger_suite (void)
{
  Suite *suite = suite_create ("strip-ledger-ledger");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, nothing_is_known_at_first);
  tcase_add_test (tc, content);
  tcase_add_test (tc, unknown_is_never_held);
  tcase_add_test (tc, background_is_held);
  tcase_add_test (tc, another_colour);
  tcase_add_test (tc, colours_of_any_size);
  tcase_add_test (tc, forgotten_frame);
  tcase_add_test (tc, void_from_another_thread);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, ledger_suite (), __FILE__);
}
