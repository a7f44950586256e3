/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* libntimages: image files to tiles of a strip, through a cache.
 *
 * A cache has a budget in bytes, and threads that decode. A request names
 * images, and becomes a strip; requests that are queued before their strips are
 * due are decoded meanwhile:
 *
 *   NtmTileSpec spec = {.width = 512, .height = 512, .background = {0, 0, 0,
 *       255}};
 *   NtmImagesConfig config = {.cache_bytes = (size_t) 1 << 30};
 *   NtmImages *images;
 *   ntm_images_new (&images, &config);
 *
 *   NtmRequest *request;
 *   ntm_images_request (images, &request, names, n_names, &spec, 0);
 *   ntm_request_compose (request, composer, strip, spec.background, NULL);
 *   ntm_request_free (request);
 *
 * An image in the cache is copied to the strip, while others are decoded. An
 * image that the strip still holds is not even copied: it has the same content
 * id as long as the cache knows it. A changed file is another image: a file is
 * known by its name, its size and the time of its last change, in nanoseconds.
 *
 * An image is decoded, set upright as its EXIF orientation says, and scaled to
 * a tile. One image can be had without a cache:
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
 * not matter. The first picture of an animation counts. Pixels are sRGB: an
 * embedded colour profile of up to 4 MiB is applied if the build has lcms2, and
 * is ignored otherwise. If a profile is broken, its pixels are taken for sRGB,
 * and the image is damaged. The process keeps what the last 8 profiles of up to
 * 1 MiB needed: 0.1 MiB for each of a phone's, 2 MiB for each of a printer's.
 *
 * Bad files. A file may be anything: what it says about itself is held against
 * the limits before memory is taken. A damaged file is a picture if three
 * quarters of its rows came; the rest of the tile is background.
 *
 * Threads. Any thread may call any function at any time; a request belongs to
 * one thread at a time, but any thread may cancel it. Decoding threads start
 * with the first image that is to be decoded, block signals, and end with the
 * cache. A child after fork() must not use a cache that it inherits.
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
  NTM_IMAGE_TOO_LARGE,          /* more pixels than max_pixels, more memory than
                                 * max_work_bytes, or over a million rows */
  NTM_IMAGE_TOO_COMPLEX,        /* more scans than max_scan_pixels allows */
  NTM_IMAGE_TOO_SLOW,           /* decoding took longer than
                                 * max_decode_nanoseconds */
  NTM_IMAGE_DAMAGED,            /* less than three quarters of it came */
  NTM_IMAGE_WRONG_SIZE,         /* NTM_FIT_EXACT, and another size */
  NTM_IMAGE_CANCELLED,          /* the caller doesn't want it any more */
  NTM_IMAGE_NO_MEMORY,          /* the system has none */
  NTM_IMAGE_BAD_TILE,           /* the tile has no pixels, more than can be
                                 * addressed, or a stride shorter than a row;
                                 * or the strip has other tiles */
  NTM_IMAGE_NO_ROOM,            /* the image doesn't fit in the cache, or all
                                 * images of a request don't */
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
 * pixel covers where it shrinks, and is bilinear where it grows. A JPEG that is
 * to shrink much is first made 2, 4 or 8 times smaller by its decoder, which
 * takes less time than to decode all of it. */
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
                                 * tile: 1 GiB. Most images take about 1 MiB,
                                 * but interlaced PNG 4 bytes a pixel, WebP 9,
                                 * progressive JPEG up to 8 */
  uint64_t max_scan_pixels;     /* pixels times scans of a JPEG, which is what
                                 * a progressive one costs: 12 * max_pixels, but
                                 * at least 1,200,000,000. More than 500 scans
                                 * are refused in any case */
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

/* ---- The cache ---- */

typedef struct NtmImages NtmImages;

/* Fills a tile for a name: at @pixels, with @stride bytes from row to row. Any
 * decoding thread calls it, several at once. A failure is NTM_IMAGE_NOT_FOUND
 * or another status. */
typedef NtmImageStatus (*NtmImageLoader) (void *data, const char *name,
    const NtmTileSpec * spec, void *pixels, ptrdiff_t stride);

/* Zeros mean the defaults. */
typedef struct
{
  size_t cache_bytes;           /* the budget: of tiles, and of all that the
                                 * decoders need. 1 GiB. It is never exceeded:
                                 * memory is reserved before it is taken. What
                                 * is kept of profiles is beside it */
  unsigned max_threads;         /* that decode; 0: as many as the process may
                                 * use CPUs */
  NtmImageLimits limits;        /* of each image */
  uint64_t retry_nanoseconds;   /* an image that failed is not tried again
                                 * before: 2 s. Where memory was missing, the
                                 * next request tries again */
  NtmImageLoader load;          /* NULL: names are those of files */
  void *load_data;
  uint64_t reserved[4];
} NtmImagesConfig;

/* Makes a cache, a reference, for ntm_images_unref(). @config may be NULL.
 * NTM_IMAGE_NO_MEMORY: *@images is NULL then. */
NTM_API
NtmImageStatus ntm_images_new (NtmImages ** images,
    const NtmImagesConfig * config);

/* Adds a reference. Returns @images. */
NTM_API
NtmImages *ntm_images_ref (NtmImages * images);

/* Drops a reference; each request has one as well. The last one ends the
 * decoding threads, and waits for them. May be NULL. */
NTM_API
void ntm_images_unref (NtmImages * images);

/* Changes the budget. What is too much leaves the cache as soon as it can. */
NTM_API
void ntm_images_set_cache_bytes (NtmImages * images, size_t cache_bytes);

