/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A file that is another one, or none, when its turn comes, or that is written
 * to while it is read, or not wanted any more. There are no threads: the thread
 * that composes reads the file, so that a test knows when. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE             /* RTLD_NEXT */
#endif

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <png.h>

#include "../../strip/faults.h"
#include "../album.h"
#include "../pictures.h"

static const uint8_t background[4] = { 5, 6, 7, 255 };

static const NtmTileSpec spec = {
  .width = ALBUM_WIDTH,.height = ALBUM_HEIGHT,.background = {5, 6, 7, 255},
};

static char folder[64];
static char path[80];

/* ---- The system ---- */

static unsigned n_reads;
static unsigned n_changes;      /* so many reads find that the file changed */
static NtmRequest *to_cancel;   /* by the next read */

/* No file of a test is read in several parts. */
ssize_t
read (int fd, void *bytes, size_t n_bytes)
{
  ssize_t (*real) (int, void *, size_t) =
      (ssize_t (*)(int, void *, size_t)) dlsym (RTLD_NEXT, "read");
  const ssize_t n = real (fd, bytes, n_bytes);

  n_reads++;
  if (n_changes > 0) {
    const struct timespec times[2] = {
      {.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000 + n_changes}
    };

    n_changes--;
    fail_unless (futimens (fd, times) == 0);
  }
  if (to_cancel)
    ntm_request_cancel (to_cancel);
  to_cancel = NULL;

  return n;
}

/* ---- The file ---- */

static void
setup (void)
{
  strcpy (folder, "/tmp/ntimages-changing-XXXXXX");
  fail_unless (mkdtemp (folder) != NULL);
  snprintf (path, sizeof path, "%s/image", folder);
  faults_set_threads (0);
}

static void
teardown (void)
{
  (void) remove (path);
  fail_unless (rmdir (folder) == 0);
}

/* Images of other sizes have other pixels. Returns the bytes of the file. */
static size_t
write_image (unsigned size)
{
  const PngSpec png = { size, size, PNG_COLOR_TYPE_RGB, 8 };
  Blob blob = png_new (&png);
  const size_t n_bytes = blob.n_bytes;
  FILE *file = fopen (path, "wb");

  fail_unless (file != NULL && fwrite (blob.bytes, n_bytes, 1, file) == 1);
  fail_unless (fclose (file) == 0);
  blob_free (&blob);

  return n_bytes;
}

static NtmImages *
new_images (uint64_t max_file_bytes)
{
  const NtmImagesConfig config = {
    .max_threads = 1,.retry_nanoseconds = 1,
    .limits = {.max_file_bytes = max_file_bytes},
  };
  NtmImages *images;

  assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);

  return images;
}

static NtmRequest *
request_image (NtmImages * images)
{
  const char *const name = path;
  NtmRequest *request;

  assert_equals_int (ntm_images_request (images, &request, &name, 1, &spec, 0),
      NTM_IMAGE_OK);

  return request;
}

/* Fails the test unless the tile is what ntm_image_load() makes of the file
 * now, or where @status is a failure, background. */
static void
check_tile (const Target * target, NtmImageStatus status)
{
  const NtmLayout *layout = ntm_strip_get_layout (target->strip);
  const NtmRect *frame = &layout->cells[0].frame;
  const uint8_t *data = ntm_strip_get_data (target->strip);
  const size_t row_bytes = spec.width * 4;
  uint8_t expected[ALBUM_BYTES];

  for (size_t i = 0; i < sizeof expected; i++)
    expected[i] = background[i % 4];
  if (status == NTM_IMAGE_OK)
    assert_equals_int (ntm_image_load (path, &spec, NULL, expected, row_bytes,
            NULL), NTM_IMAGE_OK);
  for (uint32_t y = 0; y < spec.height; y++)
    fail_unless (memcmp (data + (frame->y + y) * layout->stride + frame->x * 4,
            expected + y * row_bytes, row_bytes) == 0, "row %u", y);
}

/* Makes a strip of @request, and frees it. Returns what became of the image. */
static NtmImageStatus
compose (NtmRequest * request)
{
  Target target = target_new (1);
  NtmImageStatus status;

  assert_equals_int (ntm_request_compose (request, target.composer,
          target.strip, background, NULL), NTM_IMAGE_OK);
  status = ntm_request_get_result (request, 0, NULL);
  check_tile (&target, status);
  ntm_request_free (request);
  target_free (&target);

  return status;
}

/* ---- Another file when its turn comes ---- */

GST_START_TEST (it_vanishes)
{
  NtmImages *images = new_images (0);
  NtmRequest *request;

  write_image (20);
  request = request_image (images);
  fail_unless (remove (path) == 0);
  assert_equals_int (compose (request), NTM_IMAGE_NOT_FOUND);
  write_image (20);
  assert_equals_int (compose (request_image (images)), NTM_IMAGE_OK);
  ntm_images_unref (images);
}

