/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What downstream does with a strip. Reading it, or writing to a copy of it,
 * leaves its ledger as it is. Writing to the strip, by every route, voids its
 * ledger and ends copying on arrival. */

#include "rig/pipelines.h"
#include "rig/shows.h"
#include "rig/stills.h"

#include <string.h>

static void
map_and_unmap (GstBuffer * strip, GstMapFlags flags)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (strip, &map, flags));
  if (flags & GST_MAP_WRITE)
    memset (map.data, 0x77, map.size);
  gst_buffer_unmap (strip, &map);
}

static void
read_it (GstBuffer * strip)
{
  map_and_unmap (strip, GST_MAP_READ);
  gst_buffer_unref (strip);
}

static void
map_frame (GstBuffer * strip, GstMapFlags flags)
{
  GstVideoFrame frame;
  GstVideoInfo info;

  fail_unless (gst_video_info_set_format (&info, GST_VIDEO_FORMAT_RGBA,
          STILLS_WIDTH, STILLS_HEIGHT));
  fail_unless (gst_video_frame_map (&frame, &info, strip, flags));
  if (flags & GST_MAP_WRITE)
    memset (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0), 0x77, STILLS_WIDTH * 4);
  gst_video_frame_unmap (&frame);
  gst_buffer_unref (strip);
}

static void
read_as_frame (GstBuffer * strip)
{
  map_frame (strip, GST_MAP_READ);
}

static void
read_a_part (GstBuffer * strip)
{
  GstBuffer *part = gst_buffer_copy_region (strip, GST_BUFFER_COPY_MEMORY, 4,
      40);

  gst_buffer_unref (strip);
  read_it (part);
}

/* Parts are read-only: a writer gets a copy. */
static void
write_a_part (GstBuffer * strip)
{
  GstBuffer *part = gst_buffer_copy_region (strip, GST_BUFFER_COPY_MEMORY, 4,
      40);

  fail_unless (GST_MEMORY_IS_READONLY (gst_buffer_peek_memory (part, 0)));
  gst_buffer_unref (strip);
  map_and_unmap (part, GST_MAP_WRITE);
  gst_buffer_unref (part);
}

static void
write_a_share (GstBuffer * strip)
{
  GstMemory *whole = gst_buffer_peek_memory (strip, 0);
  GstMemory *part = gst_memory_share (whole, 4, 40);
  GstMemory *part_of_part = gst_memory_share (part, 4, 20);
  GstMapInfo map;

  fail_unless (GST_MEMORY_IS_READONLY (part_of_part));
  fail_if (gst_memory_map (part, &map, GST_MAP_WRITE));
  fail_if (gst_memory_map (part_of_part, &map, GST_MAP_WRITE));
  gst_memory_unref (part);
  gst_memory_unref (part_of_part);
  gst_buffer_unref (strip);
}

static void
write_a_copy (GstBuffer * strip)
{
  GstBuffer *copy = gst_buffer_make_writable (gst_buffer_ref (strip));

  map_and_unmap (copy, GST_MAP_WRITE);
  gst_buffer_unref (copy);
  gst_buffer_unref (strip);
}

static void
write_a_deep_copy (GstBuffer * strip)
{
  GstBuffer *copy = gst_buffer_copy_deep (strip);

  gst_buffer_unref (strip);
  map_and_unmap (copy, GST_MAP_WRITE);
  gst_buffer_unref (copy);
}

static void
write_in_place (GstBuffer * strip)
{
  map_and_unmap (strip, GST_MAP_WRITE);
  gst_buffer_unref (strip);
}

static void
read_and_write (GstBuffer * strip)
{
  map_and_unmap (strip, GST_MAP_READWRITE);
  gst_buffer_unref (strip);
}

static void
write_as_frame (GstBuffer * strip)
{
  map_frame (strip, GST_MAP_WRITE);
}

static void
fill_it (GstBuffer * strip)
{
  gst_buffer_fill (strip, 100, "1234", 4);
  gst_buffer_unref (strip);
}

static void
write_after_others (GstBuffer * strip)
{
  GstBuffer *branch = gst_buffer_make_writable (gst_buffer_ref (strip));

  gst_buffer_unref (strip);
  write_in_place (branch);
}

static void
write_resized (GstBuffer * strip)
{
  gst_buffer_resize (strip, 100, 8);
  write_in_place (strip);
}

static void
write_memory (GstBuffer * strip)
{
  GstMemory *memory = gst_buffer_get_memory (strip, 0);
  GstMapInfo map;

  gst_buffer_unref (strip);
  if (!GST_MEMORY_IS_READONLY (memory)) {
    fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
    memset (map.data, 0x77, map.size);
    gst_memory_unmap (memory, &map);
  }
  gst_memory_unref (memory);
}

static void
write_in_other_buffer (GstBuffer * strip)
{
  GstBuffer *other = gst_buffer_new ();

  gst_buffer_append_memory (other, gst_buffer_get_memory (strip, 0));
  gst_buffer_remove_all_memory (strip);
  gst_buffer_unref (strip);
  write_in_place (other);
}

/* A map for writing after which downstream has written nothing. */
static void
map_for_writing_only (GstBuffer * strip)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (strip, &map, GST_MAP_WRITE));
  gst_buffer_unmap (strip, &map);
  gst_buffer_unref (strip);
}

