/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Images that can't be had are background and a message, and the stream goes
 * on; or an error, if the application wants one. */

#include "photos.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <png.h>

#define ERROR_NAME "ntstripsrc-image-error"
#define WARNING_NAME "ntstripsrc-image-warning"

static void
write_text (Photos * photos, guint i)
{
  photos_replace (photos, i, &(Blob) {(guint8 *) "no image", 8});
}

GST_START_TEST (placeholders)
{
  Photos *photos = photos_new (8);
  Show *show;

  write_text (photos, 1);
  photos_replace (photos, 3, &(Blob) {(guint8 *) "", 0});
  fail_unless (remove (photos->names[6]) == 0);
  show = show_new ("tiles=4 background-color=0xff00ff00", "");
  g_object_set (show->src, "locations", photos->names, NULL);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2, 3), &(Expected) {
      .background = 0xff00ff00});
  show_expect_message (show, ERROR_NAME, photos->names[1], 1, "no JPEG");
  show_expect_message (show, ERROR_NAME, photos->names[3], 3, "empty");
  assert_strip (show_pull (show), photos, NUMBERS (4, 5, 6, 7), &(Expected) {
      .background = 0xff00ff00});
  show_expect_message (show, ERROR_NAME, photos->names[6], 2, "no file");
  fail_unless (show_pull (show) == NULL);
  fail_unless_equals_uint64 (show_get_failures (show, "unknown-format"), 1);
  fail_unless_equals_uint64 (show_get_failures (show, "empty"), 1);
  fail_unless_equals_uint64 (show_get_failures (show, "not-found"), 1);
  fail_unless_equals_uint64 (show_get_stat (show, "failed"), 3);
  fail_unless_equals_uint64 (show_get_stat (show, "tiles-copied")
      + show_get_stat (show, "tiles-kept"), 5);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* The size of the tiles comes from the first image that can be had, and the
 * limits hold. */
GST_START_TEST (the_first_ones_are_bad)
{
  Photos *photos = photos_new (5);
  Show *show;
  guint i;

  for (i = 0; i < 3; i++)
    write_text (photos, i);
  photos_replace_with_png (photos, 3, 300);
  show = show_new_list (photos, "tiles=2 tile-width=0 tile-height=0 "
      "max-pixels=80000", "");
  show_play (show);
  for (i = 0; i < 2; i++)
    gst_sample_unref (show_pull (show));
  assert_strip (show_pull (show), photos, NUMBERS (4), &(Expected) {
      .n_tiles = 2,.tile_width = 28,.tile_height = 36});
  fail_unless_equals_uint64 (show_get_failures (show, "too-large"), 1);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Nor is a file read that the cache has no room for. */
GST_START_TEST (the_first_one_has_no_room)
{
  const PngSpec spec = { 300, 300, PNG_COLOR_TYPE_RGB_ALPHA, 8 };
  Photos *photos = photos_new (5);
  guint8 *padding = g_malloc0 (3000000);
  Blob blob = png_new (&spec);
  Show *show;
  guint i;

  for (i = 0; i < 3; i++)
    write_text (photos, i);
  blob_add (&blob, padding, 3000000);
  photos_replace (photos, 3, &blob);
  show = show_new_list (photos, "tiles=2 tile-width=0 tile-height=0 "
      "cache-size=2500000", "");
  show_play (show);
  for (i = 0; i < 2; i++)
    gst_sample_unref (show_pull (show));
  assert_strip (show_pull (show), photos, NUMBERS (4), &(Expected) {
      .n_tiles = 2,.tile_width = 28,.tile_height = 36});
  fail_unless_equals_uint64 (show_get_failures (show, "no-room"), 1);
  show_free (show);
  photos_free (photos);
  blob_free (&blob);
  g_free (padding);
}

GST_END_TEST;

GST_START_TEST (an_error_if_it_is_wanted)
{
  Photos *photos = photos_new (4);
  Show *show = show_new_list (photos, "tiles=2 on-error=error", "");
  GstBus *bus = gst_element_get_bus (show->pipeline);

  write_text (photos, 3);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1), NULL);
  test_expect_message (bus, show->src, GST_MESSAGE_ERROR, photos->names[3],
      "on-error=placeholder", NULL);
  gst_element_set_state (show->pipeline, GST_STATE_READY);
  test_expect_no_message (bus, show->src, GST_MESSAGE_ERROR);
  gst_object_unref (bus);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (a_damaged_one_is_shown_with_a_warning)
{
  Photos *photos = photos_new (2);
  Blob blob = jpeg_new (&(JpegSpec) {.width = 200,.height = 200});
  Show *show = show_new_list (photos, "tiles=2", "");

  blob.n_bytes = blob.n_bytes * 15 / 16;
  photos_replace (photos, 1, &blob);
  blob_free (&blob);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1), NULL);
  show_expect_message (show, WARNING_NAME, photos->names[1], 1, "damaged");
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* All animations of the source have one warning. */
GST_START_TEST (an_animation_is_named_once)
{
  Photos *photos = photos_new (4);
  const WebpSpec picture = {.width = 40,.height = 30,.lossless = true };
  Blob animation = webp_new_animation (&picture, 4);
  Blob damaged = jpeg_new (&(JpegSpec) {.width = 200,.height = 200});
  Show *show = show_new_list (photos, "tiles=4", "");

  photos_replace (photos, 1, &animation);
  photos_replace (photos, 2, &animation);
  damaged.n_bytes = damaged.n_bytes * 15 / 16;
  photos_replace (photos, 3, &damaged);
  blob_free (&damaged);
  blob_free (&animation);
  show_play (show);
  assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2, 3), NULL);
  show_expect_message (show, WARNING_NAME, photos->names[1], 1,
      "first picture");
  show_expect_message (show, WARNING_NAME, photos->names[3], 3, "damaged");
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Each version has a time of its own, however fast the test is. */
static void
set_time (const Photos * photos, guint i, guint version)
{
  const struct timespec times[2] = { {.tv_sec = version}, {.tv_sec = version} };

  fail_unless (utimensat (AT_FDCWD, photos->names[i], times, 0) == 0);
}

