/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Which caps the element negotiates: a pad asks for what the others have,
 * downstream chooses where there is a choice, and converters in front of the
 * pads find out what to do. */

#include "rig/pipelines.h"

/* ---- Queries on the pads ---- */

/* Of @filter (NULL: anything), pad @input accepts @expected. */
static void
check_query (TestRig * rig, guint input, const gchar * filter_text,
    const gchar * expected_text)
{
  GstPad *pad = test_rig_input (rig, input)->srcpad;
  GstCaps *filter = filter_text ? gst_caps_from_string (filter_text) : NULL;
  GstCaps *expected = gst_caps_from_string (expected_text);
  GstCaps *caps = gst_pad_peer_query_caps (pad, filter);

  if (!gst_caps_is_equal (caps, expected)) {
    gchar *text = gst_caps_to_string (caps);

    fail ("%s instead of %s", text, expected_text);
  }
  gst_clear_caps (&filter);
  gst_caps_unref (expected);
  gst_caps_unref (caps);
}

#define SIZES ",width=[1,100],height=[1,100],framerate=25/1"
#define REST ",interlace-mode=progressive,pixel-aspect-ratio=1/1"

GST_START_TEST (query_first_pad)
{
  TestRig *rig = test_rig_new (2);

  check_query (rig, 0, "video/x-raw,format={BGRA,RGBA,I420}" SIZES REST,
      "video/x-raw,format=RGBA" SIZES REST ",colorimetry=sRGB");
  check_query (rig, 0, "video/x-raw,format={xBGR,ABGR,I420}" SIZES REST,
      "video/x-raw,format=ABGR" SIZES REST ",colorimetry=sRGB");
  check_query (rig, 0, "video/x-raw,format={I420,NV12}" SIZES, "EMPTY");
  test_rig_expect_warning (rig, "I420 or NV12");
  check_query (rig, 0, "audio/x-raw", "EMPTY");
  test_rig_free (rig);
}

GST_END_TEST;

/* With the chroma-site that this GStreamer takes for granted in an HD frame, if
 * it does. */
static void
check_yuy2_query (TestRig * rig, const gchar * filter, const gchar * expected)
{
  GstCaps *hd = gst_caps_from_string
      ("video/x-raw,format=YUY2,width=720,height=720,colorimetry=bt709");
  GstVideoInfo info;
  gchar *text;

  fail_unless (gst_video_info_from_caps (&info, hd));
  text = g_strconcat (expected, info.chroma_site == 0 ? NULL
      : ",chroma-site=mpeg2", NULL);
  check_query (rig, 0, filter, text);
  g_free (text);
  gst_caps_unref (hd);
}

/* The colorimetry is one that the format can have, and the same for frames of
 * all sizes, as is the chroma-site. A format that upstream can choose is a
 * colour. */
