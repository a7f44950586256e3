/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One element on its own: what it makes where nobody lends it anything, and
 * pipelines that a test plays for a while. Uses no check macros. */

#pragma once

#include "neighbours_lines.h"

/* Strips of one mosaic: enough for the probation, and for strips to be used several
 * times after it. */
#define N_STRIPS 42

/* What sources make: elements may look ahead, or make few frames of many. */
#define N_FRAMES (N_STRIPS + 10)

#define PIXEL_BYTES 4

/* Of the element's frames, and the widths of its neighbours. */
typedef struct
{
  guint width;
  guint height;
  guint left;
  guint right;
} TestSize;

#define N_SIZES 2

extern const TestSize test_sizes[N_SIZES];

/* ---- Pipelines ---- */

typedef struct
{
  GstElement *pipeline;
  GstElement *sink;             /* an appsink "s" */
  gchar *error;                 /* the first one */
  guint n_warnings;             /* of an element "m" */
} TestPlay;

void test_play_start (TestPlay * play, const gchar * line);

void test_play_stop (TestPlay * play);

/* Brings error and n_warnings up to date. */
void test_play_take_messages (TestPlay * play);

/* NULL: at the end, after an error, or if nothing happens for @patience. */
GstSample *test_play_pull (TestPlay * play, GstClockTime patience);

gboolean test_play_is_live (const TestPlay * play);

/* ---- Elements ---- */

typedef struct
{
  GstElementFactory *element;
  const TestSetting *setting;   /* NULL: as it is */
  TestFeed feed;
} TestSubject;

typedef struct
{
  GstCaps *caps;                /* NULL: it makes nothing of this size */
  guint32 sums[N_STRIPS];       /* of the frames */
  guint n;
  gboolean live;
  gboolean regular;             /* one frame after the other, not by the clock */
  gboolean repeatable;          /* the same frames each time */
} TestAlone;

guint32 test_sum_rows (const guint8 * data, gsize stride, guint width,
    guint height);

/* NULL if there was a frame, else why not. @memory is what it is fed, see
 * "testframes". */
gchar *test_alone_run (const TestSubject * subject, const gchar * memory,
    guint size, TestAlone * alone);

/* Finds out how @subject is fed, and what it makes of each size; live ones of the
 * first only. NULL, or why it makes nothing. */
gchar *test_alone_explore (TestSubject * subject, TestAlone * alone);
