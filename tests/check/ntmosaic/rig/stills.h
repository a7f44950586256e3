/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A rig of stills, which are the same memory again and again, and what the
 * element says that it did with them. */

#pragma once

#include "rig.h"

/* What was done since the element was started. */
typedef struct
{
  guint64 strips;
  guint64 copied;
  guint64 kept;
  guint64 background;
  guint64 bytes;
} Stats;

Stats get_stats (GstElement * element);

/* Fails the test unless so many tiles were what since @before, which is brought
 * up to date. */
void check_stats (GstElement * element, Stats * before, guint copied,
    guint kept, guint background);

#define N_STILLS 3
#define STILLS_WIDTH 53
#define STILLS_HEIGHT 9

typedef struct
{
  TestRig *rig;
  TestTile tiles[N_STILLS];
  TestStrip strip;
  GstBuffer *frames[N_STILLS];  /* NULL: a gap */
  guint n;
  Stats stats;
} Stills;

void stills_init (Stills * s, guint n_strips);

/* Fails the test unless copied, kept and background tiles are all tiles. */
void stills_clear (Stills * s);

/* Input @i has another frame from now on. */
void set_frame (Stills * s, guint i, guint32 seed);

/* The next strip, which is right. */
GstBuffer *next_strip (Stills * s);

/* The same, and what was done for it. */
void check_next (Stills * s, guint copied, guint kept, guint background);
