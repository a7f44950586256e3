/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A strip: memory and ledger. */

#include "memory/strip.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "workers/workers.h"

/* ---- Making and freeing ---- */

static NtmStrip *
new_strip (NtmLayout * layout)
{
  NtmStrip *strip = calloc (1, sizeof *strip);

  if (strip == NULL)
    return NULL;
  if (!ntm_ledger_init (&strip->ledger, layout->n_cells,
          layout->background_bytes)) {
    free (strip);
    return NULL;
  }
  strip->layout = ntm_layout_ref (layout);

  return strip;
}

void
ntm_strip_free (NtmStrip * strip)
{
  if (strip == NULL)
    return;

  ntm_pages_unmap (&strip->pages);
  ntm_ledger_clear (&strip->ledger);
  ntm_layout_unref (strip->layout);
  free (strip);
}

NtmStatus
ntm_strip_new (NtmStrip ** strip, NtmLayout * layout,
    const NtmStripMemory * memory)
{
  const size_t slack_bytes = memory ? memory->slack_bytes : 0;
  const size_t alignment = memory && memory->alignment > NTM_STRIP_ALIGNMENT
      ? memory->alignment : NTM_STRIP_ALIGNMENT;
  NtmStrip *self;
  size_t bytes;

  *strip = NULL;
  if (__builtin_add_overflow (layout->bytes, slack_bytes, &bytes))
    return NTM_NO_MEMORY;
  self = new_strip (layout);
  if (self == NULL)
    return NTM_NO_MEMORY;
  if (ntm_pages_map (&self->pages, bytes, alignment) != NTM_OK) {
    ntm_strip_free (self);
    return NTM_NO_MEMORY;
  }

  self->data = self->pages.data;
  self->stride = layout->stride;
  self->bytes = bytes;
  self->slack_bytes = slack_bytes;
  *strip = self;

  return NTM_OK;
}

static bool
is_stride_of (ptrdiff_t stride, const NtmLayout * layout)
{
  const size_t distance = stride < 0 ? -(size_t) stride : (size_t) stride;

  return distance >= (size_t) layout->width * layout->pixel_bytes;
}

NtmStatus
ntm_strip_wrap (NtmStrip ** strip, NtmLayout * layout, void *data,
    ptrdiff_t stride)
{
  NtmStrip *self;

  *strip = NULL;
  if (!is_stride_of (stride, layout))
    return NTM_BAD_STRIDE;
  self = new_strip (layout);
  if (self == NULL)
    return NTM_NO_MEMORY;

  self->data = data;
  self->stride = stride;
  *strip = self;

  return NTM_OK;
}

NtmStatus
ntm_strip_set_data (NtmStrip * strip, void *data, ptrdiff_t stride)
{
  if (!is_stride_of (stride, strip->layout))
    return NTM_BAD_STRIDE;

  strip->data = data;
  strip->stride = stride;
  ntm_strip_invalidate (strip);

  return NTM_OK;
}

/* ---- Touching ---- */

typedef struct
{
  uint8_t *data;
  size_t bytes;
  size_t page_bytes;
  const int *is_over;           /* atomic */
} Area;

/* Writes to each page of one piece. */
static void
touch_piece (void *data, size_t piece)
{
  const Area *area = data;
  const size_t begin = piece * NTM_HUGE_PAGE_BYTES;
  size_t end = begin + NTM_HUGE_PAGE_BYTES;

  if (__atomic_load_n (area->is_over, __ATOMIC_RELAXED))
    return;
  if (end > area->bytes)
    end = area->bytes;
  for (size_t offset = begin; offset < end; offset += area->page_bytes)
    *(volatile uint8_t *) (area->data + offset) = 0;
}

/* The time is the kernel's, which clears the pages: as many threads as possible
 * share it. */
void
ntm_strip_touch_until (NtmStrip * strip, const int *is_over)
{
  Area area = { strip->data, strip->bytes, sysconf (_SC_PAGESIZE), is_over };

  if (strip->bytes == 0)
    return;

  ntm_workers_ref ();
  ntm_workers_run (touch_piece, NULL, &area,
      (strip->bytes - 1) / NTM_HUGE_PAGE_BYTES + 1, UINT_MAX);
  ntm_workers_unref ();
  ntm_strip_invalidate (strip);
}

