/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* An ntstripsrc in a system in which one request for memory, a thread or a file
 * fails, or all from one on: each in turn. Each tile is its image or
 * background, and a message names each image that failed; or there is one
 * error. */

#include <errno.h>
#include <string.h>

#include <png.h>

#include "../ntimages/photos.h"
#include "system.h"

#define N_PHOTOS 4
#define N_TILES 2

/* The strips without faults. */
static GBytes *expected[N_PHOTOS / N_TILES];

static GBytes *
take_bytes (GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  const gsize n = gst_buffer_get_size (buffer);
  gpointer bytes = g_malloc (n);

  assert_equals_uint64 (gst_buffer_extract (buffer, 0, bytes, n), n);
  gst_sample_unref (sample);

  return g_bytes_new_take (bytes, n);
}

/* Whether tile @i of @strip is that of @like, or opaque black if that is
 * NULL. */
static gboolean
is_tile (GBytes * strip, guint i, GBytes * like)
{
  static const guint8 black[4] = { 0, 0, 0, 0xff };
  const guint8 *bytes = g_bytes_get_data (strip, NULL);
  const guint8 *others = like ? g_bytes_get_data (like, NULL) : NULL;

  for (guint y = 0; y < TILE_HEIGHT; y++)
    for (guint x = i * TILE_WIDTH; x < (i + 1) * TILE_WIDTH; x++) {
      const gsize at = (y * TILE_WIDTH * N_TILES + x) * 4;

      if (memcmp (bytes + at, others ? others + at : black, 4) != 0)
        return FALSE;
    }

  return TRUE;
}

typedef struct
{
  guint strips;
  guint background;             /* tiles */
  guint failures;               /* messages for an image */
  guint errors;
} Outcome;

static void
take_strip (GstSample * sample, Outcome * outcome)
{
  GBytes *strip = take_bytes (sample);

  fail_unless (outcome->strips < G_N_ELEMENTS (expected));
  for (guint i = 0; i < N_TILES; i++)
    if (!is_tile (strip, i, expected[outcome->strips])) {
      fail_unless (is_tile (strip, i, NULL), "strip %u, tile %u",
          outcome->strips, i);
      outcome->background++;
    }
  outcome->strips++;
  g_bytes_unref (strip);
}

static void
count_message (GstMessage * message, Outcome * outcome)
{
  GError *error;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail_unless (strlen (error->message) > 20
        && strstr (error->message, "Internal") == NULL, "%s", error->message);
    g_error_free (error);
    outcome->errors++;
  } else if (gst_message_has_name (message, "ntstripsrc-image-error")) {
    outcome->failures++;
  }
}

/* Plays to the end, or to the error. */
static Outcome
play (Show * show)
{
  GstBus *bus = gst_element_get_bus (show->pipeline);
  Outcome outcome = { 0 };
  gboolean is_over = FALSE;
  GstMessage *message;
  GstSample *sample;

  gst_element_set_state (show->pipeline, GST_STATE_PLAYING);
  while (!is_over) {
    while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (show->sink),
                20 * GST_MSECOND)) != NULL)
      take_strip (sample, &outcome);
    while ((message = test_pop_message (bus, GST_MESSAGE_ERROR
                | GST_MESSAGE_EOS | GST_MESSAGE_ELEMENT, 0)) != NULL) {
      count_message (message, &outcome);
      is_over |= GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT;
      gst_message_unref (message);
    }
  }
  gst_object_unref (bus);

  return outcome;
}

static Show *
new_show (const Photos * photos)
{
  return show_new_list (photos, "tiles=2 prefetch=0 max-threads=1", "");
}

static void
make_expected (const Photos * photos)
{
  Show *show = new_show (photos);

  show_play (show);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    GstSample *sample = show_pull (show);

    fail_unless (sample != NULL);
    expected[i] = take_bytes (sample);
  }
  fail_unless (show_pull (show) == NULL);
  show_free (show);
}

/* Returns how many calls failed in turn. */
static guint
fail_each (SystemCalls calls, gboolean all_after, int error)
{
  Photos *photos = photos_new (N_PHOTOS);
  gboolean failed;
  guint nth = 0;

  make_expected (photos);
  do {
    Outcome outcome;
    Show *show;

    system_fail (calls, ++nth, all_after, error);
    show = new_show (photos);
    outcome = play (show);
    failed = system_recover ();
    show_free (show);
    fail_unless (outcome.errors <= 1);
    fail_unless (outcome.errors == 1
        || outcome.strips == G_N_ELEMENTS (expected));
    fail_unless (outcome.errors == 1
        || outcome.background == outcome.failures, "%u: %u, %u", nth,
        outcome.background, outcome.failures);
    fail_unless (failed || outcome.background + outcome.errors == 0);
  } while (failed);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_bytes_unref (expected[i]);
  photos_free (photos);

  return nth - 1;
}

GST_START_TEST (no_memory)
{
  fail_unless (fail_each (SYSTEM_MEMORY, __i__, ENOMEM) > 10);
}

GST_END_TEST;

/* The error says for which names there is no memory. */
GST_START_TEST (no_memory_to_search)
{
  Photos *photos = photos_new (N_PHOTOS);
  gchar *location = g_strdup_printf ("location=%s/* can't be looked up",
      photos->folder);
  Show *show = new_show (photos);
  GstBus *bus = gst_element_get_bus (show->pipeline);

  system_fail (SYSTEM_SEARCHES, 1, FALSE, ENOMEM);
  gst_element_set_state (show->pipeline, GST_STATE_PLAYING);
  test_expect_message (bus, show->src, GST_MESSAGE_ERROR, location,
      "no memory for the list of files", "let it match fewer files", NULL);
  fail_unless (system_recover ());
  gst_object_unref (bus);
  show_free (show);
  g_free (location);
  photos_free (photos);
}

GST_END_TEST;

GST_START_TEST (no_threads)
{
  fail_each (SYSTEM_THREADS, __i__, EAGAIN);
}

GST_END_TEST;

GST_START_TEST (bad_disk)
{
  fail_unless (fail_each (SYSTEM_FILES, __i__, EIO) > (__i__ ? 0 : N_PHOTOS));
}

GST_END_TEST;

static Suite *
photos_suite (void)
{
  Suite *suite = suite_create ("faults-photos");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (suite, tc);
  tcase_add_loop_test (tc, no_memory, 0, 2);
  tcase_add_test (tc, no_memory_to_search);
  tcase_add_loop_test (tc, no_threads, 0, 2);
  tcase_add_loop_test (tc, bad_disk, 0, 2);

  return suite;
}

GST_CHECK_MAIN (photos);
