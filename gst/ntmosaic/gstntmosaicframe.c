/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Mapping of an input frame. gst_video_frame_map() is not enough for wrong
 * buffers: it raises criticals when a GstVideoMeta contradicts the caps, and it
 * accepts a GstVideoMeta whose rows are outside of the memory. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicframe.h"

/* Where a frame's bytes are in its buffer. */
typedef struct
{
  gsize offset;                 /* of the first row */
  gssize stride;
  gsize first;                  /* of the row that comes first in memory */
  gsize bytes;                  /* from @first to the end of the last row */
  gsize end;                    /* of the last row */
} Extent;

static gboolean
meta_fits (const GstVideoMeta * meta, const GstVideoInfo * info, gchar ** why)
{
  if (meta->format == GST_VIDEO_INFO_FORMAT (info) && meta->n_planes == 1
      && meta->width >= (guint) GST_VIDEO_INFO_WIDTH (info)
      && meta->height >= (guint) GST_VIDEO_INFO_HEIGHT (info))
    return TRUE;

  *why = g_strdup_printf ("a buffer's GstVideoMeta says %s %ux%u, but the caps "
      "say %s %dx%d: make the source send frames that match its caps",
      gst_video_format_to_string (meta->format), meta->width, meta->height,
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info));
  return FALSE;
}

static gsize
get_row_bytes (const GstVideoInfo * info)
{
  return (gsize) GST_VIDEO_INFO_WIDTH (info)
      * GST_VIDEO_INFO_COMP_PSTRIDE (info, 0);
}

/* FALSE if the frame begins before its buffer, or ends beyond what a gsize can
 * address. */
static gboolean
find_extent (Extent * extent, const GstVideoMeta * meta,
    const GstVideoInfo * info)
{
  gsize rise;

  extent->offset = meta ? meta->offset[0] : GST_VIDEO_INFO_PLANE_OFFSET (info,
      0);
  extent->stride = meta ? meta->stride[0] : GST_VIDEO_INFO_PLANE_STRIDE (info,
      0);

  if (!g_size_checked_mul (&rise, ABS (extent->stride),
          GST_VIDEO_INFO_HEIGHT (info) - 1)
      || !g_size_checked_add (&extent->bytes, rise, get_row_bytes (info)))
    return FALSE;
  extent->first = extent->offset;
  if (extent->stride < 0) {
    if (rise > extent->offset)
      return FALSE;
    extent->first -= rise;
  }

  return g_size_checked_add (&extent->end, extent->first, extent->bytes);
}

/* A frame in one memory is mapped through its meta, which may have a map
 * function of its own. Mapping a frame in several memories merges them, which
 * is a copy. If one of them can't be mapped, gst_buffer_map_range() returns
 * TRUE and no memory. */
static gboolean
map_extent (GstNtMosaicFrame * frame, const Extent * extent, guint index,
    guint n_memories, gsize skip)
{
  gint stride;

  if (frame->meta && n_memories == 1) {
    gpointer data;

    if (!gst_video_meta_map (frame->meta, 0, &frame->map, &data, &stride,
            GST_MAP_READ))
      return FALSE;
    frame->data = data;
    frame->stride = stride;
    return TRUE;
  }

  frame->meta = NULL;
  if (!gst_buffer_map_range (frame->buffer, index, n_memories, &frame->map,
          GST_MAP_READ) || frame->map.memory == NULL)
    return FALSE;
  frame->data = frame->map.data + skip + (extent->offset - extent->first);
  frame->stride = extent->stride;
  return TRUE;
}

static gchar *
explain_extent (const Extent * extent, const GstVideoInfo * info,
    GstBuffer * buffer)
{
  return g_strdup_printf ("a buffer of %" G_GSIZE_FORMAT " bytes is too short "
      "for %s %dx%d with rows that begin at byte %" G_GSIZE_FORMAT " and are %"
      G_GSSIZE_FORMAT " bytes apart: correct offset and stride in its "
      "GstVideoMeta", gst_buffer_get_size (buffer),
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
      extent->offset, extent->stride);
}

static gchar *
explain_size (const Extent * extent, const GstVideoInfo * info,
    GstBuffer * buffer)
{
  const gsize row_bytes = get_row_bytes (info);
  const gsize height = GST_VIDEO_INFO_HEIGHT (info);
  const gsize bytes = gst_buffer_get_size (buffer);
  const gchar *format =
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info));

  if (bytes / height == row_bytes && (gsize) extent->stride > row_bytes)
    return g_strdup_printf ("a buffer of %" G_GSIZE_FORMAT " bytes has rows of "
        "%" G_GSIZE_FORMAT " bytes, but the rows of %s %dx%d are %"
        G_GSSIZE_FORMAT " bytes apart in GStreamer, and need %" G_GSIZE_FORMAT
        " in all: pad the rows, or add a GstVideoMeta that says how far apart "
        "they are", bytes, row_bytes, format, GST_VIDEO_INFO_WIDTH (info),
        GST_VIDEO_INFO_HEIGHT (info), extent->stride, extent->end);

  return g_strdup_printf ("a buffer of %" G_GSIZE_FORMAT " bytes is too short "
      "for %s %dx%d, which needs %" G_GSIZE_FORMAT ": make the source send "
      "frames that match its caps", bytes, format,
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info), extent->end);
}

gboolean
gst_nt_mosaic_frame_map (GstNtMosaicFrame * frame, const GstVideoInfo * info,
    GstBuffer * buffer, gchar ** why)
{
  Extent extent = { 0, };
  guint index;
  guint n_memories;
  gsize skip;

  frame->buffer = buffer;
  frame->meta = gst_buffer_get_video_meta (buffer);

  if (frame->meta && !meta_fits (frame->meta, info, why))
    goto refuse;

  if (!find_extent (&extent, frame->meta, info)) {
    *why = explain_extent (&extent, info, buffer);
    goto refuse;
  }
  if (extent.end > gst_buffer_get_size (buffer)
      || !gst_buffer_find_memory (buffer, extent.first, extent.bytes, &index,
          &n_memories, &skip)) {
    *why = explain_size (&extent, info, buffer);
    goto refuse;
  }

  if (!map_extent (frame, &extent, index, n_memories, skip)) {
    *why = g_strdup_printf ("a buffer of %" G_GSIZE_FORMAT " bytes can't be "
        "mapped for reading: put an element before the pad that downloads to "
        "system memory", gst_buffer_get_size (buffer));
    goto refuse;
  }

  return TRUE;

refuse:
  gst_clear_buffer (&frame->buffer);
  return FALSE;
}

void
gst_nt_mosaic_frame_unmap (GstNtMosaicFrame * frame)
{
  if (frame->buffer == NULL)
    return;

  if (frame->meta)
    gst_video_meta_unmap (frame->meta, 0, &frame->map);
  else
    gst_buffer_unmap (frame->buffer, &frame->map);
  gst_clear_buffer (&frame->buffer);
}
