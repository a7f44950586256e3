/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Damaged files are pictures if most of them came; files that want too much are
 * refused; no file makes a decoder read or write what it must not (the address
 * sanitizer sees that: each file ends where its allocation does). */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* memmem() */
#endif

#include <stdlib.h>
#include <string.h>

#include <png.h>
#include <zlib.h>

#include "../pictures.h"
#include "decode/decode.h"

#define WIDTH 96
#define HEIGHT 80
#define TILE_BYTES (WIDTH * HEIGHT * 4)

static const NtmTileSpec tile = {
  .width = WIDTH,.height = HEIGHT,.fit = NTM_FIT_EXACT,
  .background = {1, 2, 3, 4},
};

/* ---- The kinds of files ---- */

#define N_KINDS 10

static Blob
new_blob (unsigned kind)
{
  const JpegSpec jpegs[] = {
    {WIDTH, HEIGHT}, {WIDTH, HEIGHT,.progressive = true},
    {WIDTH, HEIGHT, 'C'}, {WIDTH, HEIGHT,.restart_rows = 1},
  };
  const PngSpec pngs[] = {
    {WIDTH, HEIGHT, PNG_COLOR_TYPE_RGB_ALPHA, 8},
    {WIDTH, HEIGHT, PNG_COLOR_TYPE_RGB, 16,.interlaced = true},
    {WIDTH, HEIGHT, PNG_COLOR_TYPE_PALETTE, 8,.transparency = true},
  };
  const WebpSpec webps[] = {
    {WIDTH, HEIGHT}, {WIDTH, HEIGHT,.lossless = true},
    {WIDTH - 8, HEIGHT - 8,.lossless = true},
  };

  if (kind < 4)
    return jpeg_new (&jpegs[kind]);
  if (kind < 7)
    return png_new (&pngs[kind - 4]);
  if (kind < 9)
    return webp_new (&webps[kind - 7]);

  return webp_new_animation (&webps[2], 4);
}

/* Decodes the first @n_bytes bytes, from a block of just that size. */
static NtmImageStatus
decode_part (const Blob * blob, size_t n_bytes, uint8_t * pixels,
    NtmImageInfo * info)
{
  uint8_t *copy = malloc (n_bytes > 0 ? n_bytes : 1);
  NtmImageStatus status;

  memcpy (copy, blob->bytes, n_bytes);
  status = ntm_image_decode (copy, n_bytes, &tile, NULL, pixels, WIDTH * 4,
      info);
  free (copy);

  return status;
}

static void
assert_whole (const Blob * blob, uint8_t * pixels)
{
  NtmImageInfo info;

  assert_equals_int (decode_part (blob, blob->n_bytes, pixels, &info),
      NTM_IMAGE_OK);
  fail_if (info.damaged);
}

/* ---- Damage ---- */

static bool
row_is (const uint8_t * pixels, uint32_t y, const uint8_t * expected)
{
  return memcmp (pixels + y * WIDTH * 4, expected + y * WIDTH * 4,
      WIDTH * 4) == 0;
}

static bool
row_is_background (const uint8_t * pixels, uint32_t y)
{
  for (uint32_t x = 0; x < WIDTH; x++)
    if (memcmp (pixels + (y * WIDTH + x) * 4, tile.background, 4) != 0)
      return false;

  return true;
}

/* Every length. What is said to be whole is whole. */
GST_START_TEST (cut_off)
{
  Blob blob = new_blob (__i__);
  uint8_t expected[TILE_BYTES];
  uint8_t pixels[TILE_BYTES];
  const size_t step = blob.n_bytes / random_cases (700) + 1;

  assert_whole (&blob, expected);
  for (size_t n = 0; n < blob.n_bytes; n += step) {
    NtmImageInfo info;
    const NtmImageStatus status = decode_part (&blob, n, pixels, &info);

    if (status == NTM_IMAGE_OK && !info.damaged)
      fail_unless (memcmp (pixels, expected, sizeof pixels) == 0);
    if (n < 40 && status != NTM_IMAGE_DAMAGED
        && status != (n == 0 ? NTM_IMAGE_EMPTY : NTM_IMAGE_UNKNOWN_FORMAT))
      fail ("%zu bytes: %s", n, ntm_image_status_get_text (status));
  }
  blob_free (&blob);
}

GST_END_TEST;

/* A picture whose rows come in order has those that came, and background below.
 * (WebP's lossy filter looks at the rows below.) */
