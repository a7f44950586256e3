/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A model of the strip that frames should make. It shares no code with the
 * element, and goes byte by byte. */

#pragma once

#include "frames.h"

/* One tile of an expected strip. */
typedef struct
{
  guint width;
  guint height;                 /* of the frame; 0: the tile is background */
  guint32 seed;                 /* of the frame's bytes */
} TestTile;

/* An expected strip. */
typedef struct
{
  const TestTile *tiles;
  guint n_tiles;
  guint height;                 /* of the strip */
  const gchar *align;           /* as the property's nick */
  guint32 background;           /* 0xAARRGGBB */
} TestStrip;

#define BLACK 0xff000000

/* The most bytes of a strip: as many as GStreamer can describe, or with 32-bit
 * addresses as many as a program can address. */
#define TEST_MOST_BYTES (sizeof (gsize) > 4 ? "4294967295" : "2147483647")

/* In place of a small frame's seed: the tile is background. */
#define TEST_NO_FRAME 0

/* Fails the test, naming the first wrong byte, unless @buffer with @caps is
 * @strip. */
void test_assert_strip (GstBuffer * buffer, GstCaps * caps,
    const TestStrip * strip);

/* Fails the test unless @buffer with @caps is a strip of small frames. */
void test_assert_small (GstBuffer * buffer, GstCaps * caps,
    const guint32 * seeds, guint n_seeds);
