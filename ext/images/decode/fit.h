/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where an image goes in a tile, and which part of the image. */

#pragma once

#include <stdbool.h>

#include "ntimages.h"

/* A part of an image, in pixels and parts of pixels. */
typedef struct
{
  double x;
  double y;
  double width;
  double height;
} NtmPart;

typedef struct
{
  NtmRect place;                /* in the tile */
  NtmPart part;                 /* of the upright image */
} NtmFitting;

/* Says where an upright image of @width x @height pixels goes. Returns false if
 * it may not be scaled and has another size than the tile. */
bool ntm_fit (const NtmTileSpec * spec, uint32_t width, uint32_t height,
    NtmFitting * fitting);
