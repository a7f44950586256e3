/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicseats.h"

#include "gstntlayout.h"
#include "gstntmosaiccaps.h"
#include "gstntmosaicdownstream.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicformats.h"
#include "gstntmosaicover.h"

/* ---- Pads and their tiles ---- */

static void
clear_seat (gpointer seat)
{
  gst_object_unref (((GstNtMosaicSeat *) seat)->pad);
  g_clear_error (&((GstNtMosaicSeat *) seat)->misfit);
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
  GstNtMosaicSeat seat = {.pad = gst_object_ref (pad) };

  gst_nt_mosaic_pad_get_info (pad, &seat.info);
  if (pad->tile >= 0 && self->all_tiles)
    seat.before = self->all_tiles->tiles[pad->tile];
  seat.is_shown = has_caps (&pad->settled);
  seat.is_settled = has_caps (&seat.info)
      && gst_video_info_is_equal (&seat.info, &pad->settled);
  seat.fits = has_caps (&seat.info);

  return seat;
}

static gboolean
is_at_eos (GstNtMosaicPad * pad)
{
  return !gst_nt_mosaic_pad_repeats (pad)
      && gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad));
}

/* A pad need not agree with caps that are a guess. */
static gboolean
agrees_with_strip (GstNtMosaic * self, const GstNtMosaicSeat * seat)
{
  const GstNtMosaicInput pair[] = {
    {"the strip", GST_VIDEO_AGGREGATOR (self)->info},
    {GST_OBJECT_NAME (seat->pad), seat->info},
  };

  return !self->strip_is_guessed && has_caps (&pair[0].info)
      && has_caps (&pair[1].info)
      && gst_nt_mosaic_inputs_agree (pair, G_N_ELEMENTS (pair), NULL);
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

    seat->agrees = agrees_with_strip (self, seat);
    seat->is_at_eos = is_at_eos (seat->pad);
  }

  return seats;
}

void
gst_nt_mosaic_reset_seats (GArray * seats)
{
  guint i;

  for (i = 0; i < seats->len; i++) {
    GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);

    seat->fits = has_caps (&seat->info);
    g_clear_error (&seat->misfit);
  }
}

gboolean
gst_nt_mosaic_seats_are_settled (const GArray * seats)
{
  guint i;

  for (i = 0; i < seats->len; i++) {
    const GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);

    if (has_caps (&seat->info) && !seat->is_settled)
      return FALSE;
  }

  return TRUE;
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
        "their chroma, and can't be split: put a videocrop or a videoscale "
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

/* The layout of a strip that has at least this size. */
static NtmLayout *
place_tiles (const GstNtMosaicSettings * settings, const GArray * seats,
    const GArray * inputs, guint min_width, guint min_height, GError ** error)
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
    .min_width = min_width,
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

/* ---- What downstream takes ---- */

/* Why @downstream takes no strip of the caps @natural. */
static GError *
explain_no_fit (GstNtMosaic * self, const GstCaps * natural, guint max_width,
    GstCaps * downstream)
{
  GstCaps *wider = gst_nt_mosaic_fit_strip (natural, 0, downstream);
  GError *error;
  gint width;

  if (wider == NULL)
    return gst_nt_mosaic_explain_no_strip (GST_AGGREGATOR_SRC_PAD (self),
        natural);

  gst_structure_get_int (gst_caps_get_structure (wider, 0), "width", &width);
  error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "downstream asks for a strip that is %d pixels wide, but max-width is "
      "%u: set max-width=%d, or ask for a narrower strip behind the mosaic",
      width, max_width, width);
  gst_caps_unref (wider);

  return error;
}

/* Fixed caps for a strip of @layout that downstream takes. */
static GstCaps *
fit_downstream (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    const GArray * inputs, const NtmLayout * layout, GstCaps * downstream,
    GError ** error)
{
  GstCaps *natural =
      gst_nt_mosaic_describe_strip (&g_array_index (inputs, GstNtMosaicInput,
          0), inputs->len, layout);
  GstCaps *caps = gst_nt_mosaic_fit_strip (natural, settings->max_width,
      downstream);

  if (caps == NULL)
    g_propagate_error (error, explain_no_fit (self, natural,
            settings->max_width, downstream));
  gst_caps_unref (natural);

  return caps;
}

/* Downstream wants a larger strip than the tiles need. */
static NtmLayout *
place_in_larger (const GstNtMosaicSettings * settings, const GArray * seats,
    const GArray * inputs, gint width, gint height, GError ** error)
{
  GError *why = NULL;
  NtmLayout *layout =
      place_tiles (settings, seats, inputs, width, height, &why);

  if (layout && layout->width == (guint) width)
    return layout;

  if (layout) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "downstream "
        "asks for a strip that is %d pixels wide, but %u pixels share their "
        "chroma, and can't be split: ask for a width that is a multiple of "
        "that behind the mosaic, or for another format", width,
        layout->rules.x_granularity);
    ntm_layout_unref (layout);
    return NULL;
  }

  g_set_error (error, why->domain, why->code, "downstream asks for a strip of "
      "%dx%d pixels: %s: ask for a smaller strip behind the mosaic", width,
      height, why->message);
  g_error_free (why);

  return NULL;
}

