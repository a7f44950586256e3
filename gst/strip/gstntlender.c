/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The lender decides for each frame what it is written to: a tile of a coming
 * strip, a scratch frame with guards around it, or a block. Some elements write
 * outside of the rows of their frame, and in a strip that is another's picture: so
 * the first frames are scratch frames, and one now and then; only who leaves all
 * guards alone is lent a tile. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntguards-private.h"
#include "gstntlender-private.h"
#include "gstntstrippool-private.h"
#include "gstnttilepool-private.h"

GST_DEBUG_CATEGORY_STATIC (nt_lender_debug);
#define GST_CAT_DEFAULT nt_lender_debug

/* Scratch frames that have to come back intact: an element may begin with a frame
 * that it merely clears, and go by two fields or references after that. */
#define PROBATION_FRAMES 3

/* One frame in so many is a scratch frame after that, and copied. */
#define SPOT_CHECK_INTERVAL 256

/* Of a block, if nobody asks for more: a cache line. */
#define ALIGN_MASK ((gsize) 63)

struct _GstNtLender
{
  GstNtStripPool *strips;       /* a reference */

  /* Guarded by the lock of @strips. */
  GstNtBorrower borrower;

  GMutex lock;

  /* All below are guarded by @lock. */
  GstNtLayout *layout;          /* a reference; NULL: no tile */
  guint tile;
  gboolean trusting;
  guint probation;              /* counted up with each pool */
  guint first_probation;        /* of whoever is upstream now */
  guint n_intact;               /* scratch frames of it that were found so */
  guint n_until_check;
  gboolean refused;
  gboolean told;                /* and the user was */
  GQueue idle;                  /* of GstMemory: blocks to be used again */
};

GstNtLender *
gst_nt_lender_new (GstNtStripPool * strips)
{
  GstNtLender *lender = g_atomic_rc_box_new0 (GstNtLender);
  static gsize done = 0;

  if (g_once_init_enter (&done)) {
    GST_DEBUG_CATEGORY_INIT (nt_lender_debug, "ntlender", 0, "tile lender");
    g_once_init_leave (&done, 1);
  }

  lender->strips = gst_nt_strip_pool_ref (strips);
  lender->n_until_check = SPOT_CHECK_INTERVAL;
  g_mutex_init (&lender->lock);
  g_queue_init (&lender->idle);

  return lender;
}

GstNtLender *
gst_nt_lender_ref (GstNtLender * lender)
{
  return g_atomic_rc_box_acquire (lender);
}

static void
clear_lender (gpointer data)
{
  GstNtLender *lender = data;

  g_queue_clear_full (&lender->idle, (GDestroyNotify) gst_memory_unref);
  g_clear_pointer (&lender->layout, gst_nt_layout_unref);
  gst_nt_strip_pool_unref (lender->strips);
  g_mutex_clear (&lender->lock);
}

void
gst_nt_lender_unref (GstNtLender * lender)
{
  g_atomic_rc_box_release_full (lender, clear_lender);
}

void
gst_nt_lender_set_tile (GstNtLender * lender, GstNtLayout * layout, guint tile)
{
  GQueue idle = G_QUEUE_INIT;
  GstNtLayout *old;

  g_mutex_lock (&lender->lock);
  old = lender->layout;
  lender->layout = layout ? gst_nt_layout_ref (layout) : NULL;
  lender->tile = tile;
  if (layout == NULL) {
    idle = lender->idle;
    g_queue_init (&lender->idle);
  }
  g_mutex_unlock (&lender->lock);

  g_queue_clear_full (&idle, (GDestroyNotify) gst_memory_unref);
  if (old)
    gst_nt_layout_unref (old);
}

void
gst_nt_lender_set_trusting (GstNtLender * lender, gboolean trusting)
{
  g_mutex_lock (&lender->lock);
  lender->trusting = trusting;
  g_mutex_unlock (&lender->lock);
}

/* With the lock held. */
static void
begin_probation (GstNtLender * lender)
{
  lender->probation++;
  lender->n_intact = 0;
}

GstBufferPool *
gst_nt_lender_new_pool (GstNtLender * lender)
{
  g_mutex_lock (&lender->lock);
  begin_probation (lender);
  g_mutex_unlock (&lender->lock);

  return gst_nt_tile_pool_new (lender);
}

void
gst_nt_lender_forget_upstream (GstNtLender * lender)
{
  g_mutex_lock (&lender->lock);
  begin_probation (lender);
  lender->first_probation = lender->probation;
  lender->refused = FALSE;
  lender->told = FALSE;
  g_mutex_unlock (&lender->lock);
}

/* ---- What comes back ---- */

