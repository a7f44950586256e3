/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A frame that lies in a strip, as GstMemory: a read-only view of its tile. The
 * strip is not written to, nor used for anything else, before the view is
 * gone. */

#pragma once

#include "gstntwatched.h"
#include "ntstrip.h"

G_BEGIN_DECLS

typedef struct _GstNtArrivals GstNtArrivals;
typedef struct _GstNtStrip GstNtStrip;
typedef struct _GstNtView GstNtView;

struct _GstNtView
{
  GstNtWatched watched;
  NtmPlace place;               /* bytes between its rows are other tiles' */

  /* Set once. */
  void (*gone) (GstNtView * self);      /* called before the view is freed */
  GstNtStrip *strip;
  GstNtArrivals *arrivals;      /* a reference */
  guint tile;

  /* Guarded by the pool's lock. */
  gboolean shown;               /* in the strip that it lies in */
  gboolean blamed;              /* its pad was, for this frame */
};

/* A view of @place in @strip: read-only memory. */
GstNtView *gst_nt_view_new (GstNtStrip * strip, const NtmPlace * place,
    void (*gone) (GstNtView * self));

/* The view that @memory is; NULL if it is other memory, or part or a copy of a
 * view. */
GstNtView *gst_nt_view_get (GstMemory * memory);

/* The same for the memory of @buffer, which must be the only one. */
GstNtView *gst_nt_view_of (GstBuffer * buffer);

G_END_DECLS
