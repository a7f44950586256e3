/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Requests for files: good ones, bad ones, and such as change, vanish and
 * appear between requests. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <png.h>

#include "../album.h"
#include "../pictures.h"

#define N_FILES 12
#define SIZE 32
#define TILE_BYTES (SIZE * SIZE * 4)

static const uint8_t background[4] = { 5, 6, 7, 255 };

static char folder[64];
static char paths[N_FILES][128];
static const char *names[N_FILES];
static NtmTileSpec spec = {.width = SIZE,.height = SIZE };

static void
make_folder (void)
{
  strcpy (folder, "/tmp/ntimages-request-XXXXXX");
  fail_unless (mkdtemp (folder) != NULL);
  for (unsigned i = 0; i < N_FILES; i++) {
    snprintf (paths[i], sizeof paths[i], "%s/%02u", folder, i);
    names[i] = paths[i];
  }
  memcpy (spec.background, background, 4);
}

static void
remove_folder (void)
{
  for (unsigned i = 0; i < N_FILES; i++)
    (void) remove (paths[i]);
  fail_unless (rmdir (folder) == 0);
}

/* A reader sees the old file or the new one, and no half of one. */
static void
write_file (unsigned i, const Blob * blob, size_t n_bytes)
{
  char path[128];
  FILE *file;

  snprintf (path, sizeof path, "%s/new", folder);
  file = fopen (path, "wb");
  fail_unless (file != NULL && fwrite (blob->bytes, n_bytes, 1, file) == 1);
  fail_unless (fclose (file) == 0);
  fail_unless (rename (path, paths[i]) == 0);
}

/* Images of other sizes have other pixels. */
static void
write_image (unsigned i, unsigned size)
{
  const PngSpec png = { size, size, PNG_COLOR_TYPE_RGB, 8 };
  Blob blob = png_new (&png);

  write_file (i, &blob, blob.n_bytes);
  blob_free (&blob);
}

static Target
new_target (void)
{
  NtmTile tiles[N_FILES];
  const NtmLayoutRules rules = {.pixel_bytes = 4 };
  Target target = {.composer = ntm_composer_new (),.n = N_FILES };
  NtmLayout *layout;

  for (unsigned i = 0; i < N_FILES; i++)
    tiles[i] = (NtmTile) {SIZE, SIZE};
  assert_equals_int (ntm_layout_new (&layout, tiles, N_FILES, &rules), NTM_OK);
  assert_equals_int (ntm_strip_new (&target.strip, layout, NULL), NTM_OK);
  ntm_layout_unref (layout);

  return target;
}

/* Makes a strip of all files, and compares each tile with what
 * ntm_image_load() makes of the file now. Returns how many fail. */
static size_t
check_all (NtmImages * images, Target * target, NtmRequestReport * report)
{
  const uint8_t *data = ntm_strip_get_data (target->strip);
  NtmRequest *request;
  NtmImageInfo info;

  assert_equals_int (ntm_images_request (images, &request, names, N_FILES,
          &spec, 0), NTM_IMAGE_OK);
  assert_equals_int (ntm_request_compose (request, target->composer,
          target->strip, background, report), NTM_IMAGE_OK);
  for (unsigned i = 0; i < N_FILES; i++) {
    uint8_t expected[TILE_BYTES];
    const NtmImageStatus status = ntm_image_load (names[i], &spec, NULL,
        expected, SIZE * 4, NULL);

    assert_equals_int (ntm_request_get_result (request, i, &info), status);
    for (unsigned at = 0; status != NTM_IMAGE_OK && at < TILE_BYTES; at += 4)
      memcpy (expected + at, background, 4);
    for (unsigned y = 0; y < SIZE; y++)
      if (memcmp (data + (y * N_FILES + i) * SIZE * 4, expected + y * SIZE * 4,
              SIZE * 4) != 0)
        fail ("image %u, row %u", i, y);
  }
  ntm_request_free (request);

  return report->failures;
}

