/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames at random; see the header. */

#include "supply.h"

#include "refill.h"
#include "report.h"

void
supply_init (Supply * self, GstPad * pad, GRand * rand, gboolean asks,
    gboolean refills)
{
  *self = (Supply) {
    .pad = pad,.rand = rand,.may_ask = asks,.asks = asks,
    .refills = refills,
  };
  g_mutex_init (&self->lock);
  gst_video_info_init (&self->info);
}

static void
drop_pool (Supply * self)
{
  if (self->pool) {
    gst_buffer_pool_set_active (self->pool, FALSE);
    gst_clear_object (&self->pool);
  }
}

void
supply_clear (Supply * self)
{
  guint i;

  drop_pool (self);
  for (i = 0; i < SUPPLY_MOST_KEPT; i++)
    gst_clear_buffer (&self->kept[i]);
  g_mutex_clear (&self->lock);
}

void
supply_stop_asking (Supply * self)
{
  g_mutex_lock (&self->lock);
  self->asks = FALSE;
  g_mutex_unlock (&self->lock);
}

void
supply_set_info (Supply * self, const GstVideoInfo * info)
{
  drop_pool (self);
  self->info = *info;
}

static GstBufferPool *
make_own_pool (Supply * self)
{
  GstCaps *caps = gst_video_info_to_caps (&self->info);
  GstBufferPool *pool = refill_pool_new (caps,
      GST_VIDEO_INFO_SIZE (&self->info));

  gst_caps_unref (caps);

  return pool;
}

static void
ask_for_pool (Supply * self)
{
  GstCaps *caps = gst_video_info_to_caps (&self->info);
  GstQuery *query = gst_query_new_allocation (caps, TRUE);
  GstStructure *config;
  guint size;

  g_mutex_lock (&self->lock);
  if (self->asks && gst_pad_peer_query (self->pad, query)
      && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_parse_nth_allocation_pool (query, 0, &self->pool, &size, NULL,
        NULL);
  g_mutex_unlock (&self->lock);
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

/* NULL: there is no pool, or no buffer in it. */
static GstBuffer *
make_pooled (Supply * self, const FrameLook * look)
{
  const GstBufferPoolAcquireParams params = {
    .flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT
  };
  GstBuffer *frame;

  if (self->pool == NULL && g_rand_int_range (self->rand, 0, 4) == 0) {
    if (self->refills)
      self->pool = make_own_pool (self);
    else
      ask_for_pool (self);
  }
  if (self->pool == NULL
      || gst_buffer_pool_acquire_buffer (self->pool, &frame,
          (GstBufferPoolAcquireParams *) & params) != GST_FLOW_OK)
    return NULL;
  frame_fill (frame, &self->info, look);
  report_add (REPORT_POOLED, !self->refills);

  return frame;
}

GstBuffer *
supply_make (Supply * self, const FrameLook * look)
{
  GstBuffer *frame = NULL;

  if ((self->may_ask || self->refills)
      && g_rand_int_range (self->rand, 0, 3) > 0)
    frame = make_pooled (self, look);
  if (frame == NULL)
    frame = frame_new (self->rand, look);

  return frame;
}

void
supply_keep (Supply * self, GstBuffer * frame)
{
  const guint i = g_rand_int_range (self->rand, 0, SUPPLY_MOST_KEPT);

  gst_clear_buffer (&self->kept[i]);
  if (g_rand_boolean (self->rand))
    self->kept[i] = gst_buffer_ref (frame);
}
