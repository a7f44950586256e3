/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Between the two directions, a component is colour times alpha, or alpha times
 * 255: 0 to 255 * 255, 16 bits. With weights of 14 bits, a sum has 30. */

#include "decode/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WEIGHT_BITS 14
#define WEIGHT_ONE (1 << WEIGHT_BITS)
#define WHOLE (255u << WEIGHT_BITS)     /* the sum of one step of a component */

/* ---- Weights ---- */

/* How much an input weighs that begins at @input: where the image shrinks, the
 * part of it that the output covers; where it grows, it is the more the nearer
 * it is. */
static double
get_weight (double input, double middle, double ratio)
{
  const double begin = fmax (input, middle - ratio / 2);
  const double end = fmin (input + 1, middle + ratio / 2);

  if (ratio > 1)
    return end > begin ? end - begin : 0;

  return fmax (0, 1 - fabs (input + 0.5 - middle));
}

/* Rounds the weights, and gives the rest to the heaviest. */
static void
round_weights (const double *exact, double sum, uint32_t n, uint16_t *weights)
{
  int rest = WEIGHT_ONE;
  uint32_t heaviest = 0;

  for (uint32_t i = 0; i < n; i++) {
    weights[i] = (uint16_t) (exact[i] / sum * WEIGHT_ONE + 0.5);
    rest -= weights[i];
    if (weights[i] > weights[heaviest])
      heaviest = i;
  }
  weights[heaviest] += rest;
}

static void
weigh (NtmAxis * axis, uint32_t i, const NtmScaling * scaling, double *exact)
{
  const double ratio = scaling->part_length / scaling->out;
  const double middle = scaling->part_begin + (i + 0.5) * ratio;
  const double begin = floor (middle - (ratio > 1 ? ratio / 2 : 0.5));
  const double end = ceil (middle + (ratio > 1 ? ratio / 2 : 0.5));
  uint32_t first = begin > 0 ? (uint32_t) begin : 0;
  uint32_t n = 0;
  double sum = 0;

  if (first > scaling->in - 1)
    first = scaling->in - 1;
  while (n < axis->max_taps && first + n < scaling->in
      && (n == 0 || first + n < end)) {
    exact[n] = get_weight (first + n, middle, ratio);
    sum += exact[n++];
  }
  if (sum <= 0) {
    exact[0] = sum = 1;
    n = 1;
  }
  axis->first[i] = first;
  axis->taps[i] = n;
  round_weights (exact, sum, n, axis->weights + (size_t) i * axis->max_taps);
}

static bool
init_axis (NtmAxis * axis, const NtmScaling * scaling)
{
  const double ratio = scaling->part_length / scaling->out;
  const double most = ceil (ratio > 1 ? ratio : 1) + 1;
  double *exact;

  axis->n = scaling->out;
  axis->max_taps = most < scaling->in ? (uint32_t) most : scaling->in;
  axis->first = calloc (axis->n, sizeof *axis->first);
  axis->taps = calloc (axis->n, sizeof *axis->taps);
  axis->weights = calloc ((size_t) axis->n * axis->max_taps,
      sizeof *axis->weights);
  exact = calloc (axis->max_taps, sizeof *exact);
  if (axis->first && axis->taps && axis->weights && exact)
    for (uint32_t i = 0; i < axis->n; i++)
      weigh (axis, i, scaling, exact);
  free (exact);

  return axis->first && axis->taps && axis->weights && exact;
}

static void
clear_axis (NtmAxis * axis)
{
  free (axis->first);
  free (axis->taps);
  free (axis->weights);
}

/* ---- Beginning and end ---- */

bool
ntm_resampler_init (NtmResampler * resampler, const NtmScaling * x,
    const NtmScaling * y, bool alpha)
{
  const size_t components = (size_t) x->out * 4;

  memset (resampler, 0, sizeof *resampler);
  resampler->alpha = alpha;
  if (!init_axis (&resampler->x, x) || !init_axis (&resampler->y, y))
    return false;

  resampler->ring = calloc (components * resampler->y.max_taps,
      sizeof *resampler->ring);
  resampler->sums = calloc (components, sizeof *resampler->sums);
  resampler->row = calloc (components, 1);

  return resampler->ring && resampler->sums && resampler->row;
}

void
ntm_resampler_clear (NtmResampler * resampler)
{
  clear_axis (&resampler->x);
  clear_axis (&resampler->y);
  free (resampler->ring);
  free (resampler->sums);
  free (resampler->row);
}

