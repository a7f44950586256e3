/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The source at random; see the header. */

#include "source.h"

#include <string.h>

#include "frame.h"
#include "report.h"

/* How many of its last frames a source may hold. */
#define MOST_KEPT 4

typedef struct
{
  GstElement parent;

  GstPad *pad;
  SourceSetup setup;

  /* Taken by each thread that flushes. */
  GMutex flush_lock;

  GMutex lock;
  GCond cond;
  gboolean is_stopped;          /* under lock: sleep no longer */

  GMutex query_lock;            /* held during an ALLOCATION query */
  gboolean asks;                /* under query_lock */

  /* Of the streaming thread, and under its lock. */
  GRand *rand;
  gboolean has_begun;           /* stream-start was sent */
  gboolean needs_segment;
  gboolean needs_caps;          /* they may be lost */
  GstVideoInfo info;            /* format UNKNOWN: no caps yet */
  GstClockTime running;         /* of the next frame, full milliseconds */
  GstClockTime start;           /* of the segment, full milliseconds */
  GstClockTime base;
  guint n_frames;               /* pushed since the start */
  guint content;
  GstBuffer *still;             /* the last frame, or NULL */
  GstClockTime still_pts;
  GstBufferPool *pool;
  GstBuffer *kept[MOST_KEPT];
} Source;

typedef struct
{
  GstElementClass parent_class;
} SourceClass;

static GType source_get_type (void);

#define SOURCE(object) \
  (G_TYPE_CHECK_INSTANCE_CAST ((object), source_get_type (), Source))

G_DEFINE_TYPE (Source, source, GST_TYPE_ELEMENT);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw"));

