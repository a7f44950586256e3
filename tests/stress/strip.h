/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Whether a strip is what its tile-meta says. */

#pragma once

#include "frame.h"

/* The numbers of pads are below this. */
#define STRIP_MOST_PADS 128

/* The background is one of so many colours. */
#define STRIP_COLOURS 4
extern const guint32 strip_colours[STRIP_COLOURS];

/* A pad shows frames in the order in which they came, so none of a source that
 * was linked before the source of a frame that it has shown. Links are numbered
 * from 1. */
typedef struct
{
  guint n_links;
  guint shown;                  /* no frame is from an earlier link */
  guint first[FRAME_MOST_SOURCES];      /* link of each source; 0: none */
  guint last[FRAME_MOST_SOURCES];
} StripLinks;

typedef struct
{
  guint32 key;                  /* of the pipeline's frames */

  GMutex lock;
  StripLinks *links;            /* of each pad; under lock, as the next one */
  gboolean is_untimed[FRAME_MOST_SOURCES];

  /* Of the thread that has the strips. */
  guint8 *expected;
  gsize bytes;
  guint colour;
} StripCheck;

void strip_check_init (StripCheck * self, guint32 key);
void strip_check_clear (StripCheck * self);

/* From now on @source is linked to @pad. Timestamps don't say what is in its
 * frames if it @is_untimed. In any thread. */
void strip_check_link (StripCheck * self, guint pad, guint source,
    gboolean is_untimed);

/* Ends the program unless each byte of @strip is right. In one thread at a
 * time. */
void strip_check (StripCheck * self, GstBuffer * strip, GstCaps * caps);
