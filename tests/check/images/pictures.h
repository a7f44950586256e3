/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Image files made by program, and what the decoders' libraries themselves make
 * of them. All functions end the program if they can't do it. */

#pragma once

#include "../strip/support.h"
#include "ntimages.h"

/* An encoded image, or its pixels, for blob_free(). */
typedef struct
{
  uint8_t *bytes;
  size_t n_bytes;
} Blob;

void blob_free (Blob * blob);

/* Adds bytes at the end. */
void blob_add (Blob * blob, const void *bytes, size_t n_bytes);

/* Puts bytes at @at. */
void blob_insert (Blob * blob, size_t at, const void *bytes, size_t n_bytes);

/* Smooth colours that differ from pixel to pixel, with @components bytes a
 * pixel; the fourth one is alpha. */
uint8_t *picture_new (uint32_t width, uint32_t height, unsigned components);

typedef struct
{
  uint32_t width;
  uint32_t height;
  int colours;                  /* 0: RGB; 'G', 'C' (CMYK), 'Y' (YCCK) */
  bool progressive;
  bool no_adobe_marker;
  bool flat;                    /* one colour */
  unsigned restart_rows;        /* a restart marker after so many rows of
                                 * blocks; 0: none */
  unsigned orientation;         /* EXIF; 0: no EXIF block */
} JpegSpec;

Blob jpeg_new (const JpegSpec * spec);

/* Writes the last scan of a progressive file @n times more. */
void jpeg_repeat_last_scan (Blob * jpeg, unsigned n);

/* Returns the header of the frame: its length, precision and size. */
uint8_t *jpeg_find_frame_header (Blob * jpeg);

typedef struct
{
  uint32_t width;
  uint32_t height;
  int color_type;               /* PNG_COLOR_TYPE_... */
  int bit_depth;
  bool interlaced;
  bool transparency;            /* a tRNS chunk */
} PngSpec;

Blob png_new (const PngSpec * spec);

/* Puts a chunk before the first one with the name @before. */
void png_insert_chunk (Blob * png, const char *before, const char *name,
    const void *bytes, size_t n_bytes);

typedef struct
{
  uint32_t width;
  uint32_t height;
  bool lossless;
  bool opaque;
} WebpSpec;

Blob webp_new (const WebpSpec * spec);

/* An animation on a canvas that is larger than its pictures by @margin pixels
 * on each side. */
Blob webp_new_animation (const WebpSpec * spec, uint32_t margin);

/* Makes it an extended file with an EXIF block at its end. */
void webp_add_exif (Blob * webp, const WebpSpec * spec, unsigned orientation);

/* Makes it an extended file with a colour profile. */
void webp_add_profile (Blob * webp, const WebpSpec * spec,
    const Blob * profile);

/* A TIFF header with an orientation. */
Blob exif_new (unsigned orientation, bool big_endian);

/* RGBA as the libraries decode it, at full size or, of a JPEG, divided. */
uint8_t *jpeg_decode (const Blob * jpeg, unsigned divisor);
uint8_t *png_decode (const Blob * png);
uint8_t *webp_decode (const Blob * webp);

/* Expects that @blob becomes the @width x @height pixels @expected. */
void assert_decodes_to (const Blob * blob, uint32_t width, uint32_t height,
    const uint8_t * expected);
