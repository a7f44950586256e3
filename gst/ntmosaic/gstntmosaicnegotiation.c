/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* Negotiation: caps and layout of the strip. The base class negotiates for
 * pictures of one size on top of each other; this file replaces that. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicnegotiation.h"

#include "gstntmosaicahead.h"
#include "gstntmosaicallocation.h"
#include "gstntmosaicdownstream.h"
#include "gstntmosaicfailures.h"
#include "gstntmosaicfallback.h"
#include "gstntmosaicguess.h"
#include "gstntmosaicinfo.h"
#include "gstntmosaicposition.h"
#include "gstntmosaicseats.h"
#include "gstntmosaicshown.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static gpointer parent_class;

/* ---- The strip's caps ---- */

static void
set_next_layout (GstNtMosaic * self, NtmLayout * layout, GArray * seats)
{
  g_clear_pointer (&self->next_layout, ntm_layout_unref);
  g_clear_pointer (&self->next_seats, g_array_unref);
  self->next_layout = layout;
  self->next_seats = seats;
}

/* The inputs of the strip: the pads that fit, or if no pad has caps, a guess.
 * NULL without @error: no pad has caps, and the element may not guess. */
static GArray *
find_inputs (GstNtMosaic * self, const GstNtMosaicSettings * settings,
    GArray * seats, GstCaps * downstream, gboolean * guessed, GError ** error)
{
  GstNtMosaicInput guess;
  GArray *inputs;

  *guessed = FALSE;
  if (gst_nt_mosaic_seats_have_caps (seats))
    return gst_nt_mosaic_choose_seats (self, settings, seats, downstream,
        error) ?
        gst_nt_mosaic_collect_inputs (self, seats) : NULL;

  *guessed = seats->len > 0
      && gst_nt_mosaic_guess (self, settings, downstream, &guess);
  if (!*guessed)
    return NULL;
  inputs = g_array_new (FALSE, FALSE, sizeof (guess));

  return g_array_append_val (inputs, guess);
}

/* Why update_src_caps has no caps. A guess that does not work is no error: the
 * element waits for the caps of the first pad. */
static GstFlowReturn
explain_no_strip (GstNtMosaic * self, gboolean guessed, const GError * error)
{
  if (error && !guessed) {
    gst_nt_mosaic_fail (self, error);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  if (error)
    GST_INFO_OBJECT (self, "no strip before the first pad has caps: %s",
        error->message);

  return GST_AGGREGATOR_FLOW_NEED_DATA;
}

/* The first try changes what the pads remember of the strip before, so that the
 * others use its seats again. */
static GArray *
take_seats (GstNtMosaic * self)
{
  if (self->tried_seats)
    gst_nt_mosaic_reset_seats (self->tried_seats);
  else
    self->tried_seats = gst_nt_mosaic_take_seats (self);

  return g_array_ref (self->tried_seats);
}

static GstFlowReturn
gst_nt_mosaic_update_src_caps (GstAggregator * agg, GstCaps * downstream,
    GstCaps ** caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GArray *seats = take_seats (self);
  GstFlowReturn ret = GST_FLOW_OK;
  NtmLayout *layout = NULL;
  GstNtMosaicSettings settings;
  GError *error = NULL;
  gboolean guessed;
  GArray *inputs;

  g_atomic_int_set (&self->has_new_wall, FALSE);
  gst_nt_mosaic_get_settings (self, &settings);
  gst_nt_mosaic_fall_back (self, &settings, seats, downstream);
  self->tried_settings = settings;
  gst_nt_mosaic_fold (self, &settings, seats, downstream);
  inputs = find_inputs (self, &settings, seats, downstream, &guessed, &error);
  *caps = inputs ? gst_nt_mosaic_design_strip (self, &settings, seats, inputs,
      downstream, &layout, &error) : NULL;
  if (*caps) {
    set_next_layout (self, g_steal_pointer (&layout), g_array_ref (seats));
    self->strip_is_guessed = guessed;
    self->has_tried_settings = TRUE;
  } else {
    ret = explain_no_strip (self, guessed, error);
  }

  g_clear_pointer (&layout, ntm_layout_unref);
  g_clear_pointer (&inputs, g_array_unref);
  g_clear_error (&error);
  g_array_unref (seats);

  return ret;
}

static gboolean
adopt_next_layout (GstNtMosaic * self)
{
  GstNtMosaicSettings settings;
  NtmLayout *old;

  GST_OBJECT_LOCK (self);
  settings = self->settings;
  old = self->all_tiles;
  self->all_tiles = g_steal_pointer (&self->next_layout);
  self->strips_fit = FALSE;
  gst_nt_mosaic_adopt_seats (self, self->next_seats);
  GST_OBJECT_UNLOCK (self);

  g_clear_pointer (&self->next_seats, g_array_unref);
  if (old)
    ntm_layout_unref (old);

  return gst_nt_mosaic_adopt_shown (self, &settings);
}

static void
set_info (GstAggregator * agg, const GstVideoInfo * info)
{
  GST_OBJECT_LOCK (agg);
  GST_VIDEO_AGGREGATOR (agg)->info = *info;
  GST_OBJECT_UNLOCK (agg);
}

/* Replaces the base class' negotiated_src_caps(), which divides by the rate to
 * get a latency. */
static gboolean
negotiated_stills (GstAggregator * agg, GstCaps * caps,
    const GstVideoInfo * info)
{
  set_info (agg, info);
  gst_aggregator_set_src_caps (agg, caps);
  gst_nt_mosaic_allow_ahead (GST_NT_MOSAIC (agg), 0);

  return TRUE;
}

static gboolean
negotiated_rate (GstAggregator * agg, GstCaps * caps,
    const GstVideoInfo * info)
{
  const GstClockTime latency = gst_util_uint64_scale (GST_SECOND,
      GST_VIDEO_INFO_FPS_D (info), GST_VIDEO_INFO_FPS_N (info));

  gst_nt_mosaic_resume (GST_NT_MOSAIC (agg), latency);
  if (!GST_AGGREGATOR_CLASS (parent_class)->negotiated_src_caps (agg, caps))
    return FALSE;

  set_info (agg, info);
  gst_nt_mosaic_allow_ahead (GST_NT_MOSAIC (agg), latency);

  return TRUE;
}

static gboolean
gst_nt_mosaic_negotiated_src_caps (GstAggregator * agg, GstCaps * caps)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  GstVideoInfo info;

  if (!gst_nt_mosaic_info_from_caps (&info, caps))
    return FALSE;

  if (!adopt_next_layout (self))
    return FALSE;
  GST_DEBUG_OBJECT (self, "strip of %" G_GSIZE_FORMAT " tiles: %"
      GST_PTR_FORMAT, self->layout->n_tiles, caps);

  if (GST_VIDEO_INFO_FPS_N (&info) == 0)
    return negotiated_stills (agg, caps, &info);

  return negotiated_rate (agg, caps, &info);
}

