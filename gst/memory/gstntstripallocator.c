/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The allocator of strip memory; see the header for why it exists. It cannot
 * allocate: strips come from a pool. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripallocator-private.h"
#include "gstntstrippool-private.h"

#define MEMORY_TYPE "NtStripMemory"

/* References on the memory of a buffer that is being mapped: the buffer's, and one
 * of gst_buffer_map() itself. */
#define REFS_OF_A_MAP 2

typedef struct
{
  GstMemory memory;
  GstNtStrip *strip;
} StripMemory;

typedef struct
{
  GstAllocator allocator;
  GstMemoryCopyFunction copy;   /* GStreamer's own */
} GstNtStripAllocator;

typedef struct
{
  GstAllocatorClass parent_class;
} GstNtStripAllocatorClass;

GType gst_nt_strip_allocator_get_type (void);

G_DEFINE_TYPE (GstNtStripAllocator, gst_nt_strip_allocator, GST_TYPE_ALLOCATOR);

static GstAllocator *get_allocator (void);

static GstMemory *
wrap_strip (GstNtStrip * strip, GstMemory * parent, GstMemoryFlags flags,
    gsize maxsize, gsize offset, gsize size)
{
  StripMemory *self = g_new0 (StripMemory, 1);

  gst_memory_init (GST_MEMORY_CAST (self), flags, get_allocator (), parent,
      maxsize, GST_NT_STRIP_ALIGN_MASK, offset, size);
  self->strip = strip;

  return GST_MEMORY_CAST (self);
}

static gpointer
gst_nt_strip_memory_map (GstMemory * memory, GstMapInfo * info, gsize maxsize)
{
  StripMemory *self = (StripMemory *) memory;

  if (info->flags & GST_MAP_WRITE) {
    g_atomic_int_set (&self->strip->written, TRUE);
    ntm_strip_invalidate (self->strip->strip);
  }

  return ntm_strip_get_data (self->strip->strip);
}

static void
gst_nt_strip_memory_unmap (GstMemory * memory, GstMapInfo * info)
{
}

/* A writer to memory that is read-only gets a copy. If the strip is the writer's
 * alone, frames that lie in it cost more than they save. A deep copy of a buffer
 * comes with one reference less, and says nothing about the strip; memory that
 * several buffers share would be copied in any case. */
static GstMemory *
gst_nt_strip_memory_copy (GstMemory * memory, gssize offset, gssize size)
{
  StripMemory *self = (StripMemory *) memory;

  if (GST_MEMORY_IS_READONLY (memory) && memory->parent == NULL
      && GST_MINI_OBJECT_REFCOUNT_VALUE (memory) == REFS_OF_A_MAP
      && gst_memory_is_writable (memory))
    gst_nt_strip_pool_note_writer (self->strip);

  return ((GstNtStripAllocator *) memory->allocator)->copy (memory, offset,
      size);
}

/* A part of a strip can be read, and a writer gets a copy, as for system memory. */
static GstMemory *
gst_nt_strip_memory_share (GstMemory * memory, gssize offset, gssize size)
{
  StripMemory *self = (StripMemory *) memory;
  GstMemory *parent = memory->parent ? memory->parent : memory;

  if (size == -1)
    size = memory->size - offset;

  return wrap_strip (self->strip, parent, GST_MINI_OBJECT_FLAGS (parent) |
      GST_MINI_OBJECT_FLAG_LOCK_READONLY, memory->maxsize,
      memory->offset + offset, size);
}

/* Parts of the same memory that are next to each other can be joined again without a
 * copy. GStreamer asks only for parts of one parent. */
static gboolean
gst_nt_strip_memory_is_span (GstMemory * first, GstMemory * second, gsize * offset)
{
  if (offset)
    *offset = first->offset - first->parent->offset;

  return first->offset + first->size == second->offset;
}

static void
gst_nt_strip_allocator_free (GstAllocator * allocator, GstMemory * memory)
{
  StripMemory *self = (StripMemory *) memory;

  /* Parts hold a reference on the whole: this is the last of the strip. */
  if (memory->parent == NULL)
    gst_nt_strip_pool_take_back (self->strip);

  g_free (self);
}

static GstMemory *
gst_nt_strip_allocator_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * params)
{
  return NULL;
}

static void
gst_nt_strip_allocator_class_init (GstNtStripAllocatorClass * klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  allocator_class->alloc = gst_nt_strip_allocator_alloc;
  allocator_class->free = gst_nt_strip_allocator_free;
}

static void
gst_nt_strip_allocator_init (GstNtStripAllocator * self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = MEMORY_TYPE;
  allocator->mem_map_full = gst_nt_strip_memory_map;
  allocator->mem_unmap_full = gst_nt_strip_memory_unmap;
  allocator->mem_share = gst_nt_strip_memory_share;
  allocator->mem_is_span = gst_nt_strip_memory_is_span;
  self->copy = allocator->mem_copy;
  allocator->mem_copy = gst_nt_strip_memory_copy;

  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static gpointer
make_allocator (gpointer unused)
{
  GstAllocator *allocator =
      g_object_new (gst_nt_strip_allocator_get_type (), NULL);

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

GstMemory *
gst_nt_strip_memory_new (GstNtStrip * strip, gsize bytes, GstMemoryFlags flags)
{
  return wrap_strip (strip, NULL, flags, strip->bytes, 0, bytes);
}

NtmStrip *
gst_nt_strip_pool_get_strip (GstMemory * memory)
{
  if (memory->allocator != get_allocator () || memory->parent != NULL)
    return NULL;

  return ((StripMemory *) memory)->strip->strip;
}
