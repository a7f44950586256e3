/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "mosaic.h"

static gboolean
has_property (GstElement * element, const gchar * name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (element), name)
      != NULL;
}

static void
set_number (GstElement * element, const gchar * property, gint number)
{
  gchar *text = g_strdup_printf ("%d", number);

  gst_util_set_object_arg (G_OBJECT (element), property, text);
  g_free (text);
}

static gboolean
is_compositor (GstElement * element)
{
  return g_str_equal (G_OBJECT_TYPE_NAME (element), "GstCompositor");
}

static void
set_up_element (GstElement * element, const Options * options)
{
  if (is_compositor (element) && !options->as_is)
    gst_util_set_object_arg (G_OBJECT (element), "background", "transparent");
  if (options->strips_pool > 0 && has_property (element, "strips"))
    set_number (element, "strips", options->strips_pool);
  /* What is compared with does as it does by default. */
  if (options->threads > 0 && has_property (element, "nt-stores"))
    set_number (element, "max-threads", options->threads);
}

static void
set_up_pad (GstElement * element, GstPad * pad, gint x,
    const Options * options)
{
  if (!is_compositor (element))
    return;
  g_object_set (pad, "xpos", x, NULL);
  if (!options->as_is)
    gst_util_set_object_arg (G_OBJECT (pad), "operator", "source");
}

static gboolean
add_source (Mosaic * mosaic, const Options * options, const FrameRing * ring,
    guint i, guint n_frames, GError ** error)
{
  GstElement *source = frame_src_new (ring, i, n_frames);
  gchar *name = g_strdup_printf ("sink_%u", i);
  GstPad *sink = gst_element_request_pad_simple (mosaic->element, name);
  GstPad *src = gst_element_get_static_pad (source, "src");
  gboolean linked = FALSE;

  gst_bin_add (GST_BIN (mosaic->pipeline), source);
  if (sink != NULL) {
    set_up_pad (mosaic->element, sink, i * GST_VIDEO_INFO_WIDTH (&ring->info),
        options);
    linked = gst_pad_link (src, sink) == GST_PAD_LINK_OK;
  }
  if (!linked) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
        "can't link a frame source to %s of %s", name,
        GST_OBJECT_NAME (mosaic->element));
  }

  gst_clear_object (&sink);
  gst_object_unref (src);
  g_free (name);
  return linked;
}

static gboolean
add_sink (Mosaic * mosaic, GError ** error)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);

  if (sink == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "there is no element 'fakesink'");
    return FALSE;
  }
  g_object_set (sink, "sync", FALSE, NULL);
  gst_bin_add (GST_BIN (mosaic->pipeline), sink);
  if (gst_element_link (mosaic->element, sink))
    return TRUE;

  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD,
      "can't link %s to fakesink", GST_OBJECT_NAME (mosaic->element));
  return FALSE;
}

Mosaic *
mosaic_new (const gchar * factory, const Options * options,
    const FrameRing * ring, guint n_frames, GError ** error)
{
  GstElement *element = gst_element_factory_make (factory, factory);
  Mosaic *mosaic;
  gboolean complete;

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "there is no element '%s'; is GST_PLUGIN_PATH set?", factory);
    return NULL;
  }

  mosaic = g_new0 (Mosaic, 1);
  mosaic->pipeline = gst_pipeline_new (factory);
  mosaic->element = element;
  mosaic->src = gst_element_get_static_pad (element, "src");
  gst_bin_add (GST_BIN (mosaic->pipeline), element);
  set_up_element (element, options);

  complete = add_sink (mosaic, error);
  for (guint i = 0; complete && i < ring->n_pads; i++)
    complete = add_source (mosaic, options, ring, i, n_frames, error);
  if (!complete)
    g_clear_pointer (&mosaic, mosaic_free);
  return mosaic;
}

void
mosaic_free (Mosaic * mosaic)
{
  gst_element_set_state (mosaic->pipeline, GST_STATE_NULL);
  gst_clear_object (&mosaic->src);
  gst_object_unref (mosaic->pipeline);
  g_free (mosaic);
}
