/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* libntimages as programs use it, with its decoders, in a system in which one
 * request fails, or all from one on: each in turn. Requests for memory, also of
 * libjpeg, libpng and zlib; for threads; for files, with every error that a
 * disk has. A tile is the image or background, and the reason is given. What
 * failed once does not fail again. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <png.h>

#include "../images/album.h"
#include "../images/pictures.h"
#include "system.h"

#define N_IMAGES 6

static const uint8_t black[4] = { 0, 0, 0, 255 };

static const NtmTileSpec spec = {
  .width = ALBUM_WIDTH,.height = ALBUM_HEIGHT,
};

static char folder[64];
static char *names[N_IMAGES];
static uint8_t expected[N_IMAGES][ALBUM_BYTES];

static Blob
make_image (unsigned i)
{
  switch (i) {
    case 0:
      return jpeg_new (&(JpegSpec) {.width = 60,.height = 40});
    case 1:
      return jpeg_new (&(JpegSpec) {.width = 70,.height = 30,.progressive =
            true});
    case 2:
      return png_new (&(PngSpec) {50, 40, PNG_COLOR_TYPE_RGBA, 8});
    case 3:
      return png_new (&(PngSpec) {50, 40, PNG_COLOR_TYPE_RGB, 8, true});
    case 4:
      return webp_new (&(WebpSpec) {40, 40, true, false});
    default:
      return webp_new (&(WebpSpec) {40, 40, false, true});
  }
}

static void
make_folder (void)
{
  strcpy (folder, "/tmp/faults-images-XXXXXX");
  fail_unless (mkdtemp (folder) != NULL);
  for (unsigned i = 0; i < N_IMAGES; i++) {
    Blob blob = make_image (i);
    FILE *file;

    names[i] = malloc (128);
    snprintf (names[i], 128, "%s/%u", folder, i);
    file = fopen (names[i], "wb");
    fail_unless (file != NULL);
    fail_unless (fwrite (blob.bytes, blob.n_bytes, 1, file) == 1);
    fail_unless (fclose (file) == 0);
    blob_free (&blob);
    assert_equals_int (ntm_image_load (names[i], &spec, NULL, expected[i],
            ALBUM_WIDTH * 4, NULL), NTM_IMAGE_OK);
  }
}

static void
remove_folder (void)
{
  for (unsigned i = 0; i < N_IMAGES; i++) {
    fail_unless (unlink (names[i]) == 0);
    free (names[i]);
  }
  fail_unless (rmdir (folder) == 0);
}

static bool
is_tile (const Target * target, size_t i, const uint8_t * pixels)
{
  const NtmLayout *layout = ntm_strip_get_layout (target->strip);
  const NtmRect *frame = &layout->cells[i].frame;
  const uint8_t *data = ntm_strip_get_data (target->strip);

  for (uint32_t y = 0; y < ALBUM_HEIGHT; y++) {
    const uint8_t *row =
        data + (frame->y + y) * layout->stride + frame->x * 4;

    for (uint32_t x = 0; x < ALBUM_WIDTH; x++)
      if (memcmp (row + x * 4, pixels ? pixels + (y * ALBUM_WIDTH + x) * 4
              : black, 4) != 0)
        return false;
  }

  return true;
}

/* Whether @error of the system may become @status. */
static bool
is_possible (int error, NtmImageStatus status)
{
  switch (error) {
    case EINTR:
      return status == NTM_IMAGE_OK;
    case ENOMEM:
      return status == NTM_IMAGE_OK || status == NTM_IMAGE_NO_MEMORY;
    case 0:
      return status == NTM_IMAGE_OK || status == NTM_IMAGE_FILE_CHANGED;
    default:
      return status == NTM_IMAGE_OK || status == NTM_IMAGE_UNREADABLE;
  }
}

/* Makes a strip of all images. Returns how many tiles have theirs. */
static unsigned
make_strip (NtmImages * images, const Target * target, int error)
{
  NtmRequest *request;
  NtmImageStatus status = ntm_images_request (images, &request,
      (const char *const *) names, N_IMAGES, &spec, 0);
  unsigned n = 0;

  fail_unless (is_possible (error, status), "%d: %d", error, status);
  if (status != NTM_IMAGE_OK)
    return 0;

  status = ntm_request_compose (request, target->composer, target->strip,
      black, NULL);
  fail_unless (is_possible (error, status), "%d: %d", error, status);
  for (size_t i = 0; status == NTM_IMAGE_OK && i < N_IMAGES; i++) {
    const NtmImageStatus result = ntm_request_get_result (request, i, NULL);

    fail_unless (is_possible (error, result), "%s: %d: %d", names[i], error,
        result);
    fail_unless (is_tile (target, i, result == NTM_IMAGE_OK ? expected[i]
            : NULL), "%s", names[i]);
    n += result == NTM_IMAGE_OK;
  }
  ntm_request_free (request);

  return n;
}

