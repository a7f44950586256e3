/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An element that makes walls, at random or as a test says. */

#pragma once

#include "rig/rig.h"
#include "walls_model.h"

/* An element, and the wall that it should make. */
typedef struct
{
  TestRig *rig;
  GRand *rand;
  Wall wall;
  GstHarness *inputs[WALL_MOST_TILES];  /* of the wall's tiles */
  GstBuffer *stills[WALL_MOST_TILES];   /* what their pads show; NULL: no frame,
                                         * or one that the test doesn't hold */
  guint n_sent;                 /* strips so far */
} Site;

/* With tile-meta, and no pads yet. */
void site_init (Site * site, guint32 seed);
void site_clear (Site * site);

/* A random number from 0 to @n - 1. */
guint site_dice (Site * site, guint n);

/* ---- The wall changes ---- */

/* Sets the properties to what the wall says. */
void site_set_wall (Site * site);

/* Rows, columns and the like of the wall, at random. */
void site_choose_wall (Site * site);

/* Chooses until the tiles can be placed, and sets the properties. A wall that
 * was possible may not be, with other tiles. */
void site_make_possible (Site * site);

/* Gives all tiles and pads another format, at random; a width that it can't
 * have is a pixel larger. */
void site_choose_format (Site * site);

/* Takes the element to READY and up again. The pads have the same caps. */
void site_restart (Site * site);

/* Gives a tile, and its pad, another size. */
void site_resize (Site * site, guint i, guint width, guint height);

/* Adds a pad with a number that is free, of random size. */
void site_add_pad (Site * site, guint number);
void site_add_pad_at_random (Site * site);

/* Releases the pad of tile @i, unless it is the only one. */
void site_remove_pad (Site * site, guint i);

/* One step of a random schedule: a pad comes or goes, or a size or a
 * property changes, or nothing. */
void site_change_at_random (Site * site);

/* ---- One strip ---- */

/* Sends to pad @i: a new frame, the same still as before, or either or a
 * gap. */
void site_push_new (Site * site, guint i);
void site_push_still (Site * site, guint i);
void site_push_at_random (Site * site, guint i);

/* Fails the test unless @strip, which is the next one, is the wall. Takes
 * both. */
void site_check_strip (Site * site, GstBuffer * strip, GstCaps * caps);

/* Pushes to all pads, and checks the strip, @n_strips times. */
void site_run (Site * site, void (*push) (Site * site, guint i),
    guint n_strips);

/* ---- Navigation ---- */

/* Moves the mouse to a pixel of the strip. Fails the test unless the pad of the
 * tile there, and no other, gets the event with the coordinates of its
 * frame. */
void site_click (Site * site, guint x, guint y);