void
ntm_strip_touch (NtmStrip * strip)
{
  static const int never;

  ntm_strip_touch_until (strip, &never);
}

/* ---- What it is ---- */

NtmStatus
ntm_strip_set_layout (NtmStrip * strip, NtmLayout * layout)
{
  NtmLedger ledger;

  if (strip->layout == layout)
    return NTM_OK;
  if (strip->bytes > 0 && layout->bytes > strip->bytes - strip->slack_bytes)
    return NTM_TOO_LARGE;
  if (strip->bytes == 0 && !is_stride_of (strip->stride, layout))
    return NTM_BAD_STRIDE;
  if (!ntm_ledger_init (&ledger, layout->n_cells, layout->background_bytes))
    return NTM_NO_MEMORY;

  ntm_ledger_clear (&strip->ledger);
  strip->ledger = ledger;
  ntm_layout_ref (layout);
  ntm_layout_unref (strip->layout);
  strip->layout = layout;
  if (strip->bytes > 0)
    strip->stride = layout->stride;

  return NTM_OK;
}

NtmLayout *
ntm_strip_get_layout (const NtmStrip * strip)
{
  return strip->layout;
}

void *
ntm_strip_get_data (const NtmStrip * strip)
{
  return strip->data;
}

ptrdiff_t
ntm_strip_get_stride (const NtmStrip * strip)
{
  return strip->stride;
}

/* ---- What it holds ---- */

void
ntm_strip_invalidate (NtmStrip * strip)
{
  atomic_store_explicit (&strip->ledger.is_void, true, memory_order_release);
}

NtmPlace
ntm_strip_get_place (const NtmStrip * strip, size_t cell)
{
  const NtmRect *frame = &strip->layout->cells[cell].frame;
  const size_t pixel_bytes = strip->layout->pixel_bytes;
  const NtmPlace place = {
    .data = strip->data + (ptrdiff_t) frame->y * strip->stride
        + frame->x * pixel_bytes,
    .stride = strip->stride,
    .row_bytes = frame->width * pixel_bytes,
    .rows = frame->height,
  };

  return place;
}

NtmWanted
ntm_strip_want (const NtmStrip * strip, size_t cell, const NtmSource * source)
{
  NtmWanted wanted = { NTM_CONTENT_UNKNOWN, true, false };
  NtmPlace place;

  if (source == NULL || source->pixels == NULL)
    return wanted;

  place = ntm_strip_get_place (strip, cell);
  wanted.frame = source->content;
  wanted.frame_is_background = false;
  wanted.is_in_place = source->pixels == place.data
      && (source->stride == place.stride || place.rows == 1);

  return wanted;
}

unsigned
ntm_strip_ask (const NtmStrip * strip, size_t cell, const NtmSource * source,
    const void *background)
{
  const NtmWanted wanted = ntm_strip_want (strip, cell, source);

  return ntm_ledger_ask (&strip->ledger, cell, &wanted, background);
}

bool
ntm_strip_fill_tile (NtmStrip * strip, size_t tile, uint64_t content,
    NtmPlace * place)
{
  const NtmWanted wanted = { content, false, false };
  const NtmLedger *ledger = &strip->ledger;

  *place = ntm_strip_get_place (strip, tile);
  if (!(ntm_ledger_ask (ledger, tile, &wanted, ledger->background)
          & NTM_MISSES_FRAME))
    return false;

  ntm_ledger_forget_frame (&strip->ledger, tile);

  return true;
}

NtmTileWord
ntm_strip_get_word (const NtmStrip * strip, size_t tile)
{
  return strip->ledger.lines[tile].word;
}

/* ---- Content ids ---- */

uint64_t
ntm_content_new (void)
{
  static _Atomic uint64_t last = NTM_CONTENT_UNKNOWN;

  return atomic_fetch_add_explicit (&last, 1, memory_order_relaxed) + 1;
}
