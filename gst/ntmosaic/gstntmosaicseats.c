/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicseats.h"

#include "gstntlayout.h"
#include "gstntmosaiccaps.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicformats.h"

/* ---- Pads and their tiles ---- */

static void
clear_seat (gpointer seat)
{
  gst_object_unref (((GstNtMosaicSeat *) seat)->pad);
}

static gboolean
has_caps (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
}

/* With the object lock held. */
static GstNtMosaicSeat
take_seat (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  GstNtMosaicSeat seat = {
    .pad = gst_object_ref (pad),
    .info = GST_VIDEO_AGGREGATOR_PAD (pad)->info,
  };

  if (pad->tile >= 0 && self->layout)
    seat.before = self->layout->tiles[pad->tile];
  seat.is_settled = has_caps (&seat.info)
      && gst_video_info_is_equal (&seat.info, &pad->settled);
  seat.fits = has_caps (&seat.info);

  return seat;
}

static gboolean
is_over (GstNtMosaicPad * pad)
{
  gboolean repeats;

  g_object_get (pad, "repeat-after-eos", &repeats, NULL);

  return !repeats && gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));
}

GArray *
gst_nt_mosaic_take_seats (GstNtMosaic * self)
{
  GArray *seats = g_array_new (FALSE, FALSE, sizeof (GstNtMosaicSeat));
  GList *sorted;
  GList *l;
  guint i;

  g_array_set_clear_func (seats, clear_seat);

  GST_OBJECT_LOCK (self);
  sorted = g_list_sort (g_list_copy (GST_ELEMENT (self)->sinkpads),
      gst_nt_mosaic_pad_compare);
  for (l = sorted; l; l = l->next) {
    const GstNtMosaicSeat seat = take_seat (self, l->data);

    g_array_append_val (seats, seat);
  }
  GST_OBJECT_UNLOCK (self);
  g_list_free (sorted);

  for (i = 0; i < seats->len; i++) {
    GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);

    seat->is_over = is_over (seat->pad);
  }

  return seats;
}

gboolean
gst_nt_mosaic_seats_have_caps (const GArray * seats)
{
  guint i;

  for (i = 0; i < seats->len; i++)
    if (has_caps (&g_array_index (seats, GstNtMosaicSeat, i).info))
      return TRUE;

  return FALSE;
}

GArray *
gst_nt_mosaic_collect_inputs (GstNtMosaic * self, const GArray * seats)
{
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (GstNtMosaicInput));
  const GstNtMosaicInput strip = {
    "the strip", GST_VIDEO_AGGREGATOR (self)->info
  };
  guint i;

  for (i = 0; i < seats->len; i++) {
    const GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);
    const GstNtMosaicInput input = { GST_OBJECT_NAME (seat->pad), seat->info };

    if (seat->fits)
      g_array_append_val (inputs, input);
  }
  if (inputs->len == 0 && has_caps (&strip.info))
    g_array_append_val (inputs, strip);

  return inputs;
}

/* FALSE with @error set: the frames of a pad are not @tile_width pixels wide
 * (0: any width), or end between two pixels that share samples. */
static gboolean
check_width (const GstNtMosaicSeat * seat, guint tile_width, guint unit,
    GError ** error)
{
  const gint width = GST_VIDEO_INFO_WIDTH (&seat->info);
  const gchar *format =
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (&seat->info));

  if (tile_width > 0 && (guint) width != tile_width)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "%s gets frames that are %d pixels wide, but tile-width is %u: put a "
        "videoscale before the pad, or set another tile-width",
        GST_OBJECT_NAME (seat->pad), width, tile_width);
  else if (width % unit != 0)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "%s gets %s frames that are %d pixels wide, but %u pixels of %s share "
        "their chroma, and can't be parted: put a videocrop or a videoscale "
        "before the pad that makes the width a multiple of %u, or a "
        "videoconvert before all pads that makes another format, such as RGBA",
        GST_OBJECT_NAME (seat->pad), format, width, unit, format, unit);
  else
    return TRUE;

  return FALSE;
}

/* One tile for each pad. If the caps of a pad don't fit, its tile keeps its
 * size, as far as @unit pixels stay together. If a pad has no caps, its tile
 * has the width tile-width. FALSE with @error set: a pad's frames have a width
 * that can't be. */
static gboolean
collect_tiles (const GArray * seats, guint tile_width, guint unit,
    NtmTile * tiles, GError ** error)
{
  guint i;

  for (i = 0; i < seats->len; i++) {
    const GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);
    const GstVideoInfo *info = &seat->info;

    tiles[i] = (NtmTile) { .width = tile_width };
    if (!seat->fits) {
      if (has_caps (info) && seat->before.width > 0) {
        tiles[i].width = (seat->before.width + unit - 1) / unit * unit;
        tiles[i].height = seat->before.height;
      }
      continue;
    }

    if (!check_width (seat, tile_width, unit, error))
      return FALSE;
    tiles[i].width = GST_VIDEO_INFO_WIDTH (info);
    tiles[i].height = GST_VIDEO_INFO_HEIGHT (info);
  }

  return TRUE;
}

