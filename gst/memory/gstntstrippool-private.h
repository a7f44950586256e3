/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The insides of the strip pool, for frames that arrive: these need its lock, its
 * coming strips, and one more strip now and then. */

#pragma once

#include "gstntstrippool.h"

G_BEGIN_DECLS

/* What downstream does with strips. An element that writes to a strip in which
 * frames lie that may be shown again would have to copy all of it: nothing is
 * copied on arrival before a strip came back as it went. */
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

  /* All below are guarded by @lock. */
  GstNtStripSet set;
  GstNtStripConfig config;      /* but for its generation, which is the set's */
  guint n_configured;           /* how many strips there should be at least */
  guint64 n_allocated;          /* ever */
  gboolean growing;             /* a strip for arrivals is being made */
  GstNtDownstream downstream;
  guint64 last_content;         /* the highest id that was shown so far */
  guint64 n_rebuilds;
};

/* Makes one more strip for frames to come, unless there are enough, or another
 * thread is about it. */
void gst_nt_strip_pool_grow (GstNtStripPool * pool);

G_END_DECLS
