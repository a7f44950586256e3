/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Image files to strips, with libntimages. The files are set side by side,
 * some at a time, and the strips go to the standard output as PAM pictures.
 * Requests for the next strips are queued ahead, so that their images are
 * decoded while a strip is written. A file that can't be shown is background,
 * and a line says why.
 *
 * usage: strips-of-photos TILES SIDE FILE... >strips.pam */

#include <ntimages.h>

#include <stdio.h>
#include <stdlib.h>

#define AHEAD 8
#define MOST_TILES 1000

typedef struct
{
  size_t n_tiles;
  NtmTileSpec spec;
  const char *const *files;
  size_t n_files;
  size_t n_strips;
  NtmImages *images;
  NtmComposer *composer;
  NtmStrip *strip;
  NtmRequest *requests[AHEAD];  /* of strip i: i % AHEAD */
} Photos;

static void
fail (const char *what, const char *why)
{
  fprintf (stderr, "strips-of-photos: %s: %s\n", what, why);
  exit (EXIT_FAILURE);
}

/* Requests the images of strip @i, if there is one. The last strip may have
 * fewer. */
static void
request (Photos * photos, size_t i)
{
  const size_t at = i * photos->n_tiles;
  size_t n = photos->n_files - at;
  NtmImageStatus status;

  if (i >= photos->n_strips)
    return;
  if (n > photos->n_tiles)
    n = photos->n_tiles;
  status = ntm_images_request (photos->images, &photos->requests[i % AHEAD],
      photos->files + at, n, &photos->spec, 0);
  if (status != NTM_IMAGE_OK)
    fail ("no request", ntm_image_status_get_text (status));
}

static void
write_strip (const Photos * photos)
{
  const NtmLayout *layout = ntm_strip_get_layout (photos->strip);

  printf ("P7\nWIDTH %u\nHEIGHT %u\nDEPTH 4\nMAXVAL 255\n"
      "TUPLTYPE RGB_ALPHA\nENDHDR\n", layout->width, layout->height);
  if (fwrite (ntm_strip_get_data (photos->strip), layout->bytes, 1, stdout)
      != 1)
    fail ("standard output", "can't be written to");
}

/* Makes and writes strip @i. */
static void
make_strip (Photos * photos, size_t i)
{
  NtmRequest *request = photos->requests[i % AHEAD];
  const size_t at = i * photos->n_tiles;
  NtmRequestReport report;
  NtmImageStatus status = ntm_request_compose (request, photos->composer,
      photos->strip, photos->spec.background, &report);

  if (status != NTM_IMAGE_OK)
    fail ("no strip", ntm_image_status_get_text (status));
  for (size_t n = 0; n < photos->n_tiles && at + n < photos->n_files; n++) {
    status = ntm_request_get_result (request, n, NULL);
    if (status != NTM_IMAGE_OK)
      fprintf (stderr, "%s: %s\n", photos->files[at + n],
          ntm_image_status_get_text (status));
  }
  fprintf (stderr, "strip %zu: %zu hits, %zu misses, %zu failures, "
      "%.2f ms\n", i, report.hits, report.misses + report.joined,
      report.failures, report.nanoseconds / 1e6);
  ntm_request_free (request);
  write_strip (photos);
}

static void
init (Photos * photos)
{
  NtmTile tiles[MOST_TILES] = { 0 };
  const NtmLayoutRules rules = {.pixel_bytes = 4,.gap_x = 4 };
  NtmLayout *layout;
  NtmStatus status;

  for (size_t i = 0; i < photos->n_tiles; i++)
    tiles[i].width = tiles[i].height = photos->spec.width;
  status = ntm_layout_new (&layout, tiles, photos->n_tiles, &rules);
  if (status == NTM_OK)
    status = ntm_strip_new (&photos->strip, layout, NULL);
  if (status != NTM_OK)
    fail ("no strip", ntm_status_get_text (status));
  ntm_layout_unref (layout);

  photos->composer = ntm_composer_new ();
  if (photos->composer == NULL
      || ntm_images_new (&photos->images, NULL) != NTM_IMAGE_OK)
    fail ("no cache", "the system has no memory");
}

int
main (int argc, char **argv)
{
  Photos photos = { 0 };

  if (argc < 4)
    fail ("usage", "strips-of-photos TILES SIDE FILE... >strips.pam");
  photos.n_tiles = strtoul (argv[1], NULL, 10);
  photos.spec.width = photos.spec.height = strtoul (argv[2], NULL, 10);
  photos.spec.background[3] = 255;
  if (photos.n_tiles == 0 || photos.n_tiles > MOST_TILES)
    fail (argv[1], "not 1 to 1000 tiles");
  photos.files = (const char *const *) argv + 3;
  photos.n_files = argc - 3;
  photos.n_strips = (photos.n_files + photos.n_tiles - 1) / photos.n_tiles;

  init (&photos);
  for (size_t i = 0; i < AHEAD; i++)
    request (&photos, i);
  for (size_t i = 0; i < photos.n_strips; i++) {
    make_strip (&photos, i);
    request (&photos, i + AHEAD);
  }

  ntm_images_unref (photos.images);
  ntm_strip_free (photos.strip);
  ntm_composer_free (photos.composer);

  return EXIT_SUCCESS;
}
