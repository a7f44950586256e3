/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* ALLOCATION queries in both directions: whose memory the strips are made of,
 * and which pool the element offers to upstream. Most pools that downstream
 * proposes allocate system memory on demand; the element's own strips are
 * better than that. The element uses downstream's pool only if the pool brings
 * memory of its own, because downstream would have to copy strips of other
 * memory. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicallocation.h"

#include "gstntmosaicarrival.h"
#include "gstntmosaicfailures.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* ---- Downstream's pool ---- */

/* NULL is the default allocator, which allocates system memory. */
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

  /* The pool may have changed the config to what it can do. */
  config = gst_buffer_pool_get_config (pool);
  if (gst_buffer_pool_config_validate_params (config, caps, size, min, max))
    return gst_buffer_pool_set_config (pool, config);

  gst_structure_free (config);
  return FALSE;
}

/* Removes all pools from @query. Returns the first that brings memory of its
 * own, as the pool of a display does, configured for @info and active. NULL:
 * downstream takes any memory. */
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

static void
get_params (GstQuery * query, GstAllocationParams * params)
{
  gst_allocation_params_init (params);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, NULL, params);
}

/* ---- The strips' memory ---- */

/* Once for the same number: the strip may be negotiated again and again. Not
 * when the pool has given up because the element is being stopped. */
static void
warn_of_few_strips (GstNtMosaic * self, guint n_strips)
{
  const guint n_made = gst_nt_strip_pool_get_n_strips (self->strip_pool);
  const gboolean is_known = n_made == self->few_strips;

  if (g_atomic_int_get (&self->is_inactive))
    return;
  self->few_strips = n_made < n_strips ? n_made : 0;
  if (n_made < n_strips && !is_known)
    gst_nt_mosaic_warn (self, GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "strips is %u, but there is memory "
        "for %u of %" G_GSIZE_FORMAT " bytes each, and the element goes on "
        "with these: lower strips, or give the process more memory", n_strips,
        n_made, self->layout->bytes);
}

gboolean
gst_nt_mosaic_configure_strips (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GError ** error)
{
  const gboolean are_ours = !self->pool_is_downstreams;

  self->strips_fit = gst_nt_strip_pool_configure (self->strip_pool,
      self->layout, are_ours ? settings->n_strips : 0, &self->strip_params,
      error);
  if (!self->strips_fit)
    return FALSE;

  if (are_ours)
    warn_of_few_strips (self, settings->n_strips);
  gst_nt_mosaic_set_arrival_tiles (self,
      are_ours && settings->copy_on_arrival ? self->layout : NULL);

  return TRUE;
}

static gboolean
gst_nt_mosaic_decide_allocation (GstAggregator * agg, GstQuery * query)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (agg)->info;
  GstNtMosaicSettings settings;
  GstBufferPool *pool;

  /* The pads drop downstream's answer during a flush: the base class asks again
   * after it. After a stop, the element must not keep strips. */
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

  gst_nt_mosaic_get_settings (self, &settings);
  g_clear_error (&self->no_memory);

  return gst_nt_mosaic_configure_strips (self, &settings, &self->no_memory);
}

/* ---- The memory of one strip ---- */

/* A buffer from downstream's pool; NULL if there is no pool, or it has no
 * buffer left. This never waits: an application may hold all buffers, while a
 * flush or a state change waits for this thread. */
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

  /* At a new negotiation GstAggregator deactivates the old pool, even if the
   * new one is the same. */
  if (!gst_buffer_pool_set_active (pool, TRUE)
      || gst_buffer_pool_acquire_buffer (pool, &buffer, &params) != GST_FLOW_OK)
    buffer = NULL;
  gst_object_unref (pool);

  return buffer;
}

gboolean
gst_nt_mosaic_give_memory (GstNtMosaic * self, GstBuffer * strip,
    const NtmSource * sources, const GstNtTileInput * inputs,
    gconstpointer background)
{
  GError *error = NULL;
  GstBuffer *acquired = gst_nt_strip_pool_acquire (self->strip_pool,
      sources, inputs, background, &error);

  if (acquired == NULL) {
    /* Else the pool is not configured, and that is no error: a flush that
     * arrives while the pads are deactivated can start this thread once more
     * after the pool was cleared. */
    if (error->domain == GST_RESOURCE_ERROR)
      gst_nt_mosaic_fail (self, error);
    g_error_free (error);
    return FALSE;
  }

  gst_buffer_append_memory (strip, gst_buffer_get_memory (acquired, 0));
  GST_BUFFER_FLAG_UNSET (strip, GST_BUFFER_FLAG_TAG_MEMORY);
  gst_buffer_unref (acquired);

  return TRUE;
}

