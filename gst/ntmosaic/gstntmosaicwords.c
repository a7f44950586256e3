/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicwords.h"

#include <string.h>

#define RAW_VIDEO "video/x-raw"

/* Longest list of names in a text: videoconvert alone knows over 80 formats. */
#define MAX_NAMES 8

/* ---- Lists ---- */

static void
add_name (GPtrArray * names, const gchar * name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

/* "a", "a or b", "a, b or c"; "a, b, … or one of 2 others" if there are too
 * many. Takes over @names. */
static gchar *
join (GPtrArray * names)
{
  const guint n = names->len <= MAX_NAMES + 1 ? names->len : MAX_NAMES;
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < n; i++) {
    if (i > 0)
      g_string_append (text, i + 1 == names->len ? " or " : ", ");
    g_string_append (text, g_ptr_array_index (names, i));
  }
  if (names->len > n)
    g_string_append_printf (text, " or one of %u others", names->len - n);
  g_ptr_array_unref (names);

  return g_string_free (text, FALSE);
}

static void
add_value (GPtrArray * names, const GValue * value)
{
  gchar *text;
  guint i;

  if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      add_value (names, gst_value_list_get_value (value, i));
    return;
  }

  text = G_VALUE_HOLDS_STRING (value) ? g_value_dup_string (value)
      : gst_value_serialize (value);
  add_name (names, text);
  g_free (text);
}

static gboolean
is_in_system_memory (const GstCaps * caps, guint i)
{
  const GstCapsFeatures *features = gst_caps_get_features (caps, i);

  return features == NULL || gst_caps_features_is_any (features)
      || gst_caps_features_is_equal (features,
      GST_CAPS_FEATURES_MEMORY_SYSTEM_MEMORY);
}

static gboolean
is_raw (const GstCaps * caps, guint i)
{
  return gst_structure_has_name (gst_caps_get_structure (caps, i), RAW_VIDEO);
}

/* The media type, and in brackets its caps features. */
static gchar *
name_type (const GstCaps * caps, guint i)
{
  const gchar *name =
      gst_structure_get_name (gst_caps_get_structure (caps, i));
  gchar *features;
  gchar *text;

  if (is_in_system_memory (caps, i))
    return g_strdup (name);

  features = gst_caps_features_to_string (gst_caps_get_features (caps, i));
  text = g_strdup_printf ("%s(%s)", name, features);
  g_free (features);

  return text;
}

/* The formats of raw frames in system memory, and the types of all others. */
static gchar *
list_kinds (const GstCaps * caps)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    const GValue *format = gst_structure_get_value (gst_caps_get_structure
        (caps, i), "format");

    if (is_raw (caps, i) && is_in_system_memory (caps, i) && format) {
      add_value (names, format);
    } else {
      gchar *type = name_type (caps, i);

      add_name (names, type);
      g_free (type);
    }
  }

  return join (names);
}

/* ---- Caps that a sink pad refuses ---- */

/* How to turn frames of structure @i into raw frames in system memory. */
static const gchar *
find_remedy (const GstCaps * caps, guint i)
{
  const gchar *name =
      gst_structure_get_name (gst_caps_get_structure (caps, i));

  if (!is_raw (caps, i))
    return g_str_has_prefix (name, "video/") || g_str_has_prefix (name,
        "image/") ? "put a decodebin and a videoconvert before the pad"
        : "link only sources of pictures to the pad";
  if (is_in_system_memory (caps, i))
    return "put a videoconvert before the pad";
  if (gst_caps_features_contains (gst_caps_get_features (caps, i),
          "format:Interlaced"))
    return "put a deinterlace before the pad";

  return "put an element before the pad that downloads to system memory, such "
      "as gldownload";
}

/* The first field that is missing in @s, or has a value there that is not in
 * @template; NULL if there is none. */
static const gchar *
find_wrong_field (const GstStructure * s, const GstStructure * template)
{
  static const gchar *const fields[] =
      { "format", "width", "height", "framerate" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *value = gst_structure_get_value (s, fields[i]);

    if (value == NULL || !gst_value_is_subset (value,
            gst_structure_get_value (template, fields[i])))
      return fields[i];
  }

  return NULL;
}

static gchar *
explain_field (const gchar * pad_name, const GstCaps * caps,
    const GstStructure * template)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *field = find_wrong_field (s, template);
  gchar *value;
  gchar *text;

  if (field == NULL) {
    value = gst_caps_to_string (caps);
    text = g_strdup_printf ("%s can't take %s: correct the caps of the source",
        pad_name, value);
  } else if (!gst_structure_has_field (s, field)) {
    value = NULL;
    text = g_strdup_printf ("%s gets caps without a %s: add one to the caps of "
        "the source%s", pad_name, field, strcmp (field, "framerate") == 0 ?
        ", such as framerate=25/1, or framerate=0/1 for stills" : "");
  } else {
    value = gst_value_serialize (gst_structure_get_value (s, field));
    text = g_strdup_printf ("%s gets caps with a %s of %s: correct the caps of "
        "the source", pad_name, field, value);
  }
  g_free (value);

  return text;
}