/* A scratch frame is looked at once. One that nobody wrote to proves nothing, nor
 * does one that was lent before upstream got its last pool. */
static void
check_guards (GstNtLender * lender, GstNtTileMemory * memory)
{
  const gboolean written = g_atomic_int_get (&memory->written);
  gboolean intact;

  if (!g_atomic_int_compare_and_exchange (&memory->unchecked, TRUE, FALSE))
    return;
  intact = gst_nt_guards_are_intact (&memory->rows);

  g_mutex_lock (&lender->lock);
  if (!intact)
    lender->refused |= memory->probation >= lender->first_probation;
  else if (written && memory->probation == lender->probation)
    lender->n_intact++;
  g_mutex_unlock (&lender->lock);

  GST_DEBUG ("%p: guards %s", lender, intact ? "intact" : "hurt");
}

gboolean
gst_nt_lender_inspect (GstNtLender * lender, GstBuffer * buffer)
{
  GstNtTileMemory *memory = gst_nt_tile_memory_of (buffer);
  gboolean tell;

  if (memory && memory->owner == lender)
    check_guards (lender, memory);

  g_mutex_lock (&lender->lock);
  tell = lender->refused && !lender->told;
  lender->told = lender->refused;
  g_mutex_unlock (&lender->lock);

  return tell;
}

gboolean
gst_nt_lender_is_refused (GstNtLender * lender)
{
  gboolean refused;

  g_mutex_lock (&lender->lock);
  refused = lender->refused;
  g_mutex_unlock (&lender->lock);

  return refused;
}

static void
gone_view (GstNtTileMemory * memory)
{
  gst_nt_strip_pool_settle (memory);
  gst_nt_lender_unref (memory->owner);
}

static void
gone_block (GstNtTileMemory * memory)
{
  GstNtLender *lender = memory->owner;

  if (memory->kind == GST_NT_TILE_MEMORY_SCRATCH)
    check_guards (lender, memory);
  gst_memory_unmap (memory->block, &memory->map);
  g_mutex_lock (&lender->lock);
  g_queue_push_head (&lender->idle, memory->block);
  g_mutex_unlock (&lender->lock);
  gone_view (memory);
}

/* ---- What is lent ---- */

static gsize
get_scratch_bytes (const GstNtLoanRequest * request)
{
  return gst_nt_guards_get_size (request->width * NTM_BYTES_PER_PIXEL,
      request->height);
}

static gboolean
block_fits (const GstMemory * block, const GstAllocationParams * params,
    gsize bytes, gsize most)
{
  return (block->size == bytes || block->size == most)
      && (params->align & ~block->align) == 0
      && block->offset >= params->prefix
      && block->maxsize - block->offset - bytes >= params->padding;
}

/* An idle block of @bytes bytes, or of @most if it was a scratch frame; others are
 * of another configuration. */
static GstMemory *
take_idle_block (GstNtLender * lender, const GstAllocationParams * params,
    gsize bytes, gsize most)
{
  GstMemory *block;

  for (;;) {
    g_mutex_lock (&lender->lock);
    block = g_queue_pop_head (&lender->idle);
    g_mutex_unlock (&lender->lock);
    if (block == NULL || block_fits (block, params, bytes, most))
      return block;
    gst_memory_unref (block);
  }
}

static GstMemory *
get_block (GstNtLender * lender, const GstNtLoanRequest * request, gsize bytes)
{
  GstAllocationParams params = request->params;
  GstMemory *block;

  params.align |= ALIGN_MASK;
  block = take_idle_block (lender, &params, bytes, get_scratch_bytes (request));

  return block ? block : gst_allocator_alloc (NULL, bytes, &params);
}

/* Wraps @block, which it takes, with @rows in the block's own place. */
static GstNtTileMemory *
wrap_block (GstNtLender * lender, GstNtTileMemoryKind kind, GstMemory * block,
    const GstNtLoanRequest * request)
{
  const gsize row_bytes = request->width * NTM_BYTES_PER_PIXEL;
  const gboolean scratch = kind == GST_NT_TILE_MEMORY_SCRATCH;
  GstNtTileMemory *memory;
  GstNtTileRows rows;
  GstMapInfo map;

  if (!gst_memory_map (block, &map, GST_MAP_READWRITE)) {
    gst_memory_unref (block);
    return NULL;
  }

  if (scratch)
    rows = gst_nt_guards_set (map.data, row_bytes, request->height);
  else
    rows = (GstNtTileRows) { map.data, request->bytes, request->bytes, 1 };
  memory = gst_nt_tile_memory_new (kind, &rows, gone_block,
      gst_nt_lender_ref (lender));
  memory->block = block;
  memory->map = map;
  memory->unchecked = scratch;
  g_mutex_lock (&lender->lock);
  memory->probation = lender->probation;
  g_mutex_unlock (&lender->lock);
  gst_nt_strip_pool_count_frame (lender->strips, &lender->borrower, memory);

  return memory;
}

