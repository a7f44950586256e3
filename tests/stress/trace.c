/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Steps of a stop; see the header. */

#include "trace.h"

static GstBusSyncReply
hear (GstBus * bus, GstMessage * message, gpointer data)
{
  Trace *trace = data;
  GstState old;
  GstState now;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_STATE_CHANGED) {
    const gint64 time = g_get_monotonic_time ();

    gst_message_parse_state_changed (message, &old, &now, NULL);
    g_mutex_lock (&trace->lock);
    if (trace->begin > 0 && time - trace->last >= 1000)
      g_string_append_printf (trace->text, " %s to %s %.1f ms,",
          GST_MESSAGE_SRC_NAME (message), gst_element_state_get_name (now),
          (time - trace->last) / 1e3);
    trace->last = time;
    g_mutex_unlock (&trace->lock);
  }
  gst_message_unref (message);

  return GST_BUS_DROP;
}

void
trace_init (Trace * self, GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);

  *self = (Trace) {.text = g_string_new (NULL) };
  g_mutex_init (&self->lock);
  gst_bus_set_sync_handler (bus, hear, self, NULL);
  gst_object_unref (bus);
}

void
trace_clear (Trace * self)
{
  g_string_free (self->text, TRUE);
  g_mutex_clear (&self->lock);
}

gint64
trace_begin (Trace * self)
{
  const gint64 begin = g_get_monotonic_time ();

  g_mutex_lock (&self->lock);
  self->begin = self->last = begin;
  g_mutex_unlock (&self->lock);

  return begin;
}
