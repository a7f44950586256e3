/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Counts the frames of a pad that are in the base class' queue. Upstream can
 * wait until there are fewer. All functions are safe from any thread. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  GMutex lock;
  GCond shorter;

  /* Guarded by @lock. The first two wrap around. */
  guint n_in;                   /* frames that came to be queued */
  guint n_left;                 /* of these, frames that are to be taken next,
                                 * were taken, or were dropped */
  gboolean waits;               /* upstream waits for @wake_at frames or less */
  guint wake_at;
  gboolean hurry;               /* upstream must not wait */
  GstClockTime until;           /* running time at which the latest frame ends;
                                 * NONE: no frame came */
} GstNtMosaicQueue;

/* @queue: memory that is all zeros. */
void gst_nt_mosaic_queue_init (GstNtMosaicQueue * queue);
void gst_nt_mosaic_queue_clear (GstNtMosaicQueue * queue);

/* A frame comes to be queued, or isn't queued after all. A frame that was on
 * its way in a restart may be uncounted or leave after that. */
void gst_nt_mosaic_queue_count_in (GstNtMosaicQueue * queue);
void gst_nt_mosaic_queue_uncount (GstNtMosaicQueue * queue);

/* A frame leaves. */
void gst_nt_mosaic_queue_count_out (GstNtMosaicQueue * queue);

/* How many frames have left so far. */
guint gst_nt_mosaic_queue_get_n_left (GstNtMosaicQueue * queue);

/* To be called when the base class' queue is empty, as after a flush. Upstream
 * may wait again. Returns how many frames have left so far. */
guint gst_nt_mosaic_queue_restart (GstNtMosaicQueue * queue);

/* @hurry: upstream must not wait, and a wait ends at once. */
void gst_nt_mosaic_queue_set_hurry (GstNtMosaicQueue * queue, gboolean hurry);

/* How many frames are in the queue. The frame that is to be taken next has left
 * it if the base class has looked at it. */
guint gst_nt_mosaic_queue_get_n_queued (GstNtMosaicQueue * queue);

/* Whether a frame ends later than all frames before it. @end: the running time
 * at which it ends, in nanoseconds. To be called once for each frame. */
gboolean gst_nt_mosaic_queue_adds_time (GstNtMosaicQueue * queue,
    GstClockTime end);

/* Waits until @n frames or less are in the queue, or upstream must not wait.
 * FALSE: there were more for all of @patience, in microseconds. */
gboolean gst_nt_mosaic_queue_wait (GstNtMosaicQueue * queue, guint n,
    GTimeSpan patience);

G_END_DECLS
