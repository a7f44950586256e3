/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntstripsrcseek.h"

#include "gstntstripsrcorders.h"

#define GST_CAT_DEFAULT gst_nt_strip_src_debug

static gpointer parent_class;

static gboolean
has_rate (const GstNtStripSrc * self)
{
  return self->settings.fps_n > 0;
}

/* The strip that is shown at @time: the last that has begun. Times of strips
 * are rounded down, so all before the end of that nanosecond have. */
static guint64
get_number (const GstNtStripSrc * self, GstClockTime time)
{
  return gst_util_uint64_scale_ceil (time + 1, self->settings.fps_n,
      GST_SECOND * self->settings.fps_d) - 1;
}

/* ---- Seeks ---- */

static gboolean
gst_nt_strip_src_is_seekable (GstBaseSrc * src)
{
  return GST_NT_STRIP_SRC (src)->is_list;
}

/* A seek in strips. Without a rate, the segment begins with time 0 again. */
static gboolean
gst_nt_strip_src_prepare_seek_segment (GstBaseSrc * src, GstEvent * seek,
    GstSegment * segment)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);
  GstSeekFlags flags;
  GstSeekType start_type;
  GstSeekType stop_type;
  GstFormat format;
  gint64 start;
  gint64 stop;
  gdouble rate;

  gst_event_parse_seek (seek, &rate, &format, &flags, &start_type, &start,
      &stop_type, &stop);
  if (format != GST_FORMAT_DEFAULT || start_type != GST_SEEK_TYPE_SET
      || start < 0 || stop_type == GST_SEEK_TYPE_END
      || (has_rate (self)
          && gst_nt_strip_src_get_time (self, start) > G_MAXINT64)
      || (stop_type == GST_SEEK_TYPE_SET && stop >= 0 && !has_rate (self)))
    return FALSE;

  self->seek_number = start;
  if (!has_rate (self))
    return gst_segment_do_seek (segment, rate, GST_FORMAT_TIME, flags,
        GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, -1, NULL);

  return gst_segment_do_seek (segment, rate, GST_FORMAT_TIME, flags,
      GST_SEEK_TYPE_SET, gst_nt_strip_src_get_time (self, start), stop_type,
      stop_type == GST_SEEK_TYPE_SET && stop >= 0
      ? (gint64) gst_nt_strip_src_get_time (self, stop) : -1, NULL);
}

static gboolean
go_to (GstNtStripSrc * self, GstSegment * segment)
{
  guint64 number = 0;

  if (self->seek_number >= 0)
    number = self->seek_number;
  else if (has_rate (self))
    number = get_number (self, segment->position);
  else if (segment->position > 0)
    return FALSE;
  self->seek_number = -1;
  if (segment->rate < 0)
    return FALSE;
  if (!self->is_list)
    return segment->position == 0;

  gst_nt_strip_src_restart (self, number);
  segment->time = segment->start;

  return TRUE;
}

/* The streaming thread waits meanwhile. The base class asks for the beginning
 * when it starts. */
static gboolean
gst_nt_strip_src_do_seek (GstBaseSrc * src, GstSegment * segment)
{
  if (go_to (GST_NT_STRIP_SRC (src), segment))
    return TRUE;

  /* The base class may have flushed: downstream has no segment then. */
  gst_base_src_new_segment (src, &src->segment);
  return FALSE;
}

/* ---- Queries ---- */

static gboolean
convert (GstNtStripSrc * self, GstQuery * query)
{
  GstFormat from;
  GstFormat to;
  guint64 converted;
  gint64 value;

  gst_query_parse_convert (query, &from, &value, &to, NULL);
  if (!has_rate (self) || value < 0)
    return FALSE;

  if (from == GST_FORMAT_DEFAULT && to == GST_FORMAT_TIME)
    converted = gst_nt_strip_src_get_time (self, value);
  else if (from == GST_FORMAT_TIME && to == GST_FORMAT_DEFAULT)
    converted = get_number (self, value);
  else
    return FALSE;
  if (converted > G_MAXINT64)
    return FALSE;
  gst_query_set_convert (query, from, value, to, converted);

  return TRUE;
}

static gboolean
answer_duration (GstNtStripSrc * self, GstQuery * query)
{
  GstFormat format;

  gst_query_parse_duration (query, &format, NULL);
  if (!self->is_list || self->settings.loop)
    return FALSE;

  if (format == GST_FORMAT_DEFAULT)
    gst_query_set_duration (query, format, self->n_strips);
  else if (format == GST_FORMAT_TIME && has_rate (self))
    gst_query_set_duration (query, format,
        gst_nt_strip_src_get_time (self, self->n_strips));
  else
    return FALSE;

  return TRUE;
}

/* Returns FALSE if the base class answers. */
static gboolean
answer_seeking (GstNtStripSrc * self, GstQuery * query)
{
  GstFormat format;

  gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
  if (format != GST_FORMAT_DEFAULT)
    return FALSE;

  gst_query_set_seeking (query, format, self->is_list, 0,
      self->is_list && !self->settings.loop ? (gint64) self->n_strips : -1);
  return TRUE;
}

static gboolean
gst_nt_strip_src_query (GstBaseSrc * src, GstQuery * query)
{
  GstNtStripSrc *self = GST_NT_STRIP_SRC (src);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_DURATION:
      return answer_duration (self, query);
    case GST_QUERY_CONVERT:
      if (convert (self, query))
        return TRUE;
      break;
    case GST_QUERY_SEEKING:
      if (answer_seeking (self, query))
        return TRUE;
      break;
    default:
      break;
  }

  return GST_BASE_SRC_CLASS (parent_class)->query (src, query);
}

void
gst_nt_strip_src_class_init_seek (GstNtStripSrcClass * klass)
{
  GstBaseSrcClass *src_class = GST_BASE_SRC_CLASS (klass);

  parent_class = g_type_class_peek_parent (klass);

  src_class->is_seekable = gst_nt_strip_src_is_seekable;
  src_class->prepare_seek_segment = gst_nt_strip_src_prepare_seek_segment;
  src_class->do_seek = gst_nt_strip_src_do_seek;
  src_class->query = gst_nt_strip_src_query;
}
