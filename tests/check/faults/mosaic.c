/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pipeline with an ntmosaic, in a system in which one request for memory or a
 * thread fails, or all from one on: each in turn. The strips are right, and
 * there is one clear error or none. */

#include <errno.h>
#include <gst/app/app.h>
#include <string.h>

#include "../ntmosaic/rig/messages.h"
#include "../ntmosaic/rig/program.h"
#include "../ntmosaic/rig/waiting.h"
#include "system.h"

/* So large that a strip takes several threads. */
#define SIDE 640
#define N_TILES 3
#define N_STRIPS 3

static const guint32 colours[N_TILES] =
    { 0xff0000ff, 0xff00ff00, 0xffff0000 };

static GstElement *
new_pipeline (void)
{
  GString *line = g_string_new ("ntmosaic name=m ! "
      "video/x-raw,format=RGBA ! appsink name=s sync=false");
  GstElement *pipeline;

  for (guint i = 0; i < N_TILES; i++)
    g_string_append_printf (line, " videotestsrc num-buffers=%d"
        " pattern=solid-color foreground-color=%u"
        " ! video/x-raw,format=RGBA,width=%d,height=%d ! m.", N_STRIPS,
        colours[i], SIDE, SIDE);
  pipeline = gst_parse_launch (line->str, NULL);
  fail_unless (pipeline != NULL);
  g_object_set (pipeline, "auto-flush-bus", FALSE, NULL);
  g_string_free (line, TRUE);

  return pipeline;
}

static gboolean
is_filled (const guint8 * tile, guint32 colour)
{
  guint8 row[SIDE * 4];

  for (guint x = 0; x < SIDE; x++)
    GST_WRITE_UINT32_BE (row + x * 4, colour << 8 | 0xff);
  for (guint y = 0; y < SIDE; y++)
    if (memcmp (tile + y * SIDE * N_TILES * 4, row, sizeof row) != 0)
      return FALSE;

  return TRUE;
}

/* A tile without a frame is background, all of it. Returns the number of tiles
 * with their frame. */
static guint
check_strip (GstSample * sample)
{
  GstBuffer *strip = gst_sample_get_buffer (sample);
  guint n = 0;
  GstMapInfo map;

  fail_unless (gst_buffer_map (strip, &map, GST_MAP_READ));
  assert_equals_uint64 (map.size, SIDE * SIDE * 4 * N_TILES);
  for (guint i = 0; i < N_TILES; i++) {
    const guint8 *tile = map.data + i * SIDE * 4;
    const gboolean has_frame = is_filled (tile, colours[i]);

    fail_unless (has_frame || is_filled (tile, 0xff000000), "tile %u", i);
    n += has_frame;
  }
  gst_buffer_unmap (strip, &map);
  gst_sample_unref (sample);

  return n;
}

#define PROBLEM (GST_MESSAGE_ERROR | GST_MESSAGE_WARNING)

/* Returns the first warning or error, or NULL at the end of the stream. */
static GstMessage *
play (GstElement * pipeline, guint * n_tiles)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message = NULL;
  GstSample *sample;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (message == NULL) {
    while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink),
                50 * GST_MSECOND)) != NULL)
      *n_tiles += check_strip (sample);
    message = test_pop_message (bus, PROBLEM | GST_MESSAGE_EOS, 0);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    gst_clear_message (&message);
  gst_object_unref (bus);
  gst_object_unref (sink);

  return message;
}

/* The text names memory, and says what to do. */
static void
check_text (GstMessage * message)
{
  GError *error;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, NULL);
  else
    gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "memory") != NULL
      && strstr (error->message, ": ") != NULL, "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
}

/* The first message of the mosaic says what is missing, before an error of
 * upstream. There is at most one error of the mosaic. */
static void
check_messages (GstElement * pipeline, GstMessage * message)
{
  GstElement *mosaic = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  GstBus *bus = gst_element_get_bus (pipeline);
  guint n_errors = 0;

  fail_unless (GST_MESSAGE_SRC (message) == GST_OBJECT (mosaic));
  while (message != NULL) {
    if (GST_MESSAGE_SRC (message) == GST_OBJECT (mosaic)) {
      n_errors += GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR;
      check_text (message);
    } else {
      gst_message_unref (message);
    }
    message = test_pop_message (bus, PROBLEM, 0);
  }
  fail_unless (n_errors <= 1);
  gst_object_unref (bus);
  gst_object_unref (mosaic);
}

/* Messages that stay on the bus hold references. */
static void
free_pipeline (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  gst_bus_set_flushing (bus, TRUE);
  gst_object_unref (bus);
  test_unref_last (pipeline);
}

static guint
check_each (SystemCalls calls, gboolean all_after, guint * n_problems)
{
  guint nth = 0;
  gboolean failed;

  /* Loads the plugins. */
  free_pipeline (new_pipeline ());
  do {
    GstElement *pipeline;
    GstMessage *problem;
    guint n_tiles = 0;

    system_fail (calls, ++nth, all_after, ENOMEM);
    pipeline = new_pipeline ();
    problem = play (pipeline, &n_tiles);
    gst_element_set_state (pipeline, GST_STATE_NULL);
    if (problem != NULL)
      check_messages (pipeline, problem);
    else
      assert_equals_int (n_tiles, N_TILES * N_STRIPS);
    *n_problems += problem != NULL;
    free_pipeline (pipeline);
    failed = system_recover ();
  } while (failed);

  return nth - 1;
}

GST_START_TEST (no_memory)
{
  guint n_problems = 0;
  const guint n = check_each (SYSTEM_MEMORY, __i__, &n_problems);

  g_print ("%u requests, %u failures\n", n, n_problems);
  fail_unless (n > 10);
}

GST_END_TEST;

GST_START_TEST (no_threads)
{
  guint n_problems = 0;

  check_each (SYSTEM_THREADS, __i__, &n_problems);
  assert_equals_int (n_problems, 0);
}

GST_END_TEST;

TEST_CASES (faults-mosaic)
{
  tcase_add_loop_test (tc, no_memory, 0, 2);
  tcase_add_loop_test (tc, no_threads, 0, 2);
}
