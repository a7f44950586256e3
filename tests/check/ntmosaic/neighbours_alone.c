/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* One element on its own; see the header. */

#include "neighbours_alone.h"

#include <gst/app/app.h>
#include <gst/video/video.h>
#include <string.h>

/* How long nothing may happen. */
#define PATIENCE GST_SECOND
#define SILENCE "silence"

/* How long it is tried to find out how an element is fed. */
#define FEED_TIME (3 * G_TIME_SPAN_SECOND)

/* Where nothing is aligned, and where tiles and rows are to a cache line. */
const TestSize test_sizes[N_SIZES] = {
  {52, 37, 17, 20},
  {64, 48, 16, 16},
};

/* ---- Pipelines ---- */

static void
take_error (TestPlay * play, GstMessage * message)
{
  GError *error;

  if (play->error)
    return;
  gst_message_parse_error (message, &error, NULL);
  play->error = g_strdup_printf ("%s: %s", GST_OBJECT_NAME (message->src),
      error->message);
  g_error_free (error);
}

void
test_play_take_messages (TestPlay * play)
{
  GstBus *bus = gst_element_get_bus (play->pipeline);
  GstMessage *message;

  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR
              | GST_MESSAGE_WARNING))) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      take_error (play, message);
    else
      play->n_warnings += g_str_equal (GST_OBJECT_NAME (message->src), "m");
    gst_message_unref (message);
  }
  gst_object_unref (bus);
}

void
test_play_start (TestPlay * play, const gchar * line)
{
  GError *error = NULL;

  *play = (TestPlay) { .pipeline = gst_parse_launch_full (line, NULL,
        GST_PARSE_FLAG_FATAL_ERRORS, &error), };
  if (play->pipeline == NULL) {
    play->error = g_strdup (error->message);
    g_error_free (error);
    return;
  }

  play->sink = gst_bin_get_by_name (GST_BIN (play->pipeline), "s");
  if (gst_element_set_state (play->pipeline, GST_STATE_PLAYING)
      == GST_STATE_CHANGE_FAILURE) {
    test_play_take_messages (play);
    if (play->error == NULL)
      play->error = g_strdup ("doesn't start");
  }
}

void
test_play_stop (TestPlay * play)
{
  g_free (play->error);
  if (play->pipeline == NULL)
    return;
  gst_element_set_state (play->pipeline, GST_STATE_NULL);
  gst_object_unref (play->sink);
  gst_object_unref (play->pipeline);
}

/* NULL: at the end, after an error, or if nothing happens. */
GstSample *
test_play_pull (TestPlay * play, GstClockTime patience)
{
  const gint64 end = g_get_monotonic_time () + patience / GST_USECOND;

  while (play->error == NULL) {
    GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (play->sink),
        GST_SECOND / 20);

    if (sample || gst_app_sink_is_eos (GST_APP_SINK (play->sink)))
      return sample;
    test_play_take_messages (play);
    if (play->error == NULL && g_get_monotonic_time () > end)
      play->error = g_strdup (SILENCE);
  }

  return NULL;
}

/* A sink that doesn't wait says that it isn't, so its peer is asked. */
gboolean
test_play_is_live (const TestPlay * play)
{
  GstPad *pad = gst_element_get_static_pad (play->sink, "sink");
  GstQuery *query = gst_query_new_latency ();
  gboolean live = FALSE;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  gst_query_unref (query);
  gst_object_unref (pad);

  return live;
}

/* ---- TestAlone ---- */

guint32
test_sum_rows (const guint8 * data, gsize stride, guint width, guint height)
{
  guint32 sum = 0x811c9dc5;
  guint x;
  guint y;

  for (y = 0; y < height; y++, data += stride)
    for (x = 0; x < width * PIXEL_BYTES; x++)
      sum = (sum ^ data[x]) * 0x01000193;

  return sum;
}

static gboolean
is_on_time (const GstVideoInfo * info, guint n, GstBuffer * buffer)
{
  const guint64 second = GST_SECOND * GST_VIDEO_INFO_FPS_D (info);

  return GST_VIDEO_INFO_FPS_N (info) > 0 && GST_BUFFER_PTS (buffer)
      == gst_util_uint64_scale (n, second, GST_VIDEO_INFO_FPS_N (info));
}