GST_START_TEST (rows_that_came)
{
  const unsigned kinds[] = { 0, 2, 4, 8 };
  Blob blob = new_blob (kinds[__i__]);
  uint8_t expected[TILE_BYTES];
  uint8_t pixels[TILE_BYTES];
  bool any_picture = false;
  bool any_placeholder = false;
  const size_t step = blob.n_bytes / 2 / random_cases (300) + 1;

  assert_whole (&blob, expected);
  for (size_t n = blob.n_bytes / 2; n < blob.n_bytes - 16; n += step) {
    NtmImageInfo info;
    const NtmImageStatus status = decode_part (&blob, n, pixels, &info);
    uint32_t y = 0;

    any_placeholder = any_placeholder || status == NTM_IMAGE_DAMAGED;
    if (status != NTM_IMAGE_OK || !info.damaged)
      continue;
    any_picture = true;
    while (y < HEIGHT && row_is (pixels, y, expected))
      y++;
    fail_unless (y >= HEIGHT * 3 / 4 - 16);
    for (y += 16; y < HEIGHT; y++)
      fail_unless (row_is_background (pixels, y));
  }
  fail_unless (any_picture && any_placeholder);
  blob_free (&blob);
}

GST_END_TEST;

GST_START_TEST (flipped)
{
  Blob blob = new_blob (__i__);
  uint8_t pixels[TILE_BYTES];

  random_begin ();
  for (unsigned i = random_cases (300); i > 0; i--) {
    Blob copy = { 0 };

    blob_add (&copy, blob.bytes, blob.n_bytes);
    for (unsigned n = 1 + random_below (40); n > 0; n--)
      copy.bytes[random_below (copy.n_bytes)] ^= 1 << random_below (8);
    (void) decode_part (&copy, copy.n_bytes, pixels, NULL);
    blob_free (&copy);
  }
  blob_free (&blob);
}

GST_END_TEST;

/* A progressive JPEG is whole after its first scan, only not as fine. */
GST_START_TEST (first_scan)
{
  Blob blob = new_blob (1);
  uint8_t pixels[TILE_BYTES];
  NtmImageInfo info;
  const uint8_t *scan = memmem (blob.bytes, blob.n_bytes, "\xff\xda", 2);
  const uint8_t *second = memmem (scan + 2, blob.n_bytes - (scan + 2
          - blob.bytes), "\xff\xda", 2);
  const size_t middle = scan - blob.bytes + (second - scan) / 2;

  assert_equals_int (decode_part (&blob, second - blob.bytes, pixels, &info),
      NTM_IMAGE_OK);
  fail_unless (info.damaged);
  fail_if (row_is_background (pixels, HEIGHT - 1));
  assert_equals_int (decode_part (&blob, middle, pixels, &info),
      NTM_IMAGE_DAMAGED);
  blob_free (&blob);
}

GST_END_TEST;

/* ---- Files that want too much ---- */

static NtmImageStatus
decode_limited (const Blob * blob, const NtmImageLimits * limits)
{
  const NtmTileSpec small = {.width = 8,.height = 8 };
  uint8_t pixels[8 * 8 * 4];

  return ntm_image_decode (blob->bytes, blob->n_bytes, &small, limits, pixels,
      8 * 4, NULL);
}

static void
put_16 (uint8_t * bytes, unsigned number)
{
  bytes[0] = number >> 8;
  bytes[1] = number;
}

/* The header alone tells. */
GST_START_TEST (bombs)
{
  Blob jpeg = new_blob (__i__);
  Blob png = new_blob (4 + __i__);
  const WebpSpec spec = { 16, 16,.lossless = true };
  Blob webp = webp_new_animation (&spec, 4);
  uint8_t *frame = jpeg_find_frame_header (&jpeg);

  put_16 (frame + 3, 65500);
  put_16 (frame + 5, 65500);
  assert_equals_int (decode_limited (&jpeg, NULL), NTM_IMAGE_TOO_LARGE);
  put_16 (png.bytes + 18, 50000);
  put_16 (png.bytes + 22, 50000);
  assert_equals_int (decode_limited (&png, NULL), NTM_IMAGE_TOO_LARGE);
  put_16 (webp.bytes + 24, 0xff3f);
  put_16 (webp.bytes + 27, 0xff3f);
  assert_equals_int (decode_limited (&webp, NULL), NTM_IMAGE_TOO_LARGE);
  blob_free (&jpeg);
  blob_free (&png);
  blob_free (&webp);
}

GST_END_TEST;

