/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Where two pixels share their chroma: pads whose caps state a chroma-site, and
 * pads whose caps state none. From GStreamer 1.26 on, GstVideoInfo has one even
 * then: jpeg up to 576 rows, else mpeg2. Before, it has that one where caps
 * state no colorimetry, whatever site they state. */

#include "rig/rig.h"

#define LOW 4
#define HIGH 580

/* @site NULL: the caps state none. */
static void
set_caps (TestRig * rig, guint input, guint height, const gchar * site,
    const gchar * colors)
{
  gchar *fields = g_strconcat ("format=YUY2", colors,
      site ? ",chroma-site=" : NULL, site, NULL);

  test_input_set_caps_with (test_rig_input (rig, input), 4, height, fields);
  g_free (fields);
}

static void
set_site (TestRig * rig, guint input, guint height, const gchar * site)
{
  set_caps (rig, input, height, site, ",colorimetry=bt709");
}

/* Takes the next strip, whose caps must state the chroma-site @site (NULL:
 * none). */
static void
expect_site (TestRig * rig, const gchar * site)
{
  GstCaps *caps;

  gst_buffer_unref (test_rig_pull (rig, &caps));
  fail_unless_equals_string (gst_structure_get_string (gst_caps_get_structure
          (caps, 0), "chroma-site"), site);
  gst_caps_unref (caps);
}

/* Sends the @n-th frame to each input, and takes the strip. */
static void
check_strip (TestRig * rig, guint n, const gchar * site)
{
  guint i;

  for (i = 0; i < rig->inputs->len; i++)
    test_rig_push (rig, i, i, n);
  expect_site (rig, site);
}

typedef struct
{
  const gchar *low;
  const gchar *high;
  const gchar *strip;
} Case;

static const Case agreeing[] = {
  {NULL, NULL, NULL},
  {NULL, "jpeg", "jpeg"},
  {NULL, "mpeg2", "mpeg2"},
  {NULL, "dv", "dv"},
  {"jpeg", NULL, "jpeg"},
  {"mpeg2", NULL, "mpeg2"},
  {"dv", NULL, "dv"},
  {"jpeg", "jpeg", "jpeg"},
};

GST_START_TEST (none_agrees_with_any)
{
  const Case *c = &agreeing[__i__];
  TestRig *rig = test_rig_new (2);

  set_site (rig, 0, LOW, c->low);
  set_site (rig, 1, HIGH, c->high);
  check_strip (rig, 0, c->strip);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (none_agrees_without_colorimetry)
{
  const Case *c = &agreeing[__i__];
  TestRig *rig = test_rig_new (2);

  set_caps (rig, 0, LOW, c->low, "");
  set_caps (rig, 1, LOW, c->high, "");
  check_strip (rig, 0, c->strip);
  test_rig_free (rig);
}

GST_END_TEST;

/* Two sites disagree, even if they are those that GstVideoInfo has where caps
 * state none. */
GST_START_TEST (two_disagree)
{
  TestRig *rig = test_rig_new (2);

  set_site (rig, 0, LOW, "jpeg");
  set_site (rig, 1, HIGH, "mpeg2");
  test_rig_push (rig, 0, 0, 0);
  gst_harness_push (test_rig_input (rig, 1),
      test_frame_new (GST_VIDEO_FORMAT_YUY2, 4, HIGH, 0, 0, 1));
  test_rig_expect_error (rig, "sink_0", "sink_1", "chroma-site", "jpeg",
      "mpeg2", "videoconvert");
  test_rig_free (rig);
}

GST_END_TEST;

/* The frame of new caps brings another site, or that which GstVideoInfo had
 * already. */
GST_START_TEST (changes)
{
  static const gchar *sites[] = {
    NULL, "jpeg", NULL, "mpeg2", "jpeg", NULL, NULL, "mpeg2", NULL
  };
  TestRig *rig = test_rig_new (2);
  guint i;

  set_site (rig, 1, HIGH, NULL);
  for (i = 0; i < G_N_ELEMENTS (sites); i++) {
    set_site (rig, 0, LOW, sites[i]);
    check_strip (rig, 2 * i, sites[i]);
    check_strip (rig, 2 * i + 1, sites[i]);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* The strip is negotiated again before the frame of new caps is due: their site
 * does not hold yet. */
GST_START_TEST (change_that_waits)
{
  TestRig *rig = test_rig_new (2);

  set_site (rig, 0, LOW, "jpeg");
  set_site (rig, 1, LOW, NULL);
  check_strip (rig, 0, "jpeg");

  set_site (rig, 0, HIGH, NULL);
  test_rig_push (rig, 0, 0, 2);
  set_site (rig, 1, LOW + 1, NULL);
  test_rig_push (rig, 1, 1, 1);
  expect_site (rig, "jpeg");
  test_rig_push (rig, 1, 1, 2);
  expect_site (rig, NULL);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (misfit)
{
  TestRig *rig = test_rig_new (2);

  set_site (rig, 0, LOW, NULL);
  set_site (rig, 1, LOW, "jpeg");
  check_strip (rig, 0, "jpeg");

  set_site (rig, 0, LOW, "mpeg2");
  check_strip (rig, 1, "jpeg");
  test_rig_expect_warning (rig, "sink_0", "sink_1", "chroma-site", "mpeg2",
      "jpeg", "videoconvert");

  set_site (rig, 0, LOW, NULL);
  check_strip (rig, 2, "jpeg");
  test_rig_free (rig);
}

GST_END_TEST;

/* A strip that states none agrees with all new pads: that with the lower number
 * comes first. */
GST_START_TEST (new_pads)
{
  TestRig *rig = test_rig_new (1);

  set_site (rig, 0, LOW, NULL);
  check_strip (rig, 0, NULL);

  test_rig_add (rig, "sink_1");
  test_rig_add (rig, "sink_2");
  set_site (rig, 1, HIGH, "mpeg2");
  set_site (rig, 2, HIGH, "jpeg");
  check_strip (rig, 1, "mpeg2");
  test_rig_expect_warning (rig, "sink_1", "sink_2", "chroma-site", "mpeg2",
      "jpeg", "videoconvert");
  test_rig_free (rig);
}

GST_END_TEST;

/* Pixels without chroma have no site, whatever their caps state. */
GST_START_TEST (rgb_has_none)
{
  TestRig *rig = test_rig_new (2);

  test_input_set_caps_with (test_rig_input (rig, 0), 4, LOW,
      "format=RGBA,chroma-site=jpeg");
  test_input_set_caps_with (test_rig_input (rig, 1), 4, LOW,
      "format=RGBA,chroma-site=mpeg2");
  check_strip (rig, 0, NULL);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (chroma_site)
{
  tcase_add_loop_test (tc, none_agrees_with_any, 0, G_N_ELEMENTS (agreeing));
  tcase_add_loop_test (tc, none_agrees_without_colorimetry, 0,
      G_N_ELEMENTS (agreeing));
  tcase_add_test (tc, two_disagree);
  tcase_add_test (tc, changes);
  tcase_add_test (tc, change_that_waits);
  tcase_add_test (tc, misfit);
  tcase_add_test (tc, new_pads);
  tcase_add_test (tc, rgb_has_none);
}
