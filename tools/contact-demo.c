/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors
 *
 * Makes a contact sheet of photographs twice, the second time out of the cache,
 * writes it as a PNG, and says what that took. tools/demo runs it.
 */
#include <gst/video/video.h>
#include <stdio.h>

#define TILE_SIZE 512
/* Far more than the photographs of one sheet take. */
#define PATIENCE (10 * 60 * GST_SECOND)

static guint64
get_count (const GstStructure * stats, const gchar * field)
{
  guint64 count = 0;

  gst_structure_get_uint64 (stats, field, &count);
  return count;
}

static GstElement *
make_pipeline (guint n_photos, GError ** error)
{
  guint columns = 1;
  gchar *text;
  GstElement *pipeline;

  while (columns * columns < n_photos)
    columns++;
  text = g_strdup_printf ("ntstripsrc name=source columns=%u gap=16 "
      "tile-width=%d tile-height=%d fit=cover background-color=0xff204060 ! "
      "appsink name=sheets sync=false", columns, TILE_SIZE, TILE_SIZE);
  pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS,
      error);
  g_free (text);
  return pipeline;
}

/* Says which photographs are background, and why there is no sheet. */
static gboolean
report_messages (GstElement * pipeline)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  gboolean good = TRUE;

  while ((message = gst_bus_pop (bus)) != NULL) {
    const GstStructure *s = gst_message_get_structure (message);

    if (s && gst_structure_has_name (s, "ntstripsrc-image-error")) {
      fprintf (stderr, "%s: %s\n", gst_structure_get_string (s, "location"),
          gst_structure_get_string (s, "reason"));
      good = FALSE;
    } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
      GError *error;

      gst_message_parse_error (message, &error, NULL);
      fprintf (stderr, "%s\n", error->message);
      g_error_free (error);
      good = FALSE;
    }
    gst_message_unref (message);
  }
  gst_object_unref (bus);
  return good;
}

/* Returns a sheet, or NULL. */
static GstSample *
make_sheet (GstElement * pipeline, gchar ** photos, const gchar * words)
{
  GstElement *source = gst_bin_get_by_name (GST_BIN (pipeline), "source");
  GstElement *sheets = gst_bin_get_by_name (GST_BIN (pipeline), "sheets");
  const gint64 start = g_get_monotonic_time ();
  GstSample *sample = NULL;
  GstStructure *stats;
  guint id;

  g_signal_emit_by_name (source, "request", photos, &id);
  g_signal_emit_by_name (sheets, "try-pull-sample", (guint64) PATIENCE,
      &sample);
  g_object_get (source, "stats", &stats, NULL);
  printf ("%s %7.1f ms; so far %" G_GUINT64_FORMAT " hits, %" G_GUINT64_FORMAT
      " misses, %" G_GUINT64_FORMAT " tiles copied, %" G_GUINT64_FORMAT
      " kept; %" G_GUINT64_FORMAT " bytes in the cache\n", words,
      (g_get_monotonic_time () - start) / 1e3, get_count (stats, "hits"),
      get_count (stats, "misses"), get_count (stats, "tiles-copied"),
      get_count (stats, "tiles-kept"), get_count (stats, "bytes"));
  gst_structure_free (stats);
  gst_object_unref (sheets);
  gst_object_unref (source);
  return sample;
}

static gboolean
write_png (GstSample * sample, const gchar * path)
{
  GstCaps *caps = gst_caps_new_empty_simple ("image/png");
  GError *error = NULL;
  GstSample *png = gst_video_convert_sample (sample, caps, PATIENCE, &error);
  gboolean good = FALSE;
  GstMapInfo map;

  gst_caps_unref (caps);
  if (png && gst_buffer_map (gst_sample_get_buffer (png), &map, GST_MAP_READ)) {
    good = g_file_set_contents (path, (const gchar *) map.data, map.size,
        &error);
    gst_buffer_unmap (gst_sample_get_buffer (png), &map);
  }
  g_clear_pointer (&png, gst_sample_unref);
  if (!good)
    fprintf (stderr, "%s: %s\n", path, error ? error->message
        : "the memory of the picture can't be mapped");
  g_clear_error (&error);
  return good;
}

int
main (int argc, char **argv)
{
  GError *error = NULL;
  GstElement *pipeline;
  GstSample *sheets[2] = { NULL, NULL };
  gboolean good;

  gst_init (NULL, NULL);
  if (argc < 3) {
    fprintf (stderr, "usage: %s CONTACT.png PHOTO...\n", argv[0]);
    return 2;
  }
  pipeline = make_pipeline (argc - 2, &error);
  if (pipeline == NULL) {
    fprintf (stderr, "can't make the pipeline: %s\n", error->message);
    g_error_free (error);
    return 1;
  }

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  printf ("picture: %s\n         %d photographs, upright\n", argv[1], argc - 2);
  sheets[0] = make_sheet (pipeline, argv + 2, "decoded:");
  if (sheets[0])
    sheets[1] = make_sheet (pipeline, argv + 2, "again:  ");
  good = report_messages (pipeline) && sheets[1]
      && write_png (sheets[1], argv[1]);
  g_clear_pointer (&sheets[0], gst_sample_unref);
  g_clear_pointer (&sheets[1], gst_sample_unref);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return good ? 0 : 1;
}
