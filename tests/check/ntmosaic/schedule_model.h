/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The model of a schedule: what each pad gets, and the bytes of strip number k.
 * It copies every frame of a push and every tile of a strip, and has no ledger.
 * The unit of time is a strip. */

#pragma once

#include <gst/video/video.h>

#define PIXEL_BYTES 4

/* What one pad got. */
typedef struct
{
  GstVideoFormat format;
  guint width;
  guint height;
  guint8 *bytes;                /* tight rows; NULL: a gap */
  gboolean missing;             /* a gap that lets the frame before it stay */
  guint begin;                  /* first strip that shows it */
  guint end;                    /* first strip after that without it */
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

/* A flush does the same; the sizes stay the latest ones. */
void model_pad_clear (ModelPad * pad);

/* Takes @frame's bytes. The queue must be empty. */
void model_pad_queue (ModelPad * pad, const ModelFrame * frame);

/* The frame that the pad shows in strip @k. */
void model_pad_advance (ModelPad * pad, guint k);

/* An expected strip. */
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
