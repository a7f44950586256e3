/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's insides, for the files that it is made of. */

#pragma once

#include "gstntframes.h"
#include "gstntmosaic.h"
#include "gstntmosaicpad.h"

G_BEGIN_DECLS

/* What has been done since the element was started. */
typedef struct
{
  guint64 strips;
  guint64 tiles_copied;
  guint64 tiles_on_arrival;     /* of these */
  guint64 tiles_kept;
  guint64 tiles_background;
  guint64 frames_refused;
  guint64 bytes_copied;
  GstClockTime copy_time;
} GstNtMosaicStats;

struct _GstNtMosaic
{
  GstVideoAggregator parent;

  /* Guarded by the object lock. */
  NtmAlign align;
  guint32 background_color;
  guint tile_width;
  guint tile_height;
  guint n_strips;
  guint max_threads;
  gboolean ignore_inactive_pads;        /* what the user wants */
  NtmStores nt_stores;
  guint64 nt_threshold;
  gboolean copy_on_arrival;
  gboolean tile_meta;
  gint frames_ahead;            /* -1: what memory allows */
  GstClockTime latency;         /* what the user wants */
  GstClockTime ahead;           /* what pads may run ahead; 0: live */
  GstNtMosaicStats stats;
  NtmLayout *layout;          /* of the caps that the src pad has */
  gboolean has_misfits;         /* a pad's caps don't fit there */
  GstClockTime last_time;       /* of the strip made last; NONE after a seek */
  GstClockTime last_end;        /* the same; NONE without a rate */
  GstClockID wait_id;           /* the streaming thread waits for it */
  gboolean stopping;            /* it must not begin to */
  GstClockTime waiting_since;   /* system time; NONE: no frame is waited for */
  GstClockID silence_id;        /* a look at pads without data is due */
  guint32 seek_seqnum;          /* of a seek that flushes, or INVALID */

  gint n_queued;                /* atomic: frames that a pad may queue */
  gint n_after_stall;           /* atomic: strips until it may be more again; 0: it
                                 * may be what was decided */
  gint failed;                  /* atomic: an error was posted; no more strips */
  gint has_untimed;             /* atomic: a still came without a timestamp */

  /* Set once. */
  GstNtStripPool *strip_pool;
  GstNtFrames *frames;          /* memory for upstreams */
  NtmComposer *composer;      /* composes in the streaming thread */

  /* Of the streaming thread alone. */
  NtmLayout *next_layout;     /* of the caps that are being negotiated */
  GArray *next_seats;           /* the pads of its tiles */
  gboolean strips_fit;          /* the strips are of the current layout */
  gboolean strip_is_guessed;    /* its caps are: no pad has any yet */
  GstAllocationParams strip_params;     /* as downstream wants strips */
  gboolean pool_is_downstreams; /* if it has a buffer to spare */
  gboolean downstream_takes_meta;
  GstClockTime period;          /* from one strip to the next */
  gboolean strip_made;          /* or begun, in this round */
  GstClockTime strip_time;      /* running time at which that strip begins */
  gboolean strip_is_ours;       /* it is from strip_pool */
  NtmStrip *downstreams_strip;  /* stands for a buffer that is not; or NULL */
  guint64 last_content;         /* content ids are counted up */
};

/* Each file sets the virtual functions that it implements. */
void gst_nt_mosaic_class_init_properties (GstNtMosaicClass * klass);
void gst_nt_mosaic_class_init_inputs (GstNtMosaicClass * klass);
void gst_nt_mosaic_class_init_negotiation (GstNtMosaicClass * klass);
void gst_nt_mosaic_class_init_pace (GstNtMosaicClass * klass);
void gst_nt_mosaic_class_init_flush (GstNtMosaicClass * klass);
void gst_nt_mosaic_class_init_ahead (GstNtMosaicClass * klass);
void gst_nt_mosaic_class_init_mixing (GstNtMosaicClass * klass);

/* Looks at what @pad gets before the base class does. Before it is added. */
void gst_nt_mosaic_init_pad_inputs (GstNtMosaicPad * pad);

/* Posts an error, if it is the first since the element was started, and ends the
 * making of strips. From any thread, without locks. */
void gst_nt_mosaic_fail (GstNtMosaic * self, const GError * error);
void gst_nt_mosaic_fail_stream (GstNtMosaic * self, gint code,
    const gchar * format, ...) G_GNUC_PRINTF (3, 4);

/* Posts a warning: something is wrong, and strips are made all the same. From any
 * thread, without the object lock. */
void gst_nt_mosaic_warn (GstNtMosaic * self, GQuark domain, gint code,
    const gchar * format, ...) G_GNUC_PRINTF (4, 5);

/* The warning of caps of @pad that don't fit, because of @why. */
void gst_nt_mosaic_warn_of_caps (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GError * why);

/* Whether a strip was made since the element was started. */
gboolean gst_nt_mosaic_has_made_strips (GstNtMosaic * self);

/* Whether what is wrong with one pad is a warning and no error: strips are being
 * made, and the pad is not the only one. */
gboolean gst_nt_mosaic_goes_on_without_one (GstNtMosaic * self);

