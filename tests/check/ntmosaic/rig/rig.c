/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The rig; see the header. inputs.c has the frames and events for its
 * inputs. */

#include "rig.h"

/* ---- Setting up ---- */

static TestRig *
new_rig (gboolean force_live)
{
  TestRig *rig = g_new0 (TestRig, 1);

  rig->element = gst_element_factory_make_full ("ntmosaic", "force-live",
      force_live, NULL);
  fail_unless (rig->element != NULL);
  gst_object_ref_sink (rig->element);
  rig->bus = gst_bus_new ();
  gst_element_set_bus (rig->element, rig->bus);
  rig->inputs = g_ptr_array_new ();
  rig->out = gst_harness_new_with_element (rig->element, NULL, "src");

  return rig;
}

TestRig *
test_rig_new (guint n_inputs)
{
  TestRig *rig = new_rig (FALSE);
  guint i;

  gst_harness_set_live (rig->out, FALSE);
  for (i = 0; i < n_inputs; i++) {
    gchar *name = g_strdup_printf ("sink_%u", i);

    test_rig_add (rig, name);
    g_free (name);
  }

  return rig;
}

TestRig *
test_rig_new_of_size (guint n_inputs, guint width, guint height, gint fps_n)
{
  TestRig *rig = test_rig_new (n_inputs);
  guint i;

  for (i = 0; i < n_inputs; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA", width, height,
        fps_n, 1);

  return rig;
}

TestRig *
test_rig_new_for (const TestStrip * strip, const gchar * format)
{
  TestRig *rig = test_rig_new (strip->n_tiles);

  test_rig_set (rig, "align", strip->align);
  g_object_set (rig->element, "background-color", strip->background, NULL);
  test_rig_set_caps (rig, strip, format);

  return rig;
}

TestRig *
test_rig_new_small (guint n_inputs)
{
  return test_rig_new_of_size (n_inputs, TEST_TILE_WIDTH, TEST_TILE_HEIGHT,
      TEST_FPS);
}

TestRig *
test_rig_new_live (gboolean force_live)
{
  TestRig *rig = new_rig (force_live);

  rig->inputs_are_live = !force_live;
  gst_harness_use_testclock (rig->out);
  rig->clock = gst_harness_get_testclock (rig->out);

  return rig;
}

