/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicsteering.h"

/* The height of the frame of whose colorimetry pads ask first. */
#define HD_HEIGHT 720

/* Each tile has a size and a rate of its own. */
static GstCaps *
forget_size_and_rate (GstCaps * caps)
{
  guint i;

  caps = gst_caps_make_writable (caps);
  for (i = 0; i < gst_caps_get_size (caps); i++)
    gst_structure_set (gst_caps_get_structure (caps, i),
        "width", GST_TYPE_INT_RANGE, 1, G_MAXINT,
        "height", GST_TYPE_INT_RANGE, 1, G_MAXINT,
        "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);

  return caps;
}

/* The part of @caps that fulfils @wish; if there is none, @caps. Takes over
 * both. */
static GstCaps *
narrow (GstCaps * caps, GstCaps * wish)
{
  GstCaps *narrowed = gst_caps_intersect_full (caps, wish,
      GST_CAPS_INTERSECT_FIRST);

  gst_caps_unref (wish);
  if (gst_caps_is_empty (narrowed)) {
    gst_caps_unref (narrowed);
    return caps;
  }

  gst_caps_unref (caps);
  return narrowed;
}

static GstCaps *
narrow_to_string (GstCaps * caps, const gchar * field, const gchar * value)
{
  return narrow (caps, gst_caps_new_simple ("video/x-raw",
          field, G_TYPE_STRING, value, NULL));
}

static GstCaps *
narrow_to_int (GstCaps * caps, const gchar * field, gint value)
{
  return narrow (caps, gst_caps_new_simple ("video/x-raw",
          field, G_TYPE_INT, value, NULL));
}

/* Narrows @caps to the first format of the template that they contain. Sets
 * @first to it; UNKNOWN: they contain none. */
static GstCaps *
narrow_to_first_format (GstCaps * caps, GstCaps * template_caps,
    GstVideoFormat * first)
{
  const GValue *formats = gst_structure_get_value (gst_caps_get_structure
      (template_caps, 0), "format");
  guint i;

  *first = GST_VIDEO_FORMAT_UNKNOWN;
  for (i = 0; i < gst_value_list_get_size (formats); i++) {
    const GValue *format = gst_value_list_get_value (formats, i);
    GstCaps *wish = gst_caps_new_empty_simple ("video/x-raw");
    gboolean found;

    gst_caps_set_value (wish, "format", format);
    found = gst_caps_can_intersect (caps, wish);
    caps = narrow (caps, wish);
    if (found) {
      *first = gst_video_format_from_string (g_value_get_string (format));
      break;
    }
  }

  return caps;
}

/* The colorimetry that a pad asks for when no other pad has caps yet: sRGB, or
 * what GStreamer takes for granted in an HD frame of another format. It is a
 * single one, so that pads that negotiate at the same time choose alike,
 * whatever size their frames have. Likewise the chroma-site, if GStreamer takes
 * one for granted: 1.26 does so by the height of a frame, 1.22 does not. */
static void
get_first_colors (GstVideoFormat format, GstVideoInfo * info)
{
  GstCaps *hd;

  gst_video_info_set_format (info, format, HD_HEIGHT, HD_HEIGHT);
  info->chroma_site = GST_VIDEO_CHROMA_SITE_UNKNOWN;
  hd = gst_video_info_to_caps (info);
  gst_video_info_from_caps (info, hd);
  gst_caps_unref (hd);
}

static GstCaps *
narrow_to_chroma_site (GstCaps * caps, GstVideoChromaSite site)
{
  gchar *text;

  if (site == GST_VIDEO_CHROMA_SITE_UNKNOWN)
    return caps;

  text = gst_video_chroma_site_to_string (site);
  if (text)
    caps = narrow_to_string (caps, "chroma-site", text);
  g_free (text);

  return caps;
}

/* Narrows @caps, of the format of @like, to its colorimetry and chroma-site. If
 * the latter is unknown, pads still choose alike. */
static GstCaps *
narrow_to_colors (GstCaps * caps, const GstVideoInfo * like)
{
  gchar *colorimetry = gst_video_colorimetry_to_string (&like->colorimetry);
  GstVideoInfo first;

  if (colorimetry)
    caps = narrow_to_string (caps, "colorimetry", colorimetry);
  g_free (colorimetry);

  get_first_colors (GST_VIDEO_INFO_FORMAT (like), &first);

  return narrow_to_chroma_site (caps,
      like->chroma_site != GST_VIDEO_CHROMA_SITE_UNKNOWN ? like->chroma_site
      : first.chroma_site);
}

/* Narrows format, colorimetry and chroma-site, which a converter chooses. The
 * order of the caps would not do: a converter prefers to pass frames on
 * unchanged. */
static GstCaps *
narrow_pixels (GstCaps * caps, GstCaps * template_caps,
    const GstVideoInfo * like)
{
  GstVideoInfo first;
  GstVideoFormat format;

  if (like == NULL) {
    caps = narrow_to_first_format (caps, template_caps, &format);
    if (format == GST_VIDEO_FORMAT_UNKNOWN)
      return caps;
    get_first_colors (format, &first);
    return narrow_to_colors (caps, &first);
  }

  caps = narrow_to_string (caps, "format",
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (like)));

  return narrow_to_colors (caps, like);
}

