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
  gboolean was_asked;           /* for its frame for the strip that was made
                                 * last */
} GstNtMosaicPadStats;

/* What the streaming thread has found on a pad for one strip. */
typedef enum
{
  GST_NT_MOSAIC_SHOWS_NONE,     /* background */
  GST_NT_MOSAIC_SHOWS_FIRST,    /* a frame, for the first time */
  GST_NT_MOSAIC_SHOWS_AGAIN,
  GST_NT_MOSAIC_SHOWS_REFUSED,  /* background: a frame was taken for the first
                                 * time and can't be shown */
} GstNtMosaicShows;

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

/* To be called once for each strip. @n_taken: frames that the base class has
 * taken so far. Those that were taken and not shown were dropped. */
void gst_nt_mosaic_pad_stats_count_taken (GstNtMosaicPadStats * stats,
    guint n_taken, GstNtMosaicShows shows);

/* The value of the property. From any thread. */
GstStructure *gst_nt_mosaic_pad_stats_describe (GstNtMosaicPadStats * stats);

/* Installs the property "stats" of pads as number @id. */
void gst_nt_mosaic_install_pad_stats (GObjectClass * klass, guint id);

G_END_DECLS
