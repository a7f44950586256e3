/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip's way: when it is due, what its tiles show, whose memory it gets, how
 * it is filled. Frames are taken from the pads under their locks and copied
 * under none: a source that pushes never waits for a copy. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaic-private.h"

#include "gstntmosaiccaps.h"
#include "gstntmosaicframe.h"
#include "gstntmosaicnavigation.h"
#include "gstntmosaicpad.h"

GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);
#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* Flags that say how the fields of an interlaced frame stand. */
#define FIELD_FLAGS (GST_VIDEO_BUFFER_FLAG_INTERLACED \
    | GST_VIDEO_BUFFER_FLAG_TFF | GST_VIDEO_BUFFER_FLAG_RFF \
    | GST_VIDEO_BUFFER_FLAG_ONEFIELD)

static gpointer parent_class;

/* ---- When a strip is due ---- */

static gboolean
has_caps (GstNtMosaic * self)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  gboolean has;

  GST_OBJECT_LOCK (self);
  has = GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
  GST_OBJECT_UNLOCK (self);

  return has;
}

/* All inputs are still images, or have no fixed rate; or there are no caps. */
static gboolean
has_no_rate (GstNtMosaic * self)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  gboolean none;

  GST_OBJECT_LOCK (self);
  none = GST_VIDEO_INFO_FPS_N (info) == 0;
  GST_OBJECT_UNLOCK (self);

  return none;
}

/* Without a rate there is no next time: a strip is due when every pad has a
 * frame or is at EOS. */
static GstClockTime
gst_nt_mosaic_get_next_time (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  if (has_caps (self) && has_no_rate (self))
    return GST_CLOCK_TIME_NONE;

  return gst_aggregator_simple_get_next_time (agg);
}

static GstClockTime
get_due_time (GstNtMosaic * self, GstClock * clock)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  GstClockTime next = gst_nt_mosaic_get_next_time (agg);
  GstClockTime latency = gst_aggregator_get_latency (agg);

  if (!GST_CLOCK_TIME_IS_VALID (next))
    return gst_clock_get_time (clock);
  if (!GST_CLOCK_TIME_IS_VALID (latency))
    latency = 0;

  return gst_element_get_base_time (GST_ELEMENT (self)) + next + latency;
}

/* Waits until the next strip is due. FALSE if stopped before. */
static gboolean
wait_until_due (GstNtMosaic * self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockReturn ret = GST_CLOCK_UNSCHEDULED;
  gboolean may_wait;
  GstClockID id;

  /* Not PLAYING yet: any clock will do to keep from spinning. */
  if (clock == NULL) {
    clock = gst_system_clock_obtain ();
    id = gst_clock_new_single_shot_id (clock, gst_clock_get_time (clock)
        + 20 * GST_MSECOND);
  } else {
    id = gst_clock_new_single_shot_id (clock, get_due_time (self, clock));
  }

  GST_OBJECT_LOCK (self);
  may_wait = !self->stopping;
  if (may_wait)
    self->wait_id = gst_clock_id_ref (id);
  GST_OBJECT_UNLOCK (self);

  if (may_wait)
    ret = gst_clock_id_wait (id, NULL);

  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->wait_id, gst_clock_id_unref);
  GST_OBJECT_UNLOCK (self);

  gst_clock_id_unref (id);
  gst_object_unref (clock);

  return ret != GST_CLOCK_UNSCHEDULED;
}

void
gst_nt_mosaic_set_stopping (GstNtMosaic * self, gboolean stopping)
{
  GST_OBJECT_LOCK (self);
  self->stopping = stopping;
  if (stopping && self->wait_id)
    gst_clock_id_unschedule (self->wait_id);
  GST_OBJECT_UNLOCK (self);
}

/* Whether there is a sink pad, and all of them are at EOS. */
static gboolean
all_pads_eos (GstNtMosaic * self)
{
  gboolean all;
  GList *l;

  GST_OBJECT_LOCK (self);
  l = GST_ELEMENT (self)->sinkpads;
  all = l != NULL;
  for (; l && all; l = l->next)
    all = gst_aggregator_pad_is_eos (l->data);
  GST_OBJECT_UNLOCK (self);

  return all;
}

