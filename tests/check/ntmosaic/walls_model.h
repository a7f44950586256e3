/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A model of the strip that rows and columns of tiles should make. It knows
 * nothing of the code under test: it paints one frame after the other. */

#pragma once

#include "rig/frames.h"

#define WALL_MOST_TILES 12

/* More than any test's wall needs. */
#define WALL_MOST_CELLS 64

typedef struct
{
  guint x;
  guint y;
  guint width;
  guint height;
} WallRect;

typedef struct
{
  guint pad;                    /* the number of its pad */
  guint width;                  /* of its caps */
  guint height;
  gboolean has_frame;
  guint32 seed;                 /* of the frame's bytes */

  gboolean is_hidden;           /* filled in by wall_place() */
  WallRect cell;                /* the same */
  WallRect frame;               /* the same */
} WallTile;

typedef struct
{
  /* As the properties of these names. */
  guint columns;
  guint rows;
  guint max_width;
  gboolean square;
  guint gap;
  guint align;                  /* 0 to 2 */
  guint align_x;
  guint tile_height;
  guint32 background;           /* 0xAARRGGBB */
  guint alone;                  /* show-source + 1: the number of a pad + 1; 0:
                                 * all are shown */

  GstVideoFormat format;        /* of all tiles */

  WallTile tiles[WALL_MOST_TILES];      /* in the order of their pads */
  guint n_tiles;

  guint width;                  /* filled in by wall_place() */
  guint height;                 /* the same */
  guint min_width;              /* what downstream asks for */
  guint min_height;
} Wall;

/* Places the tiles. FALSE: there are more than cells, or the strip is wider
 * than max_width. */
gboolean wall_place (Wall * wall);

/* Fails the test, naming the first wrong pixel, unless @strip with @caps is the
 * placed @wall. */
void wall_assert (const Wall * wall, GstBuffer * strip, GstCaps * caps);

/* The tile whose frame covers a pixel; NULL: none. */
const WallTile *wall_find (const Wall * wall, guint x, guint y);
