/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The CPUs of the process. The answer does not depend on the calling thread. */

#pragma once

/* Returns how many CPUs this process may use, 1 at least: as many as its main
 * thread may use (taskset and a cgroup's cpuset restrict them), and no more
 * than the quotas of its cgroups amount to. Reads files. */
unsigned ntm_cpus_count (void);

/* Gives the calling thread the CPUs, the scheduling policy and the niceness of
 * the main thread, as far as the system allows. A new thread inherits those of
 * the thread that started it. */
void ntm_cpus_join_process (void);
