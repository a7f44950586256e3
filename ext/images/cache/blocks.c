/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "cache/blocks.h"

#include <stdint.h>
#include <stdlib.h>

#define ALIGNMENT ((size_t) 64)

void *
ntm_blocks_take (NtmBlock ** blocks, size_t bytes)
{
  for (NtmBlock ** link = blocks; *link; link = &(*link)->next)
    if ((*link)->bytes == bytes) {
      NtmBlock *block = *link;

      *link = block->next;
      return block;
    }
  if (bytes > SIZE_MAX - ALIGNMENT)
    return NULL;

  return aligned_alloc (ALIGNMENT, (bytes + ALIGNMENT - 1) & -ALIGNMENT);
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
    free (block);
  }
}
