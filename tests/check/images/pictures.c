/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* memmem() */
#endif

#include "pictures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>
#include <webp/encode.h>

/* Programs without a test framework make images, too. */
static void
must (bool good)
{
  if (!good) {
    fprintf (stderr, "can't make an image\n");
    abort ();
  }
}

/* ---- Bytes ---- */

void
blob_free (Blob * blob)
{
  free (blob->bytes);
  *blob = (Blob) {.n_bytes = 0 };
}

void
blob_insert (Blob * blob, size_t at, const void *bytes, size_t n_bytes)
{
  blob->bytes = realloc (blob->bytes, blob->n_bytes + n_bytes + 1);
  must (blob->bytes != NULL && at <= blob->n_bytes);
  memmove (blob->bytes + at + n_bytes, blob->bytes + at, blob->n_bytes - at);
  if (n_bytes > 0)
    memcpy (blob->bytes + at, bytes, n_bytes);
  blob->n_bytes += n_bytes;
}

void
blob_add (Blob * blob, const void *bytes, size_t n_bytes)
{
  blob_insert (blob, blob->n_bytes, bytes, n_bytes);
}

uint8_t *
picture_new (uint32_t width, uint32_t height, unsigned components)
{
  uint8_t *pixels = malloc ((size_t) width * height * components);
  uint8_t *byte = pixels;

  must (pixels != NULL);
  for (uint32_t y = 0; y < height; y++)
    for (uint32_t x = 0; x < width; x++)
      for (unsigned c = 0; c < components; c++)
        *byte++ = (c + 1) * x * 3 + (4 - c) * y * 2 + (x * y) / (9 + c);

  return pixels;
}

/* ---- EXIF ---- */

static void
add_number (Blob * blob, uint32_t number, unsigned n_bytes, bool big_endian)
{
  uint8_t bytes[4];

  for (unsigned i = 0; i < n_bytes; i++)
    bytes[i] = number >> 8 * (big_endian ? n_bytes - 1 - i : i);
  blob_add (blob, bytes, n_bytes);
}

/* Two entries: the make of the camera, and the orientation. */
Blob
exif_new (unsigned orientation, bool big_endian)
{
  Blob exif = { 0 };

  blob_add (&exif, big_endian ? "MM" : "II", 2);
  add_number (&exif, 42, 2, big_endian);
  add_number (&exif, 8, 4, big_endian);
  add_number (&exif, 2, 2, big_endian);
  add_number (&exif, 0x010f, 2, big_endian);
  add_number (&exif, 2, 2, big_endian);
  add_number (&exif, 4, 4, big_endian);
  blob_add (&exif, "cam", 4);
  add_number (&exif, 0x0112, 2, big_endian);
  add_number (&exif, 3, 2, big_endian);
  add_number (&exif, 1, 4, big_endian);
  add_number (&exif, orientation, 2, big_endian);
  add_number (&exif, 0, 2, big_endian);
  add_number (&exif, 0, 4, big_endian);

  return exif;
}

/* ---- JPEG ---- */

static void
write_exif (struct jpeg_compress_struct *info, unsigned orientation)
{
  Blob exif = exif_new (orientation, orientation % 2);

  blob_insert (&exif, 0, "Exif\0\0", 6);
  jpeg_write_marker (info, JPEG_APP0 + 1, exif.bytes, exif.n_bytes);
  blob_free (&exif);
}

static void
set_colours (struct jpeg_compress_struct *info, const JpegSpec * spec)
{
  info->input_components = spec->colours == 'G' ? 1 : spec->colours ? 4 : 3;
  info->in_color_space = spec->colours == 'G' ? JCS_GRAYSCALE
      : spec->colours ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults (info);
  if (spec->colours == 'Y')
    jpeg_set_colorspace (info, JCS_YCCK);
  if (spec->no_adobe_marker)
    info->write_Adobe_marker = FALSE;
}

