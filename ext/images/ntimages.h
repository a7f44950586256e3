/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* libntimages: image files to tiles.
 *
 * An image is decoded, set upright as its EXIF orientation says, scaled to a
 * tile, and written to the caller's memory:
 *
 *   NtmTileSpec spec = {.width = 512, .height = 512, .background = {0, 0, 0,
 *       255}};
 *   uint8_t *pixels = malloc (512 * 512 * 4);
 *   NtmImageInfo info;
 *   NtmImageStatus status =
 *       ntm_image_load ("a.jpg", &spec, NULL, pixels, 512 * 4, &info);
 *   if (status != NTM_IMAGE_OK)
 *     fprintf (stderr, "a.jpg: %s\n", ntm_image_status_get_text (status));
 *
 * Formats. JPEG, PNG and WebP, as far as their libraries were there when this
 * library was built. A file's first bytes say which one it is; its name does
 * not matter. The first picture of an animation counts. Colours are taken for
 * sRGB.
 *
 * Bad files. A file may be anything: what it says about itself is held against
 * the limits before memory is taken. A damaged file is a picture if three
 * quarters of its rows came; the rest of the tile is background.
 *
 * Threads. Any thread may call any function at any time.
 *
 * Errors. A function that can fail returns an NtmImageStatus. Nothing is
 * logged, no function aborts, and the environment is not read.
 *
 * Growth. As in ntstrip.h: reserved fields are zero. */

#pragma once

#include "ntstrip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What can go wrong ---- */

typedef enum
{
  NTM_IMAGE_OK,
  NTM_IMAGE_NOT_FOUND,          /* no file has this name */
  NTM_IMAGE_UNREADABLE,         /* the system doesn't open or read it */
  NTM_IMAGE_NOT_A_FILE,         /* a folder, a pipe, a device */
  NTM_IMAGE_FILE_TOO_LARGE,     /* more bytes than max_file_bytes */
  NTM_IMAGE_FILE_CHANGED,       /* it was written to while it was read */
  NTM_IMAGE_EMPTY,              /* it has no bytes */
  NTM_IMAGE_UNKNOWN_FORMAT,     /* no JPEG, no PNG, no WebP */
  NTM_IMAGE_NOT_BUILT_IN,       /* this build lacks the decoder */
  NTM_IMAGE_UNSUPPORTED,        /* the decoder doesn't know this variant */
  NTM_IMAGE_TOO_LARGE,          /* more pixels than max_pixels */
  NTM_IMAGE_TOO_COMPLEX,        /* more scans than max_scan_pixels allows */
  NTM_IMAGE_TOO_SLOW,           /* decoding took longer than
                                 * max_decode_nanoseconds */
  NTM_IMAGE_DAMAGED,            /* less than three quarters of it came */
  NTM_IMAGE_WRONG_SIZE,         /* NTM_FIT_EXACT, and another size */
  NTM_IMAGE_CANCELLED,          /* the caller doesn't want it any more */
  NTM_IMAGE_NO_MEMORY,          /* the system has none */
  NTM_IMAGE_BAD_TILE,           /* the tile has no pixels, more than can be
                                 * addressed, or a stride shorter than a row */
} NtmImageStatus;

/* Returns one short English sentence without a full stop, for ever valid. */
NTM_API
const char *ntm_image_status_get_text (NtmImageStatus status);

/* Returns the formats that this build decodes, for ever valid: "jpeg, png,
 * webp", or less. */
NTM_API
const char *ntm_image_get_formats (void);

/* ---- A tile ---- */

/* How an image becomes as large as a tile. Scaling takes the mean of what a
 * pixel covers where it shrinks, and is bilinear where it grows. */
typedef enum
{
  NTM_FIT_CONTAIN,              /* scaled until it fits, centred; background
                                 * around it */
  NTM_FIT_COVER,                /* scaled until it fills the tile, centred; what
                                 * is left over is cut off */
  NTM_FIT_EXACT,                /* not scaled; another size is
                                 * NTM_IMAGE_WRONG_SIZE */
} NtmFit;

/* The order of a pixel's four bytes. Alpha is not premultiplied. */
typedef enum
{
  NTM_PIXELS_RGBA,
  NTM_PIXELS_BGRA,
} NtmPixels;

/* What a tile is to be. */
typedef struct
{
  uint32_t width;               /* pixels, 1 or more */
  uint32_t height;
  NtmFit fit;
  NtmPixels pixels;
  uint8_t background[4];        /* one pixel, in the order of @pixels */
  uint32_t reserved[3];
} NtmTileSpec;

/* ---- Limits ---- */

/* Zeros mean the defaults. A file that is beyond a limit is refused; the first
 * three are known from its size and its header, before memory is taken. */
typedef struct
{
  uint64_t max_file_bytes;      /* 256 MiB */
  uint64_t max_pixels;          /* width * height of the image: 100,000,000 */
  uint64_t max_work_bytes;      /* memory for decoding, beside the file and the
                                 * tile: 1 GiB. Interlaced PNG and WebP take 4
                                 * bytes a pixel, progressive JPEG up to 6 */
  uint64_t max_scan_pixels;     /* pixels times scans of a JPEG, which is what
                                 * a progressive one costs: 8 * max_pixels, but
                                 * at least 800,000,000 */
  uint64_t max_decode_nanoseconds;      /* 10 s */
  uint64_t reserved[3];
} NtmImageLimits;

/* ---- One image ---- */

/* What an image is, upright. */
typedef struct
{
  uint32_t width;
  uint32_t height;
  const char *format;           /* "jpeg", "png", "webp": for ever valid */
  bool animated;                /* the tile has the first picture */
  bool damaged;                 /* something is wrong in the file, and the tile
                                 * may show it */
  uint64_t decode_nanoseconds;  /* of ntm_image_load(), without reading the
                                 * file */
  uint64_t reserved[3];
} NtmImageInfo;

/* Reads what the file @path is from its header. @limits may be NULL. */
NTM_API
NtmImageStatus ntm_image_probe (const char *path,
    const NtmImageLimits * limits, NtmImageInfo * info);

/* Decodes the file @path to a tile at @pixels, with @stride bytes from row to
 * row, which may be negative. If it fails, what the tile holds is undefined.
 * @limits and @info may be NULL. */
NTM_API
NtmImageStatus ntm_image_load (const char *path, const NtmTileSpec * spec,
    const NtmImageLimits * limits, void *pixels, ptrdiff_t stride,
    NtmImageInfo * info);

/* The same for an encoded image of @n_bytes bytes in memory. */
NTM_API
NtmImageStatus ntm_image_decode (const void *bytes, size_t n_bytes,
    const NtmTileSpec * spec, const NtmImageLimits * limits, void *pixels,
    ptrdiff_t stride, NtmImageInfo * info);

#ifdef __cplusplus
}
#endif
