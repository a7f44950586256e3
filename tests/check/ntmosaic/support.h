/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What all tests of the element share: frames whose every byte is known, and a
 * model of the strip that they should make. The model knows nothing of the code
 * under test: it goes byte by byte. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
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

/* A rig: one ntmosaic with a harness at each of its pads, not live. Frames are
 * TEST_FRAME_TIME apart where the rig makes them. */
#define TEST_FRAME_TIME (GST_SECOND / 25)

typedef struct
{
  GstElement *element;
  GstHarness *out;              /* at the src pad */
  GPtrArray *inputs;            /* of GstHarness, as they were added */
  GstBus *bus;
  guint n_sent;                 /* how often test_rig_send() was called */
} TestRig;

/* With pads sink_0 to sink_(@n_inputs - 1), in READY if there are none. */
TestRig *test_rig_new (guint n_inputs);

/* Fails the test if there is an error on the bus. */
void test_rig_free (TestRig * rig);

/* The same for a rig that is expected to have failed. */
void test_rig_free_failed (TestRig * rig);

/* One more pad; the harness belongs to the rig. */
GstHarness *test_rig_add (TestRig * rig, const gchar * pad_name);

/* Releases the pad of @input, which is freed. */
void test_rig_remove (TestRig * rig, GstHarness * input);

/* The input's harness by the order of adding. */
GstHarness *test_rig_input (TestRig * rig, guint index);

/* Sends caps at 25/1; with a @fps_n of 0, for still images. */
void test_input_set_caps (GstHarness * input, const gchar * format,
    guint width, guint height);
void test_input_set_caps_full (GstHarness * input, const gchar * format,
    guint width, guint height, gint fps_n, gint fps_d);

/* Sends a frame of the size and format of the input's caps, the @n-th of its
 * kind. */
void test_input_send (GstHarness * input, guint32 seed, guint n);

/* Sends a frame to each input: those of @strip's tiles, in the order of the
 * inputs, which must have caps; a GAP event where a tile has no height. */
void test_rig_send (TestRig * rig, const TestStrip * strip);

/* Sets the caps of all inputs to those of @strip's tiles. */
void test_rig_set_caps (TestRig * rig, const TestStrip * strip,
    const gchar * format);

/* The next strip, and the caps that it came with unless NULL. Fails the test
 * when none comes in time. */
GstBuffer *test_rig_pull (TestRig * rig, GstCaps ** caps);

/* Fails the test unless the next strip is @strip. */
void test_rig_expect (TestRig * rig, const TestStrip * strip);

/* Both. */
void test_rig_check (TestRig * rig, const TestStrip * strip);

/* A number of the property "stats". */
guint64 test_get_stat (GstElement * element, const gchar * name);

/* Fails the test unless exactly one error message from @source is on the bus,
 * or comes within seconds, and its text has all of the words, which end with
 * NULL. Errors of other elements don't count. */
void test_expect_error (GstBus * bus, GstElement * source, ...)
    G_GNUC_NULL_TERMINATED;

/* A frame whose rows stand in memory from the last to the first. */
GstBuffer *test_frame_new_upside_down (GstVideoFormat format, guint width,
    guint height, gsize stride, guint32 seed);

/* The same bytes and GstVideoMeta, in memories of @part_bytes bytes. Takes
 * @frame. */
GstBuffer *test_frame_split (GstBuffer * frame, gsize part_bytes);

/* Initializes the checks. Where NTMOSAIC_CPU asks for a kernel that this CPU
 * lacks, says so and ends the program as skipped: another kernel would be
 * tested twice. Called first in main(). */
void test_init (int *argc, char ***argv);

/* Runs @suite; the exit code of the program, if it returns. Without a fork (under
 * valgrind), a check that failed leaves its element running, and GStreamer would
 * wait for that for ever on the way out: the program then ends here. */
int test_run (Suite * suite, const gchar * name, const gchar * file);

/* The main() of a test file. */
#define NTMOSAIC_CHECK_MAIN(name)                                             \
    int main (int argc, char **argv)                                          \
    {                                                                         \
      test_init (&argc, &argv);                                               \
      return test_run (name ## _suite (), #name, __FILE__);                   \
    }
