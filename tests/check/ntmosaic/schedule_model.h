/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The model of a schedule: what each pad was given, and what strip number k has
 * to look like. It copies every frame when it is pushed and every tile when a
 * strip is made, and knows of no ledger. Times are counted in strips. */

#pragma once

#include <gst/video/video.h>

#define PIXEL_BYTES 4

/* What one pad was given. */
typedef struct
{
  GstVideoFormat format;
  guint width;
  guint height;
  guint8 *bytes;                /* tight rows; NULL: a gap */
  gboolean missing;             /* a gap that lets the frame before it stay */
  guint begin;                  /* first strip in which it is seen */
  guint end;                    /* first strip in which it is not */
} ModelFrame;

typedef struct
{
  guint width;                  /* of the tile; a frame of another size or */
  guint height;                 /* format, that stayed, is not seen in it */
  ModelFrame shown;
  ModelFrame next;              /* in the pad's queue */
  gboolean has_next;
  gboolean ended;               /* EOS follows */
  gboolean repeats;             /* repeat-after-eos */
} ModelPad;

void model_pad_init (ModelPad * pad, guint width, guint height);

/* Also what a flush does; sizes stay as they were sent last. */
void model_pad_clear (ModelPad * pad);

/* Takes over @frame's bytes. The queue is empty. */
void model_pad_queue (ModelPad * pad, const ModelFrame * frame);

/* What the pad shows in strip @k. */
void model_pad_advance (ModelPad * pad, guint k);

/* A strip as it has to be. */
typedef struct
{
  GstVideoFormat format;
  guint align;                  /* as the property */
  guint32 background;           /* 0xAARRGGBB */
} ModelRules;

typedef struct
{
  guint width;
  guint height;
  guint8 *bytes;
} ModelStrip;

/* Tiles from left to right are @pads. */
void model_strip_init (ModelStrip * strip, const ModelRules * rules,
    ModelPad ** pads, guint n_pads);

void model_strip_clear (ModelStrip * strip);
