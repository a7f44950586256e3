/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Photos, pipelines and expected strips; see the header. */

#include "photos.h"

#include <gst/video/video.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- The folder ---- */

static Blob
make_image (guint i)
{
  const guint width = 16 + i * 3;
  const guint height = 40 - i;

  switch (i % 3) {
    case 0:
      return jpeg_new (&(JpegSpec) {.width = width,.height = height});
    case 1:
      return png_new (&(PngSpec) {width, height, PNG_COLOR_TYPE_RGBA, 8});
    default:
      return webp_new (&(WebpSpec) {width, height, TRUE, FALSE});
  }
}

Photos *
photos_new (guint n)
{
  Photos *self = g_new0 (Photos, 1);
  guint i;

  self->folder = g_dir_make_tmp ("ntimages-check-XXXXXX", NULL);
  fail_unless (self->folder != NULL && n <= MOST_PHOTOS);
  self->n = n;
  for (i = 0; i < n; i++) {
    Blob blob = make_image (i);

    self->names[i] = g_strdup_printf ("%s/%02u", self->folder, i);
    photos_replace (self, i, &blob);
    blob_free (&blob);
  }

  return self;
}

void
photos_free (Photos * self)
{
  guint i;

  for (i = 0; i < self->n; i++) {
    (void) remove (self->names[i]);
    g_free (self->names[i]);
  }
  fail_unless (rmdir (self->folder) == 0);
  g_free (self->folder);
  g_free (self);
}

void
photos_replace (Photos * self, guint i, const Blob * blob)
{
  fail_unless (g_file_set_contents (self->names[i],
          (const gchar *) blob->bytes, blob->n_bytes, NULL));
}

void
photos_replace_with_png (Photos * self, guint i, guint size)
{
  Blob blob = png_new (&(PngSpec) {size, size, PNG_COLOR_TYPE_RGB, 8});

  photos_replace (self, i, &blob);
  blob_free (&blob);
}

/* ---- The pipeline ---- */

Show *
show_new (const gchar * properties, const gchar * more)
{
  Show *self = g_new0 (Show, 1);
  gchar *line = g_strdup_printf ("ntstripsrc name=src tile-width=%d "
      "tile-height=%d cache-size=50000000 %s ! %s appsink name=sink sync=false "
      "max-buffers=1", TILE_WIDTH, TILE_HEIGHT, properties, more);

  self->pipeline = gst_parse_launch (line, NULL);
  fail_unless (self->pipeline != NULL, "%s", line);
  self->src = gst_bin_get_by_name (GST_BIN (self->pipeline), "src");
  self->sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");
  g_free (line);

  return self;
}

Show *
show_new_list (const Photos * photos, const gchar * properties,
    const gchar * more)
{
  gchar *all = g_strdup_printf ("location=%s/* %s", photos->folder,
      properties);
  Show *self = show_new (all, more);

  g_free (all);

  return self;
}

void
show_free (Show * self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), self->src);
  gst_object_unref (self->sink);
  gst_object_unref (self->pipeline);
  test_unref_last (self->src);
  g_free (self);
}

void
show_play (Show * self)
{
  fail_unless (gst_element_set_state (self->pipeline, GST_STATE_PLAYING)
      != GST_STATE_CHANGE_FAILURE);
}

void
show_wait_playing (Show * self)
{
  GstState state;

  fail_unless (gst_element_get_state (self->pipeline, &state, NULL,
          TEST_PATIENCE) == GST_STATE_CHANGE_SUCCESS);
  fail_unless (state == GST_STATE_PLAYING);
}

void
show_stop (Show * self, GstState state)
{
  GstPad *pad = gst_element_get_static_pad (self->sink, "sink");
  GstPad *peer = gst_pad_get_peer (pad);

  gst_element_set_state (self->pipeline, state);
  gst_element_set_state (self->sink, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), self->sink);
  gst_object_unref (pad);
  gst_object_unref (self->sink);

  self->sink = gst_object_ref_sink (gst_element_factory_make ("appsink", NULL));
  g_object_set (self->sink, "sync", FALSE, "max-buffers", 1, NULL);
  gst_bin_add (GST_BIN (self->pipeline), self->sink);
  pad = gst_element_get_static_pad (self->sink, "sink");
  fail_unless (gst_pad_link (peer, pad) == GST_PAD_LINK_OK);
  gst_object_unref (pad);
  gst_object_unref (peer);
}

GstSample *
show_pull (Show * self)
{
  GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (self->sink),
      TEST_PATIENCE);

  fail_unless (sample || gst_app_sink_is_eos (GST_APP_SINK (self->sink)));

  return sample;
}

guint
show_request (Show * self, const Photos * photos, const gint * which)
{
  GPtrArray *names = g_ptr_array_new ();
  guint id;

  for (; *which >= 0; which++)
    g_ptr_array_add (names, photos->names[*which]);
  g_ptr_array_add (names, NULL);
  g_signal_emit_by_name (self->src, "request", names->pdata, &id);
  g_ptr_array_unref (names);

  return id;
}