GST_END_TEST;

GST_START_TEST (it_becomes_a_folder)
{
  NtmImages *images = new_images (0);
  NtmRequest *request;

  write_image (20);
  request = request_image (images);
  fail_unless (remove (path) == 0 && mkdir (path, 0700) == 0);
  assert_equals_int (compose (request), NTM_IMAGE_NOT_A_FILE);
  ntm_images_unref (images);
}

GST_END_TEST;

/* The new file is shown, though no more memory was reserved than the old one
 * takes. */
GST_START_TEST (it_becomes_larger)
{
  NtmImages *images = new_images (0);
  NtmRequest *request;
  const size_t before = write_image (20);

  request = request_image (images);
  fail_unless (write_image (90) > before);
  assert_equals_int (compose (request), NTM_IMAGE_OK);
  ntm_images_unref (images);
}

GST_END_TEST;

/* A file that is too large is not read. */
GST_START_TEST (it_is_too_large)
{
  const bool is_too_large = __i__;
  const size_t n_bytes = write_image (20);
  NtmImages *images = new_images (n_bytes - is_too_large);

  n_reads = 0;
  assert_equals_int (compose (request_image (images)),
      is_too_large ? NTM_IMAGE_FILE_TOO_LARGE : NTM_IMAGE_OK);
  fail_unless ((n_reads == 0) == is_too_large);
  ntm_images_unref (images);
}

GST_END_TEST;

/* ---- While it is read ---- */

/* It is read four times at most, and shown if it did not change in one of them.
 * The next request begins anew. */
GST_START_TEST (it_changes_again_and_again)
{
  const unsigned changes = __i__;
  NtmImages *images = new_images (0);
  NtmImagesStats stats;

  for (unsigned i = 0; i < 2; i++) {
    NtmRequest *request;

    write_image (20 + i);
    request = request_image (images);
    n_changes = changes;
    assert_equals_int (compose (request),
        changes < 4 ? NTM_IMAGE_OK : NTM_IMAGE_FILE_CHANGED);
    assert_equals_int (n_changes, changes < 4 ? 0 : changes - 4);
    n_changes = 0;
  }
  assert_equals_int (compose (request_image (images)), NTM_IMAGE_OK);
  ntm_images_get_stats (images, &stats);
  assert_equals_uint64 (stats.failures, changes < 4 ? 0 : 2);
  ntm_images_unref (images);
}

GST_END_TEST;

/* That nothing wants it any more is no failure: the next request has it. */
GST_START_TEST (its_request_is_cancelled)
{
  NtmImages *images = new_images (0);
  Target target = target_new (1);
  NtmImagesStats stats;
  NtmRequest *request;

  write_image (20);
  request = to_cancel = request_image (images);
  assert_equals_int (ntm_request_compose (request, target.composer,
          target.strip, background, NULL), NTM_IMAGE_CANCELLED);
  fail_unless (to_cancel == NULL);
  ntm_request_free (request);
  ntm_images_get_stats (images, &stats);
  assert_equals_uint64 (stats.decoded + stats.failures, 0);
  assert_equals_int (compose (request_image (images)), NTM_IMAGE_OK);
  target_free (&target);
  ntm_images_unref (images);
}

GST_END_TEST;

/* Each request for memory fails in turn, that for the bytes of the file among
 * them. The next request for the image tries again. */
GST_START_TEST (no_memory)
{
  Target target = target_new (1);
  unsigned n_failures = 0;
  unsigned nth = 0;
  bool failed;

  write_image (20);
  do {
    NtmImages *images = new_images (0);
    NtmRequest *request = request_image (images);
    NtmImageStatus status;

    faults_begin (++nth, false);
    status = ntm_request_compose (request, target.composer, target.strip,
        background, NULL);
    failed = faults_end ();
    if (status == NTM_IMAGE_OK) {
      status = ntm_request_get_result (request, 0, NULL);
      check_tile (&target, status);
    }
    fail_unless (status == NTM_IMAGE_OK || (failed
            && status == NTM_IMAGE_NO_MEMORY));
    n_failures += status != NTM_IMAGE_OK;
    ntm_request_free (request);
    assert_equals_int (compose (request_image (images)), NTM_IMAGE_OK);
    ntm_images_unref (images);
  } while (failed);
  fail_unless (n_failures > 2);
  target_free (&target);
}

GST_END_TEST;

static Suite *
changing_suite (void)
{
  Suite *suite = suite_create ("images-request-changing");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, it_vanishes);
  tcase_add_test (tc, it_becomes_a_folder);
  tcase_add_test (tc, it_becomes_larger);
  tcase_add_loop_test (tc, it_is_too_large, 0, 2);
  tcase_add_loop_test (tc, it_changes_again_and_again, 0, 6);
  tcase_add_test (tc, its_request_is_cancelled);
  tcase_add_test (tc, no_memory);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, changing_suite (), __FILE__);
}