/* Explains what GStreamer refuses on @pad before the element sees it. Before it
 * is added. */
void gst_nt_mosaic_init_pad_refusals (GstNtMosaicPad * pad);

/* To be called with what @pad answers to queries, and when it is released: post
 * a warning if nothing that upstream can make is for the pad. From any thread,
 * without locks. */
void gst_nt_mosaic_note_caps_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * filter, const GstCaps * answer);
void gst_nt_mosaic_note_accept_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * caps, gboolean accepted);
void gst_nt_mosaic_explain_release (GstNtMosaic * self, GstNtMosaicPad * pad);

/* Posts the error that the base class doesn't, if @flow is one. */
void gst_nt_mosaic_explain_flow (GstNtMosaic * self, GstFlowReturn flow);

/* Data before caps would keep the base class asking for more data, at full
 * speed, as long as no other pad has caps either. FALSE: there is some, and an
 * error was posted. */
gboolean gst_nt_mosaic_check_caps_before_data (GstNtMosaic * self);

void gst_nt_mosaic_init_properties (GstNtMosaic * self);

/* What users know as the property of the base class. */
void gst_nt_mosaic_set_latency (GstNtMosaic * self, GstClockTime latency);

/* Hands what the user wants to the base class. */
void gst_nt_mosaic_ignore_inactive_pads (GstNtMosaic * self);

/* Lets pads run ahead of strips of the current layout that are @period apart, if
 * nothing is live. In the streaming thread. */
void gst_nt_mosaic_allow_ahead (GstNtMosaic * self, GstClockTime period);

/* Lets no pad run ahead. From any thread, without locks. */
void gst_nt_mosaic_forbid_ahead (GstNtMosaic * self);

/* Forbids it if something is live now, and allows it again some strips after a stall.
 * To be called with each strip, in the streaming thread. */
void gst_nt_mosaic_check_ahead (GstNtMosaic * self);

/* Waits until it is upstream's turn to make frames for @pad. In upstream's thread,
 * without locks. */
void gst_nt_mosaic_wait_for_turn (GstNtMosaic * self, GstNtMosaicPad * pad);

/* The streaming thread waits for frames, or does not any more. A warning names
 * the pads that it waits for in vain. */
void gst_nt_mosaic_begin_waiting (GstNtMosaic * self);
void gst_nt_mosaic_end_waiting (GstNtMosaic * self);

/* The element is stopped: no warning will come. */
void gst_nt_mosaic_forget_waiting (GstNtMosaic * self);

/* To be called when upstream begins, and before it ends, a flush of @pad. */
void gst_nt_mosaic_begin_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum);
void gst_nt_mosaic_end_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum);

/* A flushing seek with @seqnum begins, or has failed: GST_SEQNUM_INVALID. */
void gst_nt_mosaic_set_seek (GstNtMosaic * self, guint32 seqnum);

/* No flush is going on. */
void gst_nt_mosaic_forget_flushes (GstNtMosaic * self);

/* Makes @pad, which is new, part of the flush that is going on, if one is. */
void gst_nt_mosaic_join_flush (GstNtMosaic * self, GstNtMosaicPad * pad);

/* The seqnum of a flush that waits for @pad, or INVALID; to be handed on when
 * @pad is gone. */
guint32 gst_nt_mosaic_get_flush (GstNtMosaic * self, GstNtMosaicPad * pad);
void gst_nt_mosaic_leave_flush (GstNtMosaic * self, guint32 seqnum);

/* If the flush with @seqnum is that of a seek, flushes the pads that nothing is
 * linked to. */
void gst_nt_mosaic_flush_unlinked (GstNtMosaic * self, guint32 seqnum);

/* FALSE: a source says that it can't seek. Without locks. */
gboolean gst_nt_mosaic_can_flush (GstNtMosaic * self);

/* Moves the tiles of the strip that is being made to where the property align
 * says. FALSE: an error was posted. In the streaming thread. */
gboolean gst_nt_mosaic_follow_align (GstNtMosaic * self);

/* The strip has caps. */
gboolean gst_nt_mosaic_has_caps (GstNtMosaic * self);

/* All inputs are still images, or have no fixed rate; or there are no caps. */
gboolean gst_nt_mosaic_has_no_rate (GstNtMosaic * self);

/* Sets the time of @strip if it is the one at the start of a segment that is
 * played backwards, which the base class may leave without. In the streaming
 * thread. */
void gst_nt_mosaic_set_time_of_last_backwards (GstNtMosaic * self,
    GstBuffer * strip);

/* To be called with each strip, and to be undone when time starts anew. */
void gst_nt_mosaic_remember_time (GstNtMosaic * self, GstBuffer * strip);
void gst_nt_mosaic_forget_time (GstNtMosaic * self);

/* Goes on after the strip that was made last if the base class lost its place,
 * now that strips are @period apart. In the streaming thread. */
void gst_nt_mosaic_resume (GstNtMosaic * self, GstClockTime period);

/* Ends and forbids (@stopping), or allows again, the streaming thread's waiting
 * for the clock. */
void gst_nt_mosaic_set_stopping (GstNtMosaic * self, gboolean stopping);

G_END_DECLS
