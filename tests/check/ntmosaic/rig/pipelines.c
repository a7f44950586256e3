/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pipelines for tests; see the header. */

#include "pipelines.h"

#include <string.h>

/* How long a pull waits for a strip between two looks for an error. */
#define PULL_TIME (100 * GST_MSECOND)

/* ---- Errors ---- */

/* With the lock of the bus's object. An error that was taken from the bus, and
 * freed, has no other reference. */
static gboolean
has_error_unlocked (TestPipeline * self)
{
  return self->error && GST_MINI_OBJECT_REFCOUNT_VALUE (self->error) > 1;
}

/* The first error says most. */
static void
note_error (GstBus * bus, GstMessage * message, TestPipeline * self)
{
  GstMessage *old = NULL;

  GST_OBJECT_LOCK (bus);
  if (!has_error_unlocked (self)) {
    old = self->error;
    self->error = gst_message_ref (message);
  }
  GST_OBJECT_UNLOCK (bus);
  gst_clear_message (&old);
}

static void
watch_errors (TestPipeline * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);

  gst_bus_enable_sync_message_emission (bus);
  g_signal_connect (bus, "sync-message::error", G_CALLBACK (note_error), self);
  gst_object_unref (bus);
}

static void
unwatch_errors (TestPipeline * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);

  g_signal_handlers_disconnect_by_data (bus, self);
  gst_bus_disable_sync_message_emission (bus);
  gst_object_unref (bus);
  gst_clear_message (&self->error);
}

/* Whether an error is on the bus, or comes there now. Leaves it there, and all
 * other messages. */
static gboolean
has_error (TestPipeline * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  gboolean has;

  GST_OBJECT_LOCK (bus);
  has = has_error_unlocked (self);
  GST_OBJECT_UNLOCK (bus);
  gst_object_unref (bus);

  return has;
}

static void
fail_with (GstMessage * message)
{
  GError *error;

  gst_message_parse_error (message, &error, NULL);
  fail ("%s: %s", GST_OBJECT_NAME (GST_MESSAGE_SRC (message)), error->message);
}

/* ---- Pipelines ---- */

TestPipeline *
test_pipeline_new (guint n_sources)
{
  TestPipeline *self = g_new0 (TestPipeline, 1);
  guint i;

  self->pipeline = gst_pipeline_new (NULL);
  self->mosaic = gst_element_factory_make ("ntmosaic", NULL);
  self->sink = gst_element_factory_make ("appsink", NULL);
  fail_unless (self->mosaic != NULL && self->sink != NULL);
  gst_object_ref (self->mosaic);
  gst_object_ref (self->sink);
  g_object_set (self->sink, "sync", FALSE, "enable-last-sample", FALSE, NULL);
  gst_bin_add_many (GST_BIN (self->pipeline), self->mosaic, self->sink, NULL);
  fail_unless (gst_element_link (self->mosaic, self->sink));

  self->sources = g_ptr_array_new ();
  watch_errors (self);
  for (i = 0; i < n_sources; i++) {
    test_pipeline_add_source (self, NULL);
    test_pipeline_set_rate (self, i, TEST_FPS, 1);
  }

  return self;
}

TestPipeline *
test_pipeline_new_from_string (const gchar * description)
{
  TestPipeline *self = g_new0 (TestPipeline, 1);
  GError *error = NULL;

  self->pipeline = gst_parse_launch (description, &error);
  fail_unless (self->pipeline != NULL && error == NULL, "%s: %s", description,
      error ? error->message : "no reason");
  self->mosaic = gst_bin_get_by_name (GST_BIN (self->pipeline), "m");
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "s");
  fail_unless (self->mosaic != NULL && self->sink != NULL);
  self->sources = g_ptr_array_new ();
  watch_errors (self);

  return self;
}

