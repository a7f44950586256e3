/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The CPUs of the process. On Linux, each thread has an affinity, a policy and
 * a niceness. The process' own are those of its main thread, which has the id
 * of the process: taskset -p and /proc show them, and an application sets them
 * for all of its threads there. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* sched_getaffinity() */
#endif

#include "workers/cpus.h"

#include <limits.h>
#include <unistd.h>

static unsigned
count_all_cpus (void)
{
  const long n_cpus = sysconf (_SC_NPROCESSORS_ONLN);

  return n_cpus > 0 ? n_cpus : 1;
}

#ifdef __linux__
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* ---- Affinity ---- */

/* More CPUs than any kernel is built for. */
#define MOST_CPUS (1 << 16)

/* Returns the CPUs of the main thread, for CPU_FREE(); NULL: unknown. The set
 * must be as large as the kernel's, and only the kernel knows how large. */
static cpu_set_t *
get_process_cpus (size_t *set_bytes)
{
  for (int n_cpus = CPU_SETSIZE; n_cpus <= MOST_CPUS; n_cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC (n_cpus);
    bool too_small;

    if (set == NULL)
      return NULL;
    *set_bytes = CPU_ALLOC_SIZE (n_cpus);
    if (sched_getaffinity (getpid (), *set_bytes, set) == 0)
      return set;

    too_small = errno == EINVAL;
    CPU_FREE (set);
    if (!too_small)
      return NULL;
  }

  return NULL;
}

static unsigned
count_process_cpus (void)
{
  size_t set_bytes;
  cpu_set_t *set = get_process_cpus (&set_bytes);
  unsigned count;

  if (set == NULL)
    return count_all_cpus ();

  count = CPU_COUNT_S (set_bytes, set);
  CPU_FREE (set);

  return count;
}

/* ---- Quotas of cgroups ---- */

#define CGROUPS "/sys/fs/cgroup"
#define CGROUP_FILE "/proc/self/cgroup"

/* Of version 2. */
#define CGROUP_PREFIX "0::/"

/* Returns the CPU time that the cgroup @path gets, in CPUs, rounded up;
 * UINT_MAX: no limit. */
static unsigned
read_quota (const char *path)
{
  char name[PATH_MAX];
  unsigned long long time;
  unsigned long long period;
  unsigned long long n_cpus;
  bool limited;
  FILE *file;

  if (snprintf (name, sizeof name, CGROUPS "%s/cpu.max", path)
      >= (int) sizeof name)
    return UINT_MAX;
  file = fopen (name, "re");
  if (file == NULL)
    return UINT_MAX;
  limited = fscanf (file, "%llu %llu", &time, &period) == 2
      && time > 0 && period > 0;
  fclose (file);
  if (!limited)
    return UINT_MAX;

  n_cpus = (time - 1) / period + 1;

  return n_cpus < UINT_MAX ? n_cpus : UINT_MAX;
}

/* Writes the path of this process' cgroup to @path. False: there is none, or
 * only those of version 1. */
static bool
find_cgroup (char path[PATH_MAX])
{
  FILE *file = fopen (CGROUP_FILE, "re");
  bool found = false;

  if (file == NULL)
    return false;
  while (!found && fgets (path, PATH_MAX, file))
    found = strncmp (path, CGROUP_PREFIX, strlen (CGROUP_PREFIX)) == 0;
  fclose (file);
  if (!found)
    return false;

  path[strcspn (path, "\n")] = '\0';
  memmove (path, path + strlen ("0::"), strlen (path + strlen ("0::")) + 1);

  return true;
}

/* A cgroup gets no more than any cgroup above it: the least quota counts. */
static unsigned
find_quota (void)
{
  unsigned quota = UINT_MAX;
  char path[PATH_MAX];

  if (!find_cgroup (path))
    return quota;

  for (;;) {
    const unsigned own = read_quota (path);
    char *slash = strrchr (path, '/');  /* each path begins with one */

    if (own < quota)
      quota = own;
    if (path[1] == '\0')
      return quota;
    slash[slash == path] = '\0';
  }
}

/* ---- Both ---- */

unsigned
ntm_cpus_count (void)
{
  const unsigned n_cpus = count_process_cpus ();
  const unsigned quota = find_quota ();
  const unsigned count = quota < n_cpus ? quota : n_cpus;

  return count > 0 ? count : 1;
}

/* Errors are ignored: a thread that the system does not move works where it
 * is. */
void
ntm_cpus_join_process (void)
{
  const pid_t process = getpid ();
  struct sched_param param;
  size_t set_bytes;
  cpu_set_t *set = get_process_cpus (&set_bytes);
  int value;

  if (set) {
    (void) sched_setaffinity (0, set_bytes, set);
    CPU_FREE (set);
  }

  value = sched_getscheduler (process);
  if (value >= 0 && sched_getparam (process, &param) == 0)
    (void) sched_setscheduler (0, value, &param);

  errno = 0;
  value = getpriority (PRIO_PROCESS, process);
  if (errno == 0)
    (void) setpriority (PRIO_PROCESS, 0, value);
}

#else

unsigned
ntm_cpus_count (void)
{
  return count_all_cpus ();
}

void
ntm_cpus_join_process (void)
{
}

#endif
