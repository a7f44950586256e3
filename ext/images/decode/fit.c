/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "decode/fit.h"

#include <math.h>

/* @length * @to / @from, rounded, at least 1. Sides have 32 bits. */
static uint32_t
scale (uint32_t length, uint32_t to, uint32_t from)
{
  const uint64_t scaled = ((uint64_t) length * to + from / 2) / from;

  return scaled > 0 ? scaled : 1;
}

static void
contain (const NtmTileSpec * spec, uint32_t width, uint32_t height,
    NtmFitting * fitting)
{
  const bool is_wide = (uint64_t) width * spec->height
      >= (uint64_t) height * spec->width;
  NtmRect *place = &fitting->place;

  place->width = is_wide ? spec->width : scale (width, spec->height, height);
  place->height = is_wide ? scale (height, spec->width, width) : spec->height;
  place->x = (spec->width - place->width) / 2;
  place->y = (spec->height - place->height) / 2;
}

/* Where the part has as many pixels as its place, it begins at a pixel. */
static double
centre (double whole, double part, uint32_t place)
{
  const double begin = (whole - part) / 2;

  return part == place ? floor (begin) : begin;
}

static void
cover (const NtmTileSpec * spec, uint32_t width, uint32_t height,
    NtmFitting * fitting)
{
  const bool is_wide = (uint64_t) width * spec->height
      >= (uint64_t) height * spec->width;
  NtmPart *part = &fitting->part;

  if (is_wide)
    part->width = (double) height * spec->width / spec->height;
  else
    part->height = (double) width * spec->height / spec->width;
  part->x = centre (width, part->width, spec->width);
  part->y = centre (height, part->height, spec->height);
}

bool
ntm_fit (const NtmTileSpec * spec, uint32_t width, uint32_t height,
    NtmFitting * fitting)
{
  *fitting = (NtmFitting) {
    .place = {.width = spec->width,.height = spec->height},
    .part = {.width = width,.height = height},
  };
  switch (spec->fit) {
    case NTM_FIT_CONTAIN:
      contain (spec, width, height, fitting);
      break;
    case NTM_FIT_COVER:
      cover (spec, width, height, fitting);
      break;
    case NTM_FIT_EXACT:
      return width == spec->width && height == spec->height;
  }

  return true;
}
