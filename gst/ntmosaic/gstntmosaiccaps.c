/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Caps algebra. All functions are pure. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaiccaps.h"

#include "gstntmosaicformats.h"

/* The height of the frame of whose colorimetry pads ask first. */
#define HD_HEIGHT 720

/* ---- What a sink pad should be sent ---- */

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

/* Narrows @caps, of @format, to the colorimetry that a pad asks for when no
 * other pad has caps yet: sRGB, or what GStreamer takes for granted in an HD
 * frame of another format. It is a single one, so that pads that negotiate at
 * the same time choose alike, whatever size their frames have. */
static GstCaps *
narrow_to_first_colorimetry (GstCaps * caps, GstVideoFormat format)
{
  GstVideoInfo info;
  gchar *colorimetry;

  if (format == GST_VIDEO_FORMAT_UNKNOWN
      || !gst_video_info_set_format (&info, format, HD_HEIGHT, HD_HEIGHT))
    return caps;

  colorimetry = gst_video_colorimetry_to_string (&info.colorimetry);
  if (colorimetry)
    caps = narrow_to_string (caps, "colorimetry", colorimetry);
  g_free (colorimetry);

  return caps;
}

static GstCaps *
narrow_to_chroma_site (GstCaps * caps, const GstVideoInfo * like)
{
  gchar *site;

  if (like->chroma_site == GST_VIDEO_CHROMA_SITE_UNKNOWN)
    return caps;

  site = gst_video_chroma_site_to_string (like->chroma_site);
  if (site)
    caps = narrow_to_string (caps, "chroma-site", site);
  g_free (site);

  return caps;
}

/* Narrows format, colorimetry and chroma-site, which a converter chooses. The
 * order of the caps would not do: a converter prefers to pass frames on
 * unchanged. */
static GstCaps *
narrow_pixels (GstCaps * caps, GstCaps * template_caps,
    const GstVideoInfo * like)
{
  GstVideoFormat first;
  gchar *colorimetry;

  if (like == NULL) {
    caps = narrow_to_first_format (caps, template_caps, &first);
    return narrow_to_first_colorimetry (caps, first);
  }

  caps = narrow_to_string (caps, "format",
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (like)));
  colorimetry = gst_video_colorimetry_to_string (&like->colorimetry);
  if (colorimetry)
    caps = narrow_to_string (caps, "colorimetry", colorimetry);
  g_free (colorimetry);

  return narrow_to_chroma_site (caps, like);
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

/* ---- Whether the pads agree ---- */

static gboolean
same_format (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return GST_VIDEO_INFO_FORMAT (a) == GST_VIDEO_INFO_FORMAT (b);
}

static gchar *
print_format (const GstVideoInfo * info)
{
  return g_strdup (gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)));
}

static gboolean
same_par (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return gst_util_fraction_compare (GST_VIDEO_INFO_PAR_N (a),
      GST_VIDEO_INFO_PAR_D (a), GST_VIDEO_INFO_PAR_N (b),
      GST_VIDEO_INFO_PAR_D (b)) == 0;
}

static gchar *
print_par (const GstVideoInfo * info)
{
  return g_strdup_printf ("%d/%d", GST_VIDEO_INFO_PAR_N (info),
      GST_VIDEO_INFO_PAR_D (info));
}

static gboolean
same_interlace_mode (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return GST_VIDEO_INFO_INTERLACE_MODE (a) == GST_VIDEO_INFO_INTERLACE_MODE (b);
}

static gchar *
print_interlace_mode (const GstVideoInfo * info)
{
  return g_strdup (gst_video_interlace_mode_to_string
      (GST_VIDEO_INFO_INTERLACE_MODE (info)));
}

static gboolean
same_field_order (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return GST_VIDEO_INFO_FIELD_ORDER (a) == GST_VIDEO_INFO_FIELD_ORDER (b)
      || GST_VIDEO_INFO_FIELD_ORDER (a) == GST_VIDEO_FIELD_ORDER_UNKNOWN
      || GST_VIDEO_INFO_FIELD_ORDER (b) == GST_VIDEO_FIELD_ORDER_UNKNOWN;
}

static gchar *
print_field_order (const GstVideoInfo * info)
{
  return g_strdup (gst_video_field_order_to_string (GST_VIDEO_INFO_FIELD_ORDER
          (info)));
}

/* In each of these fields, 0 is "unknown" and agrees with any value. */
#define SAME_OR_UNKNOWN(a, b) ((a) == (b) || (a) == 0 || (b) == 0)

static gboolean
same_colorimetry (const GstVideoInfo * a, const GstVideoInfo * b)
{
  const GstVideoColorimetry *ca = &a->colorimetry;
  const GstVideoColorimetry *cb = &b->colorimetry;

  return SAME_OR_UNKNOWN (ca->range, cb->range)
      && SAME_OR_UNKNOWN (ca->matrix, cb->matrix)
      && SAME_OR_UNKNOWN (ca->transfer, cb->transfer)
      && SAME_OR_UNKNOWN (ca->primaries, cb->primaries);
}