gchar *
gst_nt_mosaic_explain_input (const gchar * pad_name, const GstCaps * caps,
    const GstCaps * template_caps)
{
  const GstStructure *template = gst_caps_get_structure (template_caps, 0);
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  const gchar *field = find_wrong_field (s, template);

  if (is_raw (caps, 0) && is_in_system_memory (caps, 0)
      && (g_strcmp0 (field, "format") != 0
          || !gst_structure_has_field (s, "format")))
    return explain_field (pad_name, caps, template);

  return gst_nt_mosaic_explain_offer (pad_name, caps, template_caps);
}

gchar *
gst_nt_mosaic_explain_offer (const gchar * pad_name, const GstCaps * offers,
    const GstCaps * template_caps)
{
  gchar *ours = list_kinds (template_caps);
  gchar *theirs = list_kinds (offers);
  gchar *text = g_strdup_printf ("%s gets %s, but takes only %s: %s", pad_name,
      theirs, ours, find_remedy (offers, 0));

  g_free (theirs);
  g_free (ours);

  return text;
}

gboolean
gst_nt_mosaic_has_plain_memory (const GstCaps * caps)
{
  guint i;

  if (gst_caps_is_any (caps))
    return FALSE;
  for (i = 0; i < gst_caps_get_size (caps); i++)
    if (is_in_system_memory (caps, i))
      return TRUE;

  return FALSE;
}

gchar *
gst_nt_mosaic_explain_no_link (const gchar * pad_name,
    const GstCaps * template_caps)
{
  gchar *ours = list_kinds (template_caps);
  gchar *text = g_strdup_printf ("%s was released before anything was linked "
      "to it: if the link failed, that is because it takes only %s: put a "
      "videoconvert before the pad", pad_name, ours);

  g_free (ours);

  return text;
}

/* ---- Strips that downstream refuses ---- */

/* A field of a strip's caps, the words for it, and how to change its value. */
typedef struct
{
  const gchar *field;
  const gchar *before;          /* the value, in a sentence */
  const gchar *after;
  const gchar *remedy;          /* "%d": the largest value that is taken */
  gboolean may_grow;            /* a larger value would do */
} StripField;

static const StripField strip_fields[] = {
  {"width", "the strip is ", " pixels wide",
      "set max-width=%d or fewer columns to fold it into rows, or use narrower "
      "tiles or another element there", TRUE},
  {"height", "the strip is ", " pixels high",
      "set more columns, or use lower tiles or another element there", TRUE},
  {"format", "the strip has format ", "",
      "put a videoconvert behind the mosaic", FALSE},
  {"pixel-aspect-ratio", "the strip has pixel-aspect-ratio ", "",
      "put a videoscale behind the mosaic", FALSE},
  {"interlace-mode", "the strip has interlace-mode ", "",
      "put a deinterlace or an interlace behind the mosaic", FALSE},
  {"field-order", "the strip has field-order ", "",
      "put a deinterlace behind the mosaic", FALSE},
  {"colorimetry", "the strip has colorimetry ", "",
      "put a videoconvert behind the mosaic", FALSE},
  {"chroma-site", "the strip has chroma-site ", "",
      "put a videoconvert behind the mosaic", FALSE},
  {"framerate", "the strip has framerate ", "",
      "put a videorate behind the mosaic", FALSE},
};

/* Whether @limits take no caps at all with this value of @field, or if @field
 * is NULL, no raw video in system memory. */
static gboolean
excludes (const GstCaps * limits, const StripField * field,
    const GValue * value)
{
  GstCaps *alone = gst_caps_new_empty_simple (RAW_VIDEO);
  gboolean takes;

  if (field && field->may_grow && G_VALUE_HOLDS_INT (value)
      && g_value_get_int (value) < G_MAXINT)
    gst_caps_set_simple (alone, field->field, GST_TYPE_INT_RANGE,
        g_value_get_int (value), G_MAXINT, NULL);
  else if (field)
    gst_caps_set_value (alone, field->field, value);
  takes = gst_caps_can_intersect (limits, alone);
  gst_caps_unref (alone);

  return !takes;
}