/* Narrows all other fields, one by one: a wish that can't be fulfilled does not
 * spoil the others. */
static GstCaps *
narrow_rest (GstCaps * caps, const GstNtMosaicWishes * wishes)
{
  const GstVideoInfo *like = wishes->like;

  caps = narrow_to_string (caps, "interlace-mode",
      gst_video_interlace_mode_to_string (like ?
          GST_VIDEO_INFO_INTERLACE_MODE (like)
          : GST_VIDEO_INTERLACE_MODE_PROGRESSIVE));
  caps = narrow (caps, gst_caps_new_simple ("video/x-raw",
          "pixel-aspect-ratio", GST_TYPE_FRACTION,
          like ? GST_VIDEO_INFO_PAR_N (like) : 1,
          like ? GST_VIDEO_INFO_PAR_D (like) : 1, NULL));
  if (wishes->tile_width > 0)
    caps = narrow_to_int (caps, "width", wishes->tile_width);
  if (wishes->tile_height > 0)
    caps = narrow_to_int (caps, "height", wishes->tile_height);

  return caps;
}

/* @caps with no fields but format, colorimetry and chroma-site, which a
 * converter chooses. */
static GstCaps *
keep_pixels (GstCaps * caps)
{
  GstCaps *kept = gst_caps_new_empty ();
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    const GstStructure *s = gst_caps_get_structure (caps, i);
    GstStructure *pixels = gst_structure_new_empty (gst_structure_get_name (s));
    const GValue *value;

    if ((value = gst_structure_get_value (s, "format")))
      gst_structure_set_value (pixels, "format", value);
    if ((value = gst_structure_get_value (s, "colorimetry")))
      gst_structure_set_value (pixels, "colorimetry", value);
    if ((value = gst_structure_get_value (s, "chroma-site")))
      gst_structure_set_value (pixels, "chroma-site", value);
    gst_caps_append_structure_full (kept, pixels,
        gst_caps_features_copy (gst_caps_get_features (caps, i)));
  }

  return kept;
}

/* First the caps that fulfil all wishes and that downstream takes too. Then all
 * that the pad takes: the filter is not all that the elements before upstream
 * can do. An element that drops a field (interlace) or changes a size
 * (videocrop) needs the second part. */
static GstCaps *
answer_filter (GstCaps * template_caps, GstCaps * possible, GstCaps * filter,
    const GstNtMosaicWishes * wishes)
{
  GstCaps *best = gst_caps_intersect_full (filter, possible,
      GST_CAPS_INTERSECT_FIRST);
  GstCaps *rest = gst_caps_intersect_full (filter, template_caps,
      GST_CAPS_INTERSECT_FIRST);

  best = narrow_pixels (best, template_caps, wishes->like);
  best = narrow_rest (best, wishes);
  rest = narrow (rest, keep_pixels (possible));
  rest = narrow_pixels (rest, template_caps, wishes->like);

  return gst_caps_merge (best, rest);
}

GstCaps *
gst_nt_mosaic_caps_for_sink (GstCaps * template_caps, GstCaps * downstream,
    GstCaps * filter, const GstNtMosaicWishes * wishes)
{
  GstCaps *possible =
      forget_size_and_rate (gst_caps_intersect (downstream, template_caps));
  GstCaps *best;

  /* Caps that can't work are let through: negotiation then fails in the
   * element, with an error that says why. */
  if (gst_caps_is_empty (possible)
      || (filter && !gst_caps_can_intersect (possible, filter))) {
    gst_caps_unref (possible);
    possible = gst_caps_copy (template_caps);
  }

  if (filter) {
    best = answer_filter (template_caps, possible, filter, wishes);
    gst_caps_unref (possible);
    return best;
  }

  best = narrow_pixels (gst_caps_ref (possible), template_caps, wishes->like);
  best = narrow_rest (best, wishes);
  best = gst_caps_merge (best, possible);

  return gst_caps_merge (best, gst_caps_ref (template_caps));
}
