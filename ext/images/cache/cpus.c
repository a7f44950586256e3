/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* sched_getaffinity() */
#endif

#include "cache/cpus.h"

#include <sched.h>
#include <unistd.h>

unsigned
ntm_images_count_cpus (void)
{
  long n_cpus = sysconf (_SC_NPROCESSORS_ONLN);
#ifdef __linux__
  cpu_set_t set;

  /* With more CPUs than a set has, the system's number is good enough. */
  if (sched_getaffinity (getpid (), sizeof set, &set) == 0)
    n_cpus = CPU_COUNT (&set);
#endif

  return n_cpus > 0 ? n_cpus : 1;
}
