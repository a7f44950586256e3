/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The element allocates strips and touches their pages before the first frame;
 * a steady pipeline allocates no strip and takes no page fault for one. */

#include "rig/rig.h"

#include <sys/resource.h>
#include <unistd.h>

/* Two of them are a strip of 4 MiB. */
#define FRAME_WIDTH 512
#define FRAME_HEIGHT 1024
#define STRIP_BYTES (2 * FRAME_WIDTH * FRAME_HEIGHT * 4)

#define N_FRAMES 2

typedef struct
{
  TestRig *rig;
  GstBuffer *frames[2][N_FRAMES];
  guint n;
} Steady;

static glong
count_faults (void)
{
  struct rusage usage;

  fail_unless_equals_int (getrusage (RUSAGE_SELF, &usage), 0);

  return usage.ru_minflt + usage.ru_majflt;
}

static glong
count_strip_pages (void)
{
  return STRIP_BYTES / sysconf (_SC_PAGESIZE);
}

static void
steady_init (Steady * self)
{
  guint i;
  guint k;

  self->n = 0;
  self->rig = test_rig_new_of_size (2, FRAME_WIDTH, FRAME_HEIGHT, 25);
  for (i = 0; i < 2; i++)
    for (k = 0; k < N_FRAMES; k++)
      self->frames[i][k] = test_frame_new (GST_VIDEO_FORMAT_RGBA, FRAME_WIDTH,
          FRAME_HEIGHT, 0, 0, 100 * i + k);
}

static void
steady_clear (Steady * self)
{
  guint i;
  guint k;

  test_rig_free (self->rig);
  for (i = 0; i < 2; i++)
    for (k = 0; k < N_FRAMES; k++)
      gst_buffer_unref (self->frames[i][k]);
}

/* The same memory again and again, with new times. */
static void
make_strips (Steady * self, guint n_strips)
{
  guint i;

  for (; n_strips > 0; n_strips--, self->n++) {
    for (i = 0; i < 2; i++)
      test_input_push_nth (test_rig_input (self->rig, i), gst_buffer_copy
          (self->frames[i][self->n % N_FRAMES]), self->n);
    test_rig_skip (self->rig);
  }
}

GST_START_TEST (steady_pipeline)
{
  guint64 allocated;
  Steady steady;
  glong faults;

  steady_init (&steady);
  make_strips (&steady, 10);
  allocated = test_get_stat (steady.rig->element, "strips-allocated");
  faults = count_faults ();
  make_strips (&steady, 100);
  faults = count_faults () - faults;

  test_expect_stat (steady.rig, "strips-allocated", allocated);
  fail_unless (faults < count_strip_pages (), "%ld faults", faults);
  steady_clear (&steady);
}

GST_END_TEST;

static void
remember_faults (GstElement * element, GstSegment * segment, GstClockTime pts,
    GstClockTime dts, GstClockTime duration, GstStructure * info,
    glong * faults)
{
  if (*faults == 0)
    *faults = count_faults ();
}

/* The signal comes when the element has the strip and has not written to it. */
GST_START_TEST (first_strip)
{
  glong faults = 0;
  Steady steady;

  steady_init (&steady);
  g_object_set (steady.rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (steady.rig->element, "samples-selected",
      G_CALLBACK (remember_faults), &faults);
  make_strips (&steady, 1);
  faults = count_faults () - faults;

  fail_unless (faults < count_strip_pages () / 4, "%ld faults", faults);
  steady_clear (&steady);
}

GST_END_TEST;

TEST_CASES (faults)
{
  if (g_getenv ("NTM_TEST_EMULATED")) {
    g_print ("SKIPPED: an emulator has page faults of its own\n");
    exit (77);
  }
  tcase_add_test (tc, steady_pipeline);
  tcase_add_test (tc, first_strip);
}