/* Returns the number of calls that failed in turn. */
static unsigned
fail_each (SystemCalls calls, bool all_after, int error, unsigned max_threads)
{
  /* Missing memory is not remembered. */
  const NtmImagesConfig config = {
    .max_threads = max_threads,
    .retry_nanoseconds = error == ENOMEM ? UINT64_MAX / 4 : 1,
  };
  unsigned nth = 0;
  bool failed;

  do {
    Target target = target_new (N_IMAGES);
    NtmImages *images = NULL;
    NtmImageStatus status;
    unsigned n = N_IMAGES;

    system_fail (calls, ++nth, all_after, error);
    status = ntm_images_new (&images, &config);
    if (status == NTM_IMAGE_OK)
      n = make_strip (images, &target, error);
    failed = system_recover ();
    if (status == NTM_IMAGE_OK) {
      fail_unless (failed || n == N_IMAGES);
      /* The system has recovered. A decoder may have begun before that, and
       * what it fails to make is missing in the next strip too. */
      make_strip (images, &target, error);
      assert_equals_int (make_strip (images, &target, 0), N_IMAGES);
      ntm_images_unref (images);
    } else {
      fail_unless (failed && is_possible (error, status));
    }
    target_free (&target);
  } while (failed);

  return nth - 1;
}

GST_START_TEST (no_memory)
{
  fail_unless (fail_each (SYSTEM_MEMORY, __i__ % 2, ENOMEM, 1 + __i__ / 2)
      > 30);
}

GST_END_TEST;

GST_START_TEST (no_threads)
{
  const NtmImagesConfig config = {.max_threads = 4 };
  Target target = target_new (N_IMAGES);
  NtmImages *images;

  system_fail (SYSTEM_THREADS, 1 + __i__, true, EAGAIN);
  assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);
  assert_equals_int (make_strip (images, &target, EINTR), N_IMAGES);
  ntm_images_unref (images);
  system_recover ();
  target_free (&target);
}

GST_END_TEST;

static const int errors[] = { EIO, EINTR, ENOMEM, EACCES, ESTALE, EMFILE };

/* A call that is interrupted again and again would never end. */
GST_START_TEST (bad_disk)
{
  const int error = errors[__i__ / 2];
  const bool all_after = __i__ % 2 && error != EINTR;

  fail_unless (fail_each (SYSTEM_FILES, all_after, error, 2)
      >= (all_after ? 1 : N_IMAGES));
}

GST_END_TEST;

static const unsigned most_bytes[] = { 1, 7, 100 };

GST_START_TEST (short_reads)
{
  const NtmImagesConfig config = {.max_threads = 2 };
  Target target = target_new (N_IMAGES);
  NtmImages *images;

  system_read_at_most (most_bytes[__i__]);
  assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);
  assert_equals_int (make_strip (images, &target, EINTR), N_IMAGES);
  ntm_images_unref (images);
  system_read_at_most (0);
  target_free (&target);
}

GST_END_TEST;

/* Another process makes a file shorter while it is read. */
GST_START_TEST (file_becomes_shorter)
{
  const NtmImagesConfig config = {
    .max_threads = 1,.retry_nanoseconds = 1,
  };
  unsigned n = 0;

  for (long end = 0; n < N_IMAGES; end += 97) {
    Target target = target_new (N_IMAGES);
    NtmImages *images;

    system_end_reads_after (end);
    assert_equals_int (ntm_images_new (&images, &config), NTM_IMAGE_OK);
    n = make_strip (images, &target, 0);
    system_end_reads_after (-1);
    assert_equals_int (make_strip (images, &target, 0), N_IMAGES);
    ntm_images_unref (images);
    target_free (&target);
  }
}

GST_END_TEST;

static Suite *
images_suite (void)
{
  Suite *suite = suite_create ("faults-images");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, make_folder, remove_folder);
  tcase_add_loop_test (tc, no_memory, 0, 4);
  tcase_add_loop_test (tc, no_threads, 0, 3);
  tcase_add_loop_test (tc, bad_disk, 0, 12);
  tcase_add_loop_test (tc, short_reads, 0, 3);
  tcase_add_test (tc, file_becomes_shorter);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, images_suite (), __FILE__);
}
