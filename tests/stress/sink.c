/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What becomes of strips; see the header. */

#include "sink.h"

#include <gst/app/app.h>
#include <string.h>

#include "report.h"

/* ---- Pools of downstream ---- */

/* A pool with memory of its own, and few buffers. */
typedef struct
{
  GstVideoBufferPool parent;
} FewPool;

typedef struct
{
  GstVideoBufferPoolClass parent_class;
} FewPoolClass;

static GType few_pool_get_type (void);

G_DEFINE_TYPE (FewPool, few_pool, GST_TYPE_VIDEO_BUFFER_POOL);

static void
few_pool_class_init (FewPoolClass * klass)
{
}

static void
few_pool_init (FewPool * pool)
{
}

static void
add_pool (GstQuery * query, GstCaps * caps, guint n_buffers)
{
  GstBufferPool *pool = g_object_new (few_pool_get_type (), NULL);
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstVideoInfo info;

  if (gst_video_info_from_caps (&info, caps)) {
    gst_buffer_pool_config_set_params (config, caps, info.size, 0, n_buffers);
    gst_buffer_pool_set_config (pool, config);
    gst_query_add_allocation_pool (query, pool, info.size, 0, n_buffers);
  }
  gst_object_unref (pool);
}

static GstPadProbeReturn
answer_query (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Sink *self = data;
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  GstCaps *caps;
  guint dice;
  guint n;

  if (GST_QUERY_TYPE (query) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  gst_query_parse_allocation (query, &caps, NULL);
  if (caps == NULL)
    return GST_PAD_PROBE_OK;
  g_mutex_lock (&self->pool_lock);
  dice = g_rand_int_range (self->pool_rand, 0, 4);
  n = g_rand_int_range (self->pool_rand, 1, 4);
  g_mutex_unlock (&self->pool_lock);
  if (dice == 0)
    add_pool (query, caps, n);
  if (dice < 3)
    gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);

  return GST_PAD_PROBE_HANDLED;
}

/* ---- Strips ---- */

static guint32
add_up (GstBuffer * strip)
{
  GstMapInfo map;
  guint32 sum = 0;
  gsize i;

  if (!gst_buffer_map (strip, &map, GST_MAP_READ))
    report_fail ("a strip that is held can't be mapped");
  for (i = 0; i < map.size; i++)
    sum = sum * 31 + map.data[i];
  gst_buffer_unmap (strip, &map);

  return sum;
}

/* The caller can write to @strip. */
static void
scribble (Sink * self, GstBuffer * strip)
{
  GstMapInfo map;
  gsize begin;

  if (!gst_buffer_map (strip, &map, GST_MAP_WRITE))
    report_fail ("a strip can't be written to");
  begin = g_rand_int_range (self->rand, 0, map.size);
  memset (map.data + begin, 0x77, 1 + (map.size - begin - 1) / 3);
  gst_buffer_unmap (strip, &map);
  report_add (REPORT_WRITTEN, 1);
}

/* At last nothing else has the strip, and it can be written to in place. Before
 * that, the sink has a reference. */
static void
give_back (Sink * self, SinkHeld * held)
{
  if (held->strip == NULL)
    return;
  if (add_up (held->strip) != held->sum)
    report_fail ("a strip has changed while the application held it");
  report_add (REPORT_HELD, 1);
  if (gst_buffer_is_writable (held->strip)
      && g_rand_boolean (self->rand)) {
    scribble (self, held->strip);
    report_add (REPORT_IN_PLACE, 1);
  }
  gst_clear_buffer (&held->strip);
}

static void
hold (Sink * self, GstBuffer * strip)
{
  SinkHeld *held;

  if (self->most_held == 0)
    return;
  held = &self->held[g_rand_int_range (self->rand, 0, self->most_held)];
  give_back (self, held);
  held->sum = add_up (strip);
  held->strip = gst_buffer_ref (strip);
}

/* To a copy, because something else has the strip. Takes @strip. */
static void
write_to_copy (Sink * self, GstBuffer * strip)
{
  strip = gst_buffer_make_writable (strip);
  scribble (self, strip);
  gst_buffer_unref (strip);
}

static void
handle (Sink * self, GstBuffer * strip, GstCaps * caps)
{
  GstMemory *memory = gst_buffer_peek_memory (strip, 0);
  const guint dice = g_rand_int_range (self->rand, 0, 20);

  strip_check (self->check, strip, caps);
  report_add (REPORT_DOWNSTREAM_POOL,
      !gst_memory_is_type (memory, "NtMemory"));
  if (GST_BUFFER_PTS_IS_VALID (strip))
    g_atomic_int_set (&self->position, GST_BUFFER_PTS (strip) / GST_MSECOND);
  g_atomic_int_inc (&self->n_strips);
  if (dice < 4)
    hold (self, strip);
  else if (dice < 6)
    write_to_copy (self, gst_buffer_ref (strip));
  if (dice < 10 && self->most_delay > 0)
    g_usleep (g_rand_int_range (self->rand, 0, 1000 * self->most_delay));
}

static GstFlowReturn
take (Sink * self, GstSample * sample)
{
  if (sample == NULL)
    return GST_FLOW_OK;
  report_set_place (self->pipeline, self->episode);
  handle (self, gst_sample_get_buffer (sample), gst_sample_get_caps (sample));
  gst_sample_unref (sample);

  return GST_FLOW_OK;
}

static GstFlowReturn
new_sample (GstAppSink * appsink, gpointer data)
{
  return take (data, gst_app_sink_pull_sample (appsink));
}

static void
end (GstAppSink * appsink, gpointer data)
{
  Sink *self = data;

  report_add (REPORT_EOS, 1);
  g_atomic_int_set (&self->is_eos, TRUE);
}

void
sink_init (Sink * self, StripCheck * check, guint pipeline, guint episode,
    guint32 seed, gboolean sync)
{
  GstAppSinkCallbacks callbacks = {.eos = end,.new_sample = new_sample };
  GstPad *pad;

  *self = (Sink) {
    .check = check,.pipeline = pipeline,.episode = episode,
    .rand = g_rand_new_with_seed (seed),
    .pool_rand = g_rand_new_with_seed (seed + 1),
  };
  g_mutex_init (&self->pool_lock);
  self->most_held = g_rand_int_range (self->rand, 0, 2)
      * g_rand_int_range (self->rand, 1, SINK_MOST_HELD + 1);
  self->most_delay = g_rand_int_range (self->rand, 0, 2)
      * g_rand_int_range (self->rand, 1, 20);
  self->appsink = gst_element_factory_make ("appsink", NULL);
  g_object_set (self->appsink, "sync", sync, "max-buffers", 2, NULL);
  gst_app_sink_set_callbacks (GST_APP_SINK (self->appsink), &callbacks, self,
      NULL);
  pad = gst_element_get_static_pad (self->appsink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, answer_query,
      self, NULL);
  gst_object_unref (pad);
}

void
sink_reconfigure (Sink * self)
{
  GstPad *pad = gst_element_get_static_pad (self->appsink, "sink");

  gst_pad_push_event (pad, gst_event_new_reconfigure ());
  gst_object_unref (pad);
}

void
sink_clear (Sink * self)
{
  guint i;

  for (i = 0; i < SINK_MOST_HELD; i++)
    give_back (self, &self->held[i]);
  g_rand_free (self->rand);
  g_rand_free (self->pool_rand);
  g_mutex_clear (&self->pool_lock);
}