static NtmImages *
new_images (size_t cache_bytes)
{
  const NtmImagesConfig config = {
    .cache_bytes = cache_bytes,.max_threads = 2,.retry_nanoseconds = 1,
  };
  NtmImages *images;

  assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);

  return images;
}

/* ---- Tests ---- */

GST_START_TEST (changes)
{
  NtmImages *images = new_images (8 << 20);
  Target target = new_target ();
  NtmRequestReport report;
  NtmImagesStats stats;

  for (unsigned i = 0; i < N_FILES; i++)
    write_image (i, 20 + i);
  assert_equals_uint64 (check_all (images, &target, &report), 0);
  assert_equals_uint64 (report.tiles_copied, N_FILES);
  assert_equals_uint64 (check_all (images, &target, &report), 0);
  assert_equals_uint64 (report.tiles_kept, N_FILES);

  write_image (3, 99);
  assert_equals_uint64 (check_all (images, &target, &report), 0);
  assert_equals_uint64 (report.tiles_kept, N_FILES - 1);

  fail_unless (remove (paths[4]) == 0);
  assert_equals_uint64 (check_all (images, &target, &report), 1);
  assert_equals_uint64 (report.tiles_kept, N_FILES - 1);
  assert_equals_uint64 (check_all (images, &target, &report), 1);

  write_image (4, 50);
  assert_equals_uint64 (check_all (images, &target, &report), 0);
  assert_equals_uint64 (report.misses, 1);
  ntm_images_get_stats (images, &stats);
  assert_equals_uint64 (stats.decoded, N_FILES + 2);
  target_free (&target);
  ntm_images_unref (images);
}

GST_END_TEST;

/* The file is another one when it is read than when it was requested. */
GST_START_TEST (changes_meanwhile)
{
  NtmImages *images = new_images (64 << 20);
  Target target = new_target ();
  NtmRequestReport report;
  NtmRequest *request;

  /* The threads are busy with the images before. */
  for (unsigned i = 0; i < N_FILES; i++)
    write_image (i, i == 0 ? 800 : 64);
  assert_equals_int (ntm_images_request (images, &request, names, N_FILES,
          &spec, 0), NTM_IMAGE_OK);
  for (unsigned i = N_FILES / 2; i < N_FILES; i++)
    write_image (i, 30 + i);
  assert_equals_int (ntm_request_compose (request, target.composer,
          target.strip, background, &report), NTM_IMAGE_OK);
  for (unsigned i = 0; i < N_FILES; i++)
    assert_equals_int (ntm_request_get_result (request, i, NULL),
        NTM_IMAGE_OK);
  ntm_request_free (request);
  assert_equals_uint64 (check_all (images, &target, &report), 0);
  target_free (&target);
  ntm_images_unref (images);
}

GST_END_TEST;

static void
write_bad_files (void)
{
  const JpegSpec jpeg = {.width = 64,.height = 64,.orientation = 6 };
  const PngSpec png = { 64, 64, PNG_COLOR_TYPE_RGB, 8,.interlaced = true };
  const WebpSpec webp = { 64, 64 };
  Blob blob = jpeg_new (&jpeg);

  write_file (0, &blob, blob.n_bytes);
  write_file (1, &blob, blob.n_bytes / 2);
  write_file (2, &blob, blob.n_bytes - 30);
  jpeg_find_frame_header (&blob)[3] = 0xff;
  jpeg_find_frame_header (&blob)[5] = 0xff;
  write_file (3, &blob, blob.n_bytes);
  blob_free (&blob);
  blob = png_new (&png);
  write_file (4, &blob, blob.n_bytes);
  write_file (5, &blob, blob.n_bytes / 3);
  blob_free (&blob);
  blob = webp_new (&webp);
  write_file (6, &blob, blob.n_bytes);
  write_file (7, &blob, 20);
  blob_free (&blob);
  fail_unless (mkfifo (paths[8], 0600) == 0);
  fail_unless (mkdir (paths[9], 0700) == 0);
  fail_unless (symlink (paths[10], paths[10]) == 0);
}