GST_START_TEST (query_other_formats)
{
  TestRig *rig = test_rig_new (2);

  check_yuy2_query (rig, "video/x-raw,format={YUY2,I420}" SIZES REST,
      "video/x-raw,format=YUY2" SIZES REST ",colorimetry=bt709");
  check_query (rig, 0, "video/x-raw,format=GRAY8" SIZES REST,
      "video/x-raw,format=GRAY8" SIZES REST ",colorimetry=1:4:0:0");
  check_query (rig, 0, "video/x-raw,format={GRAY8,GRAY16_LE,RGB}" SIZES REST,
      "video/x-raw,format=RGB" SIZES REST ",colorimetry=sRGB");
  check_query (rig, 0, "video/x-raw,format={YUY2,RGB}" SIZES REST,
      "video/x-raw,format=RGB" SIZES REST ",colorimetry=sRGB");
  /* As upstream has it. */
  check_yuy2_query (rig, "video/x-raw,format=YUY2,colorimetry=bt601" SIZES REST,
      "video/x-raw,format=YUY2,colorimetry=bt601" SIZES REST);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (query_like_other_yuv)
{
  TestRig *rig = test_rig_new (2);

  test_input_set_caps_with (test_rig_input (rig, 1), 4, 4,
      "format=UYVY,colorimetry=bt2020,chroma-site=jpeg");
  check_query (rig, 0, "video/x-raw,format={RGBA,YUY2,UYVY}" SIZES REST,
      "video/x-raw,format=UYVY" SIZES REST
      ",colorimetry=bt2020,chroma-site=jpeg");
  test_rig_free (rig);
}

GST_END_TEST;

/* A pad that states no chroma-site leaves the choice to another pad that does,
 * or else to what a pad asks for first. */
GST_START_TEST (query_like_pad_without_site)
{
  TestRig *rig = test_rig_new (3);

  test_input_set_caps_with (test_rig_input (rig, 1), 4, 4,
      "format=YUY2,colorimetry=bt709");
  check_yuy2_query (rig, "video/x-raw,format={RGBA,YUY2}" SIZES REST,
      "video/x-raw,format=YUY2" SIZES REST ",colorimetry=bt709");
  test_input_set_caps_with (test_rig_input (rig, 2), 4, 4,
      "format=YUY2,colorimetry=bt709,chroma-site=jpeg");
  check_query (rig, 0, "video/x-raw,format={RGBA,YUY2}" SIZES REST,
      "video/x-raw,format=YUY2" SIZES REST
      ",colorimetry=bt709,chroma-site=jpeg");
  test_rig_free (rig);
}

GST_END_TEST;

/* Downstream takes colours, but no packed ones: no pad is asked for gray. */
GST_START_TEST (query_keeps_colors)
{
  TestRig *rig = test_rig_new (2);

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,format={I420,GRAY8}");
  check_query (rig, 0, "video/x-raw,format={GRAY8,RGBA,BGRA}" SIZES REST,
      "video/x-raw,format=RGBA" SIZES REST ",colorimetry=sRGB");
  check_query (rig, 0, "video/x-raw,format=GRAY8" SIZES REST,
      "video/x-raw,format=GRAY8" SIZES REST ",colorimetry=1:4:0:0");
  gst_harness_set_sink_caps_str (rig->out,
      "video/x-raw,format={GRAY16_LE,GRAY8}");
  check_query (rig, 0, "video/x-raw,format={GRAY8,RGBA,BGRA}" SIZES REST,
      "video/x-raw,format=GRAY8" SIZES REST ",colorimetry=1:4:0:0");
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (query_like_other_pad)
{
  TestRig *rig = test_rig_new (2);

  test_input_set_caps (test_rig_input (rig, 1), "BGRA", 4, 4);
  check_query (rig, 0, "video/x-raw,format={BGRA,RGBA}" SIZES REST,
      "video/x-raw,format=BGRA" SIZES REST ",colorimetry=sRGB");

  /* The answer includes caps that can't be: the element then refuses them with
   * a reason. */
  check_query (rig, 0, "video/x-raw,format=RGBA" SIZES REST,
      "video/x-raw,format=RGBA" SIZES REST ",colorimetry=sRGB");
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (query_like_downstream)
{
  TestRig *rig = test_rig_new (2);

  gst_harness_set_sink_caps_str (rig->out,
      "video/x-raw,format={ABGR,BGRx},width=64,height=7,framerate=30/1");
  check_query (rig, 0, "video/x-raw,format={BGRA,RGBA,BGRx}" SIZES REST,
      "video/x-raw,format=BGRx" SIZES REST ",colorimetry=sRGB");
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (query_tile_size)
{
  TestRig *rig = test_rig_new (2);

  g_object_set (rig->element, "tile-width", 33, "tile-height", 44, NULL);
  check_query (rig, 0, "video/x-raw,format=RGBA" SIZES REST,
      "video/x-raw,format=RGBA,width=33,height=44,framerate=25/1" REST
      ",colorimetry=sRGB;"
      "video/x-raw,format=RGBA" SIZES REST ",colorimetry=sRGB");
  test_rig_free (rig);
}

GST_END_TEST;

/* Without a filter, the answer has all possible caps, the best first. */
GST_START_TEST (query_without_filter)
{
  TestRig *rig = test_rig_new (2);
  GstPad *pad = test_rig_input (rig, 0)->srcpad;
  GstPad *peer = gst_pad_get_peer (pad);
  GstCaps *template_caps = gst_pad_get_pad_template_caps (peer);
  GstVideoInfo info;
  GstCaps *caps;

  test_input_set_caps (test_rig_input (rig, 1), "xRGB", 4, 4);
  caps = gst_pad_peer_query_caps (pad, NULL);
  fail_unless (gst_caps_is_subset (template_caps, caps));
  caps = gst_caps_fixate (caps);
  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_FORMAT (&info),
      GST_VIDEO_FORMAT_xRGB);
  gst_caps_unref (caps);
  gst_caps_unref (template_caps);
  gst_object_unref (peer);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (accept_caps)
{
  TestRig *rig = test_rig_new (2);
  GstPad *pad = test_rig_input (rig, 0)->srcpad;
  GstCaps *good = test_caps_new ("RGBA", 1000, 1000, 25, 1);
  GstCaps *bad = test_caps_new ("I420", 4, 4, 25, 1);

  fail_unless (gst_pad_peer_query_accept_caps (pad, good));
  fail_if (gst_pad_peer_query_accept_caps (pad, bad));
  test_rig_expect_warning (rig, "I420");

  /* The same when the strip has caps, which are not those of a tile. */
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", 4, 4);
  test_input_set_caps (test_rig_input (rig, 1), "RGBA", 4, 4);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 1, 1, 0);
  test_rig_skip (rig);
  fail_unless (gst_pad_peer_query_accept_caps (pad, good));
  fail_if (gst_pad_peer_query_accept_caps (pad, bad));
  test_rig_expect_warning (rig, "I420");

  gst_caps_unref (good);
  gst_caps_unref (bad);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Downstream's choice ---- */

/* The strip of two tiles is as high as downstream wants it. */
static void
check_height (const gchar * sink_caps, const gchar * align, guint height)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 3, 2} };
  const TestStrip strip = { tiles, 2, height, align, BLACK };
  TestRig *rig = test_rig_new (2);

  test_rig_set (rig, "align", align);
  gst_harness_set_sink_caps_str (rig->out, sink_caps);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_START_TEST (downstream_sets_height)
{
  check_height ("video/x-raw,height=6", "top", 6);
  check_height ("video/x-raw,height=15", "top", 15);
  check_height ("video/x-raw,height=15", "center", 15);
  check_height ("video/x-raw,height=15", "bottom", 15);
  check_height ("video/x-raw,height=[10,20]", "bottom", 10);
  check_height ("video/x-raw,height=[1,20]", "bottom", 6);
  check_height ("video/x-raw,width=13,height={3,7,9}", "center", 7);
}

GST_END_TEST;

/* Inputs at @rate_0 and @rate_1 make a strip at @expected if downstream takes
 * @sink_caps. */
static void
check_rate (gint rate_0, gint rate_1, const gchar * sink_caps, gint expected_n,
    gint expected_d)
{
  TestRig *rig = test_rig_new (2);
  const gint rates[] = { rate_0, rate_1 };
  GstVideoInfo info;
  GstBuffer *buffer;
  GstCaps *caps;
  guint i;

  gst_harness_set_sink_caps_str (rig->out, sink_caps);
  for (i = 0; i < 2; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA", 4, 4, rates[i],
        1);
  for (i = 0; i < 2; i++) {
    test_input_push (test_rig_input (rig, i), test_frame_new_timed (4, 4, i, 0,
            GST_SECOND));
  }
  buffer = test_rig_pull (rig, &caps);
  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_N (&info), expected_n);
  fail_unless_equals_int (GST_VIDEO_INFO_FPS_D (&info), expected_d);
  if (expected_n > 0)
    fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer),
        gst_util_uint64_scale (GST_SECOND, expected_d, expected_n));
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);
  test_rig_free (rig);
}

