/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What the source answers: numbers of strips and times, its duration, and where
 * it can be sought. */

#include "../strip/support.h"
#include "photos.h"

#define N_STRIPS 6

static Show *
play (const Photos * photos, const gchar * properties)
{
  Show *show = show_new_list (photos, properties, "");

  show_play (show);
  gst_sample_unref (show_pull (show));

  return show;
}

/* -1: the source refuses. */
static gint64
convert (Show * show, GstFormat from, gint64 value, GstFormat to)
{
  gint64 converted;

  return gst_element_query_convert (show->src, from, value, to, &converted)
      ? converted : -1;
}

static gint64
get_time (Show * show, gint64 number)
{
  return convert (show, GST_FORMAT_DEFAULT, number, GST_FORMAT_TIME);
}

static gint64
get_number (Show * show, gint64 time)
{
  return convert (show, GST_FORMAT_TIME, time, GST_FORMAT_DEFAULT);
}

static gint64
get_duration (Show * show, GstFormat format)
{
  gint64 duration;

  return gst_element_query_duration (show->src, format, &duration)
      ? duration : -1;
}

static void
expect_seeking (Show * show, gboolean can_seek, gint64 end)
{
  GstQuery *query = gst_query_new_seeking (GST_FORMAT_DEFAULT);
  GstFormat format;
  gboolean seekable;
  gint64 from;
  gint64 to;

  fail_unless (gst_element_query (show->src, query));
  gst_query_parse_seeking (query, &format, &seekable, &from, &to);
  fail_unless_equals_int (format, GST_FORMAT_DEFAULT);
  fail_unless_equals_int (seekable, can_seek);
  fail_unless_equals_int64 (from, 0);
  fail_unless_equals_int64 (to, end);
  gst_query_unref (query);
}

/* ---- Numbers and times ---- */

/* Times are rounded down, and belong to the last strip that has begun. */
GST_START_TEST (numbers_and_times)
{
  static const struct
  {
    const gchar *rate;
    gint n;
    gint d;
  } rates[] = {
    {"tiles=2 framerate=25/1", 25, 1},
    {"tiles=2 framerate=30000/1001", 30000, 1001},
    {"tiles=2 framerate=1/3600", 1, 3600},
    {"tiles=2 framerate=999999999/1", 999999999, 1},
  };
  Photos *photos = photos_new (2 * N_STRIPS);
  Show *show = play (photos, rates[__i__].rate);
  guint i;

  random_begin ();
  for (i = 0; i < 200; i++) {
    const gint64 number = i < 100 ? i : random_below (1 << 20);
    const gint64 time = get_time (show, number);

    fail_unless_equals_int64 (time, gst_util_uint64_scale (number,
            GST_SECOND * rates[__i__].d, rates[__i__].n));
    fail_unless_equals_int64 (get_number (show, time), number);
    fail_unless_equals_int64 (get_number (show, get_time (show,
                number + 1) - 1), number);
  }
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Several strips begin at one time: the last of them counts. No number, and no
 * time, takes long. */
GST_START_TEST (more_strips_than_nanoseconds)
{
  Photos *photos = photos_new (2 * N_STRIPS);
  Show *show = play (photos, "tiles=2 framerate=2147483647/1");

  fail_unless_equals_int64 (get_number (show, 0), 2);
  fail_unless_equals_int64 (get_number (show, 1), 4);
  fail_unless_equals_int64 (get_number (show, GST_SECOND - 1), 2147483646);
  fail_unless_equals_int64 (get_number (show, G_MAXINT64), -1);
  fail_unless_equals_int64 (get_time (show, G_MAXINT64),
      gst_util_uint64_scale (G_MAXINT64, GST_SECOND, 2147483647));
  show_free (show);

  show = play (photos, "tiles=2 framerate=1/1");
  fail_unless_equals_int64 (get_time (show, G_MAXINT64), -1);
  fail_unless_equals_int64 (get_number (show, G_MAXINT64),
      G_MAXINT64 / GST_SECOND);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (conversions_that_are_none)
{
  Photos *photos = photos_new (2 * N_STRIPS);
  Show *show = play (photos, "tiles=2 framerate=25/1");

  fail_unless_equals_int64 (get_number (show, -2), -1);
  fail_unless_equals_int64 (convert (show, GST_FORMAT_DEFAULT, 1,
          GST_FORMAT_BYTES), -1);
  fail_unless_equals_int64 (convert (show, GST_FORMAT_BYTES, 1,
          GST_FORMAT_TIME), -1);
  show_free (show);

  /* Without a rate there are no times. */
  show = play (photos, "tiles=2");
  fail_unless_equals_int64 (get_number (show, 1), -1);
  fail_unless_equals_int64 (get_time (show, 1), -1);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* ---- The whole list ---- */

GST_START_TEST (of_a_list)
{
  Photos *photos = photos_new (2 * N_STRIPS);
  Show *show = play (photos, "tiles=2 framerate=2/1");

  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_DEFAULT), N_STRIPS);
  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_TIME),
      N_STRIPS * GST_SECOND / 2);
  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_BYTES), -1);
  expect_seeking (show, TRUE, N_STRIPS);
  show_free (show);

  show = play (photos, "tiles=2");
  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_DEFAULT), N_STRIPS);
  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_TIME), -1);
  expect_seeking (show, TRUE, N_STRIPS);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (of_a_loop)
{
  Photos *photos = photos_new (2 * N_STRIPS);
  Show *show = play (photos, "tiles=2 framerate=2/1 loop=true");

  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_DEFAULT), -1);
  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_TIME), -1);
  expect_seeking (show, TRUE, -1);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

/* Strips that the application requests have no end, and no order. */
GST_START_TEST (of_requests)
{
  Photos *photos = photos_new (2);
  Show *show = show_new ("", "");

  show_play (show);
  (void) show_request (show, photos, NUMBERS (0, 1));
  gst_sample_unref (show_pull (show));
  fail_unless_equals_int64 (get_duration (show, GST_FORMAT_DEFAULT), -1);
  expect_seeking (show, FALSE, -1);
  show_free (show);
  photos_free (photos);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("queries");
  TCase *tc = tcase_create ("queries");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, numbers_and_times, 0, 4);
  tcase_add_test (tc, more_strips_than_nanoseconds);
  tcase_add_test (tc, conversions_that_are_none);
  tcase_add_test (tc, of_a_list);
  tcase_add_test (tc, of_a_loop);
  tcase_add_test (tc, of_requests);

  return run_suite (argc, argv, suite, __FILE__);
}