static gpointer
ref_pad (gconstpointer pad, gpointer unused)
{
  return gst_object_ref ((gpointer) pad);
}

/* Whether nothing is to come from any pad, and what they showed is over. */
static gboolean
all_pads_over (GstNtMosaic * self)
{
  GstClockTime now = gst_aggregator_simple_get_next_time (GST_AGGREGATOR
      (self));
  gboolean all = TRUE;
  GList *pads;
  GList *l;

  GST_OBJECT_LOCK (self);
  pads = g_list_copy_deep (GST_ELEMENT (self)->sinkpads, ref_pad, NULL);
  GST_OBJECT_UNLOCK (self);

  for (l = pads; l && all; l = l->next)
    all = gst_nt_mosaic_pad_is_over (l->data, now);
  g_list_free_full (pads, gst_object_unref);

  return all;
}

/* What to do when every pad is at EOS. The base class would go on for ever in
 * three cases: without a rate, with repeat-after-eos on all pads, and before any
 * caps; and with force-live it would go on without waiting for the clock. */
static GstFlowReturn
handle_all_eos (GstNtMosaic * self, gboolean * timeout)
{
  const gboolean caps = has_caps (self);

  if (caps && has_no_rate (self))
    return GST_FLOW_EOS;

  if (gst_aggregator_get_force_live (GST_AGGREGATOR (self))) {
    if (!*timeout && !wait_until_due (self))
      return GST_AGGREGATOR_FLOW_NEED_DATA;
    *timeout = TRUE;
    return GST_FLOW_OK;
  }

  return !caps || all_pads_over (self) ? GST_FLOW_EOS : GST_FLOW_OK;
}

/* ---- What its tiles show ---- */

/* All that is needed to make one strip; everything is a reference. */
typedef struct
{
  GstNtLayout *layout;
  GstNtMosaicPad **pads;        /* NULL where a pad is gone */
  GstNtMosaicFrame *frames;
  GstNtTileSource *sources;
  guint32 background;
  GstNtStores stores;
} Picture;

static void
init_picture (GstNtMosaic * self, Picture * picture)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  guint32 argb;
  GList *l;

  GST_OBJECT_LOCK (self);
  picture->layout = gst_nt_layout_ref (self->layout);
  picture->pads = g_new0 (GstNtMosaicPad *, self->layout->n_tiles);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    if (pad->tile >= 0)
      picture->pads[pad->tile] = gst_object_ref (pad);
  }
  argb = self->background_color;
  picture->stores = self->nt_stores;
  GST_OBJECT_UNLOCK (self);

  picture->background = gst_nt_mosaic_pixel (info->finfo, argb);
  picture->frames = g_new0 (GstNtMosaicFrame, picture->layout->n_tiles);
  picture->sources = g_new0 (GstNtTileSource, picture->layout->n_tiles);
}

static void
clear_picture (Picture * picture)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++) {
    gst_nt_mosaic_frame_unmap (&picture->frames[i]);
    gst_clear_object (&picture->pads[i]);
  }
  g_free (picture->sources);
  g_free (picture->frames);
  g_free (picture->pads);
  gst_nt_layout_unref (picture->layout);
}

static void
fail_before_caps (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets buffers "
      "before caps: set caps on the source", GST_OBJECT_NAME (pad));
}

