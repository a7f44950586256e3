/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The workers belong to the process, whichever thread needs them first: a thread that
 * is pinned to a CPU, or has real-time priority, passes on neither. The kernel is
 * played here, so that the machine's own CPUs don't matter: what the workers are told
 * of CPUs and policies comes from below. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* cpu_set_t, RTLD_NEXT */
#endif

#include <gst/check/gstcheck.h>

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "gstntworkers-private.h"

/* ---- The kernel ---- */

/* Larger than a cpu_set_t, as the kernel's may be. */
static gsize kernel_set_bytes = sizeof (cpu_set_t);

/* CPUs, as bits: of the main thread, and of a thread that was pinned and of those
 * that it starts. */
static guint64 process_cpus;
static guint64 pinned_cpus;
static gint process_policy;
static gint pinned_policy;

/* What a thread was told since it was started. 0 and -1: nothing. */
static __thread guint64 own_cpus;
static __thread gint own_policy = -1;

static const gchar *cgroup;
static const gchar *quota_path;
static const gchar *quota;

int
sched_getaffinity (pid_t thread, size_t bytes, cpu_set_t * set)
{
  guint64 cpus = thread == getpid () ? process_cpus
      : own_cpus ? own_cpus : pinned_cpus;
  guint i;

  if (bytes < kernel_set_bytes) {
    errno = EINVAL;
    return -1;
  }
  CPU_ZERO_S (bytes, set);
  for (i = 0; i < 64; i++)
    if (cpus & (G_GUINT64_CONSTANT (1) << i))
      CPU_SET_S (i, bytes, set);

  return 0;
}

int
sched_setaffinity (pid_t thread, size_t bytes, const cpu_set_t * set)
{
  guint i;

  fail_unless_equals_int (thread, 0);
  own_cpus = 0;
  for (i = 0; i < 64; i++)
    if (CPU_ISSET_S (i, bytes, set))
      own_cpus |= G_GUINT64_CONSTANT (1) << i;

  return 0;
}

int
sched_getscheduler (pid_t thread)
{
  if (thread == getpid ())
    return process_policy;

  return own_policy >= 0 ? own_policy : pinned_policy;
}

int
sched_getparam (pid_t thread, struct sched_param *param)
{
  memset (param, 0, sizeof (*param));
  param->sched_priority = sched_getscheduler (thread) == SCHED_FIFO ? 5 : 0;

  return 0;
}

int
sched_setscheduler (pid_t thread, int policy, const struct sched_param *param)
{
  fail_unless_equals_int (thread, 0);
  fail_unless_equals_int (param->sched_priority, policy == SCHED_FIFO ? 5 : 0);
  own_policy = policy;

  return 0;
}

/* The files of cgroups. */
gboolean
g_file_get_contents (const gchar * name, gchar ** text, gsize * length,
    GError ** error)
{
  gboolean (*real) (const gchar *, gchar **, gsize *, GError **) =
      (gboolean (*)(const gchar *, gchar **, gsize *, GError **))
      dlsym (RTLD_NEXT, "g_file_get_contents");

  if (strcmp (name, "/proc/self/cgroup") == 0 && cgroup) {
    *text = g_strdup (cgroup);
    return TRUE;
  }
  if (quota_path && strcmp (name, quota_path) == 0) {
    *text = g_strdup (quota);
    return TRUE;
  }
  if (g_str_has_prefix (name, "/sys/fs/cgroup/")
      || strcmp (name, "/proc/self/cgroup") == 0)
    return FALSE;

  return real (name, text, length, error);
}

static void
play_kernel (guint64 process, guint64 pinned)
{
  kernel_set_bytes = sizeof (cpu_set_t);
  process_cpus = process;
  pinned_cpus = pinned;
  process_policy = SCHED_OTHER;
  pinned_policy = SCHED_FIFO;
  cgroup = NULL;
  quota_path = NULL;
  own_cpus = 0;
  own_policy = -1;
}

/* ---- Work ---- */

/* Each thread takes one item, and stays until all have one. */
typedef struct
{
  GMutex lock;
  GCond arrived;
  GThread *caller;
  guint n_threads;              /* that are expected */
  guint n_arrived;
  guint n_as_process;           /* workers as the main thread is */
  gboolean late;
} Meeting;

