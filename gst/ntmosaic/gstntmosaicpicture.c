/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: The ntmosaic authors */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstntmosaicpicture.h"

#include "gstntmosaicfailures.h"
#include "gstntmosaicformats.h"
#include "gstntmosaicshown.h"
#include "gstntmosaicstills.h"

#define GST_CAT_DEFAULT gst_nt_mosaic_debug

GstNtMosaicPicture *
gst_nt_mosaic_picture_new (GstNtMosaic * self,
    const GstNtMosaicSettings * settings)
{
  GstNtMosaicPicture *picture = g_new0 (GstNtMosaicPicture, 1);
  GstVideoInfo info;
  GList *l;

  GST_OBJECT_LOCK (self);
  info = GST_VIDEO_AGGREGATOR (self)->info;
  picture->layout = ntm_layout_ref (self->layout);
  picture->pads = g_new0 (GstNtMosaicPad *, self->layout->n_tiles);
  for (l = GST_ELEMENT (self)->sinkpads; l; l = l->next) {
    GstNtMosaicPad *pad = l->data;

    if (pad->tile >= 0)
      picture->pads[pad->tile] = gst_object_ref (pad);
  }
  GST_OBJECT_UNLOCK (self);

  picture->settings = *settings;
  picture->hidden_time = GST_CLOCK_TIME_NONE;
  gst_nt_mosaic_format_paint (&info, settings->background_color,
      picture->background);
  picture->frames = g_new0 (GstNtMosaicFrame, picture->layout->n_tiles);
  picture->sources = g_new0 (NtmSource, picture->layout->n_tiles);
  picture->inputs = g_new0 (GstNtTileInput, picture->layout->n_tiles);

  return picture;
}

void
gst_nt_mosaic_picture_free (GstNtMosaicPicture * picture)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++) {
    gst_nt_mosaic_frame_unmap (&picture->frames[i]);
    gst_clear_object (&picture->pads[i]);
  }
  g_free (picture->inputs);
  g_free (picture->sources);
  g_free (picture->frames);
  g_free (picture->pads);
  ntm_layout_unref (picture->layout);
  g_free (picture);
}

/* One warning for each pad: a source that sends one such frame sends more. */
static void
warn_of_frames (GstNtMosaic * self, GstNtMosaicPad * pad, const gchar * why)
{
  if (pad->warned_of_frames)
    return;

  pad->warned_of_frames = TRUE;
  gst_nt_mosaic_warn (self, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT,
      "%s: %s. The tile is background in place of such frames, and "
      "frames-refused in stats counts them", GST_OBJECT_NAME (pad), why);
}

/* The frame that was taken from @pad can't be shown. @why: the cause. FALSE: no
 * strip was made before, or there is no other pad, and an error was posted.
 * Else the tile is background. */
static gboolean
refuse_frame (GstNtMosaic * self, GstNtMosaicPad * pad, const gchar * why)
{
  if (!gst_nt_mosaic_goes_on_without_one (self)) {
    gst_nt_mosaic_fail_stream (self, GST_STREAM_ERROR_FORMAT, "%s: %s",
        GST_OBJECT_NAME (pad), why);
    return FALSE;
  }

  if (gst_nt_mosaic_held_refuse (&pad->held)) {
    GST_OBJECT_LOCK (self);
    self->stats.frames_refused++;
    GST_OBJECT_UNLOCK (self);
  }
  warn_of_frames (self, pad, why);

  return TRUE;
}

/* Whether frames of @pad have the format of the strip, and the size of @place.
 * The base class negotiates before it takes a frame with new caps; if it ever
 * does not, the strip has no room for that frame. */
static gboolean
has_place (GstNtMosaic * self, GstNtMosaicPad * pad, const NtmRect * place)
{
  const GstVideoFormat format =
      GST_VIDEO_INFO_FORMAT (&GST_VIDEO_AGGREGATOR (self)->info);
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;

  if (GST_VIDEO_INFO_FORMAT (info) == format
      && (guint) GST_VIDEO_INFO_WIDTH (info) == place->width
      && (guint) GST_VIDEO_INFO_HEIGHT (info) == place->height)
    return TRUE;

  GST_WARNING_OBJECT (pad, "frame of %s %dx%d dropped: the tile is %s %ux%u",
      gst_video_format_to_string (GST_VIDEO_INFO_FORMAT (info)),
      GST_VIDEO_INFO_WIDTH (info), GST_VIDEO_INFO_HEIGHT (info),
      gst_video_format_to_string (format), place->width, place->height);
  return FALSE;
}

/* Maps @buffer, which the pad shows in tile @i, and takes it over. FALSE: there
 * can't be a strip, and an error was posted. */