/* Maps what the pad shows in tile @i, if it shows anything. */
static gboolean
take_frame (GstNtMosaic * self, Picture * picture, guint i)
{
  GstNtMosaicPad *pad = picture->pads[i];
  const NtmTile *tile = &picture->layout->tiles[i];
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  GstNtMosaicFrame *frame = &picture->frames[i];
  GstBuffer *buffer = gst_nt_mosaic_pad_ref_frame (pad);
  gchar *why = NULL;

  if (buffer == NULL)
    return TRUE;

  if (GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_UNKNOWN) {
    fail_before_caps (self, pad);
    gst_buffer_unref (buffer);
    return FALSE;
  }

  /* The base class negotiates before it takes a frame with new caps. Should it
   * ever not, the strip has no room for that frame. */
  if ((guint) GST_VIDEO_INFO_WIDTH (info) != tile->width
      || (guint) GST_VIDEO_INFO_HEIGHT (info) != tile->frame_height) {
    GST_WARNING_OBJECT (pad, "frame of other caps than the tile");
    gst_buffer_unref (buffer);
    return TRUE;
  }

  if (!gst_nt_mosaic_frame_map (frame, info, buffer, &why)) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s: %s",
        GST_OBJECT_NAME (pad), why);
    g_free (why);
    return FALSE;
  }

  picture->sources[i].data = frame->data;
  picture->sources[i].stride = frame->stride;
  return TRUE;
}

static gboolean
take_frames (GstNtMosaic * self, Picture * picture)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->pads[i] && !take_frame (self, picture, i))
      return FALSE;

  return TRUE;
}

/* Without a rate, a strip has the time of its latest frame. */
static void
set_time_of_frames (GstNtMosaic * self, const Picture * picture,
    GstBuffer * strip)
{
  GstAggregator *agg = GST_AGGREGATOR (self);
  GstClockTime latest = 0;
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++) {
    GstAggregatorPad *pad = (GstAggregatorPad *) picture->pads[i];
    GstClockTime time;

    if (picture->frames[i].buffer == NULL)
      continue;

    GST_OBJECT_LOCK (pad);
    time = gst_segment_to_running_time (&pad->segment, GST_FORMAT_TIME,
        GST_BUFFER_PTS (picture->frames[i].buffer));
    GST_OBJECT_UNLOCK (pad);
    if (GST_CLOCK_TIME_IS_VALID (time))
      latest = MAX (latest, time);
  }

  GST_BUFFER_PTS (strip) = gst_segment_position_from_running_time
      (&GST_AGGREGATOR_PAD (agg->srcpad)->segment, GST_FORMAT_TIME, latest);
  GST_BUFFER_DURATION (strip) = GST_CLOCK_TIME_NONE;
}

static void
set_field_flags (const Picture * picture, GstBuffer * strip)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->frames[i].buffer) {
      GST_BUFFER_FLAG_SET (strip, GST_BUFFER_FLAGS (picture->frames[i].buffer)
          & FIELD_FLAGS);
      return;
    }
}

/* ---- Whose memory it gets ---- */

/* From downstream's pool if there is one and it has a buffer to spare. Waiting
 * for one could wait for ever: for an application that holds them all, while a
 * flush or a state change waits for us. */
static GstBuffer *
acquire_downstream (GstAggregator * agg)
{
  GstBufferPoolAcquireParams params = {
    .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT,
  };
  GstBufferPool *pool = gst_aggregator_get_buffer_pool (agg);
  GstBuffer *buffer = NULL;

  if (pool == NULL)
    return NULL;

  /* The aggregator deactivates the pool that it had before, even if it is the
   * same. */
  if (!gst_buffer_pool_set_active (pool, TRUE)
      || gst_buffer_pool_acquire_buffer (pool, &buffer, &params) != GST_FLOW_OK)
    buffer = NULL;
  gst_object_unref (pool);

  return buffer;
}

static GstBuffer *
acquire_strip (GstNtMosaic * self)
{
  GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  GError *error = NULL;
  GstBuffer *strip = gst_nt_strip_pool_acquire (self->strip_pool, &error);

  if (strip == NULL) {
    gst_nt_mosaic_fail (self, error);
    g_error_free (error);
    return NULL;
  }

  if (self->downstream_takes_meta)
    gst_buffer_add_video_meta_full (strip, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info),
        info->offset, info->stride);

  return strip;
}

