/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The sink pad of ntmosaic: one tile. */

#pragma once

#include <gst/video/gstvideoaggregator.h>
#include <gst/video/video.h>

#include "gstntarrivals.h"

#include "gstntmosaicheld.h"
#include "gstntmosaicpadstats.h"
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
  GstPadChainFunction base_chain;       /* of the base class */

  GstNtMosaicHeld held;         /* has its own lock */
  GstNtMosaicQueue queue;       /* has its own lock */
  GstNtMosaicPadStats stats;    /* has no lock */

  gint caps_refused;            /* atomic: its frames become gaps */
  gint had_data;                /* atomic: a frame or a gap came, or EOS */
  gint has_ended;               /* atomic: the stream has ended, and the pad
                                 * takes no frames until it is flushed */

  gint said_end;                /* atomic: a frame or an event was answered with
                                 * EOS since the last flush */

  /* Guarded by the pad's object lock. */
  GstVideoInfo announced;       /* caps that upstream sent last, even if they
                                 * are still queued; UNKNOWN: none yet */
  GstEvent *queued_caps;        /* these caps, until the base class takes them;
                                 * NULL: it has taken them, or none came */
  gboolean told_of_caps;        /* caps were refused, and an error or a warning
                                 * says so */
  gboolean link_was_tried;      /* the pad was asked for its caps without a
                                 * peer */
  gboolean was_linked;
  gconstpointer untimed;        /* the frame to be taken next, if it came
                                 * without a timestamp; only compared */
  GstClockTime ends_at;         /* running time at which its latest frame or gap
                                 * is over; NONE: it has no duration, or there
                                 * is none */

  /* Guarded by the element's object lock. */
  gint tile;                    /* index in the element's layout; -1: none */
  gboolean unfit;               /* its caps don't fit: it shows background */
  GstVideoInfo settled;         /* caps that the strip was negotiated for;
                                 * UNKNOWN: none, or unfit */
  guint32 flush_seqnum;         /* of the flush that it is in, or INVALID */
  guint32 flushed_seqnum;       /* of the flush that it went through last */
  gboolean named_silent;        /* a warning says that it gets no data */

  /* Held while a GAP event becomes a frame, while the segment is read, and
   * while a flush resets the segment. Only a flush waits for it: the streaming
   * thread tries, and if it can't have the lock, a flush is going on. */
  GMutex gap_lock;

  /* Held while the base class takes caps, so that a release of the pad comes
   * before or after that. */
  GMutex caps_lock;

  gint has_segment;             /* atomic: the base class has got upstream's
                                 * segment since its own was reset last */
  gint n_resets;                /* atomic: events that may reset it now */

  /* Of the streaming thread alone. */
  GstVideoInfo next_info;       /* caps of the frame that is taken next, as the
                                 * base class reads them */
  GstVideoChromaSite next_site; /* that these caps state; UNKNOWN: none */
  GstVideoChromaSite site;      /* the same of the caps before, which hold until
                                 * that frame */
  gboolean caps_were_delayed;   /* once at least: the base class may still hold
                                 * caps for a later frame */
  GstClockTime silent_since;    /* running time of the first strip without any
                                 * data since the start or a flush; NONE: no
                                 * such strip */
  gboolean warned_of_frames;    /* a frame was refused, and a warning says so */
  GstVideoInfo misfit;          /* caps of the last warning; UNKNOWN: none */
};

/* How many frames the base class has taken or dropped so far. In the streaming
 * thread. */
guint gst_nt_mosaic_pad_get_n_taken (GstNtMosaicPad * pad);

/* Counts what was taken for a strip. @n_taken: as above, before it was taken.
 * @taken: its buffer may be gone already. @is_shown: whether the strip shows
 * it. In the streaming thread, once for each strip. */
void gst_nt_mosaic_pad_count_taken (GstNtMosaicPad * pad, guint n_taken,
    const GstNtMosaicTaken * taken, gboolean is_shown);

/* Drops the frames of @pad that the base class has looked at, or can. Without
 * locks. */
void gst_nt_mosaic_pad_drop_next (GstNtMosaicPad * pad, GstAggregator * agg);

