/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Downstream and the application: an appsink that checks each strip, and then
 * drops it, holds it, or writes to it, at once or slowly. */

#pragma once

#include "strip.h"

#define SINK_MOST_HELD 8

typedef struct
{
  GstBuffer *strip;
  guint32 sum;
} SinkHeld;

typedef struct
{
  GstElement *appsink;          /* borrowed from its pipeline */
  StripCheck *check;            /* borrowed */
  guint pipeline;               /* numbers, for failures */
  guint episode;
  GRand *rand;                  /* of the streaming thread, as the next ones */
  guint most_held;
  guint most_delay;             /* milliseconds */
  SinkHeld held[SINK_MOST_HELD];

  gint position;                /* atomic: of the strips, in milliseconds of
                                 * running time */
  gint n_strips;                /* atomic */
  gint is_eos;                  /* atomic */

  GMutex pool_lock;
  GRand *pool_rand;             /* under pool_lock */
} Sink;

/* With an appsink that is not in a pipeline yet. */
void sink_init (Sink * self, StripCheck * check, guint pipeline, guint episode,
    guint32 seed, gboolean sync);

/* Has the mosaic ask again what downstream takes. */
void sink_reconfigure (Sink * self);

/* After its pipeline is in NULL. */
void sink_clear (Sink * self);
