/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip of a pool, and the frames that lie in it.
 *
 * A strip belongs to one owner at a time: to its pool while it is home, to the
 * GstMemory that wraps it while it is out. Only the owner touches its fields,
 * with two exceptions: a write map sets @written from any thread, and the
 * pool's lock guards the last fields. */

#pragma once

#include "gstntview.h"

G_BEGIN_DECLS

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
  guint generation;             /* of the set when the strip was made */
  gint written;                 /* atomic: it was mapped for writing since it
                                 * was acquired */

  /* Guarded by the pool's lock. */
  GstNtStripState state;
  GstNtView **views;            /* frames that lie in it, by tile of its layout;
                                 * NULL: no frame */
  guint n_views;
  guint idle_since;             /* the set's age when it came to be free */
};

/* Returns a strip of @layout with @padding bytes behind it, aligned as
 * @align_mask says; it is out. NULL: the system has no memory. Takes no time:
 * no page of it is backed by memory yet. */
GstNtStrip *gst_nt_strip_new (NtmLayout * layout, gsize padding,
    gsize align_mask);

void gst_nt_strip_free (GstNtStrip * strip);

static inline NtmLayout *
gst_nt_strip_get_layout (const GstNtStrip * strip)
{
  return ntm_strip_get_layout (strip->strip);
}

/* Gives @strip, in which no frame lies, the layout @layout. Unless that is its
 * layout already, what it holds is forgotten. FALSE: no memory for a ledger. */
gboolean gst_nt_strip_prepare (GstNtStrip * strip, NtmLayout * layout);

G_END_DECLS
