/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Negotiation: what the strip is, and whose memory it is made of. The base class'
 * ways with plain pads are those of pictures on top of each other, all of one
 * size; they are replaced. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntlayout.h"
#include "gstntmosaic-private.h"

#include "gstntmosaicallocation.h"
#include "gstntmosaicarrival.h"
#include "gstntmosaiccaps.h"
#include "gstntmosaicdownstream.h"
#include "gstntmosaicpad.h"

GST_DEBUG_CATEGORY_EXTERN (gst_nt_mosaic_debug);
#define GST_CAT_DEFAULT gst_nt_mosaic_debug

/* The rate of a strip before any pad has caps, if downstream takes any: that
 * of the base class. */
#define GUESSED_FPS 25

static gpointer parent_class;

/* ---- The strip's caps ---- */

/* A pad, and the caps of its frames as they were when it was looked at. */
typedef struct
{
  GstNtMosaicPad *pad;          /* a reference */
  GstVideoInfo info;            /* UNKNOWN: none yet */
  NtmTile before;               /* its tile so far; zeros: none */
  gboolean is_settled;          /* these caps are in the strip already */
  gboolean is_over;             /* at EOS, and shows no frame after that */
  gboolean fits;                /* its frames are going to be in the strip */
} Seat;

static void
clear_seat (gpointer seat)
{
  gst_object_unref (((Seat *) seat)->pad);
}

static gboolean
has_caps (const GstVideoInfo * info)
{
  return GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
}

/* With the object lock held. */
static Seat
take_seat (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  Seat seat = {
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

/* All pads, in the order of their tiles. */
static GArray *
take_seats (GstNtMosaic * self)
{
  GArray *seats = g_array_new (FALSE, FALSE, sizeof (Seat));
  GList *sorted;
  GList *l;
  guint i;

  g_array_set_clear_func (seats, clear_seat);

  GST_OBJECT_LOCK (self);
  sorted = g_list_sort (g_list_copy (GST_ELEMENT (self)->sinkpads),
      gst_nt_mosaic_pad_compare);
  for (l = sorted; l; l = l->next) {
    const Seat seat = take_seat (self, l->data);

    g_array_append_val (seats, seat);
  }
  GST_OBJECT_UNLOCK (self);
  g_list_free (sorted);

  for (i = 0; i < seats->len; i++) {
    Seat *seat = &g_array_index (seats, Seat, i);

    seat->is_over = is_over (seat->pad);
  }

  return seats;
}

static gboolean
any_has_caps (const GArray * seats)
{
  guint i;

  for (i = 0; i < seats->len; i++)
    if (has_caps (&g_array_index (seats, Seat, i).info))
      return TRUE;

  return FALSE;
}

/* What the strip is made of, as the pure functions want it: the pads that fit; if
 * none does, what it is now. */
static GArray *
collect_inputs (GstNtMosaic * self, const GArray * seats)
{
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (GstNtMosaicInput));
  const GstNtMosaicInput strip = {
    "the strip", GST_VIDEO_AGGREGATOR (self)->info
  };
  guint i;

  for (i = 0; i < seats->len; i++) {
    const Seat *seat = &g_array_index (seats, Seat, i);
    const GstNtMosaicInput input = { GST_OBJECT_NAME (seat->pad), seat->info };

    if (seat->fits)
      g_array_append_val (inputs, input);
  }
  if (inputs->len == 0 && has_caps (&strip.info))
    g_array_append_val (inputs, strip);

  return inputs;
}

/* One tile a pad. One whose caps don't fit keeps the size that it has: they change
 * nothing. Without caps, it is as wide as tile-width says. FALSE with @error set if a
 * frame does not fit into its tile. */
static gboolean
collect_tiles (const GArray * seats, guint tile_width, NtmTile * tiles,
    GError ** error)
{
  guint i;

  for (i = 0; i < seats->len; i++) {
    const Seat *seat = &g_array_index (seats, Seat, i);
    const GstVideoInfo *info = &seat->info;

    tiles[i] = (NtmTile) { .width = tile_width };
    if (!seat->fits) {
      if (has_caps (info) && seat->before.width > 0) {
        tiles[i].width = seat->before.width;
        tiles[i].height = seat->before.height;
      }
      continue;
    }

    if (tile_width > 0 && (guint) GST_VIDEO_INFO_WIDTH (info) != tile_width) {
      g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
          "%s brings frames that are %d pixels wide, but tile-width is %u: a "
          "videoscale before the pad can help", GST_OBJECT_NAME (seat->pad),
          GST_VIDEO_INFO_WIDTH (info), tile_width);
      return FALSE;
    }
    tiles[i].width = GST_VIDEO_INFO_WIDTH (info);
    tiles[i].height = GST_VIDEO_INFO_HEIGHT (info);
  }

  return TRUE;
}

