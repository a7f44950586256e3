/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that must not change while something holds a reference to them: an
 * upstream that has pushed them, as a decoder keeps its reference frames, or
 * the application, which finds them at the pads and looks at them later. */

#pragma once

#include <gst/video/video.h>

#include "schedule_model.h"

/* Marks memory that an upstream waits for, to write to it again: never kept. */
#define TEST_MEMORY_RETURNS GST_MEMORY_FLAG_LAST

typedef struct
{
  GstBuffer *buffer;
  GstVideoInfo info;
  guint8 *bytes;                /* its bytes when it was kept */
} TestKeptFrame;

typedef struct
{
  GRand *rand;                  /* borrowed */
  GPtrArray *frames;            /* of TestKeptFrame, of all upstreams and the
                                 * application */
  GPtrArray *seen;              /* at the pads, for the latest strip */
  guint max_frames;
  gboolean broken;              /* a frame has changed */
} TestKept;

void test_kept_init (TestKept * kept, GRand * rand, guint max_frames);

void test_kept_clear (TestKept * kept);

/* From now on the application looks at what the pads of @mosaic show. */
void test_kept_watch (TestKept * kept, GstElement * mosaic);

/* Keeps some of the frames seen. The caller has taken a strip and pushed
 * nothing since. */
void test_kept_choose_seen (TestKept * kept);

/* Keeps @buffer too, unless there are enough frames. */
void test_kept_keep (TestKept * kept, GstBuffer * buffer,
    const GstVideoInfo * info);

/* Drops some frames, or @all. Returns FALSE if one of these, or of those
 * dropped before, has changed. */
gboolean test_kept_let_go (TestKept * kept, gboolean all);

/* Any frame at least as large as @info, or NULL. */
TestKeptFrame *test_kept_find (TestKept * kept, const GstVideoInfo * info);

/* Drops @frame, and returns its buffer (transfer full). */
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