static void
meet (gpointer data, guint item)
{
  Meeting *meeting = data;
  const gint64 end = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  g_mutex_lock (&meeting->lock);
  if (g_thread_self () != meeting->caller && own_cpus == process_cpus
      && own_policy == process_policy)
    meeting->n_as_process++;
  meeting->n_arrived++;
  g_cond_broadcast (&meeting->arrived);
  while (meeting->n_arrived < meeting->n_threads && !meeting->late)
    meeting->late = !g_cond_wait_until (&meeting->arrived, &meeting->lock, end);
  g_cond_broadcast (&meeting->arrived);
  g_mutex_unlock (&meeting->lock);
}

/* @n_threads write, the calling one among them, and the others are as the main
 * thread. */
static void
check_meeting (guint n_threads)
{
  Meeting meeting = {.caller = g_thread_self (),.n_threads = n_threads };

  g_mutex_init (&meeting.lock);
  g_cond_init (&meeting.arrived);
  gst_nt_workers_ref ();
  fail_unless_equals_int (gst_nt_workers_get_n_cpus (), n_threads);
  gst_nt_workers_run (meet, NULL, &meeting, n_threads, n_threads);
  gst_nt_workers_unref ();

  fail_if (meeting.late);
  fail_unless_equals_int (meeting.n_arrived, n_threads);
  fail_unless_equals_int (meeting.n_as_process, n_threads - 1);
  g_cond_clear (&meeting.arrived);
  g_mutex_clear (&meeting.lock);
}

/* ---- Tests ---- */

GST_START_TEST (first_thread_is_pinned)
{
  play_kernel (0x3f, 0x02);
  check_meeting (6);
}

GST_END_TEST;

/* As with taskset, or a cgroup's cpuset. */
GST_START_TEST (process_is_restricted)
{
  play_kernel (0x0c, 0x0c);
  check_meeting (2);
  play_kernel (0x08, 0x08);
  check_meeting (1);
}

GST_END_TEST;

/* A thread that may go anywhere takes no worker with it. */
GST_START_TEST (first_thread_is_free)
{
  play_kernel (0x0e, 0xff);
  check_meeting (3);
}

GST_END_TEST;

GST_START_TEST (more_cpus_than_a_set_has)
{
  play_kernel (0x1f, 0x01);
  kernel_set_bytes = 4 * sizeof (cpu_set_t);
  check_meeting (5);
}

GST_END_TEST;

/* Time for so many CPUs is shared by all of a cgroup, and of those in it. */
static const struct
{
  const gchar *cgroup;
  const gchar *path;
  const gchar *quota;
  guint n_cpus;
} quotas[] = {
  {"0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n", 7},
  {"0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "300000 100000\n", 3},
  {"0::/a/b\n", "/sys/fs/cgroup/a/cpu.max", "210000 100000\n", 3},
  {"0::/a/b\n", "/sys/fs/cgroup/cpu.max", "1000 100000\n", 1},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "400000 100000\n", 4},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "900000 100000\n", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "5", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "5 0\n", 7},
  {"3:cpu:/x\n0::/y\n", "/sys/fs/cgroup/y/cpu.max", "200000 100000\n", 2},
  {"3:cpu:/x\n", "/sys/fs/cgroup/x/cpu.max", "200000 100000\n", 7},
  {"", NULL, NULL, 7},
};

GST_START_TEST (time_of_cgroup)
{
  play_kernel (0x7f, 0x7f);
  cgroup = quotas[__i__].cgroup;
  quota_path = quotas[__i__].path;
  quota = quotas[__i__].quota;
  check_meeting (quotas[__i__].n_cpus);
}

GST_END_TEST;

static Suite *
affinity_suite (void)
{
  Suite *suite = suite_create ("affinity");
  TCase *tcase = tcase_create ("affinity");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, first_thread_is_pinned);
  tcase_add_test (tcase, process_is_restricted);
  tcase_add_test (tcase, first_thread_is_free);
  tcase_add_test (tcase, more_cpus_than_a_set_has);
  tcase_add_loop_test (tcase, time_of_cgroup, 0, G_N_ELEMENTS (quotas));

  return suite;
}

GST_CHECK_MAIN (affinity);