static GstFlowReturn
gst_nt_mosaic_create_output_buffer (GstVideoAggregator * vagg,
    GstBuffer ** strip)
{
  GstNtMosaic *self = GST_NT_MOSAIC (vagg);

  *strip = acquire_downstream (GST_AGGREGATOR (vagg));
  self->strip_is_ours = *strip == NULL;
  if (self->strip_is_ours)
    *strip = acquire_strip (self);

  return *strip ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* ---- How it is filled ---- */

static gboolean
fill_strip (GstNtMosaic * self, const Picture * picture, GstBuffer * strip,
    GstNtComposeReport * report)
{
  GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  GstVideoFrame frame;

  gst_nt_composer_set_stores (self->composer, picture->stores);

  if (self->strip_is_ours) {
    gst_nt_composer_compose (self->composer, picture->layout, strip,
        picture->sources, picture->background, report);
    return TRUE;
  }

  if (!gst_video_frame_map (&frame, info, strip, GST_MAP_WRITE)) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FAILED, "downstream's "
        "pool gave a buffer that can't be mapped for writing");
    return FALSE;
  }
  gst_nt_composer_compose_into (self->composer, picture->layout,
      GST_VIDEO_FRAME_PLANE_DATA (&frame, 0),
      GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), picture->sources,
      picture->background, report);
  gst_video_frame_unmap (&frame);

  return TRUE;
}

static void
count (GstNtMosaic * self, const GstNtComposeReport * report)
{
  GstNtMosaicStats *stats = &self->stats;

  GST_OBJECT_LOCK (self);
  stats->strips++;
  stats->tiles_copied += report->tiles_copied;
  stats->tiles_kept += report->tiles_kept;
  stats->tiles_background += report->tiles_background;
  stats->bytes_copied += report->bytes_copied;
  stats->copy_time += report->time;
  GST_OBJECT_UNLOCK (self);
}

static GstFlowReturn
gst_nt_mosaic_aggregate_frames (GstVideoAggregator * vagg, GstBuffer * strip)
{
  GstNtMosaic *self = GST_NT_MOSAIC (vagg);
  GstNtComposeReport report;
  Picture picture;
  gboolean filled;

  init_picture (self, &picture);
  filled = take_frames (self, &picture)
      && fill_strip (self, &picture, strip, &report);
  if (filled) {
    if (has_no_rate (self))
      set_time_of_frames (self, &picture, strip);
    if (GST_VIDEO_INFO_IS_INTERLACED (&vagg->info))
      set_field_flags (&picture, strip);
    count (self, &report);
  }
  clear_picture (&picture);

  return filled ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* ---- What can go wrong ---- */

/* The first pad whose next buffer is as @is_wrong says; a reference. */
static GstNtMosaicPad *
find_pad (GstNtMosaic * self, gboolean (*is_wrong) (GstNtMosaicPad * pad))
{
  GstNtMosaicPad *found = NULL;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l && !found; l = l->next)
    if (is_wrong (l->data))
      found = gst_object_ref (l->data);
  GST_OBJECT_UNLOCK (self);

  return found;
}

static gboolean
has_no_timestamp (GstNtMosaicPad * pad)
{
  GstBuffer *buffer = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
  gboolean wrong = buffer && !GST_BUFFER_PTS_IS_VALID (buffer);

  gst_clear_buffer (&buffer);

  return wrong;
}

static gboolean
has_data_before_caps (GstNtMosaicPad * pad)
{
  GstVideoInfo info;

  return gst_aggregator_pad_has_buffer (GST_AGGREGATOR_PAD (pad))
      && !gst_nt_mosaic_pad_get_announced (pad, &info);
}

/* The base class only logs what it trips over. */
static void
explain_error (GstNtMosaic * self)
{
  GstNtMosaicPad *pad = find_pad (self, has_no_timestamp);

  if (pad == NULL)
    return;

  gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets buffers "
      "without timestamps, which have no place in time: do-timestamp=true on "
      "the source can help", GST_OBJECT_NAME (pad));
  gst_object_unref (pad);
}

