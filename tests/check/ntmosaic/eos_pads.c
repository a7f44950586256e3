/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* eos-policy=first: which pads can end the stream, while pads come and go and
 * the policy changes, and in live pipelines. */

#include "rig/pipelines.h"

#define STEP TEST_STEP

#define NONE TEST_NO_FRAME

static TestPipeline *
pipeline_new (guint n_sources)
{
  TestPipeline *p = test_pipeline_new (n_sources);

  gst_util_set_object_arg (G_OBJECT (p->mosaic), "eos-policy", "first");

  return p;
}

static TestRig *
rig_new (guint n_inputs)
{
  TestRig *rig = test_rig_new_small (n_inputs);

  test_rig_set (rig, "eos-policy", "first");

  return rig;
}

/* ---- Pads that count, and pads that don't ---- */

/* If all pads repeat their last frames, the longest stream ends. */
GST_START_TEST (all_pads_repeat)
{
  TestPipeline *p = pipeline_new (2);
  guint i;

  gst_child_proxy_set (GST_CHILD_PROXY (p->mosaic),
      "sink_0::repeat-after-eos", TRUE, "sink_1::repeat-after-eos", TRUE, NULL);
  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_push_many (p, 1, 2, 200, 0, STEP);
  test_pipeline_play (p);

  for (i = 0; i < 4; i++)
    test_pipeline_expect (p, i * STEP, 100 + i, 200 + MIN (i, 1));
  test_pipeline_finish (p);
}

GST_END_TEST;

/* There is no strip, and a warning says why: with caps or without. */
GST_START_TEST (empty_stream)
{
  TestPipeline *p = pipeline_new (__i__ ? 1 : 2);
  GstBus *bus = gst_element_get_bus (p->pipeline);

  if (__i__)
    test_pipeline_add_source (p, NULL);
  test_pipeline_push_many (p, 0, 4, 100, 0, STEP);
  test_pipeline_play (p);

  test_expect_message (bus, p->mosaic, GST_MESSAGE_WARNING, "sink_1",
      "no strip", "eos-policy", NULL);
  gst_object_unref (bus);
  test_pipeline_finish (p);
}

GST_END_TEST;

/* Then eos-policy makes no difference. */
GST_START_TEST (all_streams_are_empty)
{
  TestRig *rig = rig_new (2);

  test_rig_end (rig);
  test_rig_expect_eos (rig);
  test_rig_expect_no_warning (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (pad_that_joins)
{
  TestRig *rig = rig_new (2);
  GstHarness *joined;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);

  joined = test_rig_add (rig, "sink_%u");
  test_input_set_small_caps (joined);
  test_rig_push (rig, 0, 101, 1);
  test_rig_push (rig, 1, 201, 1);
  test_rig_push (rig, 2, 301, 1);
  test_rig_expect_small (rig, 3, 101, 201, 301);

  test_input_end (joined);
  test_rig_push (rig, 0, 102, 2);
  test_rig_push (rig, 1, 202, 2);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* Whether it has ended before or not. */
GST_START_TEST (pad_that_leaves)
{
  TestRig *rig = test_rig_new_small (3);
  guint i;

  for (i = 0; i < 3; i++)
    test_rig_push (rig, i, 100 * (i + 1), 0);
  test_rig_expect_small (rig, 3, 100, 200, 300);

  if (__i__)
    test_input_end (test_rig_input (rig, 2));
  test_rig_remove (rig, test_rig_input (rig, 2));
  test_rig_set (rig, "eos-policy", "first");
  for (i = 1; i < 4; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_push (rig, 1, 200 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, 200 + i);
  }

  test_input_end (test_rig_input (rig, 0));
  test_rig_push (rig, 1, 204, 4);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Changed while strips are made ---- */

GST_START_TEST (becomes_first)
{
  TestRig *rig = test_rig_new_small (2);
  guint i;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));
  for (i = 1; i < 3; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, NONE);
  }

  test_rig_set (rig, "eos-policy", "first");
  test_rig_push (rig, 0, 103, 3);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (becomes_all)
{
  TestRig *rig = rig_new (2);
  guint i;

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));

  test_rig_set (rig, "eos-policy", "all");
  for (i = 1; i < 3; i++) {
    test_rig_push (rig, 0, 100 + i, i);
    test_rig_expect_small (rig, 2, 100 + i, NONE);
  }
  test_input_end (test_rig_input (rig, 0));
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Live ---- */

static TestRig *
live_new (gboolean force_live)
{
  TestRig *rig = test_rig_new_live (force_live);
  guint i;

  test_rig_set (rig, "eos-policy", "first");
  for (i = 0; i < 2; i++) {
    test_rig_add (rig, "sink_%u");
    test_input_set_small_caps (test_rig_input (rig, i));
  }

  return rig;
}

/* The last frame stays until EOS comes, so that no strip shows background. */
GST_START_TEST (eos_that_comes_late)
{
  TestRig *rig = live_new (FALSE);

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_rig_push (rig, 0, 101, 1);
  test_rig_pass (rig);
  test_rig_expect_small (rig, 2, 101, 200);

  test_input_end (test_rig_input (rig, 1));
  test_rig_push (rig, 0, 102, 2);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

/* With force-live too, where the clock goes on without any stream. */
GST_START_TEST (forced_to_be_live)
{
  TestRig *rig = live_new (TRUE);

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));
  if (__i__)
    test_input_end (test_rig_input (rig, 0));
  else
    test_rig_push (rig, 0, 101, 1);
  test_rig_expect_eos (rig);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (eos_pads)
{
  tcase_add_test (tc, all_pads_repeat);
  tcase_add_loop_test (tc, empty_stream, 0, 2);
  tcase_add_test (tc, all_streams_are_empty);
  tcase_add_test (tc, pad_that_joins);
  tcase_add_loop_test (tc, pad_that_leaves, 0, 2);
  tcase_add_test (tc, becomes_first);
  tcase_add_test (tc, becomes_all);
  tcase_add_test (tc, eos_that_comes_late);
  tcase_add_loop_test (tc, forced_to_be_live, 0, 2);
}
