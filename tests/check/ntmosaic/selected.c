/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Properties that a handler of samples-selected sets apply to the strip that
 * the signal announces, and not only to the next one. */

#include "rig/rig.h"

static const guint colors[] = {
  0xff102030, 0xff405060, 0xff405060, 0x80ffffff, 0xff102030, 0xff000000,
};

static const gchar *const aligns[] = {
  "center", "bottom", "bottom", "top", "center", "bottom",
};

typedef struct
{
  gboolean sets_color;
  gboolean sets_align;
  guint n;                      /* signals so far */
} Handler;

static void
on_selected (GstElement * mosaic, GstSegment * segment, GstClockTime pts,
    GstClockTime dts, GstClockTime duration, GstStructure * info,
    gpointer data)
{
  Handler *handler = data;

  if (handler->sets_color)
    g_object_set (mosaic, "background-color", colors[handler->n], NULL);
  if (handler->sets_align)
    gst_util_set_object_arg (G_OBJECT (mosaic), "align",
        aligns[handler->n]);
  handler->n++;
}

GST_START_TEST (properties_of_the_strip)
{
  Handler handler = { __i__ & 1, __i__ & 2, 0 };
  TestRig *rig = test_rig_new (3);
  guint i;

  gst_harness_add_propose_allocation_meta (rig->out, GST_VIDEO_META_API_TYPE,
      NULL);
  g_object_set (rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (rig->element, "samples-selected",
      G_CALLBACK (on_selected), &handler);

  for (i = 0; i < G_N_ELEMENTS (colors); i++) {
    const TestTile tiles[] = { {16, 9, 100}, {7, 4, 200 + i}, {5, 0, 0} };
    const TestStrip strip = { tiles, 3, 9,
      handler.sets_align ? aligns[i] : "top",
      handler.sets_color ? colors[i] : 0xff000000
    };

    if (i == 0)
      test_rig_set_caps (rig, &strip, "RGBA");
    test_rig_check (rig, &strip);
    fail_unless_equals_int (handler.n, i + 1);
  }

  /* All pads show the same strips. */
  fail_unless (test_get_stat (rig->element, "strips-allocated") <= 6);
  test_rig_free (rig);
}

GST_END_TEST;

static void
set_tile_meta (GstElement * mosaic, GstSegment * segment, GstClockTime pts,
    GstClockTime dts, GstClockTime duration, GstStructure * info,
    gpointer data)
{
  g_object_set (mosaic, "tile-meta", pts == 0, NULL);
}

GST_START_TEST (metas_of_the_strip)
{
  const TestTile tiles[] = { {16, 9, 100} };
  const TestStrip strip = { tiles, 1, 9, "top", BLACK };
  TestRig *rig = test_rig_new (1);
  guint i;

  g_object_set (rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (rig->element, "samples-selected",
      G_CALLBACK (set_tile_meta), NULL);
  test_rig_set_caps (rig, &strip, "RGBA");
  for (i = 0; i < 2; i++) {
    GstBuffer *buffer;

    test_rig_send (rig, &strip);
    buffer = test_rig_pull (rig, NULL);
    fail_unless_equals_int (gst_buffer_get_n_meta (buffer,
            GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE), i == 0);
    gst_buffer_unref (buffer);
  }
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (selected)
{
  tcase_add_loop_test (tc, properties_of_the_strip, 1, 4);
  tcase_add_test (tc, metas_of_the_strip);
}
