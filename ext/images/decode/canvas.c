/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "decode/canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PIXEL_BYTES 4

/* ---- Where rows go ---- */

/* What EXIF calls an orientation is two mirrors and a transposition, in this
 * order. */
static bool
mirrors_x (unsigned orientation)
{
  return orientation == 2 || orientation == 3 || orientation == 7
      || orientation == 8;
}

static bool
mirrors_y (unsigned orientation)
{
  return orientation == 3 || orientation == 4 || orientation == 6
      || orientation == 7;
}

static bool
transposes (unsigned orientation)
{
  return orientation >= 5;
}

/* Turns what is known of the upright image into what is stored. */
static void
lay_down (NtmCanvas * canvas, const NtmPart * upright)
{
  const NtmRect *place = &canvas->place;
  const bool transposed = transposes (canvas->orientation);
  const ptrdiff_t x_step = transposed ? canvas->stride : PIXEL_BYTES;
  const ptrdiff_t y_step = transposed ? PIXEL_BYTES : canvas->stride;

  canvas->part = *upright;
  if (transposed)
    canvas->part = (NtmPart) {
    upright->y, upright->x, upright->height, upright->width};
  canvas->out_width = transposed ? place->height : place->width;
  canvas->out_height = transposed ? place->width : place->height;

  canvas->origin = canvas->pixels + (ptrdiff_t) place->y * canvas->stride
      + (ptrdiff_t) place->x * PIXEL_BYTES;
  canvas->pixel_step = x_step;
  canvas->row_step = y_step;
  if (mirrors_x (canvas->orientation)) {
    canvas->origin += (ptrdiff_t) (canvas->out_width - 1) * x_step;
    canvas->pixel_step = -x_step;
    canvas->part.x = canvas->width - canvas->part.x - canvas->part.width;
  }
  if (mirrors_y (canvas->orientation)) {
    canvas->origin += (ptrdiff_t) (canvas->out_height - 1) * y_step;
    canvas->row_step = -y_step;
    canvas->part.y = canvas->height - canvas->part.y - canvas->part.height;
  }
}

NtmImageStatus
ntm_canvas_init (NtmCanvas * canvas, const NtmTileSpec * spec, void *pixels,
    ptrdiff_t stride, uint32_t width, uint32_t height, unsigned orientation)
{
  const bool transposed = transposes (orientation);
  NtmFitting fitting;

  *canvas = (NtmCanvas) {
    .spec = *spec,.pixels = pixels,.stride = stride,.orientation = orientation,
    .width = width,.height = height,
  };
  if (!ntm_fit (spec, transposed ? height : width,
          transposed ? width : height, &fitting))
    return NTM_IMAGE_WRONG_SIZE;
  canvas->place = fitting.place;
  lay_down (canvas, &fitting.part);

  return NTM_IMAGE_OK;
}

/* ---- Background ---- */

static void
fill (const NtmCanvas * canvas, uint8_t * begin, ptrdiff_t pixel_step,
    ptrdiff_t row_step, uint32_t width, uint32_t height)
{
  for (uint32_t y = 0; y < height; y++) {
    uint8_t *pixel = begin + (ptrdiff_t) y * row_step;

    for (uint32_t x = 0; x < width; x++, pixel += pixel_step)
      memcpy (pixel, canvas->spec.background, PIXEL_BYTES);
  }
}

static void
fill_rect (const NtmCanvas * canvas, uint32_t x, uint32_t y, uint32_t width,
    uint32_t height)
{
  fill (canvas, canvas->pixels + (ptrdiff_t) y * canvas->stride
      + (ptrdiff_t) x * PIXEL_BYTES, PIXEL_BYTES, canvas->stride, width,
      height);
}

static void
fill_margin (const NtmCanvas * canvas)
{
  const NtmRect *place = &canvas->place;
  const uint32_t right = place->x + place->width;
  const uint32_t below = place->y + place->height;

  fill_rect (canvas, 0, 0, canvas->spec.width, place->y);
  fill_rect (canvas, 0, below, canvas->spec.width,
      canvas->spec.height - below);
  fill_rect (canvas, 0, place->y, place->x, place->height);
  fill_rect (canvas, right, place->y, canvas->spec.width - right,
      place->height);
}