/* The base class emits samples-selected after this function. So a strip of the
 * element's own gets its memory later, by what the signal's handler has set; a
 * buffer of downstream's pool does not depend on that. */
static GstFlowReturn
gst_nt_mosaic_create_output_buffer (GstVideoAggregator * vagg,
    GstBuffer ** strip)
{
  GstNtMosaic *self = GST_NT_MOSAIC (vagg);
  GstVideoInfo *info = &vagg->info;

  self->strip_made = TRUE;
  *strip = acquire_downstream (GST_AGGREGATOR (vagg));
  self->strip_is_ours = *strip == NULL;
  if (!self->strip_is_ours)
    return GST_FLOW_OK;

  *strip = gst_buffer_new ();
  if (self->downstream_takes_meta)
    gst_buffer_add_video_meta_full (*strip, GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info),
        info->offset, info->stride);

  return GST_FLOW_OK;
}

/* ---- Upstream's frames ---- */

static void
free_weak_ref (gpointer ref, GClosure * unused)
{
  g_weak_ref_clear (ref);
  g_free (ref);
}

/* In upstream's thread. Upstream stops, and says no more than that. */
static void
warn_of_no_memory (GstBufferPool * pool, guint64 bytes, GWeakRef * ref)
{
  GstPad *pad = g_weak_ref_get (ref);
  GstElement *element = pad ? gst_pad_get_parent_element (pad) : NULL;

  if (element) {
    gst_nt_mosaic_warn (GST_NT_MOSAIC (element), GST_RESOURCE_ERROR,
        GST_RESOURCE_ERROR_NO_SPACE_LEFT, "%s: there is no memory for a frame "
        "of %" G_GUINT64_FORMAT " bytes that upstream wants to fill: free "
        "memory, or use smaller frames", GST_PAD_NAME (pad), bytes);
    gst_object_unref (element);
  }
  gst_clear_object (&pad);
}

/* Upstream may keep the pool for longer than there is a pad. */
static GstBufferPool *
new_pool (GstNtMosaic * self, GstAggregatorPad * pad)
{
  GstBufferPool *pool = gst_nt_frames_new_pool (self->frames);
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, pad);
  g_signal_connect_data (pool, "no-memory", G_CALLBACK (warn_of_no_memory),
      ref, free_weak_ref, 0);

  return pool;
}

/* The pools of all pads take memory from one list, so the next frame of any pad
 * gets memory that is still in the cache. */
static void
propose_pool (GstNtMosaic * self, GstAggregatorPad * pad, GstQuery * query,
    GstCaps * caps, gsize size)
{
  GstBufferPool *pool = new_pool (self, pad);
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, caps, size, 0, 0);
  if (gst_buffer_pool_set_config (pool, config))
    gst_query_add_allocation_pool (query, pool, size, 0, 0);
  gst_object_unref (pool);
}

void
gst_nt_mosaic_answer_allocation (GstNtMosaic * self, GstAggregatorPad * pad,
    GstQuery * query)
{
  gboolean need_pool;
  GstVideoInfo info;
  GstCaps *caps;

  gst_query_parse_allocation (query, &caps, &need_pool);
  if (need_pool && caps && gst_video_info_from_caps (&info, caps))
    propose_pool (self, pad, query, caps, GST_VIDEO_INFO_SIZE (&info));
  gst_query_add_allocation_meta (query, GST_VIDEO_META_API_TYPE, NULL);
  gst_query_add_allocation_meta (query,
      GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE, NULL);
  GST_LOG_OBJECT (pad, "allocation query: %" GST_PTR_FORMAT, query);
}

void
gst_nt_mosaic_class_init_allocation (GstNtMosaicClass * klass)
{
  parent_class = g_type_class_peek_parent (klass);

  GST_AGGREGATOR_CLASS (klass)->decide_allocation =
      gst_nt_mosaic_decide_allocation;
  GST_VIDEO_AGGREGATOR_CLASS (klass)->create_output_buffer =
      gst_nt_mosaic_create_output_buffer;
}
