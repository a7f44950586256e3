/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What an upstream may push: new memory, the memory of the frame before,
 * part of it, another view of it, memory that came back and was written
 * again, memory of the pool that the pad offers. All of it is legal; a ledger
 * that takes any two of these for the same is wrong. */

#pragma once

#include "schedule_borrower.h"

#define SOURCE_MEMORIES 2

typedef struct
{
  GRand *rand;                  /* borrowed */
  GstVideoFormat format;
  guint width;
  guint height;
  guint holds;                  /* one frame in so many is held when it is
                                 * pushed; 0: none */
  TestBorrower borrower;        /* makes some of the frames */

  GstBuffer *last;              /* what was pushed last; NULL: upstream holds on
                                 * to nothing */
  GstMemory *memories[SOURCE_MEMORIES]; /* to be written again, in turn */
  guint turn;
} TestSource;

/* The borrower is to be initialized on its own, and before. */
void test_source_init (TestSource * source, GRand * rand,
    GstVideoFormat format, guint width, guint height);

/* Frames are of this size from now on. */
void test_source_resize (TestSource * source, GstVideoFormat format,
    guint width, guint height);

void test_source_clear (TestSource * source);

/* The next frame, and the name of the way in which it was made. */
GstBuffer *test_source_next (TestSource * source, GstClockTime pts,
    GstClockTime duration, const gchar ** how);