/* Posts an error for a failure that has none yet. */
static void
explain_failure (GstNtMosaic * self)
{
  GstPad *srcpad = GST_AGGREGATOR_SRC_PAD (self);
  GstCaps *strip;
  GError *error;

  if (g_atomic_int_get (&self->failed) || GST_PAD_IS_FLUSHING (srcpad))
    return;
  if (self->no_memory) {
    gst_nt_mosaic_fail (self, self->no_memory);
    return;
  }

  strip = gst_pad_get_pad_template_caps (srcpad);
  error = gst_nt_mosaic_explain_no_strip (srcpad, strip);
  gst_nt_mosaic_fail (self, error);
  g_error_free (error);
  gst_caps_unref (strip);
}

/* The base class also returns TRUE if there are no caps yet. */
static gboolean
try (GstNtMosaic * self, gboolean without_new_pads,
    gboolean without_new_settings)
{
  self->without_new_pads = without_new_pads;
  self->without_new_settings = without_new_settings;
  self->has_tried_settings = FALSE;
  if (!GST_AGGREGATOR_CLASS (parent_class)->negotiate (GST_AGGREGATOR (self)))
    return FALSE;

  if (self->has_tried_settings)
    gst_nt_mosaic_note_good (self);

  return TRUE;
}

/* Whether negotiation has failed because there is no memory, and there may be
 * for a strip without pads that are new, or have new caps. */
static gboolean
can_do_without_pads (GstNtMosaic * self)
{
  return self->no_memory && self->tried_seats
      && gst_nt_mosaic_goes_on_without_one (self)
      && !gst_nt_mosaic_seats_are_settled (self->tried_seats);
}

/* Whether there is memory for the strips is known only when they are made. If
 * there is none with new settings, and none with new pads either, both are at
 * fault. */
static gboolean
gst_nt_mosaic_negotiate (GstAggregator * agg)
{
  GstNtMosaic *self = GST_NT_MOSAIC (agg);
  gboolean ok = try (self, FALSE, FALSE);

  if (!ok && gst_nt_mosaic_can_fall_back (self))
    ok = try (self, FALSE, TRUE);
  if (!ok && can_do_without_pads (self))
    ok = try (self, TRUE, FALSE)
        || (self->no_memory && try (self, TRUE, TRUE));
  if (!ok)
    explain_failure (self);
  g_clear_error (&self->no_memory);
  g_clear_error (&self->settings_warning);
  g_clear_pointer (&self->tried_seats, g_array_unref);

  return ok;
}

void
gst_nt_mosaic_class_init_negotiation (GstNtMosaicClass * klass)
{
  GstAggregatorClass *agg_class = GST_AGGREGATOR_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  agg_class->update_src_caps = gst_nt_mosaic_update_src_caps;
  agg_class->negotiated_src_caps = gst_nt_mosaic_negotiated_src_caps;
  agg_class->negotiate = gst_nt_mosaic_negotiate;
}
