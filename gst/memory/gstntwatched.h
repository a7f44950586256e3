/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The one memory type of strips: GstMemory that sees its maps and says when it
 * is gone. The life of a strip, and of a frame that lies in one, is tied to
 * memory and not to a buffer, because buffers lose and share their memories.
 *
 * A part of it (gst_memory_share()) is read-only, so that a writer gets a copy,
 * and holds a reference on the whole. Parts that are next to each other can be
 * joined again without a copy. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstNtWatched GstNtWatched;

/* What differs between kinds of watched memory. All functions but @copy are for
 * the whole only, and from any thread. */
typedef struct
{
  gsize instance_bytes;         /* of the struct that begins with GstNtWatched */

  /* A map with @flags begins, of the whole or a part; may be NULL. */
  void (*mapped) (GstNtWatched * whole, GstMapFlags flags);

  /* A copy of @size bytes from @offset on, which counts from where @self begins;
   * NULL: no memory. May be NULL: GStreamer's copy will do. */
  GstMemory *(*copy) (GstNtWatched * self, gsize offset, gsize size);

  /* The last reference is gone; the struct is freed after this. May be NULL. */
  void (*gone) (GstNtWatched * whole);
} GstNtWatch;

struct _GstNtWatched
{
  GstMemory memory;
  const GstNtWatch *watch;
  guint8 *data;                 /* of the whole */
};

/* Memory of @bytes bytes at @data, of which @size are used, with @flags, and a
 * struct of @watch's size whose other fields are zero. */
GstNtWatched *gst_nt_watched_new (const GstNtWatch * watch, gpointer data,
    gsize bytes, gsize align_mask, gsize size, GstMemoryFlags flags);

/* @memory, if it is the whole of memory of @watch; else NULL. */
GstNtWatched *gst_nt_watched_get (GstMemory * memory,
    const GstNtWatch * watch);

/* The whole that @self is, or is a part of. */
GstNtWatched *gst_nt_watched_get_whole (GstNtWatched * self);

/* GStreamer's copy, which is system memory. */
GstMemory *gst_nt_watched_copy_to_system (GstNtWatched * self, gsize offset,
    gsize size);

G_END_DECLS
