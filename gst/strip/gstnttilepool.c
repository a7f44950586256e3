/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The buffer pool that upstream is offered. It keeps nothing itself: each acquire
 * asks the lender, and what comes back is freed, because what is lent is tied to
 * the memory and not to the buffer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntlender-private.h"
#include "gstnttilepool-private.h"

#include <gst/video/video.h>

typedef struct
{
  GstBufferPool parent;

  GstNtLender *lender;          /* set once */

  /* Set while the pool is inactive. */
  GstNtLoanRequest request;
  GstVideoInfo info;            /* UNKNOWN: no caps, or none of video */
  gboolean adds_meta;
} GstNtTilePool;

typedef struct
{
  GstBufferPoolClass parent_class;
} GstNtTilePoolClass;

GType gst_nt_tile_pool_get_type (void);

G_DEFINE_TYPE (GstNtTilePool, gst_nt_tile_pool, GST_TYPE_BUFFER_POOL);

static const gchar **
gst_nt_tile_pool_get_options (GstBufferPool * pool)
{
  static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };

  return options;
}

/* A tile is packed, with four bytes for a pixel. */
static gboolean
can_be_a_tile (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN
      && GST_VIDEO_INFO_N_PLANES (info) == 1
      && GST_VIDEO_INFO_COMP_PSTRIDE (info, 0) == NTM_BYTES_PER_PIXEL;
}

/* The base class would hold to the numbers of buffers, and allocate or wait. It is
 * told none. */
static gboolean
gst_nt_tile_pool_set_config (GstBufferPool * pool, GstStructure * config)
{
  GstNtTilePool *self = (GstNtTilePool *) pool;
  GstNtLoanRequest request = { 0, };
  GstStructure *unlimited;
  GstCaps *caps;
  gboolean ret;
  guint size;

  if (!gst_buffer_pool_config_get_params (config, &caps, &size, NULL, NULL)
      || !gst_buffer_pool_config_get_allocator (config, NULL, &request.params))
    return FALSE;

  gst_video_info_init (&self->info);
  if (caps && !gst_video_info_from_caps (&self->info, caps))
    gst_video_info_init (&self->info);
  self->adds_meta = can_be_a_tile (&self->info)
      && gst_buffer_pool_config_has_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_META);

  request.bytes = MAX (size, GST_VIDEO_INFO_SIZE (&self->info));
  if (self->adds_meta) {
    request.width = GST_VIDEO_INFO_WIDTH (&self->info);
    request.height = GST_VIDEO_INFO_HEIGHT (&self->info);
  }
  self->request = request;

  unlimited = gst_structure_copy (config);
  gst_buffer_pool_config_set_params (unlimited, caps, request.bytes, 0, 0);
  ret = GST_BUFFER_POOL_CLASS (gst_nt_tile_pool_parent_class)->set_config (pool,
      unlimited);
  gst_structure_free (unlimited);

  return ret;
}

static void
add_meta (GstNtTilePool * self, GstBuffer * buffer,
    const GstNtTileMemory * memory)
{
  const GstVideoInfo *info = &self->info;
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { 0, };

  stride[0] = memory->kind == GST_NT_TILE_MEMORY_BLOCK
      ? GST_VIDEO_INFO_PLANE_STRIDE (info, 0) : (gint) memory->rows.stride;
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), 1, offset, stride);
}

static GstFlowReturn
gst_nt_tile_pool_acquire_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  GstNtTilePool *self = (GstNtTilePool *) pool;
  GstNtTileMemory *memory;

  if (GST_BUFFER_POOL_IS_FLUSHING (pool))
    return GST_FLOW_FLUSHING;

  memory = gst_nt_lender_lend (self->lender, &self->request);
  if (memory == NULL)
    return GST_FLOW_ERROR;

  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer, GST_MEMORY_CAST (memory));
  if (self->adds_meta)
    add_meta (self, *buffer, memory);

  return GST_FLOW_OK;
}

static void
gst_nt_tile_pool_release_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
}

static void
gst_nt_tile_pool_finalize (GObject * object)
{
  gst_nt_lender_unref (((GstNtTilePool *) object)->lender);

  G_OBJECT_CLASS (gst_nt_tile_pool_parent_class)->finalize (object);
}

static void
gst_nt_tile_pool_class_init (GstNtTilePoolClass * klass)
{
  GstBufferPoolClass *pool_class = GST_BUFFER_POOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_nt_tile_pool_finalize;
  pool_class->get_options = gst_nt_tile_pool_get_options;
  pool_class->set_config = gst_nt_tile_pool_set_config;
  pool_class->acquire_buffer = gst_nt_tile_pool_acquire_buffer;
  pool_class->release_buffer = gst_nt_tile_pool_release_buffer;
}

static void
gst_nt_tile_pool_init (GstNtTilePool * self)
{
  gst_video_info_init (&self->info);
}

GstBufferPool *
gst_nt_tile_pool_new (GstNtLender * lender)
{
  GstNtTilePool *self = g_object_new (gst_nt_tile_pool_get_type (), NULL);

  gst_object_ref_sink (self);
  self->lender = gst_nt_lender_ref (lender);

  return GST_BUFFER_POOL (self);
}
