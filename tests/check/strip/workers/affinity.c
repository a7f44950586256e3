/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The workers belong to the process, whichever thread needs them first: they
 * inherit neither its affinity nor its real-time priority, and they don't take
 * the application's signals. This file plays the kernel, so that the machine's
 * own CPUs don't matter: its functions answer the workers about CPUs, policies
 * and threads. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* cpu_set_t, RTLD_NEXT */
#endif

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../faults.h"
#include "../support.h"
#include "workers/cpus.h"
#include "workers/workers.h"

/* ---- The kernel ---- */

/* Larger than a cpu_set_t, as the kernel's may be. */
static size_t kernel_set_bytes;

/* CPUs, as bits: of the main thread, and of a thread that was pinned and of
 * those that it starts. */
static uint64_t process_cpus;
static uint64_t pinned_cpus;
static int process_policy;
static int pinned_policy;

/* What a thread was told since it was started. 0 and -1: nothing. */
static __thread uint64_t own_cpus;
static __thread int own_policy = -1;

static const char *cgroup;
static const char *quota_path;
static const char *quota;

/* The kernel answers no question about threads. */
static bool is_silent;

static int
refuse (void)
{
  errno = ENOSYS;

  return -1;
}

int
sched_getaffinity (pid_t thread, size_t bytes, cpu_set_t * set)
{
  const uint64_t cpus = thread == getpid () ? process_cpus
      : own_cpus ? own_cpus : pinned_cpus;

  if (is_silent)
    return refuse ();
  if (bytes < kernel_set_bytes) {
    errno = EINVAL;
    return -1;
  }
  CPU_ZERO_S (bytes, set);
  for (unsigned i = 0; i < 64; i++)
    if (cpus & (UINT64_C (1) << i))
      CPU_SET_S (i, bytes, set);

  return 0;
}

int
sched_setaffinity (pid_t thread, size_t bytes, const cpu_set_t * set)
{
  fail_unless_equals_int (thread, 0);
  own_cpus = 0;
  for (unsigned i = 0; i < 64; i++)
    if (CPU_ISSET_S (i, bytes, set))
      own_cpus |= UINT64_C (1) << i;

  return 0;
}

int
sched_getscheduler (pid_t thread)
{
  if (is_silent)
    return refuse ();
  if (thread == getpid ())
    return process_policy;

  return own_policy >= 0 ? own_policy : pinned_policy;
}

