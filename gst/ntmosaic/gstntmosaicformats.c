/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicformats.h"

#include <string.h>

#include "gstntlayout.h"

/* ---- Which formats ---- */

/* These come first, and RGBA before all: a pad that can have any format gets
 * RGBA, so that pads that negotiate at the same time choose alike. */
static const GstVideoFormat first_formats[] = {
  GST_VIDEO_FORMAT_RGBA, GST_VIDEO_FORMAT_BGRA,
  GST_VIDEO_FORMAT_ARGB, GST_VIDEO_FORMAT_ABGR,
  GST_VIDEO_FORMAT_RGBx, GST_VIDEO_FORMAT_BGRx,
  GST_VIDEO_FORMAT_xRGB, GST_VIDEO_FORMAT_xBGR,
};

#define NOT_PACKED (GST_VIDEO_FORMAT_FLAG_COMPLEX                             \
    | GST_VIDEO_FORMAT_FLAG_PALETTE | GST_VIDEO_FORMAT_FLAG_TILED)

guint
gst_nt_mosaic_format_get_unit (const GstVideoFormatInfo * finfo)
{
  guint shift = 0;
  guint i;

  for (i = 0; i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (finfo); i++)
    shift = MAX (shift, GST_VIDEO_FORMAT_INFO_W_SUB (finfo, i));

  return 1 << shift;
}

/* Whether the samples of a pixel, or of a pair, are together in whole bytes. */
static gboolean
is_packed (const GstVideoFormatInfo * finfo)
{
  const gint pixel_bytes = GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, 0);
  const guint unit = gst_nt_mosaic_format_get_unit (finfo);
  guint i;

  if (GST_VIDEO_FORMAT_INFO_N_PLANES (finfo) != 1
      || (GST_VIDEO_FORMAT_INFO_FLAGS (finfo) & NOT_PACKED)
      || finfo->pack_func == NULL || pixel_bytes < 1 || unit > 2
      || pixel_bytes * unit > NTM_MAX_PIXEL_BYTES)
    return FALSE;

  for (i = 0; i < GST_VIDEO_FORMAT_INFO_N_COMPONENTS (finfo); i++)
    if (GST_VIDEO_FORMAT_INFO_H_SUB (finfo, i) > 0
        || GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, i)
        != pixel_bytes << GST_VIDEO_FORMAT_INFO_W_SUB (finfo, i))
      return FALSE;

  return TRUE;
}

/* Whether GstVideoInfo has the stride of a strip's layout. */
static gboolean
has_our_stride (const GstVideoFormatInfo * finfo)
{
  const guint unit = gst_nt_mosaic_format_get_unit (finfo);
  guint width;

  for (width = unit; width <= 8 * unit; width += unit) {
    const guint row_bytes = width * GST_VIDEO_FORMAT_INFO_PSTRIDE (finfo, 0);
    const gint stride = (row_bytes + GST_NT_STRIDE_GRANULARITY - 1)
        / GST_NT_STRIDE_GRANULARITY * GST_NT_STRIDE_GRANULARITY;
    GstVideoInfo info;

    if (!gst_video_info_set_format (&info,
            GST_VIDEO_FORMAT_INFO_FORMAT (finfo), width, 3)
        || GST_VIDEO_INFO_PLANE_STRIDE (&info, 0) != stride
        || GST_VIDEO_INFO_PLANE_OFFSET (&info, 0) != 0
        || GST_VIDEO_INFO_SIZE (&info) != (gsize) stride * 3)
      return FALSE;
  }

  return TRUE;
}

static gboolean
is_first (GstVideoFormat format)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (first_formats); i++)
    if (first_formats[i] == format)
      return TRUE;

  return FALSE;
}

GstCaps *
gst_nt_mosaic_formats_new_caps (void)
{
  GArray *formats = g_array_new (FALSE, FALSE, sizeof (GstVideoFormat));
  const GstVideoFormat *all;
  GstCaps *caps;
  guint n_all;
  guint i;

  g_array_append_vals (formats, first_formats, G_N_ELEMENTS (first_formats));
  all = gst_video_formats_raw (&n_all);
  for (i = 0; i < n_all; i++) {
    const GstVideoFormatInfo *finfo = gst_video_format_get_info (all[i]);

    if (!is_first (all[i]) && is_packed (finfo) && has_our_stride (finfo))
      g_array_append_val (formats, all[i]);
  }
  caps = gst_video_make_raw_caps (&g_array_index (formats, GstVideoFormat, 0),
      formats->len);
  g_array_unref (formats);

  return caps;
}

