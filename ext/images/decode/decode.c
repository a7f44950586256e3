/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "decode/decode.h"

#include <stdlib.h>

#include "clock.h"

#define PIXEL_BYTES 4

static const NtmDecoder *const decoders[] = {
  &ntm_decoder_jpeg, &ntm_decoder_png, &ntm_decoder_webp,
};

/* What every decoder takes, besides what depends on the image: tables, rows,
 * the resampler. 0.7 to 0.8 MiB were seen. */
#define LEAST_WORK_BYTES (1 << 20)

#define N_DECODERS (sizeof decoders / sizeof decoders[0])

/* ---- Jobs ---- */

static uint64_t
or_default (uint64_t value, uint64_t fallback)
{
  return value > 0 ? value : fallback;
}

/* An empty scan of a progressive JPEG costs some 0.7 ns for each pixel: 1200
 * million are less than a second. Photographs have some 10 scans. */
#define SCANS 12
#define LEAST_MAX_SCAN_PIXELS UINT64_C (1200000000)

static uint64_t
get_max_scan_pixels (uint64_t max_pixels)
{
  if (max_pixels < LEAST_MAX_SCAN_PIXELS / SCANS)
    return LEAST_MAX_SCAN_PIXELS;

  return max_pixels < UINT64_MAX / SCANS ? max_pixels * SCANS : UINT64_MAX;
}

NtmImageLimits
ntm_decode_get_limits (const NtmImageLimits * limits)
{
  static const NtmImageLimits none;
  NtmImageLimits whole = limits ? *limits : none;

  whole.max_file_bytes = or_default (whole.max_file_bytes, 256 << 20);
  whole.max_pixels = or_default (whole.max_pixels, 100 * 1000 * 1000);
  whole.max_work_bytes = or_default (whole.max_work_bytes, 1 << 30);
  whole.max_scan_pixels = or_default (whole.max_scan_pixels,
      get_max_scan_pixels (whole.max_pixels));
  whole.max_decode_nanoseconds = or_default (whole.max_decode_nanoseconds,
      UINT64_C (10000000000));

  return whole;
}

void
ntm_decode_job_init (NtmDecodeJob * job, const void *bytes, size_t n_bytes,
    const NtmImageLimits * limits)
{
  const uint64_t now = ntm_clock_get_nanoseconds ();
  uint64_t most;

  *job = (NtmDecodeJob) {
    .bytes = bytes,.n_bytes = n_bytes,.limits = ntm_decode_get_limits (limits),
  };
  most = job->limits.max_decode_nanoseconds;
  job->deadline = most < UINT64_MAX - now ? now + most : UINT64_MAX;
}

NtmImageStatus
ntm_decode_job_check (const NtmDecodeJob * job)
{
  if (job->is_cancelled && job->is_cancelled (job->data))
    return NTM_IMAGE_CANCELLED;

  return ntm_clock_get_nanoseconds () <= job->deadline ? NTM_IMAGE_OK
      : NTM_IMAGE_TOO_SLOW;
}

/* ---- Decoding ---- */

static const NtmDecoder *
find_decoder (const NtmDecodeJob * job)
{
  for (size_t i = 0; i < N_DECODERS; i++)
    if (decoders[i]->matches (job->bytes, job->n_bytes))
      return decoders[i];

  return NULL;
}

static bool
is_readable (const NtmImageHeader * header)
{
  return header->has_profile && header->profile_bytes > 0
      && header->profile_bytes <= NTM_PROFILE_MAX_BYTES;
}

static NtmImageStatus
check_header (const NtmDecodeJob * job, const NtmImageHeader * header)
{
  if ((uint64_t) header->width * header->height > job->limits.max_pixels)
    return NTM_IMAGE_TOO_LARGE;
  if (header->work_bytes > job->limits.max_work_bytes)
    return NTM_IMAGE_TOO_LARGE;

  return NTM_IMAGE_OK;
}

NtmImageStatus
ntm_decode_open (const NtmDecodeJob * job, const NtmDecoder ** decoder,
    NtmImageHeader * header, NtmImageInfo * info)
{
  NtmImageStatus status;

  *info = (NtmImageInfo) {.width = 0 };
  if (job->n_bytes == 0)
    return NTM_IMAGE_EMPTY;
  if (job->n_bytes > job->limits.max_file_bytes)
    return NTM_IMAGE_FILE_TOO_LARGE;
  *decoder = find_decoder (job);
  if (*decoder == NULL)
    return NTM_IMAGE_UNKNOWN_FORMAT;
  info->format = (*decoder)->name;
  if ((*decoder)->read_header == NULL)
    return NTM_IMAGE_NOT_BUILT_IN;

  *header = (NtmImageHeader) {.orientation = 1 };
  status = (*decoder)->read_header (job, header);
  if (status != NTM_IMAGE_OK)
    return status;
  header->work_bytes += LEAST_WORK_BYTES;
  if (is_readable (header))
    header->work_bytes += ntm_colours_get_bytes (header->profile_bytes,
        header->inks);
  info->width = header->orientation < 5 ? header->width : header->height;
  info->height = header->orientation < 5 ? header->height : header->width;
  info->animated = header->animated;

  return check_header (job, header);
}

