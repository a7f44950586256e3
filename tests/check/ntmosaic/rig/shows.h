/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A rig of three pads that show new frames all the time, for tests of copying
 * on arrival. Tiles have odd sizes, and margins above and below. */

#pragma once

#include "rig.h"

#define SHOW_PADS 3

#define SHOW_WIDTH 53
#define SHOW_HEIGHT 9

/* A pad never pauses for more frames. */
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

/* Progressive. Some strips have passed, and frames are copied on arrival. */
void show_begin (Show * s);

void show_end (Show * s);

/* A frame of pad @i, tight. */
GstBuffer *show_new_frame (Show * s, guint i, guint32 seed);

/* Pushes @frame (transfer full) to pad @i, for @n_strips strips from number
 * @start on; or for the next strip; or a new frame for the next strip. */
void show_push_timed (Show * s, guint i, GstBuffer * frame, gint64 start,
    guint n_strips);
void show_push (Show * s, guint i, GstBuffer * frame, guint32 seed);
void show_push_new (Show * s, guint i);

/* Pushes new frames to all pads from @first on. */
void show_push_rest (Show * s, guint first);

/* Fails the test unless the next strip is right, and returns it, or not. */
GstBuffer *show_pull (Show * s);
void show_expect (Show * s);

/* Shows @n strips of new frames, and checks them. */
void show_run (Show * s, guint n);

/* How many tiles were copied on arrival since the last call. */
guint show_count (Show * s);

/* Fails the test unless from now on all frames are copied on arrival. */
void show_check_all_arrive (Show * s);
