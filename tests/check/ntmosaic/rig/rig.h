/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The rig: one ntmosaic with a harness at each of its pads. The test is
 * upstream of every pad, and downstream. */

#pragma once

#include <gst/check/gstharness.h>

#include "messages.h"
#include "model.h"
#include "program.h"
#include "waiting.h"

typedef struct
{
  GstElement *element;
  GstHarness *out;              /* at the src pad */
  GPtrArray *inputs;            /* of GstHarness, in the order of adding */
  GstBus *bus;
  GstTestClock *clock;          /* NULL: the rig isn't live */
  gboolean inputs_are_live;
  guint n_sent;                 /* calls of test_rig_send() */
} TestRig;

/* ---- Setting up ---- */

/* With pads sink_0 to sink_(@n_inputs - 1), in READY if there are none. Not
 * live. */
TestRig *test_rig_new (guint n_inputs);

/* The same, with RGBA caps on all pads, at @fps_n/1. */
TestRig *test_rig_new_of_size (guint n_inputs, guint width, guint height,
    gint fps_n);

/* With the caps, the alignment and the background colour that make @strip. */
TestRig *test_rig_new_for (const TestStrip * strip, const gchar * format);

/* With small frames, at TEST_FPS. */
TestRig *test_rig_new_small (guint n_inputs);

/* Without pads, and with a clock that the test moves. Sources that the test
 * adds are live unless @force_live is set. */
TestRig *test_rig_new_live (gboolean force_live);

/* Stops the element, and fails the test if the element keeps a reference too
 * many, or has sent an error or a warning that the test did not expect. */
void test_rig_free (TestRig * rig);

/* Adds a pad. The rig owns the harness. */
GstHarness *test_rig_add (TestRig * rig, const gchar * pad_name);

/* Releases the pad of @input, and frees @input. */
void test_rig_remove (TestRig * rig, GstHarness * input);

/* The harness of an input, by the order of adding. */
GstHarness *test_rig_input (TestRig * rig, guint index);

/* Sets a property of the element from a string. */
void test_rig_set (TestRig * rig, const gchar * property, const gchar * value);

/* Takes the element down to @state and up again; upstream and downstream start
 * anew too. */
void test_rig_restart (TestRig * rig, GstState state);

/* ---- Upstream: one input ---- */

/* RGBA caps and the like at 25/1; with a @fps_n of 0, for still images. */
void test_input_set_caps (GstHarness * input, const gchar * format,
    guint width, guint height);
void test_input_set_caps_full (GstHarness * input, const gchar * format,
    guint width, guint height, gint fps_n, gint fps_d);

/* For small frames. */
void test_input_set_small_caps (GstHarness * input);

/* At 25/1, with fields in the form of a caps string. */
void test_input_set_caps_with (GstHarness * input, guint width, guint height,
    const gchar * fields);

/* Pushes @frame (transfer full), as it is or as the @n-th of the rate in the
 * caps. The pad must accept it. */
void test_input_push (GstHarness * input, GstBuffer * frame);
void test_input_push_nth (GstHarness * input, GstBuffer * frame, guint n);

/* Pushes a frame of the size and format in the input's caps as the @n-th. */
void test_input_send (GstHarness * input, guint32 seed, guint n);
void test_rig_push (TestRig * rig, guint input, guint32 seed, guint n);

/* Pushes @frame (transfer full) as the @n-th small frame. Returns what the pad
 * says. */
GstFlowReturn test_rig_offer (TestRig * rig, guint input, GstBuffer * frame,
    guint n);

/* Pushes an event. The pad must accept it. */
void test_input_push_event (GstHarness * input, GstEvent * event);
void test_input_push_gap (GstHarness * input, guint n);
void test_input_push_segment (GstHarness * input, GstClockTime start);
void test_input_end (GstHarness * input);

/* How many frames have come to the pad, those that it has refused too. */
guint64 test_input_count_frames (GstHarness * input);

/* One half of a flush; or all of it and a segment, as upstream does for a
 * seek. */