static void
get_rules (GstNtMosaic * self, const GArray * inputs, guint * tile_width,
    NtmLayoutRules * rules)
{
  const GstVideoInfo *info = &g_array_index (inputs, GstNtMosaicInput, 0).info;

  GST_OBJECT_LOCK (self);
  *tile_width = self->tile_width;
  rules->align_y = self->align;
  rules->min_height = self->tile_height;
  rules->max_frame_height = self->tile_height;
  GST_OBJECT_UNLOCK (self);

  /* An odd row would turn the fields of a frame around. */
  rules->pixel_bytes = GST_VIDEO_INFO_COMP_PSTRIDE (info, 0);
  rules->y_granularity = GST_VIDEO_INFO_IS_INTERLACED (info) ? 2 : 1;
}

/* At least @min_height high. */
static NtmLayout *
place_tiles (GstNtMosaic * self, const GArray * seats, const GArray * inputs,
    guint min_height, GError ** error)
{
  NtmTile *tiles = g_new0 (NtmTile, seats->len);
  NtmLayout *layout = NULL;
  NtmLayoutRules rules = { 0, };
  guint tile_width;

  get_rules (self, inputs, &tile_width, &rules);
  rules.min_height = MAX (rules.min_height, min_height);
  if (collect_tiles (seats, tile_width, tiles, error))
    layout = gst_nt_layout_new (tiles, seats->len, &rules, error);
  g_free (tiles);

  return layout;
}

/* ---- Pads that don't fit ---- */

/* Whether the pads that are said to fit do. */
static gboolean
check_seats (GstNtMosaic * self, const GArray * seats, GError ** error)
{
  GArray *inputs = collect_inputs (self, seats);
  NtmLayout *layout = NULL;

  if (inputs->len > 0
      && gst_nt_mosaic_inputs_agree (&g_array_index (inputs, GstNtMosaicInput,
              0), inputs->len, error))
    layout = place_tiles (self, seats, inputs, 0, error);
  g_array_unref (inputs);

  if (layout == NULL)
    return FALSE;
  ntm_layout_unref (layout);

  return TRUE;
}

/* Once for the same caps. What was shown and is over needs none. */
static void
warn_of_caps (GstNtMosaic * self, Seat * seat, const GError * why)
{
  GstNtMosaicPad *pad = seat->pad;

  if ((seat->is_settled && seat->is_over)
      || (has_caps (&pad->misfit)
          && gst_video_info_is_equal (&pad->misfit, &seat->info)))
    return;

  pad->misfit = seat->info;
  gst_nt_mosaic_warn_of_caps (self, pad, why);
}

/* In which order pads are let in: those that the strip shows stay, and those that
 * are over must not keep others out. */
static guint
get_turn (const Seat * seat)
{
  return seat->is_over ? 2 : seat->is_settled ? 0 : 1;
}

/* Lets in one pad after the other, as long as they fit. */
static void
let_in_what_fits (GstNtMosaic * self, GArray * seats)
{
  guint turn;
  guint i;

  for (i = 0; i < seats->len; i++)
    g_array_index (seats, Seat, i).fits = FALSE;

  for (turn = 0; turn <= 2; turn++)
    for (i = 0; i < seats->len; i++) {
      Seat *seat = &g_array_index (seats, Seat, i);
      GError *error = NULL;

      if (!has_caps (&seat->info) || get_turn (seat) != turn)
        continue;
      seat->fits = TRUE;
      if (check_seats (self, seats, &error))
        continue;
      seat->fits = FALSE;
      warn_of_caps (self, seat, error);
      g_error_free (error);
    }
}

