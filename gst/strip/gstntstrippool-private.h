/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The insides of the strip pool, for the files that it is made of; the way home
 * for the memory that wraps a strip; and the way out for frames that upstream is
 * going to write into a coming strip. */

#pragma once

#include "gstntstrip-private.h"

G_BEGIN_DECLS

/* How many strips ahead a tile is lent. An upstream that pushes straight into the
 * element is two frames ahead, one behind a queue with its default of 10 MiB six, if
 * frames are of 1024x1024: such a queue holds three, and one waits to get in. */
#define GST_NT_STRIPS_AHEAD 7

struct _GstNtStripPool
{
  GMutex lock;

  /* All below are guarded by @lock. */
  GPtrArray *free_strips;       /* owned; the last one came home last */
  GstNtLayout *layout;          /* NULL: not configured */
  gsize strip_bytes;            /* of a strip with its padding */
  gsize align_mask;
  guint generation;             /* counts changes of size and alignment */
  guint n_strips;               /* of this generation: free ones, ones out, and
                                 * ones of which upstream has tiles */
  guint n_out;                  /* of them, out */
  guint64 n_allocated;          /* ever */

  /* The next one first; NULL: nothing of it was lent yet. */
  GstNtStrip *coming[GST_NT_STRIPS_AHEAD];
  guint max_lent;               /* strips that upstream may have tiles of; as many
                                 * are made for that, besides those that are out */
  gboolean lends;
  guint64 last_content;         /* the highest id that was shown so far */
  guint64 n_rebuilds;
};

/* What an acquire needs to know, all of one moment. @strip is NULL if none is
 * free; else it is out. */
typedef struct
{
  GstNtStrip *strip;
  GstNtLayout *layout;          /* a reference; NULL: not configured */
  guint generation;
  gsize strip_bytes;
  gsize align_mask;
} GstNtStripChoice;

/* Chooses a strip to hold @sources, and lets time go on by one strip. */
void gst_nt_strip_pool_choose (GstNtStripPool * pool,
    const GstNtTileSource * sources, guint32 background,
    GstNtStripChoice * choice);

/* Makes one more strip for the configuration that @generation names, which is out
 * from now on. It counts as one of the pool's if that is still the current one. */
GstNtStrip *gst_nt_strip_pool_make_strip (GstNtStripPool * pool,
    guint generation, gsize bytes, gsize align_mask, GError ** error);

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

/* Somebody wanted to write to a strip that is nobody else's, and had to make a
 * copy only because it is read-only: no tiles are lent until the pool is
 * configured again. */
void gst_nt_strip_pool_stop_lending (GstNtStrip * strip);

/* The memory of tile @tile in the strip that is @borrower's n_ahead strips away,
 * for one more frame, if @layout is that of the pool. NULL: that can't be lent,
 * the frame must be written elsewhere. May allocate a strip, whose pages upstreams
 * touch as they write; does not wait for anything. */
GstNtTileMemory *gst_nt_strip_pool_lend (GstNtStripPool * pool,
    GstNtBorrower * borrower, GstNtLayout * layout, guint tile,
    GstNtTileGoneFunc gone, gpointer owner);

/* Counts @memory, which is no view, as one more frame of @borrower. */
void gst_nt_strip_pool_count_frame (GstNtStripPool * pool,
    GstNtBorrower * borrower, GstNtTileMemory * memory);

/* With the lock held: the frame in @memory came to be shown, or was dropped. */
void gst_nt_strip_pool_count_arrival (GstNtTileMemory * memory);

/* To be called when lent memory is gone. */
void gst_nt_strip_pool_settle (GstNtTileMemory * memory);

G_END_DECLS
