/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* ThreadSanitizer sees the locks of pthreads, and atomic operations in code
 * that was compiled for it. GLib's locks are futexes of its own, in a library
 * that was not. This library stands before GLib (LD_PRELOAD), does what GLib
 * does, and tells ThreadSanitizer which lock was taken and released.
 *
 * It tells it also what else orders two threads in GLib and GStreamer: once,
 * asynchronous queues, pools of threads, reference counts, messages.
 *
 * What GLib does inside, it does without this library: calls within GLib don't
 * go through the linker's table. */

#define _GNU_SOURCE

#include <dlfcn.h>
#include <gst/gst.h>
#include <link.h>
#include <sanitizer/tsan_interface.h>
#include <string.h>

/* A program without ThreadSanitizer, such as a shell, has none of these. */
#pragma weak __tsan_acquire
#pragma weak __tsan_release
#pragma weak __tsan_mutex_create
#pragma weak __tsan_mutex_destroy
#pragma weak __tsan_mutex_pre_lock
#pragma weak __tsan_mutex_post_lock
#pragma weak __tsan_mutex_pre_unlock
#pragma weak __tsan_mutex_post_unlock

void AnnotateIgnoreWritesBegin (const char *file, int line);
void AnnotateIgnoreWritesEnd (const char *file, int line);
#pragma weak AnnotateIgnoreWritesBegin
#pragma weak AnnotateIgnoreWritesEnd

#define EXPORT __attribute__ ((visibility ("default")))

/* What the next library has under this name, looked up once. */
#define REAL(function) \
    ({ \
      static void *real; \
      void *address = __atomic_load_n (&real, __ATOMIC_RELAXED); \
      if (address == NULL) { \
        address = dlsym (RTLD_NEXT, #function); \
        __atomic_store_n (&real, address, __ATOMIC_RELAXED); \
      } \
      (__typeof__ (&function)) address; \
    })

static void
acquire (void *address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire (address);
}

static void
release (void *address)
{
  if (__tsan_release != NULL)
    __tsan_release (address);
}

static void
ignore_begin (void)
{
  if (AnnotateIgnoreWritesBegin != NULL)
    AnnotateIgnoreWritesBegin (__FILE__, __LINE__);
}

static void
ignore_end (void)
{
  if (AnnotateIgnoreWritesEnd != NULL)
    AnnotateIgnoreWritesEnd (__FILE__, __LINE__);
}

/* ---- Locks ---- */

#define TRY __tsan_mutex_try_lock
#define FAILED __tsan_mutex_try_lock_failed

/* Many locks are zeroed memory, and never initialized: the first use counts as
 * the creation. */
static void
before_lock (void *lock, unsigned flags)
{
  if (__tsan_mutex_pre_lock != NULL)
    __tsan_mutex_pre_lock (lock, flags);
}

static void
after_lock (void *lock, unsigned flags)
{
  if (__tsan_mutex_post_lock != NULL)
    __tsan_mutex_post_lock (lock, flags, 1);
}

static void
before_unlock (void *lock)
{
  if (__tsan_mutex_pre_unlock != NULL)
    __tsan_mutex_pre_unlock (lock, 0);
}

static void
after_unlock (void *lock)
{
  if (__tsan_mutex_post_unlock != NULL)
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
  before_unlock (mutex);
  REAL (g_mutex_unlock) (mutex);
  after_unlock (mutex);
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
  before_unlock (mutex);
  after_unlock (mutex);
  REAL (g_cond_wait) (cond, mutex);
  before_lock (mutex, 0);
  after_lock (mutex, 0);
}

EXPORT gboolean
g_cond_wait_until (GCond * cond, GMutex * mutex, gint64 end_time)
{
  gboolean signalled;

  before_unlock (mutex);
  after_unlock (mutex);
  signalled = REAL (g_cond_wait_until) (cond, mutex, end_time);
  before_lock (mutex, 0);
  after_lock (mutex, 0);

  return signalled;
}

/* GRecMutex and GRWLock have a lock of pthreads inside, which ThreadSanitizer
 * sees. The first use allocates it; the suppressions name these functions. */

#define DEFINE_LOCK(name, Lock) \
  EXPORT void \
  name (Lock * lock) \
  { \
    REAL (name) (lock); \
    acquire (lock); \
  }

/* *INDENT-OFF* */
DEFINE_LOCK (g_rec_mutex_lock, GRecMutex)
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

  acquire ((void *) location);

  return first;
}

EXPORT void
g_once_init_leave (volatile void *location, gsize result)
{
  release ((void *) location);
  REAL (g_once_init_leave) (location, result);
}

EXPORT gpointer
g_once_impl (GOnce * once, GThreadFunc func, gpointer arg)
{
  const gpointer result = REAL (g_once_impl) (once, func, arg);

  release (once);
  acquire (once);

  return result;
}