/* ---- Rows ---- */

double
ntm_canvas_get_shrinking (const NtmCanvas * canvas)
{
  const double x = canvas->part.width / canvas->out_width;
  const double y = canvas->part.height / canvas->out_height;

  return x < y ? x : y;
}

NtmImageStatus
ntm_canvas_begin (NtmCanvas * canvas, uint32_t width, uint32_t height,
    bool alpha)
{
  NtmPart *part = &canvas->part;

  *part = (NtmPart) {
    part->x * width / canvas->width,
    part->y * height / canvas->height,
    part->width * width / canvas->width,
    part->height * height / canvas->height,
  };
  canvas->height_in = height;
  canvas->is_copied = part->width == canvas->out_width
      && part->height == canvas->out_height
      && part->x == floor (part->x) && part->y == floor (part->y);
  if (canvas->colours) {
    canvas->row = malloc ((size_t) canvas->out_width * PIXEL_BYTES);
    if (canvas->row == NULL)
      return NTM_IMAGE_NO_MEMORY;
  }
  if (canvas->is_copied)
    return NTM_IMAGE_OK;

  return ntm_resampler_init (&canvas->resampler,
      &(NtmScaling) {width, part->x, part->width, canvas->out_width},
      &(NtmScaling) {height, part->y, part->height, canvas->out_height}, alpha)
      ? NTM_IMAGE_OK : NTM_IMAGE_NO_MEMORY;
}

static void
paint_row (NtmCanvas * canvas, const uint8_t * row)
{
  uint8_t *pixel = canvas->origin
      + (ptrdiff_t) canvas->y_out++ * canvas->row_step;
  const bool swaps = canvas->spec.pixels == NTM_PIXELS_BGRA;

  if (canvas->colours) {
    ntm_colours_convert (canvas->colours, row, canvas->row, canvas->out_width);
    row = canvas->row;
  }
  if (!swaps && canvas->pixel_step == PIXEL_BYTES) {
    memcpy (pixel, row, (size_t) canvas->out_width * PIXEL_BYTES);
    return;
  }

  for (uint32_t x = 0; x < canvas->out_width; x++) {
    pixel[0] = row[swaps ? 2 : 0];
    pixel[1] = row[1];
    pixel[2] = row[swaps ? 0 : 2];
    pixel[3] = row[3];
    pixel += canvas->pixel_step;
    row += PIXEL_BYTES;
  }
}

bool
ntm_canvas_push (NtmCanvas * canvas, const uint8_t * row)
{
  const uint32_t y = canvas->y_in++;

  if (canvas->is_copied) {
    if (y >= canvas->part.y && canvas->y_out < canvas->out_height)
      paint_row (canvas, row + (size_t) canvas->part.x * PIXEL_BYTES);
  } else {
    ntm_resampler_push (&canvas->resampler, row);
    while ((row = ntm_resampler_pull (&canvas->resampler)))
      paint_row (canvas, row);
  }

  return canvas->y_out < canvas->out_height;
}

NtmCanvasResult
ntm_canvas_finish (NtmCanvas * canvas)
{
  const uint32_t rows_left = canvas->out_height - canvas->y_out;

  fill_margin (canvas);
  fill (canvas, canvas->origin + (ptrdiff_t) canvas->y_out * canvas->row_step,
      canvas->pixel_step, canvas->row_step, canvas->out_width, rows_left);
  if (rows_left == 0)
    return NTM_CANVAS_WHOLE;

  /* A canvas that was not begun has no rows at all. */
  return canvas->y_in > 0
      && canvas->y_in >= canvas->height_in - canvas->height_in / 4
      ? NTM_CANVAS_MOST : NTM_CANVAS_LITTLE;
}

void
ntm_canvas_clear (NtmCanvas * canvas)
{
  ntm_resampler_clear (&canvas->resampler);
  free (canvas->row);
}