int
sched_getparam (pid_t thread, struct sched_param *param)
{
  memset (param, 0, sizeof *param);
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

int
getpriority (__priority_which_t which, id_t id)
{
  int (*real) (__priority_which_t, id_t) =
      (int (*)(__priority_which_t, id_t)) dlsym (RTLD_NEXT, "getpriority");

  return is_silent ? refuse () : real (which, id);
}

static FILE *
open_text (const char *text)
{
  FILE *file = tmpfile ();

  fail_unless (file != NULL);
  fputs (text, file);
  rewind (file);

  return file;
}

/* Paths are the same however many slashes are in a row. */
static bool
is_path (const char *a, const char *b)
{
  while (*a && *a == *b) {
    while (a[0] == '/' && a[1] == '/')
      a++;
    while (b[0] == '/' && b[1] == '/')
      b++;
    a++;
    b++;
  }

  return *a == *b;
}

/* The files of cgroups. Where off_t is made larger, this is fopen64(), as it is
 * for the engine. */
FILE *
fopen (const char *name, const char *mode)
{
  FILE *(*real) (const char *, const char *) =
      (FILE * (*)(const char *, const char *)) dlsym (RTLD_NEXT, "fopen64");

  if (is_path (name, "/proc/self/cgroup"))
    return cgroup ? open_text (cgroup) : NULL;
  if (quota_path && is_path (name, quota_path))
    return open_text (quota);
  if (g_str_has_prefix (name, "/sys/fs/cgroup"))
    return NULL;

  return real (name, mode);
}

static void
play_kernel (uint64_t process, uint64_t pinned)
{
  kernel_set_bytes = sizeof (cpu_set_t);
  process_cpus = process;
  pinned_cpus = pinned;
  process_policy = SCHED_OTHER;
  pinned_policy = SCHED_FIFO;
  cgroup = NULL;
  quota_path = NULL;
  is_silent = false;
  own_cpus = 0;
  own_policy = -1;
}

/* ---- Work ---- */

/* Each thread takes one item, and stays until all have one. */
typedef struct
{
  pthread_mutex_t lock;
  pthread_cond_t arrived;
  pthread_t caller;
  unsigned n_threads;           /* that are expected */
  unsigned n_arrived;
  unsigned n_as_process;        /* workers as the main thread is */
  unsigned n_shielded;          /* workers that get only signals of faults */
  bool late;
} Meeting;

static bool
blocks (int signal)
{
  sigset_t blocked;

  pthread_sigmask (SIG_SETMASK, NULL, &blocked);

  return sigismember (&blocked, signal);
}

static bool
is_shielded (void)
{
  return blocks (SIGALRM) && blocks (SIGCHLD) && blocks (SIGINT)
      && blocks (SIGPIPE) && blocks (SIGTERM) && blocks (SIGUSR1)
      && !blocks (SIGBUS) && !blocks (SIGFPE) && !blocks (SIGILL)
      && !blocks (SIGSEGV) && !blocks (SIGSYS) && !blocks (SIGTRAP);
}

static void
meet (void *data, size_t item)
{
  Meeting *meeting = data;
  struct timespec end;

  clock_gettime (CLOCK_REALTIME, &end);
  end.tv_sec += 20;
  pthread_mutex_lock (&meeting->lock);
  if (!pthread_equal (pthread_self (), meeting->caller)
      && own_cpus == process_cpus && own_policy == process_policy)
    meeting->n_as_process++;
  if (!pthread_equal (pthread_self (), meeting->caller) && is_shielded ())
    meeting->n_shielded++;
  meeting->n_arrived++;
  pthread_cond_broadcast (&meeting->arrived);
  while (meeting->n_arrived < meeting->n_threads && !meeting->late)
    meeting->late = pthread_cond_timedwait (&meeting->arrived, &meeting->lock,
        &end) == ETIMEDOUT;
  pthread_cond_broadcast (&meeting->arrived);
  pthread_mutex_unlock (&meeting->lock);
}

/* @n_threads write, the calling one among them. The others are as the main
 * thread, but for signals. */
static void
check_meeting (unsigned n_threads)
{
  Meeting meeting = {
    .lock = PTHREAD_MUTEX_INITIALIZER,.arrived = PTHREAD_COND_INITIALIZER,
    .caller = pthread_self (),.n_threads = n_threads
  };

  ntm_workers_ref ();
  ntm_workers_run (meet, NULL, &meeting, n_threads, n_threads);
  ntm_workers_unref ();

  fail_if (meeting.late);
  assert_equals_int (meeting.n_arrived, n_threads);
  assert_equals_int (meeting.n_as_process, n_threads - 1);
  assert_equals_int (meeting.n_shielded, n_threads - 1);
  pthread_cond_destroy (&meeting.arrived);
  pthread_mutex_destroy (&meeting.lock);
}

static void
check_cpus (unsigned n_cpus)
{
  assert_equals_int (ntm_cpus_count (), n_cpus);
  check_meeting (n_cpus);
}

/* ---- Tests ---- */

GST_START_TEST (first_thread_is_pinned)
{
  play_kernel (0x3f, 0x02);
  check_cpus (6);
}

GST_END_TEST;

/* As with taskset, or a cgroup's cpuset. */
GST_START_TEST (process_is_restricted)
{
  play_kernel (0x0c, 0x0c);
  check_cpus (2);
  play_kernel (0x08, 0x08);
  check_cpus (1);
}

GST_END_TEST;

/* A thread that may go anywhere takes no worker with it. */
GST_START_TEST (first_thread_is_free)
{
  play_kernel (0x0e, 0xff);
  check_cpus (3);
}

GST_END_TEST;

GST_START_TEST (more_cpus_than_a_set_has)
{
  play_kernel (0x1f, 0x01);
  kernel_set_bytes = 4 * sizeof (cpu_set_t);
  check_cpus (5);
}

GST_END_TEST;

/* All CPUs of the machine count if the kernel does not say which of them the
 * process may use: it refuses to, or there are more than in any set. */
static void
check_all_cpus (void)
{
  const long n_cpus = sysconf (_SC_NPROCESSORS_ONLN);

  fail_unless (n_cpus > 0);
  assert_equals_int (ntm_cpus_count (), n_cpus);
  ntm_cpus_join_process ();
  fail_unless (own_cpus == 0);
}

GST_START_TEST (unknown_cpus)
{
  play_kernel (0x3f, 0x02);
  is_silent = true;
  check_all_cpus ();
  assert_equals_int (own_policy, -1);

  play_kernel (0x3f, 0x02);
  kernel_set_bytes = SIZE_MAX;
  check_all_cpus ();
  assert_equals_int (own_policy, SCHED_OTHER);
}

GST_END_TEST;

/* All processes of a cgroup, and of the cgroups in it, share its quota. */
static const struct
{
  const char *cgroup;
  const char *path;
  const char *quota;
  unsigned n_cpus;
} quotas[] = {
  {"0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "max 100000\n", 7},
  {"0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "300000 100000\n", 3},
  {"0::/a/b\n", "/sys/fs/cgroup/a/cpu.max", "210000 100000\n", 3},
  {"0::/a/b\n", "/sys/fs/cgroup/cpu.max", "1000 100000\n", 1},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "400000 100000\n", 4},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "900000 100000\n", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "18446744073709551615 1\n", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "5", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "5 0\n", 7},
  {"0::/\n", "/sys/fs/cgroup/cpu.max", "0 5\n", 7},
  {"0::/", "/sys/fs/cgroup/cpu.max", "200000 100000", 2},
  {"3:cpu:/x\n0::/y\n", "/sys/fs/cgroup/y/cpu.max", "200000 100000\n", 2},
  {"3:cpu:/x\n", "/sys/fs/cgroup/x/cpu.max", "200000 100000\n", 7},
  {"0::\n", "/sys/fs/cgroup/cpu.max", "200000 100000\n", 7},
  {"", NULL, NULL, 7},
  {NULL, NULL, NULL, 7},
};

GST_START_TEST (time_of_cgroup)
{
  play_kernel (0x7f, 0x7f);
  cgroup = quotas[__i__].cgroup;
  quota_path = quotas[__i__].path;
  quota = quotas[__i__].quota;
  check_cpus (quotas[__i__].n_cpus);
}

GST_END_TEST;

/* A path that is too long for a file's name has no quota; the paths above it,
 * which are shorter, may have one. */
GST_START_TEST (long_name_of_cgroup)
{
  char *folder = g_strnfill (3000, 'f');
  char *below = g_strnfill (1080, 'b');
  char *line = g_strdup_printf ("0::/%s/%s\n", folder, below);
  char *path = g_strdup_printf ("/sys/fs/cgroup/%s/cpu.max", folder);

  play_kernel (0x7f, 0x7f);
  cgroup = line;
  quota_path = path;
  quota = "200000 100000\n";
  check_cpus (2);
  g_free (path);
  g_free (line);
  g_free (below);
  g_free (folder);
}

GST_END_TEST;

/* ---- Signals ---- */

static volatile sig_atomic_t n_signals;

static void
count_signal (int signal)
{
  n_signals++;
}

/* A signal for the process waits for a thread of the application's. The thread
 * that starts the workers keeps its mask. */
GST_START_TEST (signals_are_the_applications)
{
  struct sigaction action = {.sa_handler = count_signal };
  struct sigaction old_action;
  sigset_t usr1;
  sigset_t old_mask;
  sigset_t pending;

  play_kernel (0x3f, 0x3f);
  sigemptyset (&action.sa_mask);
  sigemptyset (&usr1);
  sigaddset (&usr1, SIGUSR1);
  sigaction (SIGUSR1, &action, &old_action);
  pthread_sigmask (SIG_BLOCK, &usr1, &old_mask);

  ntm_workers_ref ();
  check_meeting (6);
  fail_unless (blocks (SIGUSR1));
  assert_equals_int (blocks (SIGTERM), sigismember (&old_mask, SIGTERM));
  kill (getpid (), SIGUSR1);
  check_meeting (6);
  sigpending (&pending);
  fail_unless (sigismember (&pending, SIGUSR1));
  assert_equals_int (n_signals, 0);
  pthread_sigmask (SIG_UNBLOCK, &usr1, NULL);
  assert_equals_int (n_signals, 1);
  pthread_sigmask (SIG_SETMASK, &old_mask, NULL);

  ntm_workers_unref ();
  sigaction (SIGUSR1, &old_action, NULL);
}

GST_END_TEST;

/* ---- No threads, no memory ---- */

/* The system gives fewer threads than there are CPUs: the caller does the work
 * with those, or alone. */
GST_START_TEST (few_threads)
{
  for (int n = 0; n < 5; n++) {
    play_kernel (0x3f, 0x3f);
    faults_set_threads (n);
    check_meeting (1 + n);
    assert_equals_uint64 (faults_count_blocks (), 0);
  }
}

GST_END_TEST;

static void
count (void *data, size_t item)
{
  (*(atomic_size_t *) data)++;
}

GST_START_TEST (no_threads)
{
  atomic_size_t n_items = 0;

  play_kernel (0x3f, 0x3f);
  ntm_workers_ref ();
  faults_set_threads (0);
  ntm_workers_run (count, NULL, &n_items, 1000, 6);
  assert_equals_uint64 (n_items, 1000);
  ntm_workers_unref ();

  /* The next user asks the system again. */
  faults_set_threads (-1);
  check_meeting (6);
}

GST_END_TEST;

GST_START_TEST (no_memory_for_threads)
{
  atomic_size_t n_items = 0;

  play_kernel (0x3f, 0x3f);
  ntm_workers_ref ();
  faults_begin (1, true);
  ntm_workers_run (count, NULL, &n_items, 1000, 6);
  assert_equals_uint64 (n_items, 1000);
  fail_unless (faults_end ());
  ntm_workers_unref ();
  check_meeting (6);
  assert_equals_uint64 (faults_count_blocks (), 0);
}

GST_END_TEST;

/* With one CPU there is no worker, however many are wanted. */
GST_START_TEST (one_cpu)
{
  atomic_size_t n_items = 0;

  play_kernel (0x04, 0x04);
  ntm_workers_ref ();
  faults_begin (0, false);
  ntm_workers_run (count, NULL, &n_items, 1000, 6);
  assert_equals_uint64 (n_items, 1000);
  assert_equals_uint64 (faults_count_requests (), 0);
  ntm_workers_unref ();
}

GST_END_TEST;

/* A child begins with one thread. It doesn't wait for its parent's workers, and
 * gets its own. */
GST_START_TEST (forked_child)
{
  pid_t child;
  int status;

#ifdef __SANITIZE_THREAD__
  printf ("skipped: ThreadSanitizer has no threads in a forked child\n");
  return;
#endif
  play_kernel (0x3f, 0x3f);
  ntm_workers_ref ();
  check_meeting (6);
  child = fork ();
  fail_unless (child >= 0);
  if (child == 0) {
    check_meeting (6);
    ntm_workers_unref ();
    _exit (0);
  }
  fail_unless (waitpid (child, &status, 0) == child);
  fail_unless (WIFEXITED (status) && WEXITSTATUS (status) == 0,
      "the child ended with status 0x%x", status);

  check_meeting (6);
  ntm_workers_unref ();
}

GST_END_TEST;

static Suite *
affinity_suite (void)
{
  Suite *suite = suite_create ("strip-workers-affinity");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, first_thread_is_pinned);
  tcase_add_test (tcase, process_is_restricted);
  tcase_add_test (tcase, first_thread_is_free);
  tcase_add_test (tcase, more_cpus_than_a_set_has);
  tcase_add_test (tcase, unknown_cpus);
  tcase_add_loop_test (tcase, time_of_cgroup, 0, N_ELEMENTS (quotas));
  tcase_add_test (tcase, long_name_of_cgroup);
  tcase_add_test (tcase, signals_are_the_applications);
  tcase_add_test (tcase, few_threads);
  tcase_add_test (tcase, no_threads);
  tcase_add_test (tcase, no_memory_for_threads);
  tcase_add_test (tcase, one_cpu);
  tcase_add_test (tcase, forked_child);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, affinity_suite (), __FILE__);
}