/* Says of the pads which fit. FALSE with @error set if some don't and there is no
 * strip without them. */
static gboolean
choose_pads (GstNtMosaic * self, GArray * seats, GError ** error)
{
  GError *why = NULL;

  if (check_seats (self, seats, &why))
    return TRUE;

  if (gst_nt_mosaic_goes_on_without_one (self)) {
    let_in_what_fits (self, seats);
    if (check_seats (self, seats, NULL)) {
      g_error_free (why);
      return TRUE;
    }
  }
  g_propagate_error (error, why);

  return FALSE;
}

/* Downstream may have changed its mind since it was asked. */
static GError *
explain_downstream (GstNtMosaic * self, const GstCaps * strip)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  GError *error = gst_nt_mosaic_explain_downstream (srcpad, strip);
  gchar *text;

  if (error)
    return error;

  text = gst_caps_to_string (strip);
  error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "downstream takes no strip of %s", text);
  g_free (text);

  return error;
}

/* Caps and layout of a strip of @seats, as downstream takes it; of @guess if no pad
 * has caps. */
static GstCaps *
design_strip (GstNtMosaic * self, GArray * seats,
    const GstNtMosaicInput * guess, GstCaps * downstream, NtmLayout ** layout,
    GError ** error)
{
  const GstNtMosaicInput *first;
  GstCaps *natural;
  GArray *inputs;
  GstCaps *caps;
  gint height;

  if (!guess && !choose_pads (self, seats, error))
    return NULL;

  inputs = guess ? g_array_new (FALSE, FALSE, sizeof (*guess))
      : collect_inputs (self, seats);
  if (guess)
    g_array_append_vals (inputs, guess, 1);
  first = &g_array_index (inputs, GstNtMosaicInput, 0);
  *layout = place_tiles (self, seats, inputs, 0, error);
  if (*layout == NULL) {
    caps = NULL;
    goto out;
  }

  natural = gst_nt_mosaic_describe_strip (first, inputs->len, *layout);
  caps = gst_nt_mosaic_fit_strip (natural, downstream);
  if (caps == NULL)
    *error = explain_downstream (self, natural);
  gst_caps_unref (natural);
  if (caps == NULL)
    goto out;

  gst_structure_get_int (gst_caps_get_structure (caps, 0), "height", &height);
  if ((guint) height == (*layout)->height)
    goto out;

  /* Downstream wants it higher. */
  ntm_layout_unref (*layout);
  *layout = place_tiles (self, seats, inputs, height, error);
  if (*layout == NULL)
    gst_clear_caps (&caps);

out:
  g_array_unref (inputs);

  return caps;
}

static void
set_next_layout (GstNtMosaic * self, NtmLayout * layout, GArray * seats)
{
  g_clear_pointer (&self->next_layout, ntm_layout_unref);
  g_clear_pointer (&self->next_seats, g_array_unref);
  self->next_layout = layout;
  self->next_seats = seats;
}

/* ---- Before the first camera ---- */

/* Strips without any frame can be made at once if the element is live by
 * itself and the size of the tiles is set. What cameras bring replaces this. */
static gboolean
may_guess (GstNtMosaic * self, const GArray * seats)
{
  gboolean has_size;

  GST_OBJECT_LOCK (self);
  has_size = self->tile_width > 0 && self->tile_height > 0;
  GST_OBJECT_UNLOCK (self);

  return has_size && seats->len > 0
      && gst_aggregator_get_force_live (GST_AGGREGATOR (self))
      && (self->strip_is_guessed || !gst_nt_mosaic_has_caps (self));
}

