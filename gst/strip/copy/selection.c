/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The kernel of this process: the first call selects it. Without a lock: a
 * process that forks at that moment would pass it on to its child. */

#include <stdatomic.h>

#include "copy.h"

/* The index of the kernel in ntm_kernels(), the NtmKernelChoice, and a bit that
 * says that both are set. */
#define INDEX_BITS 8
#define IS_SET (1u << 16)

static atomic_uint selection;

static unsigned
get_selection (const char *name)
{
  unsigned selected = atomic_load (&selection);
  NtmKernelChoice choice;
  unsigned index;
  size_t n_kernels;

  if (selected & IS_SET)
    return selected;

  index = ntm_kernel_find (name, ntm_cpu_features (), &choice)
      - ntm_kernels (&n_kernels);
  selected = 0;
  atomic_compare_exchange_strong (&selection, &selected,
      IS_SET | (unsigned) choice << INDEX_BITS | index);

  return atomic_load (&selection);
}

NtmKernelChoice
ntm_kernel_select (const char *name)
{
  return (get_selection (name) & ~IS_SET) >> INDEX_BITS;
}

const NtmKernel *
ntm_kernel_get (void)
{
  size_t n_kernels;

  return ntm_kernels (&n_kernels)
      + (get_selection (NULL) & ((1u << INDEX_BITS) - 1));
}

const char *
ntm_kernel_get_name (void)
{
  return ntm_kernel_get ()->name;
}
