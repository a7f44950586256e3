/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcmaking.h"

#include "gstntstripsrcmessages.h"
#include "gstntstripsrcnegotiation.h"
#include "gstntstripsrcorders.h"
#include "gstntstripmemory.h"

#define GST_CAT_DEFAULT gst_nt_strip_src_debug

static void
count (GstNtStripSrc * self, const NtmRequestReport * report)
{
  GstNtStripSrcStats *stats = &self->stats;

  GST_OBJECT_LOCK (self);
  stats->strips++;
  stats->hits += report->hits;
  stats->joined += report->joined;
  stats->misses += report->misses;
  stats->tiles_copied += report->tiles_copied;
  stats->tiles_kept += report->tiles_kept;
  GST_OBJECT_UNLOCK (self);

  GST_DEBUG_OBJECT (self, "%" G_GSIZE_FORMAT " hits, %" G_GSIZE_FORMAT
      " joined, %" G_GSIZE_FORMAT " misses, %" G_GSIZE_FORMAT " failures, %"
      G_GSIZE_FORMAT " copied, %" G_GSIZE_FORMAT " kept in %" GST_TIME_FORMAT,
      report->hits, report->joined, report->misses, report->failures,
      report->tiles_copied, report->tiles_kept,
      GST_TIME_ARGS (report->nanoseconds));
}

/* Without a rate, strips have no times: downstream shows each as it comes. */
static void
set_time (GstNtStripSrc * self, GstBuffer * strip, guint64 number)
{
  GST_BUFFER_OFFSET (strip) = number;
  GST_BUFFER_OFFSET_END (strip) = number + 1;
  if (self->settings.fps_n == 0)
    return;

  GST_BUFFER_PTS (strip) = gst_nt_strip_src_get_time (self, number);
  GST_BUFFER_DURATION (strip) = gst_nt_strip_src_get_time (self, number + 1)
      - GST_BUFFER_PTS (strip);
}

/* The request was cancelled, by its application or by a flush: it is no use any
 * more. */
static void
drop_request (GstNtStripSrc * self, GstNtStripOrder * order)
{
  NtmRequest *request;

  g_mutex_lock (&self->lock);
  request = order->request;
  order->request = NULL;
  g_mutex_unlock (&self->lock);
  ntm_request_free (request);
}

/* In GST_FLOW_CUSTOM_SUCCESS: the request was cancelled. */
static GstFlowReturn
compose (GstNtStripSrc * self, GstNtStripOrder * order, GstBuffer * strip)
{
  NtmRequestReport report;
  const NtmImageStatus status = ntm_request_compose (order->request,
      self->composer,
      gst_nt_strip_memory_get_strip (gst_buffer_peek_memory (strip, 0)),
      self->spec.background, &report);
  guint bad;

  if (status == NTM_IMAGE_CANCELLED) {
    drop_request (self, order);
    return GST_FLOW_CUSTOM_SUCCESS;
  }
  if (status != NTM_IMAGE_OK) {
    gst_nt_strip_src_fail_with (self, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_FAILED, "a strip of %u images can't be made: %s",
        order->n_names, ntm_image_status_get_text (status));
    return GST_FLOW_ERROR;
  }

  count (self, &report);
  bad = gst_nt_strip_src_report_images (self, order);
  if (bad == order->n_names
      || self->settings.on_error == GST_NT_STRIP_SRC_PLACEHOLDER)
    return GST_FLOW_OK;

  gst_nt_strip_src_fail_with (self, GST_STREAM_ERROR, GST_STREAM_ERROR_DECODE,
      "%s: %s. With on-error=placeholder the stream goes on, and the tile is "
      "background", order->names[bad],
      ntm_image_status_get_text (ntm_request_get_result (order->request, bad,
              NULL)));
  return GST_FLOW_ERROR;
}

/* A strip of the pool: the one that holds most of the images. Their pixels need
 * not be known for that. */
static GstBuffer *
acquire (GstNtStripSrc * self, const GstNtStripOrder * order, GError ** error)
{
  static const guint8 some_pixels[4];
  NtmSource *sources = g_new0 (NtmSource, self->layout->n_tiles);
  GstBuffer *strip;
  guint i;

  for (i = 0; i < order->n_names; i++)
    sources[i] = (NtmSource) {
      .pixels = some_pixels,
      .content = ntm_request_get_content (order->request, i),
    };
  strip = gst_nt_strip_pool_acquire (self->pool, sources, NULL,
      self->spec.background, error);
  g_free (sources);

  return strip;
}

static GstFlowReturn
make (GstNtStripSrc * self, GstNtStripOrder * order, GstBuffer ** strip)
{
  GError *error = NULL;
  GstFlowReturn flow;

  *strip = acquire (self, order, &error);
  if (*strip == NULL) {
    gst_nt_strip_src_fail (self, error);
    g_error_free (error);
    return GST_FLOW_ERROR;
  }
  gst_nt_strip_pool_age (self->pool);

  flow = compose (self, order, *strip);
  if (flow != GST_FLOW_OK)
    gst_clear_buffer (strip);

  return flow;
}

/* Returns GST_FLOW_CUSTOM_SUCCESS if the strip was cancelled. */
static GstFlowReturn
make_in_its_place (GstNtStripSrc * self, GstNtStripOrder * order,
    GstBuffer ** strip)
{
  GstFlowReturn flow = gst_nt_strip_src_prepare (self, order);

  if (flow != GST_FLOW_OK)
    return flow;
  if (!gst_nt_strip_src_hand_over (self))
    return GST_FLOW_ERROR;

  /* Cancelled orders are not handed over, nor are any during a flush. */
  return order->request ? make (self, order, strip) : GST_FLOW_CUSTOM_SUCCESS;
}

static GstFlowReturn
gst_nt_strip_src_create (GstPushSrc * src, GstBuffer ** strip)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);
  GstNtStripOrder *order;
  GstFlowReturn flow;

  do {
    flow = gst_nt_strip_src_take_due (self, &order);
    if (flow != GST_FLOW_OK)
      break;
    flow = make_in_its_place (self, order, strip);
    if (flow == GST_FLOW_OK) {
      set_time (self, *strip, order->number);
      gst_nt_strip_src_report_progress (self, order->number + 1);
    }
    if (!gst_nt_strip_src_release (self, order, flow == GST_FLOW_OK)
        && flow == GST_FLOW_OK) {
      gst_clear_buffer (strip);
      flow = GST_FLOW_CUSTOM_SUCCESS;
    }
  } while (flow == GST_FLOW_CUSTOM_SUCCESS);
  if (flow == GST_FLOW_EOS)
    gst_nt_strip_src_end_progress (self, GST_PROGRESS_TYPE_COMPLETE);

  return flow;
}

void
gst_nt_strip_src_class_init_making (GstNtStripSrcClass * klass)
{
  GST_PUSH_SRC_CLASS (klass)->create = gst_nt_strip_src_create;
}