/* An input as pads are asked for. */
static gboolean
make_guess (GstNtMosaic * self, GstCaps * downstream, GstNtMosaicInput * input)
{
  GstCaps *template_caps =
      gst_pad_get_pad_template_caps (GST_AGGREGATOR_SRC_PAD (self));
  GstNtMosaicWishes wishes = { NULL, };
  gboolean made;
  GstCaps *caps;

  GST_OBJECT_LOCK (self);
  wishes.tile_width = self->tile_width;
  wishes.tile_height = self->tile_height;
  GST_OBJECT_UNLOCK (self);

  caps = gst_nt_mosaic_caps_for_sink (template_caps, downstream, NULL, &wishes);
  caps = gst_caps_truncate (gst_caps_make_writable (caps));
  gst_caps_set_simple (caps, "width", G_TYPE_INT, (gint) wishes.tile_width,
      "height", G_TYPE_INT, (gint) wishes.tile_height,
      "framerate", GST_TYPE_FRACTION, GUESSED_FPS, 1, NULL);
  caps = gst_caps_fixate (caps);
  input->pad_name = "the guess before any pad has caps";
  made = gst_video_info_from_caps (&input->info, caps);

  gst_caps_unref (caps);
  gst_caps_unref (template_caps);

  return made;
}

/* TRUE if the strip has to wait for what the first camera brings. */
static gboolean
is_only_a_guess (GstNtMosaic * self, gboolean guessed, const GError * error)
{
  if (!guessed)
    return FALSE;

  GST_INFO_OBJECT (self, "no strip before the first pad has caps: %s",
      error->message);
  return TRUE;
}

static GstFlowReturn
gst_nt_mosaic_update_src_caps (GstAggregator * agg, GstCaps * downstream,
    GstCaps ** caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GArray *seats = take_seats (self);
  GstFlowReturn ret = GST_FLOW_OK;
  NtmLayout *layout = NULL;
  gboolean guessed = FALSE;
  GstNtMosaicInput guess;
  GError *error = NULL;

  if (!any_has_caps (seats) && may_guess (self, seats))
    guessed = make_guess (self, downstream, &guess);

  if (guessed || any_has_caps (seats))
    *caps = design_strip (self, seats, guessed ? &guess : NULL, downstream,
        &layout, &error);
  else
    ret = GST_AGGREGATOR_FLOW_NEED_DATA;

  if (ret == GST_FLOW_OK && *caps == NULL) {
    if (is_only_a_guess (self, guessed, error)) {
      ret = GST_AGGREGATOR_FLOW_NEED_DATA;
    } else {
      gst_nt_mosaic_fail (self, error);
      ret = GST_FLOW_NOT_NEGOTIATED;
    }
  }

  if (ret == GST_FLOW_OK) {
    set_next_layout (self, layout, g_array_ref (seats));
    self->strip_is_guessed = guessed;
  } else if (layout) {
    ntm_layout_unref (layout);
  }
  g_clear_error (&error);
  g_array_unref (seats);

  return ret;
}

/* With the object lock held. */
static void
adopt_seat (GstNtMosaic * self, const Seat * seat, guint tile)
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

/* From here on, tiles belong to the pads that they were laid out for. */
static void
adopt_next_layout (GstNtMosaic * self)
{
  NtmLayout *old;
  GList *l;
  guint i;

  GST_OBJECT_LOCK (self);
  old = self->layout;
  self->layout = g_steal_pointer (&self->next_layout);
  self->has_misfits = FALSE;
  self->strips_fit = FALSE;
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next)
    GST_NT_MOSAIC_PAD (l->data)->tile = -1;
  for (i = 0; i < self->next_seats->len; i++)
    adopt_seat (self, &g_array_index (self->next_seats, Seat, i), i);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&self->next_seats, g_array_unref);
  if (old)
    ntm_layout_unref (old);
}

/* The base class divides by the frame rate to get a latency. */
static gboolean
negotiated_stills (GstAggregator * agg, GstCaps * caps,
    const GstVideoInfo * info)
{
  GstVideoAggregator *vagg = GST_VIDEO_AGGREGATOR (agg);

  GST_OBJECT_LOCK (agg);
  vagg->info = *info;
  GST_OBJECT_UNLOCK (agg);

  gst_aggregator_set_src_caps (agg, caps);
  gst_aggregator_set_latency (agg, 0, 0);
  gst_nt_mosaic_forbid_ahead (GST_NT_MOSAIC (agg));

  return TRUE;
}

