/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors
 *
 * Makes two pictures of the same photographs, a strip and a wall, writes them
 * as PNGs, and says what the element did. tools/demo runs it.
 */
#include <gst/gst.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define TILE_SIZE 512
/* Far more than the photographs of one picture take. */
#define PATIENCE (10 * 60 * GST_SECOND)

/* The pictures, in the order of the arguments. */
static const struct
{
  const gchar *properties;
  const gchar *words;
} pictures[] = {
  {"", "side by side"},
  {"square=true gap=16 background-color=0xff204060", "in rows and columns"},
};

static gboolean
is_installed (const gchar * element)
{
  GstElementFactory *factory = gst_element_factory_find (element);
  const gboolean found = factory != NULL;

  gst_clear_object (&factory);
  return found;
}

/* A phone stores photographs as the sensor saw them, notes which way is up, and
 * often appends a second picture. Only jpegparse reads which way is up; the
 * demo does not need its package otherwise. */
static GstElement *
make_pipeline (const gchar * properties, guint n_photos, GError ** error)
{
  const gboolean turn = is_installed ("jpegparse")
      && is_installed ("videoflip");
  GString *text = g_string_new (NULL);
  GstElement *pipeline;

  g_string_append_printf (text, "ntmosaic name=mosaic %s ! "
      "pngenc name=encoder ! filesink name=picture", properties);
  for (guint i = 0; i < n_photos; i++) {
    g_string_append_printf (text, " filesrc name=photo_%u ! ", i);
    if (turn)
      g_string_append_printf (text, "jpegparse name=parser_%u ! ", i);
    g_string_append_printf (text, "jpegdec name=decoder_%u ! "
        "identity eos-after=2 ! %s aspectratiocrop aspect-ratio=1/1 ! "
        "videoconvertscale method=lanczos ! video/x-raw, format=RGBA, "
        "width=%d, height=%d, pixel-aspect-ratio=1/1 ! mosaic.sink_%u",
        i, turn ? "videoflip video-direction=auto !" : "",
        TILE_SIZE, TILE_SIZE, i);
  }

  pipeline = gst_parse_launch_full (text->str, NULL,
      GST_PARSE_FLAG_FATAL_ERRORS, error);
  g_string_free (text, TRUE);
  return pipeline;
}

/* By the property: in the pipeline's text, file names would need quotes. */
static void
set_location (GstElement * pipeline, const gchar * name, const gchar * path)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);

  g_object_set (element, "location", path, NULL);
  gst_object_unref (element);
}

static void
set_locations (GstElement * pipeline, const gchar * picture, gchar ** photos)
{
  set_location (pipeline, "picture", picture);
  for (guint i = 0; photos[i] != NULL; i++) {
    gchar *name = g_strdup_printf ("photo_%u", i);

    set_location (pipeline, name, photos[i]);
    g_free (name);
  }
}

static GstCaps *
get_caps (GstElement * pipeline, const gchar * name, const gchar * pad_name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  GstPad *pad = gst_element_get_static_pad (element, pad_name);
  GstCaps *caps = gst_pad_get_current_caps (pad);

  gst_object_unref (pad);
  gst_object_unref (element);
  return caps;
}

/* Says what went wrong, and with which photograph if it was one of them. */
static void
report_error (GstMessage * message, gchar ** photos)
{
  GError *error = NULL;
  gchar *details = NULL;
  const gchar *reason = NULL;
  guint index;

  gst_message_parse_error (message, &error, &details);
  if (sscanf (GST_MESSAGE_SRC_NAME (message), "%*[a-z]_%u", &index) == 1
      && index < g_strv_length (photos))
    fprintf (stderr, "%s: ", photos[index]);
  if (details != NULL)
    reason = strrchr (details, '\n');
  fprintf (stderr, "%s %s\n", error->message, reason ? reason + 1 : "");
  g_error_free (error);
  g_free (details);
}

