/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

/* A stream at random; see the header. */

#include "stream.h"

#include "report.h"

void
stream_init (Stream * self, GstPad * pad, const SourceSetup * setup)
{
  *self = (Stream) {
    .pad = pad,.setup = *setup,.rand = g_rand_new_with_seed (setup->seed)
  };
  gst_video_info_init (&self->info);
  supply_init (&self->supply, pad, self->rand, setup->asks,
      setup->refills);
}

void
stream_clear (Stream * self)
{
  gst_clear_buffer (&self->still);
  supply_clear (&self->supply);
  g_clear_pointer (&self->rand, g_rand_free);
}

void
stream_reset (Stream * self)
{
  self->has_begun = FALSE;
  self->n_frames = 0;
  self->needs_segment = TRUE;
  self->running = g_atomic_int_get (self->setup.position) * GST_MSECOND;
  gst_video_info_init (&self->info);
}

void
stream_forget (Stream * self)
{
  self->needs_segment = TRUE;
  gst_clear_buffer (&self->still);
}

guint
stream_dice (Stream * self, guint n)
{
  return g_rand_int_range (self->rand, 0, n);
}

gboolean
stream_is_outdated (const Stream * self)
{
  return GST_VIDEO_INFO_FORMAT (&self->info)
      != (GstVideoFormat) g_atomic_int_get (self->setup.format)
      || self->look != g_atomic_int_get (self->setup.look);
}

/* ---- Events ---- */

gboolean
stream_is_young (const Stream * self)
{
  return self->n_frames < 30;
}

static GstClockTime
get_duration (Stream * self)
{
  const guint fps = self->setup.fps > 0 ? self->setup.fps : 25;

  return 1000 / fps * GST_MSECOND;
}

/* What pads have to agree in, but for the format. The bytes stay the same. */
static void
set_look (GstVideoInfo * info, gint look)
{
  const gboolean is_rgb = GST_VIDEO_INFO_IS_RGB (info);
  const gboolean is_gray = GST_VIDEO_INFO_IS_GRAY (info);

  if (look == 1) {
    GST_VIDEO_INFO_PAR_N (info) = 10;
    GST_VIDEO_INFO_PAR_D (info) = 11;
  } else if (look == 2) {
    GST_VIDEO_INFO_INTERLACE_MODE (info) = GST_VIDEO_INTERLACE_MODE_MIXED;
  } else if (look == 3) {
    gst_video_colorimetry_from_string (&info->colorimetry,
        is_rgb ? "1:1:7:1" : is_gray ? "1:4:0:1" : "2:3:5:1");
  } else if (look == 4 && GST_VIDEO_INFO_IS_YUV (info)) {
    info->chroma_site = GST_VIDEO_CHROMA_SITE_H_COSITED;
  }
}

static void
push_caps (Stream * self)
{
  GstCaps *caps = gst_video_info_to_caps (&self->info);

  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
}

static void
set_caps (Stream * self, GstVideoFormat format, guint width, guint height)
{
  gst_clear_buffer (&self->still);
  gst_video_info_set_format (&self->info, format, width, height);
  GST_VIDEO_INFO_FPS_N (&self->info) = self->setup.fps;
  GST_VIDEO_INFO_FPS_D (&self->info) = 1;
  self->look = g_atomic_int_get (self->setup.look);
  set_look (&self->info, self->look);
  supply_set_info (&self->supply, &self->info);
  push_caps (self);
}

static guint
choose_size (Stream * self)
{
  return 2 * (1 + stream_dice (self, self->setup.most_pixels / 2));
}

void
stream_send_caps (Stream * self)
{
  const GstVideoFormat format = g_atomic_int_get (self->setup.format);
  const guint width = choose_size (self);

  report_add (REPORT_CAPS, 1);
  set_caps (self, format, width, choose_size (self));
}

void
stream_send_misfit (Stream * self)
{
  const GstVideoFormat format = g_atomic_int_get (self->setup.format);
  const guint width = choose_size (self);

  report_add (REPORT_MISFITS, 1);
  set_caps (self, format == GST_VIDEO_FORMAT_RGB ? GST_VIDEO_FORMAT_BGR
      : GST_VIDEO_FORMAT_RGB, width, choose_size (self));
}

/* Frames come as often as before. */
void
stream_send_other_rate (Stream * self)
{
  static const guint rates[] = { 10, 25, 50, 0 };

  report_add (REPORT_OTHER_CAPS, 1);
  GST_VIDEO_INFO_FPS_N (&self->info) = rates[stream_dice (self,
          G_N_ELEMENTS (rates) - (self->setup.fps > 0))];
  push_caps (self);
}

