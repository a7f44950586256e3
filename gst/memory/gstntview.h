/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A frame that lies in a strip, as GstMemory: a read-only view of its tile.
 * Until the view is gone, the strip is not written to, and not used for
 * anything else. */

#pragma once

#include "gstntwatched.h"
#include "ntstrip.h"

G_BEGIN_DECLS

/* Files further up say what these are. */
typedef struct _GstNtArrivals GstNtArrivals;
typedef struct _GstNtStrip GstNtStrip;
typedef struct _GstNtStripPool GstNtStripPool;

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
  gboolean shown;               /* the strip that it lies in shows it */
  gboolean blamed;              /* its upstream was, for this frame */
};

/* Returns a view of @place in @strip, read-only memory. */
GstNtView *gst_nt_view_new (GstNtStrip * strip, const NtmPlace * place,
    void (*gone) (GstNtView * self));

/* Returns the view that @memory is. NULL: it is other memory, or part or a copy
 * of a view. */
GstNtView *gst_nt_view_get (GstMemory * memory);

/* Returns the view that the only memory of @buffer is. NULL: it has several, or
 * that is no view. */
GstNtView *gst_nt_view_of (GstBuffer * buffer);

G_END_DECLS
