/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Frames that the element copies on arrival: which frames, and what upstream
 * and the base class get for them. Every strip is right. */

#include "rig/shows.h"

#include <gst/base/gstaggregator.h>
#include <string.h>

static const struct
{
  const gchar *name;
  const gchar *value;
  const gchar *interlace_mode;
  guint n;                      /* copied on arrival, of 40 strips */
} settings[] = {
  {"copy-on-arrival", "true", "progressive", 39 * SHOW_PADS},
  {"copy-on-arrival", "true", "interleaved", 39 * SHOW_PADS},
  {"copy-on-arrival", "false", "progressive", 0},
  {"nt-stores", "always", "progressive", 39 * SHOW_PADS},
  {"nt-stores", "never", "progressive", 39 * SHOW_PADS},
  {"strips", "8", "progressive", 39 * SHOW_PADS},
  /* One frame gets no strip, and then the pool makes another one. */
  {"strips", "1", "progressive", 39 * SHOW_PADS - 1},
};

GST_START_TEST (in_step)
{
  Show s;

  show_init (&s, settings[__i__].interlace_mode);
  test_rig_set (s.rig, settings[__i__].name, settings[__i__].value);
  show_run (&s, 40);
  fail_unless_equals_int (show_count (&s), settings[__i__].n);
  test_expect_stat (s.rig, "tiles-copied", 40 * SHOW_PADS);
  test_expect_stat (s.rig, "strip-rebuilds", 0);
  show_end (&s);
}

GST_END_TEST;

/* ---- Frames of every kind ---- */

/* Counts memories that upstream has back. */
static void
note_gone (gpointer n_gone, GstMiniObject * object)
{
  g_atomic_int_inc ((gint *) n_gone);
}

static void
watch (gpointer object, gint * n_gone)
{
  gst_mini_object_weak_ref (object, note_gone, n_gone);
}

/* Frames of pad 0. The test keeps the objects in @held until the end. */
typedef GstBuffer *(*MakeFrame) (guint32 seed, GPtrArray * held);

static GstBuffer *
make_tight (guint32 seed, GPtrArray * held)
{
  return test_frame_new (GST_VIDEO_FORMAT_RGBA, 5, 9, 0, 0, seed);
}

static GstBuffer *
make_padded (guint32 seed, GPtrArray * held)
{
  return test_frame_new (GST_VIDEO_FORMAT_RGBA, 5, 9, 61, 19, seed);
}

static GstBuffer *
make_upside_down (guint32 seed, GPtrArray * held)
{
  return test_frame_new_upside_down (GST_VIDEO_FORMAT_RGBA, 5, 9, 24, seed);
}

static GstBuffer *
make_split (guint32 seed, GPtrArray * held)
{
  return test_frame_split (make_padded (seed, held), 100);
}

/* Its memory is its own, whatever its parent is. */
static GstBuffer *
make_with_parent (guint32 seed, GPtrArray * held)
{
  GstBuffer *frame = make_tight (seed, held);
  GstBuffer *parent = gst_buffer_new ();

  gst_buffer_add_parent_buffer_meta (frame, parent);
  gst_buffer_unref (parent);

  return frame;
}

static GstBuffer *
make_held (guint32 seed, GPtrArray * held)
{
  GstBuffer *frame = make_tight (seed, held);

  g_ptr_array_add (held, gst_buffer_ref (frame));

  return frame;
}

static GstBuffer *
make_wrapped (guint32 seed, GPtrArray * held)
{
  GstBuffer *inner = make_tight (seed, held);
  GstBuffer *frame = gst_buffer_copy (inner);

  gst_buffer_add_parent_buffer_meta (frame, inner);
  gst_buffer_unref (inner);

  return frame;
}

static const struct
{
  MakeFrame make;
  gboolean arrives;
} kinds[] = {
  {make_tight, TRUE},
  {make_padded, TRUE},
  {make_upside_down, TRUE},
  {make_split, TRUE},
  {make_with_parent, TRUE},
  {make_held, FALSE},
  {make_wrapped, FALSE},
};

