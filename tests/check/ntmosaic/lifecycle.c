/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Starting and stopping, pads that come and go, streams that break off, and
 * what is left afterwards: no thread, no memory, no error without a cause. */

#include "rig/pipelines.h"

#include <stdio.h>

#define STEP TEST_STEP

#define SMALL "video/x-raw,width=32,height=16,framerate=30/1"

static TestPipeline *
pipeline_with_sources (guint n_sources, const gchar * sink_properties)
{
  GString *text = g_string_new ("ntmosaic name=m ! appsink name=s sync=false ");
  TestPipeline *p;
  guint i;

  g_string_append (text, sink_properties);
  for (i = 0; i < n_sources; i++)
    g_string_append_printf (text, " videotestsrc pattern=%u ! " SMALL " ! m.",
        i % 16);
  p = test_pipeline_new_from_string (text->str);
  g_string_free (text, TRUE);

  return p;
}

/* ---- What is left ---- */

static guint
count_threads (void)
{
  GDir *dir = g_dir_open ("/proc/self/task", 0, NULL);
  guint n = 0;

  fail_unless (dir != NULL);
  while (g_dir_read_name (dir))
    n++;
  g_dir_close (dir);

  return n;
}

/* Threads take a moment to end; GLib keeps a few for the next task. */
static void
assert_threads_end (guint before)
{
  const guint spare = 4;

  test_wait_until (count_threads () <= before + spare);
}

