/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Negotiation: what the strip is, and whose memory it is made of. The base class'
 * ways with plain pads are those of pictures on top of each other, all of one
 * size; they are replaced. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaic-private.h"

#include "gstntmosaicallocation.h"
#include "gstntmosaicarrival.h"
#include "gstntmosaiccaps.h"
#include "gstntmosaicpad.h"

GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);
#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* ---- The strip's caps ---- */

/* A pad, and the caps of its frames as they were when it was looked at. */
typedef struct
{
  GstNtMosaicPad *pad;          /* a reference */
  GstVideoInfo info;            /* UNKNOWN: none yet */
} Seat;

static void
clear_seat (gpointer seat)
{
  gst_object_unref (((Seat *) seat)->pad);
}

/* All pads, in the order of their tiles. */
static GArray *
take_seats (GstNtMosaic * self)
{
  GArray *seats = g_array_new (FALSE, FALSE, sizeof (Seat));
  GList *sorted;
  GList *l;

  g_array_set_clear_func (seats, clear_seat);

  GST_OBJECT_LOCK (self);
  sorted = g_list_sort (g_list_copy (GST_ELEMENT (self)->sinkpads),
      gst_nt_mosaic_pad_compare);
  for (l = sorted; l; l = l->next) {
    const Seat seat = {
      gst_object_ref (l->data), GST_VIDEO_AGGREGATOR_PAD (l->data)->info
    };

    g_array_append_val (seats, seat);
  }
  GST_OBJECT_UNLOCK (self);
  g_list_free (sorted);

  return seats;
}

static gboolean
has_caps (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
}

/* The pads that have caps, as the pure functions want them. */
static GArray *
collect_inputs (const GArray * seats)
{
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (GstNtMosaicInput));
  guint i;

  for (i = 0; i < seats->len; i++) {
    const Seat *seat = &g_array_index (seats, Seat, i);
    const GstNtMosaicInput input = { GST_OBJECT_NAME (seat->pad), seat->info };

    if (has_caps (&seat->info))
      g_array_append_val (inputs, input);
  }

  return inputs;
}

/* One tile a pad; a pad without caps is as wide as tile-width says. FALSE with
 * @error set if a frame does not fit into its tile. */
static gboolean
collect_tiles (const GArray * seats, guint tile_width, NtmTile * tiles,
    GError ** error)
{
  guint i;

  for (i = 0; i < seats->len; i++) {
    const Seat *seat = &g_array_index (seats, Seat, i);
    const GstVideoInfo *info = &seat->info;

    tiles[i] = (NtmTile) { .width = tile_width };
    if (!has_caps (info))
      continue;

    if (tile_width > 0 && (guint) GST_VIDEO_INFO_WIDTH (info) != tile_width) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "%s brings frames that are %d pixels wide, but tile-width is %u: a "
          "videoscale before the pad can help", GST_OBJECT_NAME (seat->pad),
          GST_VIDEO_INFO_WIDTH (info), tile_width);
      return FALSE;
    }
    tiles[i].width = GST_VIDEO_INFO_WIDTH (info);
    tiles[i].frame_height = GST_VIDEO_INFO_HEIGHT (info);
  }

  return TRUE;
}

static void
get_rules (GstNtMosaic * self, const GArray * inputs, guint * tile_width,
    NtmLayoutRules * rules)
{
  const GstVideoInfo *info = &g_array_index (inputs, GstNtMosaicInput, 0).info;

  GST_OBJECT_LOCK (self);
  *tile_width = self->tile_width;
  rules->align = self->align;
  rules->min_height = self->tile_height;
  rules->max_height = self->tile_height;
  GST_OBJECT_UNLOCK (self);

  /* An odd row would turn the fields of a frame around. */
  rules->y_granularity = GST_VIDEO_INFO_IS_INTERLACED (info) ? 2 : 1;
}

static GstNtLayout *
place_tiles (const GArray * seats, guint tile_width, const NtmLayoutRules * rules,
    GError ** error)
{
  NtmTile *tiles = g_new0 (NtmTile, seats->len);
  GstNtLayout *layout = NULL;

  if (collect_tiles (seats, tile_width, tiles, error))
    layout = gst_nt_layout_new (tiles, seats->len, rules, error);
  g_free (tiles);

  return layout;
}

