/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Known errors and warnings; see the header. */

#include "messages.h"

#include <string.h>

#include "report.h"

/* What errors and warnings may say. Downstream takes no strip, for no reason
 * that is known: it has changed its caps since it refused. The last text:
 * another interlace-mode came before the first negotiation. */
static const gchar *const known_texts[] = {
  " have cells for ", " pixels wide, and ", " pixels wide, but max-width is ",
  ", but appsink", "downstream takes no strip of ", " bytes is too short for ",
  "a buffer's GstVideoMeta says ",
  ", and all tiles of a strip must agree: ", "There is no strip: ",
  ": it gets buffers without timestamps at framerate ", " can't take video/",
};

/* What only warnings may say. */
static const gchar *const known_warnings[] = {
  "show-source is ", "the element goes on with more rows",
};

static gboolean
has_one_of (const gchar * text, const gchar * const *parts, guint n_parts)
{
  guint i;

  for (i = 0; i < n_parts; i++)
    if (strstr (text, parts[i]))
      return TRUE;

  return FALSE;
}

/* A queue posts an error of its own at EOS, if the flow behind it has ended: by
 * an error of the mosaic, or because the pad there is released. */
static gboolean
is_of_queue (gboolean has_error, GstMessage * message, const gchar * text)
{
  GstElement *source = GST_ELEMENT (GST_MESSAGE_SRC (message));
  GstPad *pad;
  gboolean is_linked;

  if (!g_str_has_prefix (GST_MESSAGE_SRC_NAME (message), "queue")
      || strcmp (text, "Internal data stream error.") != 0)
    return FALSE;
  pad = gst_element_get_static_pad (source, "src");
  is_linked = gst_pad_is_linked (pad);
  gst_object_unref (pad);

  return !is_linked || has_error;
}

static gboolean
is_known (gboolean has_error, GstMessage * message, const gchar * text)
{
  if (has_one_of (text, known_texts, G_N_ELEMENTS (known_texts)))
    return TRUE;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    return has_one_of (text, known_warnings, G_N_ELEMENTS (known_warnings));

  return is_of_queue (has_error, message, text);
}

void
messages_check (GstMessage * message, gboolean has_error)
{
  GError *error = NULL;
  gchar *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  if (!is_known (has_error, message, error->message))
    report_fail ("%s says: %s (%s)", GST_MESSAGE_SRC_NAME (message),
        error->message, debug);
  g_error_free (error);
  g_free (debug);
}

/* A flush that meets the first event of a queue of GStreamer 1.22 takes that
 * event, STREAM_START, and leaves the caps behind it. */
static gboolean
is_known_log (const gchar * domain, const gchar * text)
{
  return g_strcmp0 (domain, "GStreamer") == 0 && strstr (text, "<queue")
      && strstr (text, "Sticky event misordering, got 'caps' before "
      "'stream-start'");
}

static void
hear_log (const gchar * domain, GLogLevelFlags level, const gchar * text,
    gpointer unused)
{
  if ((level & G_LOG_LEVEL_WARNING) && is_known_log (domain, text))
    return;

  g_log_default_handler (domain, level, text, NULL);
  if (level & G_LOG_LEVEL_WARNING)
    report_fail ("%s warns: %s", domain ? domain : "a library", text);
}

void
messages_hear_log (void)
{
  g_log_set_default_handler (hear_log, NULL);
}
