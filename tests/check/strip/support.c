/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "support.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t state;

void
random_begin (void)
{
  const char *seed = getenv ("NTM_TEST_SEED");

  state = seed ? strtoull (seed, NULL, 0) : 1;
  if (seed)
    printf ("NTM_TEST_SEED=%s\n", seed);
}

/* SplitMix64: a counter whose bits are mixed. */
static uint64_t
next (void)
{
  uint64_t z = state += UINT64_C (0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C (0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C (0x94d049bb133111eb);

  return z ^ z >> 31;
}

uint32_t
random_below (uint32_t n)
{
  return next () % n;
}

void
random_fill (void *data, size_t bytes)
{
  uint8_t *byte = data;

  while (bytes-- > 0)
    *byte++ = next ();
}

unsigned
random_cases (unsigned n)
{
  const char *few = getenv ("NTM_TEST_FEW_CASES");
  const unsigned n_few = few ? strtoul (few, NULL, 10) : n;

  return n_few < n ? n_few : n;
}

int
run_suite (int argc, char **argv, Suite * suite, const char *file)
{
  gst_check_init (&argc, &argv);

  return gst_check_run_suite (suite, "strip", file);
}
