/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element's insides, for the files that it is made of. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

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

/* Ends and forbids (@stopping), or allows again, the streaming thread's waiting
 * for the clock. */
void gst_nt_mosaic_set_stopping (GstNtMosaic * self, gboolean stopping);

G_END_DECLS
