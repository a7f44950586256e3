/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Waiting for another thread: always for a condition, never for a fixed time.
 * However busy the machine is, a test fails only if a thread hangs. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gsttestclock.h>

/* How long a test waits for what must come at once before it reports a hang.
 * Check gives a whole case twice as long. */
#define TEST_PATIENCE (60 * GST_SECOND)

/* Fails the test if @condition does not come true. */
#define test_wait_until(condition)                                            \
    G_STMT_START {                                                            \
      const gint64 end_ = g_get_monotonic_time ()                             \
          + TEST_PATIENCE / GST_USECOND;                                      \
                                                                              \
      while (!(condition)) {                                                  \
        fail_unless (g_get_monotonic_time () < end_, "waited in vain for %s", \
            #condition);                                                      \
        g_usleep (100);                                                       \
      }                                                                       \
    } G_STMT_END

/* Waits until the caller's reference on @object, a GstObject, is the last one,
 * and drops it. A thread that has done its work may keep a reference for a
 * moment longer. */
void test_unref_last (gpointer object);

/* Waits until a thread waits for a time of @clock, moves the clock there, and
 * returns that time. */
GstClockTime test_clock_pass (GstTestClock * clock);