GST_START_TEST (pixels_and_bytes)
{
  for (unsigned kind = 0; kind < N_KINDS; kind++) {
    Blob blob = new_blob (kind);
    const NtmImageLimits pixels = {.max_pixels = WIDTH * HEIGHT - 1 };
    const NtmImageLimits enough = {.max_pixels = WIDTH * HEIGHT };
    const NtmImageLimits bytes = {.max_file_bytes = blob.n_bytes - 1 };
    const NtmImageLimits work = {.max_work_bytes = WIDTH };

    assert_equals_int (decode_limited (&blob, &pixels), NTM_IMAGE_TOO_LARGE);
    assert_equals_int (decode_limited (&blob, &enough), NTM_IMAGE_OK);
    assert_equals_int (decode_limited (&blob, &bytes),
        NTM_IMAGE_FILE_TOO_LARGE);
    assert_equals_int (decode_limited (&blob, &work), NTM_IMAGE_TOO_LARGE);
    blob_free (&blob);
  }
}

GST_END_TEST;

/* Scans that add nothing, hundreds of them. */
GST_START_TEST (scans)
{
  Blob jpeg = new_blob (1);
  const NtmImageLimits limits = {.max_scan_pixels = 100 * WIDTH * HEIGHT };

  jpeg_repeat_last_scan (&jpeg, 200);
  assert_equals_int (decode_limited (&jpeg, &limits), NTM_IMAGE_TOO_COMPLEX);
  assert_equals_int (decode_limited (&jpeg, NULL), NTM_IMAGE_OK);
  jpeg_repeat_last_scan (&jpeg, 300);
  assert_equals_int (decode_limited (&jpeg, NULL), NTM_IMAGE_TOO_COMPLEX);
  blob_free (&jpeg);
}

GST_END_TEST;

/* A picture of a few kilobytes with chunks that inflate to megabytes. One of
 * them is no colour profile. */
GST_START_TEST (chunks)
{
  const size_t n_bytes = 32 << 20;
  uLongf n_deflated = compressBound (n_bytes);
  uint8_t *zeros = calloc (1, n_bytes);
  uint8_t *deflated = malloc (n_deflated);
  uint8_t expected[TILE_BYTES];
  uint8_t pixels[TILE_BYTES];
  NtmImageInfo info;
  Blob blob = new_blob (4);
  Blob chunk = { 0 };

  fail_unless (compress2 (deflated, &n_deflated, zeros, n_bytes, 9) == Z_OK);
  assert_whole (&blob, expected);
  blob_add (&chunk, "name\0", 6);
  blob_add (&chunk, deflated, n_deflated);
  png_insert_chunk (&blob, "IDAT", "iCCP", chunk.bytes, chunk.n_bytes);
  png_insert_chunk (&blob, "IDAT", "zTXt", chunk.bytes, chunk.n_bytes);
  png_insert_chunk (&blob, "IDAT", "tEXt", zeros, 8 << 20);
  assert_equals_int (decode_part (&blob, blob.n_bytes, pixels, &info),
      NTM_IMAGE_OK);
  fail_unless (info.damaged);
  fail_unless (memcmp (pixels, expected, sizeof pixels) == 0);
  blob_free (&chunk);
  blob_free (&blob);
  free (deflated);
  free (zeros);
}

GST_END_TEST;

/* Behind the picture, the pixels' stream goes on for megabytes, and is cut off
 * at last: nothing looks there. */
GST_START_TEST (tail)
{
  const size_t n_bytes = 32 << 20;
  const PngSpec spec = { WIDTH, HEIGHT - __i__ / 2, PNG_COLOR_TYPE_RGB_ALPHA, 8,
    .interlaced = __i__ % 2
  };
  uLongf n_deflated = compressBound (n_bytes);
  uint8_t *zeros = calloc (1, n_bytes);
  uint8_t *deflated = malloc (n_deflated);
  uint8_t pixels[8 * 8 * 4];
  NtmImageInfo info;
  Blob blob = png_new (&spec);

  fail_unless (compress2 (deflated, &n_deflated, zeros, n_bytes, 9) == Z_OK);
  png_insert_chunk (&blob, "IDAT", "IDAT", deflated, n_deflated);
  assert_equals_int (ntm_image_decode (blob.bytes, n_deflated,
          &(NtmTileSpec) {.width = 8,.height = 8}, NULL, pixels, 8 * 4, &info),
      NTM_IMAGE_OK);
  fail_if (info.damaged);
  blob_free (&blob);
  free (deflated);
  free (zeros);
}

GST_END_TEST;

