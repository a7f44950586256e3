/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the tests of lent frames share: a strip of a few tiles, a lender and
 * a pool for each. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include "ntstrip.h"

#define N_TILES 3
#define TILE_WIDTH 10
#define TILE_HEIGHT 6
#define ROW_BYTES (TILE_WIDTH * 4)
#define FRAME_BYTES (ROW_BYTES * TILE_HEIGHT)
#define STRIP_STRIDE (ROW_BYTES * N_TILES)

typedef enum
{
  TIGHT,                        /* memory of its own */
  GUARDED,                      /* the same, in the midst of guards */
  TILE,                         /* of a strip */
} Where;

typedef struct
{
  GstNtLayout *layout;
  GstNtStripPool *strips;
  GstNtComposer *composer;
  GstNtLender *lenders[N_TILES];
  GstBufferPool *pools[N_TILES];
  guint8 next;                  /* what the next frame is filled with */
} Fixture;

/* With lenders that trust. */
void setup (Fixture * f, guint n_strips);

void teardown (Fixture * f);

GstNtLayout *new_layout (guint width, guint height);

GstCaps *new_caps (const gchar * format, guint width, guint height);

/* Configures and starts @pool for frames of RGBA, with GstVideoMeta. */
void start_pool (GstBufferPool * pool, guint width, guint height);

/* The next frame of @pool, not written to. */
GstBuffer *acquire (GstBufferPool * pool);

/* The same of tile @i. */
GstBuffer *lend (Fixture * f, guint i);

Where where_is (GstBuffer * frame);

/* The first byte of the frame; it stays mapped for nothing. */
guint8 *data_of (GstBuffer * frame);

gssize stride_of (GstBuffer * frame);

/* Fills the frame with a byte that no other frame has, nor those of 255
 * others. */
void paint (Fixture * f, GstBuffer * frame);

/* Lends a frame and paints it. */
GstBuffer *lend_painted (Fixture * f, guint i);

/* A painted frame in ordinary memory. */
GstBuffer *new_frame (Fixture * f);

/* The strip that shows @frames (NULL: background), which is what they are.
 * Takes no references. */
GstBuffer *show (Fixture * f, GstBuffer ** frames, GstNtComposeReport * report);

/* The same, and gives it back. */
void show_and_drop (Fixture * f, GstBuffer ** frames,
    GstNtComposeReport * report);

/* Unrefs all. */
void drop (GstBuffer ** frames);

/* The first byte of the strip that @frame is tile @i of. */
guint8 *strip_of (GstBuffer * frame, guint i);

/* Strips are of @layout from now on. */
void set_layout (Fixture * f, GstNtLayout * layout,
    const GstAllocationParams * params);

/* How many frames of tile @i that are acquired from now on are not in a
 * strip. */
guint count_pause (Fixture * f, guint i);

/* The lender of tile @i does not trust any more, and has a new pool. */
void distrust (Fixture * f, guint i);