/* Upstream has the frame back when the push returns; a frame that upstream
 * still holds stays as it is. */
GST_START_TEST (kinds_of_frames)
{
  GPtrArray *held = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_buffer_unref);
  const gboolean arrives = kinds[__i__].arrives;
  gint n_gone = 0;
  guint i;
  Show s;

  show_begin (&s);
  for (i = 0; i < 10; i++) {
    GstBuffer *frame = kinds[__i__].make (500 + i, held);
    const guint n_memories = gst_buffer_n_memory (frame);
    const gint n_before = n_gone;
    guint k;

    for (k = 0; k < n_memories; k++)
      watch (gst_buffer_peek_memory (frame, k), &n_gone);
    show_push (&s, 0, frame, 500 + i);
    fail_unless_equals_int (g_atomic_int_get (&n_gone) - n_before,
        arrives ? n_memories : 0);
    show_push_rest (&s, 1);
    show_expect (&s);
    fail_unless_equals_int (show_count (&s), arrives ? 3 : 2);
  }
  show_check_all_arrive (&s);
  g_ptr_array_unref (held);
  show_end (&s);
}

GST_END_TEST;

/* ---- Before the strip is made ---- */

/* Pad 0 gets frames and no other pad does. */
typedef struct
{
  Show s;
  gint n;
  gint n_pushed;                /* atomic, as the other one */
  gint n_gone;
} Ahead;

static const struct
{
  gint frames_ahead;            /* the element's property */
  gint n;                       /* frames that upstream pushes */
  gint n_pushed;                /* pushes that return before the strip */
  gint n_gone;                  /* frames whose memory upstream has back */
} aheads[] = {
  {1, 2, 1, 2},
  {8, 3, 3, 3},
  {8, 6, 6, 3},
};

static gpointer
push_ahead (gpointer data)
{
  Ahead *p = data;
  gint k;

  for (k = 0; k < p->n; k++) {
    GstBuffer *frame = show_new_frame (&p->s, 0, 700 + k);

    watch (gst_buffer_peek_memory (frame, 0), &p->n_gone);
    show_push_timed (&p->s, 0, frame, p->s.rig->n_sent + k, 1);
    g_atomic_int_inc (&p->n_pushed);
  }

  return NULL;
}

/* Upstream has the memory back even if its push waits; but not the memory of
 * frames whose strip is too far ahead. */
GST_START_TEST (ahead)
{
  Ahead p = {.n = aheads[__i__].n };
  GThread *thread;
  gint k;

  show_init (&p.s, "progressive");
  g_object_set (p.s.rig->element, "frames-ahead", aheads[__i__].frames_ahead,
      "strips", 8, NULL);
  show_run (&p.s, 1);
  show_check_all_arrive (&p.s);
  thread = g_thread_new ("ahead", push_ahead, &p);
  test_wait_until (g_atomic_int_get (&p.n_gone) >= aheads[__i__].n_gone
      && g_atomic_int_get (&p.n_pushed) >= aheads[__i__].n_pushed);
  fail_unless_equals_int (g_atomic_int_get (&p.n_pushed),
      aheads[__i__].n_pushed);
  fail_unless_equals_int (g_atomic_int_get (&p.n_gone), aheads[__i__].n_gone);
  for (k = 0; k < aheads[__i__].n; k++) {
    p.s.tiles[0].seed = 700 + k;
    show_push_rest (&p.s, 1);
    show_expect (&p.s);
  }
  g_thread_join (thread);
  fail_unless_equals_int (show_count (&p.s), 2 * aheads[__i__].n
      + aheads[__i__].n_gone);
  show_check_all_arrive (&p.s);
  show_end (&p.s);
}

GST_END_TEST;

/* ---- A pad that has no tile yet ---- */

typedef struct
{
  GstElement *element;
  GstPad *pad;                  /* atomic */
} Joining;

