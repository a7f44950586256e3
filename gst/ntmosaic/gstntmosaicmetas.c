/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Of the metas that come with frames, only boxes go along: GStreamer can't say
 * which part of a picture any other meta is about. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicmetas.h"

/* ---- Tiles ---- */

static const gchar *
name_word (NtmTileWord word)
{
  switch (word) {
    case NTM_TILE_COPIED:
      return "copied";
    case NTM_TILE_KEPT:
      return "kept";
    default:
      return "background";
  }
}

void
gst_nt_mosaic_add_tile_meta (GstBuffer * strip, const GstNtMosaicTile * tile)
{
  const NtmRect *rect = tile->frame ? &tile->cell->frame : &tile->cell->cell;
  GstVideoRegionOfInterestMeta *meta;
  GstStructure *param;

  meta = gst_buffer_add_video_region_of_interest_meta (strip, "tile", rect->x,
      rect->y, rect->width, rect->height);
  meta->id = tile->pad;
  param = gst_structure_new ("application/x-ntmosaic-tile",
      "pad", G_TYPE_UINT, tile->pad, "state", G_TYPE_STRING,
      name_word (tile->word), NULL);
  if (tile->frame && GST_BUFFER_PTS_IS_VALID (tile->frame))
    gst_structure_set (param, "pts", G_TYPE_UINT64,
        GST_BUFFER_PTS (tile->frame), NULL);
  gst_video_region_of_interest_meta_add_param (meta, param);
}

/* ---- Boxes ---- */

/* A box of a frame, and what it became in the strip. */
typedef struct
{
  const GstVideoRegionOfInterestMeta *box;
  GstVideoRegionOfInterestMeta *moved;
} Move;

/* Sets @to_start and @to_size to the part of one side of a box that is in the
 * frame. The fields of the meta are unsigned, but a detector's box may begin
 * before the frame. FALSE if nothing is left of it. A side may be empty from
 * the start. */
static gboolean
clip_side (guint start, guint size, guint frame_size, guint * to_start,
    guint * to_size)
{
  const gint64 from = (gint) start;
  const gint64 begin = MAX (from, 0);
  const gint64 end = MIN (from + size, frame_size);

  if (end < begin || (end == begin && size > 0))
    return FALSE;

  *to_start = begin;
  *to_size = end - begin;
  return TRUE;
}

static gboolean
clip_box (const GstVideoRegionOfInterestMeta * box, const NtmRect * frame,
    NtmRect * in_frame)
{
  return clip_side (box->x, box->w, frame->width, &in_frame->x,
      &in_frame->width)
      && clip_side (box->y, box->h, frame->height, &in_frame->y,
      &in_frame->height);
}

static gpointer
copy_param (gconstpointer param, gpointer unused)
{
  return gst_structure_copy (param);
}

/* This mosaic's structure comes first. If the frame is a strip itself, its
 * boxes bring one already, which comes after it. */
static GList *
copy_params (const GstVideoRegionOfInterestMeta * box, guint pad)
{
  GList *params = g_list_copy_deep (box->params, copy_param, NULL);

  return g_list_prepend (params,
      gst_structure_new ("application/x-ntmosaic-box",
          "pad", G_TYPE_UINT, pad, "id", G_TYPE_INT, box->id,
          "parent-id", G_TYPE_INT, box->parent_id, NULL));
}

/* Returns NULL if the box has no pixel in the frame. Beyond G_MAXINT, ids go on
 * with the negative numbers. */
static GstVideoRegionOfInterestMeta *
move_box (GstBuffer * strip, const GstVideoRegionOfInterestMeta * box,
    const GstNtMosaicTile * tile, guint * last_id)
{
  const NtmRect *frame = &tile->cell->frame;
  GstVideoRegionOfInterestMeta *moved;
  NtmRect rect;

  if (!clip_box (box, frame, &rect))
    return NULL;

  moved = gst_buffer_add_video_region_of_interest_meta_id (strip,
      box->roi_type, frame->x + rect.x, frame->y + rect.y, rect.width,
      rect.height);
  *last_id += 1;
  moved->id = (gint) *last_id;
  moved->params = copy_params (box, tile->pad);

  return moved;
}

static gboolean
has_parents (const GArray * moves)
{
  guint i;

  for (i = 0; i < moves->len; i++)
    if (g_array_index (moves, Move, i).box->parent_id != 0)
      return TRUE;

  return FALSE;
}

/* Sets the parents' ids to those in the strip. If two boxes of a frame have the
 * same id, the first one is the parent. */
static void
set_parents (const GArray * moves)
{
  GHashTable *ids = g_hash_table_new (NULL, NULL);
  guint i;

  for (i = 0; i < moves->len; i++) {
    const Move *move = &g_array_index (moves, Move, i);
    const gpointer old = GINT_TO_POINTER (move->box->id);

    if (!g_hash_table_contains (ids, old))
      g_hash_table_insert (ids, old, GINT_TO_POINTER (move->moved->id));
  }
  for (i = 0; i < moves->len; i++) {
    const Move *move = &g_array_index (moves, Move, i);
    const gint parent = move->box->parent_id;

    if (parent != 0)
      move->moved->parent_id =
          GPOINTER_TO_INT (g_hash_table_lookup (ids, GINT_TO_POINTER (parent)));
  }
  g_hash_table_unref (ids);
}

void
gst_nt_mosaic_move_boxes (GstBuffer * strip, const GstNtMosaicTile * tile,
    guint * last_id)
{
  const NtmRect *frame = &tile->cell->frame;
  GArray *moves = NULL;
  gpointer state = NULL;
  gpointer meta;

  if (tile->frame == NULL || frame->width == 0 || frame->height == 0)
    return;

  while ((meta = gst_buffer_iterate_meta_filtered (tile->frame, &state,
              GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
    Move move = { meta, move_box (strip, meta, tile, last_id) };

    if (move.moved == NULL)
      continue;
    if (moves == NULL)
      moves = g_array_new (FALSE, FALSE, sizeof (Move));
    g_array_append_val (moves, move);
  }

  if (moves && has_parents (moves))
    set_parents (moves);
  if (moves)
    g_array_unref (moves);
}
