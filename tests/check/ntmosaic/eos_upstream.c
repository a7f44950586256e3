/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The stream ends while upstream has more frames: upstream stops, and keeps
 * nothing waiting. */

#include "rig/pipelines.h"

#include <glib/gstdio.h>

#include <string.h>

#define STEP TEST_STEP

static TestRig *
rig_new (guint n_inputs)
{
  TestRig *rig = test_rig_new_small (n_inputs);

  test_rig_set (rig, "eos-policy", "first");

  return rig;
}

/* ---- What upstream sees ---- */

/* Upstream learns of the end where it waits for its turn, and gets back all
 * frames that it has pushed. */
GST_START_TEST (frames_in_the_queue_are_dropped)
{
  TestRig *rig = rig_new (2);
  GPtrArray *frames = g_ptr_array_new ();
  GstFlowReturn ret = GST_FLOW_OK;
  guint i;

  g_object_set (rig->element, "frames-ahead", 1 + 7 * __i__, NULL);
  test_rig_push (rig, 1, 200, 0);
  test_input_end (test_rig_input (rig, 1));
  for (i = 0; ret == GST_FLOW_OK; i++) {
    fail_unless (i < 100, "no end");
    g_ptr_array_add (frames, test_frame_new_small (100 + i, 0, 0));
    ret = test_rig_offer (rig, 0, gst_buffer_ref (frames->pdata[i]), i);
  }
  fail_unless_equals_int (ret, GST_FLOW_EOS);
  test_rig_expect_small (rig, 2, 100, 200);
  test_rig_expect_eos (rig);

  for (i = 0; i < frames->len; i++) {
    test_wait_until (GST_MINI_OBJECT_REFCOUNT_VALUE (frames->pdata[i]) == 1);
    gst_buffer_unref (frames->pdata[i]);
  }
  g_ptr_array_unref (frames);
  test_rig_free (rig);
}

GST_END_TEST;

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_there;            /* the strip or EOS has come */
  gboolean may_go;
} Gate;

static GstPadProbeReturn
hold (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Gate *gate = data;

  if (GST_IS_EVENT (info->data) && GST_EVENT_TYPE (info->data) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;

  g_mutex_lock (&gate->lock);
  gate->is_there = TRUE;
  g_cond_broadcast (&gate->changed);
  while (!gate->may_go)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);

  return GST_PAD_PROBE_OK;
}

static void
wait_for_gate (Gate * gate)
{
  g_mutex_lock (&gate->lock);
  while (!gate->is_there)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static void
open_gate (Gate * gate)
{
  g_mutex_lock (&gate->lock);
  gate->may_go = TRUE;
  g_cond_broadcast (&gate->changed);
  g_mutex_unlock (&gate->lock);
}

typedef struct
{
  TestRig *rig;
  GstBuffer *frames[3];
} Upstream;

static gpointer
push_the_rest (gpointer data)
{
  Upstream *up = data;
  guint i;

  for (i = 1; i < 3; i++)
    test_rig_offer (up->rig, 0, gst_buffer_ref (up->frames[i]), i);

  return NULL;
}

/* The pad has queued a frame, and upstream waits with the next one, while
 * downstream holds up the last strip. The end makes room: upstream queues its
 * frame just then, or is refused. Several rounds meet both. */
GST_START_TEST (frame_that_waits_for_room_is_dropped)
{
  TestRig *rig = rig_new (2);
  GstPad *src = gst_element_get_static_pad (rig->element, "src");
  Gate gate = { .may_go = FALSE };
  Upstream up = { .rig = rig };
  GThread *thread;
  guint i;

  g_object_set (rig->element, "frames-ahead", 1, NULL);
  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_BUFFER, hold, &gate, NULL);
  for (i = 0; i < 3; i++)
    up.frames[i] = test_frame_new_small (100 + i, 0, 0);
  fail_unless_equals_int (test_rig_offer (rig, 0,
          gst_buffer_ref (up.frames[0]), 0), GST_FLOW_OK);
  test_rig_push (rig, 1, 200, 0);
  wait_for_gate (&gate);

  test_input_end (test_rig_input (rig, 1));
  thread = g_thread_new ("upstream", push_the_rest, &up);
  test_wait_until (test_input_count_frames (test_rig_input (rig, 0)) == 3);
  open_gate (&gate);
  g_thread_join (thread);
  test_rig_expect_small (rig, 2, 100, 200);
  test_rig_expect_eos (rig);

  for (i = 0; i < 3; i++) {
    test_wait_until (GST_MINI_OBJECT_REFCOUNT_VALUE (up.frames[i]) == 1);
    gst_buffer_unref (up.frames[i]);
  }
  gst_object_unref (src);
  test_rig_free (rig);
}

GST_END_TEST;

