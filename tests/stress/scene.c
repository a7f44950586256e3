/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The application at random; see the header. */

#include "scene.h"

#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "sink.h"
#include "source.h"

#define MOST_INPUTS 10

/* What the application keeps of a pad. */
typedef struct
{
  GstElement *source;           /* NULL: there is none */
  GstElement *queue;            /* between both, or NULL */
  GstPad *pad;                  /* of the mosaic */
  guint number;                 /* of the source */
} Input;

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
  gint format;                  /* atomic */
  gboolean is_live;
  guint fps;
  guint most_pixels;
  guint n_sources;              /* made so far */
  Input inputs[MOST_INPUTS];
  gint has_error;               /* atomic */
  const gchar *event;           /* the last one */
} Scene;

static guint
dice (Scene * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

/* ---- Messages ---- */

/* What errors and warnings may say. */
static const gchar *const known_texts[] = {
  " have cells for ", " pixels wide, and ", " pixels wide, but max-width is ",
  ", but appsink", " bytes is too short for ", "a buffer's GstVideoMeta says ",
  ", and all tiles of a strip must agree: ", "There is no strip: ",
};

/* What only warnings may say. */
static const gchar *const known_warnings[] = {
  "show-source is ", "the element goes on with more rows",
};

static gboolean
has_one_of (const gchar * text, const gchar * const *parts, guint n_parts)
{
  guint i;

  for (i = 0; i < n_parts; i++)
    if (strstr (text, parts[i]))
      return TRUE;

  return FALSE;
}

/* A queue posts an error of its own at EOS, if the flow behind it has ended: by
 * an error of the mosaic, or because the pad there is released. */
static gboolean
is_of_queue (Scene * self, GstMessage * message, const gchar * text)
{
  GstElement *source = GST_ELEMENT (GST_MESSAGE_SRC (message));
  GstPad *pad;
  gboolean is_linked;

  if (!g_str_has_prefix (GST_MESSAGE_SRC_NAME (message), "queue")
      || strcmp (text, "Internal data stream error.") != 0)
    return FALSE;
  pad = gst_element_get_static_pad (source, "src");
  is_linked = gst_pad_is_linked (pad);
  gst_object_unref (pad);

  return !is_linked || g_atomic_int_get (&self->has_error);
}

static gboolean
is_known (Scene * self, GstMessage * message, const gchar * text)
{
  if (has_one_of (text, known_texts, G_N_ELEMENTS (known_texts)))
    return TRUE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    return has_one_of (text, known_warnings, G_N_ELEMENTS (known_warnings));

  return is_of_queue (self, message, text);
}

static void
check_text (Scene * self, GstMessage * message)
{
  GError *error = NULL;
  gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  if (!is_known (self, message, error->message))
    report_fail ("%s says: %s (%s)", GST_MESSAGE_SRC_NAME (message),
        error->message, debug);
  g_error_free (error);
  g_free (debug);
}

/* In any thread. */
static GstBusSyncReply
hear (GstBus * bus, GstMessage * message, gpointer data)
{
  Scene *self = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    report_add (REPORT_WARNINGS, 1);
    check_text (self, message);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    report_add (REPORT_ERRORS, 1);
    check_text (self, message);
    g_atomic_int_set (&self->has_error, TRUE);
  }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

/* ---- Pads ---- */

static Input *
find_input (Scene * self, gboolean is_used)
{
  const guint first = dice (self, MOST_INPUTS);
  guint i;

  for (i = 0; i < MOST_INPUTS; i++) {
    Input *input = &self->inputs[(first + i) % MOST_INPUTS];

    if ((input->source != NULL) == is_used)
      return input;
  }

  return NULL;
}

static guint
count_inputs (Scene * self)
{
  guint n = 0;
  guint i;

  for (i = 0; i < MOST_INPUTS; i++)
    n += self->inputs[i].source != NULL;

  return n;
}

static guint
get_number (GstPad * pad)
{
  return atoi (GST_PAD_NAME (pad) + strlen ("sink_"));
}

static void
link_input (Scene * self, Input * input)
{
  GstElement *last = input->queue ? input->queue : input->source;
  GstPad *src = gst_element_get_static_pad (last, "src");

  strip_check_link (&self->check, get_number (input->pad), input->number);
  if (gst_pad_link (src, input->pad) != GST_PAD_LINK_OK)
    report_fail ("%s can't be linked", GST_PAD_NAME (input->pad));
  gst_object_unref (src);
}

static void
unlink_input (Input * input)
{
  GstPad *peer = gst_pad_get_peer (input->pad);

  if (peer) {
    gst_pad_unlink (peer, input->pad);
    gst_object_unref (peer);
  }
}

static void
add_pad (Scene * self)
{
  Input *input = find_input (self, FALSE);
  const gboolean has_queue = dice (self, 3) == 0;
  SourceSetup setup = {
    .number = self->n_sources,
    .seed = g_rand_int (self->rand),
    .key = self->check.key,
    .is_live = self->is_live,
    .asks = dice (self, 2) && !has_queue,
    .has_queue = has_queue,
    .fps = self->fps,
    .most_pixels = self->most_pixels,
    .format = &self->format,
    .position = &self->sink.position,
  };

  if (input == NULL)
    return;
  report_add (REPORT_PADS_ADDED, 1);
  input->number = self->n_sources++;
  input->source = source_new (&setup);
  gst_bin_add (GST_BIN (self->pipeline), input->source);
  if (has_queue) {
    input->queue = gst_element_factory_make ("queue", NULL);
    gst_bin_add (GST_BIN (self->pipeline), input->queue);
    gst_element_link (input->source, input->queue);
  }
  input->pad = gst_element_request_pad_simple (self->mosaic, "sink_%u");
  link_input (self, input);
  if (input->queue)
    gst_element_sync_state_with_parent (input->queue);
  gst_element_sync_state_with_parent (input->source);
}

static void
remove_element (Scene * self, GstElement ** element)
{
  if (*element == NULL)
    return;
  gst_element_set_locked_state (*element, TRUE);
  gst_element_set_state (*element, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), *element);
  *element = NULL;
}