/* Puts the pixels of an image in the cache under @name: requests for this name
 * whose tiles have this size and these pixels get them, and no file is looked
 * for. The pixels are copied. They stay, and take their part of the budget,
 * until ntm_images_remove(); what was under the name before is removed.
 * NTM_IMAGE_NO_ROOM: they don't fit, beside all others that were put in; for a
 * moment there must be room for the old pixels and the new ones.
 * NTM_IMAGE_BAD_TILE, NTM_IMAGE_NO_MEMORY. */
NTM_API
NtmImageStatus ntm_images_put (NtmImages * images, const char *name,
    const NtmTileSpec * spec, const void *pixels, ptrdiff_t stride);

/* Forgets all images with this name: what was put in, and what was loaded.
 * Requests that were made before get the image as long as there is room for it.
 * Returns whether there was one. */
NTM_API
bool ntm_images_remove (NtmImages * images, const char *name);

/* What happened since the cache was made. */
typedef struct
{
  uint64_t requests;
  uint64_t hits;                /* images that were in the cache when they were
                                 * requested */
  uint64_t joined;              /* on their way, for another request */
  uint64_t misses;
  uint64_t decoded;             /* images */
  uint64_t evictions;
  uint64_t failures;            /* images that could not be had */
  uint64_t decode_nanoseconds;  /* in all threads; with reading the files */
  uint64_t tiles_copied;        /* to strips */
  uint64_t tiles_kept;          /* that a strip held already */
  size_t images;                /* in the cache now */
  size_t bytes;                 /* of the budget: taken or reserved now */
  size_t bytes_max;             /* the most there ever were */
  size_t threads;               /* decoding threads */
  size_t budget;                /* bytes that the cache may take */
  uint64_t reserved[4];
} NtmImagesStats;

NTM_API
void ntm_images_get_stats (NtmImages * images, NtmImagesStats * stats);

/* ---- Requests ---- */

typedef struct NtmRequest NtmRequest;

/* Queues a request for @n_names images, and sets *@request to it, for
 * ntm_request_free(). Looks up all of them at once (which asks the system for
 * the version of each file), and has those decoded that are missing. Requests
 * are decoded in their order, those of a higher @priority first (-7 to 7); one
 * that is being composed comes before all others. As long as a request is
 * queued, the cache reckons with it. Images of later requests never push out
 * those of earlier ones. NTM_IMAGE_NO_ROOM: the tiles of all images have more
 * bytes than the budget; ntm_images_explain() has both numbers.
 * NTM_IMAGE_BAD_TILE, NTM_IMAGE_NO_MEMORY. *@request is NULL then. */
NTM_API
NtmImageStatus ntm_images_request (NtmImages * images, NtmRequest ** request,
    const char *const *names, size_t n_names, const NtmTileSpec * spec,
    int priority);

/* Writes why ntm_images_request() returned @status for @n_names images, with
 * the numbers, as one ASCII sentence without a full stop, to the @text_bytes
 * bytes of @text: always terminated, cut if too long. The budget is that of
 * now. */
NTM_API
void ntm_images_explain (NtmImages * images, NtmImageStatus status,
    size_t n_names, const NtmTileSpec * spec, char *text, size_t text_bytes);

/* Has images decoded after those of all requests, as far as there is room. */
NTM_API
NtmImageStatus ntm_images_prefetch (NtmImages * images,
    const char *const *names, size_t n_names, const NtmTileSpec * spec);

/* What ntm_request_compose() did. */
typedef struct
{
  size_t hits;                  /* images that were in the cache when the
                                 * request was made */
  size_t joined;
  size_t misses;
  size_t failures;              /* images without a tile: it is background */
  size_t tiles_copied;
  size_t tiles_kept;
  uint64_t nanoseconds;         /* in ntm_request_compose() */
  uint64_t reserved[4];
} NtmRequestReport;

/* Returns the content id that image @i of the request has in a strip, or will
 * have once it is decoded. ntm_strip_ask() says with it which of several strips
 * holds most of the request already. Files that change get other ids, so this
 * is a guess, and ntm_request_compose() asks anew. NTM_CONTENT_UNKNOWN: the
 * image failed. From any thread. */
NTM_API
uint64_t ntm_request_get_content (const NtmRequest * request, size_t i);

/* Makes @strip hold the images, the first one in the first tile. Waits for
 * those that are missing. The frames of its layout must be as large as the
 * tiles of the request, with pixels of four bytes, each for itself (no
 * x_granularity); there may be more tiles than images. An image that fails is
 * background, @background being one pixel: see ntm_request_get_result(). Once
 * for each request. @report may be NULL.
 *
 * The content ids are of ntm_content_new(): @strip must hold no others.
 * ntm_strip_get_word() knows only the last of several steps; the report has the
 * sums.
 *
 * NTM_IMAGE_CANCELLED: the request was cancelled; then some tiles are
 * undefined, but @strip knows which. NTM_IMAGE_BAD_TILE, NTM_IMAGE_NO_MEMORY:
 * nothing was written. */
NTM_API
NtmImageStatus ntm_request_compose (NtmRequest * request,
    NtmComposer * composer, NtmStrip * strip, const void *background,
    NtmRequestReport * report);

/* Returns what became of image @i in ntm_request_compose(): NTM_IMAGE_OK, or
 * why its tile is background. @info may be NULL; it has zeros if nothing is
 * known, as of an image that was put in. */
NTM_API
NtmImageStatus ntm_request_get_result (const NtmRequest * request, size_t i,
    NtmImageInfo * info);

/* Gives the request up: ntm_request_compose() returns as soon as it can, and
 * decoding ends that no other request needs. From any thread. */
NTM_API
void ntm_request_cancel (NtmRequest * request);

/* Cancels @request, and frees it. Not while it is composed. May be NULL. */
NTM_API
void ntm_request_free (NtmRequest * request);

#ifdef __cplusplus
}
#endif
