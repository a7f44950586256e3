/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What is known of the frames of one upstream: how many are on their way, and
 * whether copying them on arrival is of use. All of it is guarded by the lock of
 * the strip pool, and called with it held. */

#pragma once

#include "gstntview.h"

G_BEGIN_DECLS

typedef struct _GstNtStripPool GstNtStripPool;

struct _GstNtArrivals
{
  GstNtStripPool *strips;       /* a reference; set once */

  NtmLayout *layout;            /* a reference; NULL: no tile */
  guint tile;
  guint n_in;                   /* frames that came */
  guint n_taken;                /* of them, frames taken when a strip was chosen;
                                 * both wrap around */
  guint pause;                  /* so many frames stay what they are */
  guint next_pause;
};

/* The frame in @view is shown in the strip that it lies in. */
void gst_nt_arrivals_note_shown (GstNtView * view);

/* The frame in @view was copied for nothing: it is repeated in other strips,
 * stands in the way of one, or is never shown. Its upstream's next frames stay
 * what they are for a while. */
void gst_nt_arrivals_blame (GstNtView * view);

/* The view is gone. If it was never shown, though it could have been, it was copied
 * for nothing. */
void gst_nt_arrivals_note_gone (GstNtView * view, gboolean could_be_shown);

G_END_DECLS