/* Caps and layout of a strip of @seats, as downstream takes it. */
static GstCaps *
design_strip (GstNtMosaic * self, const GArray * seats, const GArray * inputs,
    GstCaps * downstream, GstNtLayout ** layout, GError ** error)
{
  const GstNtMosaicInput *first = &g_array_index (inputs, GstNtMosaicInput, 0);
  NtmLayoutRules rules;
  guint tile_width;
  GstCaps *caps;
  gint height;

  get_rules (self, inputs, &tile_width, &rules);
  if (!gst_nt_mosaic_inputs_agree (first, inputs->len, error))
    return NULL;

  *layout = place_tiles (seats, tile_width, &rules, error);
  if (*layout == NULL)
    return NULL;

  caps = gst_nt_mosaic_caps_for_strip (first, inputs->len, *layout, downstream,
      error);
  if (caps == NULL)
    return NULL;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "height", &height);
  if ((guint) height == (*layout)->geometry.height)
    return caps;

  /* Downstream wants it higher. */
  gst_nt_layout_unref (*layout);
  rules.min_height = height;
  *layout = place_tiles (seats, tile_width, &rules, error);
  if (*layout == NULL)
    gst_clear_caps (&caps);

  return caps;
}

static void
set_next_layout (GstNtMosaic * self, GstNtLayout * layout, GArray * seats)
{
  g_clear_pointer (&self->next_layout, gst_nt_layout_unref);
  g_clear_pointer (&self->next_seats, g_array_unref);
  self->next_layout = layout;
  self->next_seats = seats;
}

static GstFlowReturn
gst_nt_mosaic_update_src_caps (GstAggregator * agg, GstCaps * downstream,
    GstCaps ** caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GArray *seats = take_seats (self);
  GArray *inputs = collect_inputs (seats);
  GstFlowReturn ret = GST_FLOW_OK;
  GstNtLayout *layout = NULL;
  GError *error = NULL;

  if (inputs->len == 0) {
    ret = GST_AGGREGATOR_FLOW_NEED_DATA;
  } else {
    *caps = design_strip (self, seats, inputs, downstream, &layout, &error);
    if (*caps == NULL) {
      gst_nt_mosaic_fail (self, error);
      ret = GST_FLOW_NOT_NEGOTIATED;
    }
  }

  if (ret == GST_FLOW_OK) {
    set_next_layout (self, layout, g_array_ref (seats));
  } else if (layout) {
    gst_nt_layout_unref (layout);
  }
  g_clear_error (&error);
  g_array_unref (inputs);
  g_array_unref (seats);

  return ret;
}

/* From here on, tiles belong to the pads that they were laid out for. */
static void
adopt_next_layout (GstNtMosaic * self)
{
  GstNtLayout *old;
  GList *l;
  guint i;

  GST_OBJECT_LOCK (self);
  old = self->layout;
  self->layout = g_steal_pointer (&self->next_layout);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    GST_NT_MOSAIC_PAD (l->data)->tile = -1;
  for (i = 0; i < self->next_seats->len; i++)
    g_array_index (self->next_seats, Seat, i).pad->tile = i;
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&self->next_seats, g_array_unref);
  if (old)
    gst_nt_layout_unref (old);
}

/* The base class divides by the frame rate to get a latency. */
static gboolean
negotiated_stills (GstAggregator * agg, GstCaps * caps,
    const GstVideoInfo * info)
{
  GstVideoAggregator *vagg = GST_VIDEO_AGGREGATOR (agg);

  GST_OBJECT_LOCK (agg);
  vagg->info = *info;
  GST_OBJECT_UNLOCK (agg);

  gst_aggregator_set_src_caps (agg, caps);
  gst_aggregator_set_latency (agg, 0, 0);

  return TRUE;
}

