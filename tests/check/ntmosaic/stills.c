/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Stills; see the header. */

#include "stills.h"

#include <gst/app/gstappsink.h>
#include <string.h>

Stats
get_stats (GstElement * element)
{
  const Stats stats = {
    test_get_stat (element, "strips"),
    test_get_stat (element, "tiles-copied"),
    test_get_stat (element, "tiles-kept"),
    test_get_stat (element, "tiles-background"),
    test_get_stat (element, "bytes-copied"),
  };

  return stats;
}

void
check_stats (GstElement * element, Stats * before, guint copied, guint kept,
    guint background)
{
  const Stats now = get_stats (element);

  fail_unless_equals_uint64 (now.copied - before->copied, copied);
  fail_unless_equals_uint64 (now.kept - before->kept, kept);
  fail_unless_equals_uint64 (now.background - before->background, background);
  *before = now;
}

void
set_frame (Stills * s, guint i, guint32 seed)
{
  s->tiles[i].seed = seed;
  gst_clear_buffer (&s->frames[i]);
  s->frames[i] = test_frame_new (GST_VIDEO_FORMAT_RGBA, s->tiles[i].width,
      s->tiles[i].height, 0, 0, seed);
}

void
stills_init (Stills * s, guint n_strips)
{
  static const TestTile tiles[N_STILLS] = {
    {5, 9, 1}, {8, 4, 2}, {40, 9, 3},
  };
  guint i;

  memset (s, 0, sizeof (*s));
  memcpy (s->tiles, tiles, sizeof (tiles));
  s->strip = (TestStrip) { s->tiles, N_STILLS, STILLS_HEIGHT, "top", BLACK };
  s->rig = test_rig_new (N_STILLS);
  g_object_set (s->rig->element, "strips", n_strips, NULL);
  test_rig_set_caps (s->rig, &s->strip, "RGBA");
  for (i = 0; i < N_STILLS; i++)
    set_frame (s, i, i + 1);
}

void
stills_clear (Stills * s)
{
  const Stats stats = get_stats (s->rig->element);
  guint i;

  fail_unless_equals_uint64 (stats.copied + stats.kept + stats.background,
      stats.strips * N_STILLS);
  test_rig_free (s->rig);
  for (i = 0; i < N_STILLS; i++)
    gst_clear_buffer (&s->frames[i]);
}

void
push_copy (GstHarness * input, GstBuffer * frame, guint n)
{
  GstBuffer *copy = gst_buffer_copy (frame);

  GST_BUFFER_PTS (copy) = n * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (copy) = TEST_FRAME_TIME;
  fail_unless_equals_int (gst_harness_push (input, copy), GST_FLOW_OK);
}

static void
push_gap (GstHarness * input, guint n)
{
  fail_unless (gst_harness_push_event (input,
          gst_event_new_gap (n * TEST_FRAME_TIME, TEST_FRAME_TIME)));
}

GstBuffer *
next_strip (Stills * s)
{
  TestTile tiles[N_STILLS];
  TestStrip strip = s->strip;
  GstBuffer *buffer;
  GstCaps *caps;
  guint i;

  memcpy (tiles, s->tiles, sizeof (tiles));
  strip.tiles = tiles;
  for (i = 0; i < N_STILLS; i++) {
    GstHarness *input = test_rig_input (s->rig, i);

    if (s->frames[i]) {
      push_copy (input, s->frames[i], s->n);
    } else {
      push_gap (input, s->n);
      tiles[i].height = 0;
    }
  }
  s->n++;
  buffer = test_rig_pull (s->rig, &caps);
  test_assert_strip (buffer, caps, &strip);
  gst_caps_unref (caps);

  return buffer;
}

void
check_next (Stills * s, guint copied, guint kept, guint background)
{
  gst_buffer_unref (next_strip (s));
  check_stats (s->rig->element, &s->stats, copied, kept, background);
}

void
start (Pipeline * p, const gchar * line)
{
  GError *error = NULL;

  p->pipeline = gst_parse_launch (line, &error);
  g_assert_no_error (error);
  p->mosaic = gst_bin_get_by_name (GST_BIN (p->pipeline), "m");
  gst_element_set_state (p->pipeline, GST_STATE_PLAYING);
}

void
stop (Pipeline * p)
{
  gst_element_set_state (p->pipeline, GST_STATE_NULL);
  gst_object_unref (p->mosaic);
  gst_object_unref (p->pipeline);
}

guint
pull_all (Pipeline * p, const gchar * name, GBytes ** bytes)
{
  GstElement *sink = gst_bin_get_by_name (GST_BIN (p->pipeline), name);
  GstSample *sample;
  guint n;

  *bytes = NULL;
  for (n = 0; (sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))); n++) {
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    GstMapInfo map;

    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
    if (*bytes == NULL)
      *bytes = g_bytes_new (map.data, map.size);
    fail_unless (memcmp (g_bytes_get_data (*bytes, NULL), map.data,
            map.size) == 0);
    gst_buffer_unmap (buffer, &map);
    gst_sample_unref (sample);
  }
  gst_object_unref (sink);

  return n;
}
