/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Names of pads. One number has one name: a second pad of the same number
 * would be a second tile in the same place. */

#include "rig/rig.h"

static const gchar *const wrong[] = {
  "sink_007", "sink_00", "sink_07", "sink_+7", "sink_-7", "sink_ 7", "sink_7 ",
  "sink_7x", "sink_0x7", "sink_7.0", "sink_x", "sink_", "sink", "src_0", "",
  "sink_2147483648", "sink_4294967296", "sink_18446744073709551623",
};

GST_START_TEST (names_that_are_none)
{
  GstElement *mosaic = gst_element_factory_make ("ntmosaic", NULL);
  GstPad *pad = gst_element_request_pad_simple (mosaic, "sink_7");
  guint i;

  fail_unless (pad != NULL);
  for (i = 0; i < G_N_ELEMENTS (wrong); i++) {
    fail_unless (gst_element_request_pad_simple (mosaic, wrong[i]) == NULL,
        "a pad is named %s", wrong[i]);
    fail_unless_equals_int (mosaic->numsinkpads, 1);
  }
  gst_element_release_request_pad (mosaic, pad);
  fail_unless_equals_int (mosaic->numsinkpads, 0);
  gst_object_unref (pad);
  gst_object_unref (mosaic);
}

GST_END_TEST;

GST_START_TEST (names_of_numbers)
{
  static const gchar *const names[] = {
    "sink_0", "sink_10", "sink_7", "sink_2147483647", "sink_100",
  };
  GstElement *mosaic = gst_element_factory_make ("ntmosaic", NULL);
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GstPad *pad = gst_element_request_pad_simple (mosaic, names[i]);

    fail_unless (pad != NULL, "no pad %s", names[i]);
    fail_unless_equals_string (GST_OBJECT_NAME (pad), names[i]);
    gst_object_unref (pad);
  }
  gst_object_unref (mosaic);
}

GST_END_TEST;

TEST_CASES (names)
{
  tcase_add_test (tc, names_that_are_none);
  tcase_add_test (tc, names_of_numbers);
}