NtmLayout *
gst_nt_mosaic_place_tiles (const GstNtMosaicSettings * settings,
    const GArray * seats, const GArray * inputs, guint min_height,
    GError ** error)
{
  const GstVideoInfo *info = &g_array_index (inputs, GstNtMosaicInput, 0).info;
  const guint unit = gst_nt_mosaic_format_get_unit (info->finfo);
  const NtmLayoutRules rules = {
    .pixel_bytes = GST_VIDEO_INFO_COMP_PSTRIDE (info, 0),
    .columns = settings->columns,
    .rows = settings->rows,
    .fold = settings->square ? NTM_FOLD_SQUARE
        : settings->max_width > 0 ? NTM_FOLD_WIDE : NTM_FOLD_NEVER,
    .gap_x = settings->gap,
    .gap_y = settings->gap,
    .align_x = settings->align_x,
    .align_y = settings->align,
    .min_row_height = settings->tile_height,
    .min_height = min_height,
    .max_width = settings->max_width,
    .max_frame_height = settings->tile_height,
    /* A frame that begins on an odd row would have its fields swapped. */
    .y_granularity = GST_VIDEO_INFO_IS_INTERLACED (info) ? 2 : 1,
    .x_granularity = unit,
  };
  NtmTile *tiles = g_new0 (NtmTile, seats->len);
  NtmLayout *layout = NULL;

  if (collect_tiles (seats, settings->tile_width, unit, tiles, error))
    layout = gst_nt_layout_new (tiles, seats->len, &rules, error);
  g_free (tiles);

  return layout;
}

/* ---- Which pads fit ---- */

/* An application that changes columns and rows one after the other, or requests
 * a pad first, must not end the strip. */
void
gst_nt_mosaic_make_room (GstNtMosaic * self, GstNtMosaicSettings * settings,
    const GArray * seats)
{
  const guint64 n_cells = (guint64) settings->columns * settings->rows;

  if (n_cells == 0 || seats->len <= n_cells) {
    self->warned_of_crowd = FALSE;
    return;
  }
  if (!gst_nt_mosaic_goes_on_without_one (self))
    return;

  if (!self->warned_of_crowd)
    gst_nt_mosaic_warn (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
        "columns is %u and rows is %u, but there are %u pads, and the element "
        "goes on with more rows: set more columns or rows, or rows to 0",
        settings->columns, settings->rows, seats->len);
  self->warned_of_crowd = TRUE;
  settings->rows = 0;
}

/* Whether the pads with @fits set fit together; @error says why not. */
static gboolean
check_seats (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    const GArray * seats, GError ** error)
{
  GArray *inputs = gst_nt_mosaic_collect_inputs (self, seats);
  NtmLayout *layout = NULL;

  if (inputs->len > 0
      && gst_nt_mosaic_inputs_agree (&g_array_index (inputs, GstNtMosaicInput,
              0), inputs->len, error))
    layout = gst_nt_mosaic_place_tiles (settings, seats, inputs, 0, error);
  g_array_unref (inputs);

  if (layout == NULL)
    return FALSE;
  ntm_layout_unref (layout);

  return TRUE;
}

/* Warns once for the same caps. A pad that was shown and is over needs no
 * warning. */
static void
warn_of_caps (GstNtMosaic * self, GstNtMosaicSeat * seat, const GError * why)
{
  GstNtMosaicPad *pad = seat->pad;

  if ((seat->is_settled && seat->is_over)
      || (has_caps (&pad->misfit)
          && gst_video_info_is_equal (&pad->misfit, &seat->info)))
    return;

  pad->misfit = seat->info;
  gst_nt_mosaic_warn_of_caps (self, pad, why);
}

/* The turn in which a pad is let in: first the pads that the strip shows
 * already, last the pads that are over, which must not keep others out. */
static guint
get_turn (const GstNtMosaicSeat * seat)
{
  return seat->is_over ? 2 : seat->is_settled ? 0 : 1;
}

/* Lets in one pad after the other, as long as they fit. */
static void
let_in_what_fits (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    GArray * seats)
{
  guint turn;
  guint i;

  for (i = 0; i < seats->len; i++)
    g_array_index (seats, GstNtMosaicSeat, i).fits = FALSE;

  for (turn = 0; turn <= 2; turn++)
    for (i = 0; i < seats->len; i++) {
      GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);
      GError *error = NULL;

      if (!has_caps (&seat->info) || get_turn (seat) != turn)
        continue;
      seat->fits = TRUE;
      if (check_seats (self, settings, seats, &error))
        continue;
      seat->fits = FALSE;
      warn_of_caps (self, seat, error);
      g_error_free (error);
    }
}

gboolean
gst_nt_mosaic_choose_seats (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GArray * seats, GError ** error)
{
  GError *why = NULL;

  if (check_seats (self, settings, seats, &why))
    return TRUE;

  if (gst_nt_mosaic_goes_on_without_one (self)) {
    let_in_what_fits (self, settings, seats);
    if (check_seats (self, settings, seats, NULL)) {
      g_error_free (why);
      return TRUE;
    }
  }
  g_propagate_error (error, why);

  return FALSE;
}

/* ---- The pads of a strip ---- */

/* With the object lock held. */
static void
adopt_seat (GstNtMosaic * self, const GstNtMosaicSeat * seat, guint tile)
{
  GstNtMosaicPad *pad = seat->pad;

  pad->tile = tile;
  pad->unfit = has_caps (&seat->info) && !seat->fits;
  self->has_misfits |= pad->unfit;
  if (seat->fits)
    pad->settled = seat->info;
  else
    gst_video_info_init (&pad->settled);
}

void
gst_nt_mosaic_adopt_seats (GstNtMosaic * self, const GArray * seats)
{
  GList *l;
  guint i;

  self->has_misfits = FALSE;
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    GST_NT_MOSAIC_PAD (l->data)->tile = -1;
  for (i = 0; i < seats->len; i++)
    adopt_seat (self, &g_array_index (seats, GstNtMosaicSeat, i), i);
}
