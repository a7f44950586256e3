/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The sink pad of ntmosaic: one tile. */

#pragma once

#include <gst/video/gstvideoaggregator.h>
#include <gst/video/video.h>

#include "gstntarrivals.h"

#include "gstntmosaicqueue.h"

G_BEGIN_DECLS

#define GST_TYPE_NT_MOSAIC_PAD (gst_nt_mosaic_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstNtMosaicPad, gst_nt_mosaic_pad, GST, NT_MOSAIC_PAD,
    GstVideoAggregatorPad)

struct _GstNtMosaicPad
{
  GstVideoAggregatorPad parent;

  /* Set before the pad is added. */
  guint number;                 /* of its name */
  GstNtArrivals *arrivals;      /* counts its frames */
  GstPadChainFunction base_chain;

  GstNtMosaicQueue queue;       /* has its own lock */

  gint caps_refused;            /* atomic: its frames are gaps */

  /* Guarded by the pad's object lock. */
  GstVideoInfo announced;       /* caps that upstream sent last, even if they
                                 * are still queued; UNKNOWN: none yet */
  gboolean told_of_caps;        /* caps were refused, and the user knows */
  gboolean link_was_tried;      /* the pad was asked for its caps without a
                                 * peer */
  gboolean was_linked;
  gconstpointer untimed;        /* the next frame if it had no timestamp; to
                                 * compare with */
  GSList *dropped;              /* of GstBuffer: to be dropped without locks */

  gint had_data;                /* atomic: a frame or a gap came, or EOS */

  /* Guarded by the element's object lock. */
  gint tile;                    /* its place in the element's layout, or -1 */
  gboolean unfit;               /* its caps don't fit: it shows background */
  GstVideoInfo settled;         /* caps that the strip was made for; UNKNOWN:
                                 * none, or unfit */
  guint32 flush_seqnum;         /* of the flush that it is in, or INVALID */
  guint32 flushed_seqnum;       /* of the flush that it went through last */
  gboolean named_silent;        /* a warning says that it gets no data */

  /* Held while a GAP event becomes a frame, while the segment is read, and
   * while a flush takes it away. */
  GMutex gap_lock;

  /* Held while the current buffer is taken away from the pad. The base class
   * does that in upstream's thread when the pad is flushed. */
  GMutex flush_lock;

  /* Guarded by @flush_lock. */
  gboolean released;            /* its current buffer may go at any moment */
  GstBuffer *shown;             /* the frame that was taken last */
  guint64 content;              /* its id */
  gboolean refused;             /* it can't be shown, and was counted as such */
  GstBuffer *kept;              /* a frame that stayed when new caps came */
  GstVideoInfo kept_info;       /* the caps that it came with */

  /* Of the streaming thread alone. */
  GstVideoInfo next_info;       /* caps of the frame that is taken next */
  gboolean caps_were_delayed;   /* once; the base class may still hold some */
  gboolean warned_of_frames;    /* once is enough */
  GstVideoInfo misfit;          /* caps that were warned of last; UNKNOWN:
                                 * none */
};

/* What a pad shows in one strip. */
typedef struct
{
  GstBuffer *buffer;            /* a reference; NULL: nothing, the tile is
                                 * background */
  guint64 content;              /* id of its bytes: that of the frame before it
                                 * if it is the same memory, else a new one */
  guint n_taken;                /* frames that were taken from the pad so far,
                                 * to be shown or dropped */
} GstNtMosaicTaken;

/* Whether @buffer stands for no frame: a GAP event, or empty with the GAP
 * flag. */
gboolean gst_nt_mosaic_is_gap (GstBuffer * buffer);

/* Answers for a strip what the pad shows in it, and lets go of the frame
 * before: it may be one of the few that upstream's pool has, and downstream may
 * take its time. Holds a reference on the frame until the pad shows another, or
 * was flushed or released: as long as that, nothing can have written to it. In
 * the streaming thread, once for each strip.
 * @last_content: content ids are counted up there. */
void gst_nt_mosaic_pad_take_frame (GstNtMosaicPad * pad,
    guint64 * last_content, GstNtMosaicTaken * taken);

/* The frame that was taken last can't be shown: FALSE if that was said before.
 * In the streaming thread. */
gboolean gst_nt_mosaic_pad_refuse (GstNtMosaicPad * pad);

/* The segment of the pad's frames. FALSE: none, because a flush from upstream
 * has taken it away. In the streaming thread, and only where the pad has a
 * frame: a pad that joins a flush may wait for that thread. */
