/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The geometry of a strip: where each tile stands, and how large the whole is.
 * C11 and libc only. Every product is computed in size_t and checked, and what
 * GStreamer cannot describe is refused with the reason. */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* All packed 8-bit four-component formats. */
#define NTM_BYTES_PER_PIXEL 4

/* GstVideoInfo keeps a stride in an int: from 2^29 pixels on, width * 4 does
 * not fit, and GStreamer 1.22 takes a row of them with a negative stride. */
#define NTM_LAYOUT_MAX_WIDTH ((UINT32_C (1) << 29) - 1)

/* GstVideoInfo refuses a frame from round-up-to-128 (width) * height * 4 = 2^32
 * bytes on (fill_planes () in video-info.c): 1023 tiles of 1024x1024 is the
 * most. It counts components, not bytes, so RGBx and its kin may be a third
 * larger; the limit here is the one that holds for all formats. */
#define NTM_LAYOUT_MAX_BYTES ((UINT64_C (1) << 32) - 1)

/* Where a frame that is shorter than the strip stands. */
typedef enum
{
  NTM_ALIGN_TOP,
  NTM_ALIGN_CENTER,
  NTM_ALIGN_BOTTOM,
} NtmAlign;

/* One tile: what is asked for, and where it went. All in pixels. A tile is as
 * high as the strip; its frame may be shorter, what is left is background. */
typedef struct
{
  uint32_t width;               /* in: of tile and frame; 0 takes no room, and
                                 * its frame's height doesn't count */
  uint32_t frame_height;        /* in: 0 = no frame, all background */
  uint32_t x;                   /* out: left edge of the tile in the strip */
  uint32_t frame_y;             /* out: first row of the frame in the strip; 0
                                 * where there is nothing to show */
} NtmTile;

typedef struct
{
  uint32_t width;               /* pixels: the sum of the tiles' widths */
  uint32_t height;              /* pixels: the highest frame, more if asked */
  size_t stride;                /* bytes from row to row: width * 4 */
  size_t size;                  /* bytes of the whole strip: stride * height */
} NtmLayout;

typedef enum
{
  NTM_LAYOUT_OK,
  NTM_LAYOUT_EMPTY,             /* no pixels: no width at all, or no height */
  NTM_LAYOUT_TOO_WIDE,          /* over NTM_LAYOUT_MAX_WIDTH */
  NTM_LAYOUT_TOO_LARGE,         /* over NTM_LAYOUT_MAX_BYTES, rounded so */
  NTM_LAYOUT_TOO_HIGH,          /* a frame is higher than max_height */
} NtmLayoutStatus;

typedef struct
{
  NtmAlign align;
  uint32_t min_height;          /* the strip is at least this high; 0 = any */
  uint32_t max_height;          /* no frame may be higher; 0 = no limit */
  uint32_t y_granularity;       /* frame_y is rounded down to a multiple of
                                 * this: 2 keeps the fields of interlaced
                                 * frames in place; 0 and 1 = no rounding */
} NtmLayoutRules;

/* Places @n_tiles tiles from left to right and sizes the strip. Fills in the
 * out fields of @tiles and all of @layout; both are undefined unless the answer
 * is NTM_LAYOUT_OK. Of several reasons to refuse it names the first of: empty,
 * too high, too wide, too large. @tiles may be NULL if @n_tiles is 0. Pure: no
 * state, any thread. */
NtmLayoutStatus ntm_layout_place (NtmLayout * layout, NtmTile * tiles,
    size_t n_tiles, const NtmLayoutRules * rules);

/* Writes why ntm_layout_place() said @status for @tiles, with the numbers and
 * the limit, as one ASCII sentence without a newline, into the @text_bytes
 * bytes of @text; always terminated, cut if too long. Nothing is written, and
 * @text may be NULL, if @text_bytes is 0. */
void ntm_layout_explain (NtmLayoutStatus status, const NtmTile * tiles,
    size_t n_tiles, const NtmLayoutRules * rules, char *text,
    size_t text_bytes);
