/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicdownstream.h"

#include <gst/video/video.h>

#include "gstntmosaiccaps.h"
#include "gstntmosaicwords.h"

/* The search ends after this many pads; pipelines are shorter. A bin has a
 * ghost pad and the pad behind it, so it counts as two. */
#define MAX_DEPTH 64

/* An element that does not take a strip. */
typedef struct
{
  GstPad *pad;                  /* its sink pad */
  GstCaps *caps;                /* what it takes */
} Limit;

static gboolean find_limit (GstPad * pad, const GstCaps * strip, guint depth,
    Limit * limit);

/* Whether an element behind that of @pad is the limit. */
static gboolean
find_limit_behind (GstPad * pad, const GstCaps * strip, guint depth,
    Limit * limit)
{
  GstIterator *sources = gst_pad_iterate_internal_links (pad);
  GValue value = G_VALUE_INIT;
  gboolean found = FALSE;

  while (sources && !found
      && gst_iterator_next (sources, &value) == GST_ITERATOR_OK) {
    GstPad *peer = gst_pad_get_peer (g_value_get_object (&value));

    if (peer) {
      found = find_limit (peer, strip, depth, limit);
      gst_object_unref (peer);
    }
    g_value_reset (&value);
  }
  g_value_unset (&value);
  if (sources)
    gst_iterator_free (sources);

  return found;
}

/* The template of a pad speaks of its own element. The answer to a query may
 * come from an element further downstream: if such an element does not take the
 * strip, it is the limit. */
static gboolean
find_limit (GstPad * pad, const GstCaps * strip, guint depth, Limit * limit)
{
  GstCaps *caps = gst_pad_get_pad_template_caps (pad);

  if (gst_caps_can_intersect (caps, strip)) {
    gst_caps_unref (caps);
    caps = gst_pad_query_caps (pad, NULL);
    if (gst_caps_can_intersect (caps, strip)) {
      gst_caps_unref (caps);
      return FALSE;
    }
    if (depth > 0 && find_limit_behind (pad, strip, depth - 1, limit)) {
      gst_caps_unref (caps);
      return TRUE;
    }
  }

  limit->pad = gst_object_ref (pad);
  limit->caps = caps;
  return TRUE;
}

GError *
gst_nt_mosaic_explain_downstream (GstPad * srcpad, const GstCaps * strip)
{
  GstPad *peer = gst_pad_get_peer (srcpad);
  Limit limit = { NULL, NULL };
  GError *error = NULL;
  GstElement *element;
  GstCaps *possible;
  gboolean found;
  gchar *text;

  if (peer == NULL)
    return NULL;

  possible = gst_nt_mosaic_loosen_strip (strip, 0);
  found = find_limit (peer, possible, MAX_DEPTH, &limit);
  gst_caps_unref (possible);
  gst_object_unref (peer);
  if (!found)
    return NULL;

  element = gst_pad_get_parent_element (limit.pad);
  text = gst_nt_mosaic_explain_strip (element ? GST_OBJECT_NAME (element)
      : "downstream", limit.caps, strip);
  error = g_error_new_literal (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, text);
  g_free (text);
  gst_clear_object (&element);
  gst_object_unref (limit.pad);
  gst_caps_unref (limit.caps);

  return error;
}

GError *
gst_nt_mosaic_explain_no_strip (GstPad * srcpad, const GstCaps * strip)
{
  GError *error = gst_nt_mosaic_explain_downstream (srcpad, strip);
  gchar *text;

  if (error)
    return error;

  text = gst_caps_to_string (strip);
  error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "downstream takes no strip of %s: put a videoconvert behind the mosaic, "
      "or use another element there", text);
  g_free (text);

  return error;
}

/* ---- Colours ---- */

static gboolean
is_gray (const GValue * format)
{
  GstVideoFormat id;
  guint i;

  if (GST_VALUE_HOLDS_LIST (format)) {
    for (i = 0; i < gst_value_list_get_size (format); i++)
      if (!is_gray (gst_value_list_get_value (format, i)))
        return FALSE;
    return TRUE;
  }
  id = gst_video_format_from_string (g_value_get_string (format));

  return id != GST_VIDEO_FORMAT_UNKNOWN && GST_VIDEO_FORMAT_INFO_IS_GRAY
      (gst_video_format_get_info (id));
}

/* Whether all of @caps are gray; FALSE if there are none. */
static gboolean
are_gray (const GstCaps * caps)
{
  guint i;

  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return FALSE;

  for (i = 0; i < gst_caps_get_size (caps); i++) {
    const GValue *format = gst_structure_get_value (gst_caps_get_structure
        (caps, i), "format");

    if (format == NULL || !is_gray (format))
      return FALSE;
  }

  return TRUE;
}

GstCaps *
gst_nt_mosaic_keep_colors (GstPad * srcpad, GstCaps * caps)
{
  GstCaps *all;

  if (!are_gray (caps))
    return caps;

  all = gst_pad_peer_query_caps (srcpad, NULL);
  if (!are_gray (all)) {
    gst_caps_unref (caps);
    caps = gst_caps_new_empty ();
  }
  gst_caps_unref (all);

  return caps;
}
