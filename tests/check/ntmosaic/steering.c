/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pad's answer to upstream's CAPS query: first the best caps, then all that
 * the pad takes. Upstream asks with what it knows; elements further up may be
 * able to do less. */

#include "rig/rig.h"

#define SIZE ",width=64,height=48,framerate=30/1"

/* All formats, as videoconvert asks. */
#define ANY_FORMAT "video/x-raw,format={I420,BGRx,RGBA,BGRA,xBGR}"

static GstCaps *
query (TestRig * rig, guint input, const gchar * filter_text)
{
  GstCaps *filter = gst_caps_from_string (filter_text);
  GstCaps *caps = gst_pad_peer_query_caps (test_rig_input (rig, input)->srcpad,
      filter);

  gst_caps_unref (filter);

  return caps;
}

static gboolean
has (GstCaps * caps, const gchar * wanted_text)
{
  GstCaps *wanted = gst_caps_from_string (wanted_text);
  gboolean found = gst_caps_can_intersect (caps, wanted);

  gst_caps_unref (wanted);

  return found;
}

/* Fails the test unless the answer to @filter begins with @best, has @other,
 * and does not have @never (NULL: anything may be there). */
typedef struct
{
  const gchar *filter;
  const gchar *best;
  const gchar *other;
  const gchar *never;
} Case;

static void
check (TestRig * rig, guint input, const Case * c)
{
  GstCaps *caps = query (rig, input, c->filter);
  GstCaps *first = gst_caps_copy_nth (caps, 0);
  gchar *text = gst_caps_to_string (caps);

  if (!has (first, c->best))
    fail ("%s does not begin with %s", text, c->best);
  if (!has (caps, c->other))
    fail ("%s does not have %s", text, c->other);
  if (c->never && has (caps, c->never))
    fail ("%s has %s", text, c->never);
  if (has (first, c->other))
    fail ("%s does not prefer %s", text, c->best);
  g_free (text);
  gst_caps_unref (first);
  gst_caps_unref (caps);
}

/* The pad asks for a value that upstream leaves open, and doesn't demand it. */
static const Case open_fields[] = {
  {ANY_FORMAT SIZE, "video/x-raw,interlace-mode=progressive",
      "video/x-raw,interlace-mode=interleaved", "video/x-raw,format=BGRx"},
  {ANY_FORMAT SIZE, "video/x-raw,interlace-mode=progressive",
      "video/x-raw,interlace-mode=mixed", "video/x-raw,colorimetry=bt709"},
  {ANY_FORMAT SIZE, "video/x-raw,pixel-aspect-ratio=1/1",
      "video/x-raw,pixel-aspect-ratio=12/11", "video/x-raw,format=xBGR"},
  {ANY_FORMAT ",width=[1,100]", "video/x-raw,width=33",
      "video/x-raw,width=99", "video/x-raw,width=101"},
  {ANY_FORMAT ",height=[1,100]", "video/x-raw,height=44",
      "video/x-raw,height=1", "video/x-raw,format=BGRA"},
  {"video/x-raw,format=RGBA", "video/x-raw,interlace-mode=progressive",
      "video/x-raw,interlace-mode=interleaved,width=99", NULL},
};

GST_START_TEST (first_pad)
{
  TestRig *rig = test_rig_new (2);

  g_object_set (rig->element, "tile-width", 33, "tile-height", 44, NULL);
  check (rig, 0, &open_fields[__i__]);
  check (rig, 1, &open_fields[__i__]);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (like_other_pad)
{
  static const Case c = { ANY_FORMAT SIZE,
    "video/x-raw,format=BGRA,interlace-mode=interleaved,"
    "pixel-aspect-ratio=12/11", "video/x-raw,interlace-mode=progressive",
    "video/x-raw,format=RGBA"
  };
  TestRig *rig = test_rig_new (2);

  gst_harness_set_src_caps_str (test_rig_input (rig, 1), "video/x-raw,"
      "format=BGRA,interlace-mode=interleaved,pixel-aspect-ratio=12/11" SIZE);
  check (rig, 0, &c);
  test_rig_free (rig);
}

GST_END_TEST;

/* Downstream's wish steers too, and does not hide what the pad takes:
 * downstream refuses the strip with a reason, and the pad doesn't refuse
 * upstream without one. */
GST_START_TEST (like_downstream)
{
  static const Case cases[] = {
    {ANY_FORMAT SIZE, "video/x-raw,format=BGRx,interlace-mode=progressive",
        "video/x-raw,interlace-mode=interleaved", "video/x-raw,format=RGBA"},
    {ANY_FORMAT SIZE, "video/x-raw,pixel-aspect-ratio=2/1",
        "video/x-raw,pixel-aspect-ratio=1/1", "video/x-raw,format=xBGR"},
  };
  TestRig *rig = test_rig_new (2);

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,"
      "format={xRGB,BGRx},interlace-mode=progressive,pixel-aspect-ratio=2/1");
  check (rig, 0, &cases[__i__]);
  test_rig_free (rig);
}

GST_END_TEST;

/* Colours are converted like formats: the pad does not let upstream choose
 * others than downstream takes. */
GST_START_TEST (colours_like_downstream)
{
  static const Case cases[] = {
    {"video/x-raw,format=YUY2" SIZE, "video/x-raw,colorimetry=bt709",
        "video/x-raw,interlace-mode=interleaved",
        "video/x-raw,colorimetry=bt601"},
    {"video/x-raw,format=YUY2" SIZE, "video/x-raw,chroma-site=mpeg2",
        "video/x-raw,interlace-mode=interleaved",
        "video/x-raw,chroma-site=jpeg"},
  };
  TestRig *rig = test_rig_new (2);

  gst_harness_set_sink_caps_str (rig->out, "video/x-raw,format=YUY2,"
      "colorimetry=bt709,chroma-site=mpeg2,interlace-mode=progressive");
  check (rig, 0, &cases[__i__]);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (steering)
{
  tcase_add_loop_test (tc, first_pad, 0, G_N_ELEMENTS (open_fields));
  tcase_add_test (tc, like_other_pad);
  tcase_add_loop_test (tc, like_downstream, 0, 2);
  tcase_add_loop_test (tc, colours_like_downstream, 0, 2);
}
