/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* ThreadSanitizer sees the locks of pthreads, and atomic operations in code
 * that was compiled for it. GLib's locks are futexes of its own, in a library
 * that was not. This library stands before GLib (LD_PRELOAD), does what GLib
 * does, and tells ThreadSanitizer which lock was taken and released.
 *
 * It tells it also what else orders two threads in GLib and GStreamer: once,
 * asynchronous queues, pools of threads, messages; objects.c has the objects.
 *
 * What GLib does inside, it does without this library: calls within GLib don't
 * go through the linker's table. */

#include "annotations.h"

#include <gst/gst.h>
#include <sanitizer/tsan_interface.h>

/* A program without ThreadSanitizer, such as a shell, has none of these. */
#pragma weak __tsan_mutex_create
#pragma weak __tsan_mutex_destroy
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock

/* ---- Locks ---- */

#define TRY __tsan_mutex_try_lock
#define FAILED __tsan_mutex_try_lock_failed

/* ThreadSanitizer ends the process if a thread holds more than 64 locks, and
 * the base class of the mosaic takes the locks of all pads at once. It hears of
 * MOST_LOCKS in each thread, which leaves room for locks of pthreads. Of more
 * locks it hears only what they put in order, and finds no cycle of them. */
#define MOST_LOCKS 48
#define MOST_UNTOLD 2048

static __thread struct
{
  guint n_told;
  guint n_untold;
  void *untold[MOST_UNTOLD];
} held;

/* Many locks are zeroed memory, and never initialized: the first use counts as
 * the creation. */
static void
before_lock (void *lock, unsigned flags)
{
  if (held.n_told < MOST_LOCKS && __tsan_mutex_pre_lock != NULL)
    __tsan_mutex_pre_lock (lock, flags);
}

static void
after_lock (void *lock, unsigned flags)
{
  const gboolean is_told = held.n_told < MOST_LOCKS;

  if (is_told && __tsan_mutex_post_lock != NULL)
    __tsan_mutex_post_lock (lock, flags, 1);
  if ((flags & FAILED) == FAILED)
    return;

  if (is_told) {
    held.n_told++;
  } else if (held.n_untold < MOST_UNTOLD) {
    tsan_acquire (lock);
    held.untold[held.n_untold++] = lock;
  } else {
    g_error ("a thread holds more than %u locks", MOST_LOCKS + MOST_UNTOLD);
  }
}

/* Returns FALSE if ThreadSanitizer wasn't told of the lock. */
static gboolean
before_unlock (void *lock)
{
  for (guint i = held.n_untold; i > 0; i--)
    if (held.untold[i - 1] == lock) {
      tsan_release (lock);
      held.untold[i - 1] = held.untold[--held.n_untold];
      return FALSE;
    }

  held.n_told--;
  if (__tsan_mutex_pre_unlock != NULL)
    __tsan_mutex_pre_unlock (lock, 0);

  return TRUE;
}

static void
after_unlock (void *lock, gboolean is_told)
{
  if (is_told && __tsan_mutex_post_unlock != NULL)
    __tsan_mutex_post_unlock (lock, 0);
}

EXPORT void
g_mutex_lock (GMutex * mutex)
{
  before_lock (mutex, 0);
  REAL (g_mutex_lock) (mutex);
  after_lock (mutex, 0);
}

EXPORT gboolean
g_mutex_trylock (GMutex * mutex)
{
  gboolean locked;

  before_lock (mutex, TRY);
  locked = REAL (g_mutex_trylock) (mutex);
  after_lock (mutex, locked ? TRY : TRY | FAILED);

  return locked;
}

EXPORT void
g_mutex_unlock (GMutex * mutex)
{
  const gboolean is_told = before_unlock (mutex);

  REAL (g_mutex_unlock) (mutex);
  after_unlock (mutex, is_told);
}

EXPORT void
g_mutex_clear (GMutex * mutex)
{
  if (__tsan_mutex_destroy != NULL)
    __tsan_mutex_destroy (mutex, __tsan_mutex_linker_init);
  REAL (g_mutex_clear) (mutex);
}

/* The caller has the lock before and after, and others have it meanwhile. */
EXPORT void
g_cond_wait (GCond * cond, GMutex * mutex)
{
  after_unlock (mutex, before_unlock (mutex));
  REAL (g_cond_wait) (cond, mutex);
  before_lock (mutex, 0);
  after_lock (mutex, 0);
}

EXPORT gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  gboolean signalled;

  after_unlock (mutex, before_unlock (mutex));
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  before_lock (mutex, 0);
  after_lock (mutex, 0);

  return signalled;
}

/* GRecMutex and GRWLock have a lock of pthreads inside, which ThreadSanitizer
 * sees. The first use allocates it; the suppressions name these functions. */

/* Marks the state lock of an element, in a field that GLib doesn't use. */
#define STATE_LOCK 0x57a7e10c

/* GStreamer initializes a state lock while its element is of no subclass yet. A
 * pad has another lock, not taken yet, in the place of that class. */
static gboolean
is_state_lock (GRecMutex * mutex)
{
  const gsize offset = G_STRUCT_OFFSET (GstElement, state_lock);
  const gpointer *klass = (gpointer *) ((gchar *) mutex - offset);

  return *klass != NULL && *klass == g_type_class_peek (GST_TYPE_ELEMENT);
}

