/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicposition.h"

static GstSegment *
get_segment (GstNtMosaic * self)
{
  return &GST_AGGREGATOR_PAD (GST_AGGREGATOR_SRC_PAD (self))->segment;
}

void
gst_nt_mosaic_get_output_segment (GstNtMosaic * self, GstSegment * segment)
{
  GST_OBJECT_LOCK (self);
  *segment = *get_segment (self);
  GST_OBJECT_UNLOCK (self);
}

/* 0 if @position has no running time. */
static GstClockTime
find_running_time (const GstSegment * segment, GstClockTime position)
{
  const GstClockTime time =
      gst_segment_to_running_time (segment, GST_FORMAT_TIME, position);

  return GST_CLOCK_TIME_IS_VALID (time) ? time : 0;
}

GstClockTime
gst_nt_mosaic_find_strip_time (GstNtMosaic * self)
{
  GstClockTime position;
  GstSegment segment;

  gst_nt_mosaic_get_output_segment (self, &segment);
  position = segment.position;
  if (segment.rate > 0) {
    if (!GST_CLOCK_TIME_IS_VALID (position) || position < segment.start)
      position = segment.start;
  } else if (!GST_CLOCK_TIME_IS_VALID (position) || position > segment.stop) {
    position = segment.stop;
  }

  return find_running_time (&segment, position);
}

/* ---- Backwards ---- */

gboolean
gst_nt_mosaic_is_back_at_start (GstNtMosaic * self)
{
  GstSegment segment;

  gst_nt_mosaic_get_output_segment (self, &segment);

  return segment.rate < 0 && segment.position == segment.start;
}

void
gst_nt_mosaic_end_at_start (GstNtMosaic * self)
{
  GstSegment *segment = get_segment (self);

  if (gst_nt_mosaic_has_no_rate (self))
    return;

  GST_OBJECT_LOCK (self);
  if (segment->rate < 0 && !GST_CLOCK_TIME_IS_VALID (segment->position))
    segment->position = segment->start;
  GST_OBJECT_UNLOCK (self);
}

void
gst_nt_mosaic_set_time_of_last_backwards (GstNtMosaic * self, GstBuffer * strip)
{
  GstSegment segment;

  gst_nt_mosaic_get_output_segment (self, &segment);
  if (segment.rate > 0 || GST_BUFFER_PTS_IS_VALID (strip)
      || gst_nt_mosaic_has_no_rate (self))
    return;

  /* Before the first strip, the position is NONE, which as a number is larger
   * than any stop. */
  GST_BUFFER_PTS (strip) = segment.start;
  GST_BUFFER_DURATION (strip) =
      MIN (segment.position, segment.stop) - segment.start;
}

/* ---- After a break ---- */

void
gst_nt_mosaic_remember_time (GstNtMosaic * self, GstBuffer * strip)
{
  GST_OBJECT_LOCK (self);
  if (!GST_CLOCK_TIME_IS_VALID (self->last_time))
    GST_BUFFER_FLAG_SET (strip, GST_BUFFER_FLAG_DISCONT);
  self->last_time = GST_BUFFER_PTS (strip);
  self->last_end = GST_BUFFER_DURATION_IS_VALID (strip)
      ? GST_BUFFER_PTS (strip) + GST_BUFFER_DURATION (strip)
      : GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
}

static void
set_span (GstNtMosaic * self, GstClockTime begin, GstClockTime end)
{
  atomic_store (&self->last_span.begin, begin);
  atomic_store (&self->last_span.end, end);
}

/* Backwards, the base class sets the timestamp to the earlier end. No frame is
 * late for a strip without a rate. */
void
gst_nt_mosaic_remember_span (GstNtMosaic * self, GstBuffer * strip)
{
  GstClockTime first = GST_BUFFER_PTS (strip);
  GstClockTime last;
  GstSegment segment;

  if (gst_nt_mosaic_has_no_rate (self) || !GST_BUFFER_PTS_IS_VALID (strip)
      || !GST_BUFFER_DURATION_IS_VALID (strip))
    return;

  last = first + GST_BUFFER_DURATION (strip);
  gst_nt_mosaic_get_output_segment (self, &segment);
  set_span (self, find_running_time (&segment, segment.rate > 0 ? first : last),
      find_running_time (&segment, segment.rate > 0 ? last : first));
}

void
gst_nt_mosaic_forget_time (GstNtMosaic * self)
{
  GST_OBJECT_LOCK (self);
  self->last_time = GST_CLOCK_TIME_NONE;
  self->last_end = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK (self);
  set_span (self, 0, 0);
}

void
gst_nt_mosaic_keep_position (GstNtMosaic * self)
{
  GstSegment *segment = get_segment (self);

  GST_OBJECT_LOCK (self);
  if (segment->rate > 0 && GST_CLOCK_TIME_IS_VALID (segment->position)
      && GST_CLOCK_TIME_IS_VALID (self->last_end))
    segment->position = MAX (segment->position, self->last_end);
  GST_OBJECT_UNLOCK (self);
}

/* The base class loses its position at a strip without a rate, and when the
 * last pad is released. With the next camera it would begin at the start
 * again. */
void
gst_nt_mosaic_resume (GstNtMosaic * self, GstClockTime period)
{
  GstSegment *segment = get_segment (self);

  GST_OBJECT_LOCK (self);
  if (segment->rate > 0 && !GST_CLOCK_TIME_IS_VALID (segment->position)
      && GST_CLOCK_TIME_IS_VALID (self->last_time))
    segment->position = self->last_time + period;
  GST_OBJECT_UNLOCK (self);
}
