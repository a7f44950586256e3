/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Memory and ledger of one strip. Memory comes straight from the kernel: a
 * strip is large, lives long, and wants huge pages and its pages touched before
 * the first frame, none of which malloc promises. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrip-private.h"
#include "gstntworkers-private.h"

#include <sys/mman.h>
#include <unistd.h>

/* The size of a huge page on x86-64, and the usual one on arm64. A block that
 * is not aligned to it can't be backed by huge pages at its ends. */
#define HUGE_PAGE_BYTES ((gsize) 2 << 20)

static gsize
round_up (gsize value, gsize power_of_two)
{
  return (value + power_of_two - 1) & ~(power_of_two - 1);
}

/* 400 MiB are 102,400 small pages, or 200 huge ones: fewer faults, fewer TLB
 * misses. A kernel without them says no, and all goes on with small pages. */
static void
advise_huge_pages (gpointer data, gsize bytes)
{
#ifdef MADV_HUGEPAGE
  (void) madvise (data, bytes, MADV_HUGEPAGE);
#endif
}

typedef struct
{
  guint8 *data;
  gsize bytes;
  gsize page_bytes;
} Area;

/* Writes to each page of one piece. */
static void
touch_piece (gpointer data, guint piece)
{
  const Area *area = data;
  const gsize end = MIN ((gsize) (piece + 1) * HUGE_PAGE_BYTES, area->bytes);
  gsize offset;

  for (offset = (gsize) piece * HUGE_PAGE_BYTES; offset < end;
      offset += area->page_bytes)
    *(volatile guint8 *) (area->data + offset) = 0;
}

/* What takes time is the kernel, which clears the pages: that goes as fast as there
 * are threads. */
void
gst_nt_strip_touch (GstNtStrip * strip)
{
  Area area = { strip->data, strip->bytes, (gsize) sysconf (_SC_PAGESIZE) };

  gst_nt_workers_ref ();
  gst_nt_workers_run (touch_piece, NULL, &area,
      (strip->bytes + HUGE_PAGE_BYTES - 1) / HUGE_PAGE_BYTES,
      gst_nt_workers_get_n_cpus ());
  gst_nt_workers_unref ();
}

GstNtStrip *
gst_nt_strip_new (gsize bytes, gsize align_mask)
{
  gsize align = (align_mask | GST_NT_STRIP_ALIGN_MASK) + 1;
  GstNtStrip *strip;
  gsize mapping_bytes;
  guint8 *mapping;
  guint8 *data;

  if (bytes >= HUGE_PAGE_BYTES)
    align = MAX (align, HUGE_PAGE_BYTES);

  mapping_bytes = bytes + GST_NT_STRIP_SLACK_BYTES + align;
  if (mapping_bytes < bytes)
    return NULL;

  mapping = mmap (NULL, mapping_bytes, PROT_READ | PROT_WRITE,
      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED)
    return NULL;

  data = (guint8 *) round_up ((gsize) mapping, align);
  if (bytes >= HUGE_PAGE_BYTES)
    advise_huge_pages (data, bytes);

  strip = g_new0 (GstNtStrip, 1);
  strip->data = data;
  strip->bytes = bytes;
  strip->mapping = mapping;
  strip->mapping_bytes = mapping_bytes;

  return strip;
}

static void
forget_ledger (GstNtStrip * strip)
{
  g_clear_pointer (&strip->layout, gst_nt_layout_unref);
  g_clear_pointer (&strip->contents, g_free);
  g_clear_pointer (&strip->views, g_free);
}

void
gst_nt_strip_free (GstNtStrip * strip)
{
  forget_ledger (strip);
  munmap (strip->mapping, strip->mapping_bytes);
  g_free (strip);
}

void
gst_nt_strip_prepare (GstNtStrip * strip, GstNtLayout * layout)
{
  gboolean written = g_atomic_int_and ((guint *) & strip->written, 0) != 0;

  if (strip->layout == layout && !written)
    return;

  forget_ledger (strip);
  strip->layout = gst_nt_layout_ref (layout);
  strip->contents = g_new0 (GstNtTileContent, layout->n_tiles);
  strip->views = g_new0 (GstNtTileMemory *, layout->n_tiles);
}

static guint64
weigh (guint64 pixels, gboolean stays)
{
  return stays ? pixels : pixels * GST_NT_STRIP_WEIGHT;
}

guint64
gst_nt_strip_weigh_missing (GstNtStrip * strip, const GstNtLayout * layout,
    const GstNtTileSource * sources, guint32 background, guint64 last_content)
{
  const gboolean is_known =
      strip->layout == layout && !g_atomic_int_get (&strip->written);
  const guint height = layout->geometry.height;
  const gsize stride = layout->geometry.stride;
  guint64 weight = 0;
  guint i;

  for (i = 0; i < layout->n_tiles; i++) {
    const NtmTile *tile = &layout->tiles[i];
    const GstNtTileContent unknown = { GST_NT_CONTENT_UNKNOWN, };
    const GstNtTileContent *held = is_known ? &strip->contents[i] : &unknown;
    const GstNtTileContent wanted =
        gst_nt_tile_content_wanted (&sources[i], background);

    if (sources[i].data != gst_nt_tile_address (strip->data, stride, tile)
        && gst_nt_content_is_missing (held->frame, wanted.frame))
      weight += weigh ((guint64) tile->width * tile->frame_height,
          gst_nt_content_stays (wanted.frame, last_content));
    if (gst_nt_content_is_missing (held->margin, wanted.margin))
      weight += weigh ((guint64) tile->width * (height - tile->frame_height),
          TRUE);
  }

  return weight;
}
