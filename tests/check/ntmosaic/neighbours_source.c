/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that say which they are; see the header. */

#include "neighbours_source.h"

#include <gst/base/gstpushsrc.h>

#include "support.h"

#define PIXEL_BYTES 4

/* Between padded rows. */
#define PADDING 80

/* Of caps without a rate. */
#define DEFAULT_FPS 100

typedef struct
{
  GstPushSrc parent;
  guint seed;
  gchar *memory;
  GstVideoInfo info;
  gboolean downstream_takes_meta;
  guint n;
  GstBuffer *still;
} TestFrames;

typedef struct
{
  GstPushSrcClass parent_class;
} TestFramesClass;

enum
{
  PROP_SEED = 1,
  PROP_MEMORY,
};

GType test_frames_get_type (void);

G_DEFINE_TYPE (TestFrames, test_frames, GST_TYPE_PUSH_SRC);

/* ---- The bytes ---- */

/* The first pixel of the frame is its number. */
static guint8
frame_byte (guint seed, guint n, guint y, guint x)
{
  if (y == 0 && x < PIXEL_BYTES)
    return n >> (8 * x);

  return test_byte (seed + n * 0x10001, y, x);
}

gboolean
test_frames_check (const guint8 * data, gsize stride, guint width,
    guint height, guint seed, guint * n)
{
  guint x;
  guint y;

  *n = GST_READ_UINT32_LE (data);
  for (y = 0; y < height; y++, data += stride)
    for (x = 0; x < width * PIXEL_BYTES; x++)
      if (data[x] != frame_byte (seed, *n, y, x))
        return FALSE;

  return TRUE;
}

static void
write_frame (TestFrames * self, GstVideoFrame * frame)
{
  guint x;
  guint y;

  for (y = 0; y < (guint) GST_VIDEO_FRAME_HEIGHT (frame); y++) {
    guint8 *row = (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (frame, 0);

    for (x = 0; x < (guint) GST_VIDEO_FRAME_WIDTH (frame) * PIXEL_BYTES; x++)
      row[x] = frame_byte (self->seed, self->n, y, x);
  }
}

/* ---- The memory ---- */

static gboolean
test_frames_decide_allocation (GstBaseSrc * src, GstQuery * query)
{
  TestFrames *self = (TestFrames *) src;
  const gboolean wanted = g_str_equal (self->memory, "pool");

  self->downstream_takes_meta = gst_query_find_allocation_meta (query,
      GST_VIDEO_META_API_TYPE, NULL);

  while (!wanted && gst_query_get_n_allocation_pools (query) > 0)
    gst_query_remove_nth_allocation_pool (query, 0);

  if (gst_query_get_n_allocation_pools (query) > 0
      && self->downstream_takes_meta) {
    GstBufferPool *pool;
    GstStructure *config;

    gst_query_parse_nth_allocation_pool (query, 0, &pool, NULL, NULL, NULL);
    if (pool) {
      config = gst_buffer_pool_get_config (pool);
      gst_buffer_pool_config_add_option (config,
          GST_BUFFER_POOL_OPTION_VIDEO_META);
      gst_buffer_pool_set_config (pool, config);
      gst_object_unref (pool);
    }
  }

  return GST_BASE_SRC_CLASS (test_frames_parent_class)->decide_allocation (src,
      query);
}

static gboolean
test_frames_set_caps (GstBaseSrc * src, GstCaps * caps)
{
  TestFrames *self = (TestFrames *) src;

  return gst_video_info_from_caps (&self->info, caps);
}

static GstBuffer *
new_padded (const GstVideoInfo * info)
{
  const gint stride = GST_VIDEO_INFO_WIDTH (info) * PIXEL_BYTES + PADDING;
  const gsize size = (gsize) stride * GST_VIDEO_INFO_HEIGHT (info);
  gsize offsets[GST_VIDEO_MAX_PLANES] = { 0, };
  gint strides[GST_VIDEO_MAX_PLANES] = { stride, };
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, 0x5a, size);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), 1, offsets, strides);

  return buffer;
}