/* For one frame, which may be a still that was pushed with other caps. */
void
stream_send_other_look (Stream * self)
{
  report_add (REPORT_OTHER_CAPS, 1);
  set_look (&self->info, stream_dice (self, SOURCE_LOOKS));
  self->look = -1;
  supply_set_info (&self->supply, &self->info);
  push_caps (self);
}

/* The running time goes on in any segment. */
void
stream_send_segment (Stream * self)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  self->start = stream_dice (self, 2) * stream_dice (self, 100000)
      * GST_MSECOND;
  self->base = self->running;
  segment.start = segment.time = segment.position = self->start;
  segment.base = self->base;
  report_add (REPORT_SEGMENTS, 1);
  gst_pad_push_event (self->pad, gst_event_new_segment (&segment));
  self->needs_segment = FALSE;
}

static GstClockTime
get_stream_time (Stream * self)
{
  return self->start + self->running - self->base;
}

void
stream_send_gap (Stream * self)
{
  const GstClockTime duration = get_duration (self);

  report_add (REPORT_GAPS, 1);
  gst_pad_push_event (self->pad, gst_event_new_gap (get_stream_time (self),
          duration));
  self->running += duration;
}

void
stream_begin (Stream * self)
{
  if (!self->has_begun) {
    gchar *id = g_strdup_printf ("stress-%u", self->setup.number);

    gst_pad_push_event (self->pad, gst_event_new_stream_start (id));
    g_free (id);
    self->has_begun = TRUE;
  }
  if (GST_VIDEO_INFO_FORMAT (&self->info) == GST_VIDEO_FORMAT_UNKNOWN)
    stream_send_caps (self);
  if (self->needs_segment)
    stream_send_segment (self);
}

/* ---- Frames ---- */

static GstBuffer *
make_new (Stream * self)
{
  const FrameLook look = {
    .key = self->setup.key,
    .code = frame_code (self->setup.number, self->content++),
    .format = GST_VIDEO_INFO_FORMAT (&self->info),
    .width = GST_VIDEO_INFO_WIDTH (&self->info),
    .height = GST_VIDEO_INFO_HEIGHT (&self->info),
  };
  GstBuffer *frame = supply_make (&self->supply, &look);

  GST_BUFFER_PTS (frame) = get_stream_time (self) + look.code;
  gst_clear_buffer (&self->still);
  if (stream_dice (self, 3) == 0)
    self->still = gst_buffer_ref (frame);
  self->still_code = look.code;

  return frame;
}

/* The same memory in another buffer, with another time. */
static GstBuffer *
make_still (Stream * self)
{
  GstBuffer *frame = gst_buffer_copy (self->still);

  report_add (REPORT_STILLS, 1);
  GST_BUFFER_PTS (frame) = get_stream_time (self) + self->still_code;

  return frame;
}

static GstBuffer *
make_bad (Stream * self)
{
  report_add (REPORT_BAD_FRAMES, 1);

  return frame_new_bad (self->rand, GST_VIDEO_INFO_FORMAT (&self->info),
      GST_VIDEO_INFO_WIDTH (&self->info), GST_VIDEO_INFO_HEIGHT (&self->info));
}

/* A bad frame has a timestamp, too: it doesn't hurt its strip. */
GstBuffer *
stream_make_frame (Stream * self)
{
  const GstClockTime duration = get_duration (self);
  GstBuffer *frame;

  self->n_frames++;
  if (stream_dice (self, 60) == 0 && !stream_is_young (self))
    frame = make_bad (self);
  else if (self->still && stream_dice (self, 3) > 0)
    frame = make_still (self);
  else
    frame = make_new (self);
  if (!GST_BUFFER_PTS_IS_VALID (frame))
    GST_BUFFER_PTS (frame) = get_stream_time (self);
  GST_BUFFER_DURATION (frame) = duration;
  if (self->setup.is_untimed && stream_dice (self, 3) > 0) {
    GST_BUFFER_PTS (frame) = GST_CLOCK_TIME_NONE;
    report_add (REPORT_UNTIMED, 1);
  }
  if (self->setup.lacks_durations && stream_dice (self, 2)) {
    GST_BUFFER_DURATION (frame) = GST_CLOCK_TIME_NONE;
    report_add (REPORT_NO_DURATION, 1);
  }
  if (stream_dice (self, 20) == 0)
    supply_keep (&self->supply, frame);
  self->running += duration;
  report_add (REPORT_FRAMES, 1);

  return frame;
}
