/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Flushes, and the pads that one does not reach. */

#pragma once

#include "gstntmosaicpad.h"
#include "gstntmosaicstate.h"

G_BEGIN_DECLS

/* To be called when upstream begins, and before it ends, a flush of @pad. */
void gst_nt_mosaic_begin_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum);
void gst_nt_mosaic_end_flush (GstNtMosaic * self, GstNtMosaicPad * pad,
    guint32 seqnum);

/* Whether the flush with @seqnum has reached all pads, and is perhaps over. */
gboolean gst_nt_mosaic_has_flushed (GstNtMosaic * self, guint32 seqnum);

/* To be called before and after the base class carries out a flushing seek. */
void gst_nt_mosaic_begin_seek (GstNtMosaic * self, guint32 seqnum);
void gst_nt_mosaic_end_seek (GstNtMosaic * self, guint32 seqnum,
    gboolean succeeded);

/* No flush is going on. */
void gst_nt_mosaic_forget_flushes (GstNtMosaic * self);

/* Makes @pad, which is new, part of the flush that is going on, if one is. */
void gst_nt_mosaic_join_flush (GstNtMosaic * self, GstNtMosaicPad * pad);

/* The seqnum of the flush that @pad is in, or INVALID; to be handed on when
 * @pad is gone: the flush may wait for nothing else. */
guint32 gst_nt_mosaic_get_flush (GstNtMosaic * self, GstNtMosaicPad * pad);
void gst_nt_mosaic_leave_flush (GstNtMosaic * self, guint32 seqnum);

/* If the flush with @seqnum is that of a seek, flushes the pads that nothing is
 * linked to. */
void gst_nt_mosaic_flush_unlinked (GstNtMosaic * self, guint32 seqnum);

/* FALSE: a source says that it can't seek. Without locks. */
gboolean gst_nt_mosaic_can_flush (GstNtMosaic * self);

/* Sets the virtual functions that this file implements. */
void gst_nt_mosaic_class_init_flush (GstNtMosaicClass * klass);

G_END_DECLS