GST_START_TEST (rate_of_strip)
{
  check_rate (10, 50, "video/x-raw", 50, 1);
  check_rate (50, 10, "video/x-raw", 50, 1);
  check_rate (0, 10, "video/x-raw", 10, 1);
  check_rate (0, 0, "video/x-raw", 0, 1);
  check_rate (10, 50, "video/x-raw,framerate=5/1", 5, 1);
  check_rate (10, 50, "video/x-raw,framerate=30000/1001", 30000, 1001);
  check_rate (10, 50, "video/x-raw,framerate=[1/1,30/1]", 30, 1);
  check_rate (0, 0, "video/x-raw,framerate=[1/1,30/1]", 1, 1);
}

GST_END_TEST;

/* ---- Order of links and caps ---- */

GST_START_TEST (caps_before_link)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 3, 2} };
  const TestStrip strip = { tiles, 2, 6, "top", BLACK };
  TestRig *rig = test_rig_new (2);
  GstPad *src = gst_element_get_static_pad (rig->element, "src");

  fail_unless (gst_pad_unlink (src, rig->out->sinkpad));
  test_rig_set_caps (rig, &strip, "RGBA");
  fail_unless_equals_int (gst_pad_link (src, rig->out->sinkpad),
      GST_PAD_LINK_OK);
  gst_object_unref (src);
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* A pad without caps takes no room, unless tile-width says how much. */
GST_START_TEST (pad_without_caps)
{
  static const TestTile tiles[] = { {8, 6, 1}, {8, 0, 0}, {8, 3, 2} };
  static const TestTile without[] = { {8, 6, 1}, {8, 3, 2} };
  const TestStrip strips[] = {
    {without, 2, 6, "top", BLACK}, {tiles, 3, 6, "top", BLACK}
  };
  TestRig *rig = test_rig_new (3);

  g_object_set (rig->element, "tile-width", __i__ * 8, NULL);
  gst_harness_push_event (test_rig_input (rig, 1),
      gst_event_new_stream_start ("nothing"));
  gst_harness_push_event (test_rig_input (rig, 1), gst_event_new_eos ());
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", 8, 6);
  test_input_set_caps (test_rig_input (rig, 2), "RGBA", 8, 3);
  test_rig_push (rig, 0, 1, 0);
  test_rig_push (rig, 2, 2, 0);
  test_rig_expect (rig, &strips[__i__]);
  test_rig_free (rig);
}

