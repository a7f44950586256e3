/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The table of kernels and the choice of one row. */

#include <stdbool.h>
#include <string.h>

#include "kernels.h"

/* The build defines HAVE_<name> for every kernel: 1 or 0. */
#define ROW_1(isa, needs) \
  { #isa, needs, ntm_copy_##isa, ntm_copy_stream_##isa, ntm_fence_##isa },
#define ROW_0(isa, needs)
#define ROW_IF(have, isa, needs) ROW_##have (isa, needs)
#define ROW_IF_EXPANDED(have, isa, needs) ROW_IF (have, isa, needs)
#define ROW(isa, needs) ROW_IF_EXPANDED (HAVE_##isa, isa, needs)

static const NtmKernel kernels[] = { NTM_KERNELS (ROW) };

#define N_KERNELS (sizeof kernels / sizeof kernels[0])

/* Every name that some build knows: tells a typing error from a kernel that
 * this build lacks. */
#define NAME(isa, needs) #isa,

static const char *const names[] = { NTM_KERNELS (NAME) };

#define N_NAMES (sizeof names / sizeof names[0])

static bool
runs_on (const NtmKernel * kernel, uint32_t features)
{
  return (kernel->needs & ~features) == 0;
}

/* There is always one: the last row needs nothing. */
static const NtmKernel *
find_best (uint32_t features)
{
  const NtmKernel *kernel = kernels;

  while (!runs_on (kernel, features))
    kernel++;
  return kernel;
}

static const NtmKernel *
find_named (const char *name)
{
  for (size_t i = 0; i < N_KERNELS; i++) {
    if (strcmp (kernels[i].name, name) == 0)
      return &kernels[i];
  }
  return NULL;
}

static bool
is_name (const char *name)
{
  for (size_t i = 0; i < N_NAMES; i++) {
    if (strcmp (names[i], name) == 0)
      return true;
  }
  return false;
}

static NtmKernelChoice
judge (const char *forced, const NtmKernel * kernel, uint32_t features)
{
  if (forced == NULL || forced[0] == '\0')
    return NTM_KERNEL_BEST;
  if (!is_name (forced))
    return NTM_KERNEL_UNKNOWN;
  if (kernel == NULL || !runs_on (kernel, features))
    return NTM_KERNEL_UNSUPPORTED;
  return NTM_KERNEL_FORCED;
}

const NtmKernel *
ntm_kernels (size_t * n_kernels)
{
  *n_kernels = N_KERNELS;
  return kernels;
}

const NtmKernel *
ntm_kernel_find (const char *forced, uint32_t features,
    NtmKernelChoice * choice)
{
  const NtmKernel *named = forced != NULL ? find_named (forced) : NULL;
  const NtmKernelChoice how = judge (forced, named, features);

  if (choice != NULL)
    *choice = how;
  return how == NTM_KERNEL_FORCED ? named : find_best (features);
}

#define COMMA_NAME(isa, needs) ", " #isa

const char *
ntm_kernel_get_names (void)
{
  return &(NTM_KERNELS (COMMA_NAME))[strlen (", ")];
}
