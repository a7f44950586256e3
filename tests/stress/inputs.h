/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pads of a mosaic, and what is linked to them: they are added, released
 * and relinked, and get other sources, at random. */

#pragma once

#include "strip.h"

#define INPUTS_MOST 10

typedef struct
{
  GstElement *source;           /* NULL: there is none */
  GstElement *head;             /* the source, or a bin of it and a tee: its
                                 * frames are shared with another sink */
  GstElement *queue;            /* behind that, or NULL */
  GstPad *pad;                  /* of the mosaic */
  guint number;                 /* of the source */
  gboolean is_untimed;          /* the same */
} Input;

/* Of the application's thread. */
typedef struct
{
  GRand *rand;                  /* borrowed, as the next ones */
  GstElement *pipeline;
  GstElement *mosaic;
  StripCheck *check;
  gint *format;                 /* of SourceSetup, as the next ones */
  gint *look;
  gint *position;
  gboolean is_live;
  guint fps;
  guint most_pixels;
  guint n_sources;              /* made so far */
  Input all[INPUTS_MOST];
} Inputs;

/* Any input that is used, or isn't; NULL: there is none. */
Input *inputs_find (Inputs * self, gboolean is_used);

guint inputs_count (const Inputs * self);

/* Each does nothing where it can't. One pad stays, or a new one instead of
 * it. */
void inputs_add (Inputs * self);
void inputs_release (Inputs * self);
void inputs_relink (Inputs * self);
void inputs_replace (Inputs * self);

void inputs_release_all (Inputs * self);