GST_END_TEST;

/* With the size in properties, a live strip has the same size before and after
 * a pad's first frame. */
GST_START_TEST (late_pad_in_its_place)
{
  TestTile tiles[] = { {8, 4, 1}, {8, 0, 0} };
  const TestStrip strip = { tiles, 2, 6, "bottom", BLACK };
  TestRig *rig = test_rig_new (2);
  GstHarness *late = test_rig_input (rig, 1);

  g_object_set (rig->element, "tile-width", 8, "tile-height", 6, NULL);
  test_rig_set (rig, "align", "bottom");
  gst_harness_set_live (test_rig_input (rig, 0), TRUE);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", 8, 4);
  test_rig_push (rig, 0, 1, 0);
  fail_unless (gst_harness_crank_single_clock_wait (rig->out));
  test_rig_expect (rig, &strip);

  test_input_set_caps (late, "RGBA", 8, 5);
  tiles[1] = (TestTile) { 8, 5, 2 };
  rig->n_sent = 1;
  test_rig_check (rig, &strip);
  test_rig_check (rig, &strip);
  test_expect_stat (rig, "strips-allocated", 3);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Pipelines ---- */

/* Runs the pipeline to its end; the number of strips, and their caps. */
static guint
run (const gchar * description, GstVideoInfo * info)
{
  TestPipeline *p = test_pipeline_new_from_string (description);
  GstPad *pad = gst_element_get_static_pad (p->sink, "sink");
  GstCaps *caps;
  guint n;

  g_object_set (p->sink, "sync", FALSE, NULL);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  n = test_pipeline_drain (p);
  caps = gst_pad_get_current_caps (pad);
  fail_unless (gst_video_info_from_caps (info, caps));
  gst_caps_unref (caps);
  gst_object_unref (pad);
  test_pipeline_free (p);

  return n;
}

#define TEST "videotestsrc num-buffers=2 ! video/x-raw,width=16,height=16"

static void
check_run (const gchar * description, GstVideoFormat format, gint width,
    gint height)
{
  GstVideoInfo info;

  fail_unless_equals_int (run (description, &info), 2);
  fail_unless_equals_int (GST_VIDEO_INFO_FORMAT (&info), format);
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), height);
}

