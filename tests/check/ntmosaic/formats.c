/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* RGBA and its kin, and the other fields of caps about pixels: colorimetry,
 * pixel-aspect-ratio, interlacing. */

#include "rig/rig.h"

static const gchar *formats[] = {
  "RGBA", "BGRA", "ARGB", "ABGR", "RGBx", "BGRx", "xRGB", "xBGR"
};

/* ---- Bytes ---- */

GST_START_TEST (bytes)
{
  static const TestTile tiles[] = { {5, 9, 1}, {8, 4, 2}, {3, 0, 0} };
  const TestStrip strip = { tiles, 3, 9, "center", 0x12345678 };
  TestRig *rig = test_rig_new_for (&strip, formats[__i__]);

  test_rig_check (rig, &strip);
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Which format ---- */

/* The format that the pad prefers. */
static void
check_preferred (TestRig * rig, guint input, const gchar * format)
{
  GstCaps *caps =
      gst_pad_peer_query_caps (test_rig_input (rig, input)->srcpad, NULL);
  GstStructure *s;

  fail_unless (gst_caps_get_size (caps) > 0);
  s = gst_caps_get_structure (caps, 0);
  gst_structure_fixate_field (s, "format");
  fail_unless_equals_string (gst_structure_get_string (s, "format"), format);
  gst_caps_unref (caps);
}

GST_START_TEST (format_of_downstream)
{
  static const TestTile tiles[] = { {5, 3, 1}, {8, 2, 2} };
  const TestStrip strip = { tiles, 2, 3, "top", BLACK };
  TestRig *rig = test_rig_new (2);

  gst_harness_set_sink_caps (rig->out, gst_caps_new_simple ("video/x-raw",
          "format", G_TYPE_STRING, formats[__i__], NULL));
  check_preferred (rig, 0, formats[__i__]);
  test_rig_set_caps (rig, &strip, formats[__i__]);
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- What the strip's caps say ---- */

/* Sends RGBA caps of 4x4 frames that end with the string, and a frame, on each
 * of the two pads. */
static void
send_frames (TestRig * rig, const gchar * caps_0, const gchar * caps_1)
{
  const gchar *rest[] = { caps_0, caps_1 };
  guint i;

  for (i = 0; i < 2; i++) {
    gchar *fields = g_strconcat ("format=RGBA", rest[i], NULL);

    test_input_set_caps_with (test_rig_input (rig, i), 4, 4, fields);
    g_free (fields);
  }
  for (i = 0; i < 2; i++)
    test_rig_push (rig, i, i, 0);
}

/* If two pads have the same other fields, the strip's caps have them too. */
static void
check_carried (const gchar * caps_0, const gchar * caps_1,
    const gchar * expected)
{
  TestRig *rig = test_rig_new (2);
  GstCaps *wanted;
  gchar *text;
  GstCaps *caps;

  send_frames (rig, caps_0, caps_1);
  gst_buffer_unref (test_rig_pull (rig, &caps));
  text = g_strdup_printf ("video/x-raw,format=RGBA,width=8,height=4,"
      "framerate=25/1%s", expected);
  wanted = gst_caps_from_string (text);
  if (!gst_caps_is_subset (caps, wanted))
    fail ("%s is not %s", gst_caps_to_string (caps), text);
  g_free (text);
  gst_caps_unref (wanted);
  gst_caps_unref (caps);
  test_rig_free (rig);
}

static void
check_carried_same (const gchar * rest)
{
  check_carried (rest, rest, rest);
}

GST_START_TEST (colorimetry)
{
  check_carried_same (",colorimetry=sRGB");
  check_carried_same (",colorimetry=1:1:5:1");
  check_carried_same (",colorimetry=2:1:5:1");
  check_carried_same (",colorimetry=1:1:14:7");

  /* GStreamer treats a matrix that RGB can't have as a mistake. */
  check_carried (",colorimetry=bt709", ",colorimetry=bt709",
      ",colorimetry=2:1:5:1");

  /* Caps without colorimetry mean sRGB; an unknown value agrees with any
   * other. */
  check_carried (",colorimetry=sRGB", "", ",colorimetry=sRGB");
  check_carried (",colorimetry=1:0:0:0", ",colorimetry=1:1:5:1",
      ",colorimetry=1:1:5:1");
  check_carried (",colorimetry=1:1:5:1", ",colorimetry=1:0:0:0",
      ",colorimetry=1:1:5:1");
}

GST_END_TEST;

/* GStreamer takes bt601 for granted up to 576 rows of YUV, and bt709 above. */
GST_START_TEST (colorimetry_by_height)
{
  TestRig *rig = test_rig_new (2);

  test_input_set_caps_with (test_rig_input (rig, 0), 4, 4, "format=YUY2");
  test_input_set_caps_with (test_rig_input (rig, 1), 4, 580, "format=YUY2");
  test_rig_push (rig, 0, 0, 0);
  gst_harness_push (test_rig_input (rig, 1),
      test_frame_new (GST_VIDEO_FORMAT_YUY2, 4, 580, 0, 0, 1));
  test_rig_expect_error (rig, "sink_0", "sink_1", "colorimetry", "bt601",
      "bt709", "videoconvert");
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (pixel_aspect_ratio)
{
  check_carried_same (",pixel-aspect-ratio=1/1");
  check_carried_same (",pixel-aspect-ratio=12/11");
  check_carried ("", ",pixel-aspect-ratio=1/1", ",pixel-aspect-ratio=1/1");
  check_carried (",pixel-aspect-ratio=4/2", ",pixel-aspect-ratio=2/1",
      ",pixel-aspect-ratio=2/1");
}

GST_END_TEST;

GST_START_TEST (interlacing)
{
  check_carried_same (",interlace-mode=progressive");
  check_carried_same (",interlace-mode=mixed");
  check_carried_same (",interlace-mode=interleaved");
  check_carried_same
      (",interlace-mode=interleaved,field-order=top-field-first");
  check_carried_same
      (",interlace-mode=interleaved,field-order=bottom-field-first");
  check_carried (",interlace-mode=interleaved",
      ",interlace-mode=interleaved,field-order=bottom-field-first",
      ",interlace-mode=interleaved,field-order=bottom-field-first");
}

GST_END_TEST;

/* ---- Fields ---- */

/* Frames of two fields, of which the second is @height rows high; it should
 * stand in the strip of 10 rows from @top on. */
static void
check_field_rows (const gchar * align, guint height, guint top)
{
  /* The model has no fields: background above, and the frame at the bottom. */
  const TestTile tiles[] = { {4, 10, 1}, {4, height, 2} };
  TestRig *rig = test_rig_new (2);
  GstBuffer *buffer;
  guint x;
  guint y;
  guint i;

  test_rig_set (rig, "align", align);
  g_object_set (rig->element, "background-color", 0, NULL);
  for (i = 0; i < 2; i++) {
    test_input_set_caps_with (test_rig_input (rig, i), 4, tiles[i].height,
        "format=RGBA,interlace-mode=interleaved");
    test_rig_push (rig, i, tiles[i].seed, 0);
  }

  buffer = test_rig_pull (rig, NULL);
  for (y = 0; y < 10; y++)
    for (x = 0; x < 16; x++) {
      const gboolean inside = y >= top && y < top + height;
      guint8 byte;

      gst_buffer_extract (buffer, y * 32 + 16 + x, &byte, 1);
      fail_unless_equals_int (byte, inside ? test_byte (2, y - top, x) : 0);
    }
  gst_buffer_unref (buffer);
  test_rig_free (rig);
}

GST_START_TEST (fields_keep_their_rows)
{
  check_field_rows ("top", 5, 0);
  check_field_rows ("center", 6, 2);
  check_field_rows ("center", 4, 2);
  check_field_rows ("center", 8, 0);
  check_field_rows ("bottom", 6, 4);
  check_field_rows ("bottom", 5, 4);
  check_field_rows ("bottom", 9, 0);
}

GST_END_TEST;

#define FIELD_FLAGS (GST_VIDEO_BUFFER_FLAG_INTERLACED \
    | GST_VIDEO_BUFFER_FLAG_TFF | GST_VIDEO_BUFFER_FLAG_RFF \
    | GST_VIDEO_BUFFER_FLAG_ONEFIELD)

/* The flags of the strip, where both frames have @flags. */
static guint
flags_of_strip (const gchar * interlace_mode, guint flags)
{
  gchar *fields = g_strconcat ("format=RGBA,interlace-mode=", interlace_mode,
      NULL);
  TestRig *rig = test_rig_new (2);
  GstBuffer *strip;
  guint found;
  guint i;

  for (i = 0; i < 2; i++) {
    GstBuffer *frame = test_frame_new (GST_VIDEO_FORMAT_RGBA, 4, 4, 0, 0, i);

    GST_BUFFER_FLAG_SET (frame, flags);
    test_input_set_caps_with (test_rig_input (rig, i), 4, 4, fields);
    test_input_push_nth (test_rig_input (rig, i), frame, 0);
  }
  g_free (fields);
  strip = test_rig_pull (rig, NULL);
  found = GST_BUFFER_FLAGS (strip) & FIELD_FLAGS;
  gst_buffer_unref (strip);
  test_rig_free (rig);

  return found;
}

GST_START_TEST (field_flags)
{
  static const guint flags[] = {
    0,
    GST_VIDEO_BUFFER_FLAG_INTERLACED,
    GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF,
    GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_RFF,
    GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_ONEFIELD,
  };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (flags); i++) {
    fail_unless_equals_int (flags_of_strip ("interleaved", flags[i]),
        flags[i]);
    fail_unless_equals_int (flags_of_strip ("mixed", flags[i]), flags[i]);
    fail_unless_equals_int (flags_of_strip ("progressive", flags[i]), 0);
  }
}

GST_END_TEST;

static GstPadProbeReturn
note_allocation (GstPad * pad, GstPadProbeInfo * info, gpointer has_come)
{
  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_ALLOCATION)
    g_atomic_int_set ((gint *) has_come, TRUE);

  return GST_PAD_PROBE_OK;
}