/* A decoder ignores a file without a picture: it posts no error. */
static gboolean
all_were_decoded (GstElement * pipeline, gchar ** photos)
{
  for (guint i = 0; photos[i] != NULL; i++) {
    gchar *name = g_strdup_printf ("decoder_%u", i);
    GstCaps *caps = get_caps (pipeline, name, "src");

    g_free (name);
    if (caps == NULL) {
      fprintf (stderr, "%s: no JPEG picture in it\n", photos[i]);
      return FALSE;
    }
    gst_caps_unref (caps);
  }
  return TRUE;
}

static gboolean
run_to_the_end (GstElement * pipeline, gchar ** photos)
{
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;
  gboolean done;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = gst_bus_timed_pop_filtered (bus, PATIENCE,
      GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_object_unref (bus);

  if (message == NULL) {
    fprintf (stderr, "no picture in %u seconds\n",
        (guint) (PATIENCE / GST_SECOND));
    return FALSE;
  }
  done = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  if (!done)
    report_error (message, photos);
  gst_message_unref (message);
  return done;
}

static guint64
get_count (const GstStructure * stats, const gchar * field)
{
  guint64 count = 0;

  gst_structure_get_uint64 (stats, field, &count);
  return count;
}

static void
print_picture (GstElement * pipeline, const gchar * path, guint n_photos,
    const gchar * words)
{
  GstCaps *caps = get_caps (pipeline, "encoder", "sink");
  const GstStructure *format = gst_caps_get_structure (caps, 0);
  gint width = 0, height = 0;

  gst_structure_get (format, "width", G_TYPE_INT, &width,
      "height", G_TYPE_INT, &height, NULL);
  printf ("picture: %s\n         %u photographs %s, %dx%d pixels\n", path,
      n_photos, words, width, height);
  gst_caps_unref (caps);
}

static void
print_work (GstElement * pipeline)
{
  GstElement *mosaic = gst_bin_get_by_name (GST_BIN (pipeline), "mosaic");
  GstStructure *stats = NULL;
  gchar *kernel = NULL;
  guint64 bytes, nanoseconds;

  g_object_get (mosaic, "kernel", &kernel, "stats", &stats, NULL);
  bytes = get_count (stats, "bytes-copied");
  nanoseconds = get_count (stats, "copy-time");

  printf ("copied:  %" G_GUINT64_FORMAT " tiles, %" G_GUINT64_FORMAT
      " bytes in %.3f ms", get_count (stats, "tiles-copied"), bytes,
      nanoseconds / 1e6);
  if (nanoseconds > 0)
    printf (" (%.1f GB/s)", (gdouble) bytes / nanoseconds);
  printf (", kernel %s\n", kernel);

  gst_structure_free (stats);
  g_free (kernel);
  gst_object_unref (mosaic);
}

/* Makes the picture with this index, or says why not and leaves no file. */
static gboolean
make_picture (guint index, const gchar * path, gchar ** photos)
{
  const guint n_photos = g_strv_length (photos);
  GError *error = NULL;
  GstElement *pipeline;
  gboolean done;

  pipeline = make_pipeline (pictures[index].properties, n_photos, &error);
  if (pipeline == NULL) {
    fprintf (stderr, "can't make the pipeline: %s\n", error->message);
    g_error_free (error);
    return FALSE;
  }
  set_locations (pipeline, path, photos);

  done = run_to_the_end (pipeline, photos)
      && all_were_decoded (pipeline, photos);
  if (done) {
    print_picture (pipeline, path, n_photos, pictures[index].words);
    print_work (pipeline);
  } else {
    g_unlink (path);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  return done;
}

int
main (int argc, char **argv)
{
  gchar **photos = argv + 1 + G_N_ELEMENTS (pictures);

  gst_init (NULL, NULL);
  if (argc < 2 + (int) G_N_ELEMENTS (pictures)) {
    fprintf (stderr, "usage: %s STRIP.png WALL.png PHOTO.jpg...\n", argv[0]);
    return 2;
  }

  for (guint i = 0; i < G_N_ELEMENTS (pictures); i++) {
    if (!make_picture (i, argv[1 + i], photos))
      return 1;
  }
  return 0;
}
