/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The allocator of tiles; see the header for why it exists. It cannot allocate:
 * tiles come from a lender. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstnttile-private.h"

#include <string.h>
#include <sys/mman.h>

#define MEMORY_TYPE "NtTileMemory"

typedef struct
{
  GstAllocator allocator;
} GstNtTileAllocator;

typedef struct
{
  GstAllocatorClass parent_class;
} GstNtTileAllocatorClass;

GType gst_nt_tile_allocator_get_type (void);

G_DEFINE_TYPE (GstNtTileAllocator, gst_nt_tile_allocator, GST_TYPE_ALLOCATOR);

static GstAllocator *get_allocator (void);

static gsize
get_span (const GstNtTileRows * rows)
{
  return rows->stride * (rows->n_rows - 1) + rows->row_bytes;
}

static GstNtTileMemory *
wrap_rows (GstNtTileMemoryKind kind, const GstNtTileRows * rows, GstMemory * parent,
    GstMemoryFlags flags, gsize offset, gsize size)
{
  GstNtTileMemory *self = g_new0 (GstNtTileMemory, 1);

  gst_memory_init (GST_MEMORY_CAST (self), flags, get_allocator (), parent,
      get_span (rows), 0, offset, size);
  self->kind = kind;
  self->rows = *rows;

  return self;
}

static gpointer
gst_nt_tile_memory_map (GstMemory * memory, GstMapInfo * info, gsize maxsize)
{
  GstNtTileMemory *self = (GstNtTileMemory *) memory;

  if (info->flags & GST_MAP_WRITE)
    g_atomic_int_set (&self->written, TRUE);

  return self->rows.data;
}

static void
gst_nt_tile_memory_unmap (GstMemory * memory, GstMapInfo * info)
{
}

/* Copies what of @rows lies in @size bytes from @offset on. */
static void
copy_rows (guint8 * dst, const GstNtTileRows * rows, gsize offset, gsize size)
{
  const gsize end = offset + size;
  gsize row;

  for (row = offset / rows->stride; row < rows->n_rows; row++) {
    const gsize row_start = row * rows->stride;
    const gsize from = MAX (row_start, offset);
    const gsize to = MIN (row_start + rows->row_bytes, end);

    if (row_start >= end)
      break;
    if (from < to)
      memcpy (dst + from, rows->data + from, to - from);
  }
}

static void
unmap_copy (GstNtTileMemory * self)
{
  munmap (self->rows.data, get_span (&self->rows));
}

/* A view of one tile spans nearly the whole strip, and a copy has to have the same
 * stride: so it takes as much address space, but only the pages of its rows ever
 * become memory. */
static GstMemory *
gst_nt_tile_memory_copy (GstMemory * memory, gssize offset, gssize size)
{
  GstNtTileMemory *self = (GstNtTileMemory *) memory;
  GstNtTileRows rows = self->rows;
  GstNtTileMemory *copy;
  gsize begin = memory->offset + offset;
  gpointer mapping;

  if (size == -1)
    size = (gssize) memory->size > offset ? (gssize) memory->size - offset : 0;

  mapping = mmap (NULL, get_span (&rows), PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return NULL;
  rows.data = mapping;
  copy_rows (mapping, &self->rows, begin, size);

  copy = wrap_rows (GST_NT_TILE_MEMORY_COPY, &rows, NULL, 0, begin, size);
  copy->gone = unmap_copy;

  return GST_MEMORY_CAST (copy);
}

/* As for system memory: part of it can be read, and is copied by who wants to
 * write to it. */
static GstMemory *
gst_nt_tile_memory_share (GstMemory * memory, gssize offset, gssize size)
{
  GstNtTileMemory *self = (GstNtTileMemory *) memory;
  GstMemory *parent = memory->parent ? memory->parent : memory;

  if (size == -1)
    size = memory->size - offset;

  return GST_MEMORY_CAST (wrap_rows (GST_NT_TILE_MEMORY_PART, &self->rows, parent,
          GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY,
          memory->offset + offset, size));
}

static void
gst_nt_tile_allocator_free (GstAllocator * allocator, GstMemory * memory)
{
  GstNtTileMemory *self = (GstNtTileMemory *) memory;

  if (self->gone)
    self->gone (self);
  g_free (self);
}

static GstMemory *
gst_nt_tile_allocator_alloc (GstAllocator * allocator, gsize size,
    GstAllocationParams * params)
{
  return NULL;
}

static void
gst_nt_tile_allocator_class_init (GstNtTileAllocatorClass * klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  allocator_class->alloc = gst_nt_tile_allocator_alloc;
  allocator_class->free = gst_nt_tile_allocator_free;
}

static void
gst_nt_tile_allocator_init (GstNtTileAllocator * self)
{
  GstAllocator *allocator = GST_ALLOCATOR_CAST (self);

  allocator->mem_type = MEMORY_TYPE;
  allocator->mem_map_full = gst_nt_tile_memory_map;
  allocator->mem_unmap_full = gst_nt_tile_memory_unmap;
  allocator->mem_copy = gst_nt_tile_memory_copy;
  allocator->mem_share = gst_nt_tile_memory_share;

  GST_OBJECT_FLAG_SET (allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static gpointer
make_allocator (gpointer unused)
{
  GstAllocator *allocator =
      g_object_new (gst_nt_tile_allocator_get_type (), NULL);

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

GstNtTileMemory *
gst_nt_tile_memory_new (GstNtTileMemoryKind kind, const GstNtTileRows * rows,
    GstNtTileGoneFunc gone, gpointer owner)
{
  GstNtTileMemory *self = wrap_rows (kind, rows, NULL, 0, 0, get_span (rows));

  self->gone = gone;
  self->owner = owner;

  return self;
}

GstNtTileMemory *
gst_nt_tile_memory_of (GstBuffer * buffer)
{
  GstMemory *memory;

  if (gst_buffer_n_memory (buffer) != 1)
    return NULL;

  memory = gst_buffer_peek_memory (buffer, 0);
  if (memory->allocator != get_allocator () || memory->parent != NULL)
    return NULL;

  return (GstNtTileMemory *) memory;
}