void
test_pipeline_free (TestPipeline * self)
{
  fail_unless_equals_int (gst_element_set_state (self->pipeline,
          GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
  unwatch_errors (self);
  g_ptr_array_unref (self->sources);
  gst_object_unref (self->sink);
  test_unref_last (self->pipeline);
  test_unref_last (self->mosaic);
  g_free (self);
}

void
test_pipeline_set_state (TestPipeline * self, GstState state)
{
  fail_unless (gst_element_set_state (self->pipeline, state)
      != GST_STATE_CHANGE_FAILURE);
}

void
test_pipeline_wait_state (TestPipeline * self)
{
  GstStateChangeReturn ret =
      gst_element_get_state (self->pipeline, NULL, NULL, TEST_PATIENCE);

  test_pipeline_assert_no_error (self);
  fail_unless (ret == GST_STATE_CHANGE_SUCCESS
      || ret == GST_STATE_CHANGE_NO_PREROLL, "the state change %s",
      gst_element_state_change_return_get_name (ret));
}

GstElement *
test_pipeline_add_source (TestPipeline * self, const gchar * pad_name)
{
  GstElement *source = gst_element_factory_make ("appsrc", NULL);

  fail_unless (source != NULL);
  g_object_set (source, "format", GST_FORMAT_TIME, "max-bytes",
      G_GUINT64_CONSTANT (0), NULL);
  gst_bin_add (GST_BIN (self->pipeline), source);
  fail_unless (gst_element_link_pads (source, "src", self->mosaic,
          pad_name ? pad_name : "sink_%u"));
  gst_element_sync_state_with_parent (source);
  g_ptr_array_add (self->sources, source);

  return source;
}

void
test_pipeline_set_rate (TestPipeline * self, guint source, gint fps_n,
    gint fps_d)
{
  GstCaps *caps = test_caps_new ("RGBA", TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      fps_n, fps_d);

  gst_app_src_set_caps (self->sources->pdata[source], caps);
  gst_caps_unref (caps);
}

void
test_pipeline_push (TestPipeline * self, guint source, guint32 seed,
    GstClockTime pts, GstClockTime duration)
{
  fail_unless_equals_int (gst_app_src_push_buffer
      (self->sources->pdata[source], test_frame_new_small (seed, pts,
              duration)), GST_FLOW_OK);
}

void
test_pipeline_push_many (TestPipeline * self, guint source, guint n,
    guint32 seed, GstClockTime pts, GstClockTime duration)
{
  guint i;

  for (i = 0; i < n; i++)
    test_pipeline_push (self, source, seed + i, pts + i * duration, duration);
}

void
test_pipeline_push_in_segment (TestPipeline * self, guint source,
    const GstSegment * segment, guint32 seed, GstClockTime pts)
{
  GstElement *appsrc = self->sources->pdata[source];
  GstCaps *caps = gst_app_src_get_caps (GST_APP_SRC (appsrc));
  GstBuffer *frame = test_frame_new_timed (TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      seed, pts, TEST_STEP);
  GstSample *sample = gst_sample_new (frame, caps, segment, NULL);

  g_object_set (appsrc, "handle-segment-change", TRUE, NULL);
  fail_unless_equals_int (gst_app_src_push_sample (GST_APP_SRC (appsrc),
          sample), GST_FLOW_OK);
  gst_sample_unref (sample);
  gst_buffer_unref (frame);
  gst_caps_unref (caps);
}

void
test_pipeline_end (TestPipeline * self, guint source)
{
  fail_unless_equals_int (gst_app_src_end_of_stream
      (self->sources->pdata[source]), GST_FLOW_OK);
}

void
test_pipeline_play (TestPipeline * self)
{
  guint i;

  for (i = 0; i < self->sources->len; i++)
    test_pipeline_end (self, i);
  test_pipeline_set_state (self, GST_STATE_PLAYING);
}

void
test_pipeline_assert_no_error (TestPipeline * self)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  GstMessage *message = test_pop_message (bus, GST_MESSAGE_ERROR, 0);

  if (message)
    fail_with (message);
  gst_object_unref (bus);
}

GstSample *
test_pipeline_pull (TestPipeline * self)
{
  GstAppSink *sink = GST_APP_SINK (self->sink);
  GstClockTime waited = 0;
  GstSample *sample;

  do {
    sample = gst_app_sink_try_pull_sample (sink, PULL_TIME);
    waited += PULL_TIME;
  } while (sample == NULL && waited < TEST_PATIENCE
      && !gst_app_sink_is_eos (sink) && !has_error (self));

  if (sample == NULL) {
    if (has_error (self))
      fail_with (self->error);
    fail ("no strip, but %s", gst_app_sink_is_eos (sink) ? "EOS" : "silence");
  }

  return sample;
}

void
test_pipeline_skip (TestPipeline * self)
{
  gst_sample_unref (test_pipeline_pull (self));
}

void
test_assert_tiles (GstSample * sample, const guint32 * seeds, guint n_seeds)
{
  test_assert_small (gst_sample_get_buffer (sample),
      gst_sample_get_caps (sample), seeds, n_seeds);
}

void
test_pipeline_expect (TestPipeline * self, GstClockTime pts, ...)
{
  const guint n = self->sources->len;
  GstSample *sample = test_pipeline_pull (self);
  guint32 *seeds = g_new0 (guint32, n);
  va_list args;
  guint i;

  va_start (args, pts);
  for (i = 0; i < n; i++)
    seeds[i] = va_arg (args, guint32);
  va_end (args);

  if (GST_CLOCK_TIME_IS_VALID (pts))
    fail_unless_equals_uint64 (GST_BUFFER_PTS (gst_sample_get_buffer
            (sample)), pts);
  test_assert_tiles (sample, seeds, n);
  gst_sample_unref (sample);
  g_free (seeds);
}

void
test_pipeline_expect_eos (TestPipeline * self)
{
  GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink),
      TEST_PATIENCE);

  test_pipeline_assert_no_error (self);
  fail_unless (sample == NULL, "a strip more than expected");
  fail_unless (gst_app_sink_is_eos (GST_APP_SINK (self->sink)),
      "no EOS within %d s", (gint) (TEST_PATIENCE / GST_SECOND));
}

