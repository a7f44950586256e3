/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The application at random; see the header. */

#include "scene.h"

#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "messages.h"
#include "report.h"
#include "sink.h"
#include "source.h"

typedef struct
{
  guint pipeline_number;
  guint episode;
  GRand *rand;
  gint *beat;

  GstElement *pipeline;
  GstElement *mosaic;
  StripCheck check;
  Sink sink;
  gint format;                  /* atomic, as the next one */
  gint look;
  Inputs inputs;
  gint has_error;               /* atomic */
  const gchar *event;           /* the last one */
} Scene;

static guint
dice (Scene * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

/* ---- Messages ---- */

/* In any thread. */
static GstBusSyncReply
hear (GstBus * bus, GstMessage * message, gpointer data)
{
  Scene *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    report_add (REPORT_WARNINGS, 1);
    messages_check (message, g_atomic_int_get (&self->has_error));
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    report_add (REPORT_ERRORS, 1);
    messages_check (message, g_atomic_int_get (&self->has_error));
    g_atomic_int_set (&self->has_error, TRUE);
  }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

/* ---- Settings ---- */

static void
change_format (Scene * self)
{
  static const GstVideoFormat formats[] = {
    GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_BGRx,
    GST_VIDEO_FORMAT_RGB, GST_VIDEO_FORMAT_RGB16, GST_VIDEO_FORMAT_GRAY8,
    GST_VIDEO_FORMAT_YUY2, GST_VIDEO_FORMAT_AYUV, GST_VIDEO_FORMAT_ARGB64,
  };

  report_add (REPORT_FORMATS, 1);
  g_atomic_int_set (&self->format, formats[dice (self,
              G_N_ELEMENTS (formats))]);
  g_atomic_int_set (&self->look, dice (self, 2) * dice (self, SOURCE_LOOKS));
}

static void
set (Scene * self, const gchar * property, const gchar * value)
{
  gst_util_set_object_arg (G_OBJECT (self->mosaic), property, value);
}

static void
change_setting (Scene * self)
{
  static const gchar *const numbers[][2] = {
    {"columns", "5"}, {"rows", "3"}, {"max-width", "600"}, {"gap", "9"},
    {"square", "2"}, {"align", "3"}, {"align-x", "3"}, {"strips", "6"},
    {"max-threads", "4"}, {"copy-on-arrival", "2"}, {"frames-ahead", "9"},
    {"nt-stores", "3"}, {"show-source", "9"}, {"eos-policy", "2"},
  };
  const guint which = dice (self, G_N_ELEMENTS (numbers) + 3);
  gchar *value;

  report_add (REPORT_SETTINGS, 1);
  if (which >= G_N_ELEMENTS (numbers)) {
    g_object_set (self->mosaic, "background-color",
        strip_colours[dice (self, STRIP_COLOURS)], NULL);
    return;
  }
  value = g_strdup_printf ("%u", dice (self, atoi (numbers[which][1])));
  if (strcmp (numbers[which][0], "strips") == 0 && value[0] == '0')
    value[0] = '1';
  if (strcmp (numbers[which][0], "show-source") == 0 && dice (self, 3) > 0)
    set (self, "show-source", "-1");
  else
    set (self, numbers[which][0], value);
  g_free (value);
}

static void
change_pad (Scene * self)
{
  Input *input = inputs_find (&self->inputs, TRUE);
  const gboolean repeats = dice (self, 2);
  const guint64 most = dice (self, 2) ? GST_CLOCK_TIME_NONE
      : dice (self, 500) * GST_MSECOND;

  if (input == NULL)
    return;
  report_add (REPORT_SETTINGS, 1);
  g_object_set (input->pad, "repeat-after-eos", repeats,
      "max-last-buffer-repeat", most, NULL);
}

/* What downstream takes: at least so many pixels, or any size. */
static void
change_downstream (Scene * self)
{
  const guint width = 2 * (1 + dice (self, 1500));
  const guint height = 1 + dice (self, 800);
  GstCaps *caps = gst_caps_new_empty_simple ("video/x-raw");

  report_add (REPORT_DOWNSTREAM_CAPS, 1);
  if (dice (self, 3) == 0)
    gst_caps_set_simple (caps, "width", G_TYPE_INT, width, "height",
        G_TYPE_INT, height, NULL);
  g_object_set (self->sink.appsink, "caps", caps, NULL);
  gst_caps_unref (caps);
  sink_reconfigure (&self->sink);
}

/* ---- States ---- */

static void
stop (Scene * self, GstState state)
{
  const gint64 begin = g_get_monotonic_time ();

  gst_element_set_state (self->pipeline, state);
  if (state == GST_STATE_NULL) {
    gchar *meanwhile = g_strdup_printf ("pipeline %u, episode %u, %u pads, "
        "after %s", self->pipeline_number, self->episode,
        inputs_count (&self->inputs), self->event);

    report_stop (g_get_monotonic_time () - begin, meanwhile);
    g_free (meanwhile);
  }
}

/* After an error, the numbers that may have led to it are as in the
 * beginning. The mosaic forgets an error in READY. */
static void
start (Scene * self)
{
  if (g_atomic_int_get (&self->has_error))
    g_object_set (self->mosaic, "columns", 0, "rows", 0, "max-width", 0, NULL);
  if (g_atomic_int_get (&self->has_error))
    g_object_set (self->sink.appsink, "caps", NULL, NULL);
  if (GST_STATE (self->pipeline) <= GST_STATE_READY)
    g_atomic_int_set (&self->has_error, FALSE);
  g_atomic_int_set (&self->sink.is_eos, FALSE);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

/* The position is that of the next start: sources read it. */
static void
restart (Scene * self, GstState state)
{
  report_add (REPORT_STATES, 1);
  stop (self, state);
  g_atomic_int_set (&self->sink.position, 0);
  start (self);
}

static void
change_state (Scene * self)
{
  static const GstState states[] = {
    GST_STATE_PAUSED, GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL
  };

  restart (self, states[dice (self, G_N_ELEMENTS (states))]);
}

/* ---- Events ---- */

/* A sink of GStreamer 1.22 can wait for ever if a flush meets a state
 * change. */
static gboolean
is_settled (Scene * self)
{
  GstState state;

  return gst_element_get_state (self->pipeline, &state, NULL, 0)
      != GST_STATE_CHANGE_ASYNC && state == GST_STATE_PLAYING;
}

static void
seek (Scene * self)
{
  if (!is_settled (self))
    return;
  report_add (REPORT_SEEKS, 1);
  g_atomic_int_set (&self->sink.position, 0);
  if (!gst_element_seek_simple (self->pipeline, GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH, 0)) {
    report_add (REPORT_SEEKS_REFUSED, 1);
    restart (self, GST_STATE_READY);
  }
}

static void
seek_alone (Scene * self)
{
  source_forbid_flushes ();
  seek (self);
  source_allow_flushes ();
}

/* By a new start, or by a seek, as a player does that plays in a loop. */
static void
begin_again (Scene * self)
{
  if (dice (self, 2) || !is_settled (self)) {
    restart (self, GST_STATE_READY);
    return;
  }
  g_atomic_int_set (&self->sink.is_eos, FALSE);
  seek_alone (self);
}

static void
flush_source (Scene * self)
{
  Input *input = inputs_find (&self->inputs, TRUE);

  source_forbid_flushes ();
  if (input && is_settled (self)) {
    report_add (REPORT_FLUSHES, 1);
    source_flush (input->source);
  }
  source_allow_flushes ();
}

static void
add_pad (Scene * self)
{
  inputs_add (&self->inputs);
}

static void
release_pad (Scene * self)
{
  inputs_release (&self->inputs);
}

static void
relink (Scene * self)
{
  inputs_relink (&self->inputs);
}

static void
replace_source (Scene * self)
{
  inputs_replace (&self->inputs);
}

typedef struct
{
  const gchar *name;
  void (*run) (Scene * self);
  guint weight;
} Event;

static const Event events[] = {
  {"a pad added", add_pad, 6},
  {"a pad released", release_pad, 5},
  {"pads relinked", relink, 3},
  {"a source replaced", replace_source, 3},
  {"another format", change_format, 1},
  {"a setting", change_setting, 12},
  {"a pad's setting", change_pad, 3},
  {"a wish of downstream", change_downstream, 1},
  {"a state change", change_state, 3},
  {"a seek", seek_alone, 2},
  {"a flush of one source", flush_source, 3},
};

static void
disturb (Scene * self)
{
  const guint pause = dice (self, 30);
  guint sum = 0;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (events); i++)
    sum += events[i].weight;
  sum = dice (self, sum);
  for (i = 0; sum >= events[i].weight; i++)
    sum -= events[i].weight;
  self->event = events[i].name;
  events[i].run (self);
  g_usleep (pause * 1000);
  if (g_atomic_int_get (&self->has_error))
    restart (self, GST_STATE_READY);
  else if (g_atomic_int_get (&self->sink.is_eos))
    begin_again (self);
  g_atomic_int_inc (self->beat);
}

/* ---- One life ---- */

static void
set_up (Scene * self)
{
  static const guint rates[] = { 25, 25, 50, 10, 0 };
  static const guint sizes[] = { 16, 64, 64, 200 };
  const gboolean is_live = dice (self, 3) == 0;
  const guint fps = rates[dice (self, G_N_ELEMENTS (rates) - is_live)];
  const guint most_pixels = sizes[dice (self, G_N_ELEMENTS (sizes))];
  GstBus *bus;
  guint n;

  change_format (self);
  self->pipeline = gst_pipeline_new (NULL);
  self->mosaic = gst_element_factory_make_full ("ntmosaic", "force-live",
      is_live && dice (self, 3) == 0, NULL);
  if (self->mosaic == NULL)
    report_fail ("there is no element ntmosaic");
  g_object_set (self->mosaic, "tile-meta", TRUE, "latency",
      (guint64) dice (self, 2) * dice (self, 50) * GST_MSECOND,
      "ignore-inactive-pads", dice (self, 3) == 0, NULL);
  sink_init (&self->sink, &self->check, self->pipeline_number, self->episode,
      g_rand_int (self->rand), is_live);
  gst_bin_add_many (GST_BIN (self->pipeline), self->mosaic,
      self->sink.appsink, NULL);
  gst_element_link (self->mosaic, self->sink.appsink);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, hear, self, NULL);
  gst_object_unref (bus);
  self->inputs = (Inputs) {
    .rand = self->rand,.pipeline = self->pipeline,.mosaic = self->mosaic,
    .check = &self->check,.format = &self->format,.look = &self->look,
    .position = &self->sink.position,.is_live = is_live,.fps = fps,
    .most_pixels = most_pixels,
  };
  for (n = 1 + dice (self, 5); n > 0; n--)
    add_pad (self);
}

static void
tear_down (Scene * self)
{
  stop (self, GST_STATE_NULL);
  inputs_release_all (&self->inputs);
  gst_object_unref (self->pipeline);
  sink_clear (&self->sink);
  strip_check_clear (&self->check);
  g_rand_free (self->rand);
}

void
scene_play (guint pipeline, guint episode, guint32 seed, gint * beat,
    const gint * is_over)
{
  Scene self = {
    .pipeline_number = pipeline,.episode = episode,.beat = beat,
    .rand = g_rand_new_with_seed (seed),.event = "the start",
  };
  guint n;

  report_set_place (pipeline, episode);
  report_add (REPORT_EPISODES, 1);
  strip_check_init (&self.check, seed);
  set_up (&self);
  start (&self);
  for (n = 20 + dice (&self, 200); n > 0 && !g_atomic_int_get (is_over); n--)
    disturb (&self);
  tear_down (&self);
}
