/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Descriptions of pipelines for any element; see the header. */

#include "neighbours_lines.h"

#include <string.h>

/* Encoders that the test tries for one decoder. */
#define MAX_MAKERS 4

#define MADE_CAPS STRIP_CAPS ",width=52,height=38,pixel-aspect-ratio=1/1"

/* Facts that are not in templates: where a source gets its data from, and which
 * elements fail in front of other elements as well. */
static const struct
{
  const gchar *element;
  const gchar *reason;
} unfit[] = {
  {"appsrc", "needs an application"},
  {"compare", "pushes frames before a segment"},
  {"fakesrc", "makes no pictures"},
  {"giostreamsrc", "needs an application"},
  {"ipcpipelinesrc", "needs another process"},
  {"proxysrc", "needs another pipeline"},
  {"shmsrc", "needs another process"},
  {"uridecodebin3", "needs a file, and waits for its name"},
};

static gboolean
is_klass (GstElementFactory * element, const gchar * word)
{
  return strstr (gst_element_factory_get_metadata (element,
          GST_ELEMENT_METADATA_KLASS), word) != NULL;
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (GST_OBJECT_NAME (a), GST_OBJECT_NAME (b));
}

static GList *
keep (GList * factories, GstCaps * caps, GstPadDirection direction)
{
  GList *kept = gst_element_factory_list_filter (factories, caps, direction,
      FALSE);

  gst_plugin_feature_list_free (factories);
  gst_caps_unref (caps);

  return kept;
}

GList *
test_list_elements (void)
{
  GList *list = gst_registry_get_feature_list (gst_registry_get (),
      GST_TYPE_ELEMENT_FACTORY);

  return g_list_sort (keep (list, gst_caps_from_string (STRIP_CAPS),
          GST_PAD_SRC), compare_names);
}

static gboolean
can_be (GstStaticPadTemplate * template, const gchar * text)
{
  GstCaps *own = gst_static_pad_template_get_caps (template);
  GstCaps *caps = gst_caps_from_string (text);
  const gboolean ret = gst_caps_can_intersect (own, caps);

  gst_caps_unref (caps);
  gst_caps_unref (own);

  return ret;
}

/* The sink pads that the test feeds: all always pads, or else one request
 * pad. */
static GList *
list_sinks (GstElementFactory * element)
{
  GList *sinks = NULL;
  GstStaticPadTemplate *other = NULL;
  const GList *l = gst_element_factory_get_static_pad_templates (element);

  for (; l; l = l->next) {
    GstStaticPadTemplate *template = l->data;

    if (template->direction != GST_PAD_SINK)
      continue;
    if (template->presence == GST_PAD_ALWAYS)
      sinks = g_list_append (sinks, template);
    else if (other == NULL || can_be (template, "video/x-raw"))
      other = template;
  }

  return sinks || other == NULL ? sinks : g_list_append (NULL, other);
}

const gchar *
test_explain_skip (GstElementFactory * element)
{
  GList *sinks = list_sinks (element);
  const gboolean is_source = sinks == NULL;
  guint i;

  g_list_free (sinks);
  for (i = 0; i < G_N_ELEMENTS (unfit); i++)
    if (strcmp (unfit[i].element, GST_OBJECT_NAME (element)) == 0)
      return unfit[i].reason;
  if (is_klass (element, "Network") && is_source)
    return "needs a network";
  if (is_klass (element, "Source/File"))
    return "needs a file";

  return NULL;
}

/* Elements that turn raw video into caps of @sink, by rank. */
static GList *
list_makers (GstStaticPadTemplate * sink)
{
  GList *makers = gst_element_factory_list_get_elements
      (GST_ELEMENT_FACTORY_TYPE_ENCODER | GST_ELEMENT_FACTORY_TYPE_PAYLOADER
      | GST_ELEMENT_FACTORY_TYPE_MUXER, GST_RANK_NONE);

  makers = keep (makers, gst_caps_from_string ("video/x-raw"), GST_PAD_SINK);
  makers = keep (makers, gst_static_pad_template_get_caps (sink), GST_PAD_SRC);

  return g_list_sort (makers, gst_plugin_feature_rank_compare_func);
}

/* The element may output any caps. */
static gboolean
is_vague (GstElementFactory * maker)
{
  GstCaps *caps = gst_caps_from_string ("unknown/unknown");
  const gboolean ret = gst_element_factory_can_src_any_caps (maker, caps);

  gst_caps_unref (caps);

  return ret;
}

/* The elements that feed a pad; NULL: the pad needs none. */
static const gchar *
get_feed (GstStaticPadTemplate * sink, const gchar * maker)
{
  if (can_be (sink, "video/x-raw") || *maker)
    return PICTURES (MANY) "videoconvert ! ";
  if (can_be (sink, "audio/x-raw"))
    return "audiotestsrc num-buffers=" MANY " samplesperbuffer=441 ! "
        "audioconvert ! ";

  return NULL;
}

/* An audio pad without a sink would be an error. */
static void
add_listeners (GString * line, GstElementFactory * element)
{
  const GList *l = gst_element_factory_get_static_pad_templates (element);

  for (; l; l = l->next) {
    GstStaticPadTemplate *src = l->data;

    if (src->direction == GST_PAD_SRC && src->presence == GST_PAD_ALWAYS
        && can_be (src, "audio/x-raw") && !can_be (src, "video/x-raw"))
      g_string_append_printf (line, "x.%s ! fakesink async=false ",
          src->name_template);
  }
}

/* @element "x" with the elements that feed it. The two pads of a mixer that
 * lays one picture over the other have one template. */
static gchar *
new_line (GstElementFactory * element, GList * sinks, const gchar * maker)
{
  GString *line = g_string_new (NULL);
  const guint n_pads = is_klass (element, "Compositor")
      && strcmp (GST_OBJECT_NAME (element), "ntmosaic") != 0 ? 2 : 1;
  GList *l;
  guint n;

  for (l = sinks; l; l = l->next)
    for (n = 0; n < n_pads && get_feed (l->data, maker); n++)
      g_string_append_printf (line, "%s%s x. ", get_feed (l->data, maker),
          maker);
  add_listeners (line, element);
  g_string_append_printf (line, "%s name=x x. ! " MADE_CAPS "%s",
      GST_OBJECT_NAME (element), sinks ? "" : ",framerate=100/1");

  return g_string_free (line, FALSE);
}

GPtrArray *
test_list_lines (GstElementFactory * element)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  GList *sinks = list_sinks (element);
  GList *makers = NULL;
  gboolean takes_raw = sinks == NULL;
  GList *l;

  for (l = sinks; l; l = l->next)
    takes_raw |= get_feed (l->data, "") != NULL;
  if (takes_raw)
    g_ptr_array_add (lines, new_line (element, sinks, ""));
  else
    makers = list_makers (sinks->data);

  for (l = makers; l && lines->len < MAX_MAKERS; l = l->next) {
    gchar *maker = g_strdup_printf ("%s ! ", GST_OBJECT_NAME (l->data));

    if (!is_vague (l->data))
      g_ptr_array_add (lines, new_line (element, sinks, maker));
    g_free (maker);
  }
  gst_plugin_feature_list_free (makers);
  g_list_free (sinks);

  return lines;
}
