/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What a pad does with an arriving frame before the base class queues it. If
 * the frame has a place in a coming strip, the pad copies it there at once,
 * while it is still in the CPU's cache, and upstream gets its memory back. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicarrival.h"

#include "gstntmosaicframe.h"

/* ---- Which pads' frames ---- */

/* Whether @pad has a lower rate than the strip, so that its frames are in
 * several strips each. No rate is lower than 0, which stands for none. */
static gboolean
is_slower (GstNtMosaicPad * pad, const GstVideoInfo * strip)
{
  GstVideoInfo info;

  return gst_nt_mosaic_pad_get_announced (pad, &info)
      && GST_VIDEO_INFO_FPS_N (&info) > 0
      && gst_util_fraction_compare (GST_VIDEO_INFO_FPS_N (&info),
      GST_VIDEO_INFO_FPS_D (&info), GST_VIDEO_INFO_FPS_N (strip),
      GST_VIDEO_INFO_FPS_D (strip)) < 0;
}

static gboolean
may_arrive (GstNtMosaicPad * pad, const GstVideoInfo * strip)
{
  return pad->tile >= 0 && !pad->unfit && !is_slower (pad, strip);
}

static guint64
count_pixels (const NtmRect * rect)
{
  return (guint64) rect->width * rect->height;
}

/* Whether at least half of the strip's pixels can be copied on arrival. Coming
 * strips are used in turn, so the frames of slower pads are copied to each of
 * them. With the object lock held. */
static gboolean
is_worth_it (GstNtMosaic * self, const NtmLayout * layout)
{
  const GstVideoInfo *strip = &GST_VIDEO_AGGREGATOR (self)->info;
  guint64 arriving = 0;
  guint64 all = 0;
  GList *l;
  guint i;

  for (i = 0; i < layout->n_tiles; i++)
    all += count_pixels (&layout->cells[i].frame);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    if (may_arrive (pad, strip))
      arriving += count_pixels (&layout->cells[pad->tile].frame);
  }

  return arriving >= all / 2;
}

void
gst_nt_mosaic_set_arrival_tiles (GstNtMosaic * self, NtmLayout * layout)
{
  const GstVideoInfo *strip = &GST_VIDEO_AGGREGATOR (self)->info;
  GList *l;

  GST_OBJECT_LOCK (self);
  if (layout && !is_worth_it (self, layout))
    layout = NULL;
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    gst_nt_arrivals_set_tile (pad->arrivals,
        may_arrive (pad, strip) ? layout : NULL, MAX (pad->tile, 0));
  }
  GST_OBJECT_UNLOCK (self);
}

/* ---- One frame ---- */

/* Drops metas such as GstParentBufferMeta, which keep the frame's old memory
 * alive. */
static gboolean
drop_memory_reference (GstBuffer * buffer, GstMeta ** meta, gpointer unused)
{
  if (gst_meta_api_type_has_tag ((*meta)->info->api,
          g_quark_from_static_string (GST_META_TAG_MEMORY_REFERENCE_STR)))
    *meta = NULL;

  return TRUE;
}

/* A buffer with the flags, timestamps and metas of @frame, and the memory
 * @place, which it takes. gst_buffer_copy_into() leaves out the metas that
 * describe memory; the new GstVideoMeta says where the rows are now. */
static GstBuffer *
make_stand_in (GstBuffer * frame, const GstVideoInfo * info, GstMemory * place)
{
  gsize offset[GST_VIDEO_MAX_PLANES] = { 0, };
  gint stride[GST_VIDEO_MAX_PLANES] = { gst_nt_arrivals_get_stride (place), };
  GstBuffer *buffer = gst_buffer_new ();

  gst_buffer_copy_into (buffer, frame, GST_BUFFER_COPY_FLAGS
      | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META, 0, -1);
  gst_buffer_foreach_meta (buffer, drop_memory_reference, NULL);
  gst_buffer_append_memory (buffer, place);
  gst_buffer_add_video_meta_full (buffer, GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_INFO_FORMAT (info), GST_VIDEO_INFO_WIDTH (info),
      GST_VIDEO_INFO_HEIGHT (info), 1, offset, stride);

  return buffer;
}

/* FALSE: the frame can't be mapped. It stays what it is, and an error or a
 * warning says why when its strip is made. */
static gboolean
copy_to_place (GstBuffer * buffer, const GstVideoInfo * info,
    NtmComposer * composer, GstMemory * place)
{
  GstNtMosaicFrame frame;
  gchar *why = NULL;

  if (!gst_nt_mosaic_frame_map (&frame, info, gst_buffer_ref (buffer), &why)) {
    g_free (why);
    return FALSE;
  }
  gst_nt_arrivals_copy (place, composer, frame.data, frame.stride);
  gst_nt_mosaic_frame_unmap (&frame);

  return TRUE;
}

GstBuffer *
gst_nt_mosaic_arrive (GstNtMosaicPad * pad, NtmComposer * composer,
    GstBuffer * buffer)
{
  GstVideoInfo info;
  GstBuffer *stand_in;
  GstMemory *place;

  gst_nt_mosaic_pad_get_announced (pad, &info);
  place = gst_nt_arrivals_place (pad->arrivals, buffer,
      GST_VIDEO_INFO_WIDTH (&info), GST_VIDEO_INFO_HEIGHT (&info),
      GST_VIDEO_INFO_COMP_PSTRIDE (&info, 0));
  if (place == NULL)
    return buffer;

  if (!copy_to_place (buffer, &info, composer, place)) {
    gst_memory_unref (place);
    return buffer;
  }

  stand_in = make_stand_in (buffer, &info, place);
  gst_buffer_unref (buffer);

  return stand_in;
}
