/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Queries on sink pads. For CAPS and ACCEPT_CAPS the base class answers for
 * pictures of one size on top of each other. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicqueries.h"

#include "gstntmosaicallocation.h"
#include "gstntmosaicdownstream.h"
#include "gstntmosaicpad.h"
#include "gstntmosaicrefusals.h"
#include "gstntmosaicsteering.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

static gboolean
lacks_site (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_IS_YUV (info)
      && info->chroma_site == GST_VIDEO_CHROMA_SITE_UNKNOWN;
}

/* The caps of the first pad that fits the strip and is not @pad. If they state
 * no chroma-site, that of the first such pad that does. FALSE: there is no such
 * pad. */
static gboolean
find_like (GstNtMosaic * self, GstAggregatorPad * pad, GstVideoInfo * like)
{
  gboolean found = FALSE;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l && (!found || lacks_site (like));
      l = l->next) {
    GstVideoInfo info;

    if (l->data == pad || GST_NT_MOSAIC_PAD (l->data)->unfit
        || !gst_nt_mosaic_pad_get_announced (l->data, &info))
      continue;
    if (found)
      like->chroma_site = info.chroma_site;
    else
      *like = info;
    found = TRUE;
  }
  GST_OBJECT_UNLOCK (self);

  return found;
}

static void
answer_caps_query (GstNtMosaic * self, GstAggregatorPad * pad,
    GstQuery * query)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  GstCaps *template_caps = gst_pad_get_pad_template_caps (GST_PAD (pad));
  GstCaps *downstream = gst_nt_mosaic_keep_colors (srcpad,
      gst_pad_peer_query_caps (srcpad, template_caps));
  GstNtMosaicWishes wishes = {.like = NULL };
  GstNtMosaicSettings settings;
  GstVideoInfo like;
  GstCaps *filter;
  GstCaps *caps;

  gst_nt_mosaic_get_settings (self, &settings);
  wishes.tile_width = settings.tile_width;
  wishes.tile_height = settings.tile_height;
  if (find_like (self, pad, &like))
    wishes.like = &like;

  gst_query_parse_caps (query, &filter);
  caps = gst_nt_mosaic_caps_for_sink (template_caps, downstream, filter,
      &wishes);
  GST_LOG_OBJECT (pad, "caps query, filter %" GST_PTR_FORMAT ": %"
      GST_PTR_FORMAT, filter, caps);
  gst_query_set_caps_result (query, caps);
  gst_nt_mosaic_note_caps_query (self, GST_NT_MOSAIC_PAD (pad), filter, caps);

  gst_caps_unref (caps);
  gst_caps_unref (downstream);
  gst_caps_unref (template_caps);
}

/* Accepts all caps of the template. Negotiation refuses those that don't agree
 * with the other pads, and says why. */
static void
answer_accept_caps_query (GstNtMosaic * self, GstAggregatorPad * pad,
    GstQuery * query)
{
  GstCaps *template_caps = gst_pad_get_pad_template_caps (GST_PAD (pad));
  gboolean accepted;
  GstCaps *caps;

  gst_query_parse_accept_caps (query, &caps);
  accepted = gst_caps_is_subset (caps, template_caps);
  gst_query_set_accept_caps_result (query, accepted);
  gst_nt_mosaic_note_accept_query (self, GST_NT_MOSAIC_PAD (pad), caps,
      accepted);
  gst_caps_unref (template_caps);
}

static gboolean
gst_nt_mosaic_sink_query (GstAggregator * agg, GstAggregatorPad * pad,
    GstQuery * query)
{
  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      answer_caps_query (GST_NT_MOSAIC (agg), pad, query);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      answer_accept_caps_query (GST_NT_MOSAIC (agg), pad, query);
      return TRUE;
    default:
      return GST_AGGREGATOR_CLASS (parent_class)->sink_query (agg, pad, query);
  }
}

/* In upstream's thread. The base class lets a serialized query wait until all
 * frames before it are in a strip. An upstream that asks for a pool is answered
 * at once, and after the end there is no strip to wait for. */
static gboolean
gst_nt_mosaic_sink_query_pre_queue (GstAggregator * agg, GstAggregatorPad * pad,
    GstQuery * query)
{
  if (GST_QUERY_TYPE (query) == GST_QUERY_ALLOCATION) {
    gst_nt_mosaic_answer_allocation (GST_NT_MOSAIC (agg), pad, query);
    return TRUE;
  }
  if (GST_QUERY_IS_SERIALIZED (query)
      && g_atomic_int_get (&GST_NT_MOSAIC_PAD (pad)->has_ended))
    return FALSE;

  return GST_AGGREGATOR_CLASS (parent_class)->sink_query_pre_queue (agg, pad,
      query);
}

void
gst_nt_mosaic_class_init_queries (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->sink_query = gst_nt_mosaic_sink_query;
  agg_class->sink_query_pre_queue = gst_nt_mosaic_sink_query_pre_queue;
}
