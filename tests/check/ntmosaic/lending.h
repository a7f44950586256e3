/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstreams that write to what they are offered, and rigs of them. */

#pragma once

#include "support.h"

/* One that a pad has lent a pool to. */
typedef struct
{
  GstHarness *input;
  GstVideoInfo info;
  GstBufferPool *pool;          /* active; NULL: none was offered */
  guint n;                      /* frames that were pushed */
} TestUpstream;

/* For the caps that @input has: asks for a pool, and configures it. */
void test_upstream_init (TestUpstream * up, GstHarness * input);
void test_upstream_clear (TestUpstream * up);

/* The pool that the peer of @input offers for its caps, as it is; NULL: none. */
GstBufferPool *test_ask_for_pool (GstHarness * input);

/* The usual configuration: for @info, with GstVideoMeta, no limits. */
gboolean test_configure_pool (GstBufferPool * pool, const GstVideoInfo * info);

/* An empty frame from the pool. */
GstBuffer *test_upstream_acquire (TestUpstream * up);

/* The same, that shows @seed. */
GstBuffer *test_upstream_draw (TestUpstream * up, guint32 seed);

/* Writes the frame of @seed, through gst_video_frame_map(). */
void test_draw (GstBuffer * frame, const GstVideoInfo * info, guint32 seed);

/* Fails the test unless @frame shows @seed. */
void test_assert_drawn (GstBuffer * frame, const GstVideoInfo * info,
    guint32 seed);

/* Pushes @frame, or a copy of the buffer if it isn't writable, as the next one. */
void test_upstream_push (TestUpstream * up, GstBuffer * frame);

/* The same, for a writable @frame on which the caller keeps a reference. */
void test_upstream_push_and_keep (TestUpstream * up, GstBuffer * frame);

/* A rig of such upstreams, and what is to be seen. */
#define LENDING_MAX 8

typedef struct
{
  TestRig *rig;
  TestUpstream ups[LENDING_MAX];
  TestTile tiles[LENDING_MAX];
  TestStrip strip;
  guint32 last_seed;
} Lending;

/* Tiles of several sizes, centred; @in_place is the property's nick. */
void lending_init (Lending * l, guint n_pads, const gchar * in_place);

/* The same; all upstreams have written enough frames to be trusted. */
void lending_init_trusted (Lending * l, guint n_pads);

/* Fails the test if there were warnings. */
void lending_clear (Lending * l);

/* Each upstream draws one more frame and pushes it. */
void lending_push (Lending * l);

/* Upstream @i draws and pushes one more frame. */
void lending_push_one (Lending * l, guint i);

/* Pushes @frame, which shows @seed, to pad @i. */
void lending_push_frame (Lending * l, guint i, GstBuffer * frame,
    guint32 seed);

/* The same, with the caller's reference on the writable @frame. */
void lending_push_and_keep (Lending * l, guint i, GstBuffer * frame,
    guint32 seed);

/* The next strip, which is right. */
GstBuffer *lending_pull (Lending * l);

/* The same, for a strip of which nothing more is wanted. */
void lending_expect (Lending * l);

/* lending_push() and lending_expect(), @n times. */
void lending_run (Lending * l, guint n);

/* Fails the test unless @strip is what it was when it was pulled, when the seeds
 * were @tiles. */
void lending_assert_strip (Lending * l, GstBuffer * strip,
    const TestTile * tiles);

guint64 lending_count_in_place (Lending * l);

/* How many of the tiles of @strip are in @state; tile-meta must be on. */
guint test_count_state (GstBuffer * strip, const gchar * state);

/* Warnings on @bus; all words, which end with NULL, must be in each. */
guint test_count_warnings (GstBus * bus, ...) G_GNUC_NULL_TERMINATED;
