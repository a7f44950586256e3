/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* ALLOCATION, in both directions. Most pools that downstream proposes hold plain system
 * memory, made on demand: strips of our own are better in every way. A pool is used
 * only when a copy further down would be the price of not using it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicallocation.h"

#include "gstntmosaicarrival.h"

GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);
#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* ---- Downstream's pool ---- */

/* NULL stands for the default allocator, which is the system's. */
static gboolean
is_system_memory (GstAllocator * allocator)
{
  return allocator == NULL
      || g_strcmp0 (allocator->mem_type, GST_ALLOCATOR_SYSMEM) == 0;
}

static gboolean
brings_own_memory (GstBufferPool * pool)
{
  const GType type = G_OBJECT_TYPE (pool);
  GstAllocator *allocator = NULL;
  GstStructure *config;
  gboolean own;

  if (type != GST_TYPE_BUFFER_POOL && type != GST_TYPE_VIDEO_BUFFER_POOL)
    return TRUE;

  config = gst_buffer_pool_get_config (pool);
  gst_buffer_pool_config_get_allocator (config, &allocator, NULL);
  own = !is_system_memory (allocator);
  gst_structure_free (config);

  return own;
}

static gboolean
configure_pool (GstBufferPool * pool, GstQuery * query,
    const GstVideoInfo * info, guint size, guint min, guint max)
{
  GstStructure *config = gst_buffer_pool_get_config (pool);
  GstCaps *caps;

  size = MAX (size, GST_VIDEO_INFO_SIZE (info));
  gst_query_parse_allocation (query, &caps, NULL);
  gst_buffer_pool_config_set_params (config, caps, size, min, max);
  if (gst_query_find_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL))
    gst_buffer_pool_config_add_option (config,
        GST_BUFFER_POOL_OPTION_VIDEO_META);

  if (gst_buffer_pool_set_config (pool, config))
    return TRUE;

  /* The pool may have set down what it can do instead. */
  config = gst_buffer_pool_get_config (pool);
  if (gst_buffer_pool_config_validate_params (config, caps, size, min, max))
    return gst_buffer_pool_set_config (pool, config);

  gst_structure_free (config);
  return FALSE;
}

/* Takes every pool out of @query. If one of them brings memory of its own, as a
 * display's does, it is configured for @info and answered; NULL: downstream takes
 * any memory. */
static GstBufferPool *
take_pool (GstQuery * query, const GstVideoInfo * info)
{
  GstBufferPool *chosen = NULL;

  while (gst_query_get_n_allocation_pools (query) > 0) {
    GstBufferPool *pool;
    guint size;
    guint min;
    guint max;

    gst_query_parse_nth_allocation_pool (query, 0, &pool, &size, &min, &max);
    gst_query_remove_nth_allocation_pool (query, 0);

    if (pool && chosen == NULL && brings_own_memory (pool)
        && configure_pool (pool, query, info, size, min, max)
        && gst_buffer_pool_set_active (pool, TRUE))
      chosen = gst_object_ref (pool);
    gst_clear_object (&pool);
  }

  return chosen;
}

/* The alignment and padding that downstream asks for. */
static void
get_params (GstQuery * query, GstAllocationParams * params)
{
  gst_allocation_params_init (params);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, NULL, params);
}

/* ---- The strips' memory ---- */

static void
warn_of_few_strips (GstNtMosaic * self, guint n_strips)
{
  const guint n_made = gst_nt_strip_pool_get_n_strips (self->strip_pool);

  if (n_made < n_strips)
    gst_nt_mosaic_warn (self, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "strips is %u, but there is memory for "
        "%u of %" G_GSIZE_FORMAT " bytes only, and these must do: lower strips, "
        "or let the process have more memory", n_strips, n_made,
        self->layout->bytes);
}

gboolean
gst_nt_mosaic_configure_strips (GstNtMosaic * self)
{
  GError *error = NULL;
  guint n_strips;

  GST_OBJECT_LOCK (self);
  n_strips = self->n_strips;
  GST_OBJECT_UNLOCK (self);

  self->strips_fit = gst_nt_strip_pool_configure (self->strip_pool,
      self->layout, self->pool_is_downstreams ? 0 : n_strips,
      &self->strip_params, &error);
  if (self->strips_fit) {
    if (!self->pool_is_downstreams)
      warn_of_few_strips (self, n_strips);
    gst_nt_mosaic_set_arrival_tiles (self,
        self->pool_is_downstreams ? NULL : self->layout);
    return TRUE;
  }

  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
  return FALSE;
}

gboolean
gst_nt_mosaic_decide_allocation (GstAggregator * agg, GstQuery * query)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (agg)->info;
  GstBufferPool *pool;

  /* Downstream's answer is lost, and has to be asked for again after the
   * flush. After a stop, no strips must be left behind. */
  if (GST_PAD_IS_FLUSHING (GST_AGGREGATOR_SRC_PAD (agg)))
    return FALSE;

  self->downstream_takes_meta = gst_query_find_allocation_meta (query,
      GST_VIDEO_META_API_TYPE, NULL);
  get_params (query, &self->strip_params);
  pool = take_pool (query, info);
  self->pool_is_downstreams = pool != NULL;

  if (pool) {
    GST_DEBUG_OBJECT (self, "using downstream's %" GST_PTR_FORMAT, pool);
    gst_query_add_allocation_pool (query, pool, GST_VIDEO_INFO_SIZE (info), 0,
        0);
    gst_object_unref (pool);
    gst_nt_mosaic_set_arrival_tiles (self, NULL);
    gst_nt_strip_pool_clear (self->strip_pool);
  }

  return gst_nt_mosaic_configure_strips (self);
}

/* ---- Upstream's frames ---- */

/* Memory for the frames of all pads, which the next frame of any pad finds warm. */
static void
propose_pool (GstNtMosaic * self, GstQuery * query, GstCaps * caps, gsize size)
{
  GstBufferPool *pool = gst_nt_frames_new_pool (self->frames);
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  if (gst_buffer_pool_set_config (pool, config))
    gst_query_add_allocation_pool (query, pool, size, 0, 0);
  gst_object_unref (pool);
}

gboolean
gst_nt_mosaic_answer_allocation (GstNtMosaic * self, GstAggregatorPad * pad,
    GstQuery * query)
{
  gboolean need_pool;
  GstVideoInfo info;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, &need_pool);
  if (need_pool && caps && gst_video_info_from_caps (&info, caps))
    propose_pool (self, query, caps, GST_VIDEO_INFO_SIZE (&info));
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  GST_LOG_OBJECT (pad, "allocation query: %" GST_PTR_FORMAT, query);

  return TRUE;
}