/* A row costs time, even if it has one pixel. */
GST_START_TEST (rows)
{
  Blob png = new_blob (4);

  put_16 (png.bytes + 16, 0);
  put_16 (png.bytes + 18, 1);
  put_16 (png.bytes + 20, 1000000 >> 16);
  put_16 (png.bytes + 22, 1000000 & 0xffff);
  assert_equals_int (decode_limited (&png, NULL), NTM_IMAGE_DAMAGED);
  put_16 (png.bytes + 22, 1000001 & 0xffff);
  assert_equals_int (decode_limited (&png, NULL), NTM_IMAGE_TOO_LARGE);
  blob_free (&png);
}

GST_END_TEST;

/* A PNG file has 1 to 2^31 - 1 pixels in each direction. */
GST_START_TEST (no_size)
{
  for (unsigned place = 16; place <= 20; place += 4) {
    Blob png = new_blob (4);

    put_16 (png.bytes + place, 0);
    put_16 (png.bytes + place + 2, 0);
    assert_equals_int (decode_limited (&png, NULL), NTM_IMAGE_DAMAGED);
    put_16 (png.bytes + place, 0x8000);
    assert_equals_int (decode_limited (&png, NULL), NTM_IMAGE_DAMAGED);
    blob_free (&png);
  }
}

GST_END_TEST;

GST_START_TEST (too_slow)
{
  const NtmImageLimits limits = {.max_decode_nanoseconds = 1 };

  for (unsigned kind = 0; kind < N_KINDS - 1; kind++) {
    Blob blob = new_blob (kind);

    assert_equals_int (decode_limited (&blob, &limits), NTM_IMAGE_TOO_SLOW);
    blob_free (&blob);
  }
}

GST_END_TEST;

static bool
count_down (void *data)
{
  unsigned *n = data;

  return *n == 0 || --*n == 0;
}

/* At any moment. */
GST_START_TEST (cancelled)
{
  for (unsigned kind = 0; kind < N_KINDS - 1; kind++)
    for (unsigned moment = 1; moment < 200; moment = moment * 3 + 1) {
      Blob blob = new_blob (kind);
      uint8_t pixels[TILE_BYTES];
      unsigned n = moment;
      const NtmDecoder *decoder;
      NtmImageHeader header;
      NtmImageInfo info;
      NtmDecodeJob job;
      NtmImageStatus status;

      ntm_decode_job_init (&job, blob.bytes, blob.n_bytes, NULL);
      job.is_cancelled = count_down;
      job.data = &n;
      assert_equals_int (ntm_decode_open (&job, &decoder, &header, &info),
          NTM_IMAGE_OK);
      status = ntm_decode_paint (&job, decoder, &header, &tile, pixels,
          WIDTH * 4, &info);
      assert_equals_int (status, n == 0 ? NTM_IMAGE_CANCELLED : NTM_IMAGE_OK);
      fail_unless (moment > 1 || n == 0);
      blob_free (&blob);
    }
}

GST_END_TEST;

/* ---- Files of other kinds ---- */

GST_START_TEST (twelve_bits)
{
  Blob jpeg = new_blob (0);

  jpeg_find_frame_header (&jpeg)[2] = 12;
  assert_equals_int (decode_limited (&jpeg, NULL), NTM_IMAGE_UNSUPPORTED);
  blob_free (&jpeg);
}

GST_END_TEST;

GST_START_TEST (other_files)
{
  Blob text = { 0 };

  assert_equals_int (decode_limited (&text, NULL), NTM_IMAGE_EMPTY);
  blob_add (&text, "GIF89a, or any other text", 20);
  for (size_t n = text.n_bytes; n > 0; n--) {
    text.n_bytes = n;
    assert_equals_int (decode_limited (&text, NULL), NTM_IMAGE_UNKNOWN_FORMAT);
  }
  blob_free (&text);
}

GST_END_TEST;

static Suite *
hostile_suite (void)
{
  Suite *suite = suite_create ("images-decode-hostile");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, cut_off, 0, N_KINDS);
  tcase_add_loop_test (tc, rows_that_came, 0, 4);
  tcase_add_loop_test (tc, flipped, 0, N_KINDS);
  tcase_add_test (tc, first_scan);
  tcase_add_loop_test (tc, bombs, 0, 2);
  tcase_add_test (tc, pixels_and_bytes);
  tcase_add_test (tc, scans);
  tcase_add_test (tc, chunks);
  tcase_add_loop_test (tc, tail, 0, 4);
  tcase_add_test (tc, rows);
  tcase_add_test (tc, no_size);
  tcase_add_test (tc, too_slow);
  tcase_add_test (tc, cancelled);
  tcase_add_test (tc, twelve_bits);
  tcase_add_test (tc, other_files);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, hostile_suite (), __FILE__);
}
