/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The allocator of views; see the header for why it exists. It cannot allocate:
 * views come with frames that arrive. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntview-private.h"

#include <string.h>
#include <sys/mman.h>

#define MEMORY_TYPE "NtView"

typedef struct
{
  GstAllocator allocator;
} GstNtViewAllocator;

typedef struct
{
  GstAllocatorClass parent_class;
} GstNtViewAllocatorClass;

GType gst_nt_view_allocator_get_type (void);

G_DEFINE_TYPE (GstNtViewAllocator, gst_nt_view_allocator, GST_TYPE_ALLOCATOR);

static GstAllocator *get_allocator (void);

static gsize
get_span (const NtmPlace * place)
{
  return place->stride * (place->rows - 1) + place->row_bytes;
}

static GstNtView *
wrap_rows (const NtmPlace * place, GstMemory * parent, GstMemoryFlags flags,
    gsize offset, gsize size)
{
  GstNtView *self = g_new0 (GstNtView, 1);

  gst_memory_init (GST_MEMORY_CAST (self), flags, get_allocator (), parent,
      get_span (place), 0, offset, size);
  self->place = *place;

  return self;
}

static gpointer
gst_nt_view_map (GstMemory * memory, GstMapInfo * info, gsize maxsize)
{
  return ((GstNtView *) memory)->place.data;
}

static void
gst_nt_view_unmap (GstMemory * memory, GstMapInfo * info)
{
}

/* Copies what of @rows lies in @size bytes from @offset on. */
static void
copy_rows (guint8 * dst, const NtmPlace * place, gsize offset, gsize size)
{
  const gsize end = offset + size;
  gsize row;

  for (row = offset / place->stride; row < place->rows; row++) {
    const gsize row_start = row * place->stride;
    const gsize from = MAX (row_start, offset);
    const gsize to = MIN (row_start + place->row_bytes, end);

    if (row_start >= end)
      break;
    if (from < to)
      memcpy (dst + from, (const guint8 *) place->data + from, to - from);
  }
}

/* Address space for a copy. Only the pages of the rows may become memory, and not
 * the huge ones that they lie in. */
static gpointer
map_span (const NtmPlace * place)
{
  const gsize span = get_span (place);
  gpointer mapping = mmap (NULL, span, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (mapping == MAP_FAILED)
    return NULL;
#ifdef MADV_NOHUGEPAGE
  if ((gsize) place->stride > place->row_bytes)
    (void) madvise (mapping, span, MADV_NOHUGEPAGE);
#endif

  return mapping;
}

/* A view spans nearly the whole strip, and a copy must have the same stride: it
 * takes as much address space, but only the memory of its rows. */
static GstMemory *
gst_nt_view_copy (GstMemory * memory, gssize offset, gssize size)
{
  GstNtView *self = (GstNtView *) memory;
  const gsize begin = memory->offset + offset;
  NtmPlace place = self->place;
  GstNtView *copy;

  if (size == -1)
    size = (gssize) memory->size > offset ? (gssize) memory->size - offset : 0;

  place.data = map_span (&place);
  if (place.data == NULL)
    return NULL;
  copy_rows (place.data, &self->place, begin, size);

  copy = wrap_rows (&place, NULL, 0, begin, size);
  copy->mapping = place.data;

  return GST_MEMORY_CAST (copy);
}

/* As for system memory: a part can be read, and a writer gets a copy. */
static GstMemory *
gst_nt_view_share (GstMemory * memory, gssize offset, gssize size)
{
  GstNtView *self = (GstNtView *) memory;
  GstMemory *parent = memory->parent ? memory->parent : memory;

  if (size == -1)
    size = memory->size - offset;

  return GST_MEMORY_CAST (wrap_rows (&self->place, parent,
          GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY,
          memory->offset + offset, size));
}

/* Parts of the same memory that are next to each other can be joined again without a
 * copy. GStreamer asks only for parts of one parent. */
static gboolean
gst_nt_view_is_span (GstMemory * first, GstMemory * second, gsize * offset)
{
  if (offset)
    *offset = first->offset - first->parent->offset;

  return first->offset + first->size == second->offset;
}

static void
gst_nt_view_allocator_free (GstAllocator * allocator, GstMemory * memory)
{
  GstNtView *self = (GstNtView *) memory;

  if (self->gone)
    self->gone (self);
  if (self->mapping)
    munmap (self->mapping, get_span (&self->place));
  g_free (self);
}

static GstMemory *
gst_nt_view_allocator_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * params)
{
  return NULL;
}

static void
gst_nt_view_allocator_class_init (GstNtViewAllocatorClass * klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  allocator_class->alloc = gst_nt_view_allocator_alloc;
  allocator_class->free = gst_nt_view_allocator_free;
}

static void
gst_nt_view_allocator_init (GstNtViewAllocator * self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = MEMORY_TYPE;
  allocator->mem_map_full = gst_nt_view_map;
  allocator->mem_unmap_full = gst_nt_view_unmap;
  allocator->mem_copy = gst_nt_view_copy;
  allocator->mem_share = gst_nt_view_share;
  allocator->mem_is_span = gst_nt_view_is_span;

  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static gpointer
make_allocator (gpointer unused)
{
  GstAllocator *allocator =
      g_object_new (gst_nt_view_allocator_get_type (), NULL);

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

GstNtView *
gst_nt_view_new (GstNtStrip * strip, const NtmPlace * place,
    void (*gone) (GstNtView * self))
{
  GstNtView *self = wrap_rows (place, NULL, GST_MEMORY_FLAG_READONLY, 0,
      get_span (place));

  self->strip = strip;
  self->gone = gone;

  return self;
}

GstNtView *
gst_nt_view_get (GstMemory * memory)
{
  GstNtView *view = (GstNtView *) memory;

  return memory->allocator == get_allocator () && view->strip ? view : NULL;
}

GstNtView *
gst_nt_view_of (GstBuffer * buffer)
{
  return gst_buffer_n_memory (buffer) == 1
      ? gst_nt_view_get (gst_buffer_peek_memory (buffer, 0)) : NULL;
}
