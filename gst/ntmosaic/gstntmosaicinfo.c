/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicinfo.h"

GstVideoChromaSite
gst_nt_mosaic_get_stated_site (const GstVideoInfo * info, const GstCaps * caps)
{
  const gchar *site = gst_structure_get_string (gst_caps_get_structure (caps,
          0), "chroma-site");

  return site && GST_VIDEO_INFO_IS_YUV (info)
      ? gst_video_chroma_site_from_string (site)
      : GST_VIDEO_CHROMA_SITE_UNKNOWN;
}

gboolean
gst_nt_mosaic_info_from_caps (GstVideoInfo * info, const GstCaps * caps)
{
  if (!gst_video_info_from_caps (info, caps))
    return FALSE;

  info->chroma_site = gst_nt_mosaic_get_stated_site (info, caps);

  return TRUE;
}
