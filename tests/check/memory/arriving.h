/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip of three tiles, and frames that arrive for them. A frame's number
 * gives its bytes, so that a test can check a strip at any time. */

#pragma once

#include <gst/check/gstcheck.h>

#include "gstntmemory.h"

#define N_TILES 3
#define BACKGROUND 0x44332211
#define PIXEL_BYTES 4

/* Odd widths, different heights, 20 rows in all. */
extern const NtmTile small_tiles[N_TILES];

typedef struct
{
  NtmLayout *shape;           /* places of the tiles in all layouts */
  NtmLayout *layout;          /* the current layout */
  GstNtStripPool *pool;
  NtmComposer *composer;
  GstNtArrivals *arrivals[N_TILES];
  guint n_taken[N_TILES];
  guint64 last_shown[N_TILES];  /* number of a frame */
  gint n_frames;                /* atomic: frames made so far */
} Fixture;

/* A pool of @n_strips strips. One of them was out and is back. */
void setup (Fixture * f, const NtmTile * tiles, guint n_strips);
void teardown (Fixture * f);

/* Changes to another layout of the same shape. The pads follow. */
void change_layout (Fixture * f, guint n_strips);

/* A strip goes out and comes back unchanged: downstream only reads. */
void let_one_strip_pass (Fixture * f);

/* A frame for tile @i, in memory of its own. */
GstBuffer *new_frame (Fixture * f, guint i, gssize stride);

/* A tight frame arrives, or @frame does (transfer full). The answer may be a
 * copy in a coming strip. */
GstBuffer *new_arrival (Fixture * f, guint i);
GstBuffer *arrive (Fixture * f, guint i, GstBuffer * frame);
gboolean is_placed (const Fixture * f, GstBuffer * frame);

/* Of a frame or a strip. */
gboolean is_read_only (GstBuffer * buffer);
const guint8 *data_of (GstBuffer * buffer);
gsize row_bytes_of (const NtmTile * tile);
void check_frame (const NtmTile * tile, GstBuffer * frame);

/* The strip that @buffer is. */
NtmStrip *strip_of (GstBuffer * buffer);

/* Makes a strip of @frames (NULL: background), and checks it. The first strip
 * that shows a frame takes it from the pad's count. */
GstBuffer *show (Fixture * f, GstBuffer * const *frames,
    NtmReport * report);
void show_and_drop (Fixture * f, GstBuffer * const *frames,
    NtmReport * report);

/* Fails the test unless @strip still holds what show() put in it. */
void check_strip (const Fixture * f, GstBuffer * strip);

void drop (GstBuffer ** frames);
