/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A source that pushes into one pad never waits for the copy of another pad's
 * frame, nor does a query to the element. Upstream's code that gets a frame
 * back may do both. */

#include "rig/rig.h"

#define ROW_BYTES (TEST_TILE_WIDTH * 4)

/* Memory that can't be mapped until the test says so. */
typedef struct
{
  GstMemory memory;
  GMutex lock;
  GCond cond;
  gboolean mapping;
  GThread *mapper;              /* set before @mapping */
  gboolean released;
  guint8 bytes[ROW_BYTES * TEST_TILE_HEIGHT];
} SlowMemory;

typedef GstAllocator SlowAllocator;
typedef GstAllocatorClass SlowAllocatorClass;

static GType slow_allocator_get_type (void);
G_DEFINE_TYPE (SlowAllocator, slow_allocator, GST_TYPE_ALLOCATOR);

static gpointer
slow_memory_map (GstMemory * memory, gsize maxsize, GstMapFlags flags)
{
  SlowMemory *self = (SlowMemory *) memory;

  g_mutex_lock (&self->lock);
  self->mapper = g_thread_self ();
  self->mapping = TRUE;
  g_cond_broadcast (&self->cond);
  while (!self->released)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);

  return self->bytes;
}

static void
slow_memory_unmap (GstMemory * memory)
{
}

static void
slow_memory_free (GstAllocator * allocator, GstMemory * memory)
{
  SlowMemory *self = (SlowMemory *) memory;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  g_free (self);
}

static void
slow_allocator_class_init (SlowAllocatorClass * klass)
{
  klass->free = slow_memory_free;
}

