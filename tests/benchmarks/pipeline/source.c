/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "source.h"

#include <gst/base/gstpushsrc.h>

#include <string.h>

G_DECLARE_FINAL_TYPE (Source, source, BENCH, SOURCE, GstPushSrc);

enum
{
  PROP_0,
  PROP_PAD,
  PROP_PACED,
};

struct _Source
{
  GstPushSrc parent;

  gint pad;                     /* its pad in the ring, or -1 */
  gboolean paced;
  GstVideoInfo info;
  guint n_frames;               /* frames made so far */
  gboolean unlocked;            /* the lock of the pace guards it */
};

/* The strips of this process, which pace sources. */
static struct
{
  GMutex lock;
  GCond changed;
  guint n_strips;               /* strips that left */
} pace;

static const FrameRing *frames;
static guint n_ready;           /* frames from each source */

G_DEFINE_TYPE (Source, source, GST_TYPE_PUSH_SRC);

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src",
    GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (GST_VIDEO_CAPS_MAKE ("RGBA")));

static gboolean
source_start (GstBaseSrc * base)
{
  BENCH_SOURCE (base)->n_frames = 0;
  return TRUE;
}

static GstCaps *
source_get_caps (GstBaseSrc * base, GstCaps * filter)
{
  const gboolean ready = BENCH_SOURCE (base)->pad >= 0;
  GstCaps *caps = ready ? gst_video_info_to_caps (&frames->info)
      : gst_pad_get_pad_template_caps (GST_BASE_SRC_PAD (base));
  GstCaps *filtered;

  if (filter == NULL)
    return caps;
  filtered = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
  gst_caps_unref (caps);
  return filtered;
}

static gboolean
source_set_caps (GstBaseSrc * base, GstCaps * caps)
{
  return gst_video_info_from_caps (&BENCH_SOURCE (base)->info, caps);
}

/* Ready frames need no pool: one that downstream offers must not cost a
 * preallocation. Otherwise the source does as videotestsrc, and makes a pool of
 * its own where downstream proposes none. Without a pool, the base class would
 * allocate each frame anew. */
static gboolean
source_decide_allocation (GstBaseSrc * base, GstQuery * query)
{
  GstBufferPool *pool;

  if (BENCH_SOURCE (base)->pad >= 0) {
    while (gst_query_get_n_allocation_pools (query) > 0)
      gst_query_remove_nth_allocation_pool (query, 0);
    return TRUE;
  }
  if (gst_query_get_n_allocation_pools (query) == 0) {
    pool = gst_video_buffer_pool_new ();
    gst_query_add_allocation_pool (query, pool,
        GST_VIDEO_INFO_SIZE (&BENCH_SOURCE (base)->info), 2, 0);
    gst_object_unref (pool);
  }
  return GST_BASE_SRC_CLASS (source_parent_class)->decide_allocation (base,
      query);
}

/* Waits until n strips have left, and frame n may be filled. Returns FALSE if
 * the source stops before. */
static gboolean
wait_for_turn (Source * self)
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
  BENCH_SOURCE (base)->unlocked = unlocked;
  g_cond_broadcast (&pace.changed);
  g_mutex_unlock (&pace.lock);

  return TRUE;
}

static gboolean
source_unlock (GstBaseSrc * base)
{
  return set_unlocked (base, TRUE);
}

static gboolean
source_unlock_stop (GstBaseSrc * base)
{
  return set_unlocked (base, FALSE);
}

void
source_note_strip (void)
{
  g_mutex_lock (&pace.lock);
  pace.n_strips++;
  g_cond_broadcast (&pace.changed);
  g_mutex_unlock (&pace.lock);
}

static void
stamp (Source * self, GstBuffer * buffer, guint n)
{
  const gint fps_n = GST_VIDEO_INFO_FPS_N (&self->info);
  const guint64 second = GST_SECOND * GST_VIDEO_INFO_FPS_D (&self->info);

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (n, second, fps_n);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (n + 1, second, fps_n)
      - GST_BUFFER_PTS (buffer);
}

/* A buffer of a ready frame. Without a ring, the base class allocates the
 * frame, and fill() fills it. */
static GstFlowReturn
source_create (GstBaseSrc * base, guint64 offset, guint size,
    GstBuffer ** buffer)
{
  Source *self = BENCH_SOURCE (base);
  guint n;

  if (self->pad < 0)
    return GST_BASE_SRC_CLASS (source_parent_class)->create (base, offset, size,
        buffer);
  if (self->n_frames == n_ready)
    return GST_FLOW_EOS;
  n = self->n_frames++;
  *buffer = gst_buffer_new ();
  gst_buffer_append_memory (*buffer,
      gst_memory_ref (frame_ring_peek (frames, self->pad, n)));
  stamp (self, *buffer, n);

  return GST_FLOW_OK;
}

static GstFlowReturn
source_fill (GstPushSrc * push, GstBuffer * buffer)
{
  Source *self = BENCH_SOURCE (push);
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
  stamp (self, buffer, n);

  return GST_FLOW_OK;
}

static void
source_set_property (GObject * object, guint id, const GValue * value,
    GParamSpec * pspec)
{
  Source *self = BENCH_SOURCE (object);

  if (id == PROP_PAD)
    self->pad = g_value_get_int (value);
  else
    self->paced = g_value_get_boolean (value);
}

static void
source_init (Source * self)
{
  self->pad = -1;
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

static void
source_class_init (SourceClass * klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->set_property = source_set_property;
  g_object_class_install_property (G_OBJECT_CLASS (klass), PROP_PAD,
      g_param_spec_int ("pad", "Pad", "Hand out the frames of this pad", -1,
          G_MAXINT, -1, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (G_OBJECT_CLASS (klass), PROP_PACED,
      g_param_spec_boolean ("paced", "Paced",
          "Fill a frame when the strip before it has left", FALSE,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Source of frames",
      "Source/Video", "Makes frames at next to no cost",
      "The ntmosaic authors");
  base_class->start = source_start;
  base_class->unlock = source_unlock;
  base_class->unlock_stop = source_unlock_stop;
  base_class->get_caps = source_get_caps;
  base_class->set_caps = source_set_caps;
  base_class->decide_allocation = source_decide_allocation;
  base_class->create = source_create;
  GST_PUSH_SRC_CLASS (klass)->fill = source_fill;
}

void
source_set_frames (guint n_frames)
{
  n_ready = n_frames;
}

void
source_register (const FrameRing * ring)
{
  frames = ring;
  gst_element_register (NULL, "benchsrc", GST_RANK_NONE, source_get_type ());
}
