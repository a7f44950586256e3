/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Upstreams with caps that no pad takes. GStreamer refuses these caps before
 * the element sees them: the user still learns which pad takes what, and the
 * other pads go on. */

#include "rig/rig.h"

#define WIDTH 8
#define HEIGHT 6
#define SIZE ",width=8,height=6"
#define FORMATS "{formats}"

static void
expect_text (TestRig * rig, GstMessageType type, const gchar * expected)
{
  gchar *text = test_pop_text (rig->bus, rig->element, type, TEST_PATIENCE);
  gchar *filled = test_fill_in_formats (rig->element, expected);

  fail_unless_equals_string (text, filled);
  g_free (filled);
  g_free (text);
  test_expect_no_message (rig->bus, rig->element, type);
}

static GstPad *
get_sink_pad (TestRig * rig, guint input)
{
  return gst_pad_get_peer (test_rig_input (rig, input)->srcpad);
}

/* Asks whether the pad takes these caps, or which of them; it takes none. */
static void
ask (TestRig * rig, guint input, gboolean accept, const gchar * text)
{
  GstPad *pad = get_sink_pad (rig, input);
  GstCaps *caps = gst_caps_from_string (text);

  if (accept)
    fail_if (gst_pad_query_accept_caps (pad, caps));
  else
    gst_caps_unref (gst_pad_query_caps (pad, caps));
  gst_caps_unref (caps);
  gst_object_unref (pad);
}

/* ---- Caps events ---- */

static const struct
{
  const gchar *caps;
  const gchar *text;
} refused[] = {
  {"video/x-raw,format=I420,framerate=25/1" SIZE,
      "sink_1 gets I420, but takes only " FORMATS
      ": put a videoconvert before the pad"},
  {"video/x-raw,format=NV12,framerate=0/1" SIZE,
      "sink_1 gets NV12, but takes only " FORMATS
      ": put a videoconvert before the pad"},
  {"video/x-raw,format=RGBA" SIZE,
      "sink_1 gets caps without a framerate: add one to the caps of the "
      "source, such as framerate=25/1, or framerate=0/1 for stills"},
  {"video/x-raw,framerate=25/1" SIZE,
      "sink_1 gets caps without a format: add one to the caps of the source"},
  {"video/x-raw,format=RGBA,width=8,framerate=25/1",
      "sink_1 gets caps without a height: add one to the caps of the source"},
  {"video/x-raw,format=RGBA,width=0,height=6,framerate=25/1",
      "sink_1 gets caps with a width of 0: correct the caps of the source"},
  {"video/x-raw(memory:GLMemory),format=RGBA,framerate=25/1" SIZE,
      "sink_1 gets video/x-raw(memory:GLMemory), but takes only " FORMATS
      ": put an element before the pad that downloads to system memory, such "
      "as gldownload"},
  {"video/x-raw(format:Interlaced),format=RGBA,framerate=25/1,"
      "interlace-mode=alternate" SIZE,
      "sink_1 gets video/x-raw(format:Interlaced), but takes only " FORMATS
      ": put a deinterlace before the pad"},
  {"image/jpeg,framerate=25/1" SIZE,
      "sink_1 gets image/jpeg, but takes only " FORMATS
      ": put a decodebin and a videoconvert before the pad"},
  {"audio/x-raw,rate=48000",
      "sink_1 gets audio/x-raw, but takes only " FORMATS
      ": link only sources of pictures to the pad"},
};