Blob
jpeg_new (const JpegSpec * spec)
{
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  unsigned char *bytes = NULL;
  unsigned long n_bytes = 0;
  uint8_t *pixels;
  Blob jpeg = { 0 };

  info.err = jpeg_std_error (&errors);
  jpeg_create_compress (&info);
  jpeg_mem_dest (&info, &bytes, &n_bytes);
  info.image_width = spec->width;
  info.image_height = spec->height;
  set_colours (&info, spec);
  jpeg_set_quality (&info, 90, TRUE);
  info.restart_in_rows = spec->restart_rows;
  if (spec->progressive)
    jpeg_simple_progression (&info);

  jpeg_start_compress (&info, TRUE);
  if (spec->orientation)
    write_exif (&info, spec->orientation);
  pixels = picture_new (spec->width, spec->height, info.input_components);
  if (spec->flat)
    memset (pixels, 99, (size_t) spec->width * spec->height
        * info.input_components);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = pixels + (size_t) info.next_scanline * spec->width
        * info.input_components;

    jpeg_write_scanlines (&info, &row, 1);
  }
  jpeg_finish_compress (&info);
  jpeg_destroy_compress (&info);

  blob_add (&jpeg, bytes, n_bytes);
  free (bytes);
  free (pixels);

  return jpeg;
}

void
jpeg_repeat_last_scan (Blob * jpeg, unsigned n)
{
  const size_t end = jpeg->n_bytes - 2;
  size_t begin = end;
  Blob scan = { 0 };

  while (jpeg->bytes[begin] != 0xff || jpeg->bytes[begin + 1] != 0xda)
    begin--;
  blob_add (&scan, jpeg->bytes + begin, end - begin);
  while (n-- > 0)
    blob_insert (jpeg, jpeg->n_bytes - 2, scan.bytes, scan.n_bytes);
  blob_free (&scan);
}

uint8_t *
jpeg_find_frame_header (Blob * jpeg)
{
  size_t at = 2;

  while (jpeg->bytes[at + 1] < 0xc0 || jpeg->bytes[at + 1] > 0xc2)
    at += 2 + (jpeg->bytes[at + 2] << 8) + jpeg->bytes[at + 3];

  return jpeg->bytes + at + 2;
}

uint8_t *
jpeg_decode (const Blob * jpeg, unsigned divisor)
{
  struct jpeg_decompress_struct info;
  struct jpeg_error_mgr errors;
  uint8_t *pixels;

  info.err = jpeg_std_error (&errors);
  jpeg_create_decompress (&info);
  jpeg_mem_src (&info, jpeg->bytes, jpeg->n_bytes);
  jpeg_read_header (&info, TRUE);
  info.scale_denom = divisor;
  info.out_color_space = info.num_components == 4 ? JCS_CMYK : JCS_EXT_RGBA;
  jpeg_start_decompress (&info);
  pixels = malloc ((size_t) info.output_width * info.output_height * 4);
  must (pixels != NULL);
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = pixels + (size_t) info.output_scanline
        * info.output_width * 4;

    jpeg_read_scanlines (&info, &row, 1);
  }
  jpeg_finish_decompress (&info);
  jpeg_destroy_decompress (&info);

  return pixels;
}

/* ---- PNG ---- */

static void
take_bytes (png_structp png, png_bytep bytes, size_t n_bytes)
{
  blob_add (png_get_io_ptr (png), bytes, n_bytes);
}

static void
flush (png_structp unused)
{
}

static void
set_palette (png_structp png, png_infop info, const PngSpec * spec)
{
  const int n = 1 << spec->bit_depth;
  png_color palette[256];
  png_byte alpha[256];

  for (int i = 0; i < n; i++) {
    palette[i] = (png_color) {i * 5, 255 - i, i * 11};
    alpha[i] = i * 7;
  }
  png_set_PLTE (png, info, palette, n);
  if (spec->transparency)
    png_set_tRNS (png, info, alpha, n, NULL);
}

static void
set_transparent_colour (png_structp png, png_infop info)
{
  png_color_16 colour = {.red = 3,.green = 6,.blue = 2,.gray = 1 };

  png_set_tRNS (png, info, NULL, 0, &colour);
}