guint64
show_get_stat (Show * self, const gchar * field)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (self->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "%s", field);
  gst_structure_free (stats);

  return value;
}

guint64
show_get_failures (Show * self, const gchar * reason)
{
  GstStructure *stats;
  GstStructure *failures;
  guint64 value = 0;

  g_object_get (self->src, "stats", &stats, NULL);
  fail_unless (gst_structure_get (stats, "failures", GST_TYPE_STRUCTURE,
          &failures, NULL));
  gst_structure_get_uint64 (failures, reason, &value);
  gst_structure_free (failures);
  gst_structure_free (stats);

  return value;
}

void
show_expect_message (Show * self, const gchar * name, const gchar * location,
    guint index, const gchar * word)
{
  GstBus *bus = gst_element_get_bus (self->pipeline);
  GstMessage *message =
      test_pop_message (bus, GST_MESSAGE_ELEMENT, TEST_PATIENCE);
  const GstStructure *s;
  guint i;

  fail_unless (message != NULL, "no %s", name);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_name (s), name);
  fail_unless_equals_string (gst_structure_get_string (s, "location"),
      location);
  fail_unless (gst_structure_get_uint (s, "index", &i));
  fail_unless_equals_int (i, index);
  fail_unless (strstr (gst_structure_get_string (s, "reason"), word) != NULL,
      "%s", gst_structure_get_string (s, "reason"));
  gst_message_unref (message);
  gst_object_unref (bus);
}

/* ---- What a strip should be ---- */

static void
paint (guint8 * pixel, guint32 argb, gboolean is_bgra)
{
  pixel[is_bgra ? 2 : 0] = argb >> 16;
  pixel[1] = argb >> 8;
  pixel[is_bgra ? 0 : 2] = argb;
  pixel[3] = argb >> 24;
}

/* The whole strip. */
static guint8 *
paint_strip (const Photos * photos, const gint * which, const Expected * like,
    guint n_columns, guint width, guint height)
{
  guint8 *pixels = g_malloc ((gsize) width * height * 4);
  NtmTileSpec spec = {
    .width = like->tile_width,.height = like->tile_height,.fit = like->fit,
    .pixels = like->is_bgra ? NTM_PIXELS_BGRA : NTM_PIXELS_RGBA,
  };
  gsize i;

  paint (spec.background, like->background, like->is_bgra);
  for (i = 0; i < (gsize) width * height; i++)
    memcpy (pixels + i * 4, spec.background, 4);
  for (i = 0; which[i] >= 0; i++) {
    const gsize x = i % n_columns * (like->tile_width + like->gap);
    const gsize y = i / n_columns * (like->tile_height + like->gap);
    guint8 *tile = g_malloc ((gsize) spec.width * spec.height * 4);
    gsize row;

    /* What can't be had stays background. */
    if (ntm_image_load (photos->names[which[i]], &spec, NULL, tile,
            spec.width * 4, NULL) == NTM_IMAGE_OK)
      for (row = 0; row < spec.height; row++)
        memcpy (pixels + ((y + row) * width + x) * 4,
            tile + row * spec.width * 4, spec.width * 4);
    g_free (tile);
  }

  return pixels;
}

static void
compare (GstSample * sample, const guint8 * expected, guint width,
    guint height, const gchar * format)
{
  GstVideoInfo info;
  GstMapInfo map;
  gsize i;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless_equals_string (gst_video_format_to_string
      (GST_VIDEO_INFO_FORMAT (&info)), format);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), height);
  fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map,
          GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, (gsize) width * height * 4);
  for (i = 0; i < map.size && memcmp (map.data, expected, map.size) != 0; i++)
    fail_unless (map.data[i] == expected[i], "x %u, y %u, byte %u: %u, not %u",
        (guint) (i / 4 % width), (guint) (i / 4 / width), (guint) (i % 4),
        map.data[i], expected[i]);
  gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
}

void
assert_strip (GstSample * sample, const Photos * photos, const gint * which,
    const Expected * like)
{
  Expected all = like ? *like : (Expected) { 0 };
  guint n = 0;
  guint n_columns;
  guint n_rows;
  guint width;
  guint height;
  guint8 *expected;

  fail_unless (sample != NULL);
  while (which[n] >= 0)
    n++;
  all.n_tiles = MAX (all.n_tiles, n);
  all.tile_width = all.tile_width > 0 ? all.tile_width : TILE_WIDTH;
  all.tile_height = all.tile_height > 0 ? all.tile_height : TILE_HEIGHT;
  all.background = all.background > 0 ? all.background : 0xff000000;
  n_columns = all.columns > 0 ? all.columns : all.n_tiles;
  n_rows = all.rows > 0 ? all.rows
      : (all.n_tiles + n_columns - 1) / n_columns;
  width = n_columns * (all.tile_width + all.gap) - all.gap;
  height = n_rows * (all.tile_height + all.gap) - all.gap;
  expected = paint_strip (photos, which, &all, n_columns, width, height);
  compare (sample, expected, width, height, all.is_bgra ? "BGRA" : "RGBA");
  g_free (expected);
  gst_sample_unref (sample);
}
