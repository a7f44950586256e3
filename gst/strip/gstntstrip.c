/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Memory and ledger of one strip. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrip-private.h"
#include "gstntworkers-private.h"

#include <unistd.h>

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
  const gsize begin = (gsize) piece * GST_NT_HUGE_PAGE_BYTES;
  const gsize bytes = MIN (GST_NT_HUGE_PAGE_BYTES, area->bytes - begin);
  gsize offset;

  for (offset = 0; offset < bytes; offset += area->page_bytes)
    *(volatile guint8 *) (area->data + begin + offset) = 0;
}

/* What takes time is the kernel, which clears the pages: that goes as fast as there
 * are threads. */
void
gst_nt_strip_touch (GstNtStrip * strip)
{
  Area area = { strip->data, strip->bytes, (gsize) sysconf (_SC_PAGESIZE) };

  gst_nt_workers_ref ();
  gst_nt_workers_run (touch_piece, NULL, &area,
      (strip->bytes - 1) / GST_NT_HUGE_PAGE_BYTES + 1,
      gst_nt_workers_get_n_cpus ());
  gst_nt_workers_unref ();
}

GstNtStrip *
gst_nt_strip_new (gsize bytes, gsize align_mask)
{
  GstNtStrip *strip = g_new0 (GstNtStrip, 1);

  if (!gst_nt_pages_map (&strip->pages, bytes,
          align_mask | GST_NT_STRIP_ALIGN_MASK)) {
    g_free (strip);
    return NULL;
  }
  strip->data = strip->pages.data;
  strip->bytes = bytes;

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
  gst_nt_pages_unmap (&strip->pages);
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
  strip->views = g_new0 (GstNtView *, layout->n_tiles);
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
    const GstNtTileContent unknown = {.frame = GST_NT_CONTENT_UNKNOWN };
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
