/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A kernel that doesn't exist: NTMOSAIC_CPU is a wish. The element warns the
 * application of one that it can't fulfil, and goes on. */

#include "rig/rig.h"

#define WISH "nonsense"

GST_START_TEST (best_is_used)
{
  static const TestTile tiles[] = { {5, 6, 1}, {8, 3, 2} };
  const TestStrip strip = { tiles, 2, 6, "bottom", BLACK };
  TestRig *rig = test_rig_new (2);
  gchar **kernels = g_strsplit (TEST_KERNELS, ",", -1);
  gchar *kernel;

  test_rig_set (rig, "align", "bottom");
  test_rig_set (rig, "nt-stores", "always");
  g_object_get (rig->element, "kernel", &kernel, NULL);
  fail_unless (g_strv_contains ((const gchar * const *) kernels, kernel));
  g_free (kernel);
  g_strfreev (kernels);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  test_rig_expect_warning (rig, WISH);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (one_warning)
{
  TestRig *rig = test_rig_new (1);
  gchar *kernel;

  g_object_get (rig->element, "kernel", &kernel, NULL);
  test_rig_expect_warning (rig, WISH, kernel);
  g_free (kernel);
  test_rig_free (rig);
}

GST_END_TEST;

static void
add_cases (TCase * tc)
{
  tcase_add_test (tc, best_is_used);
  tcase_add_test (tc, one_warning);
}

/* The usual main() would skip the test, because the wish isn't fulfilled. */
int
main (int argc, char **argv)
{
  g_setenv ("NTMOSAIC_CPU", WISH, TRUE);
  gst_check_init (&argc, &argv);

  return test_run ("kernel", __FILE__, add_cases);
}
