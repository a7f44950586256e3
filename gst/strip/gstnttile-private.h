/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The memory of one frame that is lent to upstream: a view of a tile in a strip,
 * or a block of its own. The allocator sees every map, so it knows who writes.
 * What becomes of a tile is tied to its memory and not to the buffer that it was
 * lent in, because buffers lose and share their memories. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstNtTileMemory GstNtTileMemory;

typedef enum
{
  GST_NT_TILE_MEMORY_VIEW,             /* of a tile in a strip */
  GST_NT_TILE_MEMORY_BLOCK,            /* memory of its own, tight rows */
  GST_NT_TILE_MEMORY_SCRATCH,          /* the same, guarded on all sides */
  GST_NT_TILE_MEMORY_COPY,             /* made by gst_memory_copy() of any of these */
  GST_NT_TILE_MEMORY_PART,             /* made by gst_memory_share() */
} GstNtTileMemoryKind;

/* Where the pixels are. Bytes between the rows belong to somebody else. */
typedef struct
{
  guint8 *data;
  gsize stride;
  gsize row_bytes;
  gsize n_rows;
} GstNtTileRows;

/* Whom the frames are lent to. Guarded by the lock of the strip pool. */
typedef struct
{
  guint n_ahead;                /* frames that were lent, and that neither came
                                 * to be shown yet nor were dropped */
  guint pause;                  /* so many frames are lent no tile */
  guint next_pause;
} GstNtBorrower;

/* The memory is gone; frees what @self has. */
typedef void (*GstNtTileGoneFunc) (GstNtTileMemory * self);

struct _GstNtTileMemory
{
  GstMemory memory;
  GstNtTileMemoryKind kind;
  GstNtTileRows rows;
  GstNtTileGoneFunc gone;       /* NULL: nobody needs to know */
  gpointer owner;               /* of @gone */
  gint written;                 /* atomic: somebody mapped it for writing */

  /* Set by the strip pool that lent it, and guarded by its lock. */
  gpointer pool;
  GstNtBorrower *borrower;      /* lives as long as the memory */
  gboolean ahead;               /* it counts in @borrower's n_ahead */
  gpointer strip;               /* of a view */
  guint tile;                   /* of a view */

  /* Of a block and a scratch frame. */
  GstMemory *block;
  GstMapInfo map;
  gint unchecked;               /* atomic: nobody looked at the guards yet */
  guint probation;              /* of its owner's, which one it is part of */
};

/* A memory that spans @rows. */
GstNtTileMemory *gst_nt_tile_memory_new (GstNtTileMemoryKind kind,
    const GstNtTileRows * rows, GstNtTileGoneFunc gone, gpointer owner);

/* The memory that @buffer's frame was lent in; NULL if it is another memory,
 * several ones, or part of one. */
GstNtTileMemory *gst_nt_tile_memory_of (GstBuffer * buffer);

G_END_DECLS
