/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The pipeline around the element that is measured: a frame source on each of
 * its pads, and a fakesink that takes strips as fast as they come. */

#pragma once

#include "frames.h"
#include "options.h"

typedef struct
{
  GstElement *pipeline;
  GstElement *element;          /* in it; no ref of its own */
  GstPad *src;                  /* of the element */
} Mosaic;

/* The element of factory @factory, set up so that its tiles stand side by side
 * and nothing is painted below them. NULL with @error if it can't be had. */
Mosaic *mosaic_new (const gchar * factory, const Options * options,
    const FrameRing * ring, guint n_frames, GError ** error);

void mosaic_free (Mosaic * mosaic);