Blob
png_new (const PngSpec * spec)
{
  png_structp png = png_create_write_struct (PNG_LIBPNG_VER_STRING, NULL, NULL,
      NULL);
  png_infop info = png_create_info_struct (png);
  Blob blob = { 0 };
  png_bytepp rows = calloc (spec->height, sizeof *rows);
  uint8_t *pixels = picture_new (spec->width, spec->height, 8);
  size_t row_bytes;

  png_set_write_fn (png, &blob, take_bytes, flush);
  png_set_IHDR (png, info, spec->width, spec->height, spec->bit_depth,
      spec->color_type, spec->interlaced ? PNG_INTERLACE_ADAM7
      : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
      PNG_FILTER_TYPE_DEFAULT);
  if (spec->color_type == PNG_COLOR_TYPE_PALETTE)
    set_palette (png, info, spec);
  else if (spec->transparency)
    set_transparent_colour (png, info);
  png_write_info (png, info);
  row_bytes = png_get_rowbytes (png, info);
  for (uint32_t y = 0; y < spec->height; y++)
    rows[y] = pixels + y * row_bytes;
  png_write_image (png, rows);
  png_write_end (png, info);
  png_destroy_write_struct (&png, &info);
  free (rows);
  free (pixels);

  return blob;
}

/* The checksum of a chunk, bit by bit. */
static uint32_t
get_crc (const uint8_t * bytes, size_t n_bytes)
{
  uint32_t crc = 0xffffffff;

  while (n_bytes-- > 0) {
    crc ^= *bytes++;
    for (unsigned bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }

  return ~crc;
}

void
png_insert_chunk (Blob * png, const char *before, const char *name,
    const void *bytes, size_t n_bytes)
{
  const uint8_t *place = memmem (png->bytes, png->n_bytes, before, 4);
  Blob chunk = { 0 };
  uint32_t crc;

  must (place != NULL);
  add_number (&chunk, n_bytes, 4, true);
  blob_add (&chunk, name, 4);
  blob_add (&chunk, bytes, n_bytes);
  crc = get_crc (chunk.bytes + 4, chunk.n_bytes - 4);
  add_number (&chunk, crc, 4, true);
  blob_insert (png, place - png->bytes - 4, chunk.bytes, chunk.n_bytes);
  blob_free (&chunk);
}

/* The whole image at once. */
uint8_t *
png_decode (const Blob * blob)
{
  FILE *file = fmemopen (blob->bytes, blob->n_bytes, "rb");
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, NULL, NULL,
      NULL);
  png_infop info = png_create_info_struct (png);
  png_bytepp rows;
  uint8_t *pixels;
  size_t row_bytes;

  png_init_io (png, file);
  png_read_png (png, info, PNG_TRANSFORM_SCALE_16 | PNG_TRANSFORM_EXPAND
      | PNG_TRANSFORM_GRAY_TO_RGB, NULL);
  rows = png_get_rows (png, info);
  row_bytes = (size_t) png_get_image_width (png, info) * 4;
  pixels = malloc (row_bytes * png_get_image_height (png, info));
  must (pixels != NULL);
  for (uint32_t y = 0; y < png_get_image_height (png, info); y++) {
    uint8_t *to = pixels + y * row_bytes;
    const unsigned n = png_get_channels (png, info);

    for (uint32_t x = 0; x < png_get_image_width (png, info); x++) {
      memcpy (to + x * 4, rows[y] + x * n, n);
      if (n == 3)
        to[x * 4 + 3] = 255;
    }
  }
  png_destroy_read_struct (&png, &info, NULL);
  fclose (file);

  return pixels;
}

/* ---- WebP ---- */

Blob
webp_new (const WebpSpec * spec)
{
  uint8_t *pixels = picture_new (spec->width, spec->height, 4);
  const int stride = spec->width * 4;
  uint8_t *bytes = NULL;
  size_t n_bytes;
  Blob webp = { 0 };

  if (spec->opaque)
    for (size_t i = 3; i < (size_t) stride * spec->height; i += 4)
      pixels[i] = 255;
  n_bytes = spec->lossless ?
      WebPEncodeLosslessRGBA (pixels, spec->width, spec->height, stride, &bytes)
      : WebPEncodeRGBA (pixels, spec->width, spec->height, stride, 90, &bytes);
  must (n_bytes > 0);
  blob_add (&webp, bytes, n_bytes);
  WebPFree (bytes);
  free (pixels);

  return webp;
}

static void
add_chunk (Blob * webp, const char *name, const Blob * data)
{
  blob_add (webp, name, 4);
  add_number (webp, data->n_bytes, 4, false);
  blob_add (webp, data->bytes, data->n_bytes);
  if (data->n_bytes % 2)
    blob_add (webp, "", 1);
}

