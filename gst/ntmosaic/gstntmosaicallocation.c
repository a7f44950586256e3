/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Reading of an ALLOCATION query. Most pools that are proposed hold plain system
 * memory, made on demand: strips of our own are better in every way. A pool is
 * used only when a copy further down would be the price of not using it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicallocation.h"

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

GstBufferPool *
gst_nt_mosaic_take_pool (GstQuery * query, const GstVideoInfo * info)
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

void
gst_nt_mosaic_get_params (GstQuery * query, GstAllocationParams * params)
{
  gst_allocation_params_init (params);
  if (gst_query_get_n_allocation_params (query) > 0)
    gst_query_parse_nth_allocation_param (query, 0, NULL, params);
}
