/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The allocator of watched memory. It can't allocate: the pool makes strips,
 * and arrivals make views. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntwatched.h"

#define MEMORY_TYPE "NtMemory"

typedef struct
{
  GstAllocator allocator;
  GstMemoryCopyFunction copy;   /* GStreamer's own */
} GstNtWatchedAllocator;

typedef struct
{
  GstAllocatorClass parent_class;
} GstNtWatchedAllocatorClass;

GType gst_nt_watched_allocator_get_type (void);

G_DEFINE_TYPE (GstNtWatchedAllocator, gst_nt_watched_allocator,
    GST_TYPE_ALLOCATOR);

static GstAllocator *get_allocator (void);

/* ---- Memory ---- */

GstNtWatched *
gst_nt_watched_get_whole (GstNtWatched * self)
{
  return self->memory.parent ? (GstNtWatched *) self->memory.parent : self;
}

GstNtWatched *
gst_nt_watched_new (const GstNtWatch * watch, gpointer data, gsize bytes,
    gsize align_mask, gsize size, GstMemoryFlags flags)
{
  GstNtWatched *self = g_malloc0 (watch->instance_bytes);

  gst_memory_init (GST_MEMORY_CAST (self), flags, get_allocator (), NULL, bytes,
      align_mask, 0, size);
  self->watch = watch;
  self->data = data;

  return self;
}

GstNtWatched *
gst_nt_watched_get (GstMemory * memory, const GstNtWatch * watch)
{
  GstNtWatched *self = (GstNtWatched *) memory;

  return memory->allocator == get_allocator () && memory->parent == NULL
      && self->watch == watch ? self : NULL;
}

static gpointer
gst_nt_watched_map (GstMemory * memory, GstMapInfo * info, gsize maxsize)
{
  GstNtWatched *self = (GstNtWatched *) memory;

  if (self->watch->mapped)
    self->watch->mapped (gst_nt_watched_get_whole (self), info->flags);

  return self->data;
}

static void
gst_nt_watched_unmap (GstMemory * memory, GstMapInfo * info)
{
}

static GstMemory *
gst_nt_watched_copy (GstMemory * memory, gssize offset, gssize size)
{
  GstNtWatched *self = (GstNtWatched *) memory;

  if (size == -1)
    size = (gssize) memory->size > offset ? (gssize) memory->size - offset : 0;

  return self->watch->copy ? self->watch->copy (self, offset, size)
      : gst_nt_watched_copy_to_system (self, offset, size);
}

GstMemory *
gst_nt_watched_copy_to_system (GstNtWatched * self, gsize offset, gsize size)
{
  GstMemory *memory = GST_MEMORY_CAST (self);

  return ((GstNtWatchedAllocator *) memory->allocator)->copy (memory, offset,
      size);
}

static GstMemory *
gst_nt_watched_share (GstMemory * memory, gssize offset, gssize size)
{
  GstNtWatched *self = (GstNtWatched *) memory;
  GstNtWatched *whole = gst_nt_watched_get_whole (self);
  GstNtWatched *part = g_new0 (GstNtWatched, 1);

  if (size == -1)
    size = memory->size - offset;

  gst_memory_init (GST_MEMORY_CAST (part), GST_MINI_OBJECT_FLAGS (whole)
      | GST_MINI_OBJECT_FLAG_LOCK_READONLY, memory->allocator,
      GST_MEMORY_CAST (whole), memory->maxsize, memory->align,
      memory->offset + offset, size);
  part->watch = self->watch;
  part->data = self->data;

  return GST_MEMORY_CAST (part);
}

/* GStreamer asks only for parts of one parent. */
static gboolean
gst_nt_watched_is_span (GstMemory * first, GstMemory * second, gsize * offset)
{
  if (offset)
    *offset = first->offset - first->parent->offset;

  return first->offset + first->size == second->offset;
}

/* ---- The allocator ---- */

/* Parts hold a reference on the whole. */
static void
gst_nt_watched_allocator_free (GstAllocator * allocator, GstMemory * memory)
{
  GstNtWatched *self = (GstNtWatched *) memory;

  if (memory->parent == NULL && self->watch->gone)
    self->watch->gone (self);

  g_free (self);
}

static GstMemory *
gst_nt_watched_allocator_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * params)
{
  return NULL;
}

static void
gst_nt_watched_allocator_class_init (GstNtWatchedAllocatorClass * klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  allocator_class->alloc = gst_nt_watched_allocator_alloc;
  allocator_class->free = gst_nt_watched_allocator_free;
}

static void
gst_nt_watched_allocator_init (GstNtWatchedAllocator * self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = MEMORY_TYPE;
  allocator->mem_map_full = gst_nt_watched_map;
  allocator->mem_unmap_full = gst_nt_watched_unmap;
  allocator->mem_share = gst_nt_watched_share;
  allocator->mem_is_span = gst_nt_watched_is_span;
  self->copy = allocator->mem_copy;
  allocator->mem_copy = gst_nt_watched_copy;

  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static gpointer
make_allocator (gpointer unused)
{
  GstAllocator *allocator =
      g_object_new (gst_nt_watched_allocator_get_type (), NULL);

  gst_object_ref_sink (allocator);
  GST_OBJECT_FLAG_SET (allocator, GST_OBJECT_FLAG_MAY_BE_LEAKED);

  return allocator;
}

/* One for the process, kept until its end. */
static GstAllocator *
get_allocator (void)
{
  static GOnce once = G_ONCE_INIT;

  return g_once (&once, make_allocator, NULL);
}