GstCaps *
gst_nt_mosaic_design_strip (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, const GArray * seats,
    const GArray * inputs, GstCaps * downstream, NtmLayout ** layout,
    GError ** error)
{
  NtmLayout *least = place_tiles (settings, seats, inputs, 0, 0, error);
  GstCaps *caps;
  gint width;
  gint height;

  *layout = least;
  if (least == NULL)
    return NULL;

  caps = fit_downstream (self, settings, inputs, least, downstream, error);
  if (caps) {
    const GstStructure *s = gst_caps_get_structure (caps, 0);

    gst_structure_get_int (s, "width", &width);
    gst_structure_get_int (s, "height", &height);
    if ((guint) width == least->width && (guint) height == least->height)
      return caps;
    *layout =
        place_in_larger (settings, seats, inputs, width, height, error);
  } else {
    *layout = NULL;
  }

  ntm_layout_unref (least);
  if (*layout == NULL)
    gst_clear_caps (&caps);

  return caps;
}

/* ---- Which pads fit ---- */

gboolean
gst_nt_mosaic_check_seats (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, const GArray * seats,
    GstCaps * downstream, GError ** error)
{
  GArray *inputs = gst_nt_mosaic_collect_inputs (self, seats);
  NtmLayout *layout = NULL;
  GstCaps *caps = NULL;

  if (inputs->len > 0
      && gst_nt_mosaic_inputs_agree (&g_array_index (inputs, GstNtMosaicInput,
              0), inputs->len, error))
    caps = gst_nt_mosaic_design_strip (self, settings, seats, inputs,
        downstream, &layout, error);
  g_array_unref (inputs);

  if (caps == NULL)
    return FALSE;
  ntm_layout_unref (layout);
  gst_caps_unref (caps);

  return TRUE;
}

/* Warns once for the same caps. A pad at EOS that was shown needs no
 * warning. */
static void
warn_of_caps (GstNtMosaic * self, GstNtMosaicSeat * seat)
{
  GstNtMosaicPad *pad = seat->pad;

  if (seat->misfit == NULL || (seat->is_settled && seat->is_at_eos)
      || (has_caps (&pad->misfit)
          && gst_video_info_is_equal (&pad->misfit, &seat->info)))
    return;

  pad->misfit = seat->info;
  gst_nt_mosaic_warn_of_caps (self, pad, seat->misfit);
}

/* The turn in which a pad is let in: first the pads that the strip shows
 * already, then those that agree with it, last the pads at EOS, which must not
 * keep others out. */
static guint
get_turn (const GstNtMosaicSeat * seat)
{
  return seat->is_at_eos ? 3 : seat->is_settled ? 0 : seat->agrees ? 1 : 2;
}

/* Lets in one pad after the other, as long as they fit; if there is no memory
 * for the others, only those that the strip shows already. */
static void
let_in_what_fits (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    GArray * seats, GstCaps * downstream)
{
  guint turn;
  guint i;

  for (i = 0; i < seats->len; i++)
    g_array_index (seats, GstNtMosaicSeat, i).fits = FALSE;

  for (turn = 0; turn <= 3; turn++)
    for (i = 0; i < seats->len; i++) {
      GstNtMosaicSeat *seat = &g_array_index (seats, GstNtMosaicSeat, i);

      if (!has_caps (&seat->info) || get_turn (seat) != turn)
        continue;
      if (self->without_new_pads && !seat->is_settled) {
        seat->misfit = g_error_copy (self->no_memory);
        continue;
      }
      seat->fits = TRUE;
      seat->fits =
          gst_nt_mosaic_check_seats (self, settings, seats, downstream,
          &seat->misfit);
    }
}

gboolean
gst_nt_mosaic_choose_seats (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GArray * seats,
    GstCaps * downstream, GError ** error)
{
  GError *why = NULL;
  guint i;

  if (self->without_new_pads)
    why = g_error_copy (self->no_memory);
  else if (gst_nt_mosaic_check_seats (self, settings, seats, downstream, &why))
    return TRUE;

  if (gst_nt_mosaic_goes_on_without_one (self)) {
    let_in_what_fits (self, settings, seats, downstream);
    if (gst_nt_mosaic_check_seats (self, settings, seats, downstream, NULL)) {
      for (i = 0; i < seats->len; i++)
        warn_of_caps (self, &g_array_index (seats, GstNtMosaicSeat, i));
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
