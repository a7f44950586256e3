/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The memory of tiles. Blocks that leave the cache are collected under its
 * lock, to be used again or freed without it. */

#pragma once

#include <stddef.h>

typedef struct NtmBlock NtmBlock;

/* In the first bytes of a block that nothing else is in. */
struct NtmBlock
{
  NtmBlock *next;
  size_t bytes;
};

/* Returns @bytes bytes, aligned to a cache line: a block of that size taken
 * from the list, or a new one. NULL: no memory. */
void *ntm_blocks_take (NtmBlock ** blocks, size_t bytes);

/* Adds a block to the list. */
void ntm_blocks_add (NtmBlock ** blocks, void *block, size_t bytes);

/* Frees all. */
void ntm_blocks_free (NtmBlock ** blocks);
