/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Films; see the header. */

#include "films.h"

#include <string.h>

static GBytes *
get_bytes (GstSample * sample, TestFilm * film)
{
  GstVideoFrame frame;
  GstVideoInfo info;
  guint8 *bytes;
  guint y;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless (GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_RGBA);
  film->width = GST_VIDEO_INFO_WIDTH (&info);
  film->height = GST_VIDEO_INFO_HEIGHT (&info);
  bytes = g_malloc (film->width * film->height * 4);

  fail_unless (gst_video_frame_map (&frame, &info,
          gst_sample_get_buffer (sample), GST_MAP_READ));
  for (y = 0; y < film->height; y++)
    memcpy (bytes + y * film->width * 4,
        (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
        + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0),
        film->width * 4);
  gst_video_frame_unmap (&frame);

  return g_bytes_new_take (bytes, film->width * film->height * 4);
}

TestFilm *
test_film_new (const gchar * source)
{
  gchar *text = g_strdup_printf ("%s ! appsink name=a sync=false", source);
  TestFilm *film = g_new0 (TestFilm, 1);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  GstSample *sample;
  GstElement *sink;

  g_assert_no_error (error);
  film->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "a");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink),
              TEST_PATIENCE))) {
    g_ptr_array_add (film->frames, get_bytes (sample, film));
    gst_sample_unref (sample);
  }
  fail_unless (gst_app_sink_is_eos (GST_APP_SINK (sink)));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (text);

  return film;
}

void
test_film_free (TestFilm * film)
{
  g_ptr_array_unref (film->frames);
  g_free (film);
}

guint
test_film_index (GstBuffer * strip)
{
  return gst_util_uint64_scale_round (GST_BUFFER_PTS (strip), FILM_FPS,
      GST_SECOND);
}

void
test_assert_films (GstSample * sample, TestFilm ** films, guint n_films)
{
  GstBuffer *strip = gst_sample_get_buffer (sample);
  const guint index = test_film_index (strip);
  GstVideoFrame frame;
  GstVideoInfo info;
  guint x = 0;
  guint i;
  guint y;

  fail_unless (gst_video_info_from_caps (&info, gst_sample_get_caps (sample)));
  fail_unless (gst_video_frame_map (&frame, &info, strip, GST_MAP_READ));
  for (i = 0; i < n_films; x += films[i++]->width) {
    const gsize row_bytes = films[i]->width * 4;
    const guint8 *bytes;

    if (index >= films[i]->frames->len)
      continue;
    bytes = g_bytes_get_data (films[i]->frames->pdata[index], NULL);
    for (y = 0; y < films[i]->height; y++)
      fail_unless (memcmp (bytes + y * row_bytes,
              (guint8 *) GST_VIDEO_FRAME_PLANE_DATA (&frame, 0)
              + (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0) + x * 4,
              row_bytes) == 0, "strip %u, tile %u, row %u", index, i, y);
  }
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), x);
  gst_video_frame_unmap (&frame);
}
