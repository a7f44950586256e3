/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Strips of images; see the header. The pixels of a tile say which image it is:
 * the program has loaded every image by itself before. */

#include "gallery.h"

#include <string.h>

#include "../check/ntimages/photos.h"
#include "report.h"

/* The last images change: each has as many versions, each of its own size. */
#define N_PHOTOS 16
#define N_CHANGING 4
#define N_VERSIONS 3

#define MOST_TILES 6
#define TILES_OF_LIST 4         /* divides N_PHOTOS */
#define MOST_ASKED 64

#define TILE_ROW (TILE_WIDTH * 4)
#define TILE_BYTES (TILE_ROW * TILE_HEIGHT)

static const guint sizes[N_VERSIONS] = { 11, 31, 51 };

typedef struct
{
  guint id;                     /* 0: the request is over */
  guint n;
  guint numbers[MOST_TILES];
  gboolean may_be_lost;         /* it was taken back, or there was a flush or a
                                 * stop since */
} Asked;

typedef struct
{
  guint pipeline;
  guint episode;
  GRand *rand;
  Photos *photos;
  guint8 tiles[N_PHOTOS][N_VERSIONS][TILE_BYTES];
  GstElement *line;             /* the pipeline */
  GstElement *src;
  gboolean is_list;
  guint n_requests;
  const gchar *event;           /* the last state that the pipeline went to, or
                                 * another event that may lose strips */

  GMutex lock;
  Asked asked[MOST_ASKED];      /* under lock, the oldest first */
  guint n_asked;                /* the same */
  Asked last;                   /* the same: whose strip came last */
  gboolean last_may_repeat;     /* the same */
} Gallery;

