/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Pads: their names and numbers, the element as a GstChildProxy, and the way of
 * navigation events from the strip to a tile. */

#include <gst/video/navigation.h>

#include "rig/rig.h"

static GstElement *
mosaic_new (void)
{
  GstElement *element = gst_element_factory_make ("ntmosaic", NULL);

  fail_unless (element != NULL);

  return gst_object_ref_sink (element);
}

/* Requests a pad that must get @expected as its name. */
static GstPad *
request (GstElement * element, const gchar * name, const gchar * expected)
{
  GstPad *pad = gst_element_request_pad_simple (element, name);

  fail_unless (pad != NULL);
  fail_unless_equals_string (GST_OBJECT_NAME (pad), expected);

  return pad;
}

/* The streaming thread goes over all pads, and may keep a reference to this pad
 * for a moment longer. */
static void
release (GstElement * element, GstPad * pad)
{
  gst_element_release_request_pad (element, pad);
  test_unref_last (pad);
}

/* ---- Names ---- */

GST_START_TEST (numbers)
{
  GstElement *element = mosaic_new ();
  GstPad *pads[] = {
    request (element, "sink_%u", "sink_0"),
    request (element, "sink_5", "sink_5"),
    request (element, "sink_%u", "sink_6"),
    request (element, "sink_2", "sink_2"),
    request (element, "sink_%u", "sink_7"),
  };
  guint i;

  fail_unless_equals_int (element->numsinkpads, G_N_ELEMENTS (pads));
  for (i = 0; i < G_N_ELEMENTS (pads); i++)
    release (element, pads[i]);
  fail_unless_equals_int (element->numsinkpads, 0);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (highest_number)
{
  GstElement *element = mosaic_new ();
  GstPad *highest = request (element, "sink_2147483647", "sink_2147483647");
  GstPad *pad = request (element, "sink_3", "sink_3");

  /* There is no next number. */
  fail_unless (gst_element_request_pad_simple (element, "sink_%u") == NULL);
  fail_unless_equals_int (element->numsinkpads, 2);
  release (element, request (element, "sink_4", "sink_4"));
  release (element, pad);
  release (element, highest);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (all_released_and_requested_again)
{
  GstElement *element = mosaic_new ();
  GstPad *pads[20];
  guint n;
  guint i;

  for (n = 0; n < 3; n++) {
    for (i = 0; i < G_N_ELEMENTS (pads); i++) {
      gchar *name = g_strdup_printf ("sink_%u", i);

      pads[i] = request (element, name, name);
      g_free (name);
    }
    fail_unless_equals_int (gst_element_set_state (element,
            n == 1 ? GST_STATE_PAUSED : GST_STATE_READY),
        GST_STATE_CHANGE_SUCCESS);
    for (i = 0; i < G_N_ELEMENTS (pads); i++)
      release (element, pads[(i * 7) % G_N_ELEMENTS (pads)]);
  }
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

/* ---- GstChildProxy ---- */

static void
count_signal (GstChildProxy * proxy, GObject * child, gchar * name,
    guint * count)
{
  fail_unless_equals_string (GST_OBJECT_NAME (child), name);
  (*count)++;
}

GST_START_TEST (child_proxy)
{
  GstElement *element = mosaic_new ();
  GstChildProxy *proxy = GST_CHILD_PROXY (element);
  guint added = 0;
  guint removed = 0;
  GstPad *pads[3];
  GObject *child;
  gboolean value;
  guint i;

  g_signal_connect (proxy, "child-added", G_CALLBACK (count_signal), &added);
  g_signal_connect (proxy, "child-removed", G_CALLBACK (count_signal),
      &removed);
  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 0);

  for (i = 0; i < 3; i++)
    pads[i] = gst_element_request_pad_simple (element, "sink_%u");
  fail_unless_equals_int (added, 3);
  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 3);
  for (i = 0; i < 3; i++) {
    child = gst_child_proxy_get_child_by_index (proxy, i);
    fail_unless (child == G_OBJECT (pads[i]));
    g_object_unref (child);
  }
  fail_unless (gst_child_proxy_get_child_by_index (proxy, 3) == NULL);
  child = gst_child_proxy_get_child_by_name (proxy, "sink_1");
  fail_unless (child == G_OBJECT (pads[1]));
  g_object_unref (child);
  fail_unless (gst_child_proxy_get_child_by_name (proxy, "sink_9") == NULL);

  gst_child_proxy_set (proxy, "sink_2::repeat-after-eos", TRUE, NULL);
  g_object_get (pads[2], "repeat-after-eos", &value, NULL);
  fail_unless (value);
  gst_child_proxy_get (proxy, "sink_1::repeat-after-eos", &value, NULL);
  fail_if (value);

  for (i = 0; i < 3; i++)
    release (element, pads[i]);
  fail_unless_equals_int (removed, 3);
  fail_unless_equals_int (gst_child_proxy_get_children_count (proxy), 0);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (child_properties_at_launch)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch ("ntmosaic name=m "
      "sink_1::max-last-buffer-repeat=77 sink_0::repeat-after-eos=true ! "
      "fakesink videotestsrc ! m. videotestsrc ! m.", &error);
  GstElement *element;
  guint64 repeat;
  gboolean value;

  fail_unless (error == NULL);
  element = gst_bin_get_by_name (GST_BIN (pipeline), "m");
  gst_child_proxy_get (GST_CHILD_PROXY (element),
      "sink_1::max-last-buffer-repeat", &repeat, "sink_0::repeat-after-eos",
      &value, NULL);
  fail_unless_equals_uint64 (repeat, 77);
  fail_unless (value);
  gst_object_unref (element);
  gst_object_unref (pipeline);
}

GST_END_TEST;

/* ---- Navigation ---- */

/* Tiles 10, 20 and 30 pixels wide, in a strip of 12 rows. */
static const TestTile tiles[] = { {10, 12, 1}, {20, 4, 2}, {30, 5, 3} };

static TestRig *
rig_with_strip (const gchar * align)
{
  const TestStrip strip = { tiles, 3, 12, align, BLACK };
  TestRig *rig = test_rig_new (3);
  guint i;

  test_rig_set (rig, "align", align);
  test_rig_set_caps (rig, &strip, "RGBA");
  test_rig_check (rig, &strip);
  for (i = 0; i < 3; i++) {
    GstEvent *event;

    /* Drops earlier events: latency, reconfiguration. */
    while ((event = gst_harness_try_pull_upstream_event (test_rig_input (rig,
                    i))))
      gst_event_unref (event);
  }

  return rig;
}

/* The navigation event that came to @input, or NULL. */
static GstEvent *
take_navigation (GstHarness * input)
{
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (input))) {
    if (GST_EVENT_TYPE (event) == GST_EVENT_NAVIGATION)
      return event;
    gst_event_unref (event);
  }

  return NULL;
}

