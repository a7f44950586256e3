/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "fastsrc.h"

#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>

#include <string.h>

G_DECLARE_FINAL_TYPE (FastSrc, fast_src, BENCH, FAST_SRC, GstPushSrc);

enum
{
  PROP_0,
  PROP_PACED,
};

struct _FastSrc
{
  GstPushSrc parent;

  gboolean paced;
  GstVideoInfo info;
  guint n_frames;               /* that were filled */
  gboolean unlocked;            /* guarded by the lock of the pace */
};

/* The strips of this process, for sources that are paced by them. */
static struct
{
  GMutex lock;
  GCond changed;
  guint n_strips;               /* that left */
} pace;

G_DEFINE_TYPE (FastSrc, fast_src, GST_TYPE_PUSH_SRC);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("RGBA")));

static gboolean
fast_src_start (GstBaseSrc * base)
{
  BENCH_FAST_SRC (base)->n_frames = 0;
  return TRUE;
}

static gboolean
fast_src_set_caps (GstBaseSrc * base, GstCaps * caps)
{
  return gst_video_info_from_caps (&BENCH_FAST_SRC (base)->info, caps);
}

/* As videotestsrc does: a pool of its own where none is proposed. Without one,
 * the base class would allocate each frame anew. */
static gboolean
fast_src_decide_allocation (GstBaseSrc * base, GstQuery * query)
{
  GstBufferPool *pool;

  if (gst_query_get_n_allocation_pools (query) == 0) {
    pool = gst_video_buffer_pool_new ();
    gst_query_add_allocation_pool (query, pool,
        GST_VIDEO_INFO_SIZE (&BENCH_FAST_SRC (base)->info), 2, 0);
    gst_object_unref (pool);
  }
  return GST_BASE_SRC_CLASS (fast_src_parent_class)->decide_allocation (base,
      query);
}

/* Frame n is filled when n strips have left. FALSE if stopped before. */
static gboolean
wait_for_turn (FastSrc * self)
{
  gboolean may;

  g_mutex_lock (&pace.lock);
  while (self->paced && pace.n_strips < self->n_frames && !self->unlocked)
    g_cond_wait (&pace.changed, &pace.lock);
  may = !self->unlocked;
  g_mutex_unlock (&pace.lock);

  return may;
}

static gboolean
set_unlocked (GstBaseSrc * base, gboolean unlocked)
{
  g_mutex_lock (&pace.lock);
  BENCH_FAST_SRC (base)->unlocked = unlocked;
  g_cond_broadcast (&pace.changed);
  g_mutex_unlock (&pace.lock);

  return TRUE;
}

static gboolean
fast_src_unlock (GstBaseSrc * base)
{
  return set_unlocked (base, TRUE);
}

static gboolean
fast_src_unlock_stop (GstBaseSrc * base)
{
  return set_unlocked (base, FALSE);
}

void
fast_src_note_strip (void)
{
  g_mutex_lock (&pace.lock);
  pace.n_strips++;
  g_cond_broadcast (&pace.changed);
  g_mutex_unlock (&pace.lock);
}

static GstFlowReturn
fast_src_fill (GstPushSrc * push, GstBuffer * buffer)
{
  FastSrc *self = BENCH_FAST_SRC (push);
  const gint fps_n = GST_VIDEO_INFO_FPS_N (&self->info);
  const guint64 second = GST_SECOND * GST_VIDEO_INFO_FPS_D (&self->info);
  GstVideoFrame frame;
  guint n;

  if (!wait_for_turn (self))
    return GST_FLOW_FLUSHING;
  n = self->n_frames++;
  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_WRITE))
    return GST_FLOW_ERROR;
  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (&frame); y++)
    memset ((guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0) +
        (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0), n + y,
        (gsize) GST_VIDEO_FRAME_WIDTH (&frame) * sizeof (guint32));
  gst_video_frame_unmap (&frame);

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, second, fps_n);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (n + 1, second, fps_n)
      - GST_BUFFER_PTS (buffer);

  return GST_FLOW_OK;
}

static void
fast_src_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  BENCH_FAST_SRC (object)->paced = g_value_get_boolean (value);
}

static void
fast_src_init (FastSrc * self)
{
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static void
fast_src_class_init (FastSrcClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = fast_src_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), PROP_PACED,
      g_param_spec_boolean ("paced", "Paced",
          "Fill a frame when the strip before it has left", FALSE,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Fast source",
      "Source/Video", "Fills frames as fast as memory allows",
      "The ntmosaic authors");
  base_class->start = fast_src_start;
  base_class->unlock = fast_src_unlock;
  base_class->unlock_stop = fast_src_unlock_stop;
  base_class->set_caps = fast_src_set_caps;
  base_class->decide_allocation = fast_src_decide_allocation;
  GST_PUSH_SRC_CLASS (klass)->fill = fast_src_fill;
}

void
fast_src_register (void)
{
  gst_element_register (NULL, "benchfastsrc", GST_RANK_NONE,
      fast_src_get_type ());
}
