/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What an upstream may do with the pool that a pad offers: write frames ahead of
 * time, drop them, keep them after they were pushed, write to them again, push
 * them late or to another pad, or copies and parts of them. */

#pragma once

#include "schedule_kept.h"

#define BORROWER_POOLS 2

/* One upstream. */
typedef struct
{
  GRand *rand;                  /* borrowed */
  TestKept *kept;               /* borrowed */
  GstPad *pad;                  /* borrowed; NULL: asks for no pool */
  guint whims;                  /* one frame in so many is not the next one that
                                 * it acquired; 0: none */
  guint n_ahead;                /* so many frames are acquired ahead, at most */

  GstVideoInfo info;
  GstBufferPool *pools[BORROWER_POOLS]; /* for @info; or NULL */
  GQueue ahead;                 /* of GstBuffer: acquired and not pushed yet */
} TestBorrower;

/* Asks the peer of @pad for pools, unless it is NULL. */
void test_borrower_init (TestBorrower * borrower, GRand * rand,
    TestKept * kept, GstPad * pad);

/* Frames are of this size from now on; what was acquired before is dropped or
 * kept. */
void test_borrower_resize (TestBorrower * borrower, GstVideoFormat format,
    guint width, guint height);

void test_borrower_clear (TestBorrower * borrower);

/* The next frame, and the name of the way in which it was made. NULL: an
 * ordinary one will do. */
GstBuffer *test_borrower_next (TestBorrower * borrower, const gchar ** how);
