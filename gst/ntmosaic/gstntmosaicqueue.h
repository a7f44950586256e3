/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How many frames of a pad are in the base class' queue. Upstream may wait for
 * them to be fewer. All functions are safe from any thread. */

#pragma once

#include <glib.h>

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

/* If @full frames are in it, waits until half of them have left, but no longer
 * than @patience microseconds: then the answer is FALSE. */
gboolean gst_nt_mosaic_queue_wait (GstNtMosaicQueue * queue, guint full,
    GTimeSpan patience);

G_END_DECLS
