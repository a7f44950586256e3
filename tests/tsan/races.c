/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Does ThreadSanitizer report a race and a cycle of locks, and only these?
 * "races race" and "races cycle" have one, and fail. "races KIND" has two
 * threads that GLib or GStreamer puts in order, or locks that are no matter of
 * ours, and succeeds: each of the threads counts in the same plain number. */

#include <gst/gst.h>
#include <string.h>

#define N_TIMES 1000

static gint number;

static gpointer
count (gpointer unused)
{
  for (guint i = 0; i < N_TIMES; i++)
    number++;

  return NULL;
}

/* Two threads at once. */
static void
run_twice (GThreadFunc func)
{
  GThread *thread = g_thread_new ("other", func, NULL);

  func (NULL);
  g_thread_join (thread);
}

#define DEFINE_COUNT(name, Lock, lock, unlock) \
  static gpointer \
  name (gpointer unused) \
  { \
    static Lock protection; \
\
    for (guint i = 0; i < N_TIMES; i++) { \
      lock (&protection); \
      number++; \
      unlock (&protection); \
    } \
    return NULL; \
  }

/* *INDENT-OFF* */
DEFINE_COUNT (with_mutex, GMutex, g_mutex_lock, g_mutex_unlock)
DEFINE_COUNT (with_rec_mutex, GRecMutex, g_rec_mutex_lock, g_rec_mutex_unlock)
DEFINE_COUNT (with_rw_lock, GRWLock, g_rw_lock_writer_lock,
    g_rw_lock_writer_unlock)
/* *INDENT-ON* */

static void
run_mutex (void)
{
  run_twice (with_mutex);
}

static void
run_rec_mutex (void)
{
  run_twice (with_rec_mutex);
}

static void
run_rw_lock (void)
{
  run_twice (with_rw_lock);
}

/* The threads take turns. */
static gpointer
with_cond (gpointer first)
{
  static GMutex mutex;
  static GCond cond;

  g_mutex_lock (&mutex);
  for (guint i = 0; i < N_TIMES; i++) {
    while (number % 2 != (first != NULL))
      g_cond_wait (&cond, &mutex);
    number++;
    g_cond_signal (&cond);
  }
  g_mutex_unlock (&mutex);

  return NULL;
}

static void
run_cond (void)
{
  GThread *thread = g_thread_new ("other", with_cond, &number);

  with_cond (NULL);
  g_thread_join (thread);
}

static gpointer
with_once (gpointer unused)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    number++;
    g_once_init_leave (&once, 1);
  }

  return GINT_TO_POINTER (number);
}

static void
run_once (void)
{
  run_twice (with_once);
}

static gpointer
count_and_push (gpointer queue)
{
  count (NULL);
  g_async_queue_push (queue, &number);

  return NULL;
}

static void
run_queue (void)
{
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *thread = g_thread_new ("other", count_and_push, queue);

  g_async_queue_pop (queue);
  count (NULL);
  g_thread_join (thread);
  g_async_queue_unref (queue);
}

/* The last owner of a buffer reads what another one wrote. */
static gpointer
write_and_unref (gpointer buffer)
{
  number++;
  gst_buffer_unref (buffer);

  return NULL;
}

static void
run_buffer (void)
{
  GstBuffer *buffer = gst_buffer_new ();
  GThread *thread =
      g_thread_new ("other", write_and_unref, gst_buffer_ref (buffer));

  while (!gst_buffer_is_writable (buffer))
    g_thread_yield ();
  number++;
  gst_buffer_unref (buffer);
  g_thread_join (thread);
}

/* The thread that posts an error lets go of it while another one has it. */
static gpointer
post_errors (gpointer element)
{
  for (guint i = 0; i < N_TIMES; i++)
    GST_ELEMENT_ERROR (element, STREAM, FAILED, ("no"), ("number %u", i));

  return NULL;
}

static void
run_message (void)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *element = gst_pipeline_new (NULL);
  GstBus *bus = gst_element_get_bus (pipeline);
  GThread *thread;

  gst_bin_add (GST_BIN (pipeline), element);
  thread = g_thread_new ("other", post_errors, element);
  for (guint i = 0; i < N_TIMES; i++) {
    GstMessage *message = gst_bus_timed_pop (bus, GST_CLOCK_TIME_NONE);
    GError *error;
    gchar *debug;

    gst_message_parse_error (message, &error, &debug);
    g_error_free (error);
    g_free (debug);
    gst_message_unref (message);
  }
  g_thread_join (thread);
  gst_object_unref (bus);
  gst_object_unref (pipeline);
}

/* A memory that counts when it is mapped and when it is freed. */
static GstMemory *
memory_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * unused)
{
  GstMemory *memory = g_new0 (GstMemory, 1);

  gst_memory_init (memory, 0, allocator, NULL, size, 0, 0, size);

  return memory;
}

