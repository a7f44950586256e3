/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "usage.h"

#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

Usage
usage_now (void)
{
  struct timespec cpu = { 0, };
  struct rusage usage = { 0, };
  Usage now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &cpu);
  getrusage (RUSAGE_SELF, &usage);
  now.cpu_ns = cpu.tv_sec * G_GUINT64_CONSTANT (1000000000) + cpu.tv_nsec;
  now.faults = usage.ru_minflt + usage.ru_majflt;
  return now;
}

gsize
usage_peak_bytes (void)
{
  struct rusage usage = { 0, };

  getrusage (RUSAGE_SELF, &usage);
  return (gsize) usage.ru_maxrss * 1024;
}

/* The second number in /proc/self/statm, where there is one. */
gsize
usage_resident_bytes (void)
{
  gchar *text = NULL;
  gulong n_pages = 0;

  if (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL)
      && sscanf (text, "%*u %lu", &n_pages) != 1)
    n_pages = 0;
  g_free (text);

  return n_pages * sysconf (_SC_PAGESIZE);
}
