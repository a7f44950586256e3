/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#include "verify.h"

#include <string.h>

struct _Verifier
{
  const FrameRing *ring;
  guint n_columns;
  guint n_strips;               /* strips that came so far */
  gchar *wrong;                 /* the first error, or NULL */
};

static const guint8 *
find_tile (const GstVideoFrame * strip, const Verifier * verifier, guint pad)
{
  const GstVideoInfo *frame = &verifier->ring->info;
  const gsize x = pad % verifier->n_columns
      * (gsize) GST_VIDEO_INFO_PLANE_STRIDE (frame, 0);
  const gsize y = pad / verifier->n_columns
      * (gsize) GST_VIDEO_INFO_HEIGHT (frame);

  return (const guint8 *) GST_VIDEO_FRAME_PLANE_DATA (strip, 0)
      + y * GST_VIDEO_FRAME_PLANE_STRIDE (strip, 0) + x;
}

static gboolean
tile_is_right (const GstVideoFrame * strip, const Verifier * verifier,
    guint pad, guint n)
{
  const FrameRing *ring = verifier->ring;
  GstMemory *memory = frame_ring_peek (ring, pad, n);
  gsize row_bytes = GST_VIDEO_INFO_PLANE_STRIDE (&ring->info, 0);
  gsize stride = GST_VIDEO_FRAME_PLANE_STRIDE (strip, 0);
  const guint8 *tile = find_tile (strip, verifier, pad);
  gboolean right = TRUE;
  GstMapInfo map;

  if (!gst_memory_map (memory, &map, GST_MAP_READ))
    return FALSE;
  for (gint y = 0; right && y < GST_VIDEO_INFO_HEIGHT (&ring->info); y++) {
    right = memcmp (tile + y * stride, map.data + y * row_bytes,
        row_bytes) == 0;
  }
  gst_memory_unmap (memory, &map);

  return right;
}

static gchar *
find_wrong_tile (GstBuffer * buffer, const GstVideoInfo * info,
    const Verifier * verifier, guint n)
{
  gchar *wrong = NULL;
  GstVideoFrame strip;

  if (!gst_video_frame_map (&strip, info, buffer, GST_MAP_READ))
    return g_strdup_printf ("strip %u can't be mapped", n);
  for (guint pad = 0; wrong == NULL && pad < verifier->ring->n_pads;
      pad++) {
    if (!tile_is_right (&strip, verifier, pad, n))
      wrong = g_strdup_printf ("tile %u of strip %u is not its frame", pad, n);
  }
  gst_video_frame_unmap (&strip);

  return wrong;
}

static gboolean
is_strip_of (const GstVideoInfo * info, const Verifier * verifier)
{
  const GstVideoInfo *frame = &verifier->ring->info;
  const guint n_columns = verifier->n_columns;
  const guint n_rows = (verifier->ring->n_pads + n_columns - 1) / n_columns;

  return GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_INFO_FORMAT (frame)
      && (guint) GST_VIDEO_INFO_HEIGHT (info) ==
      n_rows * GST_VIDEO_INFO_HEIGHT (frame)
      && (guint) GST_VIDEO_INFO_WIDTH (info) ==
      n_columns * GST_VIDEO_INFO_WIDTH (frame);
}

static GstClockTime
time_of (const FrameRing * ring, guint n)
{
  return gst_util_uint64_scale (n, GST_SECOND,
      GST_VIDEO_INFO_FPS_N (&ring->info));
}

static gchar *
find_wrong (GstPad * pad, GstBuffer * buffer, const Verifier * verifier,
    guint n)
{
  GstCaps *caps = gst_pad_get_current_caps (pad);
  gchar *wrong = NULL;
  GstVideoInfo info;

  if (caps == NULL)
    return g_strdup_printf ("strip %u has no caps", n);
  if (!gst_video_info_from_caps (&info, caps)
      || !is_strip_of (&info, verifier)) {
    gchar *text = gst_caps_to_string (caps);

    wrong = g_strdup_printf ("strip %u is %s", n, text);
    g_free (text);
  } else if (GST_BUFFER_PTS (buffer) != time_of (verifier->ring, n)) {
    wrong = g_strdup_printf ("strip %u is for %" GST_TIME_FORMAT, n,
        GST_TIME_ARGS (GST_BUFFER_PTS (buffer)));
  } else {
    wrong = find_wrong_tile (buffer, &info, verifier, n);
  }

  gst_caps_unref (caps);
  return wrong;
}

static GstPadProbeReturn
strip_leaves (GstPad * pad, GstPadProbeInfo * info, gpointer user_data)
{
  Verifier *verifier = user_data;
  guint n = verifier->n_strips++;

  if (verifier->wrong == NULL) {
    verifier->wrong = find_wrong (pad, GST_PAD_PROBE_INFO_BUFFER (info),
        verifier, n);
  }
  return GST_PAD_PROBE_OK;
}

Verifier *
verifier_new (GstElement * mixer, const FrameRing * ring, guint n_columns)
{
  Verifier *verifier = g_new0 (Verifier, 1);

  verifier->ring = ring;
  verifier->n_columns = n_columns;
  gst_pad_add_probe (mixer->srcpads->data, GST_PAD_PROBE_TYPE_BUFFER,
      strip_leaves, verifier, NULL);
  return verifier;
}

void
verifier_free (Verifier * verifier)
{
  g_free (verifier->wrong);
  g_free (verifier);
}

gboolean
verifier_check (const Verifier * verifier, guint n_expected, GError ** error)
{
  if (verifier->wrong == NULL && verifier->n_strips == n_expected)
    return TRUE;
  if (verifier->wrong != NULL)
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "%s",
        verifier->wrong);
  else
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED,
        "%u strips came instead of %u", verifier->n_strips, n_expected);
  return FALSE;
}
