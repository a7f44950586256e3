/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a name may lead to: an image, another thing, nothing. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <png.h>

#include "../pictures.h"
#include "decode/file.h"

static char folder[64];
static char path[128];

static const NtmTileSpec tile = {.width = 30,.height = 20 };

static void
make_folder (void)
{
  strcpy (folder, "/tmp/ntimages-files-XXXXXX");
  fail_unless (mkdtemp (folder) != NULL);
  snprintf (path, sizeof path, "%s/image.txt", folder);
}

static void
remove_folder (void)
{
  (void) unlink (path);
  fail_unless (rmdir (folder) == 0);
}

static void
write_file (const Blob * blob)
{
  FILE *file = fopen (path, "wb");

  fail_unless (file != NULL);
  if (blob->n_bytes > 0)
    fail_unless (fwrite (blob->bytes, blob->n_bytes, 1, file) == 1);
  fail_unless (fclose (file) == 0);
}

static Blob
new_image (void)
{
  const PngSpec spec = { 30, 20, PNG_COLOR_TYPE_RGB, 8 };

  return png_new (&spec);
}

/* Both functions say the same. */
static void
assert_status (NtmImageStatus expected, const NtmImageLimits * limits)
{
  uint8_t pixels[30 * 20 * 4];
  NtmImageInfo info;

  assert_equals_int (ntm_image_probe (path, limits, &info), expected);
  assert_equals_int (ntm_image_load (path, &tile, limits, pixels, 30 * 4,
          &info), expected);
}

/* The name says that it is a text. */
GST_START_TEST (an_image)
{
  Blob png = new_image ();
  uint8_t *expected = png_decode (&png);
  uint8_t pixels[30 * 20 * 4];
  NtmImageInfo info;

  write_file (&png);
  assert_equals_int (ntm_image_probe (path, NULL, &info), NTM_IMAGE_OK);
  assert_equals_int (info.width, 30);
  assert_equals_int (info.height, 20);
  assert_equals_string (info.format, "png");
  assert_equals_int (ntm_image_load (path, &tile, NULL, pixels, 30 * 4, NULL),
      NTM_IMAGE_OK);
  fail_unless (memcmp (pixels, expected, sizeof pixels) == 0);
  free (expected);
  blob_free (&png);
}

GST_END_TEST;

GST_START_TEST (nothing)
{
  assert_status (NTM_IMAGE_NOT_FOUND, NULL);
  strcat (path, "/below");
  assert_status (NTM_IMAGE_NOT_FOUND, NULL);
}

GST_END_TEST;

GST_START_TEST (an_empty_file)
{
  const Blob nothing = { 0 };

  write_file (&nothing);
  assert_status (NTM_IMAGE_EMPTY, NULL);
}

GST_END_TEST;

GST_START_TEST (a_large_file)
{
  Blob png = new_image ();
  const NtmImageLimits limits = {.max_file_bytes = png.n_bytes - 1 };
  const NtmImageLimits enough = {.max_file_bytes = png.n_bytes };

  write_file (&png);
  assert_status (NTM_IMAGE_FILE_TOO_LARGE, &limits);
  assert_status (NTM_IMAGE_OK, &enough);
  blob_free (&png);
}

GST_END_TEST;

/* No other end is waited for. */
GST_START_TEST (a_pipe)
{
  fail_unless (mkfifo (path, 0600) == 0);
  assert_status (NTM_IMAGE_NOT_A_FILE, NULL);
}

GST_END_TEST;

GST_START_TEST (a_socket)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX };
  const int fd = socket (AF_UNIX, SOCK_STREAM, 0);

  fail_unless (fd >= 0);
  fail_unless (strlen (path) < sizeof address.sun_path);
  strcpy (address.sun_path, path);
  fail_unless (bind (fd, (struct sockaddr *) &address, sizeof address) == 0);
  assert_status (NTM_IMAGE_NOT_A_FILE, NULL);
  (void) close (fd);
}

GST_END_TEST;

GST_START_TEST (a_folder)
{
  fail_unless (mkdir (path, 0700) == 0);
  assert_status (NTM_IMAGE_NOT_A_FILE, NULL);
  fail_unless (rmdir (path) == 0);
}

GST_END_TEST;

GST_START_TEST (a_device)
{
  strcpy (path, "/dev/zero");
  assert_status (NTM_IMAGE_NOT_A_FILE, NULL);
  path[0] = '\0';
}

GST_END_TEST;

GST_START_TEST (a_loop_of_links)
{
  fail_unless (symlink (path, path) == 0);
  assert_status (NTM_IMAGE_UNREADABLE, NULL);
}

GST_END_TEST;

static bool
is_third_part (void *data)
{
  return ++*(int *) data == 3;
}

/* The reader looks before each MiB, and keeps nothing. */
GST_START_TEST (a_file_that_is_not_wanted_any_more)
{
  const gsize n_bytes = 3 << 20;
  gchar *bytes = g_malloc0 (n_bytes);
  int n_parts = 0;
  NtmFile file;

  fail_unless (g_file_set_contents (path, bytes, n_bytes, NULL));
  assert_equals_int (ntm_file_read (path, UINT64_MAX, is_third_part, &n_parts,
          &file), NTM_IMAGE_CANCELLED);
  fail_unless (file.bytes == NULL);
  assert_equals_int (n_parts, 3);
  g_free (bytes);
}

GST_END_TEST;

/* A version is another one if the size is, or the time. */
GST_START_TEST (versions)
{
  Blob png = new_image ();
  const struct timespec times[2] = { {1000, 5}, {1000, 6} };
  NtmFileVersion versions[3];
  NtmFile file;

  write_file (&png);
  fail_unless (utimensat (AT_FDCWD, path, times, 0) == 0);
  assert_equals_int (ntm_file_get_version (path, &versions[0]), NTM_IMAGE_OK);
  assert_equals_int (ntm_file_read (path, UINT64_MAX, NULL, NULL, &file),
      NTM_IMAGE_OK);
  fail_unless (ntm_file_is_version (&file.version, &versions[0]));
  ntm_file_free (&file);
  assert_equals_int (versions[0].changed_seconds, 1000);
  assert_equals_int (versions[0].changed_nanoseconds, 6);

  blob_add (&png, "", 1);
  write_file (&png);
  fail_unless (utimensat (AT_FDCWD, path, times, 0) == 0);
  assert_equals_int (ntm_file_get_version (path, &versions[1]), NTM_IMAGE_OK);
  fail_if (ntm_file_is_version (&versions[1], &versions[0]));
  write_file (&png);
  assert_equals_int (ntm_file_get_version (path, &versions[2]), NTM_IMAGE_OK);
  fail_if (ntm_file_is_version (&versions[2], &versions[1]));
  blob_free (&png);
}

GST_END_TEST;

static Suite *
files_suite (void)
{
  Suite *suite = suite_create ("images-decode-files");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_checked_fixture (tc, make_folder, remove_folder);
  tcase_add_test (tc, an_image);
  tcase_add_test (tc, nothing);
  tcase_add_test (tc, an_empty_file);
  tcase_add_test (tc, a_large_file);
  tcase_add_test (tc, a_pipe);
  tcase_add_test (tc, a_socket);
  tcase_add_test (tc, a_folder);
  tcase_add_test (tc, a_device);
  tcase_add_test (tc, a_loop_of_links);
  tcase_add_test (tc, a_file_that_is_not_wanted_any_more);
  tcase_add_test (tc, versions);

  return suite;
}

int
main (int argc, char **argv)
{
  return run_suite (argc, argv, files_suite (), __FILE__);
}
