/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicguess.h"

#include "gstntmosaicdownstream.h"
#include "gstntmosaicsteering.h"

/* Frames a second of a strip before any pad has caps, unless downstream asks
 * for another rate. The base class has the same default. */
#define GUESSED_FPS 25

static gboolean
may_guess (GstNtMosaic * self, const GstNtMosaicSettings * settings)
{
  return settings->tile_width > 0 && settings->tile_height > 0
      && gst_aggregator_get_force_live (GST_AGGREGATOR (self))
      && (self->strip_is_guessed || !gst_nt_mosaic_has_caps (self));
}

gboolean
gst_nt_mosaic_guess (GstNtMosaic * self,
    const GstNtMosaicSettings * settings, GstCaps * downstream,
    GstNtMosaicInput * input)
{
  GstCaps *template_caps;
  const GstNtMosaicWishes wishes = {
    .tile_width = settings->tile_width,
    .tile_height = settings->tile_height,
  };
  gboolean made;
  GstCaps *caps;

  if (!may_guess (self, settings))
    return FALSE;

  template_caps =
      gst_pad_get_pad_template_caps (GST_AGGREGATOR_SRC_PAD (self));
  downstream = gst_nt_mosaic_keep_colors (GST_AGGREGATOR_SRC_PAD (self),
      gst_caps_ref (downstream));
  caps = gst_nt_mosaic_caps_for_sink (template_caps, downstream, NULL, &wishes);
  caps = gst_caps_truncate (gst_caps_make_writable (caps));
  gst_caps_set_simple (caps, "width", G_TYPE_INT, (gint) wishes.tile_width,
      "height", G_TYPE_INT, (gint) wishes.tile_height,
      "framerate", GST_TYPE_FRACTION, GUESSED_FPS, 1, NULL);
  caps = gst_caps_fixate (caps);
  input->pad_name = "the guess before any pad has caps";
  made = gst_video_info_from_caps (&input->info, caps);

  gst_caps_unref (caps);
  gst_caps_unref (downstream);
  gst_caps_unref (template_caps);

  return made;
}
