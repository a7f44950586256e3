/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The insides of the strip pool, for the files that it is made of; the way home
 * for the memory that wraps a strip; and coming strips, for frames that arrive. */

#pragma once

#include "gstntstrip-private.h"

G_BEGIN_DECLS

/* How many strips ahead a frame is copied on arrival. An upstream that pushes
 * straight into the element is two frames ahead: one is queued, and one waits to be.
 * The third is for the moment in which frames were taken and their strip is not
 * chosen yet. */
#define GST_NT_STRIPS_AHEAD 3

/* What downstream does with strips. An element that writes to a strip in which
 * frames lie that may be shown again would have to copy all of it: nothing is
 * copied on arrival before a strip came back as it went. */
typedef enum
{
  GST_NT_DOWNSTREAM_UNKNOWN,
  GST_NT_DOWNSTREAM_READS,
  GST_NT_DOWNSTREAM_WRITES,
} GstNtDownstream;

struct _GstNtStripPool
{
  GMutex lock;

  /* All below are guarded by @lock. */
  GPtrArray *free_strips;       /* owned; the last one came home last */
  NtmLayout *layout;          /* NULL: not configured */
  gsize padding;                /* behind a strip */
  gsize align_mask;
  guint generation;             /* counts changes of size and alignment */
  guint n_strips;               /* of this generation: free ones, coming ones,
                                 * ones out, and ones that are home but for their
                                 * views */
  guint n_out;                  /* of them, out */
  guint n_configured;           /* how many there should be at least */
  guint age;                    /* counts strips; wraps around */
  guint64 n_allocated;          /* ever */

  /* The next one first; NULL: no frame of it has arrived yet. */
  GstNtStrip *coming[GST_NT_STRIPS_AHEAD];
  gboolean growing;             /* a strip for arrivals is being made */
  GstNtDownstream downstream;
  guint64 last_content;         /* the highest id that was shown so far */
  guint64 n_rebuilds;
};

/* How strips are made, all of one moment. */
typedef struct
{
  NtmLayout *layout;            /* a reference; NULL: not configured */
  gsize padding;
  gsize align_mask;
  guint generation;
} GstNtStripConfig;

/* Chooses a strip to hold @sources, and moves on to the next strip. Returns the
 * strip, which is out then, or NULL if none is free; and the configuration of
 * that moment in @config, with a reference that is the caller's. */
GstNtStrip *gst_nt_strip_pool_choose (GstNtStripPool * pool,
    const NtmSource * sources, const GstNtTileInput * inputs,
    gconstpointer background, GstNtStripConfig * config);

/* With the lock held: the current configuration, with a reference that is the
 * caller's. */
void gst_nt_strip_pool_get_config (const GstNtStripPool * pool,
    GstNtStripConfig * config);

/* With the lock held: @strip, which is new, is one of the pool's if it is of the
 * current configuration. */
void gst_nt_strip_pool_count_strip (GstNtStripPool * pool, GstNtStrip * strip);

/* @strip is no longer out. One of an older configuration is freed. */
void gst_nt_strip_pool_keep_or_free (GstNtStripPool * pool,
    GstNtStrip * strip);

/* With the lock held: if @strip is home, keeps it as a free one. TRUE: it is home
 * but of no use any more; the caller frees it when it has dropped the lock. */
gboolean gst_nt_strip_pool_keep_if_home (GstNtStripPool * pool,
    GstNtStrip * strip);

/* Takes @strip, whose last memory is gone, and the reference on the pool that
 * it holds. */
void gst_nt_strip_pool_take_back (GstNtStrip * strip);

/* With the lock held: the strip that is @ahead strips away, a free one put in its
 * place if there was none. NULL: none is free. */
GstNtStrip *gst_nt_strip_pool_get_coming (GstNtStripPool * pool, guint ahead);

/* Makes one more strip for frames to come, unless there are enough, or another
 * thread is about it. */
void gst_nt_strip_pool_grow (GstNtStripPool * pool);

/* Downstream writes to @strip, which is out: nothing is copied on arrival until the
 * pool is configured again. */
void gst_nt_strip_pool_note_writer (GstNtStrip * strip);

G_END_DECLS
