/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstreams whose caps no pad takes. GStreamer refuses such caps, or the link,
 * before the element sees anything, and upstream only says "not negotiated".
 * The pads answer queries with the caps that they take all the same, because
 * converters depend on the answers. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicrefusals.h"

#include "gstntmosaicfailures.h"
#include "gstntmosaicwords.h"

/* Upstream sends refused caps again with each frame; the user hears of them
 * once. */
static gboolean
is_first_refusal (GstNtMosaicPad * pad)
{
  gboolean first;

  GST_OBJECT_LOCK (pad);
  first = !pad->told_of_caps;
  pad->told_of_caps = TRUE;
  GST_OBJECT_UNLOCK (pad);

  return first;
}

static void
warn (GstNtMosaic * self, const gchar * text)
{
  GST_ELEMENT_WARNING (self, STREAM, FORMAT, ("%s", text), (NULL));
}

/* Before the strip has caps, this is an error. Later it is a warning, and the
 * strip goes on without the pad. */
static void
refuse (GstNtMosaic * self, GstNtMosaicPad * pad, GstCaps * caps,
    GstCaps * template_caps)
{
  const gboolean is_first = is_first_refusal (pad);
  gchar *text = gst_nt_mosaic_explain_input (GST_OBJECT_NAME (pad), caps,
      template_caps);

  if (!gst_nt_mosaic_has_caps (self))
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s", text);
  else if (is_first)
    warn (self, text);
  g_free (text);
}

/* A probe sees a CAPS event before GStreamer asks the pad whether it accepts
 * these caps. */
static GstPadProbeReturn
look_at_event (GstPad * pad, GstPadProbeInfo * info, gpointer unused)
{
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstElement *element;
  GstCaps *template_caps;
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  element = gst_pad_get_parent_element (pad);
  if (element == NULL)
    return GST_PAD_PROBE_OK;

  gst_event_parse_caps (event, &caps);
  template_caps = gst_pad_get_pad_template_caps (pad);
  if (!gst_caps_is_subset (caps, template_caps))
    refuse (GST_NT_MOSAIC (element), GST_NT_MOSAIC_PAD (pad), caps,
        template_caps);
  gst_caps_unref (template_caps);
  gst_object_unref (element);

  return GST_PAD_PROBE_OK;
}

static GstPadLinkReturn
note_link (GstPad * pad, GstObject * parent, GstPad * peer)
{
  GST_OBJECT_LOCK (pad);
  GST_NT_MOSAIC_PAD (pad)->was_linked = TRUE;
  GST_OBJECT_UNLOCK (pad);

  return GST_PAD_LINK_OK;
}

void
gst_nt_mosaic_init_pad_refusals (GstNtMosaicPad * pad)
{
  gst_pad_set_link_function (GST_PAD (pad), note_link);
  gst_pad_add_probe (GST_PAD (pad), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      look_at_event, NULL, NULL);
}

/* A query for caps that the pad does not take. Upstream most likely gives up
 * then, and behind an element such as a queue, no CAPS event reaches the
 * pad. */
static void
warn_of_query (GstNtMosaic * self, GstNtMosaicPad * pad, const GstCaps * caps,
    gboolean are_fixed)
{
  GstCaps *template_caps;
  gchar *text;

  /* Overlays query for caps features first, and then for plain frames. */
  if (!GST_PAD_IS_ACTIVE (pad) || !gst_nt_mosaic_has_plain_memory (caps)
      || !is_first_refusal (pad))
    return;

  template_caps = gst_pad_get_pad_template_caps (GST_PAD (pad));
  text = are_fixed ? gst_nt_mosaic_explain_input (GST_OBJECT_NAME (pad), caps,
      template_caps) : gst_nt_mosaic_explain_offer (GST_OBJECT_NAME (pad), caps,
      template_caps);
  warn (self, text);
  g_free (text);
  gst_caps_unref (template_caps);
}

void
gst_nt_mosaic_note_caps_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * filter, const GstCaps * answer)
{
  if (filter == NULL && !gst_pad_is_linked (GST_PAD (pad))) {
    GST_OBJECT_LOCK (pad);
    pad->link_was_tried = TRUE;
    GST_OBJECT_UNLOCK (pad);
  } else if (filter && gst_caps_is_empty (answer)) {
    warn_of_query (self, pad, filter, FALSE);
  }
}

void
gst_nt_mosaic_note_accept_query (GstNtMosaic * self, GstNtMosaicPad * pad,
    const GstCaps * caps, gboolean accepted)
{
  if (!accepted)
    warn_of_query (self, pad, caps, TRUE);
}

/* gst-launch links a decoder when the decoder has added its pad. If that link
 * fails, gst-launch releases the mosaic's pad, no data comes, and the pipeline
 * never ends. */
void
gst_nt_mosaic_explain_release (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  GstCaps *template_caps;
  gboolean failed;
  gchar *text;

  GST_OBJECT_LOCK (pad);
  failed = pad->link_was_tried && !pad->was_linked;
  GST_OBJECT_UNLOCK (pad);
  if (!failed || GST_STATE (self) <= GST_STATE_READY)
    return;

  template_caps = gst_pad_get_pad_template_caps (GST_PAD (pad));
  text = gst_nt_mosaic_explain_no_link (GST_OBJECT_NAME (pad), template_caps);
  warn (self, text);
  g_free (text);
  gst_caps_unref (template_caps);
}
