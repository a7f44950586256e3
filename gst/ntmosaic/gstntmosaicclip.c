/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The base class aborts the process on a frame or gap that is in its segment
 * but has no running time. A pad with a negative offset gets such frames, and
 * so does a pad whose source sends timestamps outside of its segment. If a
 * frame without a duration is behind the end of its segment, the base class
 * keeps it for ever and makes strip after strip. The element cuts or drops all
 * these before the base class sees them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicclip.h"

/* A frame in the time of its segment, in nanoseconds. A frame without a
 * duration lasts until the next one; then @end is @start. */
typedef struct
{
  GstClockTime start;
  GstClockTime end;
  gboolean lasts;
} Span;

/* A segment that is played backwards begins at its stop, so a frame without a
 * duration may stand there. */
static gboolean
is_behind_stop (const GstSegment * segment, const Span * span)
{
  return segment->rate < 0 && span->lasts ? span->start > segment->stop
      : span->start >= segment->stop;
}

/* The part of a frame that is in the segment; FALSE if there is none. */
static gboolean
get_span (const GstSegment * segment, GstClockTime pts, GstClockTime duration,
    Span * span)
{
  span->lasts = !GST_CLOCK_TIME_IS_VALID (duration);
  span->start = pts;
  span->end = span->start;
  if (!span->lasts && !g_uint64_checked_add (&span->end, span->start, duration))
    span->end = G_MAXUINT64 - 1;

  if (is_behind_stop (segment, span)
      || (!span->lasts && span->end < segment->start))
    return FALSE;

  span->start = MAX (span->start, segment->start);
  span->end = MAX (span->end, span->start);
  span->end = MIN (span->end, segment->stop);

  return TRUE;
}

/* By how many nanoseconds, in the time of the segment, @position is before
 * running time begins; 0: it is not. Rounded up, because GStreamer rounds the
 * running time of what is left down. */
static GstClockTime
time_before_beginning (const GstSegment * segment, GstClockTime position)
{
  const gdouble rate = ABS (segment->rate);
  guint64 running_time;
  GstClockTime time;

  if (gst_segment_to_running_time_full (segment, GST_FORMAT_TIME, position,
          &running_time) != -1)
    return 0;
  if (rate == 1.0)
    return running_time;

  time = running_time * rate;
  return time < running_time * rate ? time + 1 : time;
}

/* Cuts off the part without a running time: at the start of the frame, or if
 * the segment is played backwards, at its end. FALSE if nothing is left. */
static gboolean
cut_beginning (const GstSegment * segment, Span * span)
{
  const gboolean forwards = segment->rate > 0;
  const GstClockTime cut =
      time_before_beginning (segment, forwards ? span->start : span->end);

  if (cut == 0)
    return TRUE;

  if (span->lasts) {
    if (forwards ? cut >= segment->stop - span->start
        : cut > span->start - segment->start)
      return FALSE;
    span->start = forwards ? span->start + cut : span->start - cut;
    span->end = span->start;
    return TRUE;
  }

  if (cut >= span->end - span->start)
    return FALSE;
  if (forwards)
    span->start += cut;
  else
    span->end -= cut;

  return TRUE;
}

gboolean
gst_nt_mosaic_clip_to_running_time (const GstSegment * segment,
    GstClockTime * pts, GstClockTime * duration)
{
  Span whole;
  Span rest;

  if (!GST_CLOCK_TIME_IS_VALID (*pts))
    return TRUE;
  if (segment->format != GST_FORMAT_TIME
      || !get_span (segment, *pts, *duration, &whole))
    return FALSE;

  rest = whole;
  if (!cut_beginning (segment, &rest))
    return FALSE;

  /* The base class itself cuts off the part outside of the segment. */
  if (rest.start == whole.start && rest.end == whole.end)
    return TRUE;

  *pts = rest.start;
  if (!rest.lasts)
    *duration = rest.end - rest.start;

  return TRUE;
}