/* NULL, or why that is no frame. */
static gchar *
note_frame (TestAlone * alone, guint size, GstSample * sample)
{
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstVideoFrame frame;
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, gst_sample_get_caps (sample))
      || (guint) GST_VIDEO_INFO_WIDTH (&info) != test_sizes[size].width
      || (guint) GST_VIDEO_INFO_HEIGHT (&info) != test_sizes[size].height)
    return gst_caps_to_string (gst_sample_get_caps (sample));
  if (!gst_video_frame_map (&frame, &info, buffer, GST_MAP_READ))
    return g_strdup ("makes frames that can't be mapped");

  if (alone->n == 0)
    gst_caps_replace (&alone->caps, gst_sample_get_caps (sample));
  alone->regular &= is_on_time (&info, alone->n, buffer);
  alone->sums[alone->n++] =
      test_sum_rows (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
      GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), GST_VIDEO_INFO_WIDTH (&info),
      GST_VIDEO_INFO_HEIGHT (&info));
  gst_video_frame_unmap (&frame);

  return NULL;
}

gchar *
test_alone_run (const TestSubject * subject, const gchar * memory, guint size,
    TestAlone * alone)
{
  gchar *middle = test_line_new (subject->element, subject->setting,
      &subject->feed, memory, test_sizes[size].width, test_sizes[size].height,
      N_FRAMES);
  gchar *line = g_strdup_printf ("%s ! appsink name=s sync=false "
      "max-buffers=4", middle);
  gchar *error = NULL;
  TestPlay play;

  *alone = (TestAlone) { .regular = TRUE };
  test_play_start (&play, line);
  while (alone->n < N_STRIPS && error == NULL) {
    GstSample *sample = test_play_pull (&play, PATIENCE);

    if (sample == NULL)
      break;
    error = note_frame (alone, size, sample);
    alone->live |= test_play_is_live (&play);
    gst_sample_unref (sample);
  }
  if (alone->n > 0)
    g_clear_pointer (&error, g_free);
  else if (error == NULL)
    error = g_strdup (play.error ? play.error : "makes no frame");
  test_play_stop (&play);
  g_free (line);
  g_free (middle);

  return error;
}

/* More than one feed is tried, unless one does nothing at all. */
static gchar *
find_feed (TestSubject * subject, TestAlone * alone)
{
  const gint64 end = g_get_monotonic_time () + FEED_TIME;
  GArray *feeds = test_list_feeds (subject->element);
  gboolean found = FALSE;
  gchar *error = NULL;
  guint i;

  for (i = 0; i < feeds->len && !found && g_get_monotonic_time () < end; i++) {
    gchar *first_error = error;

    subject->feed = g_array_index (feeds, TestFeed, i);
    error = test_alone_run (subject, "pool", 0, alone);
    found = error == NULL;
    if (first_error) {
      g_free (error);
      error = first_error;
    }
    if (error && g_str_equal (error, SILENCE))
      break;
  }
  g_array_unref (feeds);
  if (found)
    g_clear_pointer (&error, g_free);

  return error;
}

/* Runs it again, to see whether it makes the same frames each time. */
static gchar *
compare (const TestSubject * subject, guint size, TestAlone * alone)
{
  TestAlone again;
  gchar *error = test_alone_run (subject, "pool", size, &again);

  if (error)
    return error;

  alone->repeatable = alone->regular && again.n == alone->n
      && memcmp (again.sums, alone->sums, again.n * sizeof (again.sums[0]))
      == 0;
  gst_clear_caps (&again.caps);

  return NULL;
}

gchar *
test_alone_explore (TestSubject * subject, TestAlone * alone)
{
  gchar *error = find_feed (subject, &alone[0]);
  guint size;

  for (size = 0; size < N_SIZES && error == NULL && !alone[0].live; size++) {
    if (size > 0)
      error = test_alone_run (subject, "pool", size, &alone[size]);
    if (error == NULL)
      error = compare (subject, size, &alone[size]);
  }

  return error;
}