/* To be called when the stream has ended for @pad: drops its frames, and counts
 * them. The streaming thread calls it at the end, and upstream's thread for a
 * frame that was queued at that very moment. Without locks. */
void gst_nt_mosaic_pad_drop_rest (GstNtMosaicPad * pad, GstAggregator * agg);

/* The segment of the pad's frames. FALSE: a flush resets it, or has reset it.
 * In the streaming thread. */
gboolean gst_nt_mosaic_pad_get_segment (GstNtMosaicPad * pad,
    GstSegment * segment);

/* To be called with each arriving frame and gap, and at EOS. */
void gst_nt_mosaic_pad_note_data (GstNtMosaicPad * pad);

/* Whether the pad has had a frame, a gap or EOS since the element was started.
 * From any thread. */
gboolean gst_nt_mosaic_pad_has_had_data (GstNtMosaicPad * pad);

/* To be called if a frame that was counted into the queue isn't queued after
 * all. In upstream's thread. */
void gst_nt_mosaic_pad_uncount (GstNtMosaicPad * pad);

/* Whether @buffer, which comes in @segment, ends later than all frames before
 * it. To be called once for each frame, in upstream's thread. */
gboolean gst_nt_mosaic_pad_adds_time (GstNtMosaicPad * pad,
    const GstSegment * segment, GstBuffer * buffer);

/* To be called when @buffer leaves the base class' queue. From any thread. */
void gst_nt_mosaic_pad_count_out (GstNtMosaicPad * pad, GstBuffer * buffer);

/* To be called when the stream ends. The pad's upstream stops waiting for its
 * turn. From any thread. */
void gst_nt_mosaic_pad_end (GstNtMosaicPad * pad);

/* To be called when no frame is on its way from upstream to a strip, as after a
 * flush. */
void gst_nt_mosaic_pad_restart (GstNtMosaicPad * pad);

/* Remembers the caps of @event, a CAPS event to be queued, as the caps that
 * upstream sent last. In upstream's thread. */
void gst_nt_mosaic_pad_announce (GstNtMosaicPad * pad, GstEvent * event);

/* To be called when the base class gets @event, a CAPS event, out of the
 * queue. */
void gst_nt_mosaic_pad_note_taken_caps (GstNtMosaicPad * pad,
    const GstEvent * event);

/* The CAPS event that upstream sent last, a reference, if the base class has
 * not got it yet; else NULL. From any thread. */
GstEvent *gst_nt_mosaic_pad_ref_queued_caps (GstNtMosaicPad * pad);

/* The caps that upstream sent last; FALSE if none yet. From any thread. */
gboolean gst_nt_mosaic_pad_get_announced (GstNtMosaicPad * pad,
    GstVideoInfo * info);

/* The caps that the base class has for the pad, with the chroma-site that they
 * state. In the streaming thread, with the element's object lock held. */
void gst_nt_mosaic_pad_get_info (GstNtMosaicPad * pad, GstVideoInfo * info);

/* From now on, the frames that are taken have @caps. In the streaming
 * thread. */
void gst_nt_mosaic_pad_set_next_caps (GstNtMosaicPad * pad,
    const GstCaps * caps);

/* Drops all frames, and takes no more. To be called before the base class
 * releases the pad, without locks. */
void gst_nt_mosaic_pad_release (GstNtMosaicPad * pad);

/* Sets the counters to nothing, before any thread counts. */
void gst_nt_mosaic_pad_start_stats (GstNtMosaicPad * pad);

/* Forgets the caps that upstream sent, and the pad's tile. With the element's
 * object lock held. The pad's frame is left alone: in a flush, the base class
 * takes the object lock with the frame's lock held. */
void gst_nt_mosaic_pad_reset (GstNtMosaicPad * pad);

/* Drops the pad's frame and caps, so that the base class takes the next caps at
 * once. In the streaming thread, without locks. */
void gst_nt_mosaic_pad_forget (GstNtMosaicPad * pad, GstAggregator * agg);

/* Compares two pads by their numbers, for g_list_sort() and the like. */
gint gst_nt_mosaic_pad_compare (gconstpointer a, gconstpointer b);

G_END_DECLS