/* Each one is right, or background; the others don't suffer. File 11 is
 * missing. */
GST_START_TEST (hostile)
{
  NtmImages *images = new_images (8 << 20);
  Target target = new_target ();
  NtmRequestReport report;
  NtmImagesStats stats;

  write_bad_files ();
  for (unsigned i = 0; i < 3; i++)
    assert_equals_uint64 (check_all (images, &target, &report), 8);
  ntm_images_get_stats (images, &stats);
  fail_unless (stats.bytes_max <= 8 << 20);
  target_free (&target);
  ntm_images_unref (images);
}

GST_END_TEST;

/* Decoding an interlaced PNG takes its pixels, which its header tells: with
 * little room, one is decoded at a time, or none. */
GST_START_TEST (work_bytes)
{
  const size_t n_images[] = { N_FILES, N_FILES, 0 };
  const size_t rooms[] = { 12 << 20, 4 << 20, 5 << 19 };
  const PngSpec large = { 700, 700, PNG_COLOR_TYPE_GRAY, 8,.interlaced = true };
  Blob blob = png_new (&large);

  for (unsigned i = 0; i < N_FILES; i++)
    write_file (i, &blob, blob.n_bytes);
  blob_free (&blob);
  for (size_t i = 0; i < N_ELEMENTS (rooms); i++) {
    NtmImages *images = new_images (rooms[i]);
    Target target = new_target ();
    NtmRequestReport report;
    NtmImagesStats stats;
    NtmRequest *request;

    assert_equals_int (ntm_images_request (images, &request, names, N_FILES,
            &spec, 0), NTM_IMAGE_OK);
    assert_equals_int (ntm_request_compose (request, target.composer,
            target.strip, background, &report), NTM_IMAGE_OK);
    assert_equals_uint64 (report.failures, N_FILES - n_images[i]);
    if (n_images[i] == 0)
      assert_equals_int (ntm_request_get_result (request, 0, NULL),
          NTM_IMAGE_NO_ROOM);
    ntm_request_free (request);
    ntm_images_get_stats (images, &stats);
    fail_unless (stats.bytes_max <= rooms[i]);
    target_free (&target);
    ntm_images_unref (images);
  }
}

GST_END_TEST;

/* What had no room is tried again as soon as there is more. */
GST_START_TEST (no_room_at_first)
{
  const size_t bytes[] = { TILE_BYTES, 12 << 20, 12 << 20 };
  const NtmImagesConfig config = {
    .cache_bytes = bytes[0],.max_threads = 2,
    .retry_nanoseconds = UINT64_MAX / 4,
  };
  Target target = new_target ();
  NtmImages *images;

  assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);
  write_image (0, 20);
  for (size_t i = 0; i < N_ELEMENTS (bytes); i++) {
    NtmRequestReport report;
    NtmRequest *request;

    ntm_images_set_cache_bytes (images, bytes[i]);
    assert_equals_int (ntm_images_request (images, &request, names, 1, &spec,
            0), NTM_IMAGE_OK);
    assert_equals_int (ntm_request_compose (request, target.composer,
            target.strip, background, &report), NTM_IMAGE_OK);
    assert_equals_int (ntm_request_get_result (request, 0, NULL),
        i == 0 ? NTM_IMAGE_NO_ROOM : NTM_IMAGE_OK);
    assert_equals_uint64 (report.hits, i == 2);
    ntm_request_free (request);
  }
  target_free (&target);
  ntm_images_unref (images);
}

GST_END_TEST;

static Suite *
files_suite (void)
{
  Suite *suite = suite_create ("images-request-files");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, make_folder, remove_folder);
  tcase_add_test (tc, changes);
  tcase_add_test (tc, changes_meanwhile);
  tcase_add_test (tc, hostile);
  tcase_add_test (tc, work_bytes);
  tcase_add_test (tc, no_room_at_first);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, files_suite (), __FILE__);
}
