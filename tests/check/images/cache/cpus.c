/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many CPUs the process may use, whatever the kernel says of them. This
 * file plays the kernel. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* cpu_set_t, RTLD_NEXT */
#endif

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "../../strip/support.h"
#include "cache/cpus.h"

static int n_process_cpus;      /* 0: the kernel has more than a set */
static long n_system_cpus;      /* -1: unknown */

int
sched_getaffinity (pid_t process, size_t bytes, cpu_set_t * set)
{
  assert_equals_int (process, getpid ());
  if (n_process_cpus == 0) {
    errno = EINVAL;
    return -1;
  }
  CPU_ZERO_S (bytes, set);
  for (int i = 0; i < n_process_cpus; i++)
    CPU_SET_S (2 * i, bytes, set);

  return 0;
}

long
sysconf (int name)
{
  long (*real) (int) = (long (*)(int)) dlsym (RTLD_NEXT, "sysconf");

  return name == _SC_NPROCESSORS_ONLN ? n_system_cpus : real (name);
}

static const struct
{
  int n_process_cpus;
  long n_system_cpus;
  unsigned n;
} machines[] = {
  {1, 64, 1}, {3, 64, 3}, {500, 1000, 500}, {5, -1, 5}, {0, 2000, 2000},
  {0, -1, 1},
};

GST_START_TEST (machine)
{
  n_process_cpus = machines[__i__].n_process_cpus;
  n_system_cpus = machines[__i__].n_system_cpus;
  assert_equals_int (ntm_images_count_cpus (), machines[__i__].n);
}

GST_END_TEST;

static Suite *
cpus_suite (void)
{
  Suite *suite = suite_create ("images-cache-cpus");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, machine, 0, N_ELEMENTS (machines));

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, cpus_suite (), __FILE__);
}
