/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* How much memory an element has for strips: it gives a peak back while it
 * makes strips, and makes do with the strips that there is memory for. */

#include "rig/rig.h"
#include "../memory/mappings.h"

#include <stdio.h>
#include <string.h>
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
#define WIDTH 1024
#define HEIGHT 512
#define STRIP_BYTES ((gsize) 4 * WIDTH * HEIGHT)

/* The frame is the same memory in each strip. */
static GstBuffer *
make_strip (TestRig * rig, GstBuffer * still, guint n)
{
  GstBuffer *frame = gst_buffer_copy (still);

  GST_BUFFER_PTS (frame) = n * TEST_FRAME_TIME;
  GST_BUFFER_DURATION (frame) = TEST_FRAME_TIME;
  test_input_push (test_rig_input (rig, 0), frame);

  return test_rig_pull (rig, NULL);
}

GST_START_TEST (peak)
{
  TestRig *rig = test_rig_new (1);
  GstBuffer *still = gst_buffer_new_allocate (NULL, STRIP_BYTES, NULL);
  GstBuffer *held[PEAK];
  gsize most;
  gsize now;
  guint n;

  test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
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
    fail_unless (now + PEAK / 2 * STRIP_BYTES < most,
        "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, now, most);
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Little memory ---- */

static void
check_warning (GstBus * bus)
{
  GstMessage *message = test_pop_message (bus, GST_MESSAGE_WARNING, 0);
  GError *error;

  fail_unless (message != NULL);
  gst_message_parse_warning (message, &error, NULL);
  fail_unless (strstr (error->message, "strips is 8") != NULL
      && strstr (error->message, "memory for 2 of 2097152") != NULL,
      "%s", error->message);
  g_error_free (error);
  gst_message_unref (message);
}

/* Two strips are enough to go on. One warning says so, however often the strip
 * is negotiated. */
GST_START_TEST (memory_for_two)
{
  TestRig *rig = test_rig_new (1);
  GstBuffer *still = gst_buffer_new_allocate (NULL, STRIP_BYTES, NULL);
  guint n;

  gst_buffer_memset (still, 0, 0x55, -1);
  g_object_set (rig->element, "copy-on-arrival", FALSE, "strips", 8, NULL);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
  test_limit_mappings (2, STRIP_BYTES);
  for (n = 0; n < 10; n++) {
    g_object_set (rig->element, "gap", n / 2, NULL);
    gst_buffer_unref (make_strip (rig, still, n));
  }
  check_warning (rig->bus);
  test_rig_expect_no_warning (rig);
  test_expect_stat (rig, "strips-allocated", 2);

  /* There is more memory, and then less again. */
  test_limit_mappings (6, STRIP_BYTES);
  g_object_set (rig->element, "gap", 10, NULL);
  gst_buffer_unref (make_strip (rig, still, n));
  test_rig_expect_no_warning (rig);
  test_expect_stat (rig, "strips-allocated", 8);
  test_rig_restart (rig, GST_STATE_READY);
  test_input_set_caps (test_rig_input (rig, 0), "RGBA", WIDTH, HEIGHT);
  test_limit_mappings (2, STRIP_BYTES);
  gst_buffer_unref (make_strip (rig, still, 0));
  check_warning (rig->bus);
  test_unlimit_mappings ();
  gst_buffer_unref (still);
  test_rig_free (rig);
}

GST_END_TEST;

/* The property refuses numbers that can only be a mistake. */
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

TEST_CASES (memory)
{
  tcase_add_test (tc, peak);
  tcase_add_test (tc, memory_for_two);
  tcase_add_test (tc, upper_limit);
}