static void
slow_allocator_init (SlowAllocator * self)
{
  self->mem_type = "SlowMemory";
  self->mem_map = slow_memory_map;
  self->mem_unmap = slow_memory_unmap;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static SlowMemory *
slow_memory_new (guint32 seed)
{
  GstAllocator *allocator =
      gst_object_ref_sink (g_object_new (slow_allocator_get_type (), NULL));
  SlowMemory *self = g_new0 (SlowMemory, 1);
  guint i;

  gst_memory_init (GST_MEMORY_CAST (self), GST_MEMORY_FLAG_NO_SHARE, allocator,
      NULL, sizeof (self->bytes), 0, 0, sizeof (self->bytes));
  gst_object_unref (allocator);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  for (i = 0; i < sizeof (self->bytes); i++)
    self->bytes[i] = test_byte (seed, i / ROW_BYTES, i % ROW_BYTES);

  return self;
}

static void
wait_until_mapping (SlowMemory * self)
{
  g_mutex_lock (&self->lock);
  while (!self->mapping)
    g_cond_wait (&self->cond, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
release (SlowMemory * self)
{
  g_mutex_lock (&self->lock);
  self->released = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static GstBuffer *
slow_frame_new (SlowMemory * memory, guint n)
{
  GstBuffer *frame = gst_buffer_new ();

  gst_buffer_append_memory (frame, GST_MEMORY_CAST (memory));
  GST_BUFFER_PTS (frame) = n * TEST_STEP;
  GST_BUFFER_DURATION (frame) = TEST_STEP;

  return frame;
}

static void
ask_all_and_everything (TestRig * rig)
{
  GstPad *src = gst_element_get_static_pad (rig->element, "src");
  GstPad *sink = gst_element_get_static_pad (rig->element, "sink_0");
  GstQuery *latency = gst_query_new_latency ();
  GstStructure *stats;
  gboolean repeat;
  gint64 position;

  fail_unless (gst_pad_query (src, latency));
  fail_unless (gst_pad_query_position (src, GST_FORMAT_TIME, &position));
  gst_caps_unref (gst_pad_query_caps (sink, NULL));
  gst_caps_unref (gst_pad_query_caps (src, NULL));
  g_object_get (sink, "repeat-after-eos", &repeat, NULL);
  g_object_set (sink, "repeat-after-eos", !repeat, NULL);
  g_object_set (rig->element, "background-color", 0xff000000, NULL);
  g_object_get (rig->element, "stats", &stats, NULL);
  gst_structure_free (stats);
  gst_pad_send_event (src, gst_event_new_qos (GST_QOS_TYPE_OVERFLOW, 1.0, 0,
          0));
  gst_query_unref (latency);
  gst_object_unref (sink);
  gst_object_unref (src);
}

typedef struct
{
  GstHarness *input;
  GstBuffer *frame;
} Push;

static gpointer
push_slow_frame (gpointer data)
{
  Push *push = data;

  test_input_push (push->input, push->frame);

  return NULL;
}

/* With a lock held, this would hang. The streaming thread maps the frame (0),
 * or upstream's thread copies it on arrival, because the element has seen that
 * downstream only reads (1). */
GST_START_TEST (no_lock_is_held_while_copying)
{
  TestRig *rig = test_rig_new_small (2);
  SlowMemory *memory = slow_memory_new (200);
  const guint n = __i__;
  GstHarness *third;
  GThread *thread;
  Push slow;

  if (n > 0) {
    test_rig_push (rig, 0, 1, 0);
    test_rig_push (rig, 1, 2, 0);
    test_rig_expect_small (rig, 2, 1, 2);
  }
  test_rig_push (rig, 0, 100, n);
  slow = (Push) { test_rig_input (rig, 1), slow_frame_new (memory, n) };
  thread = g_thread_new ("slow", push_slow_frame, &slow);
  wait_until_mapping (memory);
  fail_unless_equals_int (memory->mapper == thread, n);

  ask_all_and_everything (rig);
  if (n == 0) {
    test_rig_push (rig, 0, 101, 1);
    test_rig_push (rig, 1, 201, 1);
    ask_all_and_everything (rig);
  }
  third = test_rig_add (rig, "sink_%u");
  if (n > 0)
    test_rig_remove (rig, third);

  release (memory);
  g_thread_join (thread);
  test_rig_expect_small (rig, 2, 100, 200);
  if (n == 0) {
    test_rig_remove (rig, third);
  } else {
    test_rig_push (rig, 0, 101, 2);
    test_rig_push (rig, 1, 201, 2);
  }
  test_rig_expect_small (rig, 2, 101, 201);
  test_rig_free (rig);
}

GST_END_TEST;

static void
flush_second_pad (TestRig * rig)
{
  GstPad *sink = gst_element_get_static_pad (rig->element, "sink_1");

  gst_pad_send_event (sink, gst_event_new_flush_start ());
  gst_pad_send_event (sink, gst_event_new_flush_stop (TRUE));
  gst_object_unref (sink);
}

/* A strip of stills has the time of its frames. Upstream flushes a pad, which
 * takes its segment away, after the element has chosen its frame. */
GST_START_TEST (still_is_flushed_while_it_is_mapped)
{
  TestRig *rig = test_rig_new (2);
  SlowMemory *memory = slow_memory_new (200);
  GstBuffer *still = slow_frame_new (memory, 1);
  const TestTile tiles[] = {
    {TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 100},
    {TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 200},
  };
  const TestStrip expected = { tiles, 2, TEST_TILE_HEIGHT, "top", BLACK };
  GstBuffer *strip;
  GstCaps *caps;
  guint i;

  for (i = 0; i < 2; i++)
    test_input_set_caps_full (test_rig_input (rig, i), "RGBA", TEST_TILE_WIDTH,
        TEST_TILE_HEIGHT, 0, 1);
  test_rig_push (rig, 0, 100, 0);
  test_input_push (test_rig_input (rig, 1), still);
  wait_until_mapping (memory);
  flush_second_pad (rig);
  release (memory);

  strip = test_rig_pull (rig, &caps);
  test_assert_strip (strip, caps, &expected);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (strip), 0);
  gst_buffer_unref (strip);
  gst_caps_unref (caps);
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- Upstream's memory comes back ---- */

typedef struct
{
  TestRig *rig;
  void (*act) (TestRig * rig);
  gint done;                    /* atomic */
  guint8 bytes[ROW_BYTES * TEST_TILE_HEIGHT];
} Lent;

static void
take_back (gpointer data)
{
  Lent *lent = data;

  lent->act (lent->rig);
  g_atomic_int_set (&lent->done, TRUE);
}

/* Pushes a frame. Dropping its last reference does what @lent says. */
static void
push_lent (Lent * lent, guint input, guint32 seed, guint n)
{
  GstBuffer *frame = gst_buffer_new_wrapped_full (GST_MEMORY_FLAG_READONLY,
      lent->bytes, sizeof (lent->bytes), 0, sizeof (lent->bytes), lent,
      take_back);
  guint i;

  for (i = 0; i < sizeof (lent->bytes); i++)
    lent->bytes[i] = test_byte (seed, i / ROW_BYTES, i % ROW_BYTES);
  GST_BUFFER_PTS (frame) = n * TEST_STEP;
  GST_BUFFER_DURATION (frame) = TEST_STEP;
  test_input_push (test_rig_input (lent->rig, input), frame);
}

static TestRig *
rig_without_arrivals (void)
{
  TestRig *rig = test_rig_new_small (2);

  g_object_set (rig->element, "copy-on-arrival", FALSE, NULL);

  return rig;
}

/* With the lock of the pad's frame held, this would hang. */
GST_START_TEST (no_lock_is_held_when_another_frame_is_shown)
{
  TestRig *rig = rig_without_arrivals ();
  Lent lent = {.rig = rig,.act = flush_second_pad };

  push_lent (&lent, 1, 200, 0);
  test_rig_push (rig, 0, 100, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_rig_push (rig, 1, 201, 1);
  test_rig_push (rig, 0, 101, 1);
  test_rig_expect_small (rig, 2, 101, 201);
  test_wait_until (g_atomic_int_get (&lent.done));
  test_rig_free (rig);
}

GST_END_TEST;

/* No strip shows a frame of caps that the element refused. With the element's
 * object lock held, this would hang. */
GST_START_TEST (no_lock_is_held_when_a_frame_is_not_wanted)
{
  TestRig *rig = rig_without_arrivals ();
  Lent lent = {.rig = rig,.act = ask_all_and_everything };
  const TestTile tiles[] = {
    {TEST_TILE_WIDTH, TEST_TILE_HEIGHT, 101}, {TEST_TILE_WIDTH, 0, 0},
  };
  const TestStrip strip = { tiles, 2, TEST_TILE_HEIGHT, "top", BLACK };

  test_rig_push (rig, 0, 100, 0);
  test_rig_push (rig, 1, 200, 0);
  test_rig_expect_small (rig, 2, 100, 200);
  test_input_set_caps (test_rig_input (rig, 1), "RGBA", 60000, 60000);
  push_lent (&lent, 1, 201, 1);
  test_rig_push (rig, 0, 101, 1);
  test_rig_expect (rig, &strip);
  test_rig_expect_warning (rig, "sink_1", "60000");
  test_wait_until (g_atomic_int_get (&lent.done));
  test_rig_free (rig);
}

GST_END_TEST;

/* ---- The stop ---- */

#define N_FLUSHED_PADS 50
#define N_STOPS 100

typedef struct
{
  GstElement *element;
  gint stopped;                 /* atomic */
} Flusher;

/* Drops the pads' frames, as the streaming thread does at the end: a flush that
 * comes during a stop can start that thread once more. */
static gpointer
flush_until_stopped (gpointer data)
{
  Flusher *flusher = data;
  GstAggregatorPad *pad =
      GST_AGGREGATOR_PAD (gst_element_get_static_pad (flusher->element,
          "sink_0"));

  while (!g_atomic_int_get (&flusher->stopped))
    GST_AGGREGATOR_PAD_GET_CLASS (pad)->flush (pad,
        GST_AGGREGATOR (flusher->element));
  gst_object_unref (pad);

  return NULL;
}

/* The base class takes the element's object lock in a flush, with the lock of
 * the pad's frame held. If the stop takes the same two in the other order, this
 * hangs. */
GST_START_TEST (no_lock_of_a_frame_is_wanted_with_the_object_lock)
{
  GstElement *element = gst_element_factory_make ("ntmosaic", NULL);
  Flusher flusher = {.element = element };
  GThread *thread;
  guint i;

  for (i = 0; i < N_FLUSHED_PADS; i++)
    gst_object_unref (gst_element_request_pad_simple (element, "sink_%u"));
  thread = g_thread_new ("flusher", flush_until_stopped, &flusher);
  for (i = 0; i < N_STOPS; i++) {
    gst_element_set_state (element, GST_STATE_PAUSED);
    gst_element_set_state (element, GST_STATE_READY);
  }
  g_atomic_int_set (&flusher.stopped, TRUE);
  g_thread_join (thread);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}

GST_END_TEST;

TEST_CASES (locks)
{
  tcase_add_loop_test (tc, no_lock_is_held_while_copying, 0, 2);
  tcase_add_test (tc, still_is_flushed_while_it_is_mapped);
  tcase_add_test (tc, no_lock_is_held_when_another_frame_is_shown);
  tcase_add_test (tc, no_lock_is_held_when_a_frame_is_not_wanted);
  tcase_add_test (tc, no_lock_of_a_frame_is_wanted_with_the_object_lock);
}
