/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The thread of a source, its flushes, seeks and queries; see the header. */

#include "source.h"

#include "report.h"

typedef struct
{
  GstElement parent;

  GstPad *pad;

  /* Taken by each thread that flushes. */
  GMutex flush_lock;

  GMutex lock;
  GCond cond;
  gboolean is_stopped;          /* under lock: sleep no longer */

  Stream stream;                /* under the lock of the stream */
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
  Stream *stream = &self->stream;
  GstClockTime now = get_now (self);

  if (!stream->setup.is_live)
    return TRUE;
  if (now == GST_CLOCK_TIME_NONE)
    return pause_for (self, 10 * G_TIME_SPAN_MILLISECOND);
  if (now > stream->running + 200 * GST_MSECOND)
    stream->running = now / GST_MSECOND * GST_MSECOND;
  if (now < stream->running)
    return pause_for (self, MIN (stream->running - now, GST_SECOND) / 1000);

  return TRUE;
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
  /* In a live pipeline, a sink that is told to reset the time lets GStreamer
   * lock all states, with its stream locked: a stop that meets that hangs. */
  event = gst_event_new_flush_stop (!self->stream.setup.is_live);
  gst_pad_push_event (self->pad, event);
  stream_forget (&self->stream);
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
  stream_forget (&self->stream);
  if (running != GST_CLOCK_TIME_NONE)
    self->stream.running = running;
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
push_frame (Source * self)
{
  if (!wait_for_turn (self))
    return GST_FLOW_FLUSHING;

  return gst_pad_push (self->pad, stream_make_frame (&self->stream));
}

/* One frame after the other. */
static GstFlowReturn
push_burst (Source * self, guint n)
{
  GstFlowReturn flow = GST_FLOW_OK;

  report_add (REPORT_BURSTS, 1);
  while (n-- > 0 && flow == GST_FLOW_OK)
    flow = push_frame (self);

  return flow;
}

/* All at once. */
static GstFlowReturn
push_list (Source * self, guint n)
{
  GstBufferList *list = gst_buffer_list_new ();

  report_add (REPORT_LISTS, 1);
  while (n-- > 0) {
    if (!wait_for_turn (self)) {
      gst_buffer_list_unref (list);
      return GST_FLOW_FLUSHING;
    }
    gst_buffer_list_add (list, stream_make_frame (&self->stream));
  }

  return gst_pad_push_list (self->pad, list);
}

static GstFlowReturn
do_something (Source * self)
{
  Stream *stream = &self->stream;
  const guint kind = stream_dice (stream, 200);

  if (kind < 3) {
    report_add (REPORT_STALLS, 1);
    pause_for (self, stream_dice (stream, 100) * G_TIME_SPAN_MILLISECOND);
  } else if (kind < 8) {
    stream_send_gap (stream);
  } else if (kind < 11) {
    stream_send_segment (stream);
  } else if (kind < 13 || stream_is_outdated (stream)) {
    stream_send_caps (stream);
  } else if (kind < 14 && !stream_is_young (stream)) {
    stream_send_misfit (stream);
  } else if (kind < 15 && !stream_is_young (stream)) {
    stream_send_other_look (stream);
  } else if (kind < 16) {
    stream_send_other_rate (stream);
  } else if (kind < 17) {
    flush_myself (self);
    return GST_FLOW_OK;
  } else if (kind < 19) {
    const guint n = 5 + stream_dice (stream, 30);

    return stream_dice (stream, 2) ? push_burst (self, n)
        : push_list (self, n / 4);
  } else if (kind < 20 && stream_dice (stream, 4) == 0) {
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

  stream_begin (&self->stream);
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
  stream_reset (&self->stream);

  return gst_pad_start_task (pad, loop, pad, NULL);
}

/* ---- Seeks and queries ---- */

static gboolean
seek (Source * self, GstEvent * event)
{
  GstSeekFlags flags;
  gint64 start;

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, &start, NULL, NULL);
  if (!(flags & GST_SEEK_FLAG_FLUSH) || self->stream.setup.is_live)
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
  const gboolean is_live = SOURCE (parent)->stream.setup.is_live;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      gst_query_set_latency (query, is_live, is_live ? 20 * GST_MSECOND : 0,
          GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_set_seeking (query, GST_FORMAT_TIME, !is_live, 0, -1);
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

  if (result == GST_STATE_CHANGE_SUCCESS
      && SOURCE (element)->stream.setup.is_live
      && (change == GST_STATE_CHANGE_READY_TO_PAUSED
          || change == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;

  return result;
}

static void
source_finalize (GObject * object)
{
  Source *self = SOURCE (object);

  stream_clear (&self->stream);
  g_mutex_clear (&self->flush_lock);
  g_mutex_clear (&self->lock);
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
  g_cond_init (&self->cond);
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

  stream_init (&self->stream, self->pad, setup);

  return GST_ELEMENT (self);
}

void
source_stop_asking (GstElement * source)
{
  supply_stop_asking (&SOURCE (source)->stream.supply);
}
