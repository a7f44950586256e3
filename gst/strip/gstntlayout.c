/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The shared, reference-counted form of a placed geometry. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntlayout.h"

/* One sentence with some numbers; ntm_layout_explain() cuts what is longer. */
#define EXPLANATION_BYTES 256

GstNtLayout *
gst_nt_layout_new (const NtmTile * tiles, guint n_tiles,
    const NtmLayoutRules * rules, GError ** error)
{
  NtmTile *placed = g_memdup2 (tiles, n_tiles * sizeof (NtmTile));
  NtmLayout geometry;
  NtmLayoutStatus status;
  GstNtLayout *layout;

  status = ntm_layout_place (&geometry, placed, n_tiles, rules);
  if (status != NTM_LAYOUT_OK) {
    gchar why[EXPLANATION_BYTES];

    ntm_layout_explain (status, placed, n_tiles, rules, why, sizeof (why));
    g_set_error_literal (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, why);
    g_free (placed);
    return NULL;
  }

  layout = g_atomic_rc_box_new (GstNtLayout);
  layout->geometry = geometry;
  layout->n_tiles = n_tiles;
  layout->tiles = placed;

  return layout;
}

GstNtLayout *
gst_nt_layout_ref (GstNtLayout * layout)
{
  return g_atomic_rc_box_acquire (layout);
}

static void
clear_layout (gpointer data)
{
  GstNtLayout *layout = data;

  g_free ((NtmTile *) layout->tiles);
}

void
gst_nt_layout_unref (GstNtLayout * layout)
{
  g_atomic_rc_box_release_full (layout, clear_layout);
}
