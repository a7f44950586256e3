/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The strips of a pool, and where each of them is. The set knows no lock: its
 * owner holds one during each call. */

#pragma once

#include "gstntstrip.h"

G_BEGIN_DECLS

/* How many strips ahead a frame is copied on arrival. An upstream that pushes
 * straight into the element is two frames ahead: one is queued, and one waits
 * to be. The third is for the moment between the frames being taken and their
 * strip being chosen. */
#define GST_NT_STRIPS_AHEAD 3

typedef struct
{
  GPtrArray *free;              /* owned; the last one came home last */
  GPtrArray *held;              /* of this generation */
  GstNtStrip *coming[GST_NT_STRIPS_AHEAD];      /* the next one first; NULL: no
                                                 * frame of it has arrived */
  guint generation;             /* counts changes of size and alignment */
  guint n_strips;               /* of this generation, in any state */
  guint n_out;                  /* of them, out */
  guint age;                    /* counts strips; wraps around */
} GstNtStripSet;

void gst_nt_strip_set_init (GstNtStripSet * set);

/* Frees the strips that are free. No others may be left. */
void gst_nt_strip_set_clear (GstNtStripSet * set);

/* @strip, which is new, is one of the set's from now on, and is out. */
void gst_nt_strip_set_add (GstNtStripSet * set, GstNtStrip * strip);

/* Gives up all strips, and returns those that are free, for the caller to free.
 * The others are unwanted when they come home. */
GPtrArray *gst_nt_strip_set_disown (GstNtStripSet * set);

/* @strip, which is home, goes out. */
void gst_nt_strip_set_take_out (GstNtStripSet * set, GstNtStrip * strip);

/* @strip, which was out, is home. TRUE: it is unwanted, and the caller's. */
gboolean gst_nt_strip_set_bring_home (GstNtStripSet * set, GstNtStrip * strip);

/* A view of @strip is gone. TRUE: the strip is unwanted, and the caller's. */
gboolean gst_nt_strip_set_view_gone (GstNtStripSet * set, GstNtStrip * strip);

/* Returns the strip that is @ahead strips away. If there is none yet, a free
 * one gets @layout, and is that strip from now on. NULL: none is free, or there
 * is no memory for the ledger. */
GstNtStrip *gst_nt_strip_set_get_coming (GstNtStripSet * set, guint ahead,
    NtmLayout * layout);

/* No strip is coming any more. */
void gst_nt_strip_set_forget_coming (GstNtStripSet * set);

/* Moves on to the next strip. */
void gst_nt_strip_set_advance (GstNtStripSet * set);

/* Returns a free strip that stood idle while @idle_strips were made, for the
 * caller to free. NULL: there is none, or there are not more than @n_needed
 * strips. */
GstNtStrip *gst_nt_strip_set_take_idle (GstNtStripSet * set, guint n_needed,
    guint idle_strips);

G_END_DECLS