static guint
dice (Gallery * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

/* ---- The images ---- */

static void
load (Gallery * self, guint i, guint version)
{
  NtmTileSpec spec = {
    .width = TILE_WIDTH,.height = TILE_HEIGHT,.fit = NTM_FIT_CONTAIN,
    .pixels = NTM_PIXELS_RGBA,.background = {0, 0, 0, 255},
  };

  fail_unless (ntm_image_load (self->photos->names[i], &spec, NULL,
          self->tiles[i][version], TILE_ROW, NULL) == NTM_IMAGE_OK);
}

static void
load_all (Gallery * self)
{
  guint i;
  guint k;

  self->photos = photos_new (N_PHOTOS);
  for (i = 0; i < N_PHOTOS; i++)
    for (k = 0; k < N_VERSIONS; k++) {
      if (i >= N_PHOTOS - N_CHANGING)
        photos_replace_with_png (self->photos, i, sizes[k] + i);
      load (self, i, k);
    }
}

static gboolean
is_image (Gallery * self, const guint8 * bytes, gsize stride, guint i)
{
  guint version;
  guint y;

  for (version = 0; version < N_VERSIONS; version++) {
    for (y = 0; y < TILE_HEIGHT; y++)
      if (memcmp (bytes + y * stride, self->tiles[i][version] + y * TILE_ROW,
              TILE_ROW) != 0)
        break;
    if (y == TILE_HEIGHT)
      return TRUE;
  }

  return FALSE;
}

/* ---- Strips ---- */

static gboolean
shows (Gallery * self, const GstMapInfo * map, guint n, const guint * numbers)
{
  guint i;

  for (i = 0; i < n; i++)
    if (!is_image (self, map->data + i * TILE_ROW, n * TILE_ROW, numbers[i]))
      return FALSE;

  return TRUE;
}

/* What a strip shows instead; for the text of a failure. */
static gchar *
describe (Gallery * self, const GstMapInfo * map)
{
  const guint n = map->size / TILE_BYTES;
  GString *text = g_string_new (NULL);
  guint i;
  guint k;

  for (i = 0; i < n; i++) {
    for (k = 0; k < N_PHOTOS; k++)
      if (is_image (self, map->data + i * TILE_ROW, n * TILE_ROW, k))
        break;
    g_string_append_printf (text, k < N_PHOTOS ? " %u" : " (unknown)", k);
  }

  return g_string_free (text, FALSE);
}

/* The requests from number @i on, for the same. */
static gchar *
describe_asked (Gallery * self, guint i)
{
  GString *text = g_string_new (NULL);
  guint k;

  for (; i < self->n_asked; i++) {
    g_string_append_printf (text, "\n  request %u%s:", self->asked[i].id,
        self->asked[i].may_be_lost ? ", which may be lost" : "");
    for (k = 0; k < self->asked[i].n; k++)
      g_string_append_printf (text, " %u", self->asked[i].numbers[k]);
  }

  return g_string_free (text, FALSE);
}

static void
check_list (Gallery * self, guint64 offset, const GstMapInfo * map)
{
  guint numbers[TILES_OF_LIST];
  guint i;

  for (i = 0; i < TILES_OF_LIST; i++)
    numbers[i] = (offset * TILES_OF_LIST + i) % N_PHOTOS;
  if (map->size != TILES_OF_LIST * TILE_BYTES
      || !shows (self, map, TILES_OF_LIST, numbers))
    report_fail ("strip %" G_GUINT64_FORMAT " of a list shows%s", offset,
        describe (self, map));
}

static gboolean
is_strip_of (Gallery * self, const GstMapInfo * map, const Asked * asked)
{
  return map->size == asked->n * TILE_BYTES
      && shows (self, map, asked->n, asked->numbers);
}

/* The number of the request whose strip this is; n_asked: none that may have
 * been next. */
static guint
find_next (Gallery * self, const GstMapInfo * map)
{
  guint i;

  for (i = 0; i < self->n_asked; i++) {
    if (is_strip_of (self, map, &self->asked[i]))
      return i;
    if (!self->asked[i].may_be_lost)
      break;
  }

  return self->n_asked;
}

/* A strip is that of the oldest request that may have been next. The last one
 * before a stop may come again: the sink had it, but the stop met the push, and
 * the source can't know. */
static void
check_request (Gallery * self, const GstMapInfo * map)
{
  guint i;

  g_mutex_lock (&self->lock);
  i = find_next (self, map);
  if (i < self->n_asked) {
    self->last = self->asked[i];
    self->n_asked -= i + 1;
    memmove (self->asked, self->asked + i + 1, self->n_asked * sizeof (Asked));
  } else if (self->last_may_repeat && is_strip_of (self, map, &self->last)) {
    self->last_may_repeat = FALSE;
  } else {
    report_fail ("after %s there is a strip of%s, and were asked for:%s",
        self->event, describe (self, map), describe_asked (self, 0));
  }
  g_mutex_unlock (&self->lock);
}

static GstFlowReturn
take (GstAppSink * appsink, gpointer data)
{
  Gallery *self = data;
  GstSample *sample = gst_app_sink_pull_sample (appsink);
  GstBuffer *strip;
  GstMapInfo map;

  if (sample == NULL)
    return GST_FLOW_OK;
  report_set_place (self->pipeline, self->episode);
  strip = gst_sample_get_buffer (sample);
  if (!gst_buffer_map (strip, &map, GST_MAP_READ))
    report_fail ("a strip that can't be mapped");
  if (self->is_list)
    check_list (self, GST_BUFFER_OFFSET (strip), &map);
  else
    check_request (self, &map);
  report_add (REPORT_IMAGE_STRIPS, 1);
  report_add (REPORT_BYTES, map.size);
  gst_buffer_unmap (strip, &map);
  gst_sample_unref (sample);
  /* A list has no rate: leaves some of the CPU to the other pipelines. */
  g_usleep (500);

  return GST_FLOW_OK;
}

/* ---- What happens ---- */

static void
ask (Gallery * self)
{
  Asked asked = {.n = 2 + dice (self, MOST_TILES - 1) };
  const gchar *names[MOST_TILES + 1] = { NULL, };
  guint i;

  /* The first two images say which request it is. */
  for (i = 0; i < asked.n; i++) {
    asked.numbers[i] = i == 0 ? self->n_requests % N_PHOTOS
        : i == 1 ? self->n_requests / N_PHOTOS % N_PHOTOS
        : dice (self, N_PHOTOS);
    names[i] = self->photos->names[asked.numbers[i]];
  }
  self->n_requests++;
  /* The strip may come before the signal returns. */
  g_mutex_lock (&self->lock);
  if (!self->is_list && self->n_asked < MOST_ASKED) {
    g_signal_emit_by_name (self->src, "request", names, &asked.id);
    self->asked[self->n_asked++] = asked;
    report_add (REPORT_REQUESTS, 1);
  }
  g_mutex_unlock (&self->lock);
}

static void
cancel (Gallery * self)
{
  const guint any = dice (self, MOST_ASKED);

  g_mutex_lock (&self->lock);
  if (self->n_asked > 0) {
    const guint which = any % self->n_asked;
    gboolean is_back;

    g_signal_emit_by_name (self->src, "cancel", self->asked[which].id,
        &is_back);
    self->asked[which].may_be_lost |= is_back;
    report_add (REPORT_CANCELS, is_back);
    self->event = is_back ? "a cancel" : self->event;
  }
  g_mutex_unlock (&self->lock);
}

static void
change_file (Gallery * self)
{
  const guint i = N_PHOTOS - 1 - dice (self, N_CHANGING);

  photos_replace_with_png (self->photos, i, sizes[dice (self, N_VERSIONS)] + i);
  report_add (REPORT_FILES, 1);
}

static void
lose_all (Gallery * self)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->n_asked; i++)
    self->asked[i].may_be_lost = TRUE;
  self->last_may_repeat = TRUE;
  g_mutex_unlock (&self->lock);
}

