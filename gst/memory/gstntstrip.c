/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrip-private.h"

GstNtStrip *
gst_nt_strip_new (NtmLayout * layout, gsize padding, gsize align_mask)
{
  const NtmStripMemory memory = {
    .alignment = align_mask + 1,
    .slack_bytes = padding,
  };
  GstNtStrip *strip = g_new0 (GstNtStrip, 1);

  if (ntm_strip_new (&strip->strip, layout, &memory) != NTM_OK) {
    g_free (strip);
    return NULL;
  }
  strip->bytes = layout->bytes + padding;
  strip->views = g_new0 (GstNtView *, layout->n_tiles);

  return strip;
}

void
gst_nt_strip_free (GstNtStrip * strip)
{
  g_free (strip->views);
  ntm_strip_free (strip->strip);
  g_free (strip);
}

gboolean
gst_nt_strip_prepare (GstNtStrip * strip, NtmLayout * layout)
{
  if (gst_nt_strip_get_layout (strip) == layout)
    return TRUE;
  if (ntm_strip_set_layout (strip->strip, layout) != NTM_OK)
    return FALSE;

  g_free (strip->views);
  strip->views = g_new0 (GstNtView *, layout->n_tiles);

  return TRUE;
}

static gboolean
stays (const NtmSource * source, guint64 last_content)
{
  return source == NULL || source->pixels == NULL
      || (source->content != NTM_CONTENT_UNKNOWN
      && source->content <= last_content);
}

static guint64
count_pixels (const NtmRect * rect)
{
  return (guint64) rect->width * rect->height;
}

guint64
gst_nt_strip_weigh_missing (const GstNtStrip * strip, const NtmLayout * layout,
    const NtmSource * sources, gconstpointer background, guint64 last_content)
{
  const gboolean is_known = gst_nt_strip_get_layout (strip) == layout;
  guint64 weight = 0;
  gsize i;

  for (i = 0; i < layout->n_cells; i++) {
    const NtmSource *source = i < layout->n_tiles ? &sources[i] : NULL;
    const NtmCell *cell = &layout->cells[i];
    const guint64 pixels = count_pixels (&cell->frame);
    const guint missing = is_known
        ? ntm_strip_ask (strip->strip, i, source, background)
        : NTM_MISSES_FRAME | NTM_MISSES_MARGIN;

    if (missing & NTM_MISSES_FRAME)
      weight += stays (source, last_content) ? pixels
          : pixels * GST_NT_STRIP_WEIGHT;
    if (missing & NTM_MISSES_MARGIN)
      weight += count_pixels (&cell->cell) - pixels;
  }

  return weight;
}
