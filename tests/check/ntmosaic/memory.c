/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How much memory an element has for strips: a peak is given back while strips are
 * made, and where there is memory for some strips, these must do. */

#include "support.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* The address space of this process; 0: not known. */
static gsize
get_address_space (void)
{
  FILE *file = fopen ("/proc/self/statm", "r");
  unsigned long pages = 0;

  if (file == NULL)
    return 0;
  if (fscanf (file, "%lu", &pages) != 1)
    pages = 0;
  fclose (file);

  return (gsize) pages * sysconf (_SC_PAGESIZE);
}

/* ---- A peak ---- */

#define PEAK 24
#define PEAK_WIDTH 1024
#define PEAK_HEIGHT 512
#define PEAK_STRIP_BYTES ((gsize) 4 * PEAK_WIDTH * PEAK_HEIGHT)

/* The frame is the same memory in each strip. */
static GstBuffer *
make_strip (TestRig * rig, GstBuffer * still, guint n)
{
  GstBuffer *frame = gst_buffer_copy (still);

  GST_BUFFER_PTS (frame) = n * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  fail_unless_equals_int (gst_harness_push (test_rig_input (rig, 0), frame),
      GST_FLOW_OK);

  return test_rig_pull (rig, NULL);
}

GST_START_TEST (peak)
{
  TestRig *rig = test_rig_new (1);
  GstBuffer *still = gst_buffer_new_allocate (NULL, PEAK_STRIP_BYTES, NULL);
  GstBuffer *held[PEAK];
  gsize most;
  gsize now;
  guint n;

  test_input_set_caps (test_rig_input (rig, 0), "RGBA", PEAK_WIDTH,
      PEAK_HEIGHT);
  gst_buffer_memset (still, 0, 0x55, -1);
  for (n = 0; n < PEAK; n++)
    held[n] = make_strip (rig, still, n);
  most = get_address_space ();
  for (n = 0; n < PEAK; n++)
    gst_buffer_unref (held[n]);
  for (; n < 10 * PEAK; n++)
    gst_buffer_unref (make_strip (rig, still, n));
  now = get_address_space ();

  if (most > 0)
    fail_unless (now + PEAK / 2 * PEAK_STRIP_BYTES < most,
        "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, now, most);
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Little memory ---- */

/* More than what else may be mapped meanwhile. */
#define LARGE_WIDTH 4096
#define LARGE_HEIGHT 4096
#define LARGE_BYTES ((gsize) 4 * LARGE_WIDTH * LARGE_HEIGHT)

static void
set_limit (gsize bytes)
{
  struct rlimit limit;

  fail_unless_equals_int (getrlimit (RLIMIT_AS, &limit), 0);
  limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
  fail_unless_equals_int (setrlimit (RLIMIT_AS, &limit), 0);
}

static void
check_warning (GstBus * bus)
{
  GstMessage *message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  GError *error;

  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "strips is 8") != NULL
      && strstr (error->message, "memory for 2 of 67108864") != NULL,
      "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
}

/* The element runs with one strip first: then its threads are there. */
GST_START_TEST (memory_for_two)
{
  TestRig *rig = test_rig_new (1);
  GstBuffer *still = gst_buffer_new_allocate (NULL, LARGE_BYTES, NULL);
  guint round;

  gst_buffer_memset (still, 0, 0x55, -1);
  g_object_set (rig->element, "copy-on-arrival", FALSE, "strips", 1, NULL);
  for (round = 0; round < 2; round++) {
    gsize space;

    test_input_set_caps (test_rig_input (rig, 0), "RGBA", LARGE_WIDTH,
        LARGE_HEIGHT);
    gst_buffer_unref (make_strip (rig, still, 0));
    if (round == 1)
      break;

    gst_element_set_state (rig->element, GST_STATE_NULL);
    gst_pad_set_active (rig->out->sinkpad, FALSE);
    gst_pad_set_active (rig->out->sinkpad, TRUE);
    gst_pad_set_active (test_rig_input (rig, 0)->srcpad, FALSE);
    gst_pad_set_active (test_rig_input (rig, 0)->srcpad, TRUE);
    g_object_set (rig->element, "strips", 8, NULL);
    gst_element_set_state (rig->element, GST_STATE_PLAYING);
    fail_unless (gst_harness_push_event (test_rig_input (rig, 0),
            gst_event_new_stream_start ("again")));
    space = get_address_space ();
    if (space == 0)
      break;
    set_limit (space + 2 * LARGE_BYTES + LARGE_BYTES / 2);
  }
  set_limit (0);

  if (round == 1)
    check_warning (rig->bus);
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

/* No number that only a mistake asks for. */
GST_START_TEST (upper_limit)
{
  GstElement *element = gst_element_factory_make ("ntmosaic", NULL);
  GParamSpec *spec = g_object_class_find_property
      (G_OBJECT_GET_CLASS (element), "strips");

  fail_unless_equals_int (G_PARAM_SPEC_UINT (spec)->minimum, 1);
  fail_unless_equals_int (G_PARAM_SPEC_UINT (spec)->maximum, 64);
  gst_object_unref (element);
}

GST_END_TEST;

static Suite *
memory_suite (void)
{
  Suite *suite = suite_create ("memory");
  TCase *tc = tcase_create ("memory");

  suite_add_tcase (suite, tc);
  tcase_add_test (tc, peak);
  tcase_add_test (tc, memory_for_two);
  tcase_add_test (tc, upper_limit);

  return suite;
}

NTMOSAIC_CHECK_MAIN (memory)