void
test_pipeline_finish (TestPipeline * self)
{
  test_pipeline_expect_eos (self);
  test_pipeline_free (self);
}

guint
test_pipeline_drain (TestPipeline * self)
{
  GstClockTime last = GST_CLOCK_TIME_NONE;
  guint n = 0;

  for (;;) {
    GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK
        (self->sink), TEST_PATIENCE);
    GstClockTime time;

    if (sample == NULL)
      break;
    time = gst_segment_to_running_time (gst_sample_get_segment (sample),
        GST_FORMAT_TIME, GST_BUFFER_PTS (gst_sample_get_buffer (sample)));
    fail_unless (GST_CLOCK_TIME_IS_VALID (time));
    fail_unless (n == 0 || time > last, "strip %u at %" GST_TIME_FORMAT
        " after %" GST_TIME_FORMAT, n, GST_TIME_ARGS (time),
        GST_TIME_ARGS (last));
    last = time;
    gst_sample_unref (sample);
    n++;
  }
  test_pipeline_assert_no_error (self);
  fail_unless (gst_app_sink_is_eos (GST_APP_SINK (self->sink)),
      "silence after %u strips", n);

  return n;
}

guint
test_pull_same (GstElement * sink, GBytes ** bytes)
{
  GstSample *sample;
  guint n;

  *bytes = NULL;
  for (n = 0; (sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))); n++) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstMapInfo map;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    if (*bytes == NULL)
      *bytes = g_bytes_new (map.data, map.size);
    fail_unless (memcmp (g_bytes_get_data (*bytes, NULL), map.data,
            map.size) == 0);
    gst_buffer_unmap (buffer, &map);
    gst_sample_unref (sample);
  }

  return n;
}
