/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "pipeline.h"

/* Nothing that works takes longer, and what does is stuck. */
#define PATIENCE (300 * GST_SECOND)

gboolean
pipeline_play (GstElement * pipeline, GError ** error)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  gboolean ended = FALSE;
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (message == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
        "%s did not come to an end", GST_OBJECT_NAME (pipeline));
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, error, NULL);
  } else {
    ended = TRUE;
  }

  gst_clear_message (&message);
  gst_object_unref (bus);
  return ended;
}

Tiles
pipeline_read_tiles (GstElement * element)
{
  GstStructure *stats = NULL;
  Tiles tiles = { 0, };

  if (!g_object_class_find_property (G_OBJECT_GET_CLASS (element), "stats"))
    return tiles;
  g_object_get (element, "stats", &stats, NULL);
  gst_structure_get (stats, "tiles-copied", G_TYPE_UINT64, &tiles.copied,
      "tiles-on-arrival", G_TYPE_UINT64, &tiles.on_arrival,
      "tiles-kept", G_TYPE_UINT64, &tiles.kept,
      "tiles-background", G_TYPE_UINT64, &tiles.background, NULL);
  gst_structure_free (stats);

  return tiles;
}