/* An extended file: flags and a canvas, then @chunks. */
static Blob
new_extended (unsigned flags, uint32_t width, uint32_t height,
    const Blob * chunks)
{
  Blob webp = { 0 };
  Blob head = { 0 };

  add_number (&head, flags, 4, false);
  add_number (&head, width - 1, 3, false);
  add_number (&head, height - 1, 3, false);
  blob_add (&webp, "RIFF", 4);
  add_number (&webp, 4 + 8 + head.n_bytes + chunks->n_bytes, 4, false);
  blob_add (&webp, "WEBP", 4);
  add_chunk (&webp, "VP8X", &head);
  blob_add (&webp, chunks->bytes, chunks->n_bytes);
  blob_free (&head);

  return webp;
}

Blob
webp_new_animation (const WebpSpec * spec, uint32_t margin)
{
  Blob still = webp_new (spec);
  Blob frame = { 0 };
  Blob loops = { 0 };
  Blob chunks = { 0 };
  Blob webp;

  add_number (&frame, margin / 2, 3, false);
  add_number (&frame, margin / 2, 3, false);
  add_number (&frame, spec->width - 1, 3, false);
  add_number (&frame, spec->height - 1, 3, false);
  add_number (&frame, 100, 3, false);
  add_number (&frame, 0, 1, false);
  blob_add (&frame, still.bytes + 12, still.n_bytes - 12);
  add_number (&loops, 0, 4, false);
  add_number (&loops, 0, 2, false);
  add_chunk (&chunks, "ANIM", &loops);
  add_chunk (&chunks, "ANMF", &frame);
  add_chunk (&chunks, "ANMF", &frame);
  webp = new_extended (0x02 | 0x10, spec->width + 2 * margin,
      spec->height + 2 * margin, &chunks);
  blob_free (&still);
  blob_free (&frame);
  blob_free (&loops);
  blob_free (&chunks);

  return webp;
}

void
webp_add_exif (Blob * webp, const WebpSpec * spec, unsigned orientation)
{
  Blob exif = exif_new (orientation, orientation % 2);
  Blob chunks = { 0 };
  Blob extended;

  blob_add (&chunks, webp->bytes + 12, webp->n_bytes - 12);
  add_chunk (&chunks, "EXIF", &exif);
  extended = new_extended (0x08 | (spec->opaque ? 0 : 0x10), spec->width,
      spec->height, &chunks);
  blob_free (&exif);
  blob_free (&chunks);
  blob_free (webp);
  *webp = extended;
}

void
webp_add_profile (Blob * webp, const WebpSpec * spec, const Blob * profile)
{
  Blob chunks = { 0 };
  Blob extended;

  add_chunk (&chunks, "ICCP", profile);
  blob_add (&chunks, webp->bytes + 12, webp->n_bytes - 12);
  extended = new_extended (0x20 | (spec->opaque ? 0 : 0x10), spec->width,
      spec->height, &chunks);
  blob_free (&chunks);
  blob_free (webp);
  *webp = extended;
}

uint8_t *
webp_decode (const Blob * webp)
{
  int width;
  int height;
  uint8_t *pixels = WebPDecodeRGBA (webp->bytes, webp->n_bytes, &width,
      &height);
  uint8_t *copy;

  must (pixels != NULL);
  copy = malloc ((size_t) width * height * 4);
  must (copy != NULL);
  memcpy (copy, pixels, (size_t) width * height * 4);
  WebPFree (pixels);

  return copy;
}

/* ---- Ours ---- */

void
assert_decodes_to (const Blob * blob, uint32_t width, uint32_t height,
    const uint8_t * expected)
{
  const NtmTileSpec spec = {
    .width = width,.height = height,.fit = NTM_FIT_EXACT,
  };
  const size_t n_bytes = (size_t) width * height * 4;
  uint8_t *pixels = malloc (n_bytes);
  NtmImageInfo info;
  const NtmImageStatus status = ntm_image_decode (blob->bytes, blob->n_bytes,
      &spec, NULL, pixels, width * 4, &info);

  if (status != NTM_IMAGE_OK)
    fail ("%s", ntm_image_status_get_text (status));
  assert_equals_int (info.width, width);
  assert_equals_int (info.height, height);
  fail_if (info.damaged);
  for (size_t i = 0; i < n_bytes; i++)
    if (pixels[i] != expected[i])
      fail ("byte %zu of pixel %zu,%zu is %u, not %u", i % 4, i / 4 % width,
          i / 4 / width, pixels[i], expected[i]);
  free (pixels);
}