static guint
dice (Source * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

/* ---- Waiting ---- */

/* Returns FALSE if the source was stopped meanwhile. */
static gboolean
pause_for (Source * self, gint64 microseconds)
{
  const gint64 end = g_get_monotonic_time () + microseconds;
  gboolean goes_on;

  g_mutex_lock (&self->lock);
  while (!self->is_stopped
      && g_cond_wait_until (&self->cond, &self->lock, end));
  goes_on = !self->is_stopped;
  g_mutex_unlock (&self->lock);

  return goes_on;
}

static void
set_stopped (Source * self, gboolean is_stopped)
{
  g_mutex_lock (&self->lock);
  self->is_stopped = is_stopped;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

/* Running time; NONE without a clock. */
static GstClockTime
get_now (Source * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockTime now = GST_CLOCK_TIME_NONE;

  if (clock) {
    const GstClockTime base = gst_element_get_base_time (GST_ELEMENT (self));
    const GstClockTime time = gst_clock_get_time (clock);

    now = time > base ? time - base : 0;
    gst_object_unref (clock);
  }

  return now;
}

/* A live source sends a frame when its time has come. One that was late goes on
 * from now. */
static gboolean
wait_for_turn (Source * self)
{
  GstClockTime now = get_now (self);

  if (!self->setup.is_live)
    return TRUE;
  if (now == GST_CLOCK_TIME_NONE)
    return pause_for (self, 10 * G_TIME_SPAN_MILLISECOND);
  if (now > self->running + 200 * GST_MSECOND)
    self->running = now / GST_MSECOND * GST_MSECOND;
  if (now < self->running)
    return pause_for (self, MIN (self->running - now, GST_SECOND) / 1000);

  return TRUE;
}

/* Bad data is an error before the first strip, and a warning later. */
static gboolean
is_young (Source * self)
{
  return self->n_frames < 30;
}

/* ---- Events ---- */

static GstClockTime
get_duration (Source * self)
{
  const guint fps = self->setup.fps > 0 ? self->setup.fps : 25;

  return 1000 / fps * GST_MSECOND;
}

static void
drop_pool (Source * self)
{
  if (self->pool) {
    gst_buffer_pool_set_active (self->pool, FALSE);
    gst_clear_object (&self->pool);
  }
}

static void
push_caps (Source * self)
{
  GstCaps *caps = gst_video_info_to_caps (&self->info);

  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  self->needs_caps = FALSE;
}

static void
set_caps (Source * self, GstVideoFormat format, guint width, guint height)
{
  drop_pool (self);
  gst_clear_buffer (&self->still);
  gst_video_info_set_format (&self->info, format, width, height);
  GST_VIDEO_INFO_FPS_N (&self->info) = self->setup.fps;
  GST_VIDEO_INFO_FPS_D (&self->info) = 1;
  push_caps (self);
}

static guint
choose_size (Source * self)
{
  return 2 * (1 + dice (self, self->setup.most_pixels / 2));
}

static void
send_caps (Source * self)
{
  const GstVideoFormat format = g_atomic_int_get (self->setup.format);
  const guint width = choose_size (self);

  report_add (REPORT_CAPS, 1);
  set_caps (self, format, width, choose_size (self));
}

static void
send_misfit (Source * self)
{
  const GstVideoFormat format = g_atomic_int_get (self->setup.format);
  const guint width = choose_size (self);

  report_add (REPORT_MISFITS, 1);
  set_caps (self, format == GST_VIDEO_FORMAT_RGB ? GST_VIDEO_FORMAT_BGR
      : GST_VIDEO_FORMAT_RGB, width, choose_size (self));
}

/* The running time goes on in any segment. */
static void
send_segment (Source * self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  self->start = dice (self, 2) * dice (self, 100000) * GST_MSECOND;
  self->base = self->running;
  segment.start = segment.time = segment.position = self->start;
  segment.base = self->base;
  report_add (REPORT_SEGMENTS, 1);
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
  self->needs_segment = FALSE;
}

static GstClockTime
get_stream_time (Source * self)
{
  return self->start + self->running - self->base;
}

static void
send_gap (Source * self)
{
  const GstClockTime duration = get_duration (self);

  report_add (REPORT_GAPS, 1);
  gst_pad_push_event (self->pad, gst_event_new_gap (get_stream_time (self),
          duration));
  self->running += duration;
}

static void
begin (Source * self)
{
  if (!self->has_begun) {
    gchar *id = g_strdup_printf ("stress-%u", self->setup.number);

    gst_pad_push_event (self->pad, gst_event_new_stream_start (id));
    g_free (id);
    self->has_begun = TRUE;
  }
  if (GST_VIDEO_INFO_FORMAT (&self->info) == GST_VIDEO_FORMAT_UNKNOWN)
    send_caps (self);
  if (self->needs_caps)
    push_caps (self);
  if (self->needs_segment)
    send_segment (self);
}

/* ---- Frames ---- */

/* Whether the source may ask. */
static void
ask_for_pool (Source * self)
{
  GstCaps *caps = gst_video_info_to_caps (&self->info);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstStructure *config;
  guint size;

  g_mutex_lock (&self->query_lock);
  if (self->asks && gst_pad_peer_query (self->pad, query)
      && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &self->pool, &size, NULL,
        NULL);
  g_mutex_unlock (&self->query_lock);
  if (self->pool) {
    config = gst_buffer_pool_get_config (self->pool);
    gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);
    if (!gst_buffer_pool_set_config (self->pool, config)
        || !gst_buffer_pool_set_active (self->pool, TRUE))
      gst_clear_object (&self->pool);
  }
  gst_query_unref (query);
  gst_caps_unref (caps);
}

/* NULL: there is no pool. */
static GstBuffer *
make_pooled (Source * self, guint32 seed)
{
  GstBuffer *frame;

  if (self->pool == NULL && dice (self, 4) == 0)
    ask_for_pool (self);
  if (self->pool == NULL
      || gst_buffer_pool_acquire_buffer (self->pool, &frame, NULL)
      != GST_FLOW_OK)
    return NULL;
  if (!frame_fill (frame, &self->info, seed))
    report_fail ("a frame of the pad's pool can't be written");
  report_add (REPORT_POOLED, 1);

  return frame;
}

static GstBuffer *
make_new (Source * self)
{
  const GstVideoFormat format = GST_VIDEO_INFO_FORMAT (&self->info);
  const guint width = GST_VIDEO_INFO_WIDTH (&self->info);
  const guint height = GST_VIDEO_INFO_HEIGHT (&self->info);
  GstBuffer *frame = NULL;
  GstClockTime pts;
  guint32 seed;

  pts = get_stream_time (self) + frame_code (self->setup.number,
      self->content++);
  seed = frame_seed (self->setup.key, pts, format, width, height);
  if (self->setup.asks && dice (self, 3) > 0)
    frame = make_pooled (self, seed);
  if (frame == NULL)
    frame = frame_new (self->rand, format, width, height, seed);
  GST_BUFFER_PTS (frame) = pts;
  gst_clear_buffer (&self->still);
  if (dice (self, 3) == 0)
    self->still = gst_buffer_ref (frame);
  self->still_pts = pts;

  return frame;
}

/* The same memory in another buffer, with another time. */
static GstBuffer *
make_still (Source * self)
{
  GstBuffer *frame = gst_buffer_copy (self->still);

  report_add (REPORT_STILLS, 1);
  GST_BUFFER_PTS (frame) = get_stream_time (self)
      + self->still_pts % GST_MSECOND;

  return frame;
}

static GstBuffer *
make_bad (Source * self)
{
  report_add (REPORT_BAD_FRAMES, 1);

  return frame_new_bad (self->rand, GST_VIDEO_INFO_FORMAT (&self->info),
      GST_VIDEO_INFO_WIDTH (&self->info), GST_VIDEO_INFO_HEIGHT (&self->info));
}

static void
keep (Source * self, GstBuffer * frame)
{
  const guint i = dice (self, MOST_KEPT);

  gst_clear_buffer (&self->kept[i]);
  if (dice (self, 2))
    self->kept[i] = gst_buffer_ref (frame);
}

static GstFlowReturn
push_frame (Source * self)
{
  const GstClockTime duration = get_duration (self);
  GstBuffer *frame;

  if (!wait_for_turn (self))
    return GST_FLOW_FLUSHING;
  self->n_frames++;
  if (dice (self, 60) == 0 && !is_young (self))
    frame = make_bad (self);
  else if (self->still && dice (self, 3) > 0)
    frame = make_still (self);
  else
    frame = make_new (self);
  if (!GST_BUFFER_PTS_IS_VALID (frame))
    GST_BUFFER_PTS (frame) = get_stream_time (self);
  GST_BUFFER_DURATION (frame) = duration;
  if (dice (self, 20) == 0)
    keep (self, frame);
  self->running += duration;
  report_add (REPORT_FRAMES, 1);

  return gst_pad_push (self->pad, frame);
}

static GstFlowReturn
push_burst (Source * self)
{
  guint n = 5 + dice (self, 30);
  GstFlowReturn flow = GST_FLOW_OK;

  report_add (REPORT_BURSTS, 1);
  while (n-- > 0 && flow == GST_FLOW_OK)
    flow = push_frame (self);

  return flow;
}

/* ---- Flushes ---- */

/* If downstream returns GST_FLOW_EOS, a queue of GStreamer 1.22 drops caps that
 * wait in it, and the source can't know: it would go on with frames that have
 * other caps than downstream has. */
static void
forget (Source * self)
{
  self->needs_segment = TRUE;
  self->needs_caps = self->setup.has_queue
      && GST_VIDEO_INFO_FORMAT (&self->info) != GST_VIDEO_FORMAT_UNKNOWN;
  gst_clear_buffer (&self->still);
}

/* Of all pipelines. The readers flush for a reason of their own. */
static GRWLock own_flushes;

void
source_forbid_flushes (void)
{
  g_rw_lock_writer_lock (&own_flushes);
}

void
source_allow_flushes (void)
{
  g_rw_lock_writer_unlock (&own_flushes);
}

/* In the streaming thread. Not while another thread flushes, which waits for
 * this one. */
static void
flush_myself (Source * self)
{
  GstEvent *event;

  if (!g_rw_lock_reader_trylock (&own_flushes))
    return;
  if (!g_mutex_trylock (&self->flush_lock)) {
    g_rw_lock_reader_unlock (&own_flushes);
    return;
  }
  report_add (REPORT_SOURCE_FLUSHES, 1);
  event = gst_event_new_flush_start ();
  gst_pad_push_event (self->pad, event);
  event = gst_event_new_flush_stop (TRUE);
  gst_pad_push_event (self->pad, event);
  forget (self);
  g_mutex_unlock (&self->flush_lock);
  g_rw_lock_reader_unlock (&own_flushes);
}

static void loop (gpointer pad);

/* The streams begin at @running again, unless it is NONE. */
static void
flush_from_outside (Source * self, guint32 seqnum, GstClockTime running)
{
  GstEvent *start = gst_event_new_flush_start ();
  GstEvent *stop = gst_event_new_flush_stop (TRUE);

  gst_event_set_seqnum (start, seqnum);
  gst_event_set_seqnum (stop, seqnum);
  g_mutex_lock (&self->flush_lock);
  set_stopped (self, TRUE);
  gst_pad_push_event (self->pad, start);
  gst_pad_pause_task (self->pad);
  GST_PAD_STREAM_LOCK (self->pad);
  set_stopped (self, FALSE);
  gst_pad_push_event (self->pad, stop);
  forget (self);
  if (running != GST_CLOCK_TIME_NONE)
    self->running = running;
  if (GST_PAD_MODE (self->pad) == GST_PAD_MODE_PUSH)
    gst_pad_start_task (self->pad, loop, self->pad, NULL);
  GST_PAD_STREAM_UNLOCK (self->pad);
  g_mutex_unlock (&self->flush_lock);
}

void
source_flush (GstElement * source)
{
  flush_from_outside (SOURCE (source), gst_util_seqnum_next (),
      GST_CLOCK_TIME_NONE);
}

/* ---- The streaming thread ---- */

static GstFlowReturn
do_something (Source * self)
{
  const guint kind = dice (self, 200);

  if (kind < 3) {
    report_add (REPORT_STALLS, 1);
    pause_for (self, dice (self, 100) * G_TIME_SPAN_MILLISECOND);
  } else if (kind < 8) {
    send_gap (self);
  } else if (kind < 11) {
    send_segment (self);
  } else if (kind < 13 || GST_VIDEO_INFO_FORMAT (&self->info)
      != (GstVideoFormat) g_atomic_int_get (self->setup.format)) {
    send_caps (self);
  } else if (kind < 14 && !is_young (self)) {
    send_misfit (self);
  } else if (kind < 15) {
    flush_myself (self);
    return GST_FLOW_OK;
  } else if (kind < 17) {
    return push_burst (self);
  } else if (kind < 18 && dice (self, 4) == 0) {
    report_add (REPORT_SOURCE_EOS, 1);
    gst_pad_push_event (self->pad, gst_event_new_eos ());
    return GST_FLOW_EOS;
  }

  return push_frame (self);
}

static void
loop (gpointer pad)
{
  Source *self = SOURCE (GST_PAD_PARENT (pad));
  GstFlowReturn flow;

  begin (self);
  flow = do_something (self);
  if (flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_NOT_NEGOTIATED) {
    pause_for (self, G_TIME_SPAN_MILLISECOND);
    flow = GST_FLOW_OK;
  }
  if (flow != GST_FLOW_OK)
    gst_pad_pause_task (pad);
}

static gboolean
source_activate (GstPad * pad, GstObject * parent, GstPadMode mode,
    gboolean active)
{
  Source *self = SOURCE (parent);

  set_stopped (self, !active);
  if (!active)
    return gst_pad_stop_task (pad);
  self->has_begun = FALSE;
  self->n_frames = 0;
  self->needs_segment = TRUE;
  self->needs_caps = FALSE;
  self->running = g_atomic_int_get (self->setup.position) * GST_MSECOND;
  gst_video_info_init (&self->info);

  return gst_pad_start_task (pad, loop, pad, NULL);
}

/* ---- Seeks and queries ---- */

static gboolean
seek (Source * self, GstEvent * event)
{
  GstSeekFlags flags;
  gint64 start;

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, &start, NULL, NULL);
  if (!(flags & GST_SEEK_FLAG_FLUSH) || self->setup.is_live)
    return FALSE;
  flush_from_outside (self, gst_event_get_seqnum (event), 0);

  return TRUE;
}