static GstFlowReturn
make_frame (TestFrames * self, GstBuffer ** buffer)
{
  const gsize size = GST_VIDEO_INFO_SIZE (&self->info);
  GstFlowReturn ret = GST_FLOW_OK;
  GstVideoFrame frame;

  if (g_str_equal (self->memory, "padded") && self->downstream_takes_meta)
    *buffer = new_padded (&self->info);
  else
    ret = GST_BASE_SRC_CLASS (test_frames_parent_class)->alloc (GST_BASE_SRC
        (self), 0, size, buffer);
  if (ret != GST_FLOW_OK)
    return ret;
  if (!gst_video_frame_map (&frame, &self->info, *buffer, GST_MAP_WRITE))
    return GST_FLOW_ERROR;
  write_frame (self, &frame);
  gst_video_frame_unmap (&frame);

  return GST_FLOW_OK;
}

static void
set_flags (TestFrames * self, GstBuffer * buffer)
{
  const gint fps_n = MAX (GST_VIDEO_INFO_FPS_N (&self->info), 0);
  const guint64 second = GST_SECOND * GST_VIDEO_INFO_FPS_D (&self->info);
  const guint64 fps = fps_n > 0 ? fps_n : DEFAULT_FPS;

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (self->n, second, fps);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (self->n + 1, second,
      fps) - GST_BUFFER_PTS (buffer);
  GST_BUFFER_OFFSET (buffer) = self->n;
  if (GST_VIDEO_INFO_IS_INTERLACED (&self->info))
    GST_BUFFER_FLAG_SET (buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED
        | GST_VIDEO_BUFFER_FLAG_TFF);
  self->n++;
}

static GstFlowReturn
test_frames_create (GstPushSrc * src, GstBuffer ** buffer)
{
  TestFrames *self = (TestFrames *) src;
  GstFlowReturn ret = GST_FLOW_OK;

  if (!g_str_equal (self->memory, "still")) {
    ret = make_frame (self, buffer);
  } else {
    if (self->still == NULL)
      ret = make_frame (self, &self->still);
    if (ret == GST_FLOW_OK)
      *buffer = gst_buffer_copy (self->still);
  }
  if (ret == GST_FLOW_OK)
    set_flags (self, *buffer);

  return ret;
}

/* ---- The element ---- */

static gboolean
test_frames_start (GstBaseSrc * src)
{
  ((TestFrames *) src)->n = 0;
  gst_base_src_set_format (src, GST_FORMAT_TIME);

  return TRUE;
}

static gboolean
test_frames_stop (GstBaseSrc * src)
{
  gst_clear_buffer (&((TestFrames *) src)->still);

  return TRUE;
}

static void
test_frames_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  TestFrames *self = (TestFrames *) object;

  if (id == PROP_SEED) {
    self->seed = g_value_get_uint (value);
  } else {
    g_free (self->memory);
    self->memory = g_value_dup_string (value);
  }
}

static void
test_frames_finalize (GObject * object)
{
  g_free (((TestFrames *) object)->memory);

  G_OBJECT_CLASS (test_frames_parent_class)->finalize (object);
}

static void
test_frames_class_init (TestFramesClass * klass)
{
  static GstStaticPadTemplate template = GST_STATIC_PAD_TEMPLATE ("src",
      GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE
          ("{ RGBA, BGRA, ARGB, ABGR, RGBx, BGRx, xRGB, xBGR }")));
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_class = GST_PUSH_SRC_CLASS (klass);

  object_class->set_property = test_frames_set_property;
  object_class->finalize = test_frames_finalize;
  g_object_class_install_property (object_class, PROP_SEED,
      g_param_spec_uint ("seed", NULL, NULL, 0, G_MAXUINT, 0,
          G_PARAM_WRITABLE));
  g_object_class_install_property (object_class, PROP_MEMORY,
      g_param_spec_string ("memory", NULL, NULL, "pool", G_PARAM_WRITABLE));

  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass),
      &template);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "Test frames", "Source/Video", "Frames that say which they are",
      "The ntmosaic authors");
  src_class->decide_allocation = test_frames_decide_allocation;
  src_class->set_caps = test_frames_set_caps;
  src_class->start = test_frames_start;
  src_class->stop = test_frames_stop;
  push_class->create = test_frames_create;
}

static void
test_frames_init (TestFrames * self)
{
  self->memory = g_strdup ("pool");
}

void
test_frames_register (void)
{
  gst_element_register (NULL, "testframes", GST_RANK_NONE,
      test_frames_get_type ());
}
