/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where each tile of a strip stands. The tiles are measured first, in 64 bits,
 * so that what GStreamer cannot describe is refused before any narrower number
 * is computed from it; only then are they placed. */

#include "layout.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

/* A width is rounded up to this many pixels before a strip's bytes are held
 * against NTM_LAYOUT_MAX_BYTES, because GstVideoInfo does so. */
#define ROUNDED_WIDTH UINT64_C (128)

static_assert (SIZE_MAX >= NTM_LAYOUT_MAX_BYTES,
    "any strip that is not refused has a size that fits size_t");

/* What the tiles ask for together, before any limit. */
typedef struct
{
  uint64_t width;
  uint32_t height;
  uint32_t frame_height;        /* of the highest frame */
  size_t highest;               /* index of the tile with that frame */
} Extent;

/* The sum stops growing far beyond every limit rather than wrap around. */
static uint64_t
add_width (uint64_t sum, uint32_t width)
{
  return sum > UINT64_MAX - width ? UINT64_MAX : sum + width;
}

static Extent
measure (const NtmTile * tiles, size_t n_tiles, uint32_t min_height)
{
  Extent extent = { 0, min_height, 0, 0 };

  for (size_t i = 0; i < n_tiles; i++) {
    if (tiles[i].width == 0)
      continue;
    extent.width = add_width (extent.width, tiles[i].width);
    if (tiles[i].frame_height > extent.frame_height) {
      extent.frame_height = tiles[i].frame_height;
      extent.highest = i;
    }
  }
  if (extent.frame_height > extent.height)
    extent.height = extent.frame_height;

  return extent;
}

/* The bytes of the strip as GstVideoInfo counts them. Fits 64 bits for every
 * width that is not too wide. */
static uint64_t
counted_bytes (const Extent * extent)
{
  uint64_t rounded =
      (extent->width + ROUNDED_WIDTH - 1) / ROUNDED_WIDTH * ROUNDED_WIDTH;

  return rounded * NTM_BYTES_PER_PIXEL * extent->height;
}

static NtmLayoutStatus
check (const Extent * extent, uint32_t max_height)
{
  if (extent->width == 0 || extent->height == 0)
    return NTM_LAYOUT_EMPTY;
  if (max_height > 0 && extent->frame_height > max_height)
    return NTM_LAYOUT_TOO_HIGH;
  if (extent->width > NTM_LAYOUT_MAX_WIDTH)
    return NTM_LAYOUT_TOO_WIDE;
  if (counted_bytes (extent) > NTM_LAYOUT_MAX_BYTES)
    return NTM_LAYOUT_TOO_LARGE;
  return NTM_LAYOUT_OK;
}

static uint32_t
frame_y (const NtmTile * tile, uint32_t height, const NtmLayoutRules * rules)
{
  uint32_t y = 0;

  if (tile->width == 0 || tile->frame_height == 0)
    return 0;
  if (rules->align == NTM_ALIGN_CENTER)
    y = (height - tile->frame_height) / 2;
  else if (rules->align == NTM_ALIGN_BOTTOM)
    y = height - tile->frame_height;
  if (rules->y_granularity > 1)
    y -= y % rules->y_granularity;

  return y;
}

NtmLayoutStatus
ntm_layout_place (NtmLayout * layout, NtmTile * tiles, size_t n_tiles,
    const NtmLayoutRules * rules)
{
  Extent extent = measure (tiles, n_tiles, rules->min_height);
  NtmLayoutStatus status = check (&extent, rules->max_height);
  uint32_t x = 0;

  if (status != NTM_LAYOUT_OK)
    return status;

  for (size_t i = 0; i < n_tiles; i++) {
    tiles[i].x = x;
    tiles[i].frame_y = frame_y (&tiles[i], extent.height, rules);
    x += tiles[i].width;
  }

  layout->width = x;
  layout->height = extent.height;
  layout->stride = (size_t) NTM_BYTES_PER_PIXEL * x;
  layout->size = layout->stride * extent.height;
  return NTM_LAYOUT_OK;
}

void
ntm_layout_explain (NtmLayoutStatus status, const NtmTile * tiles,
    size_t n_tiles, const NtmLayoutRules * rules, char *text, size_t text_bytes)
{
  Extent extent = measure (tiles, n_tiles, rules->min_height);

  switch (status) {
    case NTM_LAYOUT_OK:
      snprintf (text, text_bytes,
          "the strip of %zu tiles is %" PRIu64 "x%" PRIu32 " pixels",
          n_tiles, extent.width, extent.height);
      break;
    case NTM_LAYOUT_EMPTY:
      snprintf (text, text_bytes,
          "the strip of %zu tiles would be %" PRIu64 "x%" PRIu32
          " pixels, and it needs at least 1x1", n_tiles, extent.width,
          extent.height);
      break;
    case NTM_LAYOUT_TOO_WIDE:
      snprintf (text, text_bytes,
          "the strip of %zu tiles would be %" PRIu64 " pixels wide, and "
          "GStreamer can describe %" PRIu32 " at most", n_tiles, extent.width,
          NTM_LAYOUT_MAX_WIDTH);
      break;
    case NTM_LAYOUT_TOO_LARGE:
      snprintf (text, text_bytes,
          "the strip of %zu tiles would be %" PRIu64 "x%" PRIu32 " pixels, "
          "%" PRIu64 " bytes with the width rounded up to a multiple of "
          "%" PRIu64 ", and GStreamer can describe %" PRIu64 " at most",
          n_tiles, extent.width, extent.height, counted_bytes (&extent),
          ROUNDED_WIDTH, NTM_LAYOUT_MAX_BYTES);
      break;
    case NTM_LAYOUT_TOO_HIGH:
      snprintf (text, text_bytes,
          "the frame of tile %zu of %zu is %" PRIu32 " pixels high, and "
          "%" PRIu32 " is the most that is allowed", extent.highest + 1,
          n_tiles, extent.frame_height, rules->max_height);
      break;
  }
}
