/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What an upstream may do with the pool that a pad offers: write frames
 * ahead of time, drop them, keep them as a decoder keeps its references,
 * write to them again, push them late or to another pad, or copies and parts
 * of them. It writes to nothing but the rows of its frames, unless it is
 * careless. */

#pragma once

#include <gst/video/video.h>

#include "schedule_model.h"

/* Frames that were pushed and are still kept, of all upstreams. */
typedef struct
{
  GRand *rand;                  /* borrowed */
  GPtrArray *kept;
  guint max_kept;
  gboolean broken;              /* one of them changed */
} TestKept;

void test_kept_init (TestKept * kept, GRand * rand, guint max_kept);

/* Lets go of some frames, or @all. FALSE if one of these, or of those
 * before, does not hold what was written to it. */
gboolean test_kept_let_go (TestKept * kept, gboolean all);

#define BORROWER_POOLS 2

/* One upstream. */
typedef struct
{
  GRand *rand;                  /* borrowed */
  TestKept *kept;               /* borrowed; NULL: asks for no pool */
  GstPad *pad;                  /* borrowed */
  gboolean careless;
  guint whims;                  /* one frame in so many is not the next one that
                                 * it acquired; 0: none */
  guint n_ahead;                /* so many frames are acquired ahead, at most */

  GstVideoInfo info;
  GstBufferPool *pools[BORROWER_POOLS]; /* for @info; or NULL */
  GQueue ahead;                 /* of GstBuffer: acquired and not pushed yet */
} TestBorrower;

/* Asks the peer of @pad, unless @kept is NULL. */
void test_borrower_init (TestBorrower * borrower, GRand * rand,
    TestKept * kept, GstPad * pad, gboolean careless);

/* Frames are of this size from now on; what was acquired before is dropped or
 * kept. */
void test_borrower_resize (TestBorrower * borrower, GstVideoFormat format,
    guint width, guint height);

void test_borrower_clear (TestBorrower * borrower);

/* The next frame, and the name of the way in which it was made. NULL: an
 * ordinary one will do. */
GstBuffer *test_borrower_next (TestBorrower * borrower, const gchar ** how);

/* @buffer is pushed: keeps it, or not. */
void test_borrower_pushed (TestBorrower * borrower, GstBuffer * buffer);

/* Whether bytes between the rows of @buffer belong to somebody else. */
gboolean test_buffer_is_lent (GstBuffer * buffer);

/* Gives @buffer, which has the memory of @of, the same GstVideoMeta. */
void test_buffer_view_as (GstBuffer * buffer, GstBuffer * of);

/* Writes other bytes to the rows of the frame. */
void test_buffer_write (GRand * rand, GstBuffer * buffer,
    const GstVideoInfo * info);

/* A copy of the frame's bytes: tight rows. */
guint8 *test_buffer_read (GstBuffer * buffer, const GstVideoInfo * info);
