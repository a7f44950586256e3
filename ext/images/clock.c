/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* clock_gettime() */
#endif

#include "clock.h"

#include <time.h>

uint64_t
ntm_clock_get_nanoseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return (uint64_t) now.tv_sec * 1000000000 + now.tv_nsec;
}