static const struct
{
  void (*use) (GstBuffer * strip);
  gboolean voids;
  gboolean copies;              /* as the only owner of a strip that is
                                 * read-only because frames are in it */
} uses[] = {
  {gst_buffer_unref, FALSE, FALSE},
  {read_it, FALSE, FALSE},
  {read_as_frame, FALSE, FALSE},
  {read_a_part, FALSE, FALSE},
  {write_a_part, FALSE, FALSE},
  {write_a_share, FALSE, FALSE},
  {write_a_copy, FALSE, FALSE},
  {write_a_deep_copy, FALSE, FALSE},
  {write_in_place, TRUE, TRUE},
  {read_and_write, TRUE, TRUE},
  {write_as_frame, TRUE, TRUE},
  {fill_it, TRUE, TRUE},
  {write_after_others, TRUE, TRUE},
  {write_resized, TRUE, TRUE},
  {write_memory, TRUE, FALSE},
  {write_in_other_buffer, TRUE, TRUE},
  {map_for_writing_only, TRUE, TRUE},
};

GST_START_TEST (use)
{
  Stills s;
  guint round;

  stills_init (&s, 1);
  check_next (&s, 3, 0, 0);
  for (round = 0; round < 3; round++) {
    uses[__i__].use (next_strip (&s));
    check_stats (s.rig->element, &s.stats, round > 0 && uses[__i__].voids ? 3 :
        0, round > 0 && uses[__i__].voids ? 0 : 3, 0);
  }
  test_expect_stat (s.rig, "strips-allocated", 1);
  stills_clear (&s);
}

GST_END_TEST;

/* A map that stays open: the strip is away for as long, and void afterwards. */
GST_START_TEST (map_stays_open)
{
  GstMemory *memory;
  GstBuffer *strip;
  GstMapInfo map;
  Stills s;

  stills_init (&s, 1);
  strip = next_strip (&s);
  memory = gst_buffer_get_memory (strip, 0);
  gst_buffer_unref (strip);
  fail_unless (gst_memory_map (memory, &map, GST_MAP_WRITE));
  check_next (&s, 6, 0, 0);
  check_next (&s, 0, 3, 0);
  memset (map.data, 0x77, map.size);
  check_next (&s, 0, 3, 0);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);

  /* Both are home: the element takes the good one, and if that is out, the void
   * one. */
  strip = next_strip (&s);
  check_stats (s.rig->element, &s.stats, 0, 3, 0);
  check_next (&s, 3, 0, 0);
  check_next (&s, 0, 3, 0);
  gst_buffer_unref (strip);
  stills_clear (&s);
}

GST_END_TEST;

/* ---- Frames that are copied on arrival ---- */

/* Downstream may write to the strip's memory, and gets no copy. */
static void
check_writable (Show * s)
{
  GstMemory *memory;
  GstBuffer *strip;

  show_push_rest (s, 0);
  strip = show_pull (s);
  memory = gst_buffer_peek_memory (strip, 0);
  map_and_unmap (strip, GST_MAP_READWRITE);
  fail_unless (gst_buffer_peek_memory (strip, 0) == memory);
  gst_buffer_unref (strip);
}

/* From the first strip on, or later, when frames lie in strips (@__i__ odd). */
GST_START_TEST (arrivals)
{
  const gboolean late = __i__ % 2;
  const gboolean ends = late ? uses[__i__ / 2].copies : uses[__i__ / 2].voids;
  guint i;
  Show s;

  if (late)
    show_begin (&s);
  else
    show_init (&s, "progressive");
  for (i = 0; i < 5; i++) {
    show_push_rest (&s, 0);
    uses[__i__ / 2].use (show_pull (&s));
  }
  show_count (&s);
  show_run (&s, 5);
  fail_unless_equals_int (show_count (&s), ends ? 0 : 5 * SHOW_PADS);
  for (i = 0; ends && i < 5; i++)
    check_writable (&s);
  show_run (&s, 5);
  fail_unless_equals_int (show_count (&s), ends ? 0 : 5 * SHOW_PADS);

  /* Until the next caps negotiation; then pads pause for a while. */
  s.strip.align = "bottom";
  test_rig_set (s.rig, "align", "bottom");
  show_run (&s, 40);
  show_check_all_arrive (&s);
  show_end (&s);
}

GST_END_TEST;

/* ---- With other elements ---- */

GST_START_TEST (element_in_place)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "gamma gamma=3 ! appsink name=s max-buffers=1 sync=false "
      TEST_FROZEN ("ball") " ! m. " TEST_FROZEN ("smpte") " ! m.");
  GBytes *bytes;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pull_same (p->sink, &bytes), 40);
  g_bytes_unref (bytes);
  fail_unless_equals_uint64 (test_get_stat (p->mosaic, "tiles-copied"), 80);
  test_pipeline_free (p);
}

GST_END_TEST;

GST_START_TEST (tee_with_element_in_place)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "tee name=t  t. ! queue ! appsink name=s sync=false  "
      "t. ! queue ! gamma gamma=3 ! appsink name=b sync=false "
      TEST_FROZEN ("ball") " ! m. " TEST_FROZEN ("smpte") " ! m.");
  GstElement *other = gst_bin_get_by_name (GST_BIN (p->pipeline), "b");
  GBytes *plain;
  GBytes *bright;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pull_same (p->sink, &plain), 40);
  fail_unless_equals_int (test_pull_same (other, &bright), 40);
  fail_if (g_bytes_equal (plain, bright));
  g_bytes_unref (plain);
  g_bytes_unref (bright);
  gst_object_unref (other);
  test_pipeline_free (p);
}

GST_END_TEST;

TEST_CASES (voided)
{
  tcase_add_loop_test (tc, use, 0, G_N_ELEMENTS (uses));
  tcase_add_test (tc, map_stays_open);
  tcase_add_loop_test (tc, arrivals, 0, 2 * G_N_ELEMENTS (uses));
  tcase_add_test (tc, element_in_place);
  tcase_add_test (tc, tee_with_element_in_place);
}
