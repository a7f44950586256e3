/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* WebP by libwebp. A still is decoded piece by piece, so that the job can be
 * cancelled and the rows of a damaged file counted. */

#include "decode/decoder.h"

#include <string.h>

#include "decode/exif.h"

/* "RIFF", a length, "WEBP". */
#define RIFF_BYTES 12

static bool
matches (const uint8_t * bytes, size_t n_bytes)
{
  return n_bytes >= RIFF_BYTES && memcmp (bytes, "RIFF", 4) == 0
      && memcmp (bytes + 8, "WEBP", 4) == 0;
}

#ifdef HAVE_WEBP

#include <stdlib.h>

#include <webp/decode.h>
#include <webp/demux.h>

#define CHUNK_HEADER_BYTES 8

/* Decoded between two looks at the clock: some milliseconds. */
#define PIECE_BYTES ((size_t) 64 << 10)

static NtmImageStatus
explain (VP8StatusCode code)
{
  switch (code) {
    case VP8_STATUS_OK:
      return NTM_IMAGE_OK;
    case VP8_STATUS_OUT_OF_MEMORY:
      return NTM_IMAGE_NO_MEMORY;
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return NTM_IMAGE_UNSUPPORTED;
    default:
      return NTM_IMAGE_DAMAGED;
  }
}

/* ---- The header ---- */

/* Returns the first chunk with this name; NULL: there is none. */
static const uint8_t *
find_chunk (const NtmDecodeJob * job, const char *name, size_t *n_bytes)
{
  size_t at = RIFF_BYTES;

  while (job->n_bytes - at >= CHUNK_HEADER_BYTES) {
    const uint8_t *chunk = job->bytes + at;
    const size_t length = (size_t) chunk[7] << 24 | chunk[6] << 16
        | chunk[5] << 8 | chunk[4];

    at += CHUNK_HEADER_BYTES;
    if (length > job->n_bytes - at)
      return NULL;
    if (memcmp (chunk, name, 4) == 0) {
      *n_bytes = length;
      return job->bytes + at;
    }
    at += length;
    if (length % 2 == 1 && at < job->n_bytes)
      at++;
  }

  return NULL;
}

static bool
read_profile (const NtmDecodeJob * job, const NtmImageHeader * header,
    uint8_t * profile)
{
  size_t n_bytes;

  memcpy (profile, find_chunk (job, "ICCP", &n_bytes), header->profile_bytes);

  return true;
}

static NtmImageStatus
read_header (const NtmDecodeJob * job, NtmImageHeader * header)
{
  WebPBitstreamFeatures features;
  const VP8StatusCode code = WebPGetFeatures (job->bytes, job->n_bytes,
      &features);
  const uint8_t *chunk;
  size_t n_bytes = 0;

  if (code != VP8_STATUS_OK)
    return explain (code);
  header->width = features.width;
  header->height = features.height;
  header->animated = features.has_animation;
  chunk = find_chunk (job, "EXIF", &n_bytes);
  if (chunk)
    header->orientation = ntm_exif_get_orientation (chunk, n_bytes);
  header->has_profile = find_chunk (job, "ICCP", &n_bytes) != NULL;
  if (header->has_profile)
    header->profile_bytes = (uint32_t) n_bytes;

  /* The pixels; a lossless decoder's own, and a little more; the two canvases
   * of an animation. */
  header->work_bytes = (uint64_t) header->width * header->height
      * (header->animated ? 13 : 9);

  return NTM_IMAGE_OK;
}

/* ---- Rows ---- */

static void
push_rows (NtmCanvas * canvas, const uint8_t * pixels, size_t row_bytes,
    uint32_t n_rows)
{
  for (uint32_t y = 0; y < n_rows; y++)
    if (!ntm_canvas_push (canvas, pixels + y * row_bytes))
      return;
}

