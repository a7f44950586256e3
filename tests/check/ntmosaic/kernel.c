/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A kernel that there isn't: NTMOSAIC_CPU is a wish, and one that can't be
 * fulfilled is told to the application, not refused. */

#include <string.h>

#include "support.h"

#define WISH "nonsense"

GST_START_TEST (best_is_used)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 3, 2} };
  const TestStrip strip = { tiles, 2, 6, "bottom", 0xff000000 };
  TestRig *rig = test_rig_new (2);
  gchar *kernel;

  gst_util_set_object_arg (G_OBJECT (rig->element), "align", "bottom");
  gst_util_set_object_arg (G_OBJECT (rig->element), "nt-stores", "always");
  g_object_get (rig->element, "kernel", &kernel, NULL);
  fail_if (kernel == NULL || g_str_equal (kernel, WISH));
  g_free (kernel);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (one_warning)
{
  TestRig *rig = test_rig_new (1);
  GstMessage *message = gst_bus_timed_pop_filtered (rig->bus, GST_SECOND,
      GST_MESSAGE_WARNING);
  GError *warning;
  gchar *kernel;

  fail_unless (message != NULL);
  g_object_get (rig->element, "kernel", &kernel, NULL);
  gst_message_parse_warning (message, &warning, NULL);
  fail_unless (strstr (warning->message, WISH) != NULL);
  fail_unless (strstr (warning->message, kernel) != NULL);
  g_error_free (warning);
  g_free (kernel);
  gst_message_unref (message);
  fail_unless (gst_bus_pop_filtered (rig->bus, GST_MESSAGE_WARNING) == NULL);
  test_rig_free (rig);
}

GST_END_TEST;

static Suite *
kernel_suite (void)
{
  Suite *s = suite_create ("kernel");
  TCase *tc = tcase_create ("kernel");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, best_is_used);
  tcase_add_test (tc, one_warning);

  return s;
}

/* Not the usual one, which takes a wish that isn't fulfilled for a reason to
 * skip. */
int
main (int argc, char **argv)
{
  g_setenv ("NTMOSAIC_CPU", WISH, TRUE);
  gst_check_init (&argc, &argv);

  return gst_check_run_suite (kernel_suite (), "kernel", __FILE__);
}
