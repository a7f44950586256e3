/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The table of kernels and the choice of one row. */

#include <stdbool.h>
#include <string.h>

#include "kernels.h"

#define ROW(isa, features) \
  { #isa, features, ntm_copy_##isa, ntm_copy_stream_##isa, \
      ntm_fence_##isa }

/* Best first: the widest stores finish a line with the fewest instructions. */
static const NtmKernel kernels[] = {
#ifdef HAVE_AVX512
  ROW (avx512, NTM_CPU_AVX512),
#endif
#ifdef HAVE_AVX2
  ROW (avx2, NTM_CPU_AVX2),
#endif
#ifdef HAVE_SSE2
  ROW (sse2, NTM_CPU_SSE2),
#endif
  ROW (c, 0),
};

#define N_KERNELS (sizeof kernels / sizeof kernels[0])

/* Every name that some build knows, to tell a typing error from a kernel that
 * this build was made without. */
static const char *const names[] = { "avx512", "avx2", "sse2", "c" };

#define N_NAMES (sizeof names / sizeof names[0])

static bool
runs_on (const NtmKernel * kernel, uint32_t features)
{
  return (kernel->needs & ~features) == 0;
}

/* The last row needs nothing, so there is always one. */
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

const char *
ntm_kernel_get_names (void)
{
  return "avx512, avx2, sse2, c";
}
