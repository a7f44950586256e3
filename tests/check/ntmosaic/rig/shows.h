/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A rig of three pads that show new frames all the time, for tests of frames
 * that are copied on arrival. Tiles have odd sizes, and margins above and
 * below. */

#pragma once

#include "rig.h"

#define SHOW_PADS 3

#define SHOW_WIDTH 53
#define SHOW_HEIGHT 9

/* More frames than a pad is ever passed over. */
#define SHOW_MAX_PAUSE 512

typedef struct
{
  TestRig *rig;                 /* its n_sent is the number of the next strip */
  TestTile tiles[SHOW_PADS];    /* of the next strip */
  TestStrip strip;
  guint32 last_seed;
  guint64 n_counted;
} Show;

/* Pads with caps. */
void show_init (Show * s, const gchar * interlace_mode);

/* Progressive, and after some strips, with frames that are copied on
 * arrival. */
void show_begin (Show * s);

void show_end (Show * s);

/* A frame of pad @i, tight. */
GstBuffer *show_new_frame (Show * s, guint i, guint32 seed);

/* Pushes @frame, which it takes, to pad @i: to be shown in @n_strips strips
 * from @start on; or in the next strip; or a new one in the next strip. */
void show_push_timed (Show * s, guint i, GstBuffer * frame, gint64 start,
    guint n_strips);
void show_push (Show * s, guint i, GstBuffer * frame, guint32 seed);
void show_push_new (Show * s, guint i);

/* To all pads from @first on. */
void show_push_rest (Show * s, guint first);

/* The next strip, which is right; or nothing but that it is. */
GstBuffer *show_pull (Show * s);
void show_expect (Show * s);

/* So many strips of new frames, which are right. */
void show_run (Show * s, guint n);

/* How many tiles were copied on arrival since this was called last. */
guint show_count (Show * s);

/* Fails the test unless from now on all frames are copied on arrival. */
void show_check_all_arrive (Show * s);
