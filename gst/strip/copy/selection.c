/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The kernel of this process: selected once, by the first call. */

#include <pthread.h>
#include <stdatomic.h>

#include "copy.h"

static struct
{
  pthread_mutex_t lock;
  const NtmKernel *_Atomic kernel;      /* NULL: not selected yet */
  NtmKernelChoice choice;
} selection = {
  .lock = PTHREAD_MUTEX_INITIALIZER,
};

NtmKernelChoice
ntm_kernel_select (const char *name)
{
  NtmKernelChoice choice;

  pthread_mutex_lock (&selection.lock);
  if (atomic_load (&selection.kernel) == NULL)
    atomic_store (&selection.kernel, ntm_kernel_find (name,
            ntm_cpu_features (), &selection.choice));
  choice = selection.choice;
  pthread_mutex_unlock (&selection.lock);

  return choice;
}

const NtmKernel *
ntm_kernel_get (void)
{
  const NtmKernel *kernel = atomic_load (&selection.kernel);

  if (kernel == NULL) {
    ntm_kernel_select (NULL);
    kernel = atomic_load (&selection.kernel);
  }

  return kernel;
}

const char *
ntm_kernel_get_name (void)
{
  return ntm_kernel_get ()->name;
}
