/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Stills; see the header. */

#include "stills.h"

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
  s->strip = (TestStrip) { s->tiles, N_STILLS, STILLS_HEIGHT, "top",
    BLACK
  };
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

GstBuffer *
next_strip (Stills * s)
{
  TestTile tiles[N_STILLS];
  TestStrip strip = s->strip;
  guint i;

  memcpy (tiles, s->tiles, sizeof (tiles));
  strip.tiles = tiles;
  for (i = 0; i < N_STILLS; i++) {
    GstHarness *input = test_rig_input (s->rig, i);

    if (s->frames[i]) {
      test_input_push_nth (input, gst_buffer_copy (s->frames[i]), s->n);
    } else {
      test_input_push_gap (input, s->n);
      tiles[i].height = 0;
    }
  }
  s->n++;

  return test_rig_take (s->rig, &strip);
}

void
check_next (Stills * s, guint copied, guint kept, guint background)
{
  gst_buffer_unref (next_strip (s));
  check_stats (s->rig->element, &s->stats, copied, kept, background);
}
