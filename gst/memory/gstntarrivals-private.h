/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the strip pool and its choice need of arrivals. */

#pragma once

#include "gstntarrivals.h"
#include "gstntview-private.h"

G_BEGIN_DECLS

/* All with the strip pool's lock held. */

/* The upstream counted by @arrivals had @n_taken frames taken when a strip was
 * chosen. */
void gst_nt_arrivals_set_taken (GstNtArrivals * arrivals, guint n_taken);

/* The frame in @view is shown in the strip that it lies in. */
void gst_nt_arrivals_note_shown (GstNtView * view);

/* The frame in @view was copied for nothing: it is repeated in other strips, stands
 * in the way of one, or is never shown. Its upstream's next frames stay what they
 * are for a while. */
void gst_nt_arrivals_blame (GstNtView * view);

G_END_DECLS