/* The element negotiates for frames that are over before the first strip. Then
 * both inputs change, and the strip has their new interlacing. */
GST_START_TEST (interlacing_changes_before_the_first_strip)
{
  TestRig *rig = test_rig_new (2);
  gint is_negotiated = FALSE;
  GstStructure *s;
  GstCaps *caps;
  guint i;

  gst_pad_add_probe (rig->out->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      note_allocation, &is_negotiated, NULL);
  g_object_set (rig->element, "start-time-selection", 2, "start-time",
      GST_SECOND, NULL);
  for (i = 0; i < 2; i++) {
    test_input_set_caps_with (test_rig_input (rig, i), 5, 4,
        "format=RGBA,interlace-mode=progressive");
    test_input_push (test_rig_input (rig, i), test_frame_new_timed (5, 4, 1, 0,
            GST_CLOCK_TIME_NONE));
  }
  test_wait_until (g_atomic_int_get (&is_negotiated));
  for (i = 0; i < 2; i++)
    test_input_set_caps_with (test_rig_input (rig, i), 5, 4,
        "format=RGBA,interlace-mode=mixed");
  for (i = 0; i < 2; i++)
    test_input_push_nth (test_rig_input (rig, i), test_frame_new
        (GST_VIDEO_FORMAT_RGBA, 5, 4, 0, 0, 2), 25);
  gst_buffer_unref (test_rig_pull (rig, &caps));
  s = gst_caps_get_structure (caps, 0);
  fail_unless_equals_string (gst_structure_get_string (s, "interlace-mode"),
      "mixed");
  gst_caps_unref (caps);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (formats)
{
  tcase_add_loop_test (tc, bytes, 0, G_N_ELEMENTS (formats));
  tcase_add_loop_test (tc, format_of_downstream, 0, G_N_ELEMENTS (formats));
  tcase_add_test (tc, colorimetry);
  tcase_add_test (tc, colorimetry_by_height);
  tcase_add_test (tc, pixel_aspect_ratio);
  tcase_add_test (tc, interlacing);
  tcase_add_test (tc, interlacing_changes_before_the_first_strip);
  tcase_add_test (tc, fields_keep_their_rows);
  tcase_add_test (tc, field_flags);
}
