/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Three pads that show new frames; see the header. */

#include "shows.h"

#include <string.h>

void
show_init (Show * s, const gchar * interlace_mode)
{
  static const TestTile tiles[SHOW_PADS] = { {5, 9, 0}, {8, 4, 0}, {40, 9, 0} };
  guint i;

  memset (s, 0, sizeof (*s));
  memcpy (s->tiles, tiles, sizeof (tiles));
  s->strip = (TestStrip) { s->tiles, SHOW_PADS, SHOW_HEIGHT, "center",
    0xff112233
  };
  s->rig = test_rig_new (SHOW_PADS);
  g_object_set (s->rig->element, "background-color", s->strip.background, NULL);
  test_rig_set (s->rig, "align", s->strip.align);
  for (i = 0; i < SHOW_PADS; i++) {
    GstCaps *caps = test_caps_new ("RGBA", tiles[i].width, tiles[i].height, 25,
        1);

    gst_caps_set_simple (caps, "interlace-mode", G_TYPE_STRING, interlace_mode,
        NULL);
    gst_harness_set_src_caps (test_rig_input (s->rig, i), caps);
  }
}

/* From the first strip the element learns what downstream does with strips. */
void
show_begin (Show * s)
{
  show_init (s, "progressive");
  show_run (s, 1);
  fail_unless_equals_int (show_count (s), 0);
  show_check_all_arrive (s);
}

void
show_end (Show * s)
{
  test_rig_free (s->rig);
}

GstBuffer *
show_new_frame (Show * s, guint i, guint32 seed)
{
  return test_frame_new (GST_VIDEO_FORMAT_RGBA, s->tiles[i].width,
      s->tiles[i].height, 0, 0, seed);
}

void
show_push_timed (Show * s, guint i, GstBuffer * frame, gint64 start,
    guint n_strips)
{
  GST_BUFFER_PTS (frame) = start * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = n_strips * TEST_FRAME_TIME;
  test_input_push (test_rig_input (s->rig, i), frame);
}

void
show_push (Show * s, guint i, GstBuffer * frame, guint32 seed)
{
  show_push_timed (s, i, frame, s->rig->n_sent, 1);
  s->tiles[i].seed = seed;
}

void
show_push_new (Show * s, guint i)
{
  const guint32 seed = ++s->last_seed;

  show_push (s, i, show_new_frame (s, i, seed), seed);
}

void
show_push_rest (Show * s, guint first)
{
  guint i;

  for (i = first; i < SHOW_PADS; i++)
    show_push_new (s, i);
}

GstBuffer *
show_pull (Show * s)
{
  s->rig->n_sent++;

  return test_rig_take (s->rig, &s->strip);
}

void
show_expect (Show * s)
{
  gst_buffer_unref (show_pull (s));
}

void
show_run (Show * s, guint n)
{
  for (; n > 0; n--) {
    show_push_rest (s, 0);
    show_expect (s);
  }
}

guint
show_count (Show * s)
{
  const guint64 n = test_get_stat (s->rig->element, "tiles-on-arrival");
  const guint64 before = s->n_counted;

  s->n_counted = n;

  return n - before;
}

void
show_check_all_arrive (Show * s)
{
  show_count (s);
  show_run (s, 5);
  fail_unless_equals_int (show_count (s), 5 * SHOW_PADS);
}
