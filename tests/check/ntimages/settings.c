/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Properties are read as they were set, and no other property changes. */

#include "../ntmosaic/rig/settings.h"
#include "../strip/support.h"

GST_START_TEST (of_the_element)
{
  GstElement *src = gst_element_factory_make ("ntstripsrc", NULL);

  fail_unless (test_settings (src) > 15);
  gst_object_unref (src);
}

GST_END_TEST;

int
main (int argc, char **argv)
{
  Suite *suite = suite_create ("settings");
  TCase *tc = tcase_create ("settings");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, of_the_element);

  return run_suite (argc, argv, suite, __FILE__);
}