/* ---- A colour ---- */

/* The components of a colour: those of the format's pixels, and alpha last.
 * From 0 to 1, and with the two chroma components of YUV from -0.5 to 0.5. */
typedef struct
{
  gdouble components[4];
} Color;

/* As GStreamer has it for gray frames if no matrix is known. */
#define DEFAULT_MATRIX GST_VIDEO_COLOR_MATRIX_BT601

static Color
get_rgb (guint32 argb)
{
  const Color color = { {
          (argb >> 16 & 0xff) / 255.0, (argb >> 8 & 0xff) / 255.0,
          (argb & 0xff) / 255.0, (argb >> 24) / 255.0}
  };

  return color;
}

static Color
get_yuv (guint32 argb, GstVideoColorMatrix matrix)
{
  const Color rgb = get_rgb (argb);
  const gdouble r = rgb.components[0];
  const gdouble b = rgb.components[2];
  gdouble kr;
  gdouble kb;
  gdouble y;

  if (!gst_video_color_matrix_get_Kr_Kb (matrix, &kr, &kb))
    gst_video_color_matrix_get_Kr_Kb (DEFAULT_MATRIX, &kr, &kb);
  y = kr * r + (1 - kr - kb) * rgb.components[1] + kb * b;

  return (Color) { {
          y, (b - y) / 2 / (1 - kb), (r - y) / 2 / (1 - kr),
          rgb.components[3]}
  };
}

/* Component @i of @color, as GstVideoFormatInfo counts them, in @bits bits. It
 * is rounded to the depth of the component, so packing it drops only zeros. */
static guint
quantize (const GstVideoInfo * info, const Color * color, guint i, guint bits)
{
  const gboolean is_missing = i >= GST_VIDEO_INFO_N_COMPONENTS (info);
  const guint depth = is_missing ? bits : GST_VIDEO_INFO_COMP_DEPTH (info, i);
  const gint most = (1 << depth) - 1;
  gint offset[GST_VIDEO_MAX_COMPONENTS] = { 0, };
  gint scale[GST_VIDEO_MAX_COMPONENTS] = { most, most, most, most };
  gint value;

  if (!GST_VIDEO_INFO_IS_RGB (info) && i < 3 && !is_missing)
    gst_video_color_range_offsets (info->colorimetry.range, info->finfo,
        offset, scale);
  value = (gint) (offset[i] + scale[i] * color->components[i] + 0.5);

  return (guint) CLAMP (value, 0, most) << (bits - depth);
}

void
gst_nt_mosaic_format_paint (const GstVideoInfo * info, guint32 argb,
    guint8 pixels[NTM_MAX_PIXEL_BYTES])
{
  /* Of unpacked pixels, alpha is the first component. */
  static const guint order[] = { 3, 0, 1, 2 };
  const GstVideoFormatInfo *finfo = info->finfo;
  const guint unit = gst_nt_mosaic_format_get_unit (finfo);
  const guint bits = GST_VIDEO_FORMAT_INFO_BITS
      (gst_video_format_get_info (finfo->unpack_format));
  const Color color = GST_VIDEO_INFO_IS_RGB (info) ? get_rgb (argb)
      : get_yuv (argb, info->colorimetry.matrix);
  guint16 unpacked_16[8];
  guint8 unpacked_8[8];
  gpointer data[GST_VIDEO_MAX_PLANES] = { pixels, };
  gint stride[GST_VIDEO_MAX_PLANES] = { 0, };
  guint i;

  memset (pixels, 0, NTM_MAX_PIXEL_BYTES);
  if (finfo->pack_func == NULL)
    return;

  for (i = 0; i < 4 * unit; i++) {
    unpacked_16[i] = quantize (info, &color, order[i % 4], bits);
    unpacked_8[i] = unpacked_16[i];
  }
  finfo->pack_func (finfo, GST_VIDEO_PACK_FLAG_NONE,
      bits > 8 ? (gpointer) unpacked_16 : unpacked_8, 0, data, stride,
      info->chroma_site, 0, unit);
}