gboolean gst_nt_mosaic_pad_get_segment (GstNtMosaicPad * pad,
    GstSegment * segment);

/* Drops @buffer, which it takes, in the next gst_nt_mosaic_pad_let_go(). For
 * callers that hold locks: this may be the last reference on upstream's
 * memory. */
void gst_nt_mosaic_pad_drop_later (GstNtMosaicPad * pad, GstBuffer * buffer);

/* Lets go of the frame that was taken last, unless the pad still shows it. To
 * be called before anything waits for more data without a strip. In the
 * streaming thread. */
void gst_nt_mosaic_pad_let_go (GstNtMosaicPad * pad);

/* To be called with each frame and gap that comes, and at EOS. */
void gst_nt_mosaic_pad_note_data (GstNtMosaicPad * pad);

/* Whether there was any since the element was started. From any thread. */
gboolean gst_nt_mosaic_pad_has_had_data (GstNtMosaicPad * pad);

/* To be called if a frame that was counted into the queue isn't queued after
 * all. In upstream's thread. */
void gst_nt_mosaic_pad_uncount (GstNtMosaicPad * pad);

/* Whether @buffer, which comes in @segment, ends later than all before it. To
 * be called once for each frame, in upstream's thread. */
gboolean gst_nt_mosaic_pad_adds_time (GstNtMosaicPad * pad,
    const GstSegment * segment, GstBuffer * buffer);

/* To be called when @buffer leaves the base class' queue. From any thread. */
void gst_nt_mosaic_pad_count_out (GstNtMosaicPad * pad, GstBuffer * buffer);

/* Whether the next frame is a still: its caps have the rate 0/1. In the
 * streaming thread. */
gboolean gst_nt_mosaic_pad_has_stills (GstNtMosaicPad * pad);

/* Gives @buffer, which has no timestamp and is next, to the strip that begins
 * at @running_time. Takes @buffer. */
GstBuffer *gst_nt_mosaic_pad_time_still (GstNtMosaicPad * pad,
    GstBuffer * buffer, GstClockTime running_time);

/* The next frame has a timestamp of its own. */
void gst_nt_mosaic_pad_note_timed (GstNtMosaicPad * pad);

/* Does the same once more for a later strip, if such a frame is still the next
 * one. In the streaming thread, without locks. */
void gst_nt_mosaic_pad_retime_still (GstNtMosaicPad * pad,
    GstClockTime running_time);

/* To be called when no frame is on its way from upstream to a strip. */
void gst_nt_mosaic_pad_restart (GstNtMosaicPad * pad);

/* Whether the pad is at EOS and what it showed last is over at the running time
 * @now, so that nothing is to come from it. */
gboolean gst_nt_mosaic_pad_is_over (GstNtMosaicPad * pad, GstClockTime now);

/* Remembers @caps as what upstream sent last. */
void gst_nt_mosaic_pad_announce (GstNtMosaicPad * pad, const GstCaps * caps);

/* What upstream sent last; FALSE if nothing yet. */
gboolean gst_nt_mosaic_pad_get_announced (GstNtMosaicPad * pad,
    GstVideoInfo * info);

/* From now on, frames with @caps are taken. In the streaming thread. */
void gst_nt_mosaic_pad_set_next_caps (GstNtMosaicPad * pad,
    const GstCaps * caps);

/* To be called before a gap is taken that lets the frame before it stay: the
 * base class takes new caps along, as if they were this frame's. In the
 * streaming thread. */
void gst_nt_mosaic_pad_keep_frame (GstNtMosaicPad * pad);

/* Lets go of all frames, for good. Before the base class does. */
void gst_nt_mosaic_pad_release (GstNtMosaicPad * pad);

gboolean gst_nt_mosaic_pad_is_released (GstNtMosaicPad * pad);

/* Forgets what upstream sent, and its place in a layout. With the element's
 * object lock held. */
void gst_nt_mosaic_pad_reset (GstNtMosaicPad * pad);

/* Makes the pad as if no caps had come before: the next ones hold at once, and
 * what it showed is over. In the streaming thread, without locks. */
void gst_nt_mosaic_pad_forget (GstNtMosaicPad * pad, GstAggregator * agg);

/* For g_list_sort() and the like: tiles stand in the order of their numbers. */
gint gst_nt_mosaic_pad_compare (gconstpointer a, gconstpointer b);

G_END_DECLS