/* Upstream does not wait for a downstream that takes long with EOS. */
GST_START_TEST (downstream_is_slow_at_the_end)
{
  TestRig *rig = rig_new (2);
  GstPad *src = gst_element_get_static_pad (rig->element, "src");
  Gate gate = { .may_go = FALSE };
  guint i;

  gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, hold, &gate,
      NULL);
  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_end (test_rig_input (rig, 1));
  test_rig_push (rig, 0, 101, 1);

  wait_for_gate (&gate);
  for (i = 2; i < 20; i++)
    fail_unless_equals_int (test_rig_offer (rig, 0,
            test_frame_new_small (100 + i, 0, 0), i), GST_FLOW_EOS);

  open_gate (&gate);
  test_rig_expect_eos (rig);
  gst_object_unref (src);
  test_rig_free (rig);
}

GST_END_TEST;

/* A flushing seek starts the stream again. */
GST_START_TEST (seek_after_the_end)
{
  TestRig *rig = rig_new (2);
  guint32 seqnum;
  guint k;
  guint i;

  for (k = 0; k < 3; k++) {
    for (i = 0; i < 2; i++) {
      test_rig_push (rig, 0, 100 + 10 * k + i, i);
      test_rig_push (rig, 1, 200 + 10 * k + i, i);
      fail_unless_equals_uint64 (test_rig_expect_small (rig, 2,
              100 + 10 * k + i, 200 + 10 * k + i), i * STEP);
    }
    test_input_end (test_rig_input (rig, k % 2));
    test_rig_push (rig, 1 - k % 2, 300, 2);
    test_rig_expect_eos (rig);

    seqnum = test_rig_begin_seek (rig);
    for (i = 0; i < 2; i++)
      test_input_flush (test_rig_input (rig, i), seqnum);
  }
  test_rig_free (rig);
}

GST_END_TEST;

/* Nothing of the end is left after a stop. */
GST_START_TEST (start_after_the_end)
{
  TestRig *rig = rig_new (2);
  guint k;
  guint i;

  for (k = 0; k < 3; k++) {
    for (i = 0; i < 2; i++)
      test_input_set_small_caps (test_rig_input (rig, i));
    test_rig_push (rig, 0, 100 + k, 0);
    test_rig_push (rig, 1, 200 + k, 0);
    test_rig_expect_small (rig, 2, 100 + k, 200 + k);
    test_input_end (test_rig_input (rig, 1));
    test_rig_push (rig, 0, 300, 1);
    test_rig_expect_eos (rig);
    test_rig_restart (rig, k % 2 ? GST_STATE_NULL : GST_STATE_READY);
  }
  test_rig_free (rig);
}

GST_END_TEST;

static gboolean
has_stopped (GstElement * source)
{
  GstPad *pad = gst_element_get_static_pad (source, "src");
  const gboolean has = gst_pad_get_last_flow_return (pad) == GST_FLOW_EOS
      && gst_pad_get_task_state (pad) == GST_TASK_PAUSED;

  gst_object_unref (pad);

  return has;
}

/* Sources without an end stop. */
GST_START_TEST (endless_sources)
{
  TestPipeline *p = test_pipeline_new_from_string ("ntmosaic name=m "
      "eos-policy=first ! appsink name=s sync=false  "
      "videotestsrc name=a ! m.  videotestsrc name=b ! queue ! m.  "
      "videotestsrc num-buffers=7 ! m.");
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  fail_unless_equals_int (test_pipeline_drain (p), 7);
  for (i = 0; i < 2; i++) {
    GstElement *source = gst_bin_get_by_name (GST_BIN (p->pipeline),
        i ? "b" : "a");

    test_wait_until (has_stopped (source));
    gst_object_unref (source);
  }
  test_pipeline_free (p);
}

GST_END_TEST;

/* ---- Files ---- */

#define FILM_SIZE 16
#define FILM_CAPS "video/x-raw,width=16,height=16,framerate=10/1"
#define DECODE "jpegdec ! videoconvert ! video/x-raw,format=RGBA"

static void
run (const gchar * line)
{
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GstMessage *message;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message = test_pop_message (bus, GST_MESSAGE_EOS | GST_MESSAGE_ERROR,
      TEST_PATIENCE);
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS);
  gst_message_unref (message);
  gst_object_unref (bus);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* A file in @folder of @n_frames frames and half a second of sound. Each frame
 * differs from the others. */
static gchar *
make_film (const gchar * folder, const gchar * name, guint n_frames)
{
  gchar *path = g_build_filename (folder, name, NULL);
  gchar *line = g_strdup_printf ("avimux name=mux ! filesink location=\"%s\" "
      "videotestsrc num-buffers=%u pattern=ball ! " FILM_CAPS
      " ! jpegenc ! mux. "
      "audiotestsrc num-buffers=5 samplesperbuffer=800 ! "
      "audio/x-raw,format=S16LE,rate=8000,channels=1 ! mux.", path, n_frames);

  run (line);
  g_free (line);

  return path;
}

