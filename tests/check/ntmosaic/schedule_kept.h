/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that must not change while a reference to them is held: those that an
 * upstream pushed and keeps, as a decoder keeps its references, and those that the
 * application finds at the pads and looks at later. */

#pragma once

#include <gst/video/video.h>

#include "schedule_model.h"

/* Of memory that an upstream waits for, to write it again: it is not kept. */
#define TEST_MEMORY_RETURNS GST_MEMORY_FLAG_LAST

typedef struct
{
  GstBuffer *buffer;
  GstVideoInfo info;
  guint8 *bytes;                /* what it holds */
} TestKeptFrame;

typedef struct
{
  GRand *rand;                  /* borrowed */
  GPtrArray *frames;            /* of TestKeptFrame; all upstreams' and the
                                 * application's */
  GPtrArray *seen;              /* at the pads, for the strip made last */
  guint max_frames;
  gboolean broken;              /* one of them changed */
} TestKept;

void test_kept_init (TestKept * kept, GRand * rand, guint max_frames);

void test_kept_clear (TestKept * kept);

/* From now on the application looks at what the pads of @mosaic show. */
void test_kept_watch (TestKept * kept, GstElement * mosaic);

/* Keeps some of what was seen. To be called when a strip was taken, before
 * anything is pushed. */
void test_kept_choose_seen (TestKept * kept);

/* Keeps @buffer too, unless there are enough. */
void test_kept_keep (TestKept * kept, GstBuffer * buffer,
    const GstVideoInfo * info);

/* Lets go of some frames, or @all. FALSE if one of these, or of those
 * before, does not hold what it held. */
gboolean test_kept_let_go (TestKept * kept, gboolean all);

/* Any frame at least as large as @info; NULL: there is none. */
TestKeptFrame *test_kept_find (TestKept * kept, const GstVideoInfo * info);

/* Lets go of @frame, whose buffer is the caller's now. */
GstBuffer *test_kept_take (TestKept * kept, TestKeptFrame * frame);

/* ---- Frames ---- */

gsize test_frame_row_bytes (const GstVideoInfo * info);

/* Whether the memory of @buffer is a view of a strip, in which other tiles lie
 * between the rows. */
gboolean test_frame_is_view (GstBuffer * buffer);

/* Writes other bytes to the rows of the frame. */
void test_frame_write (GRand * rand, GstBuffer * buffer,
    const GstVideoInfo * info);

/* A copy of the frame's bytes: tight rows. */
guint8 *test_frame_read (GstBuffer * buffer, const GstVideoInfo * info);