GST_START_TEST (a_changed_file_is_another_image)
{
  Photos *photos = photos_new (3);
  Show *show = show_new ("", "");
  guint i;

  show_play (show);
  for (i = 1; i < 20; i++) {
    photos_replace_with_png (photos, 1, 20 + i);
    set_time (photos, 1, i);
    show_request (show, photos, NUMBERS (0, 1, 2));
    assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2), NULL);
  }
  fail_unless_equals_uint64 (show_get_stat (show, "decoded"), 2 + 19);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Between requests, files are replaced, removed and written again at random;
 * one is a folder for a while. */
GST_START_TEST (files_come_and_go)
{
  Photos *photos = photos_new (6);
  Show *show = show_new ("", "");
  guint64 failed = 0;
  guint version;

  random_begin ();
  show_play (show);
  for (version = 1; version <= random_cases (40); version++) {
    const guint i = random_below (photos->n);

    (void) remove (photos->names[i]);
    switch (random_below (4)) {
      case 0:
        break;
      case 1:
        fail_unless (g_mkdir (photos->names[i], 0700) == 0);
        break;
      default:
        photos_replace_with_png (photos, i, 10 + version % 30);
        set_time (photos, i, version);
        break;
    }
    show_request (show, photos, NUMBERS (0, 1, 2, 3, 4, 5));
    assert_strip (show_pull (show), photos, NUMBERS (0, 1, 2, 3, 4, 5), NULL);
    for (guint k = 0; k < photos->n; k++)
      failed += !g_file_test (photos->names[k], G_FILE_TEST_IS_REGULAR);
    fail_unless_equals_uint64 (show_get_stat (show, "failed"), failed);
  }
  fail_unless_equals_uint64 (show_get_failures (show, "not-found")
      + show_get_failures (show, "not-a-file"), failed);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("bad");
  TCase *tc = tcase_create ("bad");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, placeholders);
  tcase_add_test (tc, the_first_ones_are_bad);
  tcase_add_test (tc, the_first_one_has_no_room);
  tcase_add_test (tc, an_error_if_it_is_wanted);
  tcase_add_test (tc, a_damaged_one_is_shown_with_a_warning);
  tcase_add_test (tc, an_animation_is_named_once);
  tcase_add_test (tc, a_changed_file_is_another_image);
  tcase_add_test (tc, files_come_and_go);

  return run_suite (argc, argv, suite, __FILE__);
}
