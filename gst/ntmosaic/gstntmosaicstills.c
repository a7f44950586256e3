/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicstills.h"

gboolean
gst_nt_mosaic_pad_has_stills (GstNtMosaicPad * pad)
{
  return GST_VIDEO_INFO_FORMAT (&pad->next_info) != GST_VIDEO_FORMAT_UNKNOWN
      && GST_VIDEO_INFO_FPS_N (&pad->next_info) == 0;
}

/* The time in @segment at @running_time; the start of @segment if it begins
 * later than that. */
static GstClockTime
find_position (const GstSegment * segment, GstClockTime running_time)
{
  const guint64 position = gst_segment_position_from_running_time (segment,
      GST_FORMAT_TIME, running_time);

  return GST_CLOCK_TIME_IS_VALID (position) ? position : segment->start;
}

static void
set_untimed (GstNtMosaicPad * pad, gconstpointer buffer)
{
  GST_OBJECT_LOCK (pad);
  pad->untimed = buffer;
  GST_OBJECT_UNLOCK (pad);
}

/* The base class shows a frame without a duration until the next one comes, and
 * never drops it as late. The caller, which is the base class, holds a lock
 * that a flush needs to reset the segment, so the segment is read without the
 * gap lock. */
GstBuffer *
gst_nt_mosaic_pad_time_still (GstNtMosaicPad * pad, GstBuffer * buffer,
    GstClockTime running_time)
{
  if (!gst_buffer_is_writable (buffer)) {
    GstBuffer *copy = gst_buffer_copy (buffer);

    gst_nt_mosaic_held_drop_later (&pad->held, buffer);
    buffer = copy;
  }
  GST_BUFFER_PTS (buffer) =
      find_position (&GST_AGGREGATOR_PAD (pad)->segment, running_time);
  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  set_untimed (pad, buffer);

  return buffer;
}

static GQuark
get_mark (void)
{
  return g_quark_from_static_string ("ntmosaic-stands-for-untimed");
}

/* The mark is on a buffer of our own, because upstream may use its buffer
 * again. */
GstBuffer *
gst_nt_mosaic_pad_stand_for_untimed (GstNtMosaicPad * pad, GstBuffer * frame)
{
  GstBuffer *buffer = gst_buffer_new ();

  gst_mini_object_set_qdata (GST_MINI_OBJECT_CAST (buffer), get_mark (), pad,
      NULL);
  gst_nt_mosaic_held_drop_later (&pad->held, frame);

  return buffer;
}

gboolean
gst_nt_mosaic_stands_for_untimed (GstBuffer * buffer)
{
  return gst_mini_object_get_qdata (GST_MINI_OBJECT_CAST (buffer), get_mark ())
      != NULL;
}

void
gst_nt_mosaic_pad_note_timed (GstNtMosaicPad * pad)
{
  set_untimed (pad, NULL);
}

/* gst_nt_mosaic_pad_time_still() has made the buffer writable, so its timestamp
 * can be set. */
void
gst_nt_mosaic_pad_retime_still (GstNtMosaicPad * pad, GstClockTime running_time)
{
  GstBuffer *next = gst_aggregator_pad_peek_buffer (GST_AGGREGATOR_PAD (pad));
  GstSegment segment;
  const gboolean has_segment =
      next && gst_nt_mosaic_pad_get_segment (pad, &segment);

  GST_OBJECT_LOCK (pad);
  if (has_segment && next == pad->untimed)
    GST_BUFFER_PTS (next) = find_position (&segment, running_time);
  else
    pad->untimed = NULL;
  GST_OBJECT_UNLOCK (pad);

  gst_clear_buffer (&next);
}