NtmImageStatus
ntm_decode_check_tile (const NtmTileSpec * spec, ptrdiff_t stride)
{
  const size_t row_bytes = stride < 0 ? -(size_t) stride : (size_t) stride;

  if (spec->width == 0 || spec->height == 0
      || row_bytes / PIXEL_BYTES < spec->width
      || row_bytes > PTRDIFF_MAX / spec->height)
    return NTM_IMAGE_BAD_TILE;

  return NTM_IMAGE_OK;
}

/* NTM_IMAGE_DAMAGED: no profile can be had of what stands in its place. */
static NtmImageStatus
read_colours (const NtmDecodeJob * job, const NtmDecoder * decoder,
    const NtmImageHeader * header, NtmColours ** colours)
{
  NtmImageStatus status = NTM_IMAGE_DAMAGED;
  uint8_t *bytes;

  if (!header->has_profile)
    return NTM_IMAGE_OK;
  if (!is_readable (header))
    return NTM_IMAGE_DAMAGED;
  bytes = malloc (header->profile_bytes);
  if (bytes == NULL)
    return NTM_IMAGE_NO_MEMORY;
  if (decoder->read_profile (job, header, bytes))
    status = ntm_colours_take (colours, bytes, header->profile_bytes,
        header->inks);
  free (bytes);

  return status;
}

static NtmImageStatus
paint (const NtmDecodeJob * job, const NtmDecoder * decoder,
    const NtmImageHeader * header, NtmCanvas * canvas)
{
  NtmColours *colours = NULL;
  const NtmImageStatus read = read_colours (job, decoder, header, &colours);
  NtmImageStatus status = read;

  if (read == NTM_IMAGE_OK || read == NTM_IMAGE_DAMAGED) {
    if (header->inks >= NTM_INKS_CMYK)
      canvas->inks = colours;
    else
      canvas->colours = colours;
    status = decoder->decode (job, header, canvas);
    ntm_colours_release (colours);
  }

  return status == NTM_IMAGE_OK ? read : status;
}

NtmImageStatus
ntm_decode_paint (const NtmDecodeJob * job, const NtmDecoder * decoder,
    const NtmImageHeader * header, const NtmTileSpec * spec, void *pixels,
    ptrdiff_t stride, NtmImageInfo * info)
{
  const uint64_t start = ntm_clock_get_nanoseconds ();
  NtmCanvas canvas;
  NtmImageStatus status = ntm_canvas_init (&canvas, spec, pixels, stride,
      header->width, header->height, header->orientation);

  if (status == NTM_IMAGE_OK)
    status = paint (job, decoder, header, &canvas);
  if (status == NTM_IMAGE_OK || status == NTM_IMAGE_DAMAGED) {
    const NtmCanvasResult result = ntm_canvas_finish (&canvas);

    info->damaged = status != NTM_IMAGE_OK || result != NTM_CANVAS_WHOLE;
    status = result != NTM_CANVAS_LITTLE ? NTM_IMAGE_OK : NTM_IMAGE_DAMAGED;
  }
  ntm_canvas_clear (&canvas);
  info->decode_nanoseconds = ntm_clock_get_nanoseconds () - start;

  return status;
}

/* ---- Whole images ---- */

const char *
ntm_image_get_formats (void)
{
  return NTM_IMAGE_FORMATS;
}

NtmImageStatus
ntm_image_decode (const void *bytes, size_t n_bytes, const NtmTileSpec * spec,
    const NtmImageLimits * limits, void *pixels, ptrdiff_t stride,
    NtmImageInfo * info)
{
  NtmImageStatus status = ntm_decode_check_tile (spec, stride);
  const NtmDecoder *decoder;
  NtmImageHeader header;
  NtmImageInfo unused;
  NtmDecodeJob job;

  if (info == NULL)
    info = &unused;
  *info = (NtmImageInfo) {.width = 0 };
  if (status != NTM_IMAGE_OK)
    return status;

  ntm_decode_job_init (&job, bytes, n_bytes, limits);
  status = ntm_decode_open (&job, &decoder, &header, info);
  if (status != NTM_IMAGE_OK)
    return status;

  return ntm_decode_paint (&job, decoder, &header, spec, pixels, stride, info);
}
