/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a request costs: all hits, beside the bare copy of as many bytes; the
 * same request again; and all misses, beside their decoding. Prints the median
 * of some rounds, in milliseconds. The images are JPEG files that the program
 * makes in a folder of its own, and removes.
 *
 * usage: bench-requests [SIZE [IMAGES [ROUNDS]]] */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* mkdtemp(), clock_gettime() */
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jpeglib.h>

#include "ntimages.h"

#define MOST_IMAGES 1000
#define MOST_ROUNDS 99

static const uint8_t black[4] = { 0, 0, 0, 255 };

static char folder[] = "/tmp/bench-requests-XXXXXX";
static char paths[MOST_IMAGES][64];
static const char *names[MOST_IMAGES];
static NtmTileSpec spec;
static size_t n_images = 100;
static unsigned n_rounds = 7;

static void
check (bool good, const char *what)
{
  if (good)
    return;
  fprintf (stderr, "bench-requests: %s\n", what);
  exit (1);
}

static double
get_milliseconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);

  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

/* ---- Files ---- */

/* Waves of many lengths and some noise: as hard to decode as a photograph of
 * quality 90. */
static void
draw_row (uint8_t * row, uint32_t width, uint32_t y, unsigned seed)
{
  for (uint32_t x = 0; x < width; x++)
    for (unsigned c = 0; c < 3; c++)
      row[x * 3 + c] = (x * (c + 1) + y * (seed % 7 + 1)) / 4
          + ((x * y * 2654435761u + seed * 40503u) >> 27);
}

static void
write_jpeg (unsigned i)
{
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr errors;
  FILE *file = fopen (paths[i], "wb");
  uint8_t *row = malloc ((size_t) spec.width * 3);

  check (file && row, "can't write an image");
  info.err = jpeg_std_error (&errors);
  jpeg_create_compress (&info);
  jpeg_stdio_dest (&info, file);
  info.image_width = spec.width;
  info.image_height = spec.height;
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults (&info);
  jpeg_set_quality (&info, 90, TRUE);
  jpeg_start_compress (&info, TRUE);
  while (info.next_scanline < info.image_height) {
    draw_row (row, spec.width, info.next_scanline, i);
    jpeg_write_scanlines (&info, &row, 1);
  }
  jpeg_finish_compress (&info);
  jpeg_destroy_compress (&info);
  free (row);
  fclose (file);
}

static void
remove_files (void)
{
  for (size_t i = 0; i < n_images; i++)
    (void) unlink (paths[i]);
  (void) rmdir (folder);
}

/* ---- Strips ---- */

static NtmStrip *
new_strip (void)
{
  NtmTile *tiles = calloc (n_images, sizeof *tiles);
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmLayout *layout;
  NtmStrip *strip;

  check (tiles != NULL, "no memory");
  for (size_t i = 0; i < n_images; i++)
    tiles[i] = (NtmTile) {.width = spec.width,.height = spec.height};
  check (ntm_layout_new (&layout, tiles, n_images, &rules) == NTM_OK
      && ntm_strip_new (&strip, layout, NULL) == NTM_OK, "no memory");
  ntm_strip_touch (strip);
  ntm_layout_unref (layout);
  free (tiles);

  return strip;
}

static NtmImages *
new_images (unsigned n_threads)
{
  const NtmImagesConfig config = {
    .cache_bytes = (n_images + 16) * spec.width * spec.height * 4
        + ((size_t) 64 << 20),
    .max_threads = n_threads,
  };
  NtmImages *images;

  check (ntm_images_new (&images, &config) == NTM_IMAGE_OK, "no memory");

  return images;
}

static double
compose (NtmImages * images, NtmComposer * composer, NtmStrip * strip)
{
  const double start = get_milliseconds ();
  NtmRequestReport report;
  NtmRequest *request;

  check (ntm_images_request (images, &request, names, n_images, &spec, 0)
      == NTM_IMAGE_OK && ntm_request_compose (request, composer, strip, black,
          &report) == NTM_IMAGE_OK, "no strip");
  check (report.failures == 0, "an image failed");
  ntm_request_free (request);

  return get_milliseconds () - start;
}

/* ---- Sides ---- */