static GstNtTileMemory *
lend_scratch (GstNtLender * lender, const GstNtLoanRequest * request)
{
  const gsize bytes = get_scratch_bytes (request);
  GstMemory *block = bytes > 0 ? get_block (lender, request, bytes) : NULL;

  return block == NULL ? NULL
      : wrap_block (lender, GST_NT_TILE_MEMORY_SCRATCH, block, request);
}

static GstNtTileMemory *
lend_block (GstNtLender * lender, const GstNtLoanRequest * request)
{
  GstMemory *block = get_block (lender, request, request->bytes);

  return block == NULL ? NULL
      : wrap_block (lender, GST_NT_TILE_MEMORY_BLOCK, block, request);
}

/* Whether there can be a tile that is all that @request asks for. Bytes beside the
 * rows of a tile are not upstream's, so it must not ask for any. */
static gboolean
any_tile_fits (const GstNtLoanRequest * request)
{
  return request->width > 0 && request->height > 0
      && request->bytes
      == request->width * request->height * NTM_BYTES_PER_PIXEL
      && (request->params.align & ~GST_NT_STRIP_ALIGN_MASK) == 0
      && request->params.prefix == 0 && request->params.padding == 0;
}

/* Whether this one is: size and alignment of its rows. */
static gboolean
tile_fits (const GstNtLayout * layout, guint i,
    const GstNtLoanRequest * request)
{
  const NtmTile *tile = &layout->tiles[i];
  const gsize place = tile->x * NTM_BYTES_PER_PIXEL
      + tile->frame_y * layout->geometry.stride;

  return tile->width == request->width && tile->frame_height == request->height
      && ((place | layout->geometry.stride) & request->params.align) == 0;
}

/* Memory that stands idle is given up bit by bit once tiles are lent. */
static GstNtTileMemory *
lend_view (GstNtLender * lender, GstNtLayout * layout, guint tile)
{
  GstNtTileMemory *view = gst_nt_strip_pool_lend (lender->strips,
      &lender->borrower, layout, tile, gone_view, lender);
  GstMemory *idle;

  if (view == NULL)
    return NULL;
  gst_nt_lender_ref (lender);

  g_mutex_lock (&lender->lock);
  idle = g_queue_pop_tail (&lender->idle);
  g_mutex_unlock (&lender->lock);
  if (idle)
    gst_memory_unref (idle);

  return view;
}

/* What kind of memory the next frame gets, as far as upstream's record goes; and
 * the tile for a view, with a reference on its layout. */
static GstNtTileMemoryKind
decide (GstNtLender * lender, const GstNtLoanRequest * request,
    GstNtLayout ** layout, guint * tile)
{
  GstNtTileMemoryKind kind = GST_NT_TILE_MEMORY_BLOCK;

  *layout = NULL;
  if (!any_tile_fits (request))
    return kind;

  g_mutex_lock (&lender->lock);
  if (lender->refused) {
    kind = GST_NT_TILE_MEMORY_BLOCK;
  } else if (!lender->trusting && lender->n_intact < PROBATION_FRAMES) {
    kind = GST_NT_TILE_MEMORY_SCRATCH;
  } else if (lender->layout
      && tile_fits (lender->layout, lender->tile, request)) {
    if (!lender->trusting && lender->n_until_check-- == 0) {
      lender->n_until_check = SPOT_CHECK_INTERVAL - 1;
      kind = GST_NT_TILE_MEMORY_SCRATCH;
    } else {
      kind = GST_NT_TILE_MEMORY_VIEW;
      *layout = gst_nt_layout_ref (lender->layout);
      *tile = lender->tile;
    }
  }
  g_mutex_unlock (&lender->lock);

  return kind;
}

GstNtTileMemory *
gst_nt_lender_lend (GstNtLender * lender, const GstNtLoanRequest * request)
{
  GstNtTileMemory *memory = NULL;
  GstNtLayout *layout;
  guint tile;

  switch (decide (lender, request, &layout, &tile)) {
    case GST_NT_TILE_MEMORY_VIEW:
      memory = lend_view (lender, layout, tile);
      gst_nt_layout_unref (layout);
      break;
    case GST_NT_TILE_MEMORY_SCRATCH:
      memory = lend_scratch (lender, request);
      break;
    default:
      break;
  }

  return memory ? memory : lend_block (lender, request);
}