EXPORT void
g_rec_mutex_init (GRecMutex * mutex)
{
  REAL (g_rec_mutex_init) (mutex);
  mutex->i[0] = tsan_is_unseen (__builtin_return_address (0))
      && is_state_lock (mutex) ? STATE_LOCK : 0;
}

/* The suppressions name it. */
__attribute__ ((noinline))
static void
lock_state (GRecMutex * mutex)
{
  REAL (g_rec_mutex_lock) (mutex);
  tsan_acquire (mutex);
}

EXPORT void
g_rec_mutex_lock (GRecMutex * mutex)
{
  if (mutex->i[0] == STATE_LOCK) {
    lock_state (mutex);
  } else {
    REAL (g_rec_mutex_lock) (mutex);
    tsan_acquire (mutex);
  }
}

#define DEFINE_LOCK(name, Lock) \
  EXPORT void \
  name (Lock * lock) \
  { \
    REAL (name) (lock); \
    tsan_acquire (lock); \
  }

/* *INDENT-OFF* */
DEFINE_LOCK (g_rw_lock_writer_lock, GRWLock)
DEFINE_LOCK (g_rw_lock_reader_lock, GRWLock)
/* *INDENT-ON* */

/* ---- Once ---- */

/* The callers of GLib's macros read the location first, with an atomic read
 * that ThreadSanitizer sees. */
#undef g_once_init_enter
#undef g_once_init_leave

EXPORT gboolean
g_once_init_enter (volatile void *location)
{
  const gboolean first = REAL (g_once_init_enter) (location);

  tsan_acquire ((void *) location);

  return first;
}

EXPORT void
g_once_init_leave (volatile void *location, gsize result)
{
  tsan_release ((void *) location);
  REAL (g_once_init_leave) (location, result);
}

EXPORT gpointer
g_once_impl (GOnce * once, GThreadFunc func, gpointer arg)
{
  const gpointer result = REAL (g_once_impl) (once, func, arg);

  tsan_release (once);
  tsan_acquire (once);

  return result;
}

/* ---- What passes from thread to thread ---- */

EXPORT void
g_async_queue_push (GAsyncQueue * queue, gpointer data)
{
  tsan_release (queue);
  REAL (g_async_queue_push) (queue, data);
}

EXPORT gpointer
g_async_queue_pop (GAsyncQueue * queue)
{
  const gpointer data = REAL (g_async_queue_pop) (queue);

  tsan_acquire (queue);

  return data;
}

EXPORT gpointer
g_async_queue_try_pop (GAsyncQueue * queue)
{
  const gpointer data = REAL (g_async_queue_try_pop) (queue);

  tsan_acquire (queue);

  return data;
}

EXPORT gpointer
g_async_queue_timeout_pop (GAsyncQueue * queue, guint64 timeout)
{
  const gpointer data = REAL (g_async_queue_timeout_pop) (queue, timeout);

  tsan_acquire (queue);

  return data;
}

/* A thread of a pool begins after the caller that wants it. */
typedef struct
{
  GFunc func;
  gpointer user_data;
} PoolFunction;

static void
run_in_pool (gpointer data, gpointer user_data)
{
  const PoolFunction *function = user_data;

  tsan_acquire (data);
  function->func (data, function->user_data);
}

/* A pool's function is never freed: pools are few. */
EXPORT GThreadPool *
g_thread_pool_new (GFunc func, gpointer user_data, gint max_threads,
    gboolean exclusive, GError ** error)
{
  PoolFunction *function = g_new (PoolFunction, 1);

  *function = (PoolFunction) { func, user_data };

  return REAL (g_thread_pool_new) (run_in_pool, function, max_threads,
      exclusive, error);
}

EXPORT gboolean
g_thread_pool_push (GThreadPool * pool, gpointer data, GError ** error)
{
  tsan_release (data);

  return REAL (g_thread_pool_push) (pool, data, error);
}

/* The bus has a queue without locks. */
EXPORT gboolean
gst_bus_post (GstBus * bus, GstMessage * message)
{
  tsan_release (bus);

  return REAL (gst_bus_post) (bus, message);
}

EXPORT gboolean
gst_element_post_message (GstElement * element, GstMessage * message)
{
  GstBus *bus = element->bus;

  if (bus != NULL)
    tsan_release (bus);

  return REAL (gst_element_post_message) (element, message);
}

EXPORT GstMessage *
gst_bus_timed_pop_filtered (GstBus * bus, GstClockTime timeout,
    GstMessageType types)
{
  GstMessage *message =
      REAL (gst_bus_timed_pop_filtered) (bus, timeout, types);

  tsan_acquire (bus);

  return message;
}

EXPORT GstMessage *
gst_bus_pop (GstBus * bus)
{
  GstMessage *message = REAL (gst_bus_pop) (bus);

  tsan_acquire (bus);

  return message;
}

EXPORT GstMessage *
gst_bus_pop_filtered (GstBus * bus, GstMessageType types)
{
  GstMessage *message = REAL (gst_bus_pop_filtered) (bus, types);

  tsan_acquire (bus);

  return message;
}