GST_START_TEST (sources_agree)
{
  check_run ("ntmosaic name=m ! appsink name=s " TEST " ! m. " TEST " ! m. "
      TEST " ! m. " TEST " ! m.", GST_VIDEO_FORMAT_RGBA, 64, 16);
  check_run ("ntmosaic name=m ! video/x-raw,format=YUY2 ! appsink name=s "
      TEST " ! m. "
      "videotestsrc num-buffers=2 ! video/x-raw,width=16,height=720 ! m.",
      GST_VIDEO_FORMAT_YUY2, 32, 720);
  check_run ("ntmosaic name=m ! video/x-raw,format=BGRx ! appsink name=s "
      TEST " ! m. " TEST " ! m. " TEST " ! m.", GST_VIDEO_FORMAT_BGRx, 48, 16);
}

GST_END_TEST;

GST_START_TEST (converters_agree)
{
  check_run ("ntmosaic name=m ! appsink name=s "
      TEST ",format=BGRA ! videoconvert ! m. "
      TEST ",format=I420 ! videoconvert ! m. "
      TEST ",format=RGBA ! videoconvert ! m. "
      TEST ",format=GRAY8 ! videoconvert ! m. "
      TEST ",format=I420,colorimetry=bt601 ! videoconvert ! m.",
      GST_VIDEO_FORMAT_RGBA, 80, 16);
  check_run ("ntmosaic name=m ! video/x-raw,format=ARGB ! appsink name=s "
      TEST ",format=BGRA ! videoconvert ! m. "
      TEST ",format=I420 ! videoconvert ! m.", GST_VIDEO_FORMAT_ARGB, 32, 16);
  check_run ("ntmosaic name=m ! video/x-raw,format=YUY2 ! appsink name=s "
      TEST ",format=RGBA ! videoconvert ! m. "
      TEST ",format=I420,colorimetry=bt601 ! videoconvert ! m. "
      TEST ",format=I420,colorimetry=bt709 ! videoconvert ! m.",
      GST_VIDEO_FORMAT_YUY2, 48, 16);
  check_run ("ntmosaic name=m ! video/x-raw,format=GRAY8 ! appsink name=s "
      TEST ",format=RGBA ! videoconvert ! m. " TEST " ! m. "
      TEST ",format=I420 ! videoconvert ! m.", GST_VIDEO_FORMAT_GRAY8, 48, 16);
}

GST_END_TEST;

/* Only some pads have a converter: it adapts to the others. */
GST_START_TEST (converter_follows)
{
  check_run ("ntmosaic name=m ! appsink name=s "
      TEST ",format=RGBA ! m. "
      TEST ",format=I420 ! videoconvert ! m.", GST_VIDEO_FORMAT_RGBA, 32, 16);
  check_run ("ntmosaic name=m ! appsink name=s "
      TEST ",format=I420 ! videoconvert ! m. "
      TEST ",format=BGRA ! videoconvert ! queue ! m. "
      TEST " ! m.", GST_VIDEO_FORMAT_RGBA, 48, 16);
}

GST_END_TEST;

GST_START_TEST (scaler_follows)
{
  check_run ("ntmosaic name=m tile-width=24 tile-height=12 ! appsink name=s "
      TEST " ! videoscale ! m. "
      "videotestsrc num-buffers=2 ! video/x-raw,width=100,height=80 ! "
      "videoconvertscale ! m. "
      TEST ",pixel-aspect-ratio=2/1 ! videoscale ! m.",
      GST_VIDEO_FORMAT_RGBA, 72, 12);
}

GST_END_TEST;

TEST_CASES (negotiation)
{
  tcase_add_test (tc, query_first_pad);
  tcase_add_test (tc, query_other_formats);
  tcase_add_test (tc, query_like_other_yuv);
  tcase_add_test (tc, query_like_pad_without_site);
  tcase_add_test (tc, query_keeps_colors);
  tcase_add_test (tc, query_like_other_pad);
  tcase_add_test (tc, query_like_downstream);
  tcase_add_test (tc, query_tile_size);
  tcase_add_test (tc, query_without_filter);
  tcase_add_test (tc, accept_caps);
  tcase_add_test (tc, downstream_sets_height);
  tcase_add_test (tc, rate_of_strip);
  tcase_add_test (tc, caps_before_link);
  tcase_add_loop_test (tc, pad_without_caps, 0, 2);
  tcase_add_test (tc, late_pad_in_its_place);
  tcase_add_test (tc, sources_agree);
  tcase_add_test (tc, converters_agree);
  tcase_add_test (tc, converter_follows);
  tcase_add_test (tc, scaler_follows);
}
