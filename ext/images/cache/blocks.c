/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* MAP_ANONYMOUS, madvise() */
#endif

#include "cache/blocks.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define ALIGNMENT ((size_t) 64)
#define PAGE_BYTES ((size_t) 64 << 10)  /* the largest page of a CPU */
#define HUGE_PAGE_BYTES ((size_t) 2 << 20)

/* From here on, a block is a mapping of its own, which goes back to the system
 * when it is freed. The heap keeps the holes between tiles, in which files and
 * decoders then have their memory: with a budget of 60 MiB and tiles of 1.6
 * MiB, 88 were resident. A process may have 65,530 mappings: enough for 32 GiB
 * of such blocks. */
#define MAPPED_BYTES ((size_t) 512 << 10)

static size_t
round_up (size_t bytes, size_t alignment)
{
  return (bytes + alignment - 1) & -alignment;
}

static void
unmap (uint8_t * begin, size_t bytes)
{
  if (bytes > 0)
    (void) munmap (begin, bytes);
}

/* Larger than a huge page, a block begins with one, and has as many as are full
 * of it. */
static void *
map (size_t bytes)
{
  const size_t whole = round_up (bytes, PAGE_BYTES);
  const size_t more = bytes < HUGE_PAGE_BYTES ? 0 : HUGE_PAGE_BYTES;
  uint8_t *mapping = mmap (NULL, whole + more, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  size_t before;

  if (mapping == MAP_FAILED)
    return NULL;
  if (more == 0)
    return mapping;
  before = -(uintptr_t) mapping & (HUGE_PAGE_BYTES - 1);
  unmap (mapping, before);
  unmap (mapping + before + whole, more - before);
#ifdef MADV_HUGEPAGE
  (void) madvise (mapping + before, whole - whole % HUGE_PAGE_BYTES,
      MADV_HUGEPAGE);
#endif

  return mapping + before;
}

void *
ntm_blocks_take (NtmBlock ** blocks, size_t bytes)
{
  for (NtmBlock ** link = blocks; *link; link = &(*link)->next)
    if ((*link)->bytes == bytes) {
      NtmBlock *block = *link;

      *link = block->next;
      return block;
    }
  if (bytes > PTRDIFF_MAX - HUGE_PAGE_BYTES - PAGE_BYTES)
    return NULL;

  return bytes < MAPPED_BYTES
      ? aligned_alloc (ALIGNMENT, round_up (bytes, ALIGNMENT)) : map (bytes);
}

void
ntm_blocks_add (NtmBlock ** blocks, void *block, size_t bytes)
{
  NtmBlock *added = block;

  if (block == NULL)
    return;
  added->bytes = bytes;
  added->next = *blocks;
  *blocks = added;
}

void
ntm_blocks_free (NtmBlock ** blocks)
{
  while (*blocks) {
    NtmBlock *block = *blocks;

    *blocks = block->next;
    if (block->bytes < MAPPED_BYTES)
      free (block);
    else
      unmap ((uint8_t *) block, round_up (block->bytes, PAGE_BYTES));
  }
}