static void
send_caps (GstHarness * input, const gchar * text)
{
  GstCaps *caps = gst_caps_from_string (text);

  gst_harness_push_event (input, gst_event_new_stream_start ("refused"));
  gst_harness_push_event (input, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

/* Before the first strip. */
GST_START_TEST (error)
{
  TestRig *rig = test_rig_new (2);

  send_caps (test_rig_input (rig, 1), refused[__i__].caps);
  expect_text (rig, GST_MESSAGE_ERROR, refused[__i__].text);
  test_rig_free (rig);
}

GST_END_TEST;

/* Upstream asks first, and sends its caps in spite of the answer. */
GST_START_TEST (error_after_question)
{
  TestRig *rig = test_rig_new (2);

  ask (rig, 1, TRUE, refused[__i__].caps);
  send_caps (test_rig_input (rig, 1), refused[__i__].caps);
  expect_text (rig, GST_MESSAGE_ERROR, refused[__i__].text);
  test_rig_free (rig);
}

GST_END_TEST;

/* A running strip goes on, with background for the pad. Upstream tries again
 * with each frame; the user gets one warning. */
GST_START_TEST (warning)
{
  const TestTile tiles[] = { {WIDTH, HEIGHT, 1} };
  const TestStrip strip = { tiles, 1, HEIGHT, "top", BLACK };
  TestRig *rig = test_rig_new_for (&strip, "RGBA");
  GstHarness *late;
  guint n;

  test_rig_check (rig, &strip);
  late = test_rig_add (rig, "sink_1");
  for (n = 0; n < 3; n++)
    send_caps (late, refused[__i__].caps);
  expect_text (rig, GST_MESSAGE_WARNING, refused[__i__].text);
  gst_harness_push_event (late, gst_event_new_eos ());
  rig->n_sent = 1;
  for (n = 1; n < 4; n++) {
    test_rig_push (rig, 0, 1, n);
    test_rig_expect (rig, &strip);
  }
  test_rig_remove (rig, late);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Queries, which elements in between ask ---- */

GST_START_TEST (questions)
{
  static const struct
  {
    gboolean accept;
    const gchar *caps;
    const gchar *text;          /* NULL: no warning */
  } cases[] = {
    {TRUE, "video/x-raw,format=I420,framerate=25/1" SIZE,
        "sink_0 gets I420, but takes only " FORMATS
        ": put a videoconvert before the pad"},
    {TRUE, "video/x-raw,format=RGBA" SIZE,
        "sink_0 gets caps without a framerate: add one to the caps of the "
        "source, such as framerate=25/1, or framerate=0/1 for stills"},
    {FALSE, "video/x-raw,format={v210,I420},framerate=[0/1,30/1]; image/jpeg",
        "sink_0 gets v210, I420 or image/jpeg, but takes only " FORMATS
        ": put a videoconvert before the pad"},
    /* Queries of an overlay or a converter. */
    {TRUE, "video/x-raw(memory:SystemMemory,meta:GstVideoOverlayComposition),"
        "format=RGBA,framerate=25/1" SIZE, NULL},
    {FALSE, "video/x-raw(memory:GLMemory),format=RGBA", NULL},
    {FALSE, "video/x-raw,format={I420,RGBA}", NULL},
  };
  TestRig *rig = test_rig_new (1);
  guint n;

  for (n = 0; n < 2; n++)
    ask (rig, 0, cases[__i__].accept, cases[__i__].caps);
  if (cases[__i__].text)
    expect_text (rig, GST_MESSAGE_WARNING, cases[__i__].text);
  else
    test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Links ---- */

/* Links a new pad, and releases it. */
static void
try_link (TestRig * rig, GstPad * source, GstPadLinkReturn expected)
{
  GstPad *pad = gst_element_request_pad_simple (rig->element, "sink_%u");

  fail_unless_equals_int (gst_pad_link (source, pad), expected);
  gst_element_release_request_pad (rig->element, pad);
  gst_object_unref (pad);
}

static GstPad *
new_source (const gchar * name, const gchar * caps_text)
{
  GstCaps *caps = gst_caps_from_string (caps_text);
  GstPadTemplate *templ = gst_pad_template_new ("src", GST_PAD_SRC,
      GST_PAD_ALWAYS, caps);
  GstPad *pad = gst_pad_new_from_template (templ, name);

  gst_object_unref (templ);
  gst_caps_unref (caps);

  return pad;
}

/* gst-launch releases the pad when it can't link a decoder to it, and then
 * waits for ever. */
GST_START_TEST (link)
{
  TestRig *rig = test_rig_new (1);
  GstPad *bad = new_source ("bad", "video/x-raw,format=I420");
  GstPad *good = new_source ("good", "video/x-raw,format=RGBA");

  try_link (rig, good, GST_PAD_LINK_OK);
  test_rig_expect_no_warning (rig);

  try_link (rig, bad, GST_PAD_LINK_NOFORMAT);
  expect_text (rig, GST_MESSAGE_WARNING, "sink_2 was "
      "released before anything was linked to it: if the link failed, that is "
      "because it takes only " FORMATS ": put a videoconvert before the pad");
  gst_object_unref (good);
  gst_object_unref (bad);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (refusals)
{
  tcase_add_loop_test (tc, error, 0, G_N_ELEMENTS (refused));
  tcase_add_loop_test (tc, error_after_question, 0, G_N_ELEMENTS (refused));
  tcase_add_loop_test (tc, warning, 0, G_N_ELEMENTS (refused));
  tcase_add_loop_test (tc, questions, 0, 6);
  tcase_add_test (tc, link);
}
