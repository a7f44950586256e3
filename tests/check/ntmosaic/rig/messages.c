/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Errors and warnings; see the header. */

#include "messages.h"

#include "waiting.h"

#include <string.h>

static gchar *
get_text (GstMessage * message)
{
  GError *error;
  gchar *text;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, NULL);
  else
    gst_message_parse_error (message, &error, NULL);
  text = g_strdup (error->message);
  g_error_free (error);

  return text;
}

/* The bus would drop what is filtered out with its lock held. In GStreamer 1.28
 * a pad posts a message when it is freed, and a message may hold the last
 * reference on one: it must be dropped here. */
GstMessage *
test_pop_message (GstBus * bus, GstMessageType types, GstClockTime wait)
{
  const GstClockTime end = gst_util_get_timestamp () + wait;

  for (;;) {
    const GstClockTime now = gst_util_get_timestamp ();
    GstMessage *message = gst_bus_timed_pop (bus, end > now ? end - now : 0);

    if (message == NULL || (GST_MESSAGE_TYPE (message) & types))
      return message;
    gst_message_unref (message);
  }
}

gchar *
test_pop_text (GstBus * bus, GstElement * source, GstMessageType types,
    GstClockTime wait)
{
  GstMessage *message;
  gchar *text = NULL;

  while (text == NULL
      && (message = test_pop_message (bus, types, wait))) {
    if (GST_MESSAGE_SRC (message) == GST_OBJECT (source))
      text = get_text (message);
    gst_message_unref (message);
  }

  return text;
}

void
test_expect_message (GstBus * bus, GstElement * source, GstMessageType types,
    ...)
{
  gchar *text = test_pop_text (bus, source, types, TEST_PATIENCE);
  const gchar *word;
  va_list words;

  fail_unless (text != NULL, "no message");
  va_start (words, types);
  while ((word = va_arg (words, const gchar *)))
    fail_unless (strstr (text, word) != NULL, "\"%s\" does not say \"%s\"",
        text, word);
  va_end (words);
  GST_INFO ("as expected: %s", text);
  g_free (text);
}

void
test_expect_no_message (GstBus * bus, GstElement * source,
    GstMessageType types)
{
  gchar *text = test_pop_text (bus, source, types, 0);

  fail_unless (text == NULL, "unexpected: %s", text);
}

gchar *
test_fill_in_formats (GstElement * mosaic, const gchar * text)
{
  GstPadTemplate *templ = gst_element_get_pad_template (mosaic, "src");
  const GstStructure *s =
      gst_caps_get_structure (GST_PAD_TEMPLATE_CAPS (templ), 0);
  const guint n_formats =
      gst_value_list_get_size (gst_structure_get_value (s, "format"));
  gchar *names = g_strdup_printf ("RGBA, BGRA, ARGB, ABGR, RGBx, BGRx, xRGB, "
      "xBGR or one of %u others", n_formats - 8);
  gchar **parts = g_strsplit (text, "{formats}", -1);
  gchar *filled = g_strjoinv (names, parts);

  g_strfreev (parts);
  g_free (names);

  return filled;
}
