/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* The base class aborts on a frame or gap that is in its segment but has no
 * running time. A pad with a negative offset gets such frames, and so does a
 * pad whose source is somewhere else than its segment says. The base class
 * keeps a frame without a duration for ever if the frame is behind the end of
 * its segment, and makes strip after strip. All these are cut or dropped
 * before the base class sees them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicclip.h"

/* A frame in the time of its segment. Without a duration @end is @start: the
 * frame lasts until the next. */
typedef struct
{
  GstClockTime start;
  GstClockTime end;
  gboolean lasts;
} Span;

/* Where the segment is played backwards, its stop is where it begins. */
static gboolean
is_behind_stop (const GstSegment * segment, const Span * span)
{
  return segment->rate < 0 && span->lasts ? span->start > segment->stop
      : span->start >= segment->stop;
}

/* FALSE if nothing of it is in the segment. */
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

/* How far @position is before running time begins, in the time of the segment;
 * 0: it is not. Rounded up, because GStreamer rounds down what is left. */
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

/* FALSE if nothing is left. Running time begins at the start, and where the
 * segment is played backwards, at the end. */
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

  /* The base class cuts off what is outside of the segment. */
  if (rest.start == whole.start && rest.end == whole.end)
    return TRUE;

  *pts = rest.start;
  if (!rest.lasts)
    *duration = rest.end - rest.start;

  return TRUE;
}
