/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Scales an image row by row. Each row comes once, from the top to the bottom,
 * and leaves as soon as it is complete: only the rows that one output row is
 * made of are kept. Where the image shrinks, an output pixel is the mean of
 * what it covers; where it grows, it lies between its neighbours. Colours are
 * weighed by their alpha: the colour of transparent pixels does not show. */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction: which input each output is made of. */
typedef struct
{
  uint32_t n;                   /* outputs */
  uint32_t max_taps;            /* inputs of an output */
  uint32_t *first;              /* n: the first input */
  uint32_t *taps;               /* n: how many inputs */
  uint16_t *weights;            /* n * max_taps; those of an output add up to
                                 * 1 << 14 */
} NtmAxis;

typedef struct
{
  NtmAxis x;
  NtmAxis y;
  bool alpha;                   /* some pixel may not be opaque */
  uint32_t y_in;                /* the next input row */
  uint32_t y_out;               /* the next output row */
  uint16_t *ring;               /* rows that are scaled in x: y.max_taps */
  uint32_t *sums;               /* one row */
  uint8_t *row;                 /* one output row, RGBA */
} NtmResampler;

/* An input of @in pixels, of which @part_length from @part_begin on become @out
 * pixels. */
typedef struct
{
  uint32_t in;
  double part_begin;
  double part_length;
  uint32_t out;
} NtmScaling;

/* Returns false: no memory. To be cleared in any case. */
bool ntm_resampler_init (NtmResampler * resampler, const NtmScaling * x,
    const NtmScaling * y, bool alpha);

void ntm_resampler_clear (NtmResampler * resampler);

/* Takes the next input row, RGBA. */
void ntm_resampler_push (NtmResampler * resampler, const uint8_t * row);

/* Returns the next output row, RGBA, valid until the next call; NULL: more
 * input is needed, or it was the last row. */
const uint8_t *ntm_resampler_pull (NtmResampler * resampler);
