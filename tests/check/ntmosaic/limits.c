/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Downstream does not take the strip: the error names the element, the wrong
 * value and the limit. */

#include "rig/rig.h"

#define SOURCE(caps) " videotestsrc num-buffers=1 ! " \
    "video/x-raw,framerate=25/1," caps " ! m."
#define SMALL SOURCE ("format=RGBA,width=8,height=6")
#define WIDE SOURCE ("format=RGBA,width=20000,height=2")
#define HIGH SOURCE ("format=RGBA,width=2,height=40000")

#define NARROWER(n) "set max-width=" n " or fewer columns to fold it into " \
    "rows, or use narrower tiles or another element there"
#define LOWER "set more columns, or use lower tiles or another element there"

static const struct
{
  const gchar *line;
  const gchar *text;
} lines[] = {
  {"ntmosaic name=m ! videoconvert name=c ! fakesink" WIDE WIDE,
      "the strip is 40000 pixels wide, but c takes 32767 at most: "
      NARROWER ("32767")},
  {"ntmosaic name=m ! videoconvert name=c ! fakesink" SMALL HIGH,
      "the strip is 40000 pixels high, but c takes 32767 at most: " LOWER},
  /* The element that limits is not always the next one. */
  {"ntmosaic name=m ! queue ! identity ! videoconvert name=c ! queue ! fakesink"
      WIDE WIDE,
      "the strip is 40000 pixels wide, but c takes 32767 at most: "
      NARROWER ("32767")},
  {"ntmosaic name=m ! videoscale ! capsfilter name=f "
      "caps=video/x-raw,format=BGRx ! fakesink" SMALL,
      "the strip has format RGBA, but f takes only BGRx: put a videoconvert "
      "behind the mosaic"},
  {"ntmosaic name=m ! tee name=t ! queue ! fakesink  t. ! queue ! "
      "jpegenc name=j ! fakesink" SOURCE ("format=RGBx,width=80000,height=2"),
      "the strip is 80000 pixels wide, but j takes 65535 at most: "
      NARROWER ("65535")},
  /* It is in a bin. */
  {"ntmosaic name=m ! ( queue ! videoconvert name=c ) ! fakesink" WIDE WIDE,
      "the strip is 40000 pixels wide, but c takes 32767 at most: "
      NARROWER ("32767")},
  /* Both limit: the nearer one can't be changed from outside. */
  {"ntmosaic name=m ! videoconvert name=c ! capsfilter name=f "
      "caps=video/x-raw,width=32 ! fakesink" WIDE WIDE,
      "the strip is 40000 pixels wide, but c takes 32767 at most: "
      NARROWER ("32767")},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,width=7 ! fakesink"
      SMALL, "the strip is 8 pixels wide, but f takes only 7: "
      NARROWER ("7")},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,width={7,9} ! fakesink"
      SMALL SMALL, "the strip is 16 pixels wide, but f takes 9 at most: "
      NARROWER ("9")},
  /* A larger width would do, so the height is what is wrong. */
  {"ntmosaic name=m ! capsfilter name=f "
      "caps=video/x-raw,width=[9,32],height=5 ! fakesink" SMALL,
      "the strip is 6 pixels high, but f takes only 5: " LOWER},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,height=5 ! fakesink"
      SMALL, "the strip is 6 pixels high, but f takes only 5: " LOWER},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,format={BGRx,RGBx} "
      "! fakesink" SMALL,
      "the strip has format RGBA, but f takes only BGRx or RGBx: put a "
      "videoconvert behind the mosaic"},
  {"ntmosaic name=m ! capsfilter name=f "
      "caps=video/x-raw,pixel-aspect-ratio=2/1 ! fakesink"
      SOURCE ("format=RGBA,pixel-aspect-ratio=1/1"),
      "the strip has pixel-aspect-ratio 1/1, but f takes only 2/1: put a "
      "videoscale behind the mosaic"},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,interlace-mode=mixed "
      "! fakesink" SOURCE ("format=RGBA,interlace-mode=progressive"),
      "the strip has interlace-mode progressive, but f takes only mixed: put a "
      "deinterlace or an interlace behind the mosaic"},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,colorimetry=1:1:5:1 "
      "! fakesink" SOURCE ("format=RGBA,colorimetry=sRGB"),
      "the strip has colorimetry sRGB, but f takes only 1:1:5:1: put a "
      "videoconvert behind the mosaic"},
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,chroma-site=jpeg "
      "! fakesink" SOURCE ("format=YUY2,chroma-site=mpeg2"),
      "the strip has chroma-site mpeg2, but f takes only jpeg: put a "
      "videoconvert behind the mosaic"},
  /* A strip can be gray, but it would lose its colours. */
  {"ntmosaic name=m ! capsfilter name=f caps=video/x-raw,format={I420,GRAY8} "
      "! fakesink" SOURCE ("width=8,height=6"),
      "the strip has format RGBA, but f takes only I420 or GRAY8: put a "
      "videoconvert behind the mosaic"},
};

