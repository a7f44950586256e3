/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which strip is best for the frames that are due. The choice changes nothing:
 * it depends on what it is shown only. */

#pragma once

#include "gstntstripset.h"

G_BEGIN_DECLS

/**
 * GstNtTileInput:
 * @buffer: (nullable): the buffer that the tile's frame is in. If its memory is
 *   a place from gst_nt_arrivals_place(), nothing needs to be written; %NULL: it
 *   is not
 * @arrivals: (nullable): what counts the frames of this tile; %NULL: nothing does
 * @n_taken: how many of the frames that @arrivals counted were taken so far, to
 *   be shown or dropped; wraps around
 *
 * Where the frame of a tile comes from.
 */
typedef struct
{
  GstBuffer *buffer;
  GstNtArrivals *arrivals;
  guint n_taken;
} GstNtTileInput;

/* A strip that is to be made. @sources and @inputs have an element for each tile
 * of @layout. */
typedef struct
{
  NtmLayout *layout;
  const NtmSource *sources;     /* NULL: not known */
  const GstNtTileInput *inputs; /* NULL: not known */
  gconstpointer background;     /* one pixel; NULL if @sources is */
  guint64 last_content;         /* the highest content id that was shown so far:
                                 * what was shown is likely to be shown again */
} GstNtDue;

/* The view that the frame of tile @i is, if it lies in tile @i of a strip of the
 * set, which is home; else NULL. */
GstNtView *gst_nt_strip_set_get_due_view (const GstNtStripSet * set,
    const GstNtDue * due, guint i);

/* Whether no frame lies in @strip but such as are due: the others would be lost,
 * or shown too early. */
gboolean gst_nt_strip_set_is_usable (const GstNtStripSet * set,
    const GstNtDue * due, const GstNtStrip * strip);

/* Returns the strip in which least is missing, by weight, of those that can be
 * used; NULL: there is none. Of equal ones it is a strip in which due frames
 * lie; else the one that is coming next; else the one that came home last, whose
 * bytes may still be in cache. A strip that is coming later, and in which no due
 * frame lies, is left to its own frames unless there is no other. */
GstNtStrip *gst_nt_strip_set_choose (const GstNtStripSet * set,
    const GstNtDue * due);

G_END_DECLS
