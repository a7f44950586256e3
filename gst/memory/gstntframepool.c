/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The buffer pool that upstream is offered. It keeps nothing itself: each
 * acquire takes a block of the frames that all pools share, and a buffer that
 * comes back is freed, because the block is tied to the memory and not to the
 * buffer. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntframes.h"

#include <gst/video/video.h>

typedef struct
{
  GstBufferPool parent;

  GstNtFrames *frames;          /* a reference; set once */

  /* Set while the pool is inactive. */
  gsize bytes;
  GstAllocationParams params;
  GstVideoInfo info;            /* UNKNOWN: no caps, or none of video */
  gboolean adds_meta;

  gint has_failed;              /* atomic; "no-memory" was emitted */
} GstNtFramePool;

typedef struct
{
  GstBufferPoolClass parent_class;
} GstNtFramePoolClass;

GType gst_nt_frame_pool_get_type (void);

static guint no_memory_signal;

G_DEFINE_TYPE (GstNtFramePool, gst_nt_frame_pool, GST_TYPE_BUFFER_POOL);

static const gchar **
gst_nt_frame_pool_get_options (GstBufferPool * pool)
{
  static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };

  return options;
}

/* The base class keeps to the numbers of buffers that it is told: it allocates
 * them, or waits. So it is told none. */
static gboolean
gst_nt_frame_pool_set_config (GstBufferPool * pool, GstStructure * config)
{
  GstNtFramePool *self = (GstNtFramePool *) pool;
  GstStructure *unlimited;
  GstAllocationParams params;
  GstCaps *caps;
  gboolean ret;
  guint size;

  if (!gst_buffer_pool_config_get_params (config, &caps, &size, NULL, NULL)
      || !gst_buffer_pool_config_get_allocator (config, NULL, &params))
    return FALSE;

  gst_video_info_init (&self->info);
  if (caps && !gst_video_info_from_caps (&self->info, caps))
    gst_video_info_init (&self->info);
  self->adds_meta = GST_VIDEO_INFO_N_PLANES (&self->info) > 0
      && gst_buffer_pool_config_has_option (config,
      GST_BUFFER_POOL_OPTION_VIDEO_META);
  self->bytes = MAX (size, GST_VIDEO_INFO_SIZE (&self->info));
  self->params = params;

  unlimited = gst_structure_copy (config);
  gst_buffer_pool_config_set_params (unlimited, caps, self->bytes, 0, 0);
  ret = GST_BUFFER_POOL_CLASS (gst_nt_frame_pool_parent_class)
      ->set_config (pool, unlimited);
  gst_structure_free (unlimited);

  return ret;
}

static void
add_meta (GstNtFramePool * self, GstBuffer * buffer)
{
  GstVideoInfo *info = &self->info;

  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), GST_VIDEO_INFO_N_PLANES (info),
      info->offset, info->stride);
}

/* A pool has no bus, and upstream knows only that it got no buffer. */
static void
say_no_memory (GstNtFramePool * self)
{
  if (g_atomic_int_compare_and_exchange (&self->has_failed, FALSE, TRUE))
    g_signal_emit (self, no_memory_signal, 0, (guint64) self->bytes);
}

static GstFlowReturn
gst_nt_frame_pool_acquire_buffer (GstBufferPool * pool, GstBuffer ** buffer,
    GstBufferPoolAcquireParams * params)
{
  GstNtFramePool *self = (GstNtFramePool *) pool;
  GstMemory *memory;

  if (GST_BUFFER_POOL_IS_FLUSHING (pool))
    return GST_FLOW_FLUSHING;

  memory = gst_nt_frames_take (self->frames, self->bytes, &self->params);
  if (memory == NULL) {
    say_no_memory (self);
    return GST_FLOW_ERROR;
  }

  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer, memory);
  if (self->adds_meta)
    add_meta (self, *buffer);

  return GST_FLOW_OK;
}

static void
gst_nt_frame_pool_release_buffer (GstBufferPool * pool, GstBuffer * buffer)
{
  gst_buffer_unref (buffer);
}

static void
gst_nt_frame_pool_finalize (GObject * object)
{
  gst_nt_frames_unref (((GstNtFramePool *) object)->frames);

  G_OBJECT_CLASS (gst_nt_frame_pool_parent_class)->finalize (object);
}

static void
gst_nt_frame_pool_class_init (GstNtFramePoolClass * klass)
{
  GstBufferPoolClass *pool_class = GST_BUFFER_POOL_CLASS (klass);

  no_memory_signal = g_signal_new ("no-memory", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
  G_OBJECT_CLASS (klass)->finalize = gst_nt_frame_pool_finalize;
  pool_class->get_options = gst_nt_frame_pool_get_options;
  pool_class->set_config = gst_nt_frame_pool_set_config;
  pool_class->acquire_buffer = gst_nt_frame_pool_acquire_buffer;
  pool_class->release_buffer = gst_nt_frame_pool_release_buffer;
}

static void
gst_nt_frame_pool_init (GstNtFramePool * self)
{
  gst_video_info_init (&self->info);
}

GstBufferPool *
gst_nt_frames_new_pool (GstNtFrames * frames)
{
  GstNtFramePool *self = g_object_new (gst_nt_frame_pool_get_type (), NULL);

  gst_object_ref_sink (self);
  self->frames = gst_nt_frames_ref (frames);

  return GST_BUFFER_POOL (self);
}
