/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The frame that a pad shows. The pad holds a reference on it until it shows
 * another: so long nothing can write to the frame, and the same memory is the
 * same content. */

#pragma once

#include <gst/video/gstvideoaggregator.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

typedef struct
{
  GstVideoAggregatorPad *pad;   /* it is part of this pad */

  /* Held while the current buffer is read, and while the base class drops it.
   * The base class does that in upstream's thread when the pad is flushed. */
  GMutex lock;

  /* Guarded by @lock. */
  gboolean released;            /* its current buffer may go at any moment */
  GstBuffer *shown;             /* the frame that was taken last */
  guint64 content;              /* content id of @shown */
  gboolean was_taken;           /* @shown was, for a strip */
  gboolean refused;             /* @shown can't be shown, and was counted */
  gboolean has_come;            /* data, since the start or a flush */
  GstBuffer *kept;              /* a frame that stayed when new caps came */
  GstVideoInfo kept_info;       /* the caps that @kept came with */

  /* Guarded by the pad's object lock. */
  GSList *dropped;              /* of GstBuffer: to be dropped without locks */
} GstNtMosaicHeld;

/* What a pad shows in one strip. */
typedef struct
{
  GstBuffer *buffer;            /* a reference; NULL: background */
  guint64 content;              /* content id of @buffer: that of the frame
                                 * before if it is the same memory, else a new
                                 * one */
  gboolean is_first;            /* @buffer was not taken before */
} GstNtMosaicTaken;

/* What a pad has for a strip. */
typedef enum
{
  GST_NT_MOSAIC_HAS_NONE,       /* nothing came since the start or a flush */
  GST_NT_MOSAIC_HAS_DATA,       /* a frame or a gap */
  GST_NT_MOSAIC_HAS_LOST,       /* it had data, and the base class has dropped
                                 * them: at EOS, or because no more came */
} GstNtMosaicHas;

/* Whether @buffer is no frame: it is empty and has the GAP flag, as the buffer
 * that the base class makes out of a GAP event. */
gboolean gst_nt_mosaic_is_gap (GstBuffer * buffer);

/* @held: memory that is all zeros, and part of @pad. */
void gst_nt_mosaic_held_init (GstNtMosaicHeld * held,
    GstVideoAggregatorPad * pad);
void gst_nt_mosaic_held_clear (GstNtMosaicHeld * held);

/* Whether the base class has a frame of the pad, or a gap, for the next strip.
 * From any thread. */
gboolean gst_nt_mosaic_held_has_current (GstNtMosaicHeld * held);

/* Sets @taken to what the pad shows in a strip. The pad drops its reference on
 * the frame before, because upstream's pool may have few buffers, and
 * downstream may take long. It holds a reference on this frame until it shows
 * another, or is flushed or released. @last_content: the last content id of the
 * element; counted up. In the streaming thread, once for each strip. */
void gst_nt_mosaic_held_take (GstNtMosaicHeld * held, guint64 * last_content,
    GstNtMosaicTaken * taken);

/* To be called if the frame that was taken last can't be shown. FALSE: this was
 * called before for the same frame. In the streaming thread. */
gboolean gst_nt_mosaic_held_refuse (GstNtMosaicHeld * held);

/* Whether the frame that was taken last was refused. */
gboolean gst_nt_mosaic_held_is_refused (GstNtMosaicHeld * held);

/* Drops @buffer, which it takes over, in the next gst_nt_mosaic_held_let_go().
 * For callers that hold locks: the last reference on upstream's memory may run
 * upstream's code. From any thread. */
void gst_nt_mosaic_held_drop_later (GstNtMosaicHeld * held,
    GstBuffer * buffer);

/* Drops the reference on the frame that was taken last, unless the pad still
 * shows it. To be called before the streaming thread waits for more data. In
 * the streaming thread, without locks. Returns what the pad has now. */
GstNtMosaicHas gst_nt_mosaic_held_let_go (GstNtMosaicHeld * held);

/* To be called when a flush begins, before the base class takes it: from now
 * on, the pad may be without data. From any thread. */
void gst_nt_mosaic_held_forget_data (GstNtMosaicHeld * held);

/* To be called before the base class takes a gap that lets the frame before it
 * stay. With the gap, the base class takes new caps, as if they were the caps
 * of that frame; the pad remembers the caps that the frame came with.
 * @next_info: the new caps. In the streaming thread. */
void gst_nt_mosaic_held_keep (GstNtMosaicHeld * held,
    const GstVideoInfo * next_info);

/* Calls @flush, by which the base class drops the current buffer, and drops all
 * frames. Without locks. */
GstFlowReturn gst_nt_mosaic_held_flush (GstNtMosaicHeld * held,
    GstAggregator * agg,
    GstFlowReturn (*flush) (GstAggregatorPad * pad, GstAggregator * agg));

/* Drops all frames, and takes no more. Without locks. */
void gst_nt_mosaic_held_release (GstNtMosaicHeld * held);

/* From any thread. */
gboolean gst_nt_mosaic_held_is_released (GstNtMosaicHeld * held);

G_END_DECLS
