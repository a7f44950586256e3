/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which strip is best for the frames that are due. The choice changes nothing,
 * and depends only on its arguments. */

#pragma once

#include "gstntstripset.h"

G_BEGIN_DECLS

/* Where the frame of a tile comes from. */
typedef struct
{
  GstBuffer *buffer;            /* that the frame is in. If its memory is a
                                 * place from gst_nt_arrivals_place(), the frame
                                 * may lie in a strip already. NULL: none */
  GstNtArrivals *arrivals;      /* counts the frames of this tile; NULL: none */
  guint n_taken;                /* of the frames that @arrivals counted, those
                                 * that were taken to be shown or dropped; wraps
                                 * around */
} GstNtTileInput;

/* A strip that is to be made. @sources and @inputs have an element for each
 * tile of @layout. */
typedef struct
{
  NtmLayout *layout;
  const NtmSource *sources;     /* NULL: not known */
  const GstNtTileInput *inputs; /* NULL: not known */
  gconstpointer background;     /* of the strip; NULL if @sources is */
  guint64 last_content;         /* the highest content id that any strip showed:
                                 * lower ones are likely to be shown again */
} GstNtDue;

/* Returns the view that the frame of tile @i is, if it lies in tile @i of a
 * strip of the set that is home; else NULL. */
GstNtView *gst_nt_strip_set_get_due_view (const GstNtStripSet * set,
    const GstNtDue * due, guint i);

/* Whether all frames that lie in @strip are due: another one would be lost, or
 * shown too early. */
gboolean gst_nt_strip_set_is_usable (const GstNtStripSet * set,
    const GstNtDue * due, const GstNtStrip * strip);

/* Returns the usable strip that misses least, by weight. Of equal ones, the
 * first of these: one in which due frames lie; the next one that is coming; the
 * one that came home last, whose bytes may still be in cache. But if they miss
 * frames that were shown before, the one that came home first: then frames
 * alternate, and each strip keeps its own. A strip that is
 * coming later, and in which no due frame lies, is left to its own frames
 * unless there is no other. NULL: no strip is usable. */
GstNtStrip *gst_nt_strip_set_choose (const GstNtStripSet * set,
    const GstNtDue * due);

G_END_DECLS
