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

gchar *
test_pop_text (GstBus * bus, GstElement * source, GstMessageType types,
    GstClockTime wait)
{
  GstMessage *message;
  gchar *text = NULL;

  while (text == NULL
      && (message = gst_bus_timed_pop_filtered (bus, wait, types))) {
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
