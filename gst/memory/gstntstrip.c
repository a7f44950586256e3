/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstrip.h"

GstNtStrip *
gst_nt_strip_new (NtmLayout * layout, gsize padding, gsize align_mask)
{
  const NtmStripMemory memory = {
    .alignment = align_mask + 1,
    .slack_bytes = padding,
  };
  GstNtStrip *strip;

  if (align_mask == G_MAXSIZE)
    return NULL;

  strip = g_new0 (GstNtStrip, 1);
  if (ntm_strip_new (&strip->strip, layout, &memory) != NTM_OK) {
    g_free (strip);
    return NULL;
  }
  strip->bytes = layout->bytes + padding;
  strip->align_mask = align_mask;
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