/* Sets *@n_rows to the number of complete rows. */
static NtmImageStatus
decode_pieces (const NtmDecodeJob * job, WebPIDecoder * decoder,
    uint32_t * n_rows)
{
  VP8StatusCode code = VP8_STATUS_SUSPENDED;
  NtmImageStatus status = NTM_IMAGE_OK;
  size_t n_bytes = 0;
  int last_row = 0;

  while (code == VP8_STATUS_SUSPENDED && n_bytes < job->n_bytes) {
    status = ntm_decode_job_check (job);
    if (status != NTM_IMAGE_OK)
      return status;
    n_bytes += job->n_bytes - n_bytes < PIECE_BYTES ? job->n_bytes - n_bytes
        : PIECE_BYTES;
    code = WebPIUpdate (decoder, job->bytes, n_bytes);
  }
  if (WebPIDecGetRGB (decoder, &last_row, NULL, NULL, NULL))
    *n_rows = last_row > 0 ? last_row : 0;

  return explain (code);
}

static NtmImageStatus
decode_still (const NtmDecodeJob * job, const NtmImageHeader * header,
    NtmCanvas * canvas, uint8_t * pixels)
{
  const size_t row_bytes = (size_t) header->width * 4;
  WebPIDecoder *decoder = WebPINewRGB (MODE_RGBA, pixels,
      row_bytes * header->height, (int) row_bytes);
  NtmImageStatus status = NTM_IMAGE_NO_MEMORY;
  uint32_t n_rows = 0;

  if (decoder) {
    status = decode_pieces (job, decoder, &n_rows);
    WebPIDelete (decoder);
  }
  if (status == NTM_IMAGE_OK || status == NTM_IMAGE_DAMAGED)
    push_rows (canvas, pixels, row_bytes, n_rows);

  return status;
}

/* The first picture may be smaller than the image: the rest is transparent. */
static NtmImageStatus
decode_first_picture (const NtmDecodeJob * job, const NtmImageHeader * header,
    NtmCanvas * canvas)
{
  const WebPData data = {.bytes = job->bytes,.size = job->n_bytes };
  WebPAnimDecoderOptions options;
  WebPAnimDecoder *decoder;
  uint8_t *pixels;
  int timestamp;
  bool any;

  if (!WebPAnimDecoderOptionsInit (&options))
    return NTM_IMAGE_UNSUPPORTED;
  options.color_mode = MODE_RGBA;
  decoder = WebPAnimDecoderNew (&data, &options);
  if (decoder == NULL)
    return NTM_IMAGE_DAMAGED;
  any = WebPAnimDecoderGetNext (decoder, &pixels, &timestamp);
  if (any)
    push_rows (canvas, pixels, (size_t) header->width * 4, header->height);
  WebPAnimDecoderDelete (decoder);

  return any ? NTM_IMAGE_OK : NTM_IMAGE_DAMAGED;
}

static NtmImageStatus
decode (const NtmDecodeJob * job, const NtmImageHeader * header,
    NtmCanvas * canvas)
{
  WebPBitstreamFeatures features;
  NtmImageStatus status;
  uint8_t *pixels;

  if (WebPGetFeatures (job->bytes, job->n_bytes, &features) != VP8_STATUS_OK)
    return NTM_IMAGE_DAMAGED;
  status = ntm_canvas_begin (canvas, header->width, header->height,
      features.has_alpha || header->animated);
  if (status != NTM_IMAGE_OK)
    return status;
  if (header->animated)
    return decode_first_picture (job, header, canvas);

  pixels = malloc ((size_t) header->width * 4 * header->height);
  if (pixels == NULL)
    return NTM_IMAGE_NO_MEMORY;
  status = decode_still (job, header, canvas, pixels);
  free (pixels);

  return status;
}

#define FUNCTIONS \
  .read_header = read_header,.read_profile = read_profile,.decode = decode,

#else

#define FUNCTIONS               /* not built in */

#endif

const NtmDecoder ntm_decoder_webp = {
  .name = "webp",
  .matches = matches,
  FUNCTIONS
};