static int
compare (const void *a, const void *b)
{
  const double x = *(const double *) a;
  const double y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
get_median (double *times)
{
  qsort (times, n_rounds, sizeof *times, compare);

  return times[n_rounds / 2];
}

/* Ready arrays, by the composer alone. */
static double
copy_arrays (NtmComposer * composer, NtmStrip * strip, const NtmSource * arrays)
{
  const double start = get_milliseconds ();

  ntm_composer_compose (composer, strip, arrays, black, NULL);

  return get_milliseconds () - start;
}

/* Ready arrays, row by row with memcpy(), in one thread: what a loop in NumPy
 * does. */
static double
copy_plainly (NtmStrip * strip, const NtmSource * arrays)
{
  const double start = get_milliseconds ();
  const size_t row_bytes = (size_t) spec.width * 4;
  uint8_t *data = ntm_strip_get_data (strip);

  for (size_t i = 0; i < n_images; i++)
    for (uint32_t y = 0; y < spec.height; y++)
      memcpy (data + y * ntm_strip_get_stride (strip) + i * row_bytes,
          (const uint8_t *) arrays[i].pixels + y * row_bytes, row_bytes);

  return get_milliseconds () - start;
}

static NtmSource *
new_arrays (void)
{
  NtmSource *arrays = calloc (n_images, sizeof *arrays);
  const size_t bytes = (size_t) spec.width * spec.height * 4;

  check (arrays != NULL, "no memory");
  for (size_t i = 0; i < n_images; i++) {
    uint8_t *pixels = malloc (bytes);

    check (pixels != NULL, "no memory");
    check (ntm_image_load (names[i], &spec, NULL, pixels, spec.width * 4, NULL)
        == NTM_IMAGE_OK, "an image can't be decoded");
    arrays[i] = (NtmSource) {.pixels = pixels,.stride = spec.width * 4};
  }

  return arrays;
}

static void
measure_hits (NtmComposer * composer, NtmStrip * strip)
{
  NtmSource *arrays = new_arrays ();
  NtmImages *images = new_images (0);
  double times[4][MOST_ROUNDS];

  (void) compose (images, composer, strip);
  for (unsigned r = 0; r < n_rounds; r++) {
    ntm_strip_invalidate (strip);
    times[0][r] = copy_arrays (composer, strip, arrays);
    ntm_strip_invalidate (strip);
    times[1][r] = compose (images, composer, strip);
    times[2][r] = compose (images, composer, strip);
    times[3][r] = copy_plainly (strip, arrays);
  }
  printf ("all hits               %8.2f\n", get_median (times[1]));
  printf ("bare copy              %8.2f\n", get_median (times[0]));
  printf ("memcpy, one thread     %8.2f\n", get_median (times[3]));
  printf ("same request again     %8.3f\n", get_median (times[2]));
  ntm_images_unref (images);
  for (size_t i = 0; i < n_images; i++)
    free ((void *) arrays[i].pixels);
  free (arrays);
}

static void
measure_misses (NtmComposer * composer, NtmStrip * strip, unsigned n_threads)
{
  double times[MOST_ROUNDS];
  double decoding[MOST_ROUNDS];

  for (unsigned r = 0; r < n_rounds; r++) {
    NtmImages *images = new_images (n_threads);
    NtmImagesStats stats;

    ntm_strip_invalidate (strip);
    times[r] = compose (images, composer, strip);
    ntm_images_get_stats (images, &stats);
    decoding[r] = stats.decode_nanoseconds * 1e-6 / n_threads;
    ntm_images_unref (images);
  }
  printf ("all misses, %u thread%s  %8.2f\n", n_threads,
      n_threads > 1 ? "s" : " ", get_median (times));
  printf ("  decoding / threads   %8.2f\n", get_median (decoding));
}

int
main (int argc, char **argv)
{
  NtmComposer *composer = ntm_composer_new ();
  NtmStrip *strip;

  spec = (NtmTileSpec) {.width = argc > 1 ? strtoul (argv[1], NULL, 10) : 1024};
  spec.height = spec.width;
  if (argc > 2)
    n_images = strtoul (argv[2], NULL, 10);
  if (argc > 3)
    n_rounds = strtoul (argv[3], NULL, 10);
  check (spec.width > 0 && n_images > 0 && n_images <= MOST_IMAGES
      && n_rounds > 0 && n_rounds <= MOST_ROUNDS && composer,
      "usage: bench-requests [SIZE [IMAGES [ROUNDS]]]");
  check (mkdtemp (folder) != NULL, "can't make a folder");
  for (size_t i = 0; i < n_images; i++) {
    snprintf (paths[i], sizeof paths[i], "%s/%zu.jpg", folder, i);
    names[i] = paths[i];
    write_jpeg (i);
  }

  strip = new_strip ();
  printf ("%zu images of %ux%u, ms:\n", n_images, spec.width, spec.height);
  measure_hits (composer, strip);
  measure_misses (composer, strip, 1);
  measure_misses (composer, strip, 2);
  ntm_strip_free (strip);
  ntm_composer_free (composer);
  remove_files ();

  return 0;
}
