/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A tile that an image is painted on. A decoder pushes rows as they are stored
 * in the file; the canvas scales them, sets them upright, and puts background
 * around them. */

#pragma once

#include "decode/colours.h"
#include "decode/fit.h"
#include "decode/resample.h"
#include "ntimages.h"

typedef struct
{
  NtmTileSpec spec;
  uint8_t *pixels;
  ptrdiff_t stride;

  uint32_t width;               /* of the image, as stored */
  uint32_t height;
  unsigned orientation;         /* EXIF: 1 to 8 */
  NtmRect place;                /* of the image in the tile */
  NtmPart part;                 /* of the image, as stored */
  uint32_t out_width;           /* of the place, as stored */
  uint32_t out_height;

  uint8_t *origin;              /* where the first stored pixel goes */
  ptrdiff_t pixel_step;         /* to the next stored pixel, in bytes */
  ptrdiff_t row_step;

  uint32_t height_in;           /* rows that the decoder pushes in all */
  uint32_t y_in;                /* rows that came */
  uint32_t y_out;               /* rows that were painted */
  bool is_copied;               /* one pixel of the decoder's is one of the
                                 * tile's */
  NtmResampler resampler;       /* otherwise */

  const NtmColours *colours;    /* of the rows, which become sRGB when they are
                                 * painted; the caller owns them. NULL: sRGB */
  const NtmColours *inks;       /* for the decoder, which pushes no CMYK. NULL:
                                 * it has a formula */
  uint8_t *row;                 /* of sRGB, if there are colours */
} NtmCanvas;

/* Makes a canvas of the tile at @pixels for a stored image of @width x @height
 * pixels. Returns NTM_IMAGE_WRONG_SIZE if it is not to be scaled and has
 * another size than the tile. To be cleared in any case. */
NtmImageStatus ntm_canvas_init (NtmCanvas * canvas, const NtmTileSpec * spec,
    void *pixels, ptrdiff_t stride, uint32_t width, uint32_t height,
    unsigned orientation);

/* Returns how many times smaller, 1 or more, an image may be that the decoder
 * pushes, before pixels are missing. */
double ntm_canvas_get_shrinking (const NtmCanvas * canvas);

/* Rows of @width pixels will come, @height in all. The image may be smaller
 * than it was said to be. @alpha: some pixel may not be opaque. Returns
 * NTM_IMAGE_NO_MEMORY if there is none. Once for each canvas. */
NtmImageStatus ntm_canvas_begin (NtmCanvas * canvas, uint32_t width,
    uint32_t height, bool alpha);

/* Takes the next row, RGBA. Returns false if no further row is needed. */
bool ntm_canvas_push (NtmCanvas * canvas, const uint8_t * row);

/* Paints what is left with background. Returns whether all that the tile
 * shows of the image came, or at least three quarters of it. */
typedef enum
{
  NTM_CANVAS_WHOLE,
  NTM_CANVAS_MOST,
  NTM_CANVAS_LITTLE,
} NtmCanvasResult;

NtmCanvasResult ntm_canvas_finish (NtmCanvas * canvas);

void ntm_canvas_clear (NtmCanvas * canvas);
