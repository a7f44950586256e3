/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One request for a whole folder of hostile files: each becomes a picture or
 * background, each with its reason, and the cache keeps its budget.
 *
 * With the name of a folder, the program makes the files there, larger ones
 * than the test's, and ends. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../hostiles.h"

#define SIZE 32

static const NtmTileSpec spec = {
  .width = SIZE,.height = SIZE,.background = {5, 6, 7, 8},
};

/* Of the chunks, and of the JPEG with hundreds of scans: its pixels times its
 * scans are beyond the limit below. */
#define CHUNK_BYTES ((size_t) 6 << 20)
#define JPEG_SIZE 250
#define MAX_SCAN_PIXELS 25000000

/* A machine that is slow enough would give up by the time, and not for the
 * scans. */
static const NtmImageLimits limits = {
  .max_scan_pixels = MAX_SCAN_PIXELS,.max_decode_nanoseconds = UINT64_MAX,
};

#define CACHE_BYTES ((size_t) 24 << 20)

static char folder[64];
static Hostiles hostiles = {.folder = folder };

static void
make_files (void)
{
  strcpy (folder, "/tmp/ntimages-hostile-XXXXXX");
  fail_unless (mkdtemp (folder) != NULL);
  hostiles_make (&hostiles, CHUNK_BYTES, JPEG_SIZE);
}

static void
remove_files (void)
{
  hostiles_remove (&hostiles);
  fail_unless (rmdir (folder) == 0);
}

static NtmStrip *
new_strip (void)
{
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  NtmTile tiles[HOSTILES_MOST];
  NtmLayout *layout;
  NtmStrip *strip;

  for (unsigned i = 0; i < hostiles.n; i++)
    tiles[i] = (NtmTile) {SIZE, SIZE};
  assert_equals_int (ntm_layout_new (&layout, tiles, hostiles.n, &rules),
      NTM_OK);
  assert_equals_int (ntm_strip_new (&strip, layout, NULL), NTM_OK);
  ntm_layout_unref (layout);

  return strip;
}

static void
check_status (const Hostile * file, NtmImageStatus status)
{
  if (file->status < 0 ? status == NTM_IMAGE_OK || status == NTM_IMAGE_DAMAGED
      || status == NTM_IMAGE_UNKNOWN_FORMAT || status == NTM_IMAGE_UNSUPPORTED
      || status == NTM_IMAGE_TOO_LARGE : (int) status == file->status)
    return;
  fail ("%s: %s", file->path, ntm_image_status_get_text (status));
}

/* The tile is what the image becomes by itself, or background. */
static void
check_tile (const NtmStrip * strip, unsigned i, NtmImageStatus status)
{
  const uint8_t *data = ntm_strip_get_data ((NtmStrip *) strip);
  uint8_t expected[SIZE * SIZE * 4];

  for (unsigned at = 0; at < sizeof expected; at += 4)
    memcpy (expected + at, spec.background, 4);
  if (status == NTM_IMAGE_OK)
    assert_equals_int (ntm_image_load (hostiles.files[i].path, &spec, &limits,
            expected, SIZE * 4, NULL), NTM_IMAGE_OK);
  for (unsigned y = 0; y < SIZE; y++)
    if (memcmp (data + ((size_t) y * hostiles.n + i) * SIZE * 4,
            expected + y * SIZE * 4, SIZE * 4) != 0)
      fail ("%s: row %u", hostiles.files[i].path, y);
}

static void
compose (NtmImages * images, NtmStrip * strip, bool is_first)
{
  const char *names[HOSTILES_MOST];
  NtmComposer *composer = ntm_composer_new ();
  NtmRequest *request;

  for (unsigned i = 0; i < hostiles.n; i++)
    names[i] = hostiles.files[i].path;
  assert_equals_int (ntm_images_request (images, &request, names, hostiles.n,
          &spec, 0), NTM_IMAGE_OK);
  assert_equals_int (ntm_request_compose (request, composer, strip,
          spec.background, NULL), NTM_IMAGE_OK);
  for (unsigned i = 0; i < hostiles.n; i++) {
    const NtmImageStatus status = ntm_request_get_result (request, i, NULL);

    check_status (&hostiles.files[i], status);
    if (is_first)
      check_tile (strip, i, status);
  }
  ntm_request_free (request);
  ntm_composer_free (composer);
}

GST_START_TEST (all)
{
  const NtmImagesConfig config = {
    .cache_bytes = CACHE_BYTES,.max_threads = 3,
    .limits = limits,.retry_nanoseconds = 1,
  };
  NtmStrip *strip = new_strip ();
  NtmImages *images;
  NtmImagesStats stats;

  assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);
  compose (images, strip, true);
  compose (images, strip, false);
  ntm_images_get_stats (images, &stats);
  fail_unless (stats.bytes_max <= CACHE_BYTES);
  ntm_images_unref (images);
  ntm_strip_free (strip);
}

GST_END_TEST;

static Suite *
hostile_suite (void)
{
  Suite *suite = suite_create ("images-request-hostile");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, make_files, remove_files);
  tcase_add_test (tc, all);

  return suite;
}

int
main (int argc, char **argv)
{
  if (argc == 2) {
    hostiles.folder = argv[1];
    hostiles_make (&hostiles, (size_t) 200 << 20, 9000);
    printf ("%u files\n", hostiles.n);
    return EXIT_SUCCESS;
  }

  return run_suite (argc, argv, hostile_suite (), __FILE__);
}
