/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* What orders the threads that have an object in common: its reference count.
 * GStreamer's own counting is unseen. */

#include "annotations.h"

#include <gst/gst.h>

/* ---- Reference counts ---- */

/* A thread that lets go of an object is done with it. The thread that frees it
 * comes after all others. */

EXPORT void
g_object_unref (gpointer object)
{
  tsan_release (object);
  tsan_acquire (object);
  REAL (g_object_unref) (object);
}

EXPORT void
gst_mini_object_unref (GstMiniObject * object)
{
  tsan_release (object);
  tsan_acquire (object);
  REAL (gst_mini_object_unref) (object);
}

/* GStreamer itself lets go of messages, events and the like, unseen, and
 * GObject of the strings in caps and of the errors in messages: what they free
 * is no access. What others free is one. */
#define DEFINE_FREE(name, parameters, arguments) \
  EXPORT void \
  (name) parameters \
  { \
    const gboolean ignores = tsan_is_unseen (__builtin_return_address (0)); \
\
    if (ignores) \
      tsan_ignore_begin (); \
    REAL (name) arguments; \
    if (ignores) \
      tsan_ignore_end (); \
  }

/* *INDENT-OFF* */
DEFINE_FREE (g_free, (gpointer block), (block))
DEFINE_FREE (g_slice_free1, (gsize size, gpointer block), (size, block))
DEFINE_FREE (g_error_free, (GError * error), (error))
/* *INDENT-ON* */

/* The clock's thread lets go of an id within GStreamer as well. */
EXPORT void
gst_clock_id_unref (GstClockID id)
{
  tsan_ignore_begin ();
  REAL (gst_clock_id_unref) (id);
  tsan_ignore_end ();
}

/* A thread that writes to an object has found out that it is its only owner. */
EXPORT gboolean
gst_mini_object_is_writable (const GstMiniObject * object)
{
  const gboolean writable = REAL (gst_mini_object_is_writable) (object);

  if (writable)
    tsan_acquire ((void *) object);

  return writable;
}

/* ---- Memory ---- */

/* GStreamer calls the functions of an allocator for a memory, lets go of the
 * memory, and frees it, all unseen: what such a function did comes before the
 * free. An allocator keeps its own functions here. */
typedef struct
{
  GstMemoryMapFullFunction map;
  GstMemoryCopyFunction copy;
  GstMemoryShareFunction share;
} Functions;

static Functions *
get_functions (GstAllocator * allocator)
{
  return g_object_get_qdata (G_OBJECT (allocator),
      g_quark_from_static_string ("tsan-functions"));
}

static gpointer
map_memory (GstMemory * memory, GstMapInfo * info, gsize maxsize)
{
  gpointer data = get_functions (memory->allocator)->map (memory, info,
      maxsize);

  tsan_release (memory);

  return data;
}

static GstMemory *
copy_memory (GstMemory * memory, gssize offset, gssize size)
{
  GstMemory *copy = get_functions (memory->allocator)->copy (memory, offset,
      size);

  tsan_release (memory);

  return copy;
}

static GstMemory *
share_memory (GstMemory * memory, gssize offset, gssize size)
{
  GstMemory *part = get_functions (memory->allocator)->share (memory, offset,
      size);

  tsan_release (memory);

  return part;
}

static GstMiniObjectFreeFunction free_function;

/* A part is done with the whole. */
static void
free_memory (GstMiniObject * object)
{
  GstMemory *memory = GST_MEMORY_CAST (object);

  tsan_acquire (memory);
  if (memory->parent != NULL)
    tsan_release (memory->parent);
  free_function (object);
}

/* Before the first memory of an allocator. */
static void
replace_functions (GstAllocator * allocator)
{
  Functions *functions = g_new (Functions, 1);

  *functions = (Functions) { allocator->mem_map_full, allocator->mem_copy,
    allocator->mem_share
  };
  g_object_set_qdata_full (G_OBJECT (allocator),
      g_quark_from_static_string ("tsan-functions"), functions, g_free);
  if (allocator->mem_map_full != NULL)
    allocator->mem_map_full = map_memory;
  allocator->mem_copy = copy_memory;
  allocator->mem_share = share_memory;
}

EXPORT void
gst_memory_init (GstMemory * memory, GstMemoryFlags flags,
    GstAllocator * allocator, GstMemory * parent, gsize maxsize, gsize align,
    gsize offset, gsize size)
{
  static GMutex lock;

  REAL (gst_memory_init) (memory, flags, allocator, parent, maxsize, align,
      offset, size);
  g_mutex_lock (&lock);
  if (allocator != NULL && get_functions (allocator) == NULL)
    replace_functions (allocator);
  free_function = GST_MINI_OBJECT_CAST (memory)->free;
  g_mutex_unlock (&lock);
  GST_MINI_OBJECT_CAST (memory)->free = free_memory;
}
