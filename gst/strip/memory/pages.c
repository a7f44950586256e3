/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Mapping of large blocks. malloc promises nothing of what they need: alignment
 * to huge pages, huge pages, and memory that goes back to the system as soon as
 * it is freed. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* MAP_ANONYMOUS, madvise() */
#endif

#include "ntstrip.h"

#include <sys/mman.h>

/* 400 MiB are 102,400 small pages, or 200 huge ones: fewer faults, fewer TLB
 * misses. The advice ends with the last whole huge page: a few bytes more would
 * be backed by another one. A kernel without huge pages refuses the advice, and
 * small pages serve. */
static void
advise_huge_pages (const NtmPages * pages, size_t bytes)
{
#ifdef MADV_HUGEPAGE
  (void) madvise (pages->data, bytes - bytes % NTM_HUGE_PAGE_BYTES,
      MADV_HUGEPAGE);
#endif
}

NtmStatus
ntm_pages_map (NtmPages * pages, size_t bytes, size_t alignment)
{
  size_t mapping_bytes;
  uint8_t *mapping;

  *pages = (NtmPages) { 0 };
  if (alignment == 0)
    alignment = 1;
  if (bytes >= NTM_HUGE_PAGE_BYTES && alignment < NTM_HUGE_PAGE_BYTES)
    alignment = NTM_HUGE_PAGE_BYTES;
  if (__builtin_add_overflow (bytes, alignment, &mapping_bytes)
      || mapping_bytes > PTRDIFF_MAX)
    return NTM_NO_MEMORY;

  mapping = mmap (NULL, mapping_bytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return NTM_NO_MEMORY;

  pages->data = mapping + (-(uintptr_t) mapping & (alignment - 1));
  pages->mapping = mapping;
  pages->mapping_bytes = mapping_bytes;
  if (bytes >= NTM_HUGE_PAGE_BYTES)
    advise_huge_pages (pages, bytes);

  return NTM_OK;
}

void
ntm_pages_unmap (NtmPages * pages)
{
  if (pages->mapping)
    munmap (pages->mapping, pages->mapping_bytes);
  *pages = (NtmPages) { 0 };
}