static gboolean
source_event (GstPad * pad, GstObject * parent, GstEvent * event)
{
  gboolean is_done = TRUE;

  if (GST_EVENT_TYPE (event) == GST_EVENT_SEEK)
    is_done = seek (SOURCE (parent), event);
  gst_event_unref (event);

  return is_done;
}

static gboolean
source_query (GstPad * pad, GstObject * parent, GstQuery * query)
{
  Source *self = SOURCE (parent);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      gst_query_set_latency (query, self->setup.is_live,
          self->setup.is_live ? 20 * GST_MSECOND : 0, GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_set_seeking (query, GST_FORMAT_TIME, !self->setup.is_live, 0,
          -1);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

/* ---- The element ---- */

static GstStateChangeReturn
source_change_state (GstElement * element, GstStateChange change)
{
  GstStateChangeReturn result =
      GST_ELEMENT_CLASS (source_parent_class)->change_state (element, change);

  if (result == GST_STATE_CHANGE_SUCCESS && SOURCE (element)->setup.is_live
      && (change == GST_STATE_CHANGE_READY_TO_PAUSED
          || change == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;

  return result;
}

static void
source_finalize (GObject * object)
{
  Source *self = SOURCE (object);
  guint i;

  drop_pool (self);
  gst_clear_buffer (&self->still);
  for (i = 0; i < MOST_KEPT; i++)
    gst_clear_buffer (&self->kept[i]);
  g_clear_pointer (&self->rand, g_rand_free);
  g_mutex_clear (&self->flush_lock);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->query_lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (source_parent_class)->finalize (object);
}

static void
source_class_init (SourceClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = source_finalize;
  element_class->change_state = source_change_state;
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Stress source",
      "Source/Video", "Frames at random", "The ntmosaic authors");
}

static void
source_init (Source * self)
{
  g_mutex_init (&self->flush_lock);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->query_lock);
  g_cond_init (&self->cond);
  gst_video_info_init (&self->info);
  self->pad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_activatemode_function (self->pad, source_activate);
  gst_pad_set_event_function (self->pad, source_event);
  gst_pad_set_query_function (self->pad, source_query);
  gst_element_add_pad (GST_ELEMENT (self), self->pad);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

GstElement *
source_new (const SourceSetup * setup)
{
  Source *self = g_object_new (source_get_type (), NULL);

  self->setup = *setup;
  self->asks = setup->asks;
  self->rand = g_rand_new_with_seed (setup->seed);

  return GST_ELEMENT (self);
}

void
source_stop_asking (GstElement * source)
{
  Source *self = SOURCE (source);

  g_mutex_lock (&self->query_lock);
  self->asks = FALSE;
  g_mutex_unlock (&self->query_lock);
}
