/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* For tests of the element in a pipeline: application sources in front of it,
 * an application sink behind. All frames of a source are small, so that the
 * seeds of its tiles describe a strip. */

#pragma once

#include <gst/app/app.h>

#include "rig.h"

typedef struct
{
  GstElement *pipeline;
  GstElement *mosaic;
  GstElement *sink;             /* an appsink without sync to the clock */
  GPtrArray *sources;           /* of appsrc, linked to sink_0, sink_1, … */
  GstMessage *error;            /* the first on the bus, or one that was there,
                                   or NULL; the bus's lock guards it */
} TestPipeline;

/* The sources have caps. */
TestPipeline *test_pipeline_new (guint n_sources);

/* From a description in the syntax of gst-launch, with an ntmosaic "m" and an
 * appsink "s". There are no sources to push to. */
TestPipeline *test_pipeline_new_from_string (const gchar * description);

/* Fails the test unless the pipeline and the element lose their last
 * references. */
void test_pipeline_free (TestPipeline * self);

/* Fails the test if the state change fails. It may still be under way when this
 * returns. */
void test_pipeline_set_state (TestPipeline * self, GstState state);

/* Waits for the end of the state change, which must succeed. */
void test_pipeline_wait_state (TestPipeline * self);

/* One more source, without caps; @pad_name NULL: the next number. */
GstElement *test_pipeline_add_source (TestPipeline * self,
    const gchar * pad_name);

void test_pipeline_set_rate (TestPipeline * self, guint source, gint fps_n,
    gint fps_d);

void test_pipeline_push (TestPipeline * self, guint source, guint32 seed,
    GstClockTime pts, GstClockTime duration);

/* Frames with the seeds @seed, @seed + 1, …, each of @duration, one after the
 * other from @pts on. */
void test_pipeline_push_many (TestPipeline * self, guint source, guint n,
    guint32 seed, GstClockTime pts, GstClockTime duration);

/* A frame of one strip's duration, and before it @segment if it is new. */
void test_pipeline_push_in_segment (TestPipeline * self, guint source,
    const GstSegment * segment, guint32 seed, GstClockTime pts);

void test_pipeline_end (TestPipeline * self, guint source);

/* Ends all sources, and sets the pipeline to PLAYING. */
void test_pipeline_play (TestPipeline * self);

/* The next strip. Fails the test if there is none, and at once if an error is
 * on the bus. */
GstSample *test_pipeline_pull (TestPipeline * self);

/* The next strip, whatever is in it. */
void test_pipeline_skip (TestPipeline * self);

/* Fails the test unless the tiles of @sample are frames with @seeds. */
void test_assert_tiles (GstSample * sample, const guint32 * seeds,
    guint n_seeds);

/* Fails the test unless the next strip starts at @pts (NONE: don't care) and
 * its tiles are frames with the seeds in the list, as many as sources. */
void test_pipeline_expect (TestPipeline * self, GstClockTime pts, ...);

/* Fails the test unless EOS comes next. */
void test_pipeline_expect_eos (TestPipeline * self);

/* The same, and the end of the pipeline. */
void test_pipeline_finish (TestPipeline * self);

/* Pulls strips until EOS, and returns how many. Their times must increase. */
guint test_pipeline_drain (TestPipeline * self);

/* Fails the test if there is an error on the bus. */
void test_pipeline_assert_no_error (TestPipeline * self);

/* Returns how many samples the appsink @sink gets until EOS, and in @bytes the
 * bytes of each; fails the test unless they are all the same. */
guint test_pull_same (GstElement * sink, GBytes ** bytes);

/* The beginning of a line of elements: a still, 40 times. */
#define TEST_FROZEN(pattern)                                                  \
    "videotestsrc num-buffers=1 pattern=" pattern                             \
    " ! video/x-raw,format=RGBA,width=16,height=16"                           \
    " ! imagefreeze num-buffers=40"