static void
explain_flow (GstNtMosaic * self, GstFlowReturn flow)
{
  switch (flow) {
    case GST_FLOW_ERROR:
      explain_error (self);
      break;
    case GST_FLOW_NOT_LINKED:
      gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FAILED,
          gst_pad_is_linked (GST_AGGREGATOR_SRC_PAD (self)) ?
          "an element downstream is not linked" :
          "the src pad is not linked: there is nobody to send strips to");
      break;
    case GST_FLOW_NOT_NEGOTIATED:
      gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT,
          "downstream refused the strip's caps");
      break;
    default:
      break;
  }
}

/* Data before caps would keep the base class asking for more data, at full
 * speed, as long as no other pad has caps either. */
static gboolean
check_caps_before_data (GstNtMosaic * self)
{
  GstNtMosaicPad *pad;

  if (has_caps (self))
    return TRUE;

  pad = find_pad (self, has_data_before_caps);
  if (pad == NULL)
    return TRUE;

  fail_before_caps (self, pad);
  gst_object_unref (pad);
  return FALSE;
}

static GstFlowReturn
gst_nt_mosaic_aggregate (GstAggregator * agg, gboolean timeout)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstFlowReturn ret = GST_FLOW_OK;

  if (self->failed || !check_caps_before_data (self))
    return GST_FLOW_ERROR;

  if (all_pads_eos (self))
    ret = handle_all_eos (self, &timeout);
  if (ret != GST_FLOW_OK)
    return ret;

  ret = GST_AGGREGATOR_CLASS (parent_class)->aggregate (agg, timeout);
  explain_flow (self, ret);

  return ret;
}

/* ---- Events from downstream ---- */

static gboolean
navigate (GstNtMosaic * self, GstEvent * event)
{
  GstNtLayout *layout;
  gboolean handled;

  GST_OBJECT_LOCK (self);
  layout = self->layout ? gst_nt_layout_ref (self->layout) : NULL;
  GST_OBJECT_UNLOCK (self);

  if (layout == NULL) {
    gst_event_unref (event);
    return FALSE;
  }

  handled = gst_nt_mosaic_navigate (GST_ELEMENT (self), layout, event);
  gst_nt_layout_unref (layout);

  return handled;
}

static gboolean
seek (GstAggregator * agg, GstEvent * event)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstSeekFlags flags;
  gboolean ret;

  gst_event_parse_seek (event, NULL, NULL, &flags, NULL, NULL, NULL, NULL);

  /* A flushing seek waits for the streaming thread to end. */
  if (flags & GST_SEEK_FLAG_FLUSH)
    gst_nt_mosaic_set_stopping (self, TRUE);
  ret = GST_AGGREGATOR_CLASS (parent_class)->src_event (agg, event);
  if (flags & GST_SEEK_FLAG_FLUSH)
    gst_nt_mosaic_set_stopping (self, FALSE);

  return ret;
}

static gboolean
gst_nt_mosaic_src_event (GstAggregator * agg, GstEvent * event)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_NAVIGATION:
      return navigate (self, event);
    case GST_EVENT_SEEK:
      return seek (agg, event);
    case GST_EVENT_QOS:
      /* A job over stills loses none, however slow downstream is. The base class
       * divides by the rate. */
      if (has_no_rate (self)) {
        gst_event_unref (event);
        return TRUE;
      }
      break;
    default:
      break;
  }

  return GST_AGGREGATOR_CLASS (parent_class)->src_event (agg, event);
}

void
gst_nt_mosaic_class_init_mixing (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);
  GstVideoAggregatorClass *vagg_class = GST_VIDEO_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->get_next_time = gst_nt_mosaic_get_next_time;
  agg_class->aggregate = gst_nt_mosaic_aggregate;
  agg_class->src_event = gst_nt_mosaic_src_event;
  vagg_class->create_output_buffer = gst_nt_mosaic_create_output_buffer;
  vagg_class->aggregate_frames = gst_nt_mosaic_aggregate_frames;
}
