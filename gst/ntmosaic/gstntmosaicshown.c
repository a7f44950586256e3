/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The layout of all tiles comes from the negotiation. The layout of the strips
 * is derived from it here, between two strips: the caps don't change, so
 * downstream is not asked. The layout of all tiles stays the same object, so a
 * strip that was not used meanwhile still knows what its tiles hold. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicshown.h"

#include "gstntlayout.h"
#include "gstntmosaicallocation.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicpad.h"

/* ---- Which tile ---- */

static void
warn_of_unknown (GstNtMosaic * self, gint number)
{
  GList *pads;
  gchar *names;

  if (self->unknown_source == number)
    return;

  self->unknown_source = number;
  pads = g_list_sort (gst_nt_mosaic_ref_pads (self),
      gst_nt_mosaic_pad_compare);
  names = gst_nt_mosaic_list_pads (pads, FALSE);
  gst_nt_mosaic_warn (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "show-source is %d, but the pads are %s, and the strip is background: "
      "set show-source to the number of a pad, or to -1 to show all", number,
      names);
  g_free (names);
  g_list_free_full (pads, gst_object_unref);
}

/* The tile that is shown alone, GST_NT_MOSAIC_SHOWS_ALL or
 * GST_NT_MOSAIC_SHOWS_NONE. */
static gint
find_shown (GstNtMosaic * self, const GstNtMosaicSettings * settings)
{
  gint shown = GST_NT_MOSAIC_SHOWS_NONE;
  gboolean found = FALSE;
  GList *l;

  if (settings->show_source < 0) {
    self->unknown_source = -1;
    return GST_NT_MOSAIC_SHOWS_ALL;
  }

  GST_OBJECT_LOCK (self);
  for (l = GST_ELEMENT (self)->sinkpads; l && !found; l = l->next) {
    const GstNtMosaicPad *pad = l->data;

    found = pad->number == (guint) settings->show_source;
    if (found && pad->tile >= 0)
      shown = pad->tile;
  }
  GST_OBJECT_UNLOCK (self);

  if (found)
    self->unknown_source = -1;
  else
    warn_of_unknown (self, settings->show_source);

  return shown;
}

gboolean
gst_nt_mosaic_is_hidden (GstNtMosaic * self, guint tile)
{
  return self->shown != GST_NT_MOSAIC_SHOWS_ALL && self->shown != (gint) tile;
}

/* ---- Where it stands ---- */

/* One row of tiles, and all but one have no width: the strip is the cell in
 * which that tile stands. */
static NtmLayout *
place_alone (const NtmLayout * all, const GstNtMosaicSettings * settings,
    gint shown, GError ** error)
{
  NtmTile *tiles = g_new0 (NtmTile, all->n_tiles);
  NtmLayoutRules rules = all->rules;
  NtmLayout *layout;

  rules.columns = 0;
  rules.rows = 0;
  rules.fold = NTM_FOLD_NEVER;
  rules.gap_x = 0;
  rules.gap_y = 0;
  rules.min_row_height = 0;
  rules.min_width = all->width;
  rules.min_height = all->height;
  rules.align_x = settings->align_x;
  rules.align_y = settings->align;
  if (shown >= 0)
    tiles[shown] = all->tiles[shown];

  layout = gst_nt_layout_new (tiles, all->n_tiles, &rules, error);
  g_free (tiles);

  return layout;
}

static NtmLayout *
place_shown (NtmLayout * all, const GstNtMosaicSettings * settings,
    gint shown, GError ** error)
{
  return shown == GST_NT_MOSAIC_SHOWS_ALL ? ntm_layout_ref (all)
      : place_alone (all, settings, shown, error);
}

static NtmLayout *
align_all (const NtmLayout * all, const GstNtMosaicSettings * settings,
    GError ** error)
{
  NtmLayoutRules rules = all->rules;

  rules.align_x = settings->align_x;
  rules.align_y = settings->align;

  return gst_nt_layout_new (all->tiles, all->n_tiles, &rules, error);
}

static gboolean
stand_alike (const NtmLayout * a, const NtmLayout * b)
{
  guint i;

  for (i = 0; i < a->n_tiles; i++)
    if (a->cells[i].frame.x != b->cells[i].frame.x
        || a->cells[i].frame.y != b->cells[i].frame.y)
      return FALSE;

  return TRUE;
}

/* ---- The layouts ---- */

static void
fail (GstNtMosaic * self, GError * error)
{
  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
}

/* Takes over both layouts. */
static void
set_layouts (GstNtMosaic * self, NtmLayout * all, NtmLayout * layout,
    gint shown)
{
  NtmLayout *old_all;
  NtmLayout *old;

  GST_OBJECT_LOCK (self);
  old_all = self->all_tiles;
  old = self->layout;
  self->all_tiles = all;
  self->layout = layout;
  GST_OBJECT_UNLOCK (self);

  self->shown = shown;
  g_clear_pointer (&old_all, ntm_layout_unref);
  g_clear_pointer (&old, ntm_layout_unref);
}

gboolean
gst_nt_mosaic_adopt_shown (GstNtMosaic * self,
    const GstNtMosaicSettings * settings)
{
  const gint shown = find_shown (self, settings);
  GError *error = NULL;
  NtmLayout *layout = place_shown (self->all_tiles, settings, shown, &error);

  if (layout == NULL) {
    fail (self, error);
    return FALSE;
  }
  set_layouts (self, ntm_layout_ref (self->all_tiles), layout, shown);

  return TRUE;
}

/* The layout of all tiles by the new alignment; the old one if no tile
 * moves. */
static NtmLayout *
follow_align (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    GError ** error)
{
  NtmLayout *all = align_all (self->all_tiles, settings, error);

  if (all == NULL || !stand_alike (all, self->all_tiles))
    return all;

  ntm_layout_unref (all);
  return ntm_layout_ref (self->all_tiles);
}

/* The element negotiates before the next strip if align has changed; a handler
 * of samples-selected may have changed it for this one. Settings that change
 * cells need new caps, and hold from the next negotiation on. */
gboolean
gst_nt_mosaic_follow_settings (GstNtMosaic * self,
    const GstNtMosaicSettings * settings)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  const gboolean is_changed = g_atomic_int_get (&self->has_new_wall);
  NtmLayout *layout = NULL;
  GError *error = NULL;
  NtmLayout *all;
  gint shown;

  if (GST_PAD_IS_FLUSHING (srcpad))
    return TRUE;
  shown = find_shown (self, settings);
  if (!is_changed && shown == self->shown)
    return TRUE;

  all = is_changed ? follow_align (self, settings, &error)
      : ntm_layout_ref (self->all_tiles);
  if (all)
    layout = place_shown (all, settings, shown, &error);
  if (layout == NULL) {
    g_clear_pointer (&all, ntm_layout_unref);
    fail (self, error);
    return FALSE;
  }

  if (shown == self->shown && stand_alike (layout, self->layout)) {
    ntm_layout_unref (layout);
    ntm_layout_unref (all);
    return TRUE;
  }
  set_layouts (self, all, layout, shown);
  if (!gst_nt_mosaic_configure_strips (self, settings, &error)) {
    fail (self, error);
    return FALSE;
  }

  return TRUE;
}
