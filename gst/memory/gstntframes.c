/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The list of idle blocks: last in, first out. A block that is handed out is
 * wrapped as system memory, and comes back when that is freed. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntframes.h"

#include <stdlib.h>
#include <string.h>

#include "ntstrip.h"

GST_DEBUG_CATEGORY_STATIC (nt_frames_debug);
#define GST_CAT_DEFAULT nt_frames_debug

/* Of a frame, at least: a cache line. */
#define ALIGN_MASK ((gsize) 63)

/* Blocks that stood idle for this many strips are given back. Upstreams that
 * work in turn need each of theirs once a strip. */
#define IDLE_STRIPS 8

/* The most that are given back with one strip, so that no strip has to wait for
 * all. */
#define FREED_AT_ONCE 16

typedef struct
{
  GList link;                   /* in the list of idle blocks */
  GstNtFrames *frames;          /* a reference, while it is handed out */
  guint8 *data;
  gsize bytes;
  gsize align_mask;
  NtmPages pages;               /* that @data is in; no mapping: @data is from
                                 * posix_memalign() */
  guint idle_since;             /* the age of @frames when it came back */
} Block;

struct _GstNtFrames
{
  GMutex lock;

  /* All below are guarded by @lock. */
  GQueue idle;                  /* of Block; the head came back last */
  guint age;                    /* counts strips */
};

GstNtFrames *
gst_nt_frames_new (void)
{
  GstNtFrames *frames = g_atomic_rc_box_new0 (GstNtFrames);
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (nt_frames_debug, "ntframes", 0,
        "memory for frames");
    g_once_init_leave (&done, 1);
  }
  g_mutex_init (&frames->lock);
  g_queue_init (&frames->idle);

  return frames;
}

GstNtFrames *
gst_nt_frames_ref (GstNtFrames * frames)
{
  return g_atomic_rc_box_acquire (frames);
}

/* ---- Blocks ---- */

static Block *
new_block (gsize bytes, gsize align_mask)
{
  Block *block = g_new0 (Block, 1);
  gpointer data = NULL;

  if (bytes < NTM_HUGE_PAGE_BYTES) {
    if (posix_memalign (&data, align_mask + 1, MAX (bytes, 1)) != 0)
      data = NULL;
  } else if (ntm_pages_map (&block->pages, bytes, align_mask + 1) == NTM_OK) {
    data = block->pages.data;
  }

  if (data == NULL) {
    g_free (block);
    return NULL;
  }
  block->link.data = block;
  block->data = data;
  block->bytes = bytes;
  block->align_mask = align_mask;
  GST_DEBUG ("new block of %" G_GSIZE_FORMAT " bytes", bytes);

  return block;
}

static void
free_block (Block * block)
{
  if (block->pages.mapping)
    ntm_pages_unmap (&block->pages);
  else
    free (block->data);
  g_free (block);
}

/* Frees the blocks of @idle, which belongs to the caller. */
static void
free_blocks (GQueue * idle)
{
  GList *link;

  while ((link = g_queue_pop_head_link (idle)))
    free_block (link->data);
}

static void
clear_frames (gpointer data)
{
  GstNtFrames *frames = data;

  free_blocks (&frames->idle);
  g_mutex_clear (&frames->lock);
}

void
gst_nt_frames_unref (GstNtFrames * frames)
{
  g_atomic_rc_box_release_full (frames, clear_frames);
}

/* Takes the idle block that is most likely in the cache. */
static Block *
take_idle (GstNtFrames * frames, gsize bytes, gsize align_mask)
{
  Block *found = NULL;
  GList *link;

  g_mutex_lock (&frames->lock);
  for (link = frames->idle.head; link && !found; link = link->next) {
    Block *block = link->data;

    if (block->bytes == bytes && (align_mask & ~block->align_mask) == 0)
      found = block;
  }
  if (found)
    g_queue_unlink (&frames->idle, &found->link);
  g_mutex_unlock (&frames->lock);

  return found;
}

/* The memory of a block is gone. */
static void
take_back (gpointer data)
{
  Block *block = data;
  GstNtFrames *frames = g_steal_pointer (&block->frames);

  g_mutex_lock (&frames->lock);
  block->idle_since = frames->age;
  g_queue_push_head_link (&frames->idle, &block->link);
  g_mutex_unlock (&frames->lock);

  gst_nt_frames_unref (frames);
}

/* ---- Out and back ---- */

GstMemory *
gst_nt_frames_take (GstNtFrames * frames, gsize bytes,
    const GstAllocationParams * params)
{
  const gsize align_mask = params->align | ALIGN_MASK;
  gsize all_bytes;
  Block *block;

  if (!g_size_checked_add (&all_bytes, bytes, params->prefix)
      || !g_size_checked_add (&all_bytes, all_bytes, params->padding)
      || all_bytes > G_MAXSSIZE || (align_mask & (align_mask + 1)) != 0)
    return NULL;

  block = take_idle (frames, all_bytes, align_mask);
  if (block == NULL)
    block = new_block (all_bytes, align_mask);
  if (block == NULL)
    return NULL;
  block->frames = gst_nt_frames_ref (frames);

  if (params->flags & GST_MEMORY_FLAG_ZERO_PREFIXED)
    memset (block->data, 0, params->prefix);
  if (params->flags & GST_MEMORY_FLAG_ZERO_PADDED)
    memset (block->data + params->prefix + bytes, 0, params->padding);

  return gst_memory_new_wrapped (params->flags, block->data, all_bytes,
      params->prefix, bytes, block, take_back);
}

void
gst_nt_frames_age (GstNtFrames * frames)
{
  GQueue old = G_QUEUE_INIT;
  guint n;

  g_mutex_lock (&frames->lock);
  frames->age++;
  for (n = 0; n < FREED_AT_ONCE; n++) {
    const Block *last = g_queue_peek_tail (&frames->idle);

    if (last == NULL || frames->age - last->idle_since <= IDLE_STRIPS)
      break;
    g_queue_push_head_link (&old, g_queue_pop_tail_link (&frames->idle));
  }
  g_mutex_unlock (&frames->lock);

  free_blocks (&old);
}

void
gst_nt_frames_clear (GstNtFrames * frames)
{
  GQueue idle;

  g_mutex_lock (&frames->lock);
  idle = frames->idle;
  g_queue_init (&frames->idle);
  g_mutex_unlock (&frames->lock);

  free_blocks (&idle);
}
