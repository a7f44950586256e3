/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Properties are read as they were set, and no other property changes. */

#include "rig/rig.h"
#include "rig/settings.h"

GST_START_TEST (of_the_element)
{
  GstElement *mosaic = gst_element_factory_make ("ntmosaic", NULL);

  fail_unless (test_settings (mosaic) > 15);
  gst_object_unref (mosaic);
}

GST_END_TEST;

TEST_CASES (settings)
{
  tcase_add_test (tc, of_the_element);
}