static gchar *
print_colorimetry (const GstVideoInfo * info)
{
  gchar *text = gst_video_colorimetry_to_string (&info->colorimetry);

  return text ? text : g_strdup ("unknown");
}

static gboolean
same_chroma_site (const GstVideoInfo * a, const GstVideoInfo * b)
{
  return SAME_OR_UNKNOWN (a->chroma_site, b->chroma_site);
}

static gchar *
print_chroma_site (const GstVideoInfo * info)
{
  gchar *text = gst_video_chroma_site_to_string (info->chroma_site);

  return text ? text : g_strdup ("unknown");
}

/* The fields in which all pads must agree, and the element that changes such a
 * field. */
static const struct
{
  const gchar *field;
  gboolean (*same) (const GstVideoInfo * a, const GstVideoInfo * b);
  gchar *(*print) (const GstVideoInfo * info);
  const gchar *remedy;
} shared_fields[] = {
  {"format", same_format, print_format, "videoconvert"},
  {"pixel-aspect-ratio", same_par, print_par, "videoscale"},
  {"interlace-mode", same_interlace_mode, print_interlace_mode, "deinterlace"},
  {"field-order", same_field_order, print_field_order, "deinterlace"},
  {"colorimetry", same_colorimetry, print_colorimetry, "videoconvert"},
  {"chroma-site", same_chroma_site, print_chroma_site, "videoconvert"},
};

static void
set_disagreement (GError ** error, const GstNtMosaicInput * a,
    const GstNtMosaicInput * b, guint field)
{
  gchar *value_a = shared_fields[field].print (&a->info);
  gchar *value_b = shared_fields[field].print (&b->info);

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s has %s %s, but %s has %s, and all tiles of a strip must agree: put a "
      "%s before the pads", a->pad_name, shared_fields[field].field, value_a,
      b->pad_name, value_b, shared_fields[field].remedy);
  g_free (value_a);
  g_free (value_b);
}

static gboolean
pair_agrees (const GstNtMosaicInput * a, const GstNtMosaicInput * b,
    GError ** error)
{
  guint field;

  for (field = 0; field < G_N_ELEMENTS (shared_fields); field++)
    if (!shared_fields[field].same (&a->info, &b->info)) {
      set_disagreement (error, a, b, field);
      return FALSE;
    }

  return TRUE;
}

/* How many of the fields that may be unknown are known. */
static guint
count_known (const GstVideoInfo * info)
{
  return (info->colorimetry.range != 0) + (info->colorimetry.matrix != 0)
      + (info->colorimetry.transfer != 0) + (info->colorimetry.primaries != 0)
      + (info->chroma_site != 0)
      + (GST_VIDEO_INFO_FIELD_ORDER (info) != GST_VIDEO_FIELD_ORDER_UNKNOWN);
}

/* The input that all are compared with. An unknown field agrees with any value,
 * so the input with most known fields is the best. */
static const GstNtMosaicInput *
find_reference (const GstNtMosaicInput * inputs, guint n_inputs)
{
  const GstNtMosaicInput *reference = &inputs[0];
  guint i;

  for (i = 1; i < n_inputs; i++)
    if (count_known (&inputs[i].info) > count_known (&reference->info))
      reference = &inputs[i];

  return reference;
}

gboolean
gst_nt_mosaic_inputs_agree (const GstNtMosaicInput * inputs, guint n_inputs,
    GError ** error)
{
  const GstNtMosaicInput *reference;
  guint i;

  if (n_inputs == 0)
    return TRUE;

  reference = find_reference (inputs, n_inputs);
  for (i = 0; i < n_inputs; i++)
    if (!pair_agrees (reference, &inputs[i], error))
      return FALSE;

  return TRUE;
}

/* ---- The strip's caps ---- */

/* The rate of the fastest input; 0/1 if all inputs are 0/1, as still images
 * are. */
static void
find_framerate (const GstNtMosaicInput * inputs, guint n_inputs, gint * fps_n,
    gint * fps_d)
{
  guint i;

  *fps_n = 0;
  *fps_d = 1;
  for (i = 0; i < n_inputs; i++) {
    const GstVideoInfo *info = &inputs[i].info;

    if (GST_VIDEO_INFO_FPS_N (info) > 0
        && gst_util_fraction_compare (GST_VIDEO_INFO_FPS_N (info),
            GST_VIDEO_INFO_FPS_D (info), *fps_n, *fps_d) > 0) {
      *fps_n = GST_VIDEO_INFO_FPS_N (info);
      *fps_d = GST_VIDEO_INFO_FPS_D (info);
    }
  }
}

