/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What one pad has counted since the element was started. Upstream's thread
 * counts frames that come, the streaming thread those that it takes, and any
 * thread reads: without locks. */

#pragma once

#include <gst/gst.h>
#include <stdatomic.h>

G_BEGIN_DECLS

/* The running times of a strip, in nanoseconds. Both are 0 if there is none, or
 * if strips have no rate. */
typedef struct
{
  _Atomic guint64 begin;
  _Atomic guint64 end;
} GstNtMosaicSpan;

typedef struct
{
  _Atomic guint64 frames;       /* that came */
  _Atomic guint64 shown;
  _Atomic guint64 repeated;     /* strips that showed a frame again */
  _Atomic guint64 dropped;
  _Atomic guint64 late;
  _Atomic guint64 refused;
  _Atomic guint64 last_time;    /* running time at which the latest frame
                                 * begins, in nanoseconds; NONE: no frame
                                 * came */
  atomic_bool stalled;

  /* Of upstream's thread alone. */
  GstClockTime last_end;        /* running time at which the latest frame ends;
                                 * NONE: none since the start or a flush */

  /* Of the streaming thread alone. */
  guint n_taken;                /* frames that are accounted for; wraps
                                 * around */
  gboolean is_hidden;           /* the frame that was taken last is not
                                 * accounted for */
} GstNtMosaicPadStats;

/* What became of the frame that a pad had for one strip. */
typedef enum
{
  GST_NT_MOSAIC_FATE_NONE,      /* there was no frame */
  GST_NT_MOSAIC_FATE_SHOWN,
  GST_NT_MOSAIC_FATE_REFUSED,
  GST_NT_MOSAIC_FATE_HIDDEN,    /* the strip has no room for it; the next one
                                 * may show it */
} GstNtMosaicFate;

/* Sets all to nothing, while no other thread counts. @n_taken: frames that the
 * base class has taken so far. */
void gst_nt_mosaic_pad_stats_reset (GstNtMosaicPadStats * stats,
    guint n_taken);

/* A frame came. @frame: what is left of it in running time; NULL: nothing.
 * @segment: its segment. @last: the strip whose frames were taken last. */
void gst_nt_mosaic_pad_stats_count_in (GstNtMosaicPadStats * stats,
    const GstSegment * segment, GstBuffer * frame, GstNtMosaicSpan * last);

/* @n frames that came are never taken. */
void gst_nt_mosaic_pad_stats_count_dropped (GstNtMosaicPadStats * stats,
    guint n);

/* To be called once for each strip, and at the end. @n_taken: frames that the
 * base class has taken so far. Those before the pad's frame were dropped.
 * @is_first: whether that frame was in no strip before. */
void gst_nt_mosaic_pad_stats_count_taken (GstNtMosaicPadStats * stats,
    guint n_taken, gboolean is_first, GstNtMosaicFate fate);

/* The value of the property. From any thread. */
GstStructure *gst_nt_mosaic_pad_stats_describe (GstNtMosaicPadStats * stats);

/* Installs the property "stats" of pads as number @id. */
void gst_nt_mosaic_install_pad_stats (GObjectClass * klass, guint id);

G_END_DECLS
