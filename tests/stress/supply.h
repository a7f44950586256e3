/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where a source's frames come from: new memory, the pool of the pad, or a pool
 * of its own. */

#pragma once

#include "frame.h"

/* How many of its last frames a source may hold. */
#define SUPPLY_MOST_KEPT 4

typedef struct
{
  GstPad *pad;                  /* borrowed; of the source */
  GRand *rand;                  /* borrowed; of the streaming thread, as the
                                 * next ones */
  GstVideoInfo info;            /* format UNKNOWN: no caps yet */
  GstBufferPool *pool;          /* one of these two, or NULL */
  GstBuffer *kept[SUPPLY_MOST_KEPT];

  gboolean may_ask;             /* for the pad's pool */
  gboolean refills;             /* has a pool of its own in place of that */
  GMutex lock;                  /* held during an ALLOCATION query */
  gboolean asks;                /* under lock */
} Supply;

void supply_init (Supply * self, GstPad * pad, GRand * rand, gboolean asks,
    gboolean refills);
void supply_clear (Supply * self);

/* In any thread: waits for a query under way, and asks no more. */
void supply_stop_asking (Supply * self);

/* From now on, frames are of this kind. */
void supply_set_info (Supply * self, const GstVideoInfo * info);

/* A frame that looks like this, with a format and size as in the info. */
GstBuffer *supply_make (Supply * self, const FrameLook * look);

/* Holds the frame for some time, or not. */
void supply_keep (Supply * self, GstBuffer * frame);
