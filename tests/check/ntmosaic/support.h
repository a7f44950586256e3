/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What all tests of the element share: frames whose every byte is known, and a
 * model of the strip that they should make. The model knows nothing of the code
 * under test: it goes byte by byte. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

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

/* The byte at @offset into row @y of the frame with @seed. */
guint8 test_byte (guint32 seed, guint y, guint offset);

/* A frame of packed four-byte pixels. Rows are @stride bytes apart (0: tight),
 * the first one starts @offset bytes into the memory; a GstVideoMeta says so if
 * either is unusual. No timestamps. */
GstBuffer *test_frame_new (GstVideoFormat format, guint width, guint height,
    gsize stride, gsize offset, guint32 seed);

/* The same, tight, RGBA, with timestamps. */
GstBuffer *test_frame_new_timed (guint width, guint height, guint32 seed,
    GstClockTime pts, GstClockTime duration);

/* "video/x-raw" caps with square pixels, progressive. */
GstCaps *test_caps_new (const gchar * format, guint width, guint height,
    gint fps_n, gint fps_d);

/* Fails the test, naming the first wrong byte, unless @buffer with @caps is
 * @strip. */
void test_assert_strip (GstBuffer * buffer, GstCaps * caps,
    const TestStrip * strip);

/* Initializes the checks. Where NTMOSAIC_CPU asks for a kernel that this CPU
 * lacks, says so and ends the program as skipped: another kernel would be
 * tested twice. Called first in main(). */
void test_init (int *argc, char ***argv);

/* The main() of a test file. */
#define NTMOSAIC_CHECK_MAIN(name)                                             \
    int main (int argc, char **argv)                                          \
    {                                                                         \
      test_init (&argc, &argv);                                               \
      return gst_check_run_suite (name ## _suite (), #name, __FILE__);        \
    }