/* The frames of a film, decoded without the element. */
static GPtrArray *
decode_film (const gchar * path)
{
  GPtrArray *frames = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_sample_unref);
  gchar *line = g_strdup_printf ("filesrc location=\"%s\" ! avidemux ! "
      DECODE " ! appsink name=s sync=false", path);
  GstElement *pipeline = gst_parse_launch (line, NULL);
  GstElement *sink = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  GstSample *sample;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (sink))))
    g_ptr_array_add (frames, sample);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (sink);
  gst_object_unref (pipeline);
  g_free (line);

  return frames;
}

/* Fails the test unless @strip is the frames @a and @b side by side. */
static void
assert_pair (GstSample * strip, GstSample * a, GstSample * b)
{
  const gsize row = FILM_SIZE * TEST_PIXEL_BYTES;
  GstMapInfo maps[3];
  guint y;

  fail_unless (gst_buffer_map (gst_sample_get_buffer (a), &maps[0],
          GST_MAP_READ));
  fail_unless (gst_buffer_map (gst_sample_get_buffer (b), &maps[1],
          GST_MAP_READ));
  fail_unless (gst_buffer_map (gst_sample_get_buffer (strip), &maps[2],
          GST_MAP_READ));
  for (y = 0; y < FILM_SIZE; y++) {
    fail_unless (memcmp (maps[2].data + 2 * y * row, maps[0].data + y * row,
            row) == 0, "row %u of the first tile", y);
    fail_unless (memcmp (maps[2].data + (2 * y + 1) * row,
            maps[1].data + y * row, row) == 0, "row %u of the second tile", y);
  }
  gst_buffer_unmap (gst_sample_get_buffer (strip), &maps[2]);
  gst_buffer_unmap (gst_sample_get_buffer (b), &maps[1]);
  gst_buffer_unmap (gst_sample_get_buffer (a), &maps[0]);
}

/* The strips end with the shorter film, the pipeline ends by itself, and the
 * sound beside the strips is all there. */
static void
play_films (gchar ** paths, GPtrArray ** frames)
{
  gchar *line = g_strdup_printf ("ntmosaic name=m eos-policy=first ! "
      "appsink name=s sync=false  appsink name=sound sync=false  "
      "filesrc location=\"%s\" ! avidemux name=a  "
      "a.video_0 ! queue ! " DECODE " ! m.sink_0  a.audio_0 ! queue ! sound.  "
      "filesrc location=\"%s\" ! avidemux name=b  "
      "b.video_0 ! queue ! " DECODE " ! m.sink_1", paths[0], paths[1]);
  TestPipeline *p = test_pipeline_new_from_string (line);
  GstElement *sound = gst_bin_get_by_name (GST_BIN (p->pipeline), "sound");
  const guint n = MIN (frames[0]->len, frames[1]->len);
  gsize n_bytes = 0;
  GstSample *sample;
  guint i;

  test_pipeline_set_state (p, GST_STATE_PLAYING);
  for (i = 0; i < n; i++) {
    sample = test_pipeline_pull (p);
    assert_pair (sample, frames[0]->pdata[i], frames[1]->pdata[i]);
    gst_sample_unref (sample);
  }
  test_pipeline_expect_eos (p);
  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sound),
              TEST_PATIENCE))) {
    n_bytes += gst_buffer_get_size (gst_sample_get_buffer (sample));
    gst_sample_unref (sample);
  }
  fail_unless_equals_uint64 (n_bytes, 5 * 800 * sizeof (gint16));
  gst_object_unref (sound);
  test_pipeline_free (p);
  g_free (line);
}

GST_START_TEST (films_of_different_length)
{
  gchar *folder = g_dir_make_tmp ("ntmosaic-XXXXXX", NULL);
  GPtrArray *frames[2];
  gchar *paths[2];
  guint i;

  paths[0] = make_film (folder, "a.avi", __i__ ? 12 : 5);
  paths[1] = make_film (folder, "b.avi", 8);
  for (i = 0; i < 2; i++)
    frames[i] = decode_film (paths[i]);
  fail_unless_equals_int (frames[0]->len, __i__ ? 12 : 5);
  fail_unless_equals_int (frames[1]->len, 8);
  play_films (paths, frames);

  for (i = 0; i < 2; i++) {
    g_ptr_array_unref (frames[i]);
    g_unlink (paths[i]);
    g_free (paths[i]);
  }
  g_rmdir (folder);
  g_free (folder);
}

GST_END_TEST;

TEST_CASES (eos_upstream)
{
  tcase_add_loop_test (tc, frames_in_the_queue_are_dropped, 0, 2);
  tcase_add_loop_test (tc, frame_that_waits_for_room_is_dropped, 0, 8);
  tcase_add_test (tc, downstream_is_slow_at_the_end);
  tcase_add_test (tc, seek_after_the_end);
  tcase_add_test (tc, start_after_the_end);
  tcase_add_test (tc, endless_sources);
  tcase_add_loop_test (tc, films_of_different_length, 0, 2);
}
