/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The memory of tiles: aligned, used again, and the system's when it is
 * freed. */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "../../strip/support.h"
#include "cache/blocks.h"

#define KIB ((size_t) 1 << 10)
#define MIB ((size_t) 1 << 20)

static const size_t sizes[] = {
  sizeof (NtmBlock), 65, 512 * KIB - 1, 512 * KIB, 512 * KIB + 1, 2 * MIB - 4,
  2 * MIB, 2 * MIB + 4, 5 * MIB,
};

/* All bytes are there, and belong to no other block. */
GST_START_TEST (bytes)
{
  uint8_t *blocks[N_ELEMENTS (sizes)];
  NtmBlock *left = NULL;

  for (unsigned i = 0; i < N_ELEMENTS (sizes); i++) {
    blocks[i] = ntm_blocks_take (&left, sizes[i]);
    fail_unless (blocks[i] != NULL);
    assert_equals_uint64 ((uintptr_t) blocks[i] % 64, 0);
    memset (blocks[i], i, sizes[i]);
  }
  for (unsigned i = 0; i < N_ELEMENTS (sizes); i++)
    for (size_t at = 0; at < sizes[i]; at++)
      if (blocks[i][at] != i)
        fail ("byte %zu of block %u is %u", at, i, blocks[i][at]);
  for (unsigned i = 0; i < N_ELEMENTS (sizes); i++)
    ntm_blocks_add (&left, blocks[i], sizes[i]);
  ntm_blocks_free (&left);
  fail_unless (left == NULL);
}

GST_END_TEST;

/* A block of the same size is taken before a new one is made. */
GST_START_TEST (again)
{
  for (unsigned i = 0; i < N_ELEMENTS (sizes); i++) {
    NtmBlock *left = NULL;
    void *block = ntm_blocks_take (&left, sizes[i]);
    void *other;

    ntm_blocks_add (&left, block, sizes[i]);
    other = ntm_blocks_take (&left, sizes[i] + 1);
    fail_unless (other != block && left == block);
    fail_unless (ntm_blocks_take (&left, sizes[i]) == block && left == NULL);
    ntm_blocks_add (&left, block, sizes[i]);
    ntm_blocks_add (&left, other, sizes[i] + 1);
    ntm_blocks_free (&left);
  }
}

GST_END_TEST;

static bool
is_mapped (uint8_t * page)
{
  unsigned char residence;

  if (mincore (page, 1, &residence) == 0)
    return true;
  assert_equals_int (errno, ENOMEM);

  return false;
}

/* From half a MiB on, the heap keeps nothing of a block. */
GST_START_TEST (back_to_the_system)
{
  for (unsigned i = 3; i < N_ELEMENTS (sizes); i++) {
    const size_t last = (sizes[i] - 1) / (4 * KIB) * (4 * KIB);
    NtmBlock *left = NULL;
    uint8_t *block = ntm_blocks_take (&left, sizes[i]);

    fail_unless (block && is_mapped (block) && is_mapped (block + last));
    ntm_blocks_add (&left, block, sizes[i]);
    ntm_blocks_free (&left);
    fail_if (is_mapped (block) || is_mapped (block + last));
  }
}

GST_END_TEST;

GST_START_TEST (too_much)
{
  const size_t too_many[] = { SIZE_MAX, SIZE_MAX / 2, PTRDIFF_MAX - 1 };
  NtmBlock *left = NULL;

  for (unsigned i = 0; i < N_ELEMENTS (too_many); i++)
    fail_unless (ntm_blocks_take (&left, too_many[i]) == NULL);
  /* With 32 bits there may be room for half of the addresses. */
  if (sizeof (size_t) > 4)
    fail_unless (ntm_blocks_take (&left, PTRDIFF_MAX / 2) == NULL);
}

GST_END_TEST;

static Suite *
blocks_suite (void)
{
  Suite *suite = suite_create ("images-cache-blocks");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, bytes);
  tcase_add_test (tc, again);
  tcase_add_test (tc, back_to_the_system);
  tcase_add_test (tc, too_much);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, blocks_suite (), __FILE__);
}
