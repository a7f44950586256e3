/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many frames of a pad are in the base class' queue. Upstream may wait for
 * them to be fewer. All functions are safe from any thread. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct
{
  GMutex lock;
  GCond shorter;

  /* Guarded by @lock. The first two wrap around. */
  guint n_in;                   /* frames that came to be queued */
  guint n_left;                 /* of them, frames that are next, shown or
                                 * dropped */
  gboolean waits;               /* upstream does, for so few in between: */
  guint wake_at;
  gboolean hurry;               /* it must not wait */
  GstClockTime until;           /* running time at which the latest frame ends;
                                 * NONE: none came */
} GstNtMosaicQueue;

/* Of a queue in memory that is zeros. */
void gst_nt_mosaic_queue_init (GstNtMosaicQueue * queue);
void gst_nt_mosaic_queue_clear (GstNtMosaicQueue * queue);

/* A frame comes to be queued, or isn't queued after all. */
void gst_nt_mosaic_queue_count_in (GstNtMosaicQueue * queue);
void gst_nt_mosaic_queue_uncount (GstNtMosaicQueue * queue);

/* A frame leaves. */
void gst_nt_mosaic_queue_count_out (GstNtMosaicQueue * queue);

/* How many frames have left so far. */
guint gst_nt_mosaic_queue_get_n_left (GstNtMosaicQueue * queue);

/* No frame is in it, and upstream may wait again. Answers how many have left so
 * far. */
guint gst_nt_mosaic_queue_restart (GstNtMosaicQueue * queue);

/* Upstream must not wait (@hurry), or may. */
void gst_nt_mosaic_queue_set_hurry (GstNtMosaicQueue * queue, gboolean hurry);

/* How many frames are in it. The frame that is taken next may have left it
 * already. */
guint gst_nt_mosaic_queue_get_n_queued (GstNtMosaicQueue * queue);

/* Whether @end, the running time at which a frame ends that comes, is later
 * than that of all before it. To be called once for each frame. */
gboolean gst_nt_mosaic_queue_adds_time (GstNtMosaicQueue * queue,
    GstClockTime end);

/* Waits until no more than @n frames are in it, or upstream must not wait.
 * FALSE: there were more for all of @patience microseconds. */
gboolean gst_nt_mosaic_queue_wait (GstNtMosaicQueue * queue, guint n,
    GTimeSpan patience);

G_END_DECLS
