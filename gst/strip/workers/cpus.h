/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which CPUs belong to the process, whichever thread asks. */

#pragma once

/* How many CPUs this process may use; 1 at least. Asks the system: the CPUs of
 * the main thread, which are those of the process as long as nothing else is
 * said (taskset, a cgroup's cpuset); and no more than the time that its cgroups
 * get comes to. A thread that was pinned by itself doesn't matter. */
unsigned ntm_cpus_count (void);

/* Makes the calling thread as the main thread is: on the same CPUs, with the
 * same scheduling policy and niceness, as far as the system allows. A new
 * thread is as the one that started it. */
void ntm_cpus_join_process (void);
