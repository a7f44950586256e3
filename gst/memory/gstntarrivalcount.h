/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What is known of the frames of one upstream: how many are between its pad and
 * the strip, and whether copying them on arrival is of use. The lock of the
 * strip pool guards all of it; callers hold that lock. */

#pragma once

#include "gstntview.h"

G_BEGIN_DECLS

struct _GstNtArrivals
{
  GstNtStripPool *strips;       /* a reference; set once */

  NtmLayout *layout;            /* a reference; NULL: no tile */
  guint tile;
  guint n_in;                   /* frames that arrived; wraps around */
  guint n_taken;                /* of these, taken when the last strip was
                                 * chosen; wraps around */
  guint pause;                  /* this many frames more are not copied */
  guint next_pause;             /* length of the last pause, in frames */
};

/* The strip that the frame in @view lies in shows it. */
void gst_nt_arrivals_note_shown (GstNtView * view);

/* The copy of the frame in @view was useless: other strips show the frame
 * again, it keeps a strip from being used, or no strip shows it. The next
 * frames of its upstream are not copied for a while. */
void gst_nt_arrivals_blame (GstNtView * view);

/* @view is gone. If no strip showed its frame, though one could have, the copy
 * was useless. */
void gst_nt_arrivals_note_gone (GstNtView * view, gboolean could_be_shown);

G_END_DECLS