void test_input_begin_flush (GstHarness * input, guint32 seqnum);
void test_input_end_flush (GstHarness * input, guint32 seqnum);
void test_input_flush (GstHarness * input, guint32 seqnum);

/* ---- Upstream: all inputs ---- */

/* Sets the caps of all inputs to those of @strip's tiles. */
void test_rig_set_caps (TestRig * rig, const TestStrip * strip,
    const gchar * format);

/* Sends a frame to each input: those of @strip's tiles, in the order of the
 * inputs, which must have caps; a GAP event where a tile has no height. */
void test_rig_send (TestRig * rig, const TestStrip * strip);

/* EOS. */
void test_rig_end (TestRig * rig);

/* How the strips end before the streams of all inputs do. */
typedef enum
{
  TEST_BY_POLICY,               /* eos-policy=first: input 0 ends */
  TEST_BY_DOWNSTREAM,           /* downstream takes no more strips */
  TEST_N_WAYS,
} TestWay;

/* Sets eos-policy for that. */
void test_rig_prepare_end (TestRig * rig, TestWay way);

/* Ends them after one strip of small frames. The inputs but 0 have a frame for
 * the next strip. Waits until EOS has come. */
void test_rig_end_early (TestRig * rig, TestWay way);

/* ---- Downstream ---- */

/* The next strip, and its caps unless NULL. Fails the test if none comes in
 * time. */
GstBuffer *test_rig_pull (TestRig * rig, GstCaps ** caps);

/* The next strip, whatever is in it. */
void test_rig_skip (TestRig * rig);

/* The next strip. Fails the test unless it is @strip. */
GstBuffer *test_rig_take (TestRig * rig, const TestStrip * strip);
void test_rig_expect (TestRig * rig, const TestStrip * strip);

/* The next strip, whatever is in it. Fails the test unless its caps have this
 * size. */
void test_rig_expect_size (TestRig * rig, gint width, gint height);

/* Sends the frames of @strip, and expects that strip. */
void test_rig_check (TestRig * rig, const TestStrip * strip);

/* Fails the test unless the next strip is one of @n_tiles small frames with the
 * seeds that follow, as guint32. Returns its timestamp. */
GstClockTime test_rig_expect_small (TestRig * rig, guint n_tiles, ...);

/* Sends a seek to the beginning. Returns its sequence number: upstream's flush
 * has the same. */
guint32 test_rig_begin_seek (TestRig * rig);

/* Fails the test if there is a strip already. */
void test_rig_expect_none (TestRig * rig);

/* Waits for EOS. Drops other events, and leaves the strips before it. */
void test_rig_await_eos (TestRig * rig);

/* Fails the test unless EOS comes, and no strip that was not pulled is before
 * it. Drops other events. */
void test_rig_expect_eos (TestRig * rig);

/* ---- A live rig ---- */

/* Moves the clock to the time that the element waits for, and returns it. */
GstClockTime test_rig_pass (TestRig * rig);

/* Takes the next strip, whatever is in it. It may come at once, or when the
 * clock shows @time: this moves the clock there. */
void test_rig_skip_due (TestRig * rig, GstClockTime time);

/* Waits until the element waits for the clock. Fails the test if there is a
 * strip by then. */
void test_rig_expect_silence (TestRig * rig);

/* ---- What the element says ---- */

/* See test_expect_message(); the macros add the NULL. */
#define test_rig_expect_error(rig, ...)                                       \
    test_expect_message ((rig)->bus, (rig)->element, GST_MESSAGE_ERROR,       \
        __VA_ARGS__, NULL)
#define test_rig_expect_warning(rig, ...)                                     \
    test_expect_message ((rig)->bus, (rig)->element, GST_MESSAGE_WARNING,     \
        __VA_ARGS__, NULL)

/* The element warns before it pushes: a warning about a strip that the test has
 * pulled is on the bus. */
#define test_rig_expect_no_warning(rig)                                       \
    test_expect_no_message ((rig)->bus, (rig)->element, GST_MESSAGE_WARNING)

/* A field of the property "stats". */
guint64 test_get_stat (GstElement * element, const gchar * name);
void test_expect_stat (TestRig * rig, const gchar * name, guint64 expected);