/* ---- Rows ---- */

static uint16_t *
get_ring_row (NtmResampler * resampler, uint32_t y)
{
  return resampler->ring + (size_t) (y % resampler->y.max_taps)
      * resampler->x.n * 4;
}

/* Three sums of their own: with an array of sums, gcc 12 takes twice the
 * time. */
static void
scale_opaque (const NtmAxis * axis, const uint8_t * in, uint16_t *out)
{
  for (uint32_t i = 0; i < axis->n; i++, out += 4) {
    const uint16_t *weight = axis->weights + (size_t) i * axis->max_taps;
    const uint16_t *end = weight + axis->taps[i];
    const uint8_t *pixel = in + (size_t) axis->first[i] * 4;
    uint32_t red = 0;
    uint32_t green = 0;
    uint32_t blue = 0;

    for (; weight < end; weight++, pixel += 4) {
      red += *weight * (uint32_t) pixel[0];
      green += *weight * (uint32_t) pixel[1];
      blue += *weight * (uint32_t) pixel[2];
    }
    out[0] = (red * 255 + WEIGHT_ONE / 2) >> WEIGHT_BITS;
    out[1] = (green * 255 + WEIGHT_ONE / 2) >> WEIGHT_BITS;
    out[2] = (blue * 255 + WEIGHT_ONE / 2) >> WEIGHT_BITS;
    out[3] = 255 * 255;
  }
}

static void
scale_alpha (const NtmAxis * axis, const uint8_t * in, uint16_t *out)
{
  for (uint32_t i = 0; i < axis->n; i++, out += 4) {
    const uint16_t *weights = axis->weights + (size_t) i * axis->max_taps;
    const uint8_t *pixel = in + (size_t) axis->first[i] * 4;
    uint32_t sums[4] = { 0 };

    for (uint32_t tap = 0; tap < axis->taps[i]; tap++, pixel += 4) {
      const uint32_t weight = weights[tap] * (uint32_t) pixel[3];

      for (unsigned c = 0; c < 3; c++)
        sums[c] += weight * pixel[c];
      sums[3] += weight * 255;
    }
    for (unsigned c = 0; c < 4; c++)
      out[c] = (sums[c] + WEIGHT_ONE / 2) >> WEIGHT_BITS;
  }
}

void
ntm_resampler_push (NtmResampler * resampler, const uint8_t * row)
{
  const NtmAxis *y = &resampler->y;
  const uint32_t y_in = resampler->y_in++;
  uint16_t *out = get_ring_row (resampler, y_in);

  /* Rows of the image that the part does not have. */
  if (resampler->y_out >= y->n || y_in < y->first[resampler->y_out])
    return;

  if (resampler->alpha)
    scale_alpha (&resampler->x, row, out);
  else
    scale_opaque (&resampler->x, row, out);
}

static void
finish_opaque (const uint32_t * sums, size_t n, uint8_t * row)
{
  for (size_t i = 0; i < n; i++)
    row[i] = (sums[i] + WHOLE / 2) / WHOLE;
}

static void
finish_alpha (const uint32_t * sums, size_t n, uint8_t * row)
{
  for (size_t i = 0; i < n; i += 4) {
    const uint32_t alpha = sums[i + 3];

    for (unsigned c = 0; c < 3; c++) {
      const uint64_t colour = alpha ?
          ((uint64_t) sums[i + c] * 255 + alpha / 2) / alpha : 0;

      row[i + c] = colour < 255 ? colour : 255;
    }
    row[i + 3] = (alpha + WHOLE / 2) / WHOLE;
  }
}

const uint8_t *
ntm_resampler_pull (NtmResampler * resampler)
{
  const NtmAxis *y = &resampler->y;
  const size_t n = (size_t) resampler->x.n * 4;
  uint32_t *sums = resampler->sums;
  const uint32_t out = resampler->y_out;

  if (out >= y->n || y->first[out] + y->taps[out] > resampler->y_in)
    return NULL;

  memset (sums, 0, n * sizeof *sums);
  for (uint32_t tap = 0; tap < y->taps[out]; tap++) {
    const uint16_t *in = get_ring_row (resampler, y->first[out] + tap);
    const uint32_t weight = y->weights[(size_t) out * y->max_taps + tap];

    for (size_t i = 0; i < n; i++)
      sums[i] += weight * in[i];
  }
  (resampler->alpha ? finish_alpha : finish_opaque) (sums, n, resampler->row);
  resampler->y_out++;

  return resampler->row;
}