static gsize
get_resident_bytes (void)
{
  gchar *text;
  gulong pages;

  fail_unless (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  fail_unless_equals_int (sscanf (text, "%*u %lu", &pages), 1);
  g_free (text);

  return (gsize) pages * 4096;
}

/* ---- Starting and stopping ---- */

GST_START_TEST (null_to_playing_and_back)
{
  TestPipeline *p = pipeline_with_sources (4, "max-buffers=2");
  const guint threads = count_threads ();
  guint i;

  for (i = 0; i < 30; i++) {
    test_pipeline_set_state (p, GST_STATE_PLAYING);
    if (i % 2 == 0) {
      GstSample *sample = test_pipeline_pull (p);

      fail_unless_equals_uint64 (GST_BUFFER_PTS (gst_sample_get_buffer
              (sample)), 0);
      gst_sample_unref (sample);
    }
    test_pipeline_set_state (p, GST_STATE_NULL);
  }
  test_pipeline_free (p);
  assert_threads_end (threads);
}

GST_END_TEST;

/* Strips show only frames that the sources push after the restart. */
GST_START_TEST (playing_to_ready_and_back)
{
  TestPipeline *p = test_pipeline_new (2);
  guint i;

  for (i = 0; i < 10; i++) {
    test_pipeline_set_state (p, GST_STATE_PLAYING);
    test_pipeline_push_many (p, 0, 2, 100 + i, 0, STEP);
    test_pipeline_push_many (p, 1, 2, 200 + i, 0, STEP);
    test_pipeline_expect (p, 0, 100 + i, 200 + i);
    test_pipeline_expect (p, STEP, 101 + i, 201 + i);
    test_pipeline_set_state (p, GST_STATE_READY);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

/* The stop comes at any moment, with the sink full or not, and sources at full
 * speed. */
static void
stop_at_random (const gchar * sink_properties)
{
  GRand *rand = g_rand_new_with_seed (7);
  TestPipeline *p = pipeline_with_sources (20, sink_properties);
  guint i;

  for (i = 0; i < 15; i++) {
    test_pipeline_set_state (p, GST_STATE_PLAYING);
    g_usleep (g_rand_int_range (rand, 0, 20000));
    test_pipeline_set_state (p, i % 2 ? GST_STATE_NULL : GST_STATE_READY);
  }
  test_pipeline_assert_no_error (p);
  test_pipeline_free (p);
  g_rand_free (rand);
}

GST_START_TEST (stop_while_the_sink_is_full)
{
  stop_at_random ("max-buffers=1");
}

GST_END_TEST;

GST_START_TEST (stop_in_full_flow)
{
  stop_at_random ("max-buffers=1 drop=true");
}

GST_END_TEST;

static gpointer
seek_without_end (gpointer data)
{
  TestPipeline *p = data;
  guint i;

  for (i = 0; i < 50; i++)
    gst_element_seek_simple (p->pipeline, GST_FORMAT_TIME,
        GST_SEEK_FLAG_FLUSH, i * STEP);

  return NULL;
}

GST_START_TEST (stop_while_seeking)
{
  TestPipeline *p = pipeline_with_sources (4, "max-buffers=1 drop=true");
  guint i;

  for (i = 0; i < 10; i++) {
    GThread *thread;

    test_pipeline_set_state (p, GST_STATE_PLAYING);
    test_pipeline_skip (p);
    thread = g_thread_new ("seek", seek_without_end, p);
    g_usleep (i * G_TIME_SPAN_MILLISECOND);
    test_pipeline_set_state (p, GST_STATE_NULL);
    g_thread_join (thread);
    test_pipeline_set_state (p, GST_STATE_NULL);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Strips that outlive their maker ---- */

GST_START_TEST (strips_outlive_the_element)
{
  TestPipeline *p = test_pipeline_new (2);
  GstSample *held[100];
  guint i;

  test_pipeline_push_many (p, 0, G_N_ELEMENTS (held), 1000, 0, STEP);
  test_pipeline_push_many (p, 1, G_N_ELEMENTS (held), 2000, 0, STEP);
  test_pipeline_play (p);
  for (i = 0; i < G_N_ELEMENTS (held); i++)
    held[i] = test_pipeline_pull (p);
  test_pipeline_finish (p);

  for (i = 0; i < G_N_ELEMENTS (held); i++) {
    const guint32 seeds[] = { 1000 + i, 2000 + i };

    test_assert_tiles (held[i], seeds, 2);
    gst_sample_unref (held[i]);
  }
}

GST_END_TEST;

/* ---- Pads that come and go ---- */

static GstPad *
plug_in (TestPipeline * p, GstElement ** source)
{
  GstPad *src;
  GstPad *pad;

  *source = gst_element_factory_make ("videotestsrc", NULL);
  gst_bin_add (GST_BIN (p->pipeline), *source);
  src = gst_element_get_static_pad (*source, "src");
  pad = gst_element_request_pad_simple (p->mosaic, "sink_%u");
  fail_unless (pad != NULL);
  fail_unless_equals_int (gst_pad_link (src, pad), GST_PAD_LINK_OK);
  gst_object_unref (src);
  gst_element_sync_state_with_parent (*source);

  return pad;
}

static gboolean
has_segment (GstPad * src)
{
  GstEvent *segment = gst_pad_get_sticky_event (src, GST_EVENT_SEGMENT, 0);

  if (segment)
    gst_event_unref (segment);

  return segment != NULL;
}

/* Waits until the source pushes frames. Before, the source sends an ALLOCATION
 * query, and the base class fails if a pad goes while it answers one. */
static void
wait_until_it_flows (GstElement * source)
{
  GstPad *src = gst_element_get_static_pad (source, "src");

  test_wait_until (has_segment (src));
  gst_object_unref (src);
}

/* @rudely: while the source pushes. */
static void
plug_out (TestPipeline * p, GstElement * source, GstPad * pad,
    gboolean rudely)
{
  /* A pipeline on its way to PLAYING would take the source along. */
  fail_unless (gst_element_get_state (p->pipeline, NULL, NULL, TEST_PATIENCE)
      != GST_STATE_CHANGE_ASYNC);
  wait_until_it_flows (source);
  if (rudely)
    gst_element_release_request_pad (p->mosaic, pad);
  fail_unless_equals_int (gst_element_set_state (source, GST_STATE_NULL),
      GST_STATE_CHANGE_SUCCESS);
  if (!rudely)
    gst_element_release_request_pad (p->mosaic, pad);
  gst_object_unref (pad);
  fail_unless (gst_bin_remove (GST_BIN (p->pipeline), source));
}

/* A source whose pad is gone may complain, the element may not. */
static void
assert_mosaic_is_well (TestPipeline * p)
{
  GstBus *bus = gst_element_get_bus (p->pipeline);

  test_expect_no_message (bus, p->mosaic, GST_MESSAGE_ERROR);
  gst_object_unref (bus);
}

GST_START_TEST (pads_come_and_go)
{
  TestPipeline *p = pipeline_with_sources (1, "max-buffers=1 drop=true");
  GRand *rand = g_rand_new_with_seed (11);
  GstElement *sources[8] = { NULL, };
  GstPad *pads[8];
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (i = 0; i < 100; i++) {
    const guint k = g_rand_int_range (rand, 0, G_N_ELEMENTS (sources));

    if (sources[k]) {
      plug_out (p, sources[k], pads[k], g_rand_boolean (rand));
      sources[k] = NULL;
    } else {
      pads[k] = plug_in (p, &sources[k]);
    }
    if (i % 4 == 0)
      test_pipeline_skip (p);
    else
      g_usleep (g_rand_int_range (rand, 0, 3000));
  }

  /* Still alive. */
  for (i = 0; i < 3; i++)
    test_pipeline_skip (p);
  assert_mosaic_is_well (p);
  for (i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i])
      plug_out (p, sources[i], pads[i], TRUE);
  assert_mosaic_is_well (p);
  test_pipeline_free (p);
  g_rand_free (rand);
}

GST_END_TEST;

GST_START_TEST (all_pads_go_and_one_comes)
{
  TestPipeline *p = pipeline_with_sources (0, "max-buffers=1 drop=true");
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (i = 0; i < 20; i++) {
    GstElement *sources[3];
    GstPad *pads[3];
    guint k;

    for (k = 0; k < G_N_ELEMENTS (pads); k++)
      pads[k] = plug_in (p, &sources[k]);
    test_pipeline_skip (p);
    for (k = 0; k < G_N_ELEMENTS (pads); k++)
      plug_out (p, sources[k], pads[k], i % 2);
  }
  assert_mosaic_is_well (p);
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Pulling the plug ---- */

static void
expect_message_of (const gchar * description, GstMessageType type)
{
  TestPipeline *p = test_pipeline_new_from_string (description);
  GstBus *bus = gst_element_get_bus (p->pipeline);
  GstMessage *message;

  g_object_set (p->sink, "sync", FALSE, "drop", TRUE, "max-buffers", 1, NULL);
  test_pipeline_set_state (p, GST_STATE_PLAYING);
  message = test_pop_message (bus, type, TEST_PATIENCE);
  fail_unless (message != NULL);
  gst_message_unref (message);
  gst_object_unref (bus);
  test_pipeline_free (p);
}

GST_START_TEST (error_upstream)
{
  expect_message_of ("ntmosaic name=m ! appsink name=s videotestsrc ! m. "
      "videotestsrc ! identity error-after=5 ! m.", GST_MESSAGE_ERROR);
}

GST_END_TEST;

GST_START_TEST (error_downstream)
{
  expect_message_of ("ntmosaic name=m ! identity error-after=5 ! "
      "appsink name=s videotestsrc ! m. videotestsrc ! m.", GST_MESSAGE_ERROR);
}

GST_END_TEST;

GST_START_TEST (eos_downstream)
{
  expect_message_of ("ntmosaic name=m ! identity eos-after=5 ! "
      "appsink name=s wait-on-eos=false videotestsrc ! m. videotestsrc ! m.",
      GST_MESSAGE_EOS);
}

GST_END_TEST;

GST_START_TEST (unlinked_downstream)
{
  TestPipeline *p = pipeline_with_sources (3, "max-buffers=1 drop=true");
  GstBus *bus = gst_element_get_bus (p->pipeline);

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_skip (p);
  gst_element_unlink (p->mosaic, p->sink);
  test_expect_message (bus, p->mosaic, GST_MESSAGE_ERROR, "linked", NULL);

  /* Once. */
  test_pipeline_set_state (p, GST_STATE_READY);
  assert_mosaic_is_well (p);
  gst_object_unref (bus);
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Memory over a long time ---- */

static void
live_and_die (void)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m ! "
      "appsink name=s sync=false max-buffers=1 "
      "videotestsrc ! video/x-raw,width=256,height=256 ! m. "
      "videotestsrc ! video/x-raw,width=256,height=256 ! m. ");

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  test_pipeline_skip (p);
  test_pipeline_free (p);
}

/* The strips of one life are 1.5 MiB. */
GST_START_TEST (many_lives)
{
  const gsize bound = 32 << 20;
  gsize before;
  gsize after;
  guint i;

  for (i = 0; i < 20; i++)
    live_and_die ();
  before = get_resident_bytes ();
  for (i = 0; i < 80; i++)
    live_and_die ();
  after = get_resident_bytes ();

#ifndef __SANITIZE_ADDRESS__
  fail_unless (after < before + bound, "%" G_GSIZE_FORMAT " bytes before, %"
      G_GSIZE_FORMAT " after", before, after);
#else
  /* The sanitizer doesn't give freed memory back. */
  (void) (before + bound < after);
#endif
}

GST_END_TEST;

TEST_CASES (lifecycle)
{
  tcase_add_test (tc, null_to_playing_and_back);
  tcase_add_test (tc, playing_to_ready_and_back);
  tcase_add_test (tc, stop_while_the_sink_is_full);
  tcase_add_test (tc, stop_in_full_flow);
  tcase_add_test (tc, stop_while_seeking);
  tcase_add_test (tc, strips_outlive_the_element);
  tcase_add_test (tc, pads_come_and_go);
  tcase_add_test (tc, all_pads_go_and_one_comes);
  tcase_add_test (tc, error_upstream);
  tcase_add_test (tc, error_downstream);
  tcase_add_test (tc, eos_downstream);
  tcase_add_test (tc, unlinked_downstream);
  tcase_add_test (tc, many_lives);
}