static const StripField *
find_limited_field (const GstCaps * limits, const GstStructure * strip)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (strip_fields); i++) {
    const GValue *value =
        gst_structure_get_value (strip, strip_fields[i].field);

    if (value && excludes (limits, &strip_fields[i], value))
      return &strip_fields[i];
  }

  return NULL;
}

static GPtrArray *
list_values (const GstCaps * caps, const gchar * field)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  guint i;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    const GValue *value = gst_structure_get_value (gst_caps_get_structure
        (caps, i), field);

    if (is_raw (caps, i) && is_in_system_memory (caps, i) && value)
      add_value (names, value);
  }

  return names;
}

static void
extend_range (const GValue * value, gint * min, gint * max)
{
  guint i;

  if (G_VALUE_HOLDS_INT (value)) {
    *min = MIN (*min, g_value_get_int (value));
    *max = MAX (*max, g_value_get_int (value));
  } else if (GST_VALUE_HOLDS_INT_RANGE (value)) {
    *min = MIN (*min, gst_value_get_int_range_min (value));
    *max = MAX (*max, gst_value_get_int_range_max (value));
  } else if (GST_VALUE_HOLDS_LIST (value)) {
    for (i = 0; i < gst_value_list_get_size (value); i++)
      extend_range (gst_value_list_get_value (value, i), min, max);
  }
}

/* The least and the largest integer for @field that @limits take. */
static void
find_range (const GstCaps * limits, const gchar * field, gint * min,
    gint * max)
{
  guint i;

  for (i = 0; i < gst_caps_get_size (limits); i++) {
    const GValue *limit = gst_structure_get_value (gst_caps_get_structure
        (limits, i), field);

    if (is_raw (limits, i) && is_in_system_memory (limits, i) && limit)
      extend_range (limit, min, max);
  }
}

/* The values of @field that @limits take, which @value is not: "32767 at most",
 * "only BGRx". */
static gchar *
describe_limit (const GstCaps * limits, const gchar * field,
    const GValue * value)
{
  gint min = G_MAXINT;
  gint max = G_MININT;
  gchar *values;
  gchar *text;

  if (G_VALUE_HOLDS_INT (value))
    find_range (limits, field, &min, &max);
  if (min < max && g_value_get_int (value) > max)
    return g_strdup_printf ("%d at most", max);

  values = join (list_values (limits, field));
  text = g_strdup_printf ("only %s", values);
  g_free (values);

  return text;
}

static gchar *
describe_remedy (const GstCaps * limits, const StripField * field)
{
  const gchar *number = strstr (field->remedy, "%d");
  gint min = G_MAXINT;
  gint max = G_MININT;

  if (number == NULL)
    return g_strdup (field->remedy);

  find_range (limits, field->field, &min, &max);

  return g_strdup_printf ("%.*s%d%s", (gint) (number - field->remedy),
      field->remedy, max, number + strlen ("%d"));
}

static gchar *
explain_limit (const gchar * name, const GstCaps * limits,
    const GstCaps * strip, const StripField * field)
{
  const GValue *value = gst_structure_get_value (gst_caps_get_structure (strip,
          0), field->field);
  gchar *ours = join (list_values (strip, field->field));
  gchar *theirs = describe_limit (limits, field->field, value);
  gchar *remedy = describe_remedy (limits, field);
  gchar *text = g_strdup_printf ("%s%s%s, but %s takes %s: %s", field->before,
      ours, field->after, name, theirs, remedy);

  g_free (remedy);
  g_free (theirs);
  g_free (ours);

  return text;
}

/* If each value would do by itself, the text has to show all caps. */
static gchar *
explain_caps (const gchar * name, const GstCaps * limits, const GstCaps * strip)
{
  gchar *ours = gst_caps_to_string (strip);
  gchar *theirs = gst_caps_to_string (limits);
  gchar *text = g_strdup_printf ("the tiles make a strip of %s, but %s takes "
      "only %s: change the tiles, or use another element there", ours, name,
      theirs);

  g_free (theirs);
  g_free (ours);

  return text;
}

gchar *
gst_nt_mosaic_explain_strip (const gchar * name, const GstCaps * limits,
    const GstCaps * strip)
{
  const StripField *field;
  gchar *kinds;
  gchar *text;

  if (excludes (limits, NULL, NULL)) {
    kinds = list_kinds (limits);
    text = g_strdup_printf ("a strip is raw video in system memory, but %s "
        "takes only %s: put an encoder or an uploader behind the mosaic, such "
        "as jpegenc or glupload", name, kinds);
    g_free (kinds);
    return text;
  }

  field = find_limited_field (limits, gst_caps_get_structure (strip, 0));

  return field ? explain_limit (name, limits, strip, field)
      : explain_caps (name, limits, strip);
}
