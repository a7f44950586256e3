/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Failures: each gets one error on the bus, which names its cause. Where the
 * base class finds a failure and only logs it, this file finds out the
 * cause. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicfailures.h"

#include "gstntmosaicdownstream.h"

/* Most names of pads in a warning. */
#define MAX_NAMES 8

void
gst_nt_mosaic_fail (GstNtMosaic * self, const GError * error)
{
  if (!g_atomic_int_compare_and_exchange (&self->failed, FALSE, TRUE))
    return;

  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR,
      error->domain, error->code, g_strdup (error->message), NULL, __FILE__,
      GST_FUNCTION, __LINE__);
}

void
gst_nt_mosaic_fail_stream (GstNtMosaic * self, gint code,
    const gchar * format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = g_error_new_valist (GST_STREAM_ERROR, code, format, args);
  va_end (args);

  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
}

void
gst_nt_mosaic_warn (GstNtMosaic * self, GQuark domain, gint code,
    const gchar * format, ...)
{
  va_list args;
  gchar *text;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);

  gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_WARNING, domain,
      code, text, NULL, __FILE__, GST_FUNCTION, __LINE__);
}

void
gst_nt_mosaic_warn_of_caps (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GError * why)
{
  gst_nt_mosaic_warn (self, why->domain, why->code, "%s shows background until "
      "it has caps that fit: %s", GST_OBJECT_NAME (pad), why->message);
}

gchar *
gst_nt_mosaic_list_pads (GList * pads, gboolean tell_links)
{
  GString *names = g_string_new (NULL);
  guint n = 0;
  GList *l;

  for (l = pads; l && n < MAX_NAMES; l = l->next, n++)
    g_string_append_printf (names, "%s%s%s", n > 0 ? ", " : "",
        GST_OBJECT_NAME (l->data),
        tell_links && !gst_pad_is_linked (l->data) ? " (not linked)" : "");
  if (l)
    g_string_append_printf (names, " and %u more", g_list_length (l));

  return g_string_free (names, FALSE);
}

/* A reference on the first pad for which @is_wrong is TRUE, or NULL. Calls
 * @is_wrong with the object lock held. */
static GstNtMosaicPad *
find_pad (GstNtMosaic * self, gboolean (*is_wrong) (GstNtMosaicPad * pad))
{
  GstNtMosaicPad *found = NULL;
  GList *l;

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l && !found; l = l->next)
    if (is_wrong (l->data))
      found = gst_object_ref (l->data);
  GST_OBJECT_UNLOCK (self);

  return found;
}

static gboolean
has_data_before_caps (GstNtMosaicPad * pad)
{
  GstVideoInfo info;

  return gst_aggregator_pad_has_buffer (GST_AGGREGATOR_PAD (pad))
      && !gst_nt_mosaic_pad_get_announced (pad, &info);
}

static void
explain_refused_strip (GstNtMosaic * self)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  GstCaps *caps = gst_pad_get_current_caps (srcpad);
  GError *error = caps ? gst_nt_mosaic_explain_downstream (srcpad, caps) : NULL;
  gchar *text;

  if (error) {
    gst_nt_mosaic_fail (self, error);
  } else {
    text = caps ? gst_caps_to_string (caps) : g_strdup ("unknown caps");
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "downstream "
        "refused a strip of %s, although it had answered that it takes such "
        "strips: look for an earlier error or warning of an element behind the "
        "mosaic, or use another element there", text);
    g_free (text);
  }
  g_clear_error (&error);
  gst_clear_caps (&caps);
}

void
gst_nt_mosaic_explain_flow (GstNtMosaic * self, GstFlowReturn flow)
{
  switch (flow) {
    case GST_FLOW_NOT_LINKED:
      gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FAILED,
          gst_pad_is_linked (GST_AGGREGATOR_SRC_PAD (self)) ?
          "an element downstream has a src pad that is not linked, so it could "
          "not pass the strip on: link that pad" :
          "the src pad is not linked, so strips can't be sent: link it to an "
          "element, such as fakesink");
      break;
    case GST_FLOW_NOT_NEGOTIATED:
      explain_refused_strip (self);
      break;
    default:
      break;
  }
}

gboolean
gst_nt_mosaic_check_caps_before_data (GstNtMosaic * self)
{
  GstNtMosaicPad *pad;

  if (gst_nt_mosaic_has_caps (self))
    return TRUE;

  pad = find_pad (self, has_data_before_caps);
  if (pad == NULL)
    return TRUE;

  gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s gets buffers "
      "before caps: set caps on the source, with format, width, height and "
      "framerate", GST_OBJECT_NAME (pad));
  gst_object_unref (pad);
  return FALSE;
}
