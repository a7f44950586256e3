/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What an upstream may do with the pool that a pad offers: write frames ahead
 * of time, drop them, keep them after the push, write to them again, push them
 * late or to another pad, and push copies and parts of them. */

#pragma once

#include "schedule_kept.h"

#define BORROWER_POOLS 2

/* One upstream. */
typedef struct
{
  GRand *rand;                  /* borrowed */
  TestKept *kept;               /* borrowed */
  GstPad *pad;                  /* borrowed; NULL: asks for no pool */
  guint whims;                  /* one frame in so many is out of the order of
                                 * acquiring; 0: none */
  guint n_ahead;                /* the most frames to acquire ahead */

  GstVideoInfo info;
  GstBufferPool *pools[BORROWER_POOLS]; /* for @info; or NULL */
  GQueue ahead;                 /* of GstBuffer: acquired, not yet pushed */
} TestBorrower;

/* Asks the peer of @pad for pools, unless it is NULL. */
void test_borrower_init (TestBorrower * borrower, GRand * rand,
    TestKept * kept, GstPad * pad);

/* Frames have this size from now on. Drops or keeps the frames acquired
 * before. */
void test_borrower_resize (TestBorrower * borrower, GstVideoFormat format,
    guint width, guint height);

void test_borrower_clear (TestBorrower * borrower);

/* The next frame, and the name of the way that made it. NULL: the caller makes
 * an ordinary one. */
GstBuffer *test_borrower_next (TestBorrower * borrower, const gchar ** how);