GstCaps *
gst_nt_mosaic_describe_strip (const GstNtMosaicInput * inputs, guint n_inputs,
    const NtmLayout * layout)
{
  const GstVideoInfo *reference = &find_reference (inputs, n_inputs)->info;
  GstVideoInfo info;

  gst_video_info_set_format (&info, GST_VIDEO_INFO_FORMAT (reference),
      layout->width, layout->height);
  GST_VIDEO_INFO_INTERLACE_MODE (&info) =
      GST_VIDEO_INFO_INTERLACE_MODE (reference);
  GST_VIDEO_INFO_FIELD_ORDER (&info) = GST_VIDEO_INFO_FIELD_ORDER (reference);
  GST_VIDEO_INFO_PAR_N (&info) = GST_VIDEO_INFO_PAR_N (reference);
  GST_VIDEO_INFO_PAR_D (&info) = GST_VIDEO_INFO_PAR_D (reference);
  info.colorimetry = reference->colorimetry;
  info.chroma_site = reference->chroma_site;
  find_framerate (inputs, n_inputs, &GST_VIDEO_INFO_FPS_N (&info),
      &GST_VIDEO_INFO_FPS_D (&info));

  return gst_video_info_to_caps (&info);
}

static GstCaps *
loosen_rate (const GstCaps * natural)
{
  GstCaps *possible = gst_caps_copy (natural);

  gst_caps_set_simple (possible,
      "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);

  return possible;
}

/* If the field is an integer, it may be larger, up to @max. */
static void
loosen_size (GstCaps * caps, const gchar * field, gint max)
{
  GstStructure *s = gst_caps_get_structure (caps, 0);
  gint size;

  if (gst_structure_get_int (s, field, &size) && size < max)
    gst_structure_set (s, field, GST_TYPE_INT_RANGE, size, max, NULL);
}

GstCaps *
gst_nt_mosaic_loosen_strip (const GstCaps * natural, guint max_width)
{
  GstCaps *possible = loosen_rate (natural);

  loosen_size (possible, "width", max_width > 0 ? max_width : G_MAXINT);
  loosen_size (possible, "height", G_MAXINT);

  return possible;
}

/* The least of the sizes in @value that is a multiple of @unit: that of the
 * tiles, or the next one that downstream takes. G_MAXINT: there is none.
 * GStreamer's functions that fixate a field pass over ranges in lists. */
static gint
find_least (const GValue * value, gint unit)
{
  gint least = G_MAXINT;
  guint i;

  if (G_VALUE_HOLDS_INT (value))
    return g_value_get_int (value) % unit == 0 ? g_value_get_int (value)
        : G_MAXINT;
  if (GST_VALUE_HOLDS_INT_RANGE (value)) {
    const gint64 max = gst_value_get_int_range_max (value);
    gint64 size = gst_value_get_int_range_min (value);

    /* A unit is one pixel or two: if the next size is odd too, all are. */
    if (size % unit != 0)
      size += gst_value_get_int_range_step (value);
    return size % unit == 0 && size <= max ? size : G_MAXINT;
  }

  for (i = 0; i < gst_value_list_get_size (value); i++)
    least = MIN (least, find_least (gst_value_list_get_value (value, i), unit));

  return least;
}

static void
fixate_size (GstStructure * s, const gchar * field, gint unit)
{
  const GValue *value = gst_structure_get_value (s, field);
  const gint size = find_least (value, unit);

  gst_structure_set (s, field, G_TYPE_INT,
      size < G_MAXINT ? size : find_least (value, 1), NULL);
}

/* How many pixels of the strip belong together. */
static gint
get_unit (const GstStructure * s)
{
  const GstVideoFormat format =
      gst_video_format_from_string (gst_structure_get_string (s, "format"));

  return gst_nt_mosaic_format_get_unit (gst_video_format_get_info (format));
}

GstCaps *
gst_nt_mosaic_fit_strip (const GstCaps * natural, guint max_width,
    GstCaps * downstream)
{
  GstCaps *possible = loosen_rate (natural);
  GstStructure *s;
  GstCaps *caps;
  gint fps_n;
  gint fps_d;

  /* Downstream's first caps may be for larger strips only, and others not. */
  if (!gst_caps_can_intersect (downstream, possible)) {
    gst_caps_unref (possible);
    possible = gst_nt_mosaic_loosen_strip (natural, max_width);
  }
  caps = gst_caps_intersect (downstream, possible);
  gst_caps_unref (possible);
  if (gst_caps_is_empty (caps)) {
    gst_caps_unref (caps);
    return NULL;
  }

  caps = gst_caps_truncate (gst_caps_make_writable (caps));
  s = gst_caps_get_structure (caps, 0);
  fixate_size (s, "width", get_unit (s));
  fixate_size (s, "height", 1);
  gst_structure_get_fraction (gst_caps_get_structure (natural, 0), "framerate",
      &fps_n, &fps_d);
  gst_structure_fixate_field_nearest_fraction (s, "framerate", fps_n, fps_d);

  return gst_caps_fixate (caps);
}
