/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The base class knows when a frame is over, and does not say so. It computes
 * that when it takes the frame. Computing it at EOS from the frame that the pad
 * shows would be wrong: a gap may have made that frame stay, and another
 * segment may have come since. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicover.h"

gboolean
gst_nt_mosaic_pad_repeats (GstNtMosaicPad * pad)
{
  gboolean repeats;

  g_object_get (pad, "repeat-after-eos", &repeats, NULL);

  return repeats;
}

/* The running time at which @buffer is over; NONE: it has no duration, or it is
 * outside of @segment, and the base class drops it. */
static GstClockTime
find_end (const GstSegment * segment, GstBuffer * buffer)
{
  GstClockTime start = GST_BUFFER_PTS (buffer);
  GstClockTime end;

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (start)
      || !GST_BUFFER_DURATION_IS_VALID (buffer))
    return GST_CLOCK_TIME_NONE;

  end = MIN (start + GST_BUFFER_DURATION (buffer), segment->stop);
  start = MAX (start, segment->start);

  return gst_segment_to_running_time (segment, GST_FORMAT_TIME,
      segment->rate < 0 ? start : end);
}

/* The base class holds a lock that a flush needs to reset the segment, so the
 * segment is read without the gap lock. It drops a frame that is over before
 * the frame before it is. */
void
gst_nt_mosaic_pad_note_end (GstNtMosaicPad * pad, GstBuffer * buffer)
{
  const GstClockTime end =
      find_end (&GST_AGGREGATOR_PAD (pad)->segment, buffer);

  GST_OBJECT_LOCK (pad);
  if (!GST_CLOCK_TIME_IS_VALID (end)
      || !GST_CLOCK_TIME_IS_VALID (pad->ends_at) || end > pad->ends_at)
    pad->ends_at = end;
  GST_OBJECT_UNLOCK (pad);
}

gboolean
gst_nt_mosaic_pad_is_over (GstNtMosaicPad * pad, GstClockTime now)
{
  GstClockTime end;

  if (!gst_aggregator_pad_is_eos (GST_AGGREGATOR_PAD (pad)))
    return FALSE;
  if (!gst_nt_mosaic_held_has_current (&pad->held))
    return TRUE;

  GST_OBJECT_LOCK (pad);
  end = pad->ends_at;
  GST_OBJECT_UNLOCK (pad);

  return !GST_CLOCK_TIME_IS_VALID (end) || !GST_CLOCK_TIME_IS_VALID (now)
      || end <= now;
}
