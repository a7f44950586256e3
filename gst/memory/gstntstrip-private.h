/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip of a pool, and the frames that lie in it.
 *
 * A strip belongs to one owner at a time: to its pool while it is free or
 * coming, to the GstMemory that wraps it while it is out. Only the owner may
 * touch its fields, except @written, which a write map sets from any thread,
 * and what is guarded by the pool's lock. */

#pragma once

#include "gstntstrippool.h"
#include "gstntview-private.h"

G_BEGIN_DECLS

/* As GstAllocationParams counts alignment: a mask. */
#define GST_NT_STRIP_ALIGN_MASK ((gsize) NTM_STRIP_ALIGNMENT - 1)

struct _GstNtStrip
{
  NtmStrip *strip;              /* memory and ledger */
  gsize bytes;                  /* of its memory, with its padding */

  GstNtStripPool *pool;         /* a reference, while the strip is out */
  guint generation;             /* of the pool's strips that it is one of */
  gint written;                 /* atomic: it was mapped for writing since it was
                                 * acquired */

  /* Frames that lie in it. Guarded by the pool's lock. */
  GstNtView **views;            /* by tile of its layout; NULL: no frame */
  guint n_views;
  guint n_claimed;              /* of them, frames that are due, while a strip is
                                 * being chosen */
  GstNtStrip *next_claimed;     /* the next strip with such frames */
  gboolean coming;              /* in the pool's row of coming strips */
  guint idle_since;             /* the pool's age when it came to be free */
  gboolean out;                 /* from being chosen until it is taken back */
  gboolean read_only;           /* while it is out: pads may still show frames
                                 * that lie in it */
};

/* A strip of @layout with @padding bytes behind it, aligned as @align_mask says.
 * NULL when the system has no memory for it. Takes no time: there is no page in
 * it yet. */
GstNtStrip *gst_nt_strip_new (NtmLayout * layout, gsize padding,
    gsize align_mask);

void gst_nt_strip_free (GstNtStrip * strip);

static inline NtmLayout *
gst_nt_strip_get_layout (const GstNtStrip * strip)
{
  return ntm_strip_get_layout (strip->strip);
}

/* Gives @strip the layout @layout. What it holds is forgotten, unless that is
 * its layout; no frame lies in it then. FALSE: no memory for a ledger. */
gboolean gst_nt_strip_prepare (GstNtStrip * strip, NtmLayout * layout);

/* Weight of a frame that is likely to change, relative to a still. */
#define GST_NT_STRIP_WEIGHT 8

/* What it costs to make a strip that isn't out hold @sources, one for each tile
 * of @layout. What was already shown when ids had come to @last_content is
 * likely to be shown again: it is written once, and kept from then on. */
guint64 gst_nt_strip_weigh_missing (const GstNtStrip * strip,
    const NtmLayout * layout, const NtmSource * sources,
    gconstpointer background, guint64 last_content);

G_END_DECLS