static gpointer
memory_map (GstMemory * memory, GstMapInfo * info, gsize size)
{
  number++;

  return memory;
}

static void
memory_unmap (GstMemory * memory, GstMapInfo * info)
{
}

static void
memory_free (GstAllocator * allocator, GstMemory * memory)
{
  number++;
  g_free (memory);
}

typedef GstAllocator Counter;
typedef GstAllocatorClass CounterClass;

GType counter_get_type (void);

G_DEFINE_TYPE (Counter, counter, GST_TYPE_ALLOCATOR);

static void
counter_class_init (CounterClass * klass)
{
  klass->alloc = memory_alloc;
  klass->free = memory_free;
}

static void
counter_init (Counter * self)
{
  self->mem_type = "Counter";
  self->mem_map_full = memory_map;
  self->mem_unmap_full = memory_unmap;
}

static gpointer
map_and_unref (gpointer buffer)
{
  GstMapInfo info;

  gst_buffer_map (buffer, &info, GST_MAP_READ);
  gst_buffer_unmap (buffer, &info);
  gst_buffer_unref (buffer);

  return NULL;
}

/* Two buffers with one memory: the last one frees it. */
static void
run_memory (void)
{
  GstAllocator *allocator = g_object_new (counter_get_type (), NULL);
  GstMemory *memory = gst_allocator_alloc (allocator, 1, NULL);
  GstBuffer *buffer = gst_buffer_new ();
  GstBuffer *other = gst_buffer_new ();
  GThread *thread;

  gst_buffer_append_memory (buffer, gst_memory_ref (memory));
  gst_buffer_append_memory (other, memory);
  thread = g_thread_new ("other", map_and_unref, other);
  while (GST_MINI_OBJECT_REFCOUNT_VALUE (memory) > 1)
    g_thread_yield ();
  gst_buffer_unref (buffer);
  g_thread_join (thread);
  gst_object_unref (allocator);
}

/* More locks than ThreadSanitizer bears in one thread; unlocked in the order in
 * which they were taken. */
static gpointer
with_locks (gpointer unused)
{
  static GMutex locks[100];

  for (guint i = 0; i < N_TIMES; i++) {
    for (guint k = 0; k < G_N_ELEMENTS (locks); k++)
      g_mutex_lock (&locks[k]);
    for (guint k = 0; k + 1 < G_N_ELEMENTS (locks); k++)
      g_mutex_unlock (&locks[k]);
    number++;
    g_mutex_unlock (&locks[G_N_ELEMENTS (locks) - 1]);
  }

  return NULL;
}

static void
run_locks (void)
{
  run_twice (with_locks);
}

/* A state lock before a pad's lock, and after it: GStreamer does both. */
static void
run_state (void)
{
  GstElement *element = gst_pipeline_new (NULL);
  GstPad *pad = gst_pad_new (NULL, GST_PAD_SRC);

  for (guint i = 0; i < 2; i++) {
    GST_STATE_LOCK (element);
    GST_PAD_STREAM_LOCK (pad);
    GST_PAD_STREAM_UNLOCK (pad);
    GST_STATE_UNLOCK (element);

    GST_PAD_STREAM_LOCK (pad);
    GST_STATE_LOCK (element);
    GST_STATE_UNLOCK (element);
    GST_PAD_STREAM_UNLOCK (pad);
  }
  gst_object_unref (pad);
  gst_object_unref (element);
}

/* A lock before a pad's lock, and after it. */
static void
run_cycle (void)
{
  GstPad *pad = gst_pad_new (NULL, GST_PAD_SRC);
  static GMutex mutex;

  g_mutex_lock (&mutex);
  GST_PAD_STREAM_LOCK (pad);
  GST_PAD_STREAM_UNLOCK (pad);
  g_mutex_unlock (&mutex);

  GST_PAD_STREAM_LOCK (pad);
  g_mutex_lock (&mutex);
  g_mutex_unlock (&mutex);
  GST_PAD_STREAM_UNLOCK (pad);
  gst_object_unref (pad);
}

/* No edge: without a report, ThreadSanitizer does not work. */
static void
run_race (void)
{
  run_twice (count);
}

static const struct
{
  const gchar *name;
  void (*run) (void);
} kinds[] = {
  {"race", run_race},
  {"cycle", run_cycle},
  {"mutex", run_mutex},
  {"rec-mutex", run_rec_mutex},
  {"rw-lock", run_rw_lock},
  {"cond", run_cond},
  {"once", run_once},
  {"queue", run_queue},
  {"buffer", run_buffer},
  {"message", run_message},
  {"memory", run_memory},
  {"locks", run_locks},
  {"state", run_state},
};

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (argc == 2 && strcmp (argv[1], kinds[i].name) == 0) {
      kinds[i].run ();
      return 0;
    }
  g_printerr ("usage: races KIND\n");

  return 1;
}
