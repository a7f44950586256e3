/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The insides of the strip pool. Arrivals need its lock, its coming strips, and
 * one more strip now and then. */

#pragma once

#include "gstntstripset.h"

G_BEGIN_DECLS

/* What downstream does with strips. An element that writes to a strip gets a
 * copy of all of it, if frames lie in it that may be shown again. So nothing is
 * copied on arrival before a strip came back unwritten. */
typedef enum
{
  GST_NT_DOWNSTREAM_UNKNOWN,
  GST_NT_DOWNSTREAM_READS,
  GST_NT_DOWNSTREAM_WRITES,
} GstNtDownstream;

/* How strips are made. */
typedef struct
{
  NtmLayout *layout;            /* a reference; NULL: not configured */
  gsize padding;                /* bytes behind a strip */
  gsize align_mask;
  guint generation;             /* of the set, when this was read */
} GstNtStripConfig;

struct _GstNtStripPool
{
  GMutex lock;
  gint is_hurried;              /* atomic */

  /* All below are guarded by @lock. */
  GstNtStripSet set;
  GstNtStripConfig config;      /* but for its generation, which is the set's */
  guint n_configured;           /* how many strips there should be at least */
  guint64 n_allocated;          /* ever */
  gboolean growing;             /* a strip for arrivals is being made */
  GstNtDownstream downstream;
  guint64 last_content;         /* the highest content id that a strip showed */
  guint64 n_rebuilds;
};

/* Makes one more strip for coming frames, unless there are enough, or another
 * thread is making one. */
void gst_nt_strip_pool_grow (GstNtStripPool * pool);

G_END_DECLS
