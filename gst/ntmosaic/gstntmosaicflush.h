/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Flushes, and the pads that a flush does not reach. All functions but
 * gst_nt_mosaic_has_segment() take the object lock. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* To be called when upstream begins a flush of @pad, and before upstream ends
 * it. The latter returns the seqnum to end it with: if a flush of other pads
 * that @pad has been through goes on, its seqnum. The base class waits until
 * the last flush of each pad has that seqnum. */
void gst_nt_mosaic_begin_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum);
guint32 gst_nt_mosaic_end_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum);

/* Gives @event, which may reset the base class' segment of @pad, to the base
 * class. It would abort on a frame without a segment: so before that it drops
 * the frames that it has looked at, and looks at no other until it is over.
 * After a FLUSH_STOP, caps that the base class has not taken are queued
 * again. */
gboolean gst_nt_mosaic_pass_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    GstEvent * event);

/* Whether the base class may look at the frame of @pad that it takes out of its
 * queue. Takes no lock. To be called with the base class' lock of the pad,
 * which guards the segment. */
gboolean gst_nt_mosaic_has_segment (GstNtMosaic * self, GstNtMosaicPad * pad);

/* Whether the flush with @seqnum has reached all pads. It may be over. */
gboolean gst_nt_mosaic_has_flushed (GstNtMosaic * self, guint32 seqnum);

/* To be called before and after the base class carries out a flushing seek. */
void gst_nt_mosaic_begin_seek (GstNtMosaic * self, guint32 seqnum);
void gst_nt_mosaic_end_seek (GstNtMosaic * self, guint32 seqnum,
    gboolean succeeded);

/* To be called before the element starts: ends a flush that had begun before
 * the last stop. The base class keeps it, and would push nothing. */
void gst_nt_mosaic_end_flushes (GstNtMosaic * self);

/* To be called by the thread that has ended a flush, for which the base class
 * starts the streaming thread. If the element has been stopped meanwhile, ends
 * that thread and waits for it. */
void gst_nt_mosaic_stay_stopped (GstNtMosaic * self);

/* Makes the new @pad part of the flush that is going on, if there is one. */
void gst_nt_mosaic_join_flush (GstNtMosaic * self, GstNtMosaicPad * pad);

/* To be called before @pad is released: the flush that is going on may wait for
 * this pad alone. */
void gst_nt_mosaic_leave_flush (GstNtMosaic * self, GstNtMosaicPad * pad);

/* If the flush with @seqnum is that of a seek, flushes the pads that are not
 * linked. */
void gst_nt_mosaic_flush_unlinked (GstNtMosaic * self, guint32 seqnum);

/* FALSE: a source says that it can't seek. Queries upstream, without locks. */
gboolean gst_nt_mosaic_can_flush (GstNtMosaic * self);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_flush (GstNtMosaicClass * klass);

G_END_DECLS