GST_START_TEST (named)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch (lines[__i__].line, &error);
  GstElement *mosaic;
  gchar *text;
  GstBus *bus;

  g_assert_no_error (error);
  mosaic = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  bus = gst_element_get_bus (pipeline);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  text = test_pop_text (bus, mosaic, GST_MESSAGE_ERROR, TEST_PATIENCE);
  fail_unless_equals_string (text, lines[__i__].text);
  g_free (text);

  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (bus);
  gst_object_unref (mosaic);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* The error can name no element: the harness has none. */
static const struct
{
  const gchar *caps;
  const gchar *text;
} unnamed[] = {
  {"video/x-raw,format={I420,NV12}",
      "the strip has format {formats}, but downstream takes only I420 or NV12: "
      "put a videoconvert behind the mosaic"},
  /* One name too many is not "one of 1 others". */
  {"video/x-raw,format={I420,NV12,YUY2,UYVY,YVYU,Y42B,Y444,GRAY8,NV21}",
      "but downstream takes only I420, NV12, YUY2, UYVY, YVYU, Y42B, Y444, "
      "GRAY8 or NV21: put a videoconvert behind the mosaic"},
  {"audio/x-raw; image/png",
      "a strip is raw video in system memory, but downstream takes only "
      "audio/x-raw or image/png: put an encoder or an uploader behind the "
      "mosaic, such as jpegenc or glupload"},
  {"video/x-raw(memory:GLMemory)",
      "a strip is raw video in system memory, but downstream takes only "
      "video/x-raw(memory:GLMemory)"},
  /* Downstream would take each value by itself. */
  {"video/x-raw,width=16,height=5; video/x-raw,width=15,height=6",
      "the tiles make a strip of video/x-raw, format=(string)RGBA, "
      "width=(int)16, height=(int)6, interlace-mode=(string)progressive, "
      "pixel-aspect-ratio=(fraction)1/1, colorimetry=(string)sRGB, "
      "framerate=(fraction)25/1, but downstream takes only video/x-raw, "
      "width=(int)16, height=(int)5; video/x-raw, width=(int)15, "
      "height=(int)6: change the tiles, or use another element there"},
};

GST_START_TEST (without_name)
{
  TestRig *rig = test_rig_new_of_size (2, 8, 6, 25);
  gchar *text = test_fill_in_formats (rig->element, unnamed[__i__].text);
  guint i;

  gst_harness_set_sink_caps_str (rig->out, unnamed[__i__].caps);
  for (i = 0; i < 2; i++)
    gst_harness_push (test_rig_input (rig, i), test_frame_new_timed (8, 6, i, 0,
            TEST_FRAME_TIME));
  test_rig_expect_error (rig, text);
  g_free (text);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- No element is the limit ---- */

/* Takes less when it is asked with a filter, as it is by the base class, which
 * negotiates, than without, as in the search for the limit. */
static GstPadProbeReturn
answer_less (GstPad * pad, GstPadProbeInfo * info, gpointer caps)
{
  GstQuery *query = GST_PAD_PROBE_INFO_QUERY (info);
  GstCaps *filter;
  GstCaps *answer;

  if (GST_QUERY_TYPE (query) != GST_QUERY_CAPS)
    return GST_PAD_PROBE_OK;
  gst_query_parse_caps (query, &filter);
  if (filter == NULL)
    return GST_PAD_PROBE_OK;

  answer = gst_caps_from_string (caps);
  gst_query_set_caps_result (query, answer);
  gst_caps_unref (answer);
  return GST_PAD_PROBE_HANDLED;
}

#define CONVERT "put a videoconvert behind the mosaic, or use another " \
    "element there"

static const struct
{
  const gchar *caps;
  const gchar *text;
} answers[] = {
  /* No strip of these tiles. */
  {"video/x-raw,format=RGBA,width=7",
      "downstream takes no strip of video/x-raw, format=(string)RGBA, "
      "width=(int)16, height=(int)6, interlace-mode=(string)progressive, "
      "pixel-aspect-ratio=(fraction)1/1, colorimetry=(string)sRGB, "
      "framerate=(fraction)25/1: " CONVERT},
  /* No strip of any tiles. */
  {"EMPTY", "downstream takes no strip of video/x-raw, width=(int)[ 1, "
      "2147483647 ], height=(int)[ 1, 2147483647 ], framerate=(fraction)[ 0/1, "
      "2147483647/1 ], format=(string){ RGBA, BGRA, "},
};

GST_START_TEST (not_found)
{
  TestRig *rig = test_rig_new_of_size (2, 8, 6, 25);
  guint i;

  gst_pad_add_probe (rig->out->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      answer_less, (gpointer) answers[__i__].caps, NULL);
  for (i = 0; i < 2; i++)
    gst_harness_push (test_rig_input (rig, i), test_frame_new_timed (8, 6, i, 0,
            TEST_FRAME_TIME));
  test_rig_expect_error (rig, answers[__i__].text, CONVERT);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (limits)
{
  tcase_add_loop_test (tc, named, 0, G_N_ELEMENTS (lines));
  tcase_add_loop_test (tc, without_name, 0, G_N_ELEMENTS (unnamed));
  tcase_add_loop_test (tc, not_found, 0, G_N_ELEMENTS (answers));
}
