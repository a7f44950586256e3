/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A rig of stills, which are the same memory again and again, and the element's
 * counts of what it did with them. */

#pragma once

#include "rig.h"

/* Counts since the element started. */
typedef struct
{
  guint64 strips;
  guint64 copied;
  guint64 kept;
  guint64 background;
  guint64 bytes;
} Stats;

Stats get_stats (GstElement * element);

/* Fails the test unless the counts have grown by these numbers since @before,
 * and updates @before. */
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

/* Fails the test unless each tile was copied, kept or background. */
void stills_clear (Stills * s);

/* Input @i shows another frame from now on. */
void set_frame (Stills * s, guint i, guint32 seed);

/* The next strip. Fails the test unless it is right. */
GstBuffer *next_strip (Stills * s);

/* The same, and checks the counts for this strip. */
void check_next (Stills * s, guint copied, guint kept, guint background);
