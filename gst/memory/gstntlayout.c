/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntlayout.h"

/* Enough for one sentence with some numbers; ntm_layout_explain() cuts a longer
 * one. */
#define EXPLANATION_BYTES 256

/* GstVideoInfo rounds a width up to this many pixels before it compares the
 * bytes with its limit. */
#define ROUNDED_WIDTH 128

/* The bytes that GstVideoInfo counts at most. Can't overflow: without the
 * rounding, and half as many, they are at most GST_NT_MAX_BYTES. */
static guint64
count_bytes (const NtmLayout * layout)
{
  const gboolean shares_samples = layout->rules.x_granularity > 1;

  const guint64 width =
      ((guint64) layout->width + ROUNDED_WIDTH - 1) / ROUNDED_WIDTH
      * ROUNDED_WIDTH;

  return width * layout->pixel_bytes * layout->height
      * (shares_samples ? 3 : 2) / 2;
}

static gboolean
is_describable (const NtmLayout * layout, GError ** error)
{
  const guint64 bytes = count_bytes (layout);

  if (bytes <= GST_NT_MAX_BYTES)
    return TRUE;

  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "the strip of %" G_GSIZE_FORMAT " tiles would be %ux%u pixels, %"
      G_GUINT64_FORMAT " bytes with the width rounded up to a multiple of "
      "%d%s, and GStreamer can describe %" G_GUINT64_FORMAT " at most",
      layout->n_tiles, layout->width, layout->height, bytes, ROUNDED_WIDTH,
      layout->rules.x_granularity > 1 ? " and shared samples counted twice"
      : "", GST_NT_MAX_BYTES);
  return FALSE;
}

/* 0: no limit. */
static guint64
get_lower (guint64 asked, guint64 limit)
{
  return asked > 0 && asked < limit ? asked : limit;
}

/* What the caller can do. @limited: with GStreamer's limits. */
static const gchar *
get_advice (NtmStatus status, const NtmLayoutRules * limited)
{
  switch (status) {
    case NTM_TOO_MANY_TILES:
      return ": set more columns or rows, or one of both to 0";
    case NTM_TOO_WIDE:
      return limited->max_width < GST_NT_MAX_WIDTH (limited->pixel_bytes)
          ? ": set a larger max-width, or use fewer columns or narrower tiles"
          : " that GStreamer can describe";
    case NTM_TOO_LARGE:
      /* With 32-bit addresses there is a lower limit. */
      return limited->max_bytes < GST_NT_MAX_BYTES
          || GST_NT_MAX_BYTES > G_MAXSSIZE ? ""
          : " that GStreamer can describe";
    default:
      return "";
  }
}

static void
explain (NtmStatus status, const NtmTile * tiles, guint n_tiles,
    const NtmLayoutRules * rules, GError ** error)
{
  gchar why[EXPLANATION_BYTES];

  ntm_layout_explain (status, tiles, n_tiles, rules, why, sizeof (why));
  if (status == NTM_NO_MEMORY)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT,
        "%s for the places of %u tiles: free memory and start again", why,
        n_tiles);
  else
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "%s%s", why,
        get_advice (status, rules));
}

NtmLayout *
gst_nt_layout_new (const NtmTile * tiles, guint n_tiles,
    const NtmLayoutRules * rules, GError ** error)
{
  NtmLayoutRules limited = *rules;
  NtmLayout *layout;
  NtmStatus status;

  limited.max_width = get_lower (rules->max_width,
      GST_NT_MAX_WIDTH (MAX (rules->pixel_bytes, 1)));
  limited.stride_granularity = GST_NT_STRIDE_GRANULARITY;
  limited.max_bytes = get_lower (rules->max_bytes, GST_NT_MAX_BYTES);
  status = ntm_layout_new (&layout, tiles, n_tiles, &limited);
  if (status != NTM_OK) {
    explain (status, tiles, n_tiles, &limited, error);
    return NULL;
  }
  if (!is_describable (layout, error)) {
    ntm_layout_unref (layout);
    return NULL;
  }

  return layout;
}
