/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicstate.h"

GST_DEBUG_CATEGORY (gst_nt_mosaic_debug);

void
gst_nt_mosaic_get_settings (GstNtMosaic * self,
    GstNtMosaicSettings * settings)
{
  GST_OBJECT_LOCK (self);
  *settings = self->settings;
  GST_OBJECT_UNLOCK (self);
}

gboolean
gst_nt_mosaic_has_caps (GstNtMosaic * self)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  gboolean has;

  GST_OBJECT_LOCK (self);
  has = GST_VIDEO_INFO_FORMAT (info) != GST_VIDEO_FORMAT_UNKNOWN;
  GST_OBJECT_UNLOCK (self);

  return has;
}

gboolean
gst_nt_mosaic_has_no_rate (GstNtMosaic * self)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR (self)->info;
  gboolean none;

  GST_OBJECT_LOCK (self);
  none = GST_VIDEO_INFO_FPS_N (info) == 0;
  GST_OBJECT_UNLOCK (self);

  return none;
}

gboolean
gst_nt_mosaic_has_made_strips (GstNtMosaic * self)
{
  gboolean has;

  GST_OBJECT_LOCK (self);
  has = self->stats.strips > 0;
  GST_OBJECT_UNLOCK (self);

  return has;
}

gboolean
gst_nt_mosaic_goes_on_without_one (GstNtMosaic * self)
{
  gboolean goes_on;

  GST_OBJECT_LOCK (self);
  goes_on = self->stats.strips > 0 && GST_ELEMENT (self)->numsinkpads > 1;
  GST_OBJECT_UNLOCK (self);

  return goes_on;
}

static gpointer
ref_pad (gconstpointer pad, gpointer unused)
{
  return gst_object_ref ((gpointer) pad);
}

GList *
gst_nt_mosaic_ref_pads (GstNtMosaic * self)
{
  GList *pads;

  GST_OBJECT_LOCK (self);
  pads = g_list_copy_deep (GST_ELEMENT (self)->sinkpads, ref_pad, NULL);
  GST_OBJECT_UNLOCK (self);

  return pads;
}
