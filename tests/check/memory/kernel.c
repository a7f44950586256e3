/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The kernel of the process: the one that NTMOSAIC_CPU names, or the best. A
 * process chooses once, so each case needs a process of its own: Check forks
 * one. */

#include <gst/check/gstcheck.h>

#include "gstntmemory.h"

GST_START_TEST (test_best)
{
  g_unsetenv ("NTMOSAIC_CPU");
  fail_unless (gst_nt_kernel_get_name () != NULL);
  fail_unless (gst_nt_kernel_get_warning () == NULL);
}

GST_END_TEST;

GST_START_TEST (test_forced)
{
  g_setenv ("NTMOSAIC_CPU", "c", TRUE);
  fail_unless_equals_string (gst_nt_kernel_get_name (), "c");
  fail_unless (gst_nt_kernel_get_warning () == NULL);

  /* Too late: the process has chosen. */
  g_setenv ("NTMOSAIC_CPU", "nonsense", TRUE);
  fail_unless_equals_string (gst_nt_kernel_get_name (), "c");
}

GST_END_TEST;

GST_START_TEST (test_unknown)
{
  g_setenv ("NTMOSAIC_CPU", "nonsense", TRUE);
  fail_unless (gst_nt_kernel_get_name () != NULL);
  fail_unless (strstr (gst_nt_kernel_get_warning (), "nonsense") != NULL);
  fail_unless (strstr (gst_nt_kernel_get_warning (),
          gst_nt_kernel_get_name ()) != NULL);
}

GST_END_TEST;

static Suite *
kernel_suite (void)
{
  Suite *suite = suite_create ("kernel");
  TCase *tcase = tcase_create ("kernel");

  suite_add_tcase (suite, tcase);
  /* Without a fork for each case, only the first one has a new process. */
  if (g_strcmp0 (g_getenv ("CK_FORK"), "no") == 0) {
    tcase_add_test (tcase, test_forced);
    return suite;
  }
  tcase_add_test (tcase, test_best);
  tcase_add_test (tcase, test_forced);
  tcase_add_test (tcase, test_unknown);

  return suite;
}

GST_CHECK_MAIN (kernel);
