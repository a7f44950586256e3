/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The one memory type of strips: GstMemory that sees its maps, and says when it
 * is gone. The lives of a strip, and of a frame that lies in one, are tied to
 * memory and not to a buffer, because buffers lose and share their memories.
 *
 * A part of it (gst_memory_share()) is read-only, so that a writer gets a copy,
 * and holds a reference on the whole. Adjacent parts can be joined again
 * without a copy. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstNtWatched GstNtWatched;

/* What differs between kinds of watched memory. Any thread may call these
 * functions. All but @copy get the whole. */
typedef struct
{
  gsize instance_bytes;         /* of the struct; GstNtWatched is its first
                                 * field */

  /* A map with @flags begins, of the whole or a part. May be NULL. */
  void (*mapped) (GstNtWatched * whole, GstMapFlags flags);

  /* Returns a copy of @size bytes from @offset on, which counts from where
   * @self begins; NULL: no memory. May be NULL: GStreamer's copy will do. */
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

/* Returns memory of @bytes bytes at @data, of which @size are used, with
 * @flags, in a struct of @watch's size whose other fields are zero. */
GstNtWatched *gst_nt_watched_new (const GstNtWatch * watch, gpointer data,
    gsize bytes, gsize align_mask, gsize size, GstMemoryFlags flags);

/* Returns @memory, if it is the whole of memory of @watch; else NULL. */
GstNtWatched *gst_nt_watched_get (GstMemory * memory,
    const GstNtWatch * watch);

/* Returns the whole that @self is, or is a part of. */
GstNtWatched *gst_nt_watched_get_whole (GstNtWatched * self);

/* Returns GStreamer's copy, which is system memory. */
GstMemory *gst_nt_watched_copy_to_system (GstNtWatched * self, gsize offset,
    gsize size);

G_END_DECLS
