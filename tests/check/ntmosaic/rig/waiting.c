/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Waiting; see the header. */

#include "waiting.h"

void
test_unref_last (gpointer object)
{
  test_wait_until (GST_OBJECT_REFCOUNT_VALUE (object) == 1);
  gst_object_unref (object);
}

GstClockTime
test_clock_pass (GstTestClock * clock)
{
  GstClockTime time;
  GstClockID id;

  gst_test_clock_wait_for_next_pending_id (clock, &id);
  time = gst_clock_id_get_time (id);
  gst_clock_id_unref (id);
  fail_unless (gst_test_clock_crank (clock));

  return time;
}