static GstPadProbeReturn
add_pad (GstPad * pad, GstPadProbeInfo * info, gpointer data)
{
  Joining *joining = data;

  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) != GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_OK;
  g_atomic_pointer_set (&joining->pad,
      gst_element_request_pad_simple (joining->element, "sink_%u"));

  return GST_PAD_PROBE_REMOVE;
}

/* A pad joins when the layout is made, and the element asks downstream for
 * memory before it tells each pad where its frames go. */
GST_START_TEST (pad_joins_meanwhile)
{
  Joining joining = { NULL, };
  Show s;

  show_init (&s, "progressive");
  joining.element = s.rig->element;
  gst_pad_add_probe (s.rig->out->sinkpad, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM,
      add_pad, &joining, NULL);
  show_push_rest (&s, 0);
  test_wait_until (g_atomic_pointer_get (&joining.pad) != NULL);
  gst_element_release_request_pad (joining.element, joining.pad);
  gst_object_unref (joining.pad);
  show_expect (&s);
  show_run (&s, 2);
  show_check_all_arrive (&s);
  show_end (&s);
}

GST_END_TEST;

/* ---- The buffer that the base class gets ---- */

/* Of all pads, for as long as the test likes. */
static void
take_samples (GstAggregator * agg, GstSegment * segment, guint64 pts,
    guint64 dts, guint64 duration, GstStructure * info, GQueue * samples)
{
  GList *l;

  for (l = GST_ELEMENT (agg)->sinkpads; l; l = l->next)
    g_queue_push_tail (samples, gst_aggregator_peek_next_sample (agg, l->data));
}

static void
watch_samples (Show * s, GQueue * samples)
{
  g_object_set (s->rig->element, "emit-signals", TRUE, NULL);
  g_signal_connect (s->rig->element, "samples-selected",
      G_CALLBACK (take_samples), samples);
}

static void
check_stand_in (GstBuffer * buffer, GstClockTime pts)
{
  GstVideoRegionOfInterestMeta *region =
      gst_buffer_get_video_region_of_interest_meta_id (buffer, 9);
  GstReferenceTimestampMeta *reference =
      gst_buffer_get_reference_timestamp_meta (buffer, NULL);
  GstCustomMeta *custom = gst_buffer_get_custom_meta (buffer, "ntm-test");
  GstVideoMeta *video = gst_buffer_get_video_meta (buffer);
  gint number;

  fail_unless_equals_uint64 (GST_BUFFER_PTS (buffer), pts);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (buffer), 11);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (buffer), TEST_FRAME_TIME);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (buffer), 12);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (buffer), 13);
  fail_unless (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_CORRUPTED
          | GST_VIDEO_BUFFER_FLAG_MARKER));
  fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  fail_unless (region && region->x == 1 && region->h == 4);
  fail_unless (reference && reference->timestamp == 14);
  fail_unless (custom && gst_structure_get_int (gst_custom_meta_get_structure
          (custom), "number", &number) && number == 15);
  fail_unless (gst_buffer_get_parent_buffer_meta (buffer) == NULL);
  fail_unless_equals_int (gst_buffer_get_n_meta (buffer,
          GST_VIDEO_META_API_TYPE), 1);
  fail_unless_equals_int (video->stride[0], SHOW_WIDTH * 4);
  fail_unless_equals_uint64 (video->offset[0], 0);
}

