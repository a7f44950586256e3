/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What an upstream may push: new memory, the memory of the frame before, a part
 * of it, another view of it, memory that came back and has new bytes, memory of
 * the pool that the pad offers. All are legal; a ledger that mistakes one for
 * another is wrong. */

#pragma once

#include "schedule_borrower.h"

#define SOURCE_MEMORIES 2

typedef struct
{
  GRand *rand;                  /* borrowed */
  GstVideoFormat format;
  guint width;
  guint height;
  guint holds;                  /* upstream holds one frame in so many after the
                                 * push; 0: none */
  TestBorrower borrower;        /* makes some of the frames */

  GstBuffer *last;              /* the latest frame pushed; NULL: upstream holds
                                 * none */
  GstMemory *memories[SOURCE_MEMORIES]; /* to write to again, in turn */
  guint turn;
} TestSource;

/* The caller initializes the borrower before. */
void test_source_init (TestSource * source, GRand * rand,
    GstVideoFormat format, guint width, guint height);

/* Frames have this size from now on. */
void test_source_resize (TestSource * source, GstVideoFormat format,
    guint width, guint height);

void test_source_clear (TestSource * source);

/* The next frame, and the name of the way that made it. */
GstBuffer *test_source_next (TestSource * source, GstClockTime pts,
    GstClockTime duration, const gchar ** how);
