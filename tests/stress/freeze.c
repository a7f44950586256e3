/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The child that stops its parent; see the header. */

#include "freeze.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

static pid_t child;
static gint *is_over;           /* atomic; both processes see it */

/* The child has no other thread, and calls nothing that could wait for one of
 * its parent's. It always lets its parent go on before it ends. */
static void
freeze_parent (pid_t parent, guint most_ms, unsigned int seed)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  while (getppid () == parent && !g_atomic_int_get (is_over)) {
    usleep (1000 * (1 + rand_r (&seed) % most_ms));
    kill (parent, SIGSTOP);
    usleep (1000 * (1 + rand_r (&seed) % most_ms));
    kill (parent, SIGCONT);
  }
  _exit (0);
}

void
freeze_begin (guint most_ms, guint32 seed)
{
  const pid_t parent = getpid ();

  is_over = mmap (NULL, sizeof (gint), PROT_READ | PROT_WRITE,
      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (is_over == MAP_FAILED)
    report_fail ("no memory to share with another process");
  child = fork ();
  if (child < 0)
    report_fail ("no process that could stop this one");
  if (child == 0)
    freeze_parent (parent, most_ms, seed);
}

void
freeze_end (void)
{
  if (child == 0)
    return;

  g_atomic_int_set (is_over, TRUE);
  waitpid (child, NULL, 0);
  munmap (is_over, sizeof (gint));
  child = 0;
}