/* Waits until no data flows out of the last element of @input, and keeps it so
 * until the unlock. NULL: data flows all the time. */
static GstPad *
lock_stream (Input * input)
{
  GstElement *last = input->queue ? input->queue : input->source;
  GstPad *pad = gst_element_get_static_pad (last, "src");
  guint i;

  for (i = 0; i < 50; i++) {
    if (GST_PAD_STREAM_TRYLOCK (pad))
      return pad;
    g_usleep (200);
  }
  gst_object_unref (pad);

  return NULL;
}

static void
unlock_stream (GstPad * pad)
{
  if (pad) {
    GST_PAD_STREAM_UNLOCK (pad);
    gst_object_unref (pad);
  }
}

/* The source goes first, between two frames, or the pad while frames flow. The
 * queue is stopped before the source, which may wait for room in it. */
static void
release_input (Scene * self, Input * input)
{
  GstPad *src = dice (self, 2) ? lock_stream (input) : NULL;

  source_stop_asking (input->source);
  if (src) {
    unlink_input (input);
    unlock_stream (src);
    remove_element (self, &input->queue);
    remove_element (self, &input->source);
  }
  gst_element_release_request_pad (self->mosaic, input->pad);
  gst_clear_object (&input->pad);
  remove_element (self, &input->queue);
  remove_element (self, &input->source);
}

static void
release_pad (Scene * self)
{
  Input *input = find_input (self, TRUE);

  if (input == NULL || count_inputs (self) < 2)
    return;
  report_add (REPORT_PADS_RELEASED, 1);
  release_input (self, input);
}

static void
swap_pads (Scene * self, Input * a, Input * b)
{
  GstPad *pad = a->pad;

  report_add (REPORT_PADS_RELINKED, 1);
  unlink_input (a);
  unlink_input (b);
  a->pad = b->pad;
  b->pad = pad;
  link_input (self, a);
  link_input (self, b);
}

/* Two sources change places. GStreamer wants a pad that is linked anew not to
 * push meanwhile. A flush passes a queue without the lock of its pad, and would
 * begin at one pad of the mosaic and end at the other. */
static void
relink (Scene * self)
{
  Input *a = find_input (self, TRUE);
  Input *b = find_input (self, TRUE);
  GstPad *first;
  GstPad *second;

  if (a == b || a->queue || b->queue)
    return;
  first = lock_stream (a);
  second = first ? lock_stream (b) : NULL;
  if (second)
    swap_pads (self, a, b);
  unlock_stream (second);
  unlock_stream (first);
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
  Input *input = find_input (self, TRUE);
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
        "after %s", self->pipeline_number, self->episode, count_inputs (self),
        self->event);

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
  Input *input = find_input (self, TRUE);

  source_forbid_flushes ();
  if (input && is_settled (self)) {
    report_add (REPORT_FLUSHES, 1);
    source_flush (input->source);
  }
  source_allow_flushes ();
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
  GstBus *bus;
  guint n;

  self->is_live = dice (self, 3) == 0;
  self->fps = rates[dice (self, G_N_ELEMENTS (rates) - self->is_live)];
  self->most_pixels = sizes[dice (self, G_N_ELEMENTS (sizes))];
  change_format (self);
  self->pipeline = gst_pipeline_new (NULL);
  self->mosaic = gst_element_factory_make_full ("ntmosaic", "force-live",
      self->is_live && dice (self, 3) == 0, NULL);
  if (self->mosaic == NULL)
    report_fail ("there is no element ntmosaic");
  g_object_set (self->mosaic, "tile-meta", TRUE, "latency",
      (guint64) dice (self, 2) * dice (self, 50) * GST_MSECOND,
      "ignore-inactive-pads", dice (self, 3) == 0, NULL);
  sink_init (&self->sink, &self->check, self->pipeline_number, self->episode,
      g_rand_int (self->rand), self->is_live);
  gst_bin_add_many (GST_BIN (self->pipeline), self->mosaic,
      self->sink.appsink, NULL);
  gst_element_link (self->mosaic, self->sink.appsink);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, hear, self, NULL);
  gst_object_unref (bus);
  for (n = 1 + dice (self, 5); n > 0; n--)
    add_pad (self);
}

static void
tear_down (Scene * self)
{
  guint i;

  stop (self, GST_STATE_NULL);
  for (i = 0; i < MOST_INPUTS; i++)
    if (self->inputs[i].source)
      release_input (self, &self->inputs[i]);
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
