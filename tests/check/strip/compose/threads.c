/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many threads may write a strip, on machines with any number of CPUs. The
 * linker gives the composer's questions and orders to this file; the calling
 * thread does the work alone. */

#include <string.h>

#include "../support.h"
#include "ntstrip.h"
#include "workers/cpus.h"
#include "workers/workers.h"

static unsigned n_cpus;
static unsigned asked_threads;

unsigned __wrap_ntm_cpus_count (void);
void __wrap_ntm_workers_run (NtmWorkFunc work, NtmWorkDoneFunc done, void *data,
    size_t n_items, unsigned max_threads);
void __real_ntm_workers_run (NtmWorkFunc work, NtmWorkDoneFunc done, void *data,
    size_t n_items, unsigned max_threads);

unsigned
__wrap_ntm_cpus_count (void)
{
  return n_cpus;
}

void
__wrap_ntm_workers_run (NtmWorkFunc work, NtmWorkDoneFunc done, void *data,
    size_t n_items, unsigned max_threads)
{
  asked_threads = max_threads;
  __real_ntm_workers_run (work, done, data, n_items, 1);
}

/* Of @mib MiB. */
static NtmStrip *
new_strip (unsigned mib)
{
  const NtmTile tile = { 1024, 256 * mib };
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmLayout *layout;
  NtmStrip *strip;

  assert_equals_int (ntm_layout_new (&layout, &tile, 1, &rules), NTM_OK);
  assert_equals_uint64 (layout->bytes, (size_t) mib << 20);
  assert_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  ntm_layout_unref (layout);

  return strip;
}

static void
check_bytes (const NtmStrip * strip, uint8_t byte)
{
  const uint8_t *data = ntm_strip_get_data (strip);
  const size_t bytes = ntm_strip_get_layout (strip)->bytes;

  fail_unless (data[0] == byte && memcmp (data, data + 1, bytes - 1) == 0);
}

static const struct
{
  unsigned mib;                 /* to write */
  unsigned n_cpus;
  unsigned max_threads;         /* 0: not set */
  unsigned n_threads;
} strips[] = {
  /* One for each CPU, and eight at most. */
  {12, 1, 0, 1}, {12, 2, 0, 2}, {12, 7, 0, 7}, {12, 8, 0, 8}, {12, 9, 0, 8},
  {12, 1000, 0, 8},
  /* One for each MiB. */
  {3, 1000, 0, 3}, {1, 1000, 0, 1},
  /* As the caller says. */
  {12, 1, 5, 5}, {12, 1000, 5, 5}, {12, 1000, 11, 11}, {12, 1000, 20, 12},
};

GST_START_TEST (threads)
{
  NtmStrip *strip = new_strip (strips[__i__].mib);
  const NtmSource nothing = { 0 };
  NtmComposer *composer;

  n_cpus = strips[__i__].n_cpus;
  composer = ntm_composer_new ();
  if (strips[__i__].max_threads > 0)
    ntm_composer_set_max_threads (composer, strips[__i__].max_threads);
  for (unsigned i = 0; i < 2; i++) {
    const uint8_t background[4] = { i, i, i, i };

    ntm_composer_compose (composer, strip, &nothing, background, NULL);
    assert_equals_int (asked_threads, strips[__i__].n_threads);
    check_bytes (strip, i);
    ntm_composer_set_max_threads (composer, strips[__i__].max_threads);
  }
  ntm_composer_free (composer);
  ntm_strip_free (strip);
}

GST_END_TEST;

static Suite *
threads_suite (void)
{
  Suite *suite = suite_create ("strip-compose-threads");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, threads, 0, N_ELEMENTS (strips));

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, threads_suite (), __FILE__);
}
