/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A pad has stalled if nothing came to it for longer than its
 * max-last-buffer-repeat: then the base class has dropped the pad's frame. If
 * the pad has had no data since the start or a flush, the base class does not
 * know since when it is silent, so this file remembers that. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicstalls.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

static void
post (GstNtMosaic * self, GstNtMosaicPad * pad, const gchar * name)
{
  const GstClockTime last_time = atomic_load (&pad->stats.last_time);
  GstStructure *structure = gst_structure_new (name,
      "pad", G_TYPE_STRING, GST_OBJECT_NAME (pad),
      "running-time", G_TYPE_UINT64, self->strip_time, NULL);

  if (GST_CLOCK_TIME_IS_VALID (last_time))
    gst_structure_set (structure, "last-running-time", G_TYPE_UINT64,
        last_time, NULL);
  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT, structure);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self), structure));
}

/* Whether a pad without any data is silent for too long, counted from the first
 * strip that it could have been in. A frame in its queue is for a later
 * strip. */
static gboolean
waits_too_long (GstNtMosaic * self, GstNtMosaicPad * pad)
{
  GstClockTime limit;

  if (gst_aggregator_pad_has_buffer (GST_AGGREGATOR_PAD (pad))
      || gst_nt_mosaic_held_is_released (&pad->held))
    return FALSE;

  if (!GST_CLOCK_TIME_IS_VALID (pad->silent_since)
      || pad->silent_since > self->strip_time)
    pad->silent_since = self->strip_time;
  g_object_get (pad, "max-last-buffer-repeat", &limit, NULL);

  return GST_CLOCK_TIME_IS_VALID (limit)
      && self->strip_time - pad->silent_since > limit;
}

/* @was_stalled: before this strip. A stalled pad that is flushed stays stalled
 * until data come. */
static gboolean
is_stalled (GstNtMosaic * self, GstNtMosaicPad * pad, GstNtMosaicHas has,
    gboolean was_stalled)
{
  if (has == GST_NT_MOSAIC_HAS_NONE)
    return was_stalled || waits_too_long (self, pad);

  pad->silent_since = GST_CLOCK_TIME_NONE;
  return has == GST_NT_MOSAIC_HAS_LOST;
}

void
gst_nt_mosaic_check_stall (GstNtMosaic * self, GstNtMosaicPad * pad,
    GstNtMosaicHas has)
{
  const gboolean was_stalled = atomic_load (&pad->stats.stalled);
  gboolean stalled;

  /* A pad at EOS is not silent: no more can come. A flush ends EOS, but before
   * that the pad forgets its data. */
  if (has != GST_NT_MOSAIC_HAS_DATA
      && gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad))) {
    atomic_store (&pad->stats.stalled, FALSE);
    return;
  }
  if (has == GST_NT_MOSAIC_HAS_LOST)
    has = gst_nt_mosaic_held_let_go (&pad->held);

  stalled = is_stalled (self, pad, has, was_stalled);
  if (stalled == was_stalled)
    return;

  atomic_store (&pad->stats.stalled, stalled);
  post (self, pad, stalled ? "ntmosaic-pad-stalled" : "ntmosaic-pad-resumed");
}
