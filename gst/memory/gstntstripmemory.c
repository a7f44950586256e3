/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripmemory.h"

/* References on the memory of a buffer that is being mapped: the buffer's, and
 * that of gst_buffer_map() itself. */
#define REFS_OF_A_MAP 2

typedef struct
{
  GstNtWatched watched;
  GstNtStrip *strip;
  const GstNtStripOwner *owner;
} StripMemory;

static void
strip_is_mapped (GstNtWatched * whole, GstMapFlags flags)
{
  GstNtStrip *strip = ((StripMemory *) whole)->strip;

  if (flags & GST_MAP_WRITE) {
    g_atomic_int_set (&strip->written, TRUE);
    ntm_strip_invalidate (strip->strip);
  }
}

/* A writer to read-only memory gets a copy. If nothing but the mapped buffer
 * holds the strip, the copy was made only because frames lie in it: then they
 * cost more than they save. A deep copy of a buffer comes with one reference
 * less, and says nothing about the strip. Memory that several buffers share
 * would be copied in any case. */
static GstMemory *
copy_strip (GstNtWatched * self, gsize offset, gsize size)
{
  GstMemory *memory = GST_MEMORY_CAST (self);

  if (GST_MEMORY_IS_READONLY (memory) && memory->parent == NULL
      && GST_MINI_OBJECT_REFCOUNT_VALUE (memory) == REFS_OF_A_MAP
      && gst_memory_is_writable (memory)) {
    const StripMemory *whole = (StripMemory *) self;

    whole->owner->copied_for_writer (whole->strip);
  }

  return gst_nt_watched_copy_to_system (self, offset, size);
}

static void
memory_is_gone (GstNtWatched * whole)
{
  const StripMemory *self = (StripMemory *) whole;

  self->owner->is_back (self->strip);
}

static const GstNtWatch strip_watch = {
  .instance_bytes = sizeof (StripMemory),
  .mapped = strip_is_mapped,
  .copy = copy_strip,
  .gone = memory_is_gone,
};

GstMemory *
gst_nt_strip_memory_new (GstNtStrip * strip, const GstNtStripOwner * owner,
    GstMemoryFlags flags)
{
  StripMemory *self = (StripMemory *) gst_nt_watched_new (&strip_watch,
      ntm_strip_get_data (strip->strip), strip->bytes, strip->align_mask,
      gst_nt_strip_get_layout (strip)->bytes, flags);

  self->strip = strip;
  self->owner = owner;
  g_atomic_int_set (&strip->written, FALSE);

  return GST_MEMORY_CAST (self);
}

NtmStrip *
gst_nt_strip_memory_get_strip (GstMemory * memory)
{
  StripMemory *self = (StripMemory *) gst_nt_watched_get (memory, &strip_watch);

  return self ? self->strip->strip : NULL;
}