static gboolean
is_settled (Gallery * self)
{
  GstState state;

  return gst_element_get_state (self->line, &state, NULL, 0)
      == GST_STATE_CHANGE_SUCCESS && state == GST_STATE_PLAYING;
}

static void
seek (Gallery * self)
{
  const guint to = dice (self, N_PHOTOS / TILES_OF_LIST);

  if (!self->is_list || !is_settled (self))
    return;
  report_add (REPORT_SEEKS, 1);
  report_add (REPORT_SEEKS_REFUSED, !gst_element_seek_simple (self->src,
          GST_FORMAT_DEFAULT, GST_SEEK_FLAG_FLUSH, to));
}

static void
stop (Gallery * self, GstState state)
{
  const gint64 begin = g_get_monotonic_time ();

  gst_element_set_state (self->line, state);
  if (state == GST_STATE_NULL)
    report_stop (g_get_monotonic_time () - begin, "ntstripsrc");
}

static void
restart (Gallery * self)
{
  static const GstState states[] = {
    GST_STATE_PAUSED, GST_STATE_READY, GST_STATE_NULL
  };
  const GstState state = states[dice (self, G_N_ELEMENTS (states))];

  report_add (REPORT_STATES, 1);
  lose_all (self);
  self->event = gst_element_state_get_name (state);
  stop (self, state);
  gst_element_set_state (self->line, GST_STATE_PLAYING);
}

static void
disturb (Gallery * self)
{
  const guint kind = dice (self, 20);
  const guint pause = dice (self, 20);

  guint n_requests = 1 + dice (self, 8);

  if (kind < 11)
    while (n_requests-- > 0)
      ask (self);
  else if (kind < 14)
    cancel (self);
  else if (kind < 16)
    change_file (self);
  else if (kind < 19)
    seek (self);
  else
    restart (self);
  g_usleep (pause * 1000);
}

/* ---- One life ---- */

static GstBusSyncReply
hear (GstBus * bus, GstMessage * message, gpointer unused)
{
  const GstStructure *s = gst_message_get_structure (message);
  GError *error = NULL;

  if (s && gst_structure_has_name (s, "ntstripsrc-image-error"))
    report_fail ("%s: %s", gst_structure_get_string (s, "location"),
        gst_structure_get_string (s, "reason"));
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    report_fail ("%s says: %s", GST_MESSAGE_SRC_NAME (message),
        error->message);
  }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

static Show *
set_up (Gallery * self)
{
  GstAppSinkCallbacks callbacks = {.new_sample = take };
  const gchar *more = dice (self, 2) ? "queue !" : "";
  gchar *properties;
  GstBus *bus;
  Show *show;

  self->is_list = dice (self, 2);
  properties = g_strdup_printf ("prefetch=%u max-threads=%u %s", dice (self,
          5), dice (self, 4), self->is_list ? "loop=true tiles=4" : "");
  show = self->is_list ? show_new_list (self->photos, properties, more)
      : show_new (properties, more);
  g_free (properties);
  self->line = show->pipeline;
  self->src = show->src;
  g_object_set (self->src, "cache-size",
      (guint64) 4000000 * (1 + dice (self, 3)), NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (show->sink), &callbacks, self,
      NULL);
  bus = gst_element_get_bus (self->line);
  gst_bus_set_sync_handler (bus, hear, self, NULL);
  gst_object_unref (bus);

  return show;
}

void
gallery_play (guint pipeline, guint episode, guint32 seed, gint * beat,
    const gint * is_over)
{
  Gallery *self = g_new0 (Gallery, 1);
  Show *show;
  guint n;

  self->event = "the start";
  self->pipeline = pipeline;
  self->episode = episode;
  self->rand = g_rand_new_with_seed (seed);
  g_mutex_init (&self->lock);
  report_set_place (pipeline, episode);
  report_add (REPORT_EPISODES, 1);
  load_all (self);
  show = set_up (self);
  gst_element_set_state (self->line, GST_STATE_PLAYING);
  for (n = 20 + dice (self, 300); n > 0 && !g_atomic_int_get (is_over); n--) {
    disturb (self);
    g_atomic_int_inc (beat);
  }
  stop (self, GST_STATE_NULL);
  show_free (show);
  photos_free (self->photos);
  g_rand_free (self->rand);
  g_mutex_clear (&self->lock);
  g_free (self);
}
