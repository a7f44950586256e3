/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Views, and their copies. A view spans nearly the whole strip, and a copy must
 * have the same stride. So it takes as much address space, but only the memory
 * of its rows. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntview.h"

#include <string.h>
#include <sys/mman.h>

/* A copy of a view, with memory of its own. */
typedef struct
{
  GstNtWatched watched;
  NtmPlace place;
} ViewCopy;

static GstMemory *copy_rows_of (GstNtWatched * self, const NtmPlace * place,
    gsize offset, gsize size);

static gsize
get_span (const NtmPlace * place)
{
  return place->stride * (place->rows - 1) + place->row_bytes;
}

/* ---- Copies ---- */

static GstMemory *
copy_copy (GstNtWatched * self, gsize offset, gsize size)
{
  const ViewCopy *whole = (ViewCopy *) gst_nt_watched_get_whole (self);

  return copy_rows_of (self, &whole->place, offset, size);
}

static void
unmap_copy (GstNtWatched * whole)
{
  munmap (whole->data, get_span (&((ViewCopy *) whole)->place));
}

static const GstNtWatch copy_watch = {
  .instance_bytes = sizeof (ViewCopy),
  .copy = copy_copy,
  .gone = unmap_copy,
};

/* Copies the bytes of @place's rows that lie in the @size bytes from @offset
 * on. */
static void
copy_rows (guint8 * dst, const NtmPlace * place, gsize offset, gsize size)
{
  const guint8 *src = place->data;
  const gsize end = offset + size;
  gsize row;

  for (row = offset / place->stride; row < place->rows; row++) {
    const gsize row_start = row * place->stride;
    const gsize from = MAX (row_start, offset);
    const gsize to = MIN (row_start + place->row_bytes, end);

    if (row_start >= end)
      break;
    if (from < to)
      memcpy (dst + from, src + from, to - from);
  }
}

/* Maps address space for a copy. Only the pages of the rows may become memory,
 * and not the huge pages that they lie in. */
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

static GstMemory *
copy_rows_of (GstNtWatched * self, const NtmPlace * place, gsize offset,
    gsize size)
{
  const gsize begin = self->memory.offset + offset;
  const gsize span = get_span (place);
  gpointer data = map_span (place);
  ViewCopy *copy;

  if (data == NULL)
    return NULL;

  copy_rows (data, place, begin, size);
  copy = (ViewCopy *) gst_nt_watched_new (&copy_watch, data, span, 0, 0, 0);
  copy->place = *place;
  copy->place.data = data;
  gst_memory_resize (GST_MEMORY_CAST (copy), begin, size);

  return GST_MEMORY_CAST (copy);
}

/* ---- Views ---- */

static GstMemory *
copy_view (GstNtWatched * self, gsize offset, gsize size)
{
  const GstNtView *whole = (GstNtView *) gst_nt_watched_get_whole (self);

  return copy_rows_of (self, &whole->place, offset, size);
}

static void
view_is_gone (GstNtWatched * whole)
{
  GstNtView *self = (GstNtView *) whole;

  self->gone (self);
}

static const GstNtWatch view_watch = {
  .instance_bytes = sizeof (GstNtView),
  .copy = copy_view,
  .gone = view_is_gone,
};

GstNtView *
gst_nt_view_new (GstNtStrip * strip, const NtmPlace * place,
    void (*gone) (GstNtView * self))
{
  const gsize span = get_span (place);
  GstNtView *self = (GstNtView *) gst_nt_watched_new (&view_watch, place->data,
      span, 0, span, GST_MEMORY_FLAG_READONLY);

  self->place = *place;
  self->strip = strip;
  self->gone = gone;

  return self;
}

GstNtView *
gst_nt_view_get (GstMemory * memory)
{
  return (GstNtView *) gst_nt_watched_get (memory, &view_watch);
}

GstNtView *
gst_nt_view_of (GstBuffer * buffer)
{
  return gst_buffer_n_memory (buffer) == 1
      ? gst_nt_view_get (gst_buffer_peek_memory (buffer, 0)) : NULL;
}
