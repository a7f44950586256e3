/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The CPUs of the process. On Linux, affinity, policy and niceness belong to each
 * thread; a process' own are those of its main thread, whose id is the process'. That
 * is also what taskset -p and /proc speak of, and where an application sets what is
 * to hold for all. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* sched_getaffinity() */
#endif

#include "gstntcpus-private.h"

#ifdef __linux__
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- Affinity ---- */

/* More CPUs than any kernel is built for. */
#define MOST_CPUS (1 << 16)

/* The CPUs of the main thread, to be freed; NULL: not known. A set must be as large
 * as the kernel's. */
static cpu_set_t *
get_process_cpus (gsize * set_bytes)
{
  guint n_cpus;

  for (n_cpus = CPU_SETSIZE; n_cpus <= MOST_CPUS; n_cpus *= 2) {
    cpu_set_t *set = CPU_ALLOC (n_cpus);
    gboolean too_small;

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

static guint
count_process_cpus (void)
{
  gsize set_bytes;
  cpu_set_t *set = get_process_cpus (&set_bytes);
  guint count;

  if (set == NULL)
    return g_get_num_processors ();

  count = CPU_COUNT_S (set_bytes, set);
  CPU_FREE (set);

  return count;
}

/* ---- Time that cgroups get ---- */

#define CGROUPS "/sys/fs/cgroup"

/* So many CPUs' time does the cgroup @path get, rounded up; G_MAXUINT: all. */
static guint
read_quota (const gchar * path)
{
  gchar *name = g_build_filename (CGROUPS, path, "cpu.max", NULL);
  guint quota = G_MAXUINT;
  gchar *text = NULL;

  if (g_file_get_contents (name, &text, NULL, NULL)) {
    gchar *end;
    const guint64 time = g_ascii_strtoull (text, &end, 10);
    const guint64 period = g_ascii_strtoull (end, NULL, 10);

    if (end != text && time > 0 && period > 0)
      quota = MIN ((time - 1) / period + 1, G_MAXUINT);
  }
  g_free (text);
  g_free (name);

  return quota;
}

/* The path of this process' cgroup, to be freed; NULL: there are none, or only those
 * of version 1. */
static gchar *
find_cgroup (void)
{
  gchar *path = NULL;
  gchar *text;
  gchar **lines;
  guint i;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (i = 0; lines[i] && path == NULL; i++)
    if (g_str_has_prefix (lines[i], "0::/"))
      path = g_strdup (lines[i] + strlen ("0::"));
  g_strfreev (lines);
  g_free (text);

  return path;
}

/* Each cgroup shares what the one above it gets. */
static guint
find_quota (void)
{
  gchar *path = find_cgroup ();
  guint quota = G_MAXUINT;

  if (path == NULL)
    return quota;

  for (;;) {
    gchar *slash = strrchr (path, '/');

    quota = MIN (quota, read_quota (path));
    if (slash == NULL || path[1] == '\0')
      break;
    slash[slash == path] = '\0';
  }
  g_free (path);

  return quota;
}

/* ---- Both ---- */

guint
gst_nt_cpus_count (void)
{
  return MAX (MIN (count_process_cpus (), find_quota ()), 1);
}

/* What the system refuses stays as it is: a thread that may not be moved works where
 * it is. */
void
gst_nt_cpus_join_process (void)
{
  const pid_t process = getpid ();
  struct sched_param param;
  gsize set_bytes;
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

guint
gst_nt_cpus_count (void)
{
  return g_get_num_processors ();
}

void
gst_nt_cpus_join_process (void)
{
}

#endif