/* The base class sets no latency if the caps before the stills were the same. */
static gboolean
negotiated_rate (GstAggregator * agg, GstCaps * caps,
    const GstVideoInfo * info)
{
  const GstClockTime latency = gst_util_uint64_scale (GST_SECOND,
      GST_VIDEO_INFO_FPS_D (info), GST_VIDEO_INFO_FPS_N (info));

  gst_nt_mosaic_resume (GST_NT_MOSAIC (agg), latency);
  if (!GST_AGGREGATOR_CLASS (parent_class)->negotiated_src_caps (agg, caps))
    return FALSE;

  gst_aggregator_set_latency (agg, latency, latency);
  gst_nt_mosaic_allow_ahead (GST_NT_MOSAIC (agg), latency);

  return TRUE;
}

static gboolean
gst_nt_mosaic_negotiated_src_caps (GstAggregator * agg, GstCaps * caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, caps))
    return FALSE;

  adopt_next_layout (self);
  GST_DEBUG_OBJECT (self, "strip of %u tiles: %" GST_PTR_FORMAT,
      self->layout->n_tiles, caps);

  if (GST_VIDEO_INFO_FPS_N (&info) == 0)
    return negotiated_stills (agg, caps, &info);

  return negotiated_rate (agg, caps, &info);
}

/* Every failure gets its one error here, if it didn't get one where it arose. */
static gboolean
gst_nt_mosaic_negotiate (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (agg);
  GstCaps *downstream;
  gchar *text;

  if (GST_AGGREGATOR_CLASS (parent_class)->negotiate (agg)) {
    /* What downstream would have answered to queries is lost. */
    if (GST_PAD_IS_FLUSHING (srcpad))
      gst_pad_mark_reconfigure (srcpad);
    return TRUE;
  }
  if (g_atomic_int_get (&self->failed) || GST_PAD_IS_FLUSHING (srcpad))
    return FALSE;

  downstream = gst_pad_peer_query_caps (srcpad, NULL);
  text = gst_caps_to_string (downstream);
  gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "downstream takes "
      "no strip, only %s", text);
  g_free (text);
  gst_caps_unref (downstream);

  return FALSE;
}

/* ---- The strips' memory ---- */

static gboolean
configure_strips (GstNtMosaic * self, const GstAllocationParams * params)
{
  GError *error = NULL;
  guint n_strips;

  GST_OBJECT_LOCK (self);
  n_strips = self->n_strips;
  GST_OBJECT_UNLOCK (self);

  if (gst_nt_strip_pool_configure (self->strip_pool, self->layout, n_strips,
          params, &error)) {
    gst_nt_mosaic_set_arrival_tiles (self, self->layout);
    return TRUE;
  }

  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
  return FALSE;
}

static gboolean
gst_nt_mosaic_decide_allocation (GstAggregator * agg, GstQuery * query)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (agg)->info;
  GstAllocationParams params;
  GstBufferPool *pool;

  self->downstream_takes_meta = gst_query_find_allocation_meta (query,
      GST_VIDEO_META_API_TYPE, NULL);
  gst_nt_mosaic_get_params (query, &params);
  pool = gst_nt_mosaic_take_pool (query, info);

  if (pool == NULL)
    return configure_strips (self, &params);

  /* Ours are made only if that pool runs dry. */
  GST_DEBUG_OBJECT (self, "using downstream's %" GST_PTR_FORMAT, pool);
  gst_query_add_allocation_pool (query, pool, GST_VIDEO_INFO_SIZE (info), 0, 0);
  gst_object_unref (pool);
  gst_nt_mosaic_set_arrival_tiles (self, NULL);
  gst_nt_strip_pool_clear (self->strip_pool);

  return gst_nt_strip_pool_configure (self->strip_pool, self->layout, 0,
      &params, NULL);
}

void
gst_nt_mosaic_class_init_negotiation (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->update_src_caps = gst_nt_mosaic_update_src_caps;
  agg_class->negotiated_src_caps = gst_nt_mosaic_negotiated_src_caps;
  agg_class->negotiate = gst_nt_mosaic_negotiate;
  agg_class->decide_allocation = gst_nt_mosaic_decide_allocation;
}
