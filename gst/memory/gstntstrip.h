/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip of a pool, and the frames that lie in it.
 *
 * A strip belongs to one owner at a time: to its pool while it is home, to the
 * GstMemory that wraps it while it is out. Only the owner may touch its fields,
 * except @written, which a write map sets from any thread, and what is guarded
 * by the pool's lock. */

#pragma once

#include "gstntview.h"

G_BEGIN_DECLS

typedef struct _GstNtStripPool GstNtStripPool;

/* As GstAllocationParams counts alignment: a mask. */
#define GST_NT_STRIP_ALIGN_MASK ((gsize) NTM_STRIP_ALIGNMENT - 1)

/* Where a strip is. */
typedef enum
{
  GST_NT_STRIP_OUT,             /* from being chosen until it is taken back */
  GST_NT_STRIP_FREE,            /* home, and no frame lies in it */
  GST_NT_STRIP_COMING,          /* home, and to be chosen soon */
  GST_NT_STRIP_HELD,            /* home but for the views of frames in it */
} GstNtStripState;

struct _GstNtStrip
{
  NtmStrip *strip;              /* memory and ledger */
  gsize bytes;                  /* of its memory, with its padding */
  gsize align_mask;             /* of its memory */

  GstNtStripPool *pool;         /* a reference, while the strip is out */
  guint generation;             /* of the pool's strips that it is one of */
  gint written;                 /* atomic: it was mapped for writing since it was
                                 * acquired */

  /* Guarded by the pool's lock. */
  GstNtStripState state;
  GstNtView **views;            /* frames that lie in it, by tile of its layout;
                                 * NULL: no frame */
  guint n_views;
  guint idle_since;             /* the set's age when it came to be free */
};

/* A strip of @layout with @padding bytes behind it, aligned as @align_mask says;
 * it is out. NULL when the system has no memory for it. Takes no time: there is
 * no page in it yet. */
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

G_END_DECLS