/* The base class sets no latency if the caps before the stills were the same. */
static gboolean
negotiated_rate (GstAggregator * agg, GstCaps * caps,
    const GstVideoInfo * info)
{
  const GstClockTime latency = gst_util_uint64_scale (GST_SECOND,
      GST_VIDEO_INFO_FPS_D (info), GST_VIDEO_INFO_FPS_N (info));

  gst_nt_mosaic_resume (GST_NT_MOSAIC (agg), latency);
  if (!GST_AGGREGATOR_CLASS (parent_class)->negotiated_src_caps (agg, caps))
    return FALSE;

  gst_aggregator_set_latency (agg, latency, latency);
  gst_nt_mosaic_allow_ahead (GST_NT_MOSAIC (agg), latency);

  return TRUE;
}

static gboolean
gst_nt_mosaic_negotiated_src_caps (GstAggregator * agg, GstCaps * caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstVideoInfo info;

  if (!gst_video_info_from_caps (&info, caps))
    return FALSE;

  adopt_next_layout (self);
  GST_DEBUG_OBJECT (self, "strip of %" G_GSIZE_FORMAT " tiles: %" GST_PTR_FORMAT,
      self->layout->n_tiles, caps);

  if (GST_VIDEO_INFO_FPS_N (&info) == 0)
    return negotiated_stills (agg, caps, &info);

  return negotiated_rate (agg, caps, &info);
}

/* Every failure gets its one error here, if it didn't get one where it arose. */
static gboolean
gst_nt_mosaic_negotiate (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (agg);
  GstCaps *strip;
  GError *error;

  if (GST_AGGREGATOR_CLASS (parent_class)->negotiate (agg))
    return TRUE;
  if (g_atomic_int_get (&self->failed) || GST_PAD_IS_FLUSHING (srcpad))
    return FALSE;

  strip = gst_pad_get_pad_template_caps (srcpad);
  error = explain_downstream (self, strip);
  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
  gst_caps_unref (strip);

  return FALSE;
}

/* ---- Another place for the tiles of a strip ---- */

static NtmLayout *
align_tiles (GstNtMosaic * self, GError ** error)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  NtmLayoutRules rules = {
    .pixel_bytes = self->layout->pixel_bytes,
    .min_height = self->layout->height,
    .y_granularity = GST_VIDEO_INFO_IS_INTERLACED (info) ? 2 : 1,
  };

  GST_OBJECT_LOCK (self);
  rules.align_y = self->align;
  GST_OBJECT_UNLOCK (self);

  return gst_nt_layout_new (self->layout->tiles, self->layout->n_tiles, &rules,
      error);
}

static gboolean
stand_alike (const NtmLayout * a, const NtmLayout * b)
{
  guint i;

  for (i = 0; i < a->n_tiles; i++)
    if (a->cells[i].frame.y != b->cells[i].frame.y)
      return FALSE;

  return TRUE;
}

/* The caps stay: a tile moves up or down in a strip of the same size. */
gboolean
gst_nt_mosaic_follow_align (GstNtMosaic * self)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  GError *error = NULL;
  NtmLayout *layout;
  NtmLayout *old;

  if (!gst_pad_needs_reconfigure (srcpad) || GST_PAD_IS_FLUSHING (srcpad))
    return TRUE;

  layout = align_tiles (self, &error);
  if (layout == NULL) {
    gst_nt_mosaic_fail (self, error);
    g_error_free (error);
    return FALSE;
  }

  if (stand_alike (layout, self->layout)) {
    ntm_layout_unref (layout);
    return TRUE;
  }

  GST_OBJECT_LOCK (self);
  old = self->layout;
  self->layout = layout;
  GST_OBJECT_UNLOCK (self);
  ntm_layout_unref (old);

  return gst_nt_mosaic_configure_strips (self);
}

void
gst_nt_mosaic_class_init_negotiation (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->update_src_caps = gst_nt_mosaic_update_src_caps;
  agg_class->negotiated_src_caps = gst_nt_mosaic_negotiated_src_caps;
  agg_class->negotiate = gst_nt_mosaic_negotiate;
  agg_class->decide_allocation = gst_nt_mosaic_decide_allocation;
}