/* Whether the element still has something to say, or a thread holds it. */
static gboolean
is_held (TestRig * rig)
{
  GstMessage *message;

  test_expect_no_message (rig->bus, rig->element,
      GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  while ((message = gst_bus_pop (rig->bus)))
    gst_message_unref (message);

  return GST_OBJECT_REFCOUNT_VALUE (rig->element) > 1;
}

void
test_rig_free (TestRig * rig)
{
  guint i;

  gst_element_set_state (rig->element, GST_STATE_NULL);
  for (i = 0; i < rig->inputs->len; i++)
    gst_harness_teardown (rig->inputs->pdata[i]);
  gst_harness_teardown (rig->out);
  g_ptr_array_unref (rig->inputs);
  test_wait_until (!is_held (rig));
  gst_element_set_bus (rig->element, NULL);
  gst_object_unref (rig->bus);
  gst_clear_object (&rig->clock);
  gst_object_unref (rig->element);
  g_free (rig);
}

GstHarness *
test_rig_add (TestRig * rig, const gchar * pad_name)
{
  GstHarness *input =
      gst_harness_new_with_element (rig->element, pad_name, NULL);

  gst_harness_set_live (input, rig->inputs_are_live);
  g_ptr_array_add (rig->inputs, input);

  return input;
}

void
test_rig_remove (TestRig * rig, GstHarness * input)
{
  fail_unless (g_ptr_array_remove (rig->inputs, input));
  gst_harness_teardown (input);
}

GstHarness *
test_rig_input (TestRig * rig, guint index)
{
  fail_unless (index < rig->inputs->len);

  return rig->inputs->pdata[index];
}

void
test_rig_set (TestRig * rig, const gchar * property, const gchar * value)
{
  gst_util_set_object_arg (G_OBJECT (rig->element), property, value);
}

/* Makes the pad forget its sticky events. */
static void
restart_pad (GstPad * pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_pad_set_active (pad, TRUE);
}

void
test_rig_restart (TestRig * rig, GstState state)
{
  guint i;

  fail_unless_equals_int (gst_element_set_state (rig->element, state),
      GST_STATE_CHANGE_SUCCESS);
  restart_pad (rig->out->sinkpad);
  fail_unless_equals_int (gst_element_set_state (rig->element,
          GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
  for (i = 0; i < rig->inputs->len; i++) {
    restart_pad (test_rig_input (rig, i)->srcpad);
    test_input_push_event (test_rig_input (rig, i),
        gst_event_new_stream_start ("again"));
  }
  rig->n_sent = 0;
}

/* ---- All inputs ---- */

void
test_rig_set_caps (TestRig * rig, const TestStrip * strip,
    const gchar * format)
{
  guint i;

  fail_unless_equals_int (rig->inputs->len, strip->n_tiles);
  for (i = 0; i < strip->n_tiles; i++)
    test_input_set_caps (test_rig_input (rig, i), format,
        strip->tiles[i].width, MAX (strip->tiles[i].height, 1));
}

void
test_rig_send (TestRig * rig, const TestStrip * strip)
{
  guint i;

  fail_unless_equals_int (rig->inputs->len, strip->n_tiles);
  for (i = 0; i < strip->n_tiles; i++) {
    if (strip->tiles[i].height > 0)
      test_rig_push (rig, i, strip->tiles[i].seed, rig->n_sent);
    else
      test_input_push_gap (test_rig_input (rig, i), rig->n_sent);
  }
  rig->n_sent++;
}

void
test_rig_end (TestRig * rig)
{
  guint i;

  for (i = 0; i < rig->inputs->len; i++)
    test_input_end (test_rig_input (rig, i));
}

/* ---- Downstream ---- */

GstBuffer *
test_rig_pull (TestRig * rig, GstCaps ** caps)
{
  GstBuffer *buffer = gst_harness_pull (rig->out);

  fail_unless (buffer != NULL, "no strip");
  if (caps)
    *caps = gst_pad_get_current_caps (rig->out->sinkpad);

  return buffer;
}

void
test_rig_skip (TestRig * rig)
{
  gst_buffer_unref (test_rig_pull (rig, NULL));
}

GstBuffer *
test_rig_take (TestRig * rig, const TestStrip * strip)
{
  GstCaps *caps;
  GstBuffer *buffer = test_rig_pull (rig, &caps);

  test_assert_strip (buffer, caps, strip);
  gst_caps_unref (caps);

  return buffer;
}

void
test_rig_expect (TestRig * rig, const TestStrip * strip)
{
  gst_buffer_unref (test_rig_take (rig, strip));
}

void
test_rig_expect_size (TestRig * rig, gint width, gint height)
{
  GstVideoInfo info;
  GstBuffer *strip;
  GstCaps *caps;

  strip = test_rig_pull (rig, &caps);
  fail_unless (gst_video_info_from_caps (&info, caps));
  fail_unless_equals_int (GST_VIDEO_INFO_WIDTH (&info), width);
  fail_unless_equals_int (GST_VIDEO_INFO_HEIGHT (&info), height);
  gst_caps_unref (caps);
  gst_buffer_unref (strip);
}

void
test_rig_check (TestRig * rig, const TestStrip * strip)
{
  test_rig_send (rig, strip);
  test_rig_expect (rig, strip);
}

GstClockTime
test_rig_expect_small (TestRig * rig, guint n_tiles, ...)
{
  GstCaps *caps;
  GstBuffer *buffer = test_rig_pull (rig, &caps);
  const GstClockTime time = GST_BUFFER_PTS (buffer);
  guint32 *seeds = g_new (guint32, n_tiles);
  va_list args;
  guint i;

  va_start (args, n_tiles);
  for (i = 0; i < n_tiles; i++)
    seeds[i] = va_arg (args, guint32);
  va_end (args);
  test_assert_small (buffer, caps, seeds, n_tiles);
  g_free (seeds);
  gst_caps_unref (caps);
  gst_buffer_unref (buffer);

  return time;
}

guint32
test_rig_begin_seek (TestRig * rig)
{
  GstEvent *seek = gst_event_new_seek (1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0);
  const guint32 seqnum = gst_event_get_seqnum (seek);

  fail_unless (gst_harness_push_upstream_event (rig->out, seek));

  return seqnum;
}

void
test_rig_expect_none (TestRig * rig)
{
  fail_unless (gst_harness_try_pull (rig->out) == NULL,
      "a strip more than expected");
}

void
test_rig_await_eos (TestRig * rig)
{
  gboolean is_eos = FALSE;

  while (!is_eos) {
    GstEvent *event = gst_harness_pull_event (rig->out);

    fail_unless (event != NULL, "no EOS");
    is_eos = GST_EVENT_TYPE (event) == GST_EVENT_EOS;
    gst_event_unref (event);
  }
}

void
test_rig_expect_eos (TestRig * rig)
{
  test_rig_await_eos (rig);
  test_rig_expect_none (rig);
}

/* ---- Strips that end early ---- */

void
test_rig_prepare_end (TestRig * rig, TestWay way)
{
  if (way == TEST_BY_POLICY)
    test_rig_set (rig, "eos-policy", "first");
}

static GstPadProbeReturn
refuse_strip (GstPad * pad, GstPadProbeInfo * info, gpointer has_refused)
{
  gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_EOS;
  g_atomic_int_set ((gint *) has_refused, TRUE);

  return GST_PAD_PROBE_HANDLED;
}

void
test_rig_end_early (TestRig * rig, TestWay way)
{
  GstPad *srcpad = gst_element_get_static_pad (rig->element, "src");
  gint has_refused = FALSE;
  gulong probe;

  if (way == TEST_BY_POLICY) {
    test_input_end (test_rig_input (rig, 0));
  } else {
    probe = gst_pad_add_probe (srcpad, GST_PAD_PROBE_TYPE_BUFFER,
        refuse_strip, &has_refused, NULL);
    test_rig_push (rig, 0, 101, 1);
    test_wait_until (g_atomic_int_get (&has_refused));
    gst_pad_remove_probe (srcpad, probe);
  }
  test_rig_await_eos (rig);
  gst_object_unref (srcpad);
}

/* ---- A live rig ---- */

GstClockTime
test_rig_pass (TestRig * rig)
{
  return test_clock_pass (rig->clock);
}

/* Takes a strip that has come, or ends a wait for a time that is over. */
static gboolean
skip_if_due (TestRig * rig)
{
  GstBuffer *strip = gst_harness_try_pull (rig->out);
  GstClockID id;

  if (strip) {
    gst_buffer_unref (strip);
    return TRUE;
  }
  id = gst_test_clock_process_next_clock_id (rig->clock);
  if (id)
    gst_clock_id_unref (id);

  return FALSE;
}

void
test_rig_skip_due (TestRig * rig, GstClockTime time)
{
  gst_test_clock_set_time (rig->clock, time);
  test_wait_until (skip_if_due (rig));
}

void
test_rig_expect_silence (TestRig * rig)
{
  gst_test_clock_wait_for_next_pending_id (rig->clock, NULL);
  test_rig_expect_none (rig);
}

/* ---- What the element says ---- */

guint64
test_get_stat (GstElement * element, const gchar * name)
{
  GstStructure *stats;
  guint64 value;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, name, &value));
  gst_structure_free (stats);

  return value;
}

void
test_expect_stat (TestRig * rig, const gchar * name, guint64 expected)
{
  const guint64 found = test_get_stat (rig->element, name);

  fail_unless (found == expected, "%s is %" G_GUINT64_FORMAT ", expected %"
      G_GUINT64_FORMAT, name, found, expected);
}