/* Fails the test unless @event (transfer full) comes to the pad @input (-1: to
 * none), is of the same kind, and has the coordinates @x and @y there. */
static void
check_event (TestRig * rig, GstEvent * event, gint input, gdouble x, gdouble y)
{
  const GstNavigationEventType type = gst_navigation_event_get_type (event);
  gint i;

  fail_unless_equals_int (gst_harness_push_upstream_event (rig->out, event),
      input >= 0);
  for (i = 0; i < 3; i++) {
    GstEvent *found = take_navigation (test_rig_input (rig, i));
    const GstStructure *s;
    gdouble found_x;
    gdouble found_y;

    fail_unless_equals_int (found != NULL, i == input);
    if (found == NULL)
      continue;
    fail_unless_equals_int (gst_navigation_event_get_type (found), type);
    s = gst_event_get_structure (found);
    fail_unless (gst_structure_get_double (s, "pointer_x", &found_x));
    fail_unless (gst_structure_get_double (s, "pointer_y", &found_y));
    fail_unless_equals_float (found_x, x);
    fail_unless_equals_float (found_y, y);
    gst_event_unref (found);
  }
}

static GstEvent *
event_at (guint kind, gdouble x, gdouble y)
{
  const GstNavigationModifierType none = GST_NAVIGATION_MODIFIER_NONE;

  switch (kind) {
    case 0:
      return gst_navigation_event_new_mouse_button_press (1, x, y, none);
    case 1:
      return gst_navigation_event_new_mouse_button_release (1, x, y, none);
    case 2:
      return gst_navigation_event_new_mouse_move (x, y, none);
    case 3:
      return gst_navigation_event_new_mouse_scroll (x, y, 1.5, -2.5, none);
    case 4:
      return gst_navigation_event_new_touch_down (7, x, y, 0.5, none);
    case 5:
      return gst_navigation_event_new_touch_motion (7, x, y, 0.5, none);
    default:
      return gst_navigation_event_new_touch_up (7, x, y, none);
  }
}

