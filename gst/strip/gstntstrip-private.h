/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One strip: a block of memory, and the ledger that says what its tiles hold.
 *
 * A strip belongs to one owner at a time: to its pool while it is free or coming,
 * to the GstMemory that wraps it while it is out. Only the owner may touch its
 * fields, except @written, which a write map sets from any thread, and what is
 * guarded by the pool's lock. */

#pragma once

#include "gstntlayout.h"
#include "gstntpages-private.h"
#include "gstntstrippool.h"
#include "gstntview-private.h"

G_BEGIN_DECLS

/* Strips start at a multiple of 64 bytes at least: one cache line, and one store
 * of the widest kernel. As GstAllocationParams counts: a mask. */
#define GST_NT_STRIP_ALIGN_MASK ((gsize) 63)

/* A content id names bytes that don't change while the id is in use. Ids of
 * frames are counted up from 1 and never reused; the top bit marks a colour. */
#define GST_NT_CONTENT_COLOUR (G_GUINT64_CONSTANT (1) << 63)

/* Bytes that nobody knows anything of. No content has this id. */
#define GST_NT_CONTENT_UNKNOWN G_GUINT64_CONSTANT (0)

/* What one tile holds. */
typedef struct
{
  guint64 frame;                /* in the rectangle of the frame */
  guint64 margin;               /* above and below it */
} GstNtTileContent;

struct _GstNtStrip
{
  guint8 *data;                 /* aligned as asked for */
  gsize bytes;
  GstNtPages pages;             /* that @data is in */

  GstNtStripPool *pool;         /* a reference, while the strip is out */
  guint generation;             /* of the pool's strips that it is one of */

  /* The ledger. @layout says what @contents speaks of (a reference). */
  GstNtLayout *layout;
  GstNtTileContent *contents;
  gint written;                 /* atomic: somebody mapped it for writing */

  /* Frames that lie in it. Guarded by the pool's lock. */
  GstNtView **views;            /* by tile of @layout; NULL: no frame */
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

/* The ids of what a tile should hold. */
static inline GstNtTileContent
gst_nt_tile_content_wanted (const GstNtTileSource * source, guint32 background)
{
  const guint64 colour = GST_NT_CONTENT_COLOUR | background;
  const GstNtTileContent wanted = {
    .frame = source->data ? source->content : colour,
    .margin = colour,
  };

  return wanted;
}

/* Whether bytes that hold @held have to be written to hold @wanted. */
static inline gboolean
gst_nt_content_is_missing (guint64 held, guint64 wanted)
{
  return wanted == GST_NT_CONTENT_UNKNOWN || held != wanted;
}

/* Whether it was shown before, when ids had come to @last_content. */
static inline gboolean
gst_nt_content_stays (guint64 wanted, guint64 last_content)
{
  return wanted != GST_NT_CONTENT_UNKNOWN
      && (wanted <= last_content || (wanted & GST_NT_CONTENT_COLOUR));
}

/* A strip of @bytes bytes, aligned as @align_mask says. NULL when the system has
 * no memory for it. Takes no time: there is no page in it yet. */
GstNtStrip *gst_nt_strip_new (gsize bytes, gsize align_mask);

/* Touches every page of a new strip, so that no frame pays for that. */
void gst_nt_strip_touch (GstNtStrip * strip);

void gst_nt_strip_free (GstNtStrip * strip);

/* Makes the ledger speak of @layout. What it knew is kept where it still holds:
 * for the same layout, and if nobody else wrote since. No frame lies in it if it is
 * for another layout. */
void gst_nt_strip_prepare (GstNtStrip * strip, GstNtLayout * layout);

/* The first byte of the frame of @tile. */
static inline guint8 *
gst_nt_tile_address (guint8 * strip_data, gsize stride, const NtmTile * tile)
{
  return strip_data + tile->frame_y * stride
      + (gsize) tile->x * NTM_BYTES_PER_PIXEL;
}

/* Weight of a frame that is likely to change, relative to a still. */
#define GST_NT_STRIP_WEIGHT 8

/* What it costs to make a strip that isn't out hold @sources, one for each tile of
 * @layout. What was already shown when ids had come to @last_content is likely to be
 * shown again: it is written once, and kept from then on. */
guint64 gst_nt_strip_weigh_missing (GstNtStrip * strip,
    const GstNtLayout * layout, const GstNtTileSource * sources,
    guint32 background, guint64 last_content);

G_END_DECLS