/* The buffer has all metadata that is still true. */
GST_START_TEST (stand_in)
{
  static const gchar *tags[] = { NULL };
  GstCaps *reference = gst_caps_new_empty_simple ("timestamp/x-test");
  GstBuffer *parent = gst_buffer_new ();
  GQueue samples = G_QUEUE_INIT;
  gint n_gone = 0;
  GstBuffer *frame;
  GstClockTime pts;
  Show s;

  gst_meta_register_custom ("ntm-test", tags, NULL, NULL, NULL);
  show_begin (&s);
  watch_samples (&s, &samples);
  frame = make_padded (800, NULL);
  GST_BUFFER_DTS (frame) = 11;
  GST_BUFFER_OFFSET (frame) = 12;
  GST_BUFFER_OFFSET_END (frame) = 13;
  GST_BUFFER_FLAG_SET (frame, GST_BUFFER_FLAG_CORRUPTED
      | GST_VIDEO_BUFFER_FLAG_MARKER);
  gst_buffer_add_video_region_of_interest_meta (frame, "face", 1, 2, 3, 4)->id =
      9;
  gst_buffer_add_reference_timestamp_meta (frame, reference, 14,
      GST_CLOCK_TIME_NONE);
  gst_structure_set (gst_custom_meta_get_structure (gst_buffer_add_custom_meta
          (frame, "ntm-test")), "number", G_TYPE_INT, 15, NULL);
  gst_buffer_add_parent_buffer_meta (frame, parent);
  watch (parent, &n_gone);
  gst_buffer_unref (parent);

  pts = s.rig->n_sent * TEST_FRAME_TIME;
  show_push (&s, 0, frame, 800);
  fail_unless_equals_int (n_gone, 1);
  show_push_rest (&s, 1);
  show_expect (&s);
  fail_unless_equals_int (samples.length, SHOW_PADS);
  check_stand_in (gst_sample_get_buffer (samples.head->data), pts);
  g_queue_clear_full (&samples, (GDestroyNotify) gst_sample_unref);
  gst_caps_unref (reference);
  show_end (&s);
}

GST_END_TEST;

static void
assert_frame (GstSample * sample, guint32 seed)
{
  GstCaps *caps = gst_sample_get_caps (sample);
  GstVideoInfo info;
  TestTile tile;

  fail_unless (gst_video_info_from_caps (&info, caps));
  tile = (TestTile) { info.width, info.height, seed };
  test_assert_strip (gst_sample_get_buffer (sample), caps, &(TestStrip) { &tile,
        1, tile.height, "top", 0 });
}

/* The application keeps samples of all pads while other strips are made, and
 * writes to copies of them. Their seeds are one after the other. */
GST_START_TEST (samples_are_held)
{
  GQueue samples = G_QUEUE_INIT;
  guint32 seed;
  guint i;
  Show s;

  show_begin (&s);
  watch_samples (&s, &samples);
  seed = s.last_seed + 1;
  for (i = 0; i < 40; i++) {
    GList *l;
    guint k = 0;

    show_run (&s, 1);
    for (l = samples.head; l; l = l->next, k++) {
      GstBuffer *copy = gst_buffer_copy (gst_sample_get_buffer (l->data));
      GstMapInfo map;

      assert_frame (l->data, seed + k);
      fail_unless (gst_buffer_map (copy, &map, GST_MAP_READWRITE));
      memset (map.data, 0x77, map.size);
      gst_buffer_unmap (copy, &map);
      gst_buffer_unref (copy);
    }
    for (; samples.length > i % 4 * SHOW_PADS; seed++)
      gst_sample_unref (g_queue_pop_head (&samples));
  }
  g_object_set (s.rig->element, "emit-signals", FALSE, NULL);
  g_queue_clear_full (&samples, (GDestroyNotify) gst_sample_unref);
  show_run (&s, SHOW_MAX_PAUSE);
  show_check_all_arrive (&s);
  show_end (&s);
}

GST_END_TEST;

TEST_CASES (arrival)
{
  tcase_add_loop_test (tc, in_step, 0, G_N_ELEMENTS (settings));
  tcase_add_loop_test (tc, kinds_of_frames, 0, G_N_ELEMENTS (kinds));
  tcase_add_loop_test (tc, ahead, 0, G_N_ELEMENTS (aheads));
  tcase_add_test (tc, pad_joins_meanwhile);
  tcase_add_test (tc, stand_in);
  tcase_add_test (tc, samples_are_held);
}