#define N_KINDS 7

static const struct
{
  const gchar *align;
  gdouble x;
  gdouble y;
  gint input;
  gdouble input_x;
  gdouble input_y;
} points[] = {
  {"top", 0, 0, 0, 0, 0},
  {"top", 9.75, 11.5, 0, 9.75, 11.5},
  {"top", 10, 3.5, 1, 0, 3.5},
  {"top", 10, 4, -1, 0, 0},
  {"top", 59.5, 4.5, 2, 29.5, 4.5},
  {"top", 60, 0, -1, 0, 0},
  {"top", -0.5, 0, -1, 0, 0},
  {"top", 5, 12, -1, 0, 0},
  {"top", 5, -1, -1, 0, 0},
  {"top", 1e300, 0, -1, 0, 0},
  {"center", 15, 3.5, -1, 0, 0},
  {"center", 15, 4, 1, 5, 0},
  {"center", 15, 7.5, 1, 5, 3.5},
  {"center", 15, 8, -1, 0, 0},
  {"center", 30, 3, 2, 0, 0},
  {"bottom", 15, 7.5, -1, 0, 0},
  {"bottom", 15, 8, 1, 5, 0},
  {"bottom", 45, 11, 2, 15, 4},
};

GST_START_TEST (pointer)
{
  const guint i = __i__;
  TestRig *rig = rig_with_strip (points[i].align);
  guint kind;

  for (kind = 0; kind < N_KINDS; kind++)
    check_event (rig, event_at (kind, points[i].x, points[i].y),
        points[i].input, points[i].input_x, points[i].input_y);
  test_rig_free (rig);
}

GST_END_TEST;

/* Before the first strip, an event hits no tile. */
GST_START_TEST (pointer_before_strip)
{
  TestRig *rig = test_rig_new (3);

  check_event (rig, event_at (0, 1, 1), -1, 0, 0);
  test_rig_free (rig);
}

GST_END_TEST;

/* Until the next strip, the tile of a pad that is gone. */
GST_START_TEST (pointer_after_release)
{
  TestRig *rig = rig_with_strip ("top");

  test_rig_remove (rig, test_rig_input (rig, 1));
  fail_if (gst_harness_push_upstream_event (rig->out, event_at (0, 15, 1)));
  fail_unless (gst_harness_push_upstream_event (rig->out, event_at (0, 5, 1)));
  test_rig_free (rig);
}

GST_END_TEST;

GST_START_TEST (events_without_place)
{
  TestRig *rig = rig_with_strip ("top");

  check_event (rig, gst_navigation_event_new_key_press ("a",
          GST_NAVIGATION_MODIFIER_NONE), -1, 0, 0);
  check_event (rig, gst_navigation_event_new_key_release ("a",
          GST_NAVIGATION_MODIFIER_NONE), -1, 0, 0);
  check_event (rig, gst_navigation_event_new_command
      (GST_NAVIGATION_COMMAND_LEFT), -1, 0, 0);
  check_event (rig, gst_event_new_navigation (gst_structure_new_empty
          ("application/x-gst-navigation")), -1, 0, 0);
  check_event (rig, gst_event_new_navigation (gst_structure_new
          ("application/x-gst-navigation", "event", G_TYPE_STRING,
              "mouse-move", "pointer_x", G_TYPE_DOUBLE, 1.0, "pointer_y",
              G_TYPE_STRING, "1", NULL)), -1, 0, 0);
  test_rig_free (rig);
}

GST_END_TEST;

TEST_CASES (pads)
{
  tcase_add_test (tc, numbers);
  tcase_add_test (tc, highest_number);
  tcase_add_test (tc, all_released_and_requested_again);
  tcase_add_test (tc, child_proxy);
  tcase_add_test (tc, child_properties_at_launch);
  tcase_add_loop_test (tc, pointer, 0, G_N_ELEMENTS (points));
  tcase_add_test (tc, pointer_before_strip);
  tcase_add_test (tc, pointer_after_release);
  tcase_add_test (tc, events_without_place);
}