static gboolean
map_frame (GstNtMosaic * self, GstNtMosaicPicture * picture, guint i,
    GstBuffer * buffer)
{
  GstNtMosaicPad *pad = picture->pads[i];
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  GstNtMosaicFrame *frame = &picture->frames[i];
  NtmSource *source = &picture->sources[i];
  gboolean goes_on;
  gchar *why = NULL;

  if (!gst_nt_mosaic_frame_map (frame, info, buffer, &why)) {
    goes_on = refuse_frame (self, pad, why);
    g_free (why);
    return goes_on;
  }

  source->pixels = frame->data;
  source->stride = frame->stride;
  picture->inputs[i].buffer = frame->buffer;
  return TRUE;
}

/* As map_frame(), for what stands for a frame without a timestamp. */
static gboolean
refuse_untimed (GstNtMosaic * self, GstNtMosaicPad * pad, GstBuffer * buffer)
{
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;
  gchar *why = g_strdup_printf ("it gets buffers without timestamps at "
      "framerate %d/%d, so no strip is theirs: set is-live=true "
      "do-timestamp=true on the source, or framerate=0/1 in its caps if they "
      "are stills", GST_VIDEO_INFO_FPS_N (info), GST_VIDEO_INFO_FPS_D (info));
  const gboolean goes_on = refuse_frame (self, pad, why);

  gst_buffer_unref (buffer);
  g_free (why);

  return goes_on;
}

static GstClockTime
get_running_time (GstNtMosaicPad * pad, const GstBuffer * buffer)
{
  GstSegment segment;

  return gst_nt_mosaic_pad_get_segment (pad, &segment)
      ? gst_segment_to_running_time (&segment, GST_FORMAT_TIME,
      GST_BUFFER_PTS (buffer)) : GST_CLOCK_TIME_NONE;
}

static GstClockTime
get_later (GstClockTime a, GstClockTime b)
{
  return !GST_CLOCK_TIME_IS_VALID (a) ? b
      : !GST_CLOCK_TIME_IS_VALID (b) ? a : MAX (a, b);
}

/* Without a rate, a strip has the time of its latest frame, whichever are
 * shown. */
static void
drop_hidden (GstNtMosaicPicture * picture, GstNtMosaicPad * pad,
    GstBuffer * buffer)
{
  picture->hidden_time = get_later (picture->hidden_time,
      get_running_time (pad, buffer));
  gst_buffer_unref (buffer);
}

/* Maps @buffer, which the pad of tile @i shows, if it can be shown, and takes
 * it over. FALSE: there can't be a strip, and an error was posted. */
static gboolean
use_frame (GstNtMosaic * self, GstNtMosaicPicture * picture, guint i,
    GstBuffer * buffer)
{
  GstNtMosaicPad *pad = picture->pads[i];
  const GstVideoInfo *info = &GST_VIDEO_AGGREGATOR_PAD (pad)->info;

  if (GST_VIDEO_INFO_FORMAT (info) == GST_VIDEO_FORMAT_UNKNOWN) {
    gst_buffer_unref (buffer);
    return refuse_frame (self, pad, "a buffer comes before caps: set caps on "
        "the source");
  }
  if (!pad->unfit && gst_nt_mosaic_is_hidden (self, i)) {
    drop_hidden (picture, pad, buffer);
    return TRUE;
  }
  if (pad->unfit || !has_place (self, pad, &picture->layout->cells[i].frame)) {
    gst_buffer_unref (buffer);
    return TRUE;
  }

  return gst_nt_mosaic_stands_for_untimed (buffer)
      ? refuse_untimed (self, pad, buffer)
      : map_frame (self, picture, i, buffer);
}

/* Takes the frame that the pad of tile @i shows. FALSE: as above. */
static gboolean
take_frame (GstNtMosaic * self, GstNtMosaicPicture * picture, guint i)
{
  GstNtMosaicPad *pad = picture->pads[i];
  GstNtTileInput *input = &picture->inputs[i];
  gboolean goes_on = TRUE;
  GstNtMosaicTaken taken;
  gboolean is_shown;

  input->arrivals = pad->arrivals;
  input->n_taken = gst_nt_mosaic_pad_get_n_taken (pad);
  gst_nt_mosaic_held_take (&pad->held, &self->last_content, &taken);
  if (taken.buffer)
    goes_on = use_frame (self, picture, i, taken.buffer);
  is_shown = picture->frames[i].buffer != NULL;
  if (is_shown)
    picture->sources[i].content = taken.content;
  gst_nt_mosaic_pad_count_taken (pad, input->n_taken, &taken, is_shown);

  return goes_on;
}

gboolean
gst_nt_mosaic_picture_take_frames (GstNtMosaic * self,
    GstNtMosaicPicture * picture)
{
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->pads[i] && !take_frame (self, picture, i))
      return FALSE;

  return TRUE;
}

GstClockTime
gst_nt_mosaic_picture_find_time (const GstNtMosaicPicture * picture)
{
  GstClockTime latest = picture->hidden_time;
  guint i;

  for (i = 0; i < picture->layout->n_tiles; i++)
    if (picture->frames[i].buffer)
      latest = get_later (latest, get_running_time (picture->pads[i],
              picture->frames[i].buffer));

  return latest;
}