/* ---- What passes from thread to thread ---- */

EXPORT void
g_async_queue_push (GAsyncQueue * queue, gpointer data)
{
  release (queue);
  REAL (g_async_queue_push) (queue, data);
}

EXPORT gpointer
g_async_queue_pop (GAsyncQueue * queue)
{
  const gpointer data = REAL (g_async_queue_pop) (queue);

  acquire (queue);

  return data;
}

EXPORT gpointer
g_async_queue_try_pop (GAsyncQueue * queue)
{
  const gpointer data = REAL (g_async_queue_try_pop) (queue);

  acquire (queue);

  return data;
}

EXPORT gpointer
g_async_queue_timeout_pop (GAsyncQueue * queue, guint64 timeout)
{
  const gpointer data = REAL (g_async_queue_timeout_pop) (queue, timeout);

  acquire (queue);

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

  acquire (data);
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
  release (data);

  return REAL (g_thread_pool_push) (pool, data, error);
}

/* The bus has a queue without locks. */
EXPORT gboolean
gst_bus_post (GstBus * bus, GstMessage * message)
{
  release (bus);

  return REAL (gst_bus_post) (bus, message);
}

EXPORT gboolean
gst_element_post_message (GstElement * element, GstMessage * message)
{
  GstBus *bus = element->bus;

  if (bus != NULL)
    release (bus);

  return REAL (gst_element_post_message) (element, message);
}

EXPORT GstMessage *
gst_bus_timed_pop_filtered (GstBus * bus, GstClockTime timeout,
    GstMessageType types)
{
  GstMessage *message =
      REAL (gst_bus_timed_pop_filtered) (bus, timeout, types);

  acquire (bus);

  return message;
}

EXPORT GstMessage *
gst_bus_pop (GstBus * bus)
{
  GstMessage *message = REAL (gst_bus_pop) (bus);

  acquire (bus);

  return message;
}

EXPORT GstMessage *
gst_bus_pop_filtered (GstBus * bus, GstMessageType types)
{
  GstMessage *message = REAL (gst_bus_pop_filtered) (bus, types);

  acquire (bus);

  return message;
}

/* ---- Reference counts ---- */

/* A thread that lets go of an object is done with it. The thread that frees it
 * comes after all others. */

EXPORT void
g_object_unref (gpointer object)
{
  release (object);
  acquire (object);
  REAL (g_object_unref) (object);
}

EXPORT void
gst_mini_object_unref (GstMiniObject * object)
{
  release (object);
  acquire (object);
  REAL (gst_mini_object_unref) (object);
}

/* GStreamer itself lets go of messages, events and the like, unseen, and
 * GObject of the strings in caps: what they free is no access. What others free
 * is one. */
static const char *const unseen[] = {
  "/libgstreamer-1.0.so", "/libgobject-2.0.so"
};

static struct
{
  gsize begin;
  gsize end;
} code_of[G_N_ELEMENTS (unseen)];

static int
find_code (struct dl_phdr_info *info, size_t size, void *unused)
{
  (void) size;
  (void) unused;
  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    for (guint k = 0; strstr (info->dlpi_name, unseen[i]) != NULL
        && k < info->dlpi_phnum; k++)
      if (info->dlpi_phdr[k].p_flags & PF_X) {
        code_of[i].begin = info->dlpi_addr + info->dlpi_phdr[k].p_vaddr;
        code_of[i].end = code_of[i].begin + info->dlpi_phdr[k].p_memsz;
      }

  return 0;
}

__attribute__ ((constructor))
static void
begin (void)
{
  dl_iterate_phdr (find_code, NULL);
}

static gboolean
is_unseen (const void *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (unseen); i++)
    if ((gsize) code >= code_of[i].begin && (gsize) code < code_of[i].end)
      return TRUE;

  return FALSE;
}

EXPORT void
(g_free) (gpointer block)
{
  const gboolean ignores = is_unseen (__builtin_return_address (0));

  if (ignores)
    ignore_begin ();
  REAL (g_free) (block);
  if (ignores)
    ignore_end ();
}

EXPORT void
g_slice_free1 (gsize size, gpointer block)
{
  const gboolean ignores = is_unseen (__builtin_return_address (0));

  if (ignores)
    ignore_begin ();
  REAL (g_slice_free1) (size, block);
  if (ignores)
    ignore_end ();
}

/* The clock's thread lets go of an id within GStreamer as well. */
EXPORT void
gst_clock_id_unref (GstClockID id)
{
  ignore_begin ();
  REAL (gst_clock_id_unref) (id);
  ignore_end ();
}

/* A thread that writes to an object has found out that it is its only owner. */
EXPORT gboolean
gst_mini_object_is_writable (const GstMiniObject * object)
{
  const gboolean writable = REAL (gst_mini_object_is_writable) (object);

  if (writable)
    acquire ((void *) object);

  return writable;
}
