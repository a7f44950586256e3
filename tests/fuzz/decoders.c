/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One decoder, FUZZ_DECODER, with any bytes: also such as the front would not
 * give it. The number of bytes chooses the tile. The sanitizers see what a
 * decoder reads or writes that it must not. If it says that there is a picture,
 * it must have written each pixel of the tile. */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"

#define WIDTH 48
#define HEIGHT 36
#define TILE_BYTES (WIDTH * HEIGHT * 4)

static const NtmImageLimits limits = {
  .max_pixels = 1 << 20,.max_work_bytes = 16 << 20,
  .max_scan_pixels = 1 << 24,.max_decode_nanoseconds = UINT64_MAX,
};

/* Whatever the tile held before, it holds the same then. */
static void
paint (const NtmDecodeJob * job, const NtmImageHeader * header,
    const NtmTileSpec * spec)
{
  uint8_t *tiles = malloc (2 * TILE_BYTES);
  NtmImageStatus statuses[2];

  for (unsigned i = 0; tiles && i < 2; i++) {
    NtmImageInfo info = { 0 };

    memset (tiles + i * TILE_BYTES, i ? 0xff : 0, TILE_BYTES);
    statuses[i] = ntm_decode_paint (job, &FUZZ_DECODER, header, spec,
        tiles + i * TILE_BYTES, WIDTH * 4, &info);
  }
  if (tiles && (statuses[0] != statuses[1] || (statuses[0] == NTM_IMAGE_OK
              && memcmp (tiles, tiles + TILE_BYTES, TILE_BYTES) != 0)))
    abort ();
  free (tiles);
}

int
LLVMFuzzerTestOneInput (const uint8_t * bytes, size_t n_bytes)
{
  const NtmTileSpec spec = {
    .width = WIDTH,.height = HEIGHT,.fit = n_bytes % 2,
    .pixels = n_bytes / 2 % 2,.background = {1, 2, 3, 4},
  };
  NtmImageHeader header = {.orientation = 1 };
  NtmDecodeJob job;

  if (n_bytes == 0)
    return 0;
  ntm_decode_job_init (&job, bytes, n_bytes, &limits);
  if (!FUZZ_DECODER.matches (bytes, n_bytes)
      || FUZZ_DECODER.read_header (&job, &header) != NTM_IMAGE_OK)
    return 0;
  if (header.width == 0 || header.height == 0 || header.orientation < 1
      || header.orientation > 8)
    abort ();
  if ((uint64_t) header.width * header.height > limits.max_pixels
      || header.work_bytes > limits.max_work_bytes)
    return 0;

  paint (&job, &header, &spec);

  return 0;
}
